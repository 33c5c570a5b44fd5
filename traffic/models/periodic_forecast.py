"""A forecast from periodic moments: each target is expected to be as its slot has been.

Forecasts belong here; estimating the moments belongs to ``periodic``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from traffic.models.periodic import PeriodicMoments
from traffic.models.quantiles import QUANTILE_LEVELS, Forecast, clipped_forecast


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
    A slot without spread (s = 0, or observed less than twice) takes the pooled standard deviation; a slot
    never observed takes its mean from its neighbours on the circle of the period. The deviations are from
    a mean that they helped to estimate; the factor sqrt((n + 1) / (n - 1)), with n the cycles of the slot,
    gives them the variance of a new value's.
    """
    if np.isnan(moments.mean).all(axis=1).any():
        empty = int(np.argmax(np.isnan(moments.mean).all(axis=1)))
        raise ValueError(f"Series {empty} (counted from 0) has no observed value; leave it out.")
    standardised = _standardised_deviations(values, slot, moments)
    mean = _interpolated_on_circle(moments.mean)[:, target_slot]
    spread = _prediction_std(moments)[:, target_slot]
    is_non_negative = np.nanmin(values, axis=1) >= 0
    forecasts = []
    for row in range(values.shape[0]):
        observed = standardised[row][~np.isnan(standardised[row])]
        deviates = np.quantile(observed, QUANTILE_LEVELS) if observed.size else np.zeros(len(QUANTILE_LEVELS))
        quantiles = mean[row][:, None] + spread[row][:, None] * deviates
        forecasts.append(clipped_forecast(mean[row], quantiles, is_non_negative=bool(is_non_negative[row])))
    return forecasts


def _standardised_deviations(
    values: NDArray[np.float64], slot: NDArray[np.int64], moments: PeriodicMoments
) -> NDArray[np.float64]:
    """Values less their slot's mean over its standard deviation; NaN where that is zero or unknown."""
    std = np.where(_has_spread(moments), moments.std, np.nan)
    return np.asarray((values - moments.mean[:, slot]) / std[:, slot], dtype=np.float64)


def _prediction_std(moments: PeriodicMoments) -> NDArray[np.float64]:
    """Give the spread by which each slot's deviates are multiplied; shape (series, slots)."""
    n = moments.n_cycles
    has_spread = _has_spread(moments)
    own = np.where(has_spread, moments.std, 0.0)
    freedom = np.where(has_spread, n - 1, 0)
    pooled_n = np.maximum(freedom.sum(axis=1, keepdims=True), 1)
    pooled = np.sqrt((freedom * own**2).sum(axis=1, keepdims=True) / pooled_n)
    factor = np.sqrt((n + 1) / np.maximum(n - 1, 1))
    return np.asarray(np.where(has_spread, own * factor, pooled * np.sqrt(1 + 1 / np.maximum(n, 1))))


def _has_spread(moments: PeriodicMoments) -> NDArray[np.bool_]:
    # Equal values leave a std of rounding size, by which no deviation can be divided.
    rounding = 1e-12 * np.abs(np.nan_to_num(moments.mean))
    return (moments.n_cycles >= 2) & (np.nan_to_num(moments.std) > rounding)


def _interpolated_on_circle(mean: NDArray[np.float64]) -> NDArray[np.float64]:
    """Periodic mean with unobserved slots filled by straight lines across the end of the period."""
    n_slots = mean.shape[1]
    filled = mean.copy()
    at = np.arange(n_slots)
    for row in np.flatnonzero(np.isnan(mean).any(axis=1)):
        known = ~np.isnan(mean[row])
        filled[row] = np.interp(at, at[known], mean[row, known], period=n_slots)
    return filled
