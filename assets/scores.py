"""The table ``forecasts.scores``: how the forecasts of the day before did, once it is over."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import dagster as dg
import polars as pl

from assets.landing import Landing
from assets.nights import Night, night_of, observations_of_night
from assets.partitions import issued_at_utc
from assets.table_pictures import picture_of
from assets.table_specs import key_of, table_metadata, table_spec
from traffic.models.scored_points import score_points
from warehouse import Warehouse, Within

TABLE = "forecasts.scores"

POINTS_AT_ONCE = 2_000_000
"""Read at once: scoring copies little, and every batch costs a look through all observations."""


@dg.multi_asset(
    name="scores_of_the_day_before",
    specs=[table_spec(TABLE, ["series.observations", "forecasts.points"])],
)
def scores_of_the_day_before(
    context: dg.AssetExecutionContext,
    warehouse: dg.ResourceParam[Warehouse],
    landing: dg.ResourceParam[Landing],
) -> Iterator[Any]:
    """Score what all earlier nights forecast for the day before this one."""
    night = night_of(context, landing)
    day_before = night.date - timedelta(days=1)
    day = Within(issued_at_utc(day_before, landing.sources.platform.time_zone), night.issued_at_utc)
    with warehouse.transaction():
        first, row_count = write_scores(warehouse, night, day)
        warehouse.keep_newest(TABLE, "issued_at_utc", landing.sources.platform.keep_scores)
    metadata = table_metadata(first, "target_utc", row_count=row_count)
    yield dg.MaterializeResult(key_of(TABLE), metadata=metadata | picture_of(warehouse, TABLE, night))


def write_scores(warehouse: Warehouse, night: Night, day: Within) -> tuple[pl.DataFrame, int]:
    """Put the scores of a day in the place of those that an earlier run wrote, many series at once.

    Parameters
    ----------
    warehouse : Warehouse
        Where they are written.
    night : Night
        The night that scores: later forecasts and later values are not looked at.
    day : Within
        The times whose forecasts are scored.

    Returns
    -------
    first : polars.DataFrame
        The rows of the first batch, to show.
    row_count : int
        How many were written.
    """
    first, row_count = pl.DataFrame(), 0
    with warehouse.transaction():
        warehouse.delete(TABLE, {"target_utc": day})
        forecast = _series_forecast(warehouse, day)
        for members, observations in observations_of_night(warehouse, night, forecast, POINTS_AT_ONCE):
            points = warehouse.read(
                "forecasts.points",
                where={"target_utc": day, "series_id": members["series_id"].to_list()},
                order_by=("series_id", "model", "issued_at_utc", "step_seconds", "target_utc"),
            ).filter(pl.col("issued_at_utc") < night.issued_at_utc)
            # What cannot have been is no measure of a forecast.
            possible = observations.with_columns(value=pl.when(pl.col("cause").is_null()).then("value"))
            scores = score_points(points, possible, members["step_seconds"][0])
            warehouse.insert(TABLE, scores)
            first = first if first.height else scores
            row_count += scores.height
    return first, row_count


def _series_forecast(warehouse: Warehouse, day: Within) -> list[str]:
    sql = "SELECT DISTINCT series_id FROM forecasts.points WHERE target_utc >= ? AND target_utc < ?"
    return warehouse.query(sql, [day.start, day.end])["series_id"].to_list()
