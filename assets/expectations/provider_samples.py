"""What is expected of ``raw.provider_samples``: the samples that a night loaded from exports.

A negative value is no fault here: the series flags it as impossible.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from assets.expectations.claims import complete, finite, plausible_time, within
from assets.expectations.suite import Suite


def _claims(gxe: Any) -> list[Any]:
    return [
        *complete(gxe, "source", "series_id", "at_utc", "value", "unit", "file_id", "line_number"),
        plausible_time(gxe, "at_utc"),
        finite(gxe, "value"),
        within(gxe, "line_number", "lines are counted from 1", min_value=1),
    ]


SUITE = Suite(
    name="provider_samples",
    table_name="raw.provider_samples",
    schema={
        "source": pl.String(),
        "series_id": pl.String(),
        "at_utc": pl.Datetime("us"),
        "value": pl.Float64(),
        "unit": pl.String(),
        "file_id": pl.String(),
        "line_number": pl.Int64(),
    },
    # Two exports may cover the same hours, so the time alone does not identify a sample.
    key=("series_id", "at_utc", "file_id", "line_number"),
    grouped_by="series_id",
    derived=(),
    claims=_claims,
)
