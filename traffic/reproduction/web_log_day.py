"""One day of a web log in windows of two minutes: what the constant-volatility post works on.

Choosing the day and laying it out belong here. Reading logs belongs to ``traffic.parsing``, the windows to
``traffic.windowing``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from traffic.windowing.flags import flag_values
from traffic.windowing.grid import request_windows
from traffic.windowing.local_days import local_days

WINDOW_SECONDS: Final = 120
"""The post's window of two minutes."""

N_FIRST_LINES: Final = 1_000
"""The post prints lines of the first seconds of its day; so many are kept to look for them."""


@dataclass(frozen=True, eq=False)
class WebLogDay:
    """A day of a web log.

    Parameters
    ----------
    source : str
        Name of the log.
    local_date : datetime.date
        The day, by the log's own clock.
    time_zone : str
        IANA name of its zone.
    first_lines : polars.DataFrame
        ``line_number`` and ``line`` of its first requests, in the log's order, written as in the post.
    n_requests, n_without_size : int
        Requests of the day, and those of which the log has no size.
    value : ndarray of shape (time,)
        Bytes sent in each window; NaN where the log does not cover it.
    value_clean : ndarray of shape (time,)
        The same with outliers clipped to the rule's limit.
    is_outlier : ndarray of bool of shape (time,)
        Which were clipped.
    """

    source: str
    local_date: date
    time_zone: str
    first_lines: pl.DataFrame
    n_requests: int
    n_without_size: int
    value: NDArray[np.float64]
    value_clean: NDArray[np.float64]
    is_outlier: NDArray[np.bool_]


def busiest_day(counts: pl.DataFrame, time_zone: str) -> date:
    """Choose the local day with the most requests, the first of several.

    Parameters
    ----------
    counts : polars.DataFrame
        ``at_utc`` (beginnings of spans that no midnight cuts) and ``requests``.
    time_zone : str
        IANA name of the log's zone.

    Returns
    -------
    datetime.date
        By the log's own clock.

    Raises
    ------
    ValueError
        If there is no request.
    """
    if counts.is_empty():
        raise ValueError("The log has no request that was read.")
    days = local_days(counts["at_utc"], time_zone, WINDOW_SECONDS).with_columns(counts["requests"])
    by_day = days.group_by("local_date").agg(pl.sum("requests"))
    chosen: date = by_day.sort(["requests", "local_date"], descending=[True, False])["local_date"][0]
    return chosen


def web_log_day(
    source: str, requests: pl.DataFrame, coverage: pl.DataFrame, time_zone: str, silence_seconds: int
) -> WebLogDay:
    """Lay a day's requests out in windows, and flag its outliers from that day alone.

    Parameters
    ----------
    source : str
        Name of the log.
    requests : polars.DataFrame
        All requests of one local day: ``at_utc``, ``method``, ``path``, ``protocol``, ``status``,
        ``bytes_sent``, ``line_number``.
    coverage : polars.DataFrame
        ``first_utc`` and ``last_utc`` of each file of the log.
    time_zone : str
        IANA name of the log's zone.
    silence_seconds : int
        A longer silence between two files is missing, not zero.

    Returns
    -------
    WebLogDay
        Outliers beyond Tukey's fences, clipped to them: the rule for a series of less than three days.

    Raises
    ------
    UnfitForGridError
        If there is no request.
    """
    grid = request_windows([requests], coverage, WINDOW_SECONDS, silence_seconds)["bytes"].frame
    days = local_days(grid["at_utc"], time_zone, WINDOW_SECONDS)
    local_date: date = local_days(requests["at_utc"], time_zone, WINDOW_SECONDS)["local_date"][0]
    day = grid.with_columns(days["local_date"], days["slot"]).filter(pl.col("local_date") == local_date)
    value = day["value"].cast(pl.Float64).fill_null(np.nan).to_numpy()
    flags = flag_values(value, day["slot"].to_numpy(), WINDOW_SECONDS)
    return WebLogDay(
        source=source,
        local_date=local_date,
        time_zone=time_zone,
        first_lines=_first_lines(requests, time_zone),
        n_requests=requests.height,
        n_without_size=requests["bytes_sent"].null_count(),
        value=value,
        value_clean=flags.value_clean,
        is_outlier=flags.is_outlier,
    )


def _first_lines(requests: pl.DataFrame, time_zone: str) -> pl.DataFrame:
    local = pl.col("at_utc").dt.replace_time_zone("UTC").dt.convert_time_zone(time_zone)
    request = pl.concat_str("method", "path", "protocol", separator=" ", ignore_nulls=True)
    size = pl.col("bytes_sent").cast(pl.String).fill_null("-")
    line = pl.format('[{}] "{}" {} {}', local.dt.strftime("%d:%H:%M:%S"), request, "status", size)
    return requests.sort("line_number").head(N_FIRST_LINES).select("line_number", line=line)
