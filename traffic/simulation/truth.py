"""What the simulated landing zone was made from, so that results can be held against it.

Only the containers belong here. Nothing in the platform reads them: they serve tests and benchmarks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Interval(NamedTuple):
    """A half-open span of time, naive UTC."""

    start_utc: datetime
    end_utc: datetime


@dataclass(frozen=True)
class FileTruth:
    """What a correct reader counts in one file, in the words of ``raw.ingested_files``.

    Parameters
    ----------
    source : str
        Name of the source in sources.toml.
    lines_read : int
        All lines; ``lines_skipped + records_loaded + records_rejected``.
    lines_skipped : int
        Header lines.
    records_loaded : int
        Good lines.
    records_rejected : int
        Malformed lines.
    rows_written : int
        Rows that the good lines become; a line of a wide export becomes one a column.
    rejected_by_kind : mapping of str to int
        Malformed lines by what is wrong with them; sums to ``records_rejected``.
    """

    source: str
    lines_read: int
    lines_skipped: int
    records_loaded: int
    records_rejected: int
    rows_written: int
    rejected_by_kind: Mapping[str, int]


@dataclass(frozen=True)
class WeblogDayTruth:
    """Totals of one web log over one local day.

    Parameters
    ----------
    requests : int
        Requests in good lines.
    bytes_sent : int
        Sum of the sizes that are not ``-``, in bytes.
    missing_sizes : int
        Requests whose size is ``-``.
    """

    requests: int
    bytes_sent: int
    missing_sizes: int


@dataclass(frozen=True)
class SeriesTruth:
    """One direction of one link: what was exported and what it was drawn from.

    Parameters
    ----------
    series_id : str
        ``<source>/<link>_<direction>``.
    capacity : float
        Capacity of the link in bit/s.
    time_zone : str
        Zone whose clock the days follow.
    step_seconds : int
        Spacing of the grid.
    at_utc : ndarray of datetime64[us], shape (time,)
        The whole grid, without holes.
    value : ndarray of shape (time,)
        What the files say, in bit/s; NaN in the gap.
    expected : ndarray of shape (time,)
        The noiseless course, in bit/s: day, week, phase, growth and holiday, as if nothing had failed.
    periodic_mean : ndarray of shape (7, slot)
        The course of each weekday (Monday first) at the start of the span, in bit/s, with no phase.
    growth_per_week : float
        Rate g of the growth ``exp(g * weeks)``.
    phase_minutes : mapping of date to float
        Shift of each local day's course; positive is later than the ensemble. Sums to zero.
    holidays : tuple of date
        Local days that take a Sunday's course.
    outage_utc : Interval or None
        Where the files hold exact zeros.
    gap_utc : Interval or None
        Where the files hold no lines.
    spikes_utc : tuple of datetime
        Times of single outliers, in order.
    """

    series_id: str
    capacity: float
    time_zone: str
    step_seconds: int
    at_utc: NDArray[np.datetime64]
    value: NDArray[np.float64]
    expected: NDArray[np.float64]
    periodic_mean: NDArray[np.float64]
    growth_per_week: float
    phase_minutes: Mapping[date, float]
    holidays: tuple[date, ...]
    outage_utc: Interval | None
    gap_utc: Interval | None
    spikes_utc: tuple[datetime, ...]


@dataclass(frozen=True)
class Truth:
    """Everything that is known about a simulated landing zone.

    Parameters
    ----------
    files : mapping of str to FileTruth
        By path, for every file that a source reads.
    weblog_days : mapping of (str, date) to WeblogDayTruth
        By source and local day.
    series : mapping of str to SeriesTruth
        By series_id.
    """

    files: Mapping[str, FileTruth]
    weblog_days: Mapping[tuple[str, date], WeblogDayTruth]
    series: Mapping[str, SeriesTruth]
