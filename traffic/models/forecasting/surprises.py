"""Isolated spikes that no profile foresaw: taken off before anything is averaged, never before scoring.

Finding and clipping them belongs here. The flags of a stored series (outlier, outage, impossible) are made in
``windowing.flags``; this guards the forecaster of a series that nobody has flagged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from traffic.models.forecasting.day_weights import FIRST_PROFILE_DAY, DayWeights
from traffic.models.forecasting.profiles import ScaledDays, day_profiles
from traffic.models.forecasting.residuals import FIRST_ROW, Residuals, hourly_means, residuals_of
from traffic.windowing.histories import DAYS_A_WEEK
from traffic.windowing.medians import MAD_TO_STD, row_medians

_LIMIT: Final = 10.0
"""Robust standard deviations beyond which an hour is a spike: at 4 to 6 the bursts of real links are cut, and
forecasts get worse; at 10 nothing changes but for series with a value a thousand times the others."""

_JUDGED_TOGETHER: Final = 14
"""Days that are judged by the same standard deviation."""


@dataclass(frozen=True, eq=False)
class FirstDay:
    """The days without their spikes, and what follows from them for the first day ahead.

    Parameters
    ----------
    days : ScaledDays
    profiles, level
        As ``day_profiles`` has them.
    residuals : Residuals
        Of these profiles.
    """

    days: ScaledDays
    profiles: NDArray[np.float64]
    level: NDArray[np.float64]
    residuals: Residuals


def without_surprises(days: ScaledDays, weights: DayWeights) -> FirstDay:
    """Clip hours that surprise every profile, alone among their neighbours.

    Parameters
    ----------
    days : ScaledDays
        Of ``N_DAYS`` days.
    weights : DayWeights
        Of lead 1.

    Returns
    -------
    FirstDay
        Days without the excess over ``_LIMIT``.

    Notes
    -----
    A Hampel filter (Hampel 1974) on the smallest of the profiles' residuals: the median of five hours is what
    the neighbours agree on, so that a change of level, or a burst of some hours, passes untouched. What a day
    is clipped to depends on no later day, else the forecasts of the past would know what came after them.
    """
    profiles, level = day_profiles(days, weights)
    residuals = residuals_of(hourly_means(days.values, days.is_observed), profiles, lead=1)
    excess = _excess(residuals)
    rows = np.flatnonzero(excess.any(axis=(1, 2)))
    if rows.size == 0:
        return FirstDay(days, profiles, level, residuals)
    values = days.values.copy()
    steps = values.shape[2] // excess.shape[2]
    values[rows, FIRST_PROFILE_DAY:] -= np.repeat(excess[rows], steps, axis=2)
    np.copyto(values, 0.0, where=~days.is_observed)
    cleaned = ScaledDays(values, days.is_observed, days.is_complete)
    profiles[:, rows], level[rows] = day_profiles(cleaned.part(rows), weights)
    residuals = residuals_of(hourly_means(cleaned.values, cleaned.is_observed), profiles, lead=1)
    return FirstDay(cleaned, profiles, level, residuals)


def _excess(residuals: Residuals) -> NDArray[np.float64]:
    """Find what is beyond the limit in every profile's residuals, of shape (series, residual days, hours)."""
    least = residuals.values[0].copy()
    size = np.abs(least)
    for other in residuals.values[1:]:
        other_size = np.abs(other)
        is_less = other_size < size
        np.copyto(least, other, where=is_less)
        np.copyto(size, other_size, where=is_less)
    flat = least.reshape(least.shape[0], -1)
    deviations = (flat - _medians_of_five(flat, least.shape[2])).reshape(least.shape)
    size = np.abs(deviations)
    limit = _LIMIT * _robust_stds(size, residuals.is_observed)[:, :, None]
    with np.errstate(invalid="ignore"):
        beyond = np.where((size > limit) & (limit > 0), size - limit, 0.0)
    return np.asarray(np.copysign(beyond, deviations), dtype=np.float64)


def _robust_stds(size: NDArray[np.float64], is_observed: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Robust standard deviations by which each day is judged, of shape (series, residual days).

    The first days, which every forecast knows, are judged by themselves, the others by the days before their
    fortnight; NaN where less than a week was observed.
    """
    n_series, n_days, n_hours = size.shape
    seen = np.where(is_observed, size, np.nan)
    stds = np.empty((n_series, n_days))
    known = FIRST_ROW - DAYS_A_WEEK + 1
    begin = 0
    while begin < n_days:
        end = known if begin == 0 else begin + _JUDGED_TOGETHER
        before = seen[:, :known].reshape(n_series, -1)
        n_seen = np.count_nonzero(~np.isnan(before), axis=1)
        std = np.where(n_seen >= DAYS_A_WEEK * n_hours, MAD_TO_STD * row_medians(before), np.nan)
        stds[:, begin:end] = std[:, None]
        begin = known = end
    return stds


def _medians_of_five(flat: NDArray[np.float64], n_hours: int) -> NDArray[np.float64]:
    """Take running medians of five values, mirrored at the ends of days, by comparisons instead of a sort."""
    hour = np.arange(flat.shape[1])
    last = (hour // n_hours + 1) * n_hours - 1
    near = hour[:, None] + np.arange(-2, 3)
    near = np.abs(np.where(near > last[:, None], 2 * last[:, None] - near, near))
    a, b, c, d, e = (flat[:, index] for index in near.T)
    low = np.maximum(np.minimum(a, b), np.minimum(d, e))
    high = np.minimum(np.maximum(a, b), np.maximum(d, e))
    medians: NDArray[np.float64] = np.maximum(np.minimum(low, high), np.minimum(np.maximum(low, high), c))
    return medians
