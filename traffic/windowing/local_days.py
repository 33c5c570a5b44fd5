"""The local calendar of a series: dates, weekdays and slots; and the ensemble of days built on it.

A day has 23 or 25 hours when the clock changes: a skipped hour leaves its slots out, a repeated one
repeats them. Values and flags are made elsewhere.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from traffic.windowing.regular_series import DAY_SECONDS


def local_days(at_utc: pl.Series, time_zone: str, step_seconds: int) -> pl.DataFrame:
    """Place times in the local calendar.

    Parameters
    ----------
    at_utc : polars.Series of Datetime
        Naive UTC.
    time_zone : str
        IANA name of the series' zone.
    step_seconds : int
        The grid's spacing.

    Returns
    -------
    polars.DataFrame
        ``local_date`` (Date), ``weekday`` (Int8, 1 = Monday), ``slot`` (Int32: local seconds since
        midnight // step), one row a time, in order.
    """
    local = at_utc.dt.replace_time_zone("UTC").dt.convert_time_zone(time_zone).alias("local")
    second = local.dt.hour().cast(pl.Int32) * 3600 + local.dt.minute().cast(pl.Int32) * 60 + local.dt.second()
    return pl.DataFrame(
        {
            "local_date": local.dt.date(),
            "weekday": local.dt.weekday().cast(pl.Int8),
            "slot": (second // step_seconds).cast(pl.Int32),
        }
    )


def wall_clock(at_utc: pl.Series, time_zone: str) -> NDArray[np.int64]:
    """Read times off the local clock.

    Parameters
    ----------
    at_utc : polars.Series of Datetime
        Naive UTC.
    time_zone : str
        IANA name of the zone.

    Returns
    -------
    ndarray of int of shape (time,)
        Microseconds since 1970-01-01 00:00 by that clock; a repeated hour comes twice.
    """
    local = at_utc.dt.replace_time_zone("UTC").dt.convert_time_zone(time_zone)
    return local.dt.replace_time_zone(None).dt.epoch("us").to_numpy()


def slots_a_day(step_seconds: int) -> int:
    """Count the slots of a local day of 24 hours; the last one may be short."""
    return -(-DAY_SECONDS // step_seconds)


def ensemble_matrix(days: pl.DataFrame, step_seconds: int) -> tuple[list[object], NDArray[np.float64]]:
    """Lay the aligned days under one another.

    Parameters
    ----------
    days : polars.DataFrame
        ``local_date``, ``slot`` and ``value``, as in ``series.day_ensemble``.
    step_seconds : int
        The grid's spacing.

    Returns
    -------
    local_dates : list of datetime.date
        One a row, ascending.
    ensemble : ndarray of shape (days, slots)
        NaN where a slot has no value; the mean where the clock repeats it.
    """
    cells = days.group_by("local_date", "slot").agg(pl.col("value").drop_nans().mean())
    dates = cells["local_date"].unique().sort()
    row = np.searchsorted(dates.to_numpy(), cells["local_date"].to_numpy())
    matrix = np.full((dates.len(), slots_a_day(step_seconds)), np.nan)
    matrix[row, cells["slot"].to_numpy()] = cells["value"].cast(pl.Float64).fill_null(np.nan).to_numpy()
    return dates.to_list(), matrix


def days_of(
    values: NDArray[np.float64],
    local_date: NDArray[np.datetime64],
    slot: NDArray[np.int64],
    n_slots: int,
) -> tuple[NDArray[np.datetime64], NDArray[np.float64]]:
    """Lay the days of many series under one another, every calendar day of the span.

    Parameters
    ----------
    values : ndarray of shape (series, time)
        NaN where missing.
    local_date : ndarray of datetime64[D] of shape (time,)
        Local calendar day, ascending.
    slot : ndarray of int of shape (time,)
        Slot of the local day.
    n_slots : int
        Slots of a day.

    Returns
    -------
    local_dates : ndarray of datetime64[D] of shape (days,)
        From the first to the last.
    days : ndarray of shape (series, days, slots)
        NaN where a slot has no value; the mean of those observed where the clock repeats it. Read day after
        day it is the series on a clock that is never changed.
    """
    if local_date.size == 0:
        return local_date, np.empty((values.shape[0], 0, n_slots))
    day = (local_date - local_date[0]).astype(np.int64)
    n_days = int(day[-1]) + 1
    cell, first, count = np.unique(day * n_slots + slot, return_index=True, return_counts=True)
    laid = np.full((values.shape[0], n_days * n_slots), np.nan)
    laid[:, cell] = values[:, first]
    for repeated in cell[count > 1]:
        same = values[:, day * n_slots + slot == repeated]
        n_seen = (~np.isnan(same)).sum(axis=1)
        laid[:, repeated] = np.where(n_seen > 0, np.nansum(same, axis=1) / np.maximum(n_seen, 1), np.nan)
    return local_date[0] + np.arange(n_days), laid.reshape(values.shape[0], n_days, n_slots)
