"""Whole histories of links as planning takes them: every hour's mean, and the busy hour of every week.

Their layout, and how they follow from values, belong here. A night reads them ready made from the warehouse.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from traffic.planning.percentile import bill_percentile
from traffic.windowing.local_days import days_of, slots_a_day

HOURS: Final = 24
HOUR_SECONDS: Final = 3_600
DAYS_A_WEEK: Final = 7
LEAST_HOURS: Final = 18
"""Hours of a day that must be known before it has a busiest one."""

LEAST_DAYS: Final = 5
"""Days of a week that must be known before the week has a level."""


@dataclass(frozen=True, eq=False)
class LoadHistory:
    """Series side by side, day under day. The last day is the last whole one before the issue.

    Parameters
    ----------
    hour_mean : ndarray of shape (series, days, 24)
        Mean load of each local hour, NaN where less than half of it is known. Whole weeks: the first days may
        be missing.
    week_p95 : ndarray of shape (series, days / 7)
        95th percentile of the values within the busiest hour of each day of a week, NaN where fewer than
        ``LEAST_DAYS`` days of it are known.
    """

    hour_mean: NDArray[np.float64]
    week_p95: NDArray[np.float64]

    def __post_init__(self) -> None:
        n_series, n_days, n_hours = self.hour_mean.shape
        if (
            n_hours != HOURS
            or n_days % DAYS_A_WEEK
            or self.week_p95.shape != (n_series, n_days // DAYS_A_WEEK)
        ):
            raise ValueError(
                f"A history needs hour_mean of shape (series, 7 x weeks, 24) and week_p95 of shape (series, "
                f"weeks); got {self.hour_mean.shape} and {self.week_p95.shape}."
            )

    @property
    def n_series(self) -> int:
        """Number of series."""
        return int(self.hour_mean.shape[0])

    @property
    def n_weeks(self) -> int:
        """Number of weeks."""
        return int(self.week_p95.shape[1])

    def part(self, rows: list[int]) -> LoadHistory:
        """Return the histories of some of the series."""
        return LoadHistory(self.hour_mean[rows], self.week_p95[rows])

    def scaled(self, factor: float) -> LoadHistory:
        """Return the histories of loads that are ``factor`` times as high."""
        if not factor > 0:
            raise ValueError(f"factor = {factor!r} must be above 0.")
        return LoadHistory(self.hour_mean * factor, self.week_p95 * factor)


def load_history(
    values: NDArray[np.float64],
    local_date: NDArray[np.datetime64],
    slot: NDArray[np.int64],
    step_seconds: int,
) -> LoadHistory:
    """Make the histories of series from their values.

    Parameters
    ----------
    values : ndarray of shape (series, time)
        Measured loads, NaN where missing or impossible.
    local_date : ndarray of datetime64[D] of shape (time,)
        Local calendar day, ascending. The last one is taken for whole.
    slot : ndarray of int of shape (time,)
        Slot of the local day.
    step_seconds : int
        At most an hour.

    Returns
    -------
    LoadHistory
        Days without an hour known in any series are not cut off; the first week may begin before the record.

    Raises
    ------
    ValueError
        If the step is longer than an hour.
    """
    if step_seconds > HOUR_SECONDS:
        raise ValueError(
            f"step_seconds = {step_seconds} must be at most {HOUR_SECONDS}: hours are told apart."
        )
    dates, days = days_of(values, local_date, slot, slots_a_day(step_seconds))
    n_days = dates.size
    hour = np.arange(slots_a_day(step_seconds)) * step_seconds // HOUR_SECONDS
    first = np.searchsorted(hour, np.arange(HOURS))
    size = np.diff(first, append=hour.size)
    is_known = ~np.isnan(days)
    n_known = np.add.reduceat(is_known, first, axis=2, dtype=np.int64)
    total = np.add.reduceat(np.where(is_known, days, 0.0), first, axis=2)
    mean = np.where(2 * n_known >= np.maximum(size, 1), total / np.maximum(n_known, 1), np.nan)
    before = -n_days % DAYS_A_WEEK
    pad = ((0, 0), (before, 0), (0, 0))
    hour_mean = np.pad(mean, pad, constant_values=np.nan)
    days = np.pad(days, pad, constant_values=np.nan)
    return LoadHistory(hour_mean, _week_percentiles(days, hour_mean, first, size))


def _week_percentiles(
    days: NDArray[np.float64],
    hour_mean: NDArray[np.float64],
    first: NDArray[np.int64],
    size: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Take each week's percentile of what the busiest hours of its days hold.

    ``first`` and ``size`` are the first slot and the number of slots of each hour.
    """
    n_series, n_days, n_slots = days.shape
    busiest, is_whole = busiest_hours(hour_mean)
    within = np.arange(int(size.max()))
    at = np.minimum(first[busiest][..., None] + within, n_slots - 1)
    is_in = (within < size[busiest][..., None]) & is_whole[..., None]
    values = np.where(is_in, np.take_along_axis(days, at, axis=2), np.nan)
    of_week = values.reshape(n_series, n_days // DAYS_A_WEEK, DAYS_A_WEEK * within.size)
    return np.where(weeks_known(is_whole), bill_percentile(of_week), np.nan)


def busiest_hours(hour_mean: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Find the busiest hour of every day.

    Parameters
    ----------
    hour_mean : ndarray of shape (series, days, 24)

    Returns
    -------
    hour : ndarray of int of shape (series, days)
        The first of those that carry most; 0 where the day is not known.
    is_whole : ndarray of bool of the same shape
        Whether at least ``LEAST_HOURS`` of its hours are known.
    """
    is_whole = np.count_nonzero(~np.isnan(hour_mean), axis=2) >= LEAST_HOURS
    hour = np.argmax(np.where(np.isnan(hour_mean), -np.inf, hour_mean), axis=2)
    return np.where(is_whole, hour, 0), is_whole


def weeks_known(is_whole: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Say of which weeks enough days are known: shape (series, days) to (series, weeks)."""
    n_series, n_days = is_whole.shape
    by_week = is_whole.reshape(n_series, n_days // DAYS_A_WEEK, DAYS_A_WEEK)
    return np.asarray(by_week.sum(axis=2) >= LEAST_DAYS)
