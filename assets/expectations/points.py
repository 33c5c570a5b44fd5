"""What is expected of ``forecasts.points``: finite, ordered quantiles on a grid after the issue."""

from __future__ import annotations

import itertools
from typing import Any

import polars as pl

from assets.expectations.claims import complete, plausible_time, within
from assets.expectations.suite import Suite

QUANTILES = ("q025", "q10", "q25", "q50", "q75", "q90", "q975")
NUMBERS = ("mean", *QUANTILES)

_FORECAST = ("series_id", "model", "issued_at_utc", "step_seconds")

_UNUSABLE_NUMBERS = pl.sum_horizontal(~pl.col(name).is_finite().fill_null(False) for name in NUMBERS)
_SMALLEST_QUANTILE_STEP = pl.min_horizontal(
    pl.col(upper) - pl.col(lower) for lower, upper in itertools.pairwise(QUANTILES)
)
_SECONDS_AFTER_ISSUE = (pl.col("target_utc") - pl.col("issued_at_utc")).dt.total_microseconds() / 1_000_000
# In the order of the horizon: a later horizon with an earlier target is seen whatever the rows' order.
_SECONDS_SINCE_PREVIOUS = (
    pl.col("target_utc").diff().dt.total_microseconds().over(_FORECAST, order_by="horizon") / 1_000_000
)
_TARGET = ("series_id", "issued_at_utc", "step_seconds", "target_utc")
_CHAMPIONS = pl.col("model").filter(pl.col("is_champion")).drop_nulls().n_unique().over(_TARGET)
_HAS_CHAMPION = pl.col("is_champion").any().over("series_id") | pl.col("series_id").is_null()


def _claims(gxe: Any) -> list[Any]:
    return [
        *complete(gxe, *_FORECAST, "is_champion", "target_utc", "horizon"),
        plausible_time(gxe, "issued_at_utc"),
        plausible_time(gxe, "target_utc"),
        within(gxe, "step_seconds", "a step lasts at least a second", min_value=1),
        within(gxe, "horizon", "horizons are counted from 1", min_value=1),
        within(gxe, "unusable_numbers", "the mean and all quantiles are there and finite", max_value=0),
        within(gxe, "smallest_quantile_step", "the quantiles are in order, q025 to q975", min_value=0),
        within(gxe, "seconds_after_issue", "no target lies before the issue", min_value=0),
        within(
            gxe,
            "seconds_since_previous",
            "targets are strictly increasing with the horizon within a forecast",
            min_value=0,
            strict_min=True,
        ),
        within(
            gxe,
            "champions",
            "of the forecasts of a target in a night at most one is the champion's",
            max_value=1,
        ),
        within(gxe, "has_champion", "a champion speaks for every series that is forecast", min_value=1),
    ]


SUITE = Suite(
    name="points",
    table_name="forecasts.points",
    schema={
        "series_id": pl.String(),
        "model": pl.String(),
        "is_champion": pl.Boolean(),
        "issued_at_utc": pl.Datetime("us"),
        "step_seconds": pl.Int64(),
        "target_utc": pl.Datetime("us"),
        "horizon": pl.Int64(),
        **{name: pl.Float64() for name in NUMBERS},
    },
    key=(*_FORECAST, "target_utc"),
    grouped_by="series_id",
    derived=(
        _UNUSABLE_NUMBERS.alias("unusable_numbers"),
        _SMALLEST_QUANTILE_STEP.alias("smallest_quantile_step"),
        _SECONDS_AFTER_ISSUE.alias("seconds_after_issue"),
        _SECONDS_SINCE_PREVIOUS.alias("seconds_since_previous"),
        _CHAMPIONS.alias("champions"),
        _HAS_CHAMPION.cast(pl.Int64).alias("has_champion"),
    ),
    claims=_claims,
)
