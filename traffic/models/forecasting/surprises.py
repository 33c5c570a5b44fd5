"""Isolated spikes that no profile foresaw: taken off before anything is averaged, never before scoring.

Finding and clipping them belongs here. The flags of a stored series (outlier, outage, impossible) are made in
``windowing.flags``; this guards the forecaster of a series that nobody has flagged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from traffic.compiled import compiled
from traffic.models.forecasting.day_weights import FIRST_PROFILE_DAY, DayWeights
from traffic.models.forecasting.profiles import ScaledDays, day_profiles
from traffic.models.forecasting.residuals import FIRST_ROW, Residuals, hourly_means, residuals_of
from traffic.windowing.histories import DAYS_A_WEEK
from traffic.windowing.medians import MAD_TO_STD

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
    hourly = hourly_means(days.values, days.is_observed)
    residuals = residuals_of(hourly, profiles, lead=1)
    excess = _excess(residuals)
    rows = np.flatnonzero(excess.any(axis=(1, 2)))
    if rows.size == 0:
        return FirstDay(days, profiles, level, residuals)
    values = days.values.copy()
    steps = values.shape[2] // excess.shape[2]
    # Of an hour's steps those are cut that are beyond what is left of it, not those beside them.
    beyond = np.repeat(excess[rows], steps, axis=2)
    left = np.repeat(hourly[rows, FIRST_PROFILE_DAY:] - excess[rows], steps, axis=2)
    spiked = values[rows, FIRST_PROFILE_DAY:]
    spiked = np.where(beyond > 0, np.minimum(spiked, left), spiked)
    spiked = np.where(beyond < 0, np.maximum(spiked, left), spiked)
    values[rows, FIRST_PROFILE_DAY:] = spiked
    np.copyto(values, 0.0, where=~days.is_observed)
    cleaned = ScaledDays(values, days.is_observed, days.is_complete)
    profiles[:, rows], level[rows] = day_profiles(cleaned.part(rows), weights)
    residuals = residuals_of(hourly_means(cleaned.values, cleaned.is_observed), profiles, lead=1)
    return FirstDay(cleaned, profiles, level, residuals)


def _excess(residuals: Residuals) -> NDArray[np.float64]:
    """Find what is beyond the limit in every profile's residuals, of shape (series, residual days, hours)."""
    deviations = _least_deviations(residuals.values)
    size = np.abs(deviations)
    known = FIRST_ROW - DAYS_A_WEEK + 1
    medians = _medians_then(size, residuals.is_observed, known, _JUDGED_TOGETHER)
    limit = _LIMIT * MAD_TO_STD * medians[:, :, None]
    with np.errstate(invalid="ignore"):
        beyond = np.where((size > limit) & (limit > 0), size - limit, 0.0)
    return np.asarray(np.copysign(beyond, deviations), dtype=np.float64)


@compiled
def _least_deviations(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Take from the smallest residual of any profile the median of five hours, mirrored at days' ends."""
    n_profiles, n_series, n_days, n_hours = values.shape
    deviations = np.empty((n_series, n_days, n_hours))
    least = np.empty(n_days * n_hours)
    for series in range(n_series):
        for time in range(least.size):
            day, hour = time // n_hours, time % n_hours
            smallest = values[0, series, day, hour]
            for profile in range(1, n_profiles):
                other = values[profile, series, day, hour]
                if abs(other) < abs(smallest):
                    smallest = other
            least[time] = smallest
        for time in range(least.size):
            # A day's end knows nothing of the next day, and the first day has none before it.
            last = (time // n_hours + 1) * n_hours - 1
            after = time + 1 if time + 1 <= last else max(2 * last - time - 1, 0)
            later = time + 2 if time + 2 <= last else abs(2 * last - time - 2)
            a, b = least[abs(time - 2)], least[abs(time - 1)]
            c, d = least[after], least[later]
            low = max(min(a, b), min(c, d))
            high = min(max(a, b), max(c, d))
            middle = least[time]
            median = max(min(low, high), min(max(low, high), middle))
            deviations[series, time // n_hours, time % n_hours] = middle - median
    return deviations


@compiled
def _medians_then(
    size: NDArray[np.float64], is_observed: NDArray[np.bool_], known: int, together: int
) -> NDArray[np.float64]:
    """Medians by which each day is judged, of shape (series, residual days).

    The first days, which every forecast knows, are judged by themselves, the others by the days before their
    fortnight; NaN where less than a week was observed.
    """
    n_series, n_days, n_hours = size.shape
    medians = np.empty((n_series, n_days))
    seen = np.empty(n_days * n_hours)
    for series in range(n_series):
        begin, n_seen, upto = 0, 0, known
        while begin < n_days:
            end = min(known if begin == 0 else begin + together, n_days)
            first = 0 if begin == 0 else upto
            upto = known if begin == 0 else begin
            for day in range(first, upto):
                for hour in range(n_hours):
                    if is_observed[series, day, hour]:
                        seen[n_seen] = size[series, day, hour]
                        n_seen += 1
            enough = n_seen >= DAYS_A_WEEK * n_hours
            medians[series, begin:end] = np.median(seen[:n_seen]) if enough else np.nan
            begin = end
    return medians
