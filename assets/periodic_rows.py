"""Rows of one series in ``models.periodic`` and ``models.periodic_moments``, and its model rebuilt.

The model is ``traffic.models.periodic``'s; the tables are written in ``models``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from traffic.models.periodic import PeriodicMoments, explained_share, periodic_moments
from traffic.models.requirements import why_not_periodic
from traffic.windowing.local_days import local_days
from traffic.windowing.regular_series import RegularSeries

_MOMENTS = ("mean", "std", "lower_95", "upper_95", "n_cycles")


def slots_of(series: RegularSeries) -> NDArray[np.int64]:
    """Return the slot of each point of a series, shape (time,)."""
    days = local_days(series.at_utc(), series.time_zone, series.step_seconds)
    return days["slot"].to_numpy().astype(np.int64)


def periodic_rows(series: RegularSeries) -> tuple[dict[str, Any], pl.DataFrame]:
    """Estimate the periodic moments of a series over its day.

    Parameters
    ----------
    series : RegularSeries
        Known before the night's midnight.

    Returns
    -------
    row : dict
        Of ``models.periodic``, with the reason where it cannot be estimated.
    moments : polars.DataFrame
        Of ``models.periodic_moments``; empty where it cannot be estimated.
    """
    slot = slots_of(series)
    reason = why_not_periodic(series.value_clean, slot, series.day_steps)
    if reason is not None or series.day_steps is None:
        return refused_row(series.series_id, reason or "", "too_short"), pl.DataFrame()
    values = series.value_clean[None, :]
    moments = periodic_moments(values, slot, series.day_steps)
    row = {
        "series_id": series.series_id,
        "period_steps": series.day_steps,
        "transform": "identity",
        "explained_share": float(explained_share(values, slot, moments)[0]),
        "status": "ok",
        "reason": None,
    }
    frame = pl.DataFrame({name: getattr(moments, name)[0] for name in _MOMENTS}).with_row_index("slot")
    return row, frame.with_columns(series_id=pl.lit(series.series_id))


def refused_row(series_id: str, reason: str, status: str = "failed") -> dict[str, Any]:
    """Return the row of a series that has no periodic model, with the reason."""
    return {"series_id": series_id, "status": status, "reason": reason}


def stored_moments(rows: pl.DataFrame) -> PeriodicMoments:
    """Rebuild the moments of one series from its rows in ``models.periodic_moments``."""
    ordered = rows.sort("slot")
    columns = {
        name: ordered[name].cast(pl.Float64).fill_null(np.nan).to_numpy()[None, :] for name in _MOMENTS[:-1]
    }
    return PeriodicMoments(**columns, n_cycles=ordered["n_cycles"].cast(pl.Int64).to_numpy()[None, :])
