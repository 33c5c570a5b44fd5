"""Rows of ``series.observations`` and ``series.day_ensemble`` from a grid.

Flags and calendar come from the neighbours; this module only joins them. The way back, from rows to the
arrays that a fit takes, is ``series_batch``.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from traffic.windowing.flags import CAPACITY_TOLERANCE, flag_values
from traffic.windowing.local_days import local_days


def observe(
    grid: pl.DataFrame, time_zone: str, step_seconds: int, capacity: float | None = None
) -> pl.DataFrame:
    """Flag a grid and clean its values.

    Parameters
    ----------
    grid : polars.DataFrame
        ``at_utc``, ``value``, ``is_observed``, without holes; with ``cause`` where one is known already.
    time_zone : str
        IANA name of the series' zone.
    step_seconds : int
        The grid's spacing.
    capacity : float, optional
        In the series' unit; a value of more than a twentieth above it is impossible.

    Returns
    -------
    polars.DataFrame
        The grid with ``flag`` (null, outlier, outage, impossible), ``is_outlier``, ``value_clean`` and
        ``cause`` (of what is impossible: negative, infinite, above_capacity, or what the grid came with).
    """
    slot = local_days(grid["at_utc"], time_zone, step_seconds)["slot"].to_numpy()
    grid = grid.with_columns(cause=_cause(grid, capacity))
    flags = flag_values(_floats(grid["value"]), slot, step_seconds, grid["cause"].is_not_null().to_numpy())
    flag = (
        pl.when(pl.Series(flags.is_impossible))
        .then(pl.lit("impossible"))
        .when(pl.Series(flags.is_outage))
        .then(pl.lit("outage"))
        .when(pl.Series(flags.is_outlier))
        .then(pl.lit("outlier"))
    )
    return grid.with_columns(
        flag=flag,
        is_outlier=pl.Series(flags.is_outlier),
        value_clean=pl.Series(flags.value_clean, nan_to_null=True),
    )


def _cause(grid: pl.DataFrame, capacity: float | None) -> pl.Expr:
    value = pl.col("value")
    found = pl.when(value.is_infinite()).then(pl.lit("infinite")).when(value < 0).then(pl.lit("negative"))
    if capacity is not None:
        found = found.when(value > capacity * CAPACITY_TOLERANCE).then(pl.lit("above_capacity"))
    return (
        pl.coalesce("cause", found) if "cause" in grid.columns else found.otherwise(pl.lit(None, pl.String))
    )


def align_days(observations: pl.DataFrame, time_zone: str, step_seconds: int) -> pl.DataFrame:
    """Align the clean values of a series by local clock time.

    Parameters
    ----------
    observations : polars.DataFrame
        ``at_utc`` and ``value_clean``.
    time_zone : str
        IANA name of the series' zone.
    step_seconds : int
        The grid's spacing.

    Returns
    -------
    polars.DataFrame
        ``local_date``, ``weekday``, ``slot``, ``at_utc``, ``value`` (null where missing).
    """
    days = local_days(observations["at_utc"], time_zone, step_seconds)
    return days.with_columns(observations["at_utc"], observations["value_clean"].alias("value"))


def _floats(column: pl.Series) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return column.cast(pl.Float64).fill_null(np.nan).to_numpy().astype(np.float64, copy=False)
