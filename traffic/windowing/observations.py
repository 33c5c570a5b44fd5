"""Rows of ``series.observations`` and ``series.day_ensemble`` from a grid, and back to a ``RegularSeries``.

Flags and calendar come from the neighbours; this module only joins them, and cuts a series at the
midnight whose past a fit may know.
"""

from __future__ import annotations

from datetime import datetime

import numpy as np
import polars as pl

from traffic.windowing.flags import flag_values
from traffic.windowing.local_days import local_days
from traffic.windowing.regular_series import RegularSeries


def observe(grid: pl.DataFrame, time_zone: str, step_seconds: int) -> pl.DataFrame:
    """Flag a grid and clean its values.

    Parameters
    ----------
    grid : polars.DataFrame
        ``at_utc``, ``value``, ``is_observed``, without holes.
    time_zone : str
        IANA name of the series' zone.
    step_seconds : int
        The grid's spacing.

    Returns
    -------
    polars.DataFrame
        The grid with ``flag`` (null, outlier, outage, impossible), ``is_outlier`` and ``value_clean``.
    """
    slot = local_days(grid["at_utc"], time_zone, step_seconds)["slot"].to_numpy()
    flags = flag_values(_floats(grid["value"]), slot, step_seconds)
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


def known_before(
    observations: pl.DataFrame, series_id: str, time_zone: str, step_seconds: int, issued_at_utc: datetime
) -> RegularSeries:
    """Cut a series at a midnight, with the flags that its past alone gives.

    Parameters
    ----------
    observations : polars.DataFrame
        ``at_utc``, ``value``, ``value_clean`` of one series, ascending, without holes.
    series_id, time_zone : str
        Name and zone of the series.
    step_seconds : int
        The grid's spacing.
    issued_at_utc : datetime
        Nothing at or after this time is known.

    Returns
    -------
    RegularSeries
        The points before ``issued_at_utc``; no points if the series begins later.
    """
    past = observations.filter(pl.col("at_utc") < issued_at_utc)
    start_utc = past["at_utc"][0] if past.height else issued_at_utc
    value = _floats(past["value"])
    if past.height == observations.height:
        value_clean = _floats(past["value_clean"])
    else:
        slot = local_days(past["at_utc"], time_zone, step_seconds)["slot"].to_numpy()
        value_clean = flag_values(value, slot, step_seconds).value_clean
    return RegularSeries(series_id, start_utc, step_seconds, time_zone, value, value_clean)


def _floats(column: pl.Series) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return column.cast(pl.Float64).fill_null(np.nan).to_numpy().astype(np.float64, copy=False)
