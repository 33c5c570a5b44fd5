"""What is expected of ``series.observations``: every series on a regular grid, gaps marked, never zero."""

from __future__ import annotations

from typing import Any

import polars as pl

from assets.expectations.claims import always, complete, finite, plausible_time, within
from assets.expectations.suite import Suite

FLAGS = ("outlier", "outage", "impossible")
FLAGS_WITHOUT_CLEAN_VALUE = ("outage", "impossible")

_HAS_VALUE = pl.col("value").is_not_null() & pl.col("value").is_not_nan()
_HAS_CLEAN_VALUE = pl.col("value_clean").is_not_null() & pl.col("value_clean").is_not_nan()
_IS_USABLE = pl.col("is_observed") & ~pl.col("flag").is_in(FLAGS_WITHOUT_CLEAN_VALUE).fill_null(False)

# The table has no order of its own, so rows are compared in the order of time within their series. Time is
# then strictly increasing where every row is later than the one before, and no gap is unmarked where it is
# later by the step of the series, which is its most common spacing.
_SECONDS_SINCE_PREVIOUS = (
    pl.col("at_utc").diff().dt.total_microseconds().over("series_id", order_by="at_utc") / 1_000_000
)
_STEPS_SINCE_PREVIOUS = _SECONDS_SINCE_PREVIOUS / _SECONDS_SINCE_PREVIOUS.median().over("series_id")


def _claims(gxe: Any) -> list[Any]:
    return [
        *complete(gxe, "series_id", "at_utc", "is_observed", "is_outlier"),
        plausible_time(gxe, "at_utc"),
        finite(gxe, "value"),
        finite(gxe, "value_clean"),
        gxe.ExpectColumnValuesToBeInSet(
            column="flag", value_set=list(FLAGS), description=f"flag is null or one of {', '.join(FLAGS)}"
        ),
        always(gxe, "value_agrees_with_is_observed", "value is there exactly where is_observed says so"),
        always(
            gxe,
            "value_clean_agrees_with_flag",
            "value_clean is missing exactly where value is, or where the flag is outage or impossible",
        ),
        always(gxe, "outlier_agrees_with_flag", "is_outlier is true exactly where the flag is outlier"),
        within(
            gxe,
            "seconds_since_previous",
            "time is strictly increasing within a series",
            min_value=0,
            strict_min=True,
        ),
        within(
            gxe,
            "steps_since_previous",
            "within a series every row comes one step after the one before: a gap is marked, not left out",
            min_value=1,
            max_value=1,
        ),
    ]


SUITE = Suite(
    name="observations",
    table_name="series.observations",
    schema={
        "series_id": pl.String(),
        "at_utc": pl.Datetime("us"),
        "value": pl.Float64(),
        "is_observed": pl.Boolean(),
        "flag": pl.String(),
        "is_outlier": pl.Boolean(),
        "value_clean": pl.Float64(),
    },
    key=("series_id", "at_utc"),
    grouped_by="series_id",
    derived=(
        (pl.col("is_observed") == _HAS_VALUE).alias("value_agrees_with_is_observed"),
        (_HAS_CLEAN_VALUE == _IS_USABLE).alias("value_clean_agrees_with_flag"),
        (pl.col("is_outlier") == pl.col("flag").eq_missing("outlier")).alias("outlier_agrees_with_flag"),
        _SECONDS_SINCE_PREVIOUS.alias("seconds_since_previous"),
        _STEPS_SINCE_PREVIOUS.alias("steps_since_previous"),
    ),
    claims=_claims,
)
