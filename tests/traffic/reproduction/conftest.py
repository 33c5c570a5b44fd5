"""Days and weeks whose truth is known, for the sections to find."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from traffic.reproduction.series_week import SeriesWeek
from traffic.reproduction.web_log_day import WebLogDay

Floats = NDArray[np.float64]


@pytest.fixture(scope="session")
def day_of() -> Callable[[Floats], WebLogDay]:
    """A day of a log with given bytes in its windows, none of them an outlier."""

    def make(value: Floats) -> WebLogDay:
        lines = pl.DataFrame({"line_number": [1, 2], "line": ["one", "two"]})
        return WebLogDay(
            source="log",
            local_date=date(2024, 3, 1),
            time_zone="UTC",
            first_lines=lines,
            n_requests=2,
            n_without_size=0,
            value=value,
            value_clean=value,
            is_outlier=np.zeros(value.size, dtype=np.bool_),
        )

    return make


@pytest.fixture(scope="session")
def week_of() -> Callable[[Floats], SeriesWeek]:
    """A week with given values, shape (7, slots)."""

    def make(ensemble: Floats) -> SeriesWeek:
        step = 86_400 // ensemble.shape[1]
        return SeriesWeek("link/in", "bit/s", "UTC", step, date(2024, 3, 4), ensemble, 0)

    return make
