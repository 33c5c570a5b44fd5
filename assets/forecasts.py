"""The forecasts of a night, with the champions; how the last ones did is in ``scores``."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import dagster as dg
import polars as pl

from assets.charts import forecast_chart, png_markdown
from assets.constant_volatility_choice import chosen_series
from assets.constant_volatility_rows import stored_models
from assets.forecast_rows import NO_MODEL, forecast_rows
from assets.landing import Landing
from assets.nights import (
    Night,
    in_isolation,
    night_of,
    replace_night,
    rows_frame,
    series_of_night,
)
from assets.table_specs import key_of, table_metadata, table_spec, written
from assets.variable_volatility_rows import stored_volatilities
from traffic.models.champion import REFERENCE, SELECTED
from traffic.windowing.targets import day_ahead
from warehouse import Warehouse

_MODELS = (
    "models.constant_volatility",
    "models.coefficients",
    "models.variable_volatility",
    "models.periodic",
    "models.periodic_moments",
)


@dg.multi_asset(
    name="champions_and_points",
    specs=[
        table_spec("models.champions", ["series.observations", *_MODELS]),
        table_spec("forecasts.points", ["series.observations", *_MODELS], kinds=("statsmodels",)),
    ],
)
def champions_and_points(
    context: dg.AssetExecutionContext,
    warehouse: dg.ResourceParam[Warehouse],
    landing: dg.ResourceParam[Landing],
) -> Iterator[Any]:
    """Forecast the next 24 hours of every series by each of its models, and name the champion."""
    night = night_of(context, landing)
    why_not = chosen_series(warehouse, landing.sources.platform).why_not
    points, champions = _forecast_all(warehouse, night, why_not, context.log)
    frames = {"models.champions": champions, "forecasts.points": points}
    replace_night(warehouse, night, frames)
    yield written("models.champions", champions)
    plot = _plot(warehouse, points)
    yield dg.MaterializeResult(
        key_of("forecasts.points"), metadata=table_metadata(points, "target_utc") | plot
    )


def _forecast_all(
    warehouse: Warehouse, night: Night, why_not: dict[str, str], log: Any
) -> tuple[pl.DataFrame, pl.DataFrame]:
    models = stored_models(warehouse, night)
    volatilities = stored_volatilities(warehouse, night)
    where = {"issued_at_utc": night.issued_at_utc}
    moments = warehouse.read("models.periodic_moments", where=where)
    by_series = moments.partition_by("series_id", as_dict=True)
    refusals = _refusals(warehouse, night)
    for series_id, reason in why_not.items():
        refusals.setdefault(series_id, {}).update({SELECTED: reason, REFERENCE: reason})
    points, champions = [], []
    for series in series_of_night(warehouse, night):
        name = series.series_id
        work = partial(
            forecast_rows,
            series,
            day_ahead(series, night.issued_at_utc),
            {model: fitted for (owner, model), fitted in models.items() if owner == name},
            volatilities.get(name),
            by_series.get((name,), moments.clear()),
            refusals.get(name, {}),
        )
        frame, champion = in_isolation(name, work, partial(_no_forecast, name), log)
        if frame.height:
            points.append(frame)
        champions.append(champion)
    all_points = pl.concat(points) if points else pl.DataFrame()
    if points:
        all_points = all_points.with_columns(issued_at_utc=pl.lit(night.issued_at_utc, pl.Datetime("us")))
    return all_points, rows_frame(champions, night)


def _refusals(warehouse: Warehouse, night: Night) -> dict[str, dict[str, str]]:
    where = {"issued_at_utc": night.issued_at_utc, "status": ["too_short", "failed"]}
    constant = warehouse.read("models.constant_volatility", ("series_id", "model", "reason"), where)
    periodic = warehouse.read("models.periodic", ("series_id", "reason"), where)
    rows = pl.concat([constant, periodic.select("series_id", pl.lit("periodic").alias("model"), "reason")])
    refusals: dict[str, dict[str, str]] = {}
    for series_id, model, reason in rows.iter_rows():
        refusals.setdefault(series_id, {})[model] = reason
    return refusals


def _no_forecast(series_id: str, reason: str) -> tuple[pl.DataFrame, dict[str, Any]]:
    return pl.DataFrame(), {"series_id": series_id, "model": NO_MODEL, "reason": reason}


def _plot(warehouse: Warehouse, points: pl.DataFrame) -> dict[str, Any]:
    champions = points.filter("is_champion") if points.height else points
    if champions.is_empty():
        return {}
    # One picture tells whether the night is sane; the busiest series is the one that people look for.
    busiest = champions.sort("q50", descending=True)["series_id"][0]
    mine = champions.filter(pl.col("series_id") == busiest)
    entry = warehouse.read("series.catalog", ("unit",), {"series_id": busiest})
    history = warehouse.read("series.observations", ("at_utc", "value"), {"series_id": busiest}, "at_utc")
    history = history.filter(pl.col("at_utc") < mine["issued_at_utc"][0])
    png = forecast_chart(history, mine, f"{busiest}, next 24 hours", entry["unit"][0])
    return {"forecast": dg.MetadataValue.md(png_markdown(png, f"Forecast of {busiest} with its bands"))}
