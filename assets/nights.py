"""One night: the midnight whose past a run may know, and the series that it works on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

import dagster as dg
import polars as pl

from assets.landing import Landing
from assets.partitions import issued_at_utc
from traffic.models.requirements import HISTORY_DAYS
from traffic.windowing.regular_series import DAY_SECONDS, RegularSeries
from traffic.windowing.series_batch import SeriesBatch, known_before
from warehouse import Warehouse, Within

Result = TypeVar("Result")
USABLE = ["ok", "short"]
"""States of a series that a night works on: neither stale nor set aside."""

POINTS_AT_ONCE = 500_000
"""Read at once: a row of observations takes some 50 bytes on its way through frames into arrays."""


@dataclass(frozen=True)
class Night:
    """A night of the platform.

    Parameters
    ----------
    date : datetime.date
        The local date that begins at its midnight.
    issued_at_utc : datetime
        The midnight, naive UTC.
    """

    date: date
    issued_at_utc: datetime


def night_of(context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext, landing: Landing) -> Night:
    """Return the night that a run is for."""
    night = date.fromisoformat(context.partition_key)
    return Night(night, issued_at_utc(night, landing.sources.platform.time_zone))


def observations_of_night(
    warehouse: Warehouse, night: Night, only: Sequence[str] | None, points_at_once: int
) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """Yield every series but the stale and those set aside: the eight weeks before the night's midnight.

    Series with the same grid come together, so many that they have no more than ``points_at_once`` rows. With
    ``only``, no others than these are read.

    Yields
    ------
    members : polars.DataFrame
        Their rows of ``series.catalog``: of one step and time zone.
    observations : polars.DataFrame
        ``series_id``, ``at_utc``, ``value``, ``cause``; by series and ascending in time.
    """
    where = {"status": USABLE} | ({} if only is None else {"series_id": only})
    catalog = warehouse.read("series.catalog", where=where, order_by="series_id")
    known = Within(night.issued_at_utc - timedelta(days=HISTORY_DAYS), night.issued_at_utc)
    for grid, members in catalog.group_by("step_seconds", "time_zone", maintain_order=True):
        points = HISTORY_DAYS * DAY_SECONDS // grid[0]
        for part in members.iter_slices(max(points_at_once // points, 1)):
            yield (
                part,
                warehouse.read(
                    "series.observations",
                    ("series_id", "at_utc", "value", "cause"),
                    where={"series_id": part["series_id"].to_list(), "at_utc": known},
                    order_by=("series_id", "at_utc"),
                ),
            )


def batches_of_night(
    warehouse: Warehouse, night: Night, only: Sequence[str] | None = None
) -> Iterator[SeriesBatch]:
    """Yield the series of ``observations_of_night`` as arrays, with the flags that their past alone gives."""
    for members, observations in observations_of_night(warehouse, night, only, POINTS_AT_ONCE):
        step_seconds, time_zone = members.select("step_seconds", "time_zone").row(0)
        series_ids = members["series_id"].to_list()
        yield from known_before(observations, series_ids, time_zone, step_seconds, night.issued_at_utc)


def by_country(
    batches: Iterator[SeriesBatch], countries: Mapping[str, str | None]
) -> Iterator[tuple[SeriesBatch, str | None]]:
    """Split batches by whose public holidays their series keep.

    Parameters
    ----------
    batches : iterator of SeriesBatch
    countries : mapping of str to str or None
        By source.

    Yields
    ------
    batch : SeriesBatch
    country : str or None
    """
    for batch in batches:
        of_series = [countries.get(name.split("/")[0]) for name in batch.series_ids]
        for country in dict.fromkeys(of_series):
            rows = [row for row, one in enumerate(of_series) if one == country]
            yield (batch if len(rows) == len(of_series) else batch.part(rows)), country


def series_of_night(
    warehouse: Warehouse, night: Night, only: Sequence[str] | None = None
) -> Iterator[RegularSeries]:
    """Yield the series of ``batches_of_night`` one by one."""
    for batch in batches_of_night(warehouse, night, only):
        yield from batch.series()


def in_isolation(
    series_id: str, work: Callable[[], Result], otherwise: Callable[[str], Result], log: Any
) -> Result:
    """Do the work for one series, so that its trouble never stops the others.

    Parameters
    ----------
    series_id : str
        For the log.
    work : callable
        What is done.
    otherwise : callable
        Given the reason in a sentence, makes the result of a series whose work failed.
    log
        A logger; it gets the whole traceback.
    """
    try:
        return work()
    except Exception as error:
        log.exception("%s was set aside", series_id)
        return otherwise(f"{type(error).__name__}: {error}")


def rows_frame(rows: list[dict[str, Any]], night: Night) -> pl.DataFrame:
    """Make a frame of rows, each with the night's midnight."""
    frame = pl.DataFrame(rows, infer_schema_length=None)
    return frame.with_columns(issued_at_utc=pl.lit(night.issued_at_utc, pl.Datetime("us")))


def keep_nights(warehouse: Warehouse, landing: Landing, tables: Sequence[str]) -> None:
    """Keep of some tables the rows of as many nights as ``[platform]`` says."""
    for table in tables:
        warehouse.keep_newest(table, "issued_at_utc", landing.sources.platform.keep_nights)


def replace_night(warehouse: Warehouse, night: Night, frames: dict[str, pl.DataFrame]) -> None:
    """Put a night's rows in the place of those that an earlier run for it wrote, all tables at once."""
    with warehouse.transaction():
        for table, frame in frames.items():
            warehouse.replace(table, frame, {"issued_at_utc": night.issued_at_utc})
