"""Local wall-clock stamps to UTC, across the hours that a clock change skips or repeats.

What the stamps look like is the formats' affair; days and slots belong to ``traffic.windowing``.
"""

from __future__ import annotations

from typing import Literal

import polars as pl

EARLIEST_YEAR, LATEST_YEAR = 1970, 2100


def local_to_utc(local: pl.Expr, time_zone: str, *, is_repeat: pl.Expr) -> pl.Expr:
    """Read naive local times in a zone.

    Parameters
    ----------
    local : polars expression of Datetime
        Naive wall-clock times.
    time_zone : str
        IANA name.
    is_repeat : polars expression of Boolean
        Where a wall-clock time exists twice: whether this is the second one.

    Returns
    -------
    polars expression of Datetime("us")
        Naive UTC; null where the clock skipped the time.
    """

    def read(which: Literal["earliest", "latest"]) -> pl.Expr:
        zoned = local.dt.replace_time_zone(time_zone, ambiguous=which, non_existent="null")
        return zoned.dt.convert_time_zone("UTC").dt.replace_time_zone(None).cast(pl.Datetime("us"))

    # Both readings are cheap; one call with an expression for `ambiguous` panics on a column without rows.
    return pl.when(is_repeat).then(read("latest")).otherwise(read("earliest"))


class WallClock:
    """Reads the wall-clock times of one log in the order of its lines.

    Lines of a log are nearly in order. Once a wall-clock time that exists twice stands well before one
    that came earlier on the same local date, by half of what the clock repeats (half an hour, as a rule),
    the clock has gone back, and stays so for that date. The clock remembers this from block to block.

    Parameters
    ----------
    time_zone : str
        IANA name.
    """

    def __init__(self, time_zone: str) -> None:
        self.time_zone = time_zone
        self._seen = pl.DataFrame(
            schema={"date": pl.Date, "latest": pl.Datetime("us"), "went_back": pl.Boolean}
        )

    def to_utc(self, local: pl.Series) -> pl.Series:
        """Read the next times.

        Parameters
        ----------
        local : polars.Series of Datetime
            Naive wall-clock times in the lines' order; null where a line has none.

        Returns
        -------
        polars.Series of Datetime("us")
            Naive UTC; null where the clock skipped the time.
        """
        time = pl.col("local")
        first = local_to_utc(time, self.time_zone, is_repeat=pl.lit(value=False))
        second = local_to_utc(time, self.time_zone, is_repeat=pl.lit(value=True))
        frame = local.cast(pl.Datetime("us")).to_frame("local")
        frame = frame.with_columns(date=time.dt.date(), first=first, second=second)
        frame = frame.join(self._seen, on="date", how="left", maintain_order="left").with_columns(
            latest=pl.max_horizontal(time.cum_max().over("date"), "latest")
        )
        repeated = pl.col("second") - pl.col("first")
        stands_back = (repeated > pl.duration()) & ((pl.col("latest") - time) * 2 >= repeated)
        went_back = (stands_back | pl.col("went_back")).fill_null(value=False).cum_max().over("date")
        frame = frame.with_columns(went_back=went_back)
        # A block may lack a date that the next one comes back to: what was seen before is kept.
        seen = pl.concat([self._seen, frame.select(self._seen.columns).drop_nulls("date")])
        self._seen = seen.group_by("date").agg(pl.max("latest"), pl.max("went_back"))
        return frame.select(at=pl.when("went_back").then("second").otherwise("first"))["at"]


def within_plausible_years(at: pl.Expr) -> pl.Expr:
    """Whether a time lies in the years that a record of traffic can come from (1970 to 2100)."""
    return at.dt.year().is_between(EARLIEST_YEAR, LATEST_YEAR)
