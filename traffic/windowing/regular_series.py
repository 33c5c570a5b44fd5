"""One series on its regular grid, as the diagnostics and the models take it.

Only the container and what follows from its clock belong here. How the grid is found is in ``grid``,
how values are flagged in ``flags``, how days are aligned in ``local_days``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import polars as pl
from numpy.typing import NDArray

DAY_SECONDS = 86_400


@dataclass(frozen=True)
class RegularSeries:
    """A series on a regular grid in time.

    Parameters
    ----------
    series_id : str
        ``<source>/<label>``.
    start_utc : datetime
        Time of the first grid point, naive UTC.
    step_seconds : int
        Spacing of the grid.
    time_zone : str
        IANA name of the zone in which the series' days begin and end.
    value : ndarray of shape (time,)
        Measured values in the series' own unit; NaN where there is no measurement.
    value_clean : ndarray of shape (time,)
        ``value`` clipped where it is an outlier, NaN where missing, outage or impossible.
    """

    series_id: str
    start_utc: datetime
    step_seconds: int
    time_zone: str
    value: NDArray[np.float64]
    value_clean: NDArray[np.float64]

    def at_utc(self) -> pl.Series:
        """Return the times of the grid points.

        Returns
        -------
        polars.Series of Datetime("us")
            Naive UTC, named ``at_utc``, length ``time``.
        """
        return grid_times(self.start_utc, self.step_seconds, self.value.size)

    @property
    def day_steps(self) -> int | None:
        """Number of steps in a day of 24 hours, or None if the step does not divide it."""
        return day_steps(self.step_seconds)


def grid_times(start_utc: datetime, step_seconds: int, n: int) -> pl.Series:
    """Return the times of a regular grid.

    Parameters
    ----------
    start_utc : datetime
        The first, naive UTC.
    step_seconds : int
        Spacing.
    n : int
        How many.

    Returns
    -------
    polars.Series of Datetime("us")
        Naive UTC, named ``at_utc``.
    """
    offsets = np.arange(n, dtype=np.int64) * np.int64(step_seconds * 1_000_000)
    return pl.Series("at_utc", np.datetime64(start_utc, "us") + offsets.astype("timedelta64[us]"))


def day_steps(step_seconds: int) -> int | None:
    """Return the number of steps in a day of 24 hours, or None if the step does not divide it."""
    steps, rest = divmod(DAY_SECONDS, step_seconds)
    return steps if rest == 0 and steps > 1 else None
