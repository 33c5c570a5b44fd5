"""Whole histories of series from the warehouse, as planning takes them: hours and weeks, never all rows.

The adding up is DuckDB's; what a history is stands in ``traffic.planning.load_histories``, and a test lays
the two beside each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from assets.nights import Night
from traffic.planning.load_histories import (
    DAYS_A_WEEK,
    HOUR_SECONDS,
    HOURS,
    LEAST_DAYS,
    LEAST_HOURS,
    LoadHistory,
)
from warehouse import Warehouse

SERIES_AT_ONCE: Final = 32
"""Four years of 32 series are some 60 MB of hours on their way."""

_HOURS = """
    WITH placed AS (
        SELECT
            series_id,
            timezone($zone, timezone('UTC', at_utc)) AS local_time,
            CASE WHEN cause IS NULL THEN value END AS value
        FROM series.observations
        WHERE series_id IN (SELECT unnest($series)) AND at_utc < $until
    ),
    slots AS (
        SELECT
            series_id,
            CAST(local_time AS DATE) AS local_date,
            date_diff('second', date_trunc('day', local_time), local_time) // $step AS slot,
            avg(value) AS value
        FROM placed
        WHERE local_time < $last_midnight
        GROUP BY ALL
    ),
    placed_in_hours AS (
        SELECT series_id, local_date, CAST(slot * $step // 3600 AS INTEGER) AS local_hour, value FROM slots
    ),
    counted AS (
        SELECT series_id, local_date, local_hour, avg(value) AS mean, count(value) AS n_known
        FROM placed_in_hours
        GROUP BY ALL
    ),
    hours AS (
        SELECT series_id, local_date, local_hour, mean
        FROM counted
        WHERE 2 * n_known >= list_extract($slots_of_hour, 1 + local_hour)
    )
"""
_MEANS = _HOURS + "SELECT series_id, local_date, local_hour, mean FROM hours"
_PERCENTILES = (
    _HOURS
    + """,
    busiest AS (
        SELECT series_id, local_date, max_by(local_hour, (mean, -local_hour)) AS local_hour
        FROM hours GROUP BY ALL HAVING count(mean) >= $least_hours
    )
    SELECT
        series_id,
        date_diff('day', local_date, $last_date) // 7 AS weeks_ago,
        quantile_disc(value, 0.95) AS p95
    FROM placed_in_hours JOIN busiest USING (series_id, local_date, local_hour)
    GROUP BY ALL
    HAVING count(DISTINCT local_date) >= $least_days
"""
)


def read_load_history(
    warehouse: Warehouse, night: Night, series_ids: Sequence[str], time_zone: str, step_seconds: int
) -> LoadHistory:
    """Read the history of series up to a night, whatever its length.

    Parameters
    ----------
    warehouse : Warehouse
    night : Night
        Nothing at or after its midnight is known.
    series_ids : sequence of str
        Series of one step, at most an hour, and one time zone.
    time_zone : str
        Whose days they follow.
    step_seconds : int

    Returns
    -------
    LoadHistory
        The last day is the last local one that was over by the night's midnight. No weeks if nothing is
        known.
    """
    last = last_whole_day(night.issued_at_utc, time_zone)
    asked = {
        "zone": time_zone,
        "series": list(series_ids),
        "until": night.issued_at_utc,
        "last_midnight": datetime.combine(last + timedelta(days=1), datetime.min.time()),
        "step": step_seconds,
        "slots_of_hour": _slots_of_hour(step_seconds),
    }
    means = warehouse.query(_MEANS, asked)
    first = means["local_date"].min()
    n_weeks = -(-((last - first).days + 1) // DAYS_A_WEEK) if isinstance(first, date) else 0
    hour_mean = np.full((len(series_ids), n_weeks * DAYS_A_WEEK, HOURS), np.nan)
    row = {name: place for place, name in enumerate(series_ids)}
    day = n_weeks * DAYS_A_WEEK - 1 - (pl.lit(last) - pl.col("local_date")).dt.total_days()
    at = means.select(pl.col("series_id").replace_strict(row, return_dtype=pl.Int64), day, "local_hour")
    hour_mean[tuple(column.to_numpy() for column in at)] = means["mean"].to_numpy()
    week_p95 = np.full((len(series_ids), n_weeks), np.nan)
    limits = {"last_date": last, "least_hours": LEAST_HOURS, "least_days": LEAST_DAYS}
    weeks = warehouse.query(_PERCENTILES, asked | limits)
    of = weeks["series_id"].replace_strict(row, return_dtype=pl.Int64).to_numpy()
    week_p95[of, n_weeks - 1 - weeks["weeks_ago"].to_numpy()] = weeks["p95"].to_numpy()
    return LoadHistory(hour_mean, week_p95)


def last_whole_day(issued_at_utc: datetime, time_zone: str) -> date:
    """Return the last local day that is over at a moment (naive UTC)."""
    local = issued_at_utc.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(time_zone))
    return local.date() - timedelta(days=1)


def _slots_of_hour(step_seconds: int) -> list[int]:
    """Slots that begin in each hour of a day."""
    hour = np.arange(-(-86_400 // step_seconds)) * step_seconds // HOUR_SECONDS
    return [max(int(count), 1) for count in np.bincount(hour, minlength=HOURS)]
