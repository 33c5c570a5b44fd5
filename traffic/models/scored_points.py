"""Forecasts of many series beside what was measured, and what anybody could have said at their issue.

Takes and gives whole frames, so that a night of ten thousand series is a handful of joins a batch. How one
target is scored belongs to ``scores``; which nights are read, and where the rows go, to the assets.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import numpy as np
import polars as pl

from traffic.models.quantiles import QUANTILE_COLUMNS
from traffic.models.scores import score
from traffic.windowing.regular_series import DAY_SECONDS

MEAN_DAYS: Final = 42
"""Days before issue whose mean is the forecast to beat: six whole weeks."""

_COVERED: Final = ("covered_80", "covered_95")
_STEPPED: Final = ("series_id", "step_seconds")
_ISSUED: Final = ("series_id", "issued_at_utc")
_NUMBERS: Final = ("actual", "mean", "scale", "naive", "mean_before", *QUANTILE_COLUMNS)


def score_points(points: pl.DataFrame, observations: pl.DataFrame, step_seconds: int) -> pl.DataFrame:
    """Score the forecasts of series that share a step.

    Parameters
    ----------
    points : polars.DataFrame
        Rows of ``forecasts.points``, of any models, nights and steps.
    observations : polars.DataFrame
        ``series_id``, ``at_utc`` and ``value`` (in the series' own unit, null where missing or impossible) at
        every grid point that the night knows: the scale is over all of them.
    step_seconds : int
        Step of the series.

    Returns
    -------
    polars.DataFrame
        Rows of ``forecasts.scores``, one a point, in their order. Null, never NaN.

    Notes
    -----
    A forecast at a coarser step than the series' is of the mean of the values within the step, which is
    missing where less than half of them were measured. One at a finer step is not scored: ``actual`` is null.

    The seasonal naive forecast is the value at the same time of the last day known at issue, a day of 24
    hours; the mean is that of the ``MEAN_DAYS`` days before issue. Scales are as of ``seasonal_scale``.
    """
    stepped = _at_steps_of(points, observations, step_seconds)
    # The last sample within a coarser step must have been known as well.
    last_sample = pl.duration(seconds=pl.max_horizontal(pl.col("step_seconds") - step_seconds, 0))
    days_back = 1 + (pl.col("target_utc") + last_sample - pl.col("issued_at_utc")).dt.total_days()
    naive = stepped.rename({"target_utc": "naive_utc", "actual": "naive"})
    rows = points.with_columns(naive_utc=pl.col("target_utc") - pl.duration(days=days_back))
    for known, keys in (
        (stepped, (*_STEPPED, "target_utc")),
        (naive, (*_STEPPED, "naive_utc")),
        (_scales(stepped), _STEPPED),
        (_means_at_issue(points, observations), _ISSUED),
    ):
        rows = rows.join(known, on=keys, how="left", maintain_order="left")
    return _scored(rows)


def _at_steps_of(points: pl.DataFrame, observations: pl.DataFrame, step_seconds: int) -> pl.DataFrame:
    """Return what was measured in every step of the forecasts' grids, null where it was too little."""
    step, seconds = pl.col("step_seconds"), pl.col("at_utc").dt.epoch("s")
    grids = (
        points.filter(step >= step_seconds)
        .select("series_id", step, offset=pl.col("target_utc").dt.epoch("s") % step)
        .unique()
    )
    begin = (seconds - pl.col("offset")) // step * step + pl.col("offset")
    is_enough = pl.col("value").count() * 2 * step_seconds >= step.first()
    return (
        observations.join(grids, on="series_id", maintain_order="left")
        .group_by(*_STEPPED, target_utc=pl.from_epoch(begin).cast(pl.Datetime("us")), maintain_order=True)
        .agg(actual=pl.when(is_enough).then(pl.col("value").mean()))
    )


def _scales(stepped: pl.DataFrame) -> pl.DataFrame:
    """Return the scale of each series at each step, where it has one."""
    step = pl.col("step_seconds")
    day_before = stepped.filter((step < DAY_SECONDS) & (DAY_SECONDS % step == 0)).select(
        *_STEPPED, pl.col("target_utc") + pl.duration(days=1), day_before="actual"
    )
    return (
        stepped.join(day_before, on=(*_STEPPED, "target_utc"), maintain_order="left")
        .group_by(_STEPPED, maintain_order=True)
        .agg(scale=(pl.col("actual") - pl.col("day_before")).abs().mean())
        .filter(pl.col("scale") > 0)
    )


def _means_at_issue(points: pl.DataFrame, observations: pl.DataFrame) -> pl.DataFrame:
    """Return the mean that was known at each night's issue, of each series."""
    means = [
        observations.filter(
            pl.col("at_utc").is_between(issued - timedelta(days=MEAN_DAYS), issued, closed="left")
        )
        .group_by("series_id", maintain_order=True)
        .agg(issued_at_utc=pl.lit(issued, pl.Datetime("us")), mean_before=pl.col("value").mean())
        for issued in points["issued_at_utc"].unique(maintain_order=True)
    ]
    nothing = pl.Schema(
        {"series_id": pl.String(), "issued_at_utc": pl.Datetime("us"), "mean_before": pl.Float64()}
    )
    return pl.concat([nothing.to_frame(), *means])


def _scored(rows: pl.DataFrame) -> pl.DataFrame:
    numbers = rows.select(pl.col(_NUMBERS).cast(pl.Float64).fill_null(np.nan))
    actual, mean, scale = (numbers[name].to_numpy() for name in ("actual", "mean", "scale"))
    scores = score(actual, mean, numbers.select(QUANTILE_COLUMNS).to_numpy(), scale)
    figures = {
        "actual": actual,
        "error": scores.error,
        "scaled_error": scores.scaled_error,
        "covered_80": scores.covered_80,
        "covered_95": scores.covered_95,
        "naive_error": actual - numbers["naive"].to_numpy(),
        "mean_error": actual - numbers["mean_before"].to_numpy(),
        "pinball": scores.pinball,
    }
    return rows.select(
        "series_id", "model", "issued_at_utc", "step_seconds", "target_utc", "horizon"
    ).with_columns(
        pl.Series(name, figure, nan_to_null=True).cast(pl.Boolean if name in _COVERED else pl.Float64)
        for name, figure in figures.items()
    )
