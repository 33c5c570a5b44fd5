"""Forecasts of many series beside what was measured, and what anybody could have said at their issue.

Takes and gives whole frames, so that a night of ten thousand series is a handful of joins a batch. How one
target is scored belongs to ``scores``; which nights are read, and where the rows go, to the assets.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from traffic.models.quantiles import QUANTILE_COLUMNS
from traffic.models.scores import score
from traffic.windowing.flat_series import FlatSeries, Floats, Integers, flat_series
from traffic.windowing.regular_series import DAY_SECONDS, day_steps

MEAN_DAYS: Final = 42
"""Days before issue whose mean is the forecast to beat: six whole weeks."""

_COVERED: Final = ("covered_80", "covered_95")
_KEPT: Final = ("series_id", "model", "is_champion", "issued_at_utc", "step_seconds", "target_utc", "horizon")


def score_points(points: pl.DataFrame, observations: pl.DataFrame, step_seconds: int) -> pl.DataFrame:
    """Score the forecasts of series that share a step.

    Parameters
    ----------
    points : polars.DataFrame
        Rows of ``forecasts.points``, of any models, nights and steps.
    observations : polars.DataFrame
        ``series_id``, ``at_utc`` and ``value`` (in the series' own unit, null where missing or impossible) at
        every grid point that the night knows, by series and ascending in time: the scale is over all of them.
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
    owners = points.select(pl.col("series_id").unique(maintain_order=True)).with_row_index("owner")
    course = flat_series(observations, owners["series_id"].to_list(), step_seconds)
    rows = points.join(owners, on="series_id", maintain_order="left").with_columns(
        pl.col("owner").cast(pl.Int64),
        step=pl.col("step_seconds").cast(pl.Int64),
        issued=pl.col("issued_at_utc").dt.epoch("s"),
        target=pl.col("target_utc").dt.epoch("s"),
    )
    actual, naive = np.full((2, rows.height), np.nan)
    for step in rows["step"].unique().to_list():
        at = (rows["step"] == step).to_numpy()
        owner, issued, target = (rows[name].to_numpy()[at] for name in ("owner", "issued", "target"))
        # The last sample within a coarser step must have been known as well.
        days_back = 1 + (target + max(step - step_seconds, 0) - issued) // DAY_SECONDS
        actual[at] = course.mean_within(owner, target, step)
        naive[at] = course.mean_within(owner, target - days_back * DAY_SECONDS, step)
    return _scored(rows, actual, naive, _means_at_issue(rows, course), _scales(rows, course))


def _means_at_issue(rows: pl.DataFrame, course: FlatSeries) -> Floats:
    """Return the mean that was known at the issue of each row."""
    issues = rows.select("owner", "issued").unique(maintain_order=True)
    owner, issued = (issues[name].to_numpy() for name in ("owner", "issued"))
    means = course.mean_between(owner, issued - MEAN_DAYS * DAY_SECONDS, issued)
    return _of_rows(rows, issues, means)


def _scales(rows: pl.DataFrame, course: FlatSeries) -> Floats:
    """Return the mean of |y_t - y_(t-day)| over the record of each row's series, at the step of the row."""
    grid = rows.with_columns(offset=pl.col("target") % pl.col("step"))
    grids = grid.select("owner", "step", "offset").unique(maintain_order=True)
    scales = np.full(grids.height, np.nan)
    for step in grids["step"].unique().to_list():
        lag = day_steps(step)
        if lag is not None:
            at = (grids["step"] == step).to_numpy()
            owner, offset = (grids[name].to_numpy()[at] for name in ("owner", "offset"))
            scales[at] = _scales_at(course, owner, offset, step, lag)
    return _of_rows(grid, grids, scales)


def _scales_at(course: FlatSeries, owner: Integers, offset: Integers, step: int, lag: int) -> Floats:
    first = (course.start[owner] - offset) // step * step + offset
    end = course.start[owner] + course.size[owner] * course.step_seconds
    count = np.where(course.size[owner] > 0, -((first - end) // step), 0)
    grid = np.repeat(np.arange(owner.size), count)
    place = np.arange(grid.size) - np.repeat(np.cumsum(count) - count, count)
    y = course.mean_within(owner[grid], first[grid] + place * step, step)
    later = np.flatnonzero(place >= lag)
    changes = np.abs(y[later] - y[later - lag])
    is_pair = ~np.isnan(changes)
    n_pairs, total = (
        np.bincount(grid[later][is_pair], weights, owner.size) for weights in (None, changes[is_pair])
    )
    scales = np.divide(total, n_pairs, out=np.full(owner.size, np.nan), where=n_pairs > 0)
    return np.where(scales > 0, scales, np.nan)


def _of_rows(rows: pl.DataFrame, keys: pl.DataFrame, figures: Floats) -> Floats:
    """Look the figure of each row up by its key."""
    found = keys.with_columns(figure=pl.Series(figures))
    joined = rows.join(found, on=keys.columns, how="left", maintain_order="left")
    return joined["figure"].to_numpy()


def _scored(
    rows: pl.DataFrame, actual: Floats, naive: Floats, mean_known: Floats, scale: Floats
) -> pl.DataFrame:
    said = rows.select(pl.col("mean", *QUANTILE_COLUMNS).cast(pl.Float64).fill_null(np.nan)).to_numpy()
    scores = score(actual, said[:, 0], said[:, 1:], scale)
    figures = {
        "actual": actual,
        "error": scores.error,
        "scaled_error": scores.scaled_error,
        "covered_80": scores.covered_80,
        "covered_95": scores.covered_95,
        "naive_error": actual - naive,
        "mean_error": actual - mean_known,
        "pinball": scores.pinball,
    }
    return rows.select(_KEPT).with_columns(
        pl.Series(name, figure, nan_to_null=True).cast(pl.Boolean if name in _COVERED else pl.Float64)
        for name, figure in figures.items()
    )
