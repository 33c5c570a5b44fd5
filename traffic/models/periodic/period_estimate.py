"""How long the period is, in steps, by the record itself, and how sure one can be of it.

The estimate near a stated period, its interval and the test that there is such a period belong here. What to
make of a difference belongs to ``period_verdict``; periods far from the stated one, to ``period_search``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import fft
from scipy.stats import gamma
from scipy.stats import t as student_t

from traffic.models.periodic.cycle_components import CycleComponents, cycle_components
from traffic.models.periodic.phase_slope import degrees_of_freedom, refined_deviation

MAX_DEVIATION: Final = 0.1
"""Largest deviation of the frequency that is looked at, as a share. The next thing beside a day is its
modulation by the week, a seventh away."""

GRID_PER_CYCLE: Final = 16
"""Frequencies tried for each 1 / cycles: four in the main lobe of the fourth harmonic."""

MIN_CYCLES: Final = 7
"""With fewer cycles neither the slope of their phases nor its error can be told."""

MAX_MISFIT: Final = 0.001
"""Of cycles that are cut off farther from their length, harmonics leak into each other: they are cut anew."""

SIGNIFICANCE: Final = 1e-6
"""What a period that differs from the stated one must fall below: a thousand series a night are looked at."""

TINY: Final = 1e-12


@dataclass(frozen=True, eq=False)
class PeriodEstimate:
    """Estimated period of many series.

    Parameters
    ----------
    period_steps : ndarray of shape (series,)
        Estimated period in steps; NaN with fewer than ``MIN_CYCLES`` cycles that tell.
    std_error : ndarray of shape (series,)
        Its standard error, in steps.
    std_error_white : ndarray of shape (series,)
        What it would be if the phases of the cycles did not depend on each other: less sure to be right, but
        surer, having n - 2 degrees of freedom.
    lower_95, upper_95 : ndarray of shape (series,)
        95 % interval, in steps.
    p_value : ndarray of shape (series,)
        Of the hypothesis that there is no period within ``MAX_DEVIATION`` of the stated one; where this is
        not small, the estimate means nothing.
    p_value_stated : ndarray of shape (series,)
        Of the hypothesis that there is no period at the stated length itself.
    n_cycles : ndarray of int of shape (series,)
        Cycles that the estimate rests on.
    """

    period_steps: NDArray[np.float64]
    std_error: NDArray[np.float64]
    std_error_white: NDArray[np.float64]
    lower_95: NDArray[np.float64]
    upper_95: NDArray[np.float64]
    p_value: NDArray[np.float64]
    p_value_stated: NDArray[np.float64]
    n_cycles: NDArray[np.int64]


def estimate_period(
    values: NDArray[np.float64], period_steps: float, n_harmonics: int | None = None
) -> PeriodEstimate:
    """Estimate the period of each series near a stated one.

    Parameters
    ----------
    values : ndarray of shape (series, time)
        NaN where missing.
    period_steps : float
        The stated period in steps; need not be whole.
    n_harmonics : int, optional
        Harmonics used, 4 unless told. Of a week take 3: the seventh is the day.

    Returns
    -------
    PeriodEstimate
        Fields of shape (series,).

    Raises
    ------
    ValueError
        If ``values`` is not of shape (series, time) or the period has fewer than 4 steps.

    Notes
    -----
    The harmonics c_k(n) of the cycles turn by exp(j 2 pi k e n) where the frequency is 1 + e times the
    stated one. The estimate maximises sum_k -(n - 1) log(1 - R_k(e)), with
    R_k(e) = |sum_n c_k(n) exp(-j 2 pi k e n)|^2 / (n sum_n |c_k(n)|^2): the likelihood of harmonics of one
    frequency in noise whose level differs between harmonics (Quinn and Thomson 1991; Bretthorst 1988), first
    on a grid, then by Gauss-Newton steps with the days of the week told apart. The
    noise is measured about the harmonics themselves, from cycle to cycle, so it is that of the spectrum at
    each harmonic, however dependent the values are within a cycle. The interval allows for phases that
    depend on each other from cycle to cycle: the variance of their slope is the mean square of 0.4 n^(2/3)
    cosine sums of its scores (Lazarus, Lewis, Stock and Watson 2018), with the factor and the degrees of
    freedom of Student's law that are right for white phases. Without a period, n R_k is nearly exponential,
    and the p-value that of the sum's Gamma law over the frequencies tried.
    """
    components = (
        cycle_components(values, period_steps)
        if n_harmonics is None
        else cycle_components(values, period_steps, n_harmonics)
    )
    return recut(values, components, estimate_from_components(components))


def recut(
    values: NDArray[np.float64], components: CycleComponents, estimate: PeriodEstimate
) -> PeriodEstimate:
    """Estimate again, from cycles of the length found, where that is not the stated one.

    Parameters
    ----------
    values : ndarray of shape (series, time)
        The record; NaN where missing.
    components : CycleComponents
        Its harmonics, at the stated period.
    estimate : PeriodEstimate
        Estimated from them.

    Returns
    -------
    PeriodEstimate
        Period, errors and interval of series that are off by more than ``MAX_MISFIT`` from cycles cut anew,
        one series at a time; all else as it was.
    """
    fields = [field.copy() for field in _lengths(estimate)]
    with np.errstate(invalid="ignore"):
        deviation = np.abs(estimate.period_steps / components.period_steps - 1.0)
        is_off = (deviation > MAX_MISFIT) & (estimate.p_value < SIGNIFICANCE)
    for row in np.flatnonzero(is_off):
        length = float(estimate.period_steps[row])
        again = estimate_from_components(
            cycle_components(values[row : row + 1], length, components.n_harmonics)
        )
        for field, value in zip(fields, _lengths(again), strict=True):
            field[row] = value[0]
    return _estimate([*fields, estimate.p_value, estimate.p_value_stated], estimate.n_cycles)


def estimate_from_components(components: CycleComponents) -> PeriodEstimate:
    """Estimate the period of each series from the harmonics of its cycles.

    Parameters
    ----------
    components : CycleComponents
        Of the record, at the stated period.

    Returns
    -------
    PeriodEstimate
        Fields of shape (series,).
    """
    is_known = components.is_known
    n = is_known.sum(axis=1)
    coefficients = np.where(is_known[..., None], components.coefficients, 0.0)
    n_harmonics = coefficients.shape[2]
    if coefficients.shape[1] < MIN_CYCLES or n_harmonics == 0:
        nothing = np.full(n.size, np.nan)
        return _estimate([nothing.copy() for _ in range(7)], n)
    length = fft.next_fast_len(GRID_PER_CYCLE * coefficients.shape[1])
    half = int(np.ceil(MAX_DEVIATION * length))
    at = np.arange(-half, half + 1)
    evidence = _evidence(coefficients, n, at, length)
    best = at[evidence.argmax(axis=1)]
    # Successive frequencies of the grid are not independent; those 1 / (2 cycles) apart nearly are.
    n_tried = max(1.0, 2.0 * n_harmonics * at.size / GRID_PER_CYCLE)
    p_value = np.minimum(1.0, n_tried * gamma.sf(evidence.max(axis=1), n_harmonics))
    p_stated = gamma.sf(evidence[:, half], n_harmonics)
    deviation, error, white = refined_deviation(coefficients, is_known, best / length)
    quantile = float(student_t.ppf(0.975, degrees_of_freedom(coefficients.shape[1])))
    period = components.period_steps / (1.0 + deviation)
    is_enough = (n >= MIN_CYCLES) & (np.abs(coefficients).max(axis=(1, 2)) > TINY)
    # Of a period and its frequency the relative errors are the same.
    std_error = period * error
    reach = quantile * std_error
    fields = (period, std_error, period * white, period - reach, period + reach, p_value, p_stated)
    return _estimate([np.where(is_enough, field, np.nan) for field in fields], n)


def _estimate(fields: list[NDArray[np.float64]], n_cycles: NDArray[np.int64]) -> PeriodEstimate:
    period, error, white, lower, upper, p_value, p_value_stated = fields
    counts = n_cycles.astype(np.int64)
    return PeriodEstimate(period, error, white, lower, upper, p_value, p_value_stated, counts)


def _lengths(estimate: PeriodEstimate) -> tuple[NDArray[np.float64], ...]:
    errors = (estimate.std_error, estimate.std_error_white)
    return (estimate.period_steps, *errors, estimate.lower_95, estimate.upper_95)


def harmonic_evidence(components: CycleComponents) -> NDArray[np.float64]:
    """Evidence for each harmonic of the stated period.

    Parameters
    ----------
    components : CycleComponents
        Of the record.

    Returns
    -------
    ndarray of shape (series, harmonics)
        Log likelihood ratio -(n - 1) log(1 - R_k(0)) of ``estimate_period``; nearly exponential, of mean 1,
        without that harmonic.
    """
    is_known = components.is_known
    coefficients = np.where(is_known[..., None], components.coefficients, 0.0)
    n = is_known.sum(axis=1)
    here, length = np.zeros(1, dtype=np.int64), max(coefficients.shape[1], 1)
    each = [_evidence(coefficients[..., k : k + 1], n, here, length) for k in range(components.n_harmonics)]
    return np.concatenate(each, axis=1)


def _evidence(
    coefficients: NDArray[np.complex128], n: NDArray[np.int64], at: NDArray[np.int64], length: int
) -> NDArray[np.float64]:
    """Log likelihood ratio of one frequency, at / length, against none, of shape (series, at)."""
    total = np.zeros((coefficients.shape[0], at.size))
    for k in range(1, coefficients.shape[2] + 1):
        mine = coefficients[..., k - 1]
        # Frequencies on a grid of the padded transform have their multiples on the grid too.
        turned = np.abs(fft.fft(mine, length, axis=1)[:, (k * at) % length]) ** 2
        power = np.maximum((np.abs(mine) ** 2).sum(axis=1) * n, TINY)
        share = np.clip(turned / power[:, None], 0.0, 1.0 - TINY)
        total -= np.maximum(n - 1, 0)[:, None] * np.log1p(-share)
    return total
