"""Which ARMA order a differenced series asks for, decided cheaply over a grid.

Conditional sums of squares and their AICc belong here. The exact likelihood of the winner belongs to
``constant_volatility``, the number of differences to ``differencing``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares
from scipy.signal import lfilter
from statsmodels.tsa.statespace.tools import (
    constrain_stationary_univariate,
    unconstrain_stationary_univariate,
)

from traffic.models.differencing import filled_linearly
from traffic.models.requirements import fitted_window, why_not_constant_volatility

UNIT_CIRCLE_MARGIN: Final = 1e-3
"""A root closer to the unit circle cannot be told from one on it: an estimate near 1 has an error of 1/n."""

MAX_EVALUATIONS: Final = 200


@dataclass(frozen=True)
class Candidate:
    """One order of the grid.

    Parameters
    ----------
    p, q : int
        Autoregressive and moving-average order.
    sigma2 : float
        Innovation variance by conditional sum of squares, in the squared unit of the series.
    aicc : float
        AICc of the conditional Gaussian likelihood; comparable within one selection only.
    is_admissible : bool
        Whether every root lies clear of the unit circle.
    """

    p: int
    q: int
    sigma2: float
    aicc: float
    is_admissible: bool


@dataclass(frozen=True)
class OrderSelection:
    """The order selected, and the grid it was selected from.

    Parameters
    ----------
    p, d, q : int
        The selected order.
    candidates : tuple of Candidate
        Every order of the grid, by p then q.
    """

    p: int
    d: int
    q: int
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, eq=False)
class ConditionalFit:
    """ARMA coefficients by conditional least squares.

    Parameters
    ----------
    ar : ndarray of shape (p,)
        Autoregressive coefficients, stationary.
    ma : ndarray of shape (q,)
        Moving-average coefficients, invertible.
    sum_of_squares : float
        Sum of the squared innovations after the conditioning values.
    """

    ar: NDArray[np.float64]
    ma: NDArray[np.float64]
    sum_of_squares: float


def select_order(x: NDArray[np.float64], d: int, max_p: int = 3, max_q: int = 3) -> OrderSelection:
    """Select p and q by AICc over all orders up to a limit.

    Parameters
    ----------
    x : ndarray of shape (time,)
        Values on a regular grid, NaN where missing. The last ``MAX_FITTED_VALUES`` count. Gaps are filled
        by straight lines for the selection alone; the exact fit that follows takes them as missing.
    d : int
        Number of differences, 0 or 1. Without a difference the mean is removed, and counted.
    max_p, max_q : int
        Limits of the grid.

    Returns
    -------
    OrderSelection
        The admissible order of the smallest AICc; (0, 0) is always one.

    Raises
    ------
    ValueError
        If the history is too short or has no variation, or d is neither 0 nor 1.

    Notes
    -----
    Constant-volatility post, step "identify" (digest A10). Every candidate is conditioned on the same first
    ``max(max_p, max_q)`` values, so that all likelihoods are of the same data.
    """
    if (reason := why_not_constant_volatility(x)) is not None:
        raise ValueError(reason)
    w, scale = stationary_part(filled_linearly(fitted_window(x)), d)
    n_conditioned = max(max_p, max_q)
    n = w.size - n_conditioned
    candidates = []
    for (p, q), fit in conditional_grid(w, max_p, max_q, n_conditioned).items():
        variance = fit.sum_of_squares / n
        n_parameters = p + q + 1 + (d == 0)
        # A perfectly predictable series has no finite likelihood; the floor is the rounding of its values.
        aicc = n * np.log(max(variance, np.finfo(float).eps ** 2)) + n + aicc_penalty(n_parameters, n)
        is_admissible = is_stationary(fit.ar) and is_invertible(fit.ma)
        candidates.append(Candidate(p, q, variance * scale**2, float(aicc), is_admissible))
    best = min((c for c in candidates if c.is_admissible), key=lambda c: c.aicc)
    return OrderSelection(best.p, d, best.q, tuple(candidates))


def stationary_part(filled: NDArray[np.float64], d: int) -> tuple[NDArray[np.float64], float]:
    """Differenced or centred series, scaled to unit standard deviation.

    Parameters
    ----------
    filled : ndarray of shape (time,)
        Values without gaps.
    d : int
        Number of differences, 0 or 1.

    Returns
    -------
    w : ndarray of shape (time - d,)
        Differences (not centred: the model has no constant) or deviations from the mean, over ``scale``.
    scale : float
        Their standard deviation, in the series' own unit.

    Raises
    ------
    ValueError
        If d is neither 0 nor 1.
    """
    if d not in (0, 1):
        raise ValueError(f"d = {d} differences are not supported; use 0 or 1, as choose_d gives them.")
    w = np.diff(filled) if d == 1 else filled - filled.mean()
    scale = float(w.std())
    return w / scale, scale


def conditional_grid(
    w: NDArray[np.float64], max_p: int, max_q: int, n_conditioned: int
) -> dict[tuple[int, int], ConditionalFit]:
    """Fit every ARMA order up to a limit by conditional least squares, the small ones first.

    Parameters
    ----------
    w : ndarray of shape (time,)
        Stationary series of unit standard deviation, without gaps.
    max_p, max_q : int
        Limits of the grid.
    n_conditioned : int
        Number of first innovations left out of every sum of squares.

    Returns
    -------
    dict of (int, int) to ConditionalFit
        By (p, q). Each starts from the orders nested in it, so its sum of squares never exceeds theirs.
    """
    fits: dict[tuple[int, int], ConditionalFit] = {}
    for p in range(max_p + 1):
        for q in range(max_q + 1):
            nested = [fits[order] for order in ((p - 1, q), (p, q - 1)) if order in fits]
            fits[p, q] = conditional_fit(w, p, q, n_conditioned, nested)
    return fits


def conditional_fit(
    w: NDArray[np.float64], p: int, q: int, n_conditioned: int, starts: list[ConditionalFit]
) -> ConditionalFit:
    """Fit an ARMA without constant by conditional least squares.

    Parameters
    ----------
    w : ndarray of shape (time,)
        Stationary series of unit standard deviation, without gaps.
    p, q : int
        Order.
    n_conditioned : int
        Number of first innovations left out of the sum of squares.
    starts : list of ConditionalFit
        Fits of orders nested in this one, from which the search starts; it never ends worse than them.

    Returns
    -------
    ConditionalFit
        Coefficients within the stationary and invertible region.
    """

    def innovations(unconstrained: NDArray[np.float64]) -> NDArray[np.float64]:
        ar, ma = _constrained(unconstrained, p)
        filtered = lfilter(np.r_[1.0, -ar], np.r_[1.0, ma], w)
        return np.asarray(filtered[n_conditioned:], dtype=np.float64)

    if p + q == 0:
        return ConditionalFit(np.empty(0), np.empty(0), float(np.sum(w[n_conditioned:] ** 2)))
    first = [np.zeros(p + q)] if not starts else [_unconstrained(start, p, q) for start in starts]
    found = [least_squares(innovations, start, method="lm", max_nfev=MAX_EVALUATIONS) for start in first]
    best = min(found, key=lambda result: float(result.cost))
    ar, ma = _constrained(best.x, p)
    return ConditionalFit(ar, ma, 2.0 * float(best.cost))


def is_stationary(ar: NDArray[np.float64]) -> bool:
    """Whether 1 - ar_1 z - ... - ar_p z^p has every root clear outside the unit circle.

    Parameters
    ----------
    ar : ndarray of shape (p,)
        Autoregressive coefficients; none at all is stationary.

    Returns
    -------
    bool
        False also for a root within ``UNIT_CIRCLE_MARGIN`` of the circle.
    """
    # The inverse roots are those of z^p - ar_1 z^(p-1) - ... - ar_p; no coefficient makes them infinite.
    return bool((np.abs(np.roots(np.r_[1.0, -ar])) < 1.0 / (1.0 + UNIT_CIRCLE_MARGIN)).all())


def is_invertible(ma: NDArray[np.float64]) -> bool:
    """Whether 1 + ma_1 z + ... + ma_q z^q has every root clear outside the unit circle.

    Parameters
    ----------
    ma : ndarray of shape (q,)
        Moving-average coefficients; none at all is invertible.

    Returns
    -------
    bool
        False also for a root within ``UNIT_CIRCLE_MARGIN`` of the circle.
    """
    return is_stationary(-ma)


def inward(coefficients: NDArray[np.float64]) -> NDArray[np.float64]:
    """Coefficients drawn off the unit circle where they are near it, to start an optimiser from.

    Parameters
    ----------
    coefficients : ndarray of shape (p,)
        Autoregressive or moving-average coefficients.

    Returns
    -------
    ndarray of shape (p,)
        The same where every inverse root is clear of the circle, else with each shrunk by one per cent.
    """
    if is_stationary(coefficients) and is_stationary(-coefficients):
        return coefficients
    return np.asarray(coefficients * 0.99 ** np.arange(1, coefficients.size + 1), dtype=np.float64)


def aicc_penalty(n_parameters: int, n_values: int) -> float:
    """What AICc adds to minus twice the log-likelihood.

    Parameters
    ----------
    n_parameters : int
        Number of estimated parameters, the variance among them.
    n_values : int
        Number of values in the likelihood.

    Returns
    -------
    float
        2 k + 2 k (k + 1) / (n - k - 1).
    """
    k = n_parameters
    return 2.0 * k + 2.0 * k * (k + 1) / (n_values - k - 1)


def _constrained(
    unconstrained: NDArray[np.float64], p: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    # Monahan (1984): any real vector becomes partial autocorrelations within (-1, 1), and these coefficients.
    ar = constrain_stationary_univariate(unconstrained[:p]) if p else np.empty(0)
    ma = -constrain_stationary_univariate(unconstrained[p:]) if unconstrained.size > p else np.empty(0)
    return ar, ma


def _unconstrained(start: ConditionalFit, p: int, q: int) -> NDArray[np.float64]:
    """Starting point of order (p, q) from a nested fit, padded with zeros and kept off the unit circle."""
    ar, ma = inward(start.ar), inward(start.ma)
    parts = [unconstrain_stationary_univariate(np.r_[ar, np.zeros(p - ar.size)])] if p else []
    if q:
        parts.append(unconstrain_stationary_univariate(-np.r_[ma, np.zeros(q - ma.size)]))
    return np.concatenate(parts)
