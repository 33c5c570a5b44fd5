"""The course of a level, week by week or day by day: a trend, a part that wanders, and noise about it.

The fit of one level at a time belongs here, for the weeks ahead of a link and for the rest of a month alike.
What it may do next is drawn in ``level_draws``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular
from scipy.stats import t as student

LEAST_VALUES: Final = 6
"""Below this a trend and its noise cannot be told apart."""

WANDERING_SHARES: Final = np.array([0.0, 0.01, 0.03, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99])
"""Of the variance of a change from one value to the next, how much stays: all equally likely beforehand."""

_FALSE_ALARM: Final = 0.01
"""Chance of taking any value of a sound level for a jump or a step."""

_VALUES_AN_ALARM: Final = 6
_MOST_ALARMS: Final = 6
_YEARS_OF_SEASON: Final = 2.0
_HARMONICS: Final = (1, 2)


@dataclass(frozen=True, eq=False)
class LevelTrend:
    """What is known of one level.

    Parameters
    ----------
    last_time : float
        Time of the newest value.
    year : float or None
        Length of the year whose season was removed; None where the record is too short to know one.
    probability : ndarray of shape (shares,)
        Of each share of ``WANDERING_SHARES``.
    coefficients : ndarray of shape (shares, coefficients)
        Level at time 0, growth a unit of time, season.
    covariance : ndarray of shape (shares, coefficients, coefficients)
        Of the coefficients, for a noise of variance 1.
    sum_of_squares : ndarray of shape (shares,)
        Of the whitened residuals.
    degrees : int
        Of freedom.
    carried : ndarray of shape (shares, coefficients)
        What a deviation of each coefficient takes from the wandering part at the newest value.
    wandered : ndarray of shape (shares,)
        Expected wandering part at the newest value.
    wandered_variance : ndarray of shape (shares,)
        Of it, for a noise of variance 1.
    smoothed : ndarray of shape (values,)
        Expected level at each of the values, without its noise.
    jumps, steps : tuple of int
        Values that stand out, and values from which on the level is another one.
    """

    last_time: float
    year: float | None
    probability: NDArray[np.float64]
    coefficients: NDArray[np.float64]
    covariance: NDArray[np.float64]
    sum_of_squares: NDArray[np.float64]
    degrees: int
    carried: NDArray[np.float64]
    wandered: NDArray[np.float64]
    wandered_variance: NDArray[np.float64]
    smoothed: NDArray[np.float64]
    jumps: tuple[int, ...]
    steps: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class _Fit:
    """One linear fit for every share: inverse factors of the covariance, and what least squares give."""

    design: NDArray[np.float64]
    white_design: NDArray[np.float64]
    white_residual: NDArray[np.float64]
    coefficients: NDArray[np.float64]
    covariance: NDArray[np.float64]
    sum_of_squares: NDArray[np.float64]
    probability: NDArray[np.float64]


def fit_level(
    values: NDArray[np.float64], times: NDArray[np.float64], year: float | None = None
) -> LevelTrend | None:
    """Fit a trend with a wandering part to a level.

    Parameters
    ----------
    values : ndarray of shape (values,)
        The level, on the scale on which it grows (its logarithm, say); none missing.
    times : ndarray of shape (values,)
        When, in units of one step (weeks or days), ascending whole numbers; gaps are allowed.
    year : float, optional
        Length of a year in that unit: from two years on its season is removed by two harmonics.

    Returns
    -------
    LevelTrend or None
        None if there are fewer than ``LEAST_VALUES``.

    Notes
    -----
    y_t = a + b t + s_t + m_t + e_t with a random walk m and white normal noise e, a local level with a fixed
    drift (Harvey 1989). For each share w of the variance that stays, Var(y) = v ((1 - w) I + w min(t_i,
    t_j)); a, b and s follow by generalised least squares under flat priors, v under 1/v, and w by its
    marginal likelihood on a grid of equal prior weight, so that what a short record cannot tell (does the
    level come back, or stay?) widens the interval in place of being assumed. Weeks that stand out alone
    (holidays, outages) and steps of the level are given a coefficient of their own, as Chen and Liu (1993)
    do, where the largest of all Student statistics is beyond its 1 % by Bonferroni.
    """
    n_values = values.size
    if n_values < LEAST_VALUES:
        return None
    at = times - times[0]
    season = year if year is not None and at[-1] >= _YEARS_OF_SEASON * year - 1 else None
    base = trend_design(times, season)
    whitener = _whiteners(at)
    odd = _candidates(n_values)
    alarms: list[int] = []
    fit = _fitted(values, base, whitener)
    # A value is as low as the others are high: no scale, no alarm.
    tiny = 1e-18 * (1.0 + float(np.square(values).sum()))
    while len(alarms) < min(n_values // _VALUES_AN_ALARM, _MOST_ALARMS):
        found = _alarm(fit, whitener, odd, alarms, tiny)
        if found is None:
            break
        alarms.append(found)
        fit = _fitted(values, np.hstack([base, odd[:, alarms]]), whitener)
    return _trend(fit, whitener, values, times, season, odd[:, alarms])


def trend_design(times: NDArray[np.float64], year: float | None) -> NDArray[np.float64]:
    """Return the columns that a trend multiplies.

    Parameters
    ----------
    times : ndarray of shape (times,)
        In units of one step.
    year : float or None
        Length of a year in that unit; None for no season.

    Returns
    -------
    ndarray of shape (times, coefficients)
        Level at time 0, growth a unit of time, and the two harmonics of the year.
    """
    columns = [np.ones(times.size), times.astype(np.float64)]
    if year is not None:
        angles = [2.0 * np.pi * harmonic * times / year for harmonic in _HARMONICS]
        columns += [wave(angle) for angle in angles for wave in (np.cos, np.sin)]
    return np.stack(columns, axis=1)


def _candidates(n_values: int) -> NDArray[np.float64]:
    """Columns of what may stand out: one value, two in a row, and a step, which counts back from today."""
    one = np.eye(n_values)
    two = one[:, :-1] + one[:, 1:]
    # A step behind the first or before the last value is a jump of that one.
    place = np.arange(n_values)
    steps = np.where(place[:, None] < place[2:-1], -1.0, 0.0)
    return np.hstack([one, two, steps])


def _whiteners(at: NDArray[np.float64]) -> NDArray[np.float64]:
    """Inverse lower factors of the covariance for each share, shape (shares, values, values)."""
    walk = np.minimum(at[:, None], at[None, :])
    share = WANDERING_SHARES[:, None, None]
    factors = np.linalg.cholesky((1.0 - share) * np.eye(at.size) + share * walk)
    identity = np.eye(at.size)
    return np.stack([solve_triangular(factor, identity, lower=True) for factor in factors])


def _fitted(values: NDArray[np.float64], design: NDArray[np.float64], whitener: NDArray[np.float64]) -> _Fit:
    white_design = whitener @ design
    white_values = whitener @ values
    orthogonal, upper = np.linalg.qr(white_design)
    scores = np.einsum("snk,sn->sk", orthogonal, white_values)
    coefficients = np.linalg.solve(upper, scores[:, :, None])[:, :, 0]
    residual = white_values - np.einsum("snk,sk->sn", white_design, coefficients)
    squares = np.square(residual).sum(axis=1)
    inverse = np.linalg.inv(upper)
    degrees = values.size - design.shape[1]
    logs = (
        np.log(np.diagonal(whitener, axis1=1, axis2=2)).sum(axis=1)
        - np.log(np.abs(np.diagonal(upper, axis1=1, axis2=2))).sum(axis=1)
        - degrees / 2.0 * np.log(np.maximum(squares, 1e-300))
    )
    weights = np.exp(logs - logs.max())
    covariance = inverse @ np.swapaxes(inverse, 1, 2)
    return _Fit(design, white_design, residual, coefficients, covariance, squares, weights / weights.sum())


def _alarm(
    fit: _Fit, whitener: NDArray[np.float64], odd: NDArray[np.float64], alarms: list[int], tiny: float
) -> int | None:
    """Find which of the candidates stands out most, under the likeliest share, if one does."""
    best = int(np.argmax(fit.probability))
    n_values, n_columns = fit.design.shape
    degrees = n_values - n_columns - 1
    if degrees < 2 or fit.sum_of_squares[best] <= tiny:
        return None
    white = whitener[best] @ odd
    orthogonal = np.linalg.qr(fit.white_design[best])[0]
    white -= orthogonal @ (orthogonal.T @ white)
    norm = np.square(white).sum(axis=0)
    is_open = norm > 1e-9
    is_open[alarms] = False
    product = white.T @ fit.white_residual[best]
    explained = np.where(is_open, product**2 / np.where(is_open, norm, 1.0), 0.0)
    found = int(np.argmax(explained))
    left = max(fit.sum_of_squares[best] - explained[found], 1e-12 * fit.sum_of_squares[best])
    statistic = np.sqrt(explained[found] / (left / degrees))
    return found if 2.0 * student.sf(statistic, degrees) * explained.size <= _FALSE_ALARM else None


def _trend(
    fit: _Fit,
    whitener: NDArray[np.float64],
    values: NDArray[np.float64],
    times: NDArray[np.float64],
    season: float | None,
    alarms: NDArray[np.float64],
) -> LevelTrend:
    at = times - times[0]
    n_base = trend_design(times[:1], season).shape[1]
    # What the wandering part has in common with the values, whitened.
    walk = whitener @ (WANDERING_SHARES[:, None, None] * np.minimum(at[:, None], at[None, :]))
    last = walk[:, :, -1]
    best = int(np.argmax(fit.probability))
    mean = fit.design @ fit.coefficients[best]
    is_jump = (alarms > 0).any(axis=1)
    steps = sorted(int(place) for place in (alarms < 0).sum(axis=0) if place)
    wandering = walk[best].T @ fit.white_residual[best]
    if is_jump.any():
        kept = np.flatnonzero(~is_jump)
        mean = np.interp(np.arange(values.size), kept, mean[kept])
    variance = WANDERING_SHARES * at[-1] - np.square(last).sum(axis=1)
    return LevelTrend(
        last_time=float(times[-1]),
        year=season,
        probability=fit.probability,
        coefficients=fit.coefficients[:, :n_base],
        covariance=fit.covariance[:, :n_base, :n_base],
        sum_of_squares=fit.sum_of_squares,
        degrees=values.size - fit.design.shape[1],
        carried=np.einsum("sn,snk->sk", last, fit.white_design)[:, :n_base],
        wandered=np.einsum("sn,sn->s", last, fit.white_residual),
        wandered_variance=np.maximum(variance, 0.0),
        smoothed=mean + wandering,
        jumps=tuple(np.flatnonzero(is_jump).tolist()),
        steps=tuple(steps),
    )
