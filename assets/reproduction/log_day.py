"""The day of a web log that the post is reproduced from, read from raw rows.

Which log it is, is chosen where the command is; what is computed of the day, in ``traffic.reproduction``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

import polars as pl

from assets.web_log_source import WebLog
from traffic.reproduction.web_log_day import WebLogDay, busiest_day, web_log_day

Ask: TypeAlias = Callable[[str, Sequence[object]], pl.DataFrame]
"""A query with its parameters, put to a warehouse."""

# No zone's midnight lies within a quarter of an hour.
_COUNTS = """
    SELECT time_bucket(INTERVAL '15 minutes', at_utc) AS at_utc, count(*) AS requests
    FROM raw.web_requests WHERE source = ? GROUP BY ALL ORDER BY ALL
"""
_REQUESTS = """
    SELECT at_utc, method, path, protocol, status, bytes_sent, line_number
    FROM raw.web_requests WHERE source = ? AND at_utc >= ? AND at_utc < ?
"""
_COVERAGE = """
    SELECT first_utc, last_utc FROM raw.ingested_files
    WHERE source = ? AND status IN ('loaded', 'growth') AND first_utc IS NOT NULL
"""


def busiest_log_day(ask: Ask, source: WebLog) -> WebLogDay:
    """Read the day with the most requests of a web log.

    Parameters
    ----------
    ask : callable
        Puts a query to the warehouse that holds the log.
    source : WebLog
        The log.

    Returns
    -------
    WebLogDay
        In windows of two minutes, whatever the source's own step is.

    Raises
    ------
    ValueError
        If no request of the log is there, or no grid can hold the day.
    """
    day = busiest_day(ask(_COUNTS, [source.name]), source.time_zone)
    midnights = (
        datetime.combine(date, time.min, ZoneInfo(source.time_zone)) for date in (day, day + timedelta(1))
    )
    start, end = (midnight.astimezone(UTC).replace(tzinfo=None) for midnight in midnights)
    requests = ask(_REQUESTS, [source.name, start, end])
    coverage = ask(_COVERAGE, [source.name])
    return web_log_day(source.name, requests, coverage, source.time_zone, source.silence)
