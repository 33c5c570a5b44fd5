"""By how much the phases of a record's cycles lean, and how sure one can be of it.

The slope of phases against the number of the cycle, as a deviation of the frequency, and its errors belong
here. What the deviation makes of the period belongs to ``period_estimate``.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

CYCLES_A_WEEK: Final = 7
MIN_WEEKS: Final = 3
"""From so many on, what every seventh cycle has in common is told apart: weekends may come later."""

LEAST_STRENGTH: Final = 6.0
"""Square of a harmonic's size over its error below which it says nothing of the phase."""

N_REFINEMENTS: Final = 4

TINY: Final = 1e-12


def refined_deviation(
    coefficients: NDArray[np.complex128], is_known: NDArray[np.bool_], deviation: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Bring the deviation of the frequency to the maximum near a first guess.

    Parameters
    ----------
    coefficients : ndarray of complex of shape (series, cycles, harmonics)
        c_k(n); 0 for a cycle that does not tell.
    is_known : ndarray of bool of shape (series, cycles)
        Which cycles tell.
    deviation : ndarray of shape (series,)
        First guess, as a share of the stated frequency.

    Returns
    -------
    deviation : ndarray of shape (series,)
        After ``N_REFINEMENTS`` Gauss-Newton steps.
    std_error : ndarray of shape (series,)
        Its standard error where phases depend on each other; Student's, with ``degrees_of_freedom``.
    std_error_white : ndarray of shape (series,)
        Its standard error where they do not.
    """
    n = np.maximum(is_known.sum(axis=1), 1)
    cycle = np.arange(is_known.shape[1], dtype=np.float64)
    centred = np.where(is_known, cycle - (is_known @ cycle / n)[:, None], 0.0)
    distance = _within_weekdays(centred, is_known)
    leverage = 2.0 * np.pi * np.maximum((distance**2).sum(axis=1), TINY)
    for _ in range(N_REFINEMENTS):
        phases = _within_weekdays(cycle_phases(coefficients, is_known, centred, deviation), is_known)
        slope = (distance * phases).sum(axis=1) / leverage
        # A step beyond the main lobe would leave the maximum that the grid has found.
        limit = 0.5 / cycle.size
        deviation = deviation + np.clip(slope, -limit, limit)
    phases = _within_weekdays(cycle_phases(coefficients, is_known, centred, deviation), is_known)
    scores = distance * phases / leverage[:, None]
    variance = (phases**2).sum(axis=1) / np.maximum(n - 2, 1)
    white = np.sqrt(variance * (distance**2).sum(axis=1)) / leverage
    return deviation, _slope_error(scores), white


def _within_weekdays(values: NDArray[np.float64], is_known: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Take away the mean of every seventh cycle, where there are enough weeks; 0 where not known."""
    if values.shape[1] < MIN_WEEKS * CYCLES_A_WEEK:
        return values
    found = values.copy()
    for weekday in range(CYCLES_A_WEEK):
        mine = slice(weekday, None, CYCLES_A_WEEK)
        n = np.maximum(is_known[:, mine].sum(axis=1), 1)
        found[:, mine] -= (values[:, mine].sum(axis=1) / n)[:, None]
    return np.where(is_known, found, 0.0)


def cycle_phases(
    coefficients: NDArray[np.complex128],
    is_known: NDArray[np.bool_],
    centred_cycle: NDArray[np.float64],
    deviation: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Phase by which each cycle is ahead of the mean course, to first order.

    Parameters
    ----------
    coefficients : ndarray of complex of shape (series, cycles, harmonics)
        c_k(n); 0 for a cycle that does not tell.
    is_known : ndarray of bool of shape (series, cycles)
        Which cycles tell.
    centred_cycle : ndarray of shape (series, cycles)
        Number of the cycle less the mean of those that tell.
    deviation : ndarray of shape (series,)
        Deviation of the frequency that is taken away first.

    Returns
    -------
    ndarray of shape (series, cycles)
        In radians of the first harmonic, mean zero; 0 for a cycle that does not tell. Each harmonic counts by
        the square of its number and of its size over its noise, less where that is little.
    """
    k = np.arange(1, coefficients.shape[2] + 1)
    turns = np.exp(-2j * np.pi * (deviation[:, None] * centred_cycle)[..., None] * k)
    aligned = coefficients * turns
    n = np.maximum(is_known.sum(axis=1), 1)[:, None]
    mean = aligned.sum(axis=1) / n
    scatter = np.where(is_known[..., None], aligned - mean[:, None, :], 0.0)
    noise = (np.abs(scatter) ** 2).sum(axis=1) / n
    noise = np.maximum(noise, TINY * np.maximum(noise.max(axis=1, keepdims=True), TINY))
    noise = np.maximum(noise, TINY * np.maximum((np.abs(mean) ** 2).max(axis=1, keepdims=True), TINY))
    strength = np.abs(mean) ** 2 * n / noise
    # A harmonic that is mostly noise agrees with itself, and would make the error too small.
    weight = np.maximum(1.0 - LEAST_STRENGTH / np.maximum(strength, TINY), 0.0) / noise
    weight = np.where(strength >= strength.max(axis=1, keepdims=True), 1.0 / noise, weight)
    information = np.maximum((k**2 * np.abs(mean) ** 2 * weight).sum(axis=1), TINY)
    leads = (k * (aligned * mean.conj()[:, None, :]).imag * weight[:, None, :]).sum(axis=2)
    return np.asarray(np.where(is_known, leads / information[:, None], 0.0))


def _slope_error(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Root mean square of the first cosine sums of the scores, right in the mean for white phases."""
    cosines, scale, _ = _cosine_law(scores.shape[1])
    return np.asarray(np.sqrt(scale * ((scores @ cosines) ** 2).mean(axis=1)))


def degrees_of_freedom(n_cycles: int) -> float:
    """Degrees of freedom of the standard error of ``refined_deviation``.

    Parameters
    ----------
    n_cycles : int
        Cycles of the record.

    Returns
    -------
    float
        2 E[Q]^2 / Var[Q] of the mean square Q of the cosine sums, for phases that do not depend on each
        other.

    Notes
    -----
    Lazarus, Lewis, Stock and Watson 2018.
    """
    return _cosine_law(n_cycles)[2]


@lru_cache(maxsize=64)
def _cosine_law(n_cycles: int) -> tuple[NDArray[np.float64], float, float]:
    """Cosines over the record, the factor that makes their mean square unbiased, and its degrees of freedom.

    The scores are the deviations of white phases from their line, times the distance from the middle: each
    cosine sum is linear in the phases, so the mean and the variance of their mean square follow exactly.
    """
    n_cosines = max(2, round(0.4 * n_cycles ** (2.0 / 3.0)))
    middle = (np.arange(n_cycles) + 0.5) / n_cycles
    cosines = np.sqrt(2.0) * np.cos(np.pi * np.outer(middle, np.arange(1, n_cosines + 1)))
    everything = np.ones((1, n_cycles), dtype=np.bool_)
    distance = _within_weekdays((middle - 0.5)[None, :], everything)[0]
    weekdays = np.ones((n_cycles, 1))
    if n_cycles >= MIN_WEEKS * CYCLES_A_WEEK:
        weekdays = (np.arange(n_cycles)[:, None] % CYCLES_A_WEEK == np.arange(CYCLES_A_WEEK)).astype(
            np.float64
        )
    line = np.linalg.qr(np.column_stack([weekdays, middle]))[0]
    sums = distance[:, None] * cosines
    sums -= line @ (line.T @ sums)
    products = sums.T @ sums / n_cosines
    mean = float(np.trace(products))
    return cosines, float((distance**2).sum()) / mean, mean**2 / float((products**2).sum())
