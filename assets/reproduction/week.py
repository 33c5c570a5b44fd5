"""The week of a series that the paper is reproduced from, read from the aligned days.

Which source it is, is chosen where the command is; what is computed of the week, in ``traffic.reproduction``.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl

from assets.reproduction.log_day import Ask
from traffic.reproduction.series_week import N_DAYS, SeriesWeek, daily_share, newest_full_week, series_week

_SERIES = """
    SELECT series_id, unit, step_seconds, time_zone, local_date, count(day.value) AS n_observed
    FROM series.catalog JOIN series.day_ensemble AS day USING (series_id)
    WHERE source = ? GROUP BY ALL ORDER BY series_id, local_date
"""
_SLOTS = """
    SELECT series_id, count(value) AS n, avg(value) AS mean, var_pop(value) AS variance
    FROM series.day_ensemble WHERE series_id IN (SELECT unnest(?)) AND value IS NOT NULL
    GROUP BY series_id, slot ORDER BY series_id, slot
"""
_WEEK = """
    SELECT local_date, slot, day.value, coalesce(is_outlier, false) AS is_outlier
    FROM series.day_ensemble AS day JOIN series.observations USING (series_id, at_utc)
    WHERE series_id = ? AND local_date >= ? AND local_date < ?
"""


def full_week(ask: Ask, source: str, series_id: str | None = None) -> SeriesWeek | None:
    """Read the newest whole week of a series.

    Parameters
    ----------
    ask : callable
        Puts a query to the warehouse that holds the series.
    source : str
        Name of the source.
    series_id : str, optional
        Which of its series; if not given, of those with a whole week the one whose daily course explains most
        of its variance over its whole length: a paper on days needs a series that has them.

    Returns
    -------
    SeriesWeek or None
        None where no series has seven days in a row that are all but whole.

    Raises
    ------
    ValueError
        If there is no such series, or its week has no variation.
    """
    days = ask(_SERIES, [source])
    if series_id is not None:
        days = days.filter(pl.col("series_id") == series_id)
        if days.is_empty():
            raise ValueError(f"{source} has no series {series_id} with a value")
    weeks = _weeks(days)
    if not weeks:
        return None
    slots = ask(_SLOTS, [list(weeks)]).partition_by("series_id", as_dict=True, maintain_order=True)
    chosen = max(weeks, key=lambda name: daily_share(slots[(name,)]))
    series, first = weeks[chosen]
    rows = ask(_WEEK, [series["series_id"], first, first + timedelta(days=N_DAYS)])
    facts = {name: series[name] for name in ("series_id", "unit", "time_zone", "step_seconds")}
    return series_week(**facts, days=rows, n_clipped=int(rows["is_outlier"].sum()))


def _weeks(days: pl.DataFrame) -> dict[str, tuple[dict[str, Any], date]]:
    """Facts of each series that has a whole week, and the first day of the newest."""
    found = {}
    for part in days.partition_by("series_id", maintain_order=True):
        first = newest_full_week(part, part["step_seconds"][0])
        if first is not None:
            facts = part.row(0, named=True)
            found[facts["series_id"]] = (facts, first)
    return found
