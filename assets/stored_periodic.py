"""The periodic model of one series rebuilt from its rows in ``models.periodic_moments``.

The rows are made in ``periodic_frames``; what is forecast from them, in ``forecast_rows``.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from traffic.models.periodic import PeriodicMoments
from traffic.windowing.local_days import local_days
from traffic.windowing.regular_series import RegularSeries

_MOMENTS = ("mean", "std", "lower_95", "upper_95", "n_cycles")


def slots_of(series: RegularSeries) -> NDArray[np.int64]:
    """Return the slot of each point of a series, shape (time,)."""
    days = local_days(series.at_utc(), series.time_zone, series.step_seconds)
    return days["slot"].to_numpy().astype(np.int64)


def stored_moments(rows: pl.DataFrame) -> PeriodicMoments:
    """Rebuild the moments of one series from its rows in ``models.periodic_moments``."""
    ordered = rows.sort("slot")
    columns = {
        name: ordered[name].cast(pl.Float64).fill_null(np.nan).to_numpy()[None, :] for name in _MOMENTS[:-1]
    }
    return PeriodicMoments(**columns, n_cycles=ordered["n_cycles"].cast(pl.Int64).to_numpy()[None, :])
