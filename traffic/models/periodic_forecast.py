"""A forecast from periodic moments: each target is expected to be as its slot has been.

Forecasts belong here; estimating the moments belongs to ``periodic``.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student_t

from traffic.models.periodic import PeriodicMoments, has_spread
from traffic.models.quantiles import QUANTILE_LEVELS, Forecast, clipped_forecast

MIN_EQUAL_CYCLES: Final = 7
"""Values of a slot that are all equal from which on it is taken not to vary: a week of the same."""


def forecast_periodic(
    values: NDArray[np.float64],
    slot: NDArray[np.int64],
    target_slot: NDArray[np.int64],
    moments: PeriodicMoments,
) -> list[Forecast]:
    """Forecast the slots asked for from the periodic mean and the spread about it.

    A simple baseline: every cycle counts alike, and today's deviation says nothing about tomorrow's. The
    mean is the periodic mean of the target's slot. The quantiles are those of the standardised deviations
    (x - m) / s of all slots together, so they need no normal law, times s of the target's slot.

    Parameters
    ----------
    values : ndarray of shape (series, time)
        The values that ``moments`` were estimated from, NaN where missing.
    slot : ndarray of int of shape (time,)
        Slot of each time.
    target_slot : ndarray of int of shape (horizon,)
        Slot of each time to forecast.
    moments : PeriodicMoments
        Of ``values``.

    Returns
    -------
    list of Forecast
        One a series, in its own unit; clipped at zero where none of its values is negative.

    Raises
    ------
    ValueError
        If a series has no observed value.

    Notes
    -----
    A slot without spread (s = 0, or observed less than twice) takes the pooled standard deviation, unless
    ``MIN_EQUAL_CYCLES`` equal values say that it has none; a slot
    never observed takes its mean from its neighbours on the circle of the period. Deviations from a mean and
    over a standard deviation that they helped to estimate are too small; ``new_value_factors`` enlarges
    each quantile for the cycles of the slot, exactly so under the normal law.
    """
    if np.isnan(moments.mean).all(axis=1).any():
        empty = int(np.argmax(np.isnan(moments.mean).all(axis=1)))
        raise ValueError(f"Series {empty} (counted from 0) has no observed value; leave it out.")
    standardised = _standardised_deviations(values, slot, moments)
    mean = _interpolated_on_circle(moments.mean)[:, target_slot]
    spread, n_cycles = (borrowed[:, target_slot] for borrowed in _spread_and_cycles(moments))
    factors = new_value_factors(int(moments.n_cycles.max()))
    is_non_negative = np.nanmin(values, axis=1) >= 0
    forecasts = []
    for row in range(values.shape[0]):
        observed = standardised[row][~np.isnan(standardised[row])]
        deviates = np.quantile(observed, QUANTILE_LEVELS) if observed.size else np.zeros(len(QUANTILE_LEVELS))
        # Factors differ between levels: where the deviates are very skewed they could cross.
        enlarged = np.sort(deviates * factors[n_cycles[row]], axis=1)
        quantiles = mean[row][:, None] + spread[row][:, None] * enlarged
        forecasts.append(clipped_forecast(mean[row], quantiles, is_non_negative=bool(is_non_negative[row])))
    return forecasts


def new_value_factors(max_n: int) -> NDArray[np.float64]:
    """Ratio of the quantiles of a new value's deviation to those of the deviations already seen.

    With mean m and standard deviation s of n independent normal values, (x_new - m) / (s sqrt(1 + 1/n)) has
    Student's law with n - 1 degrees of freedom, while tau = (x_i - m) / (s sqrt((n - 1)/n)) of one of them
    has Thompson's: tau sqrt(n - 2) / sqrt(n - 1 - tau^2) is Student's with n - 2 degrees (Thompson 1935).

    Parameters
    ----------
    max_n : int
        Largest number of values wanted.

    Returns
    -------
    ndarray of shape (max_n + 1, 7)
        By n and level of ``QUANTILE_LEVELS``; for n below 3, where Thompson's law degenerates, that of 3.
    """
    n = np.maximum(np.arange(max_n + 1.0), 3.0)[:, None]
    levels = np.array(QUANTILE_LEVELS)
    student = student_t.ppf(levels, n - 2)
    seen = student * np.sqrt(n - 1) / np.sqrt(n - 2 + student**2) * np.sqrt((n - 1) / n)
    new = student_t.ppf(levels, n - 1) * np.sqrt(1 + 1 / n)
    at_median = np.isclose(levels, 0.5)
    ratio = new / np.where(at_median, 1.0, seen)
    # At the median both are zero; the ratio of the standard deviations stands in, for skewed deviations.
    return np.asarray(np.where(at_median, np.sqrt((n + 1) / (n - 1)), ratio), dtype=np.float64)


def _standardised_deviations(
    values: NDArray[np.float64], slot: NDArray[np.int64], moments: PeriodicMoments
) -> NDArray[np.float64]:
    """Values less their slot's mean over its standard deviation; NaN where that is zero or unknown."""
    std = np.where(has_spread(moments), moments.std, np.nan)
    return np.asarray((values - moments.mean[:, slot]) / std[:, slot], dtype=np.float64)


def _spread_and_cycles(moments: PeriodicMoments) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Give every slot a standard deviation and the cycles behind it, pooled where it has none."""
    is_spread = has_spread(moments)
    own = np.where(is_spread, moments.std, 0.0)
    freedom = np.where(is_spread, moments.n_cycles - 1, 0)
    # That many equal values are a finding, and not the chance of a few.
    is_own = is_spread | (moments.n_cycles >= MIN_EQUAL_CYCLES)
    n_spread = np.maximum(is_spread.sum(axis=1, keepdims=True), 1)
    total_freedom = freedom.sum(axis=1, keepdims=True)
    pooled = np.sqrt((freedom * own**2).sum(axis=1, keepdims=True) / np.maximum(total_freedom, 1))
    typical_n = total_freedom // n_spread + 1
    spread = np.where(is_own, own, pooled)
    return spread, np.where(is_own, moments.n_cycles, np.minimum(typical_n, moments.n_cycles.max()))


def _interpolated_on_circle(mean: NDArray[np.float64]) -> NDArray[np.float64]:
    """Periodic mean with unobserved slots filled by straight lines across the end of the period."""
    n_slots = mean.shape[1]
    filled = mean.copy()
    at = np.arange(n_slots)
    for row in np.flatnonzero(np.isnan(mean).any(axis=1)):
        known = ~np.isnan(mean[row])
        filled[row] = np.interp(at, at[known], mean[row, known], period=n_slots)
    return filled
