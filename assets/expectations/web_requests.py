"""What is expected of ``raw.web_requests``: the requests that a night loaded from web logs."""

from __future__ import annotations

from typing import Any

import polars as pl

from assets.expectations.claims import complete, mostly_complete, plausible_time, within
from assets.expectations.suite import Suite

UNDERSTOOD_SHARE = 0.95
"""Host, path and status may be missing in odd lines, but a log in which they often are was read wrongly."""


def _claims(gxe: Any) -> list[Any]:
    return [
        *complete(gxe, "source", "at_utc", "file_id", "line_number"),
        *(mostly_complete(gxe, column, UNDERSTOOD_SHARE) for column in ("host", "path", "status")),
        plausible_time(gxe, "at_utc"),
        within(gxe, "status", "status lies between 100 and 599", min_value=100, max_value=599),
        within(gxe, "bytes_sent", "bytes_sent is not negative where there is a size", min_value=0),
        within(gxe, "line_number", "lines are counted from 1", min_value=1),
    ]


SUITE = Suite(
    name="web_requests",
    table_name="raw.web_requests",
    schema={
        "source": pl.String(),
        "at_utc": pl.Datetime("us"),
        "host": pl.String(),
        "method": pl.String(),
        "path": pl.String(),
        "protocol": pl.String(),
        "status": pl.Int64(),
        "bytes_sent": pl.Int64(),
        "file_id": pl.String(),
        "line_number": pl.Int64(),
    },
    key=("source", "file_id", "line_number"),
    grouped_by="source",
    derived=(),
    claims=_claims,
)
