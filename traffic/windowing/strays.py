"""Records that a wrong clock stamped: a few, far before or after all others, which stretch no series.

What is left out of a file's span and of a series follows from one rule, stated here. Values are judged in
``flags``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl

# One line with a wrong year would stretch a series over years of zeros or gaps.
STRAY_DAYS = 7
STRAY_SHARE = 0.01
SPAN_SCHEMA = pl.Schema({"first_utc": pl.Datetime("us"), "last_utc": pl.Datetime("us"), "weight": pl.Int64()})


@dataclass(frozen=True)
class Bounds:
    """Where some records begin and end, but for stray ones.

    Parameters
    ----------
    first_utc, last_utc : datetime
        The first and the last that is not stray.
    stray : int
        How many lie outside.
    """

    first_utc: datetime
    last_utc: datetime
    stray: int


def hourly_spans(at_utc: pl.Series, former: pl.DataFrame | None = None) -> pl.DataFrame:
    """Sum times up by the hour, onto what was summed up before.

    Parameters
    ----------
    at_utc : polars.Series of Datetime
        Times in any order, without null.
    former : polars.DataFrame, optional
        What an earlier call returned.

    Returns
    -------
    polars.DataFrame
        ``first_utc``, ``last_utc`` and ``weight`` (records), one row an hour that has any.
    """
    time = pl.col("at_utc")
    spans = (
        at_utc.alias("at_utc")
        .to_frame()
        .group_by(time.dt.truncate("1h").alias("hour"))
        .agg(
            time.min().alias("first_utc"),
            time.max().alias("last_utc"),
            pl.len().cast(pl.Int64).alias("weight"),
        )
        .select(SPAN_SCHEMA.keys())
        .cast(SPAN_SCHEMA)
    )
    if former is None:
        return spans
    hour = pl.col("first_utc").dt.truncate("1h").alias("hour")
    both = pl.concat([former, spans]).group_by(hour)
    return both.agg(pl.min("first_utc"), pl.max("last_utc"), pl.sum("weight")).select(SPAN_SCHEMA.keys())


def bounds(spans: pl.DataFrame) -> Bounds | None:
    """Find where records begin and end, but for stray ones.

    Stray are records more than a week before or after all others, if they are fewer than one in a hundred of
    the largest unbroken part and lie within an hour.

    Parameters
    ----------
    spans : polars.DataFrame
        ``first_utc``, ``last_utc`` and ``weight`` of groups of records, in any order.

    Returns
    -------
    Bounds or None
        None without any record.
    """
    if spans.is_empty():
        return None
    ordered = spans.sort("first_utc")
    covered_until = pl.col("last_utc").cum_max().shift(1)
    is_new = (pl.col("first_utc") - covered_until) > pl.duration(days=STRAY_DAYS)
    clusters = (
        ordered.with_columns(cluster=is_new.fill_null(value=False).cast(pl.Int32).cum_sum())
        .group_by("cluster")
        .agg(pl.min("first_utc"), pl.max("last_utc"), pl.sum("weight"))
    )
    is_rare = pl.col("weight") < STRAY_SHARE * pl.col("weight").max()
    is_short = pl.col("last_utc") - pl.col("first_utc") < pl.duration(hours=1)
    kept = clusters.filter(~(is_rare & is_short))
    first, last = kept.select(pl.min("first_utc"), pl.max("last_utc")).row(0)
    is_outside = (pl.col("first_utc") < first) | (pl.col("last_utc") > last)
    return Bounds(first, last, int(spans.filter(is_outside)["weight"].sum()))
