"""What the holidays before the judged days were like: nearer to their own weekday, or to a Sunday.

Of these days no forecast is made, but the record holds them. What follows for a coming holiday belongs to
``calendars``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from traffic.models.forecasting.day_weights import FIRST_FORECAST_DAY, N_DAYS
from traffic.windowing.histories import DAYS_A_WEEK, SUNDAY

_NEAR_DAYS: Final = 14
"""Like days within two weeks: the level is still the same."""

_FIRST_KNOWN: Final = 20
"""Every forecast of the second half of a history, also of seven days ahead, knows the days up to this one."""


@dataclass(frozen=True, eq=False)
class HolidayEvidence:
    """How far some holidays lay from what they would be without and with a calendar.

    Parameters
    ----------
    row : ndarray of int of shape (holidays,)
        Days behind ``FIRST_FORECAST_DAY``, as the rows of ``Candidates``; negative before it.
    errors : ndarray of shape (2, series, holidays)
        Mean absolute distance from the course without the calendar, and with it; zero where not known.
    apart : ndarray of shape (series, holidays)
        Mean absolute distance of the two courses from one another; zero where not known.
    """

    row: NDArray[np.int64]
    errors: NDArray[np.float64]
    apart: NDArray[np.float64]


def earlier_holidays(values: NDArray[np.float64], kinds: NDArray[np.int64]) -> HolidayEvidence:
    """Compare the holidays of the first half of some histories with their weekdays and with Sundays.

    Parameters
    ----------
    values : ndarray of shape (series, N_DAYS, slots)
        NaN where missing.
    kinds : ndarray of int of shape (N_DAYS + days ahead,)
        Kind of each day, as ``Histories`` has it.

    Returns
    -------
    HolidayEvidence
        Courses are means of the days of no holiday within two weeks before, and of days that every judged
        forecast knows.
    """
    is_holiday = kinds[:N_DAYS] >= DAYS_A_WEEK
    holidays = np.flatnonzero(is_holiday[:FIRST_FORECAST_DAY])
    made = [_distances(values, kinds[:N_DAYS] % DAYS_A_WEEK, is_holiday, int(day)) for day in holidays]
    distances = np.stack(made, axis=2) if made else np.zeros((3, values.shape[0], 0))
    return HolidayEvidence(holidays - FIRST_FORECAST_DAY, distances[:2], distances[2])


def _distances(
    values: NDArray[np.float64], weekday: NDArray[np.int64], is_holiday: NDArray[np.bool_], holiday: int
) -> NDArray[np.float64]:
    """Distances of a day from its weekday and from a Sunday, and of these two, of shape (3, series)."""
    day = np.arange(N_DAYS)
    is_near = ~is_holiday & (day >= holiday - _NEAR_DAYS) & (day <= max(holiday, _FIRST_KNOWN))
    own = _mean(values[:, is_near & (weekday == weekday[holiday])], axis=1)
    sunday = _mean(values[:, is_near & (weekday == SUNDAY)], axis=1)
    came = values[:, holiday]
    distances = np.abs(np.stack([came - own, came - sunday, own - sunday]))
    return np.nan_to_num(_mean(np.where(np.isnan(distances).any(axis=0), np.nan, distances), axis=2))


def _mean(values: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    """Mean of what is observed, NaN where nothing is."""
    count = np.count_nonzero(~np.isnan(values), axis=axis)
    return np.asarray(np.nansum(values, axis=axis) / np.where(count > 0, count, np.nan), dtype=np.float64)
