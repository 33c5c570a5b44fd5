"""The times that a night forecasts: the day after its midnight, on the series' own grid.

How they are forecast belongs to ``traffic.models``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import polars as pl
from numpy.typing import NDArray

from traffic.windowing.local_days import local_days
from traffic.windowing.regular_series import DAY_SECONDS, RegularSeries


@dataclass(frozen=True, eq=False)
class Targets:
    """The targets of one series in one night.

    Parameters
    ----------
    target_utc : polars.Series of Datetime
        Naive UTC, ascending, on the series' grid.
    horizon : ndarray of shape (horizon,)
        1, 2, ...: steps after issue.
    slot : ndarray of shape (horizon,)
        Slot of the local day.
    gap : int
        Grid points between the last known point and the first target that are not known.
    """

    target_utc: pl.Series
    horizon: NDArray[np.int64]
    slot: NDArray[np.int64]
    gap: int


def day_ahead(series: RegularSeries, issued_at_utc: datetime) -> Targets:
    """Return the grid points of the 24 hours from issue.

    Parameters
    ----------
    series : RegularSeries
        Known before ``issued_at_utc``.
    issued_at_utc : datetime
        The midnight of the night, naive UTC.

    Returns
    -------
    Targets
        At least one, also where the step is longer than a day.
    """
    elapsed = (issued_at_utc - series.start_utc).total_seconds()
    first = max(int(np.ceil(elapsed / series.step_seconds)), series.value.size)
    # A step that does not divide the day has one point more on some days than on others.
    count = max(int(np.ceil((elapsed + DAY_SECONDS) / series.step_seconds)) - first, 1)
    seconds = np.arange(first, first + count, dtype=np.int64) * np.int64(series.step_seconds)
    start = np.datetime64(series.start_utc, "us")
    target_utc = pl.Series("target_utc", start + (seconds * 1_000_000).astype("timedelta64[us]"))
    slot = local_days(target_utc, series.time_zone, series.step_seconds)["slot"].to_numpy()
    return Targets(
        target_utc=target_utc,
        horizon=np.arange(1, count + 1, dtype=np.int64),
        slot=slot.astype(np.int64),
        gap=first - series.value.size,
    )
