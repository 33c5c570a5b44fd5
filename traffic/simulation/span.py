"""When the simulated landing zone takes place, and what the clocks on the wall show then.

The span's dates and local time belong here; what happens on the links belongs to ``provider``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
from numpy.typing import NDArray

# Eight whole weeks. Europe/Berlin leaves summer time on 26 October, a day of 25 hours.
FIRST_DAY = date(2025, 9, 22)
LAST_DAY = date(2025, 11, 16)
# German Unity Day, a Friday.
HOLIDAY = date(2025, 10, 3)
FIRST_WEBLOG_DAY = date(2025, 11, 13)


@dataclass(frozen=True)
class LocalClock:
    """What a wall clock shows at each point of a grid.

    Parameters
    ----------
    at_utc : ndarray of datetime64[us], shape (time,)
        The grid, naive UTC.
    local : polars.Series of Datetime with a zone, length time
        The same instants on the wall.
    day : ndarray of int, shape (time,)
        Local calendar days since ``FIRST_DAY``.
    minute : ndarray of shape (time,)
        Local minutes since midnight; the hour that is repeated repeats its minutes.
    """

    at_utc: NDArray[np.datetime64]
    local: pl.Series
    day: NDArray[np.int64]
    minute: NDArray[np.float64]


def days(first: date, last: date) -> tuple[date, ...]:
    """Calendar days from ``first`` to ``last``, both included.

    Parameters
    ----------
    first, last : date
        Ends of the span.

    Returns
    -------
    tuple of date
        In order; empty if ``last`` comes before ``first``.
    """
    return tuple(first + timedelta(days=k) for k in range((last - first).days + 1))


def midnight_utc(day: date, time_zone: str) -> datetime:
    """Instant at which a local day begins.

    Parameters
    ----------
    day : date
        Local day.
    time_zone : str
        IANA name.

    Returns
    -------
    datetime
        Naive UTC.
    """
    return datetime.combine(day, time(), ZoneInfo(time_zone)).astimezone(UTC).replace(tzinfo=None)


def local_clock(time_zone: str, step_seconds: int) -> LocalClock:
    """Grid over the local days of the span, with the wall clock beside it.

    Parameters
    ----------
    time_zone : str
        IANA name of the zone whose days are meant.
    step_seconds : int
        Spacing of the grid.

    Returns
    -------
    LocalClock
        From the first local midnight to the last step before the final one.
    """
    start, end = midnight_utc(FIRST_DAY, time_zone), midnight_utc(LAST_DAY + timedelta(days=1), time_zone)
    at_utc = np.arange(
        np.datetime64(start, "us"), np.datetime64(end, "us"), np.timedelta64(step_seconds, "s")
    )
    local = pl.Series("local", at_utc).dt.replace_time_zone("UTC").dt.convert_time_zone(time_zone)
    day = (local.dt.date() - FIRST_DAY).dt.total_days().to_numpy().astype(np.int64)
    minute = local.dt.hour().cast(pl.Float64).to_numpy() * 60 + local.dt.minute().to_numpy()
    return LocalClock(at_utc=at_utc, local=local, day=day, minute=minute)
