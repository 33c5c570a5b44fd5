"""The forecasts of a night, the champions behind them and how each model would have done before."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import dagster as dg
import polars as pl

from assets.batch_isolation import Frames, isolated
from assets.charts import forecast_chart
from assets.constant_volatility_choice import chosen_series
from assets.constant_volatility_rows import stored_models
from assets.drawing import nothing_to_draw
from assets.fan_out import fan_out
from assets.forecast_frames import (
    BACKTESTS,
    CHAMPIONS,
    NO_MODEL,
    POINTS,
    forecast_frames,
    refused_champions,
)
from assets.forecast_rows import model_points, scored_models
from assets.landing import Landing
from assets.night_tables import NightTables
from assets.nights import (
    USABLE,
    Night,
    batches_of_night,
    by_country,
    in_isolation,
    keep_nights,
    night_of,
    series_of_night,
)
from assets.pictures import picture
from assets.table_pictures import picture_of
from assets.table_specs import table_spec
from assets.variable_volatility_rows import stored_volatilities
from traffic.models.champion import REFERENCE, SELECTED, VARIABLE_VOLATILITY, challenger
from traffic.windowing.regular_series import RegularSeries
from traffic.windowing.series_batch import SeriesBatch
from traffic.windowing.targets import day_ahead
from warehouse import Warehouse

_MODELS = ("models.constant_volatility", "models.coefficients", "models.variable_volatility")
_FROM = ("series.catalog", "series.observations", *_MODELS)
# Processes take seconds to start; with fewer series than these threads are done before.
_MANY_SERIES = 1_000


@dg.multi_asset(
    name="champions_and_points",
    specs=[
        table_spec(CHAMPIONS, _FROM),
        table_spec(POINTS, _FROM, kinds=("numpy", "statsmodels")),
        table_spec(BACKTESTS, _FROM, kinds=("numpy",)),
    ],
)
def champions_and_points(
    context: dg.AssetExecutionContext,
    warehouse: dg.ResourceParam[Warehouse],
    landing: dg.ResourceParam[Landing],
) -> Iterator[Any]:
    """Forecast the next day and week of every series, and say which model speaks for it and why."""
    night = night_of(context, landing)
    own = _own_forecasts(warehouse, night, landing, context.log)
    countries = {source.name: source.holidays for source in landing.sources.all}
    n_series = warehouse.count("series.catalog", {"status": USABLE})
    with NightTables(warehouse, night, (CHAMPIONS, POINTS, BACKTESTS)) as tables:
        work = partial(_forecast, night)
        parts = by_country(batches_of_night(warehouse, night), countries)
        for frames, failures in fan_out(work, parts, in_processes=n_series >= _MANY_SERIES):
            tables.add(_with_own(frames, own))
            for series_id, error in failures.items():
                context.log.error("%s was set aside", series_id, exc_info=error)
        keep_nights(warehouse, landing, (BACKTESTS,))
        warehouse.keep_newest(POINTS, "issued_at_utc", landing.sources.platform.keep_forecasts)
    plots = {table: picture_of(warehouse, table, night) for table in (CHAMPIONS, BACKTESTS)}
    yield from tables.written(plots | {POINTS: _plot(warehouse, night)})


@dataclass(frozen=True)
class _OwnForecast:
    """What a series' constant-volatility models forecast, and which of them takes over, if one does."""

    points: pl.DataFrame
    takes_over: tuple[str, str] | None


def _forecast(night: Night, part: tuple[SeriesBatch, str | None]) -> tuple[Frames, dict[str, Exception]]:
    batch, country = part
    work = partial(forecast_frames, issued_at_utc=night.issued_at_utc, country=country)
    return isolated(work, _refused, batch)


def _refused(reasons: dict[str, str]) -> Frames:
    return {CHAMPIONS: pl.concat([refused_champions([name], reason) for name, reason in reasons.items()])}


def _own_forecasts(warehouse: Warehouse, night: Night, landing: Landing, log: Any) -> dict[str, _OwnForecast]:
    """Forecast by the constant-volatility models of the series that have them."""
    models = stored_models(warehouse, night)
    volatilities = stored_volatilities(warehouse, night)
    chosen = list(chosen_series(warehouse, landing.sources.platform).chosen)
    scored = scored_models(warehouse, night, chosen, (SELECTED, REFERENCE, VARIABLE_VOLATILITY))

    def one(series: RegularSeries) -> _OwnForecast:
        name = series.series_id
        fitted = {model: found for (owner, model), found in models.items() if owner == name}
        points, why_not = model_points(
            series, day_ahead(series, night.issued_at_utc), fitted, volatilities.get(name)
        )
        for model, reason in why_not.items():
            log.warning("%s: %s gave no forecast: %s", name, model, reason)
        made = set(points["model"]) if points.height else set()
        standing = {model: found for model, found in scored.get(name, {}).items() if model in made}
        return _OwnForecast(points, challenger(standing))

    nothing = _OwnForecast(pl.DataFrame(), None)
    return {
        series.series_id: in_isolation(series.series_id, partial(one, series), lambda _: nothing, log)
        for series in series_of_night(warehouse, night, only=chosen)
    }


def _with_own(frames: Frames, own: Mapping[str, _OwnForecast]) -> Frames:
    """Add what the constant-volatility models say of a batch's series, and let those that take over speak."""
    said = frames[CHAMPIONS].select("series_id", "model", "reason")
    mine = {name: (own[name], model, reason) for name, model, reason in said.iter_rows() if name in own}
    added = [found.points for found, _, _ in mine.values() if found.points.height]
    if not added:
        return frames
    standing = [(name, _winner(*each)) for name, each in mine.items()]
    points = pl.concat([frames.get(POINTS, pl.DataFrame()), *added], how="diagonal_relaxed")
    winners = pl.DataFrame(
        [(name, *winner) for name, winner in standing if winner is not None],
        {"series_id": pl.String, "winner": pl.String, "why": pl.String},
        orient="row",
    )
    is_winner = (pl.col("model") == pl.col("winner")).fill_null(False)
    same_target = ("series_id", "step_seconds", "target_utc")
    points = points.join(winners.drop("why"), on="series_id", how="left", maintain_order="left").with_columns(
        is_champion=is_winner | (pl.col("is_champion") & ~is_winner.any().over(same_target))
    )
    taken = points.filter(is_winner).select("series_id", "step_seconds").unique()
    champions = frames[CHAMPIONS].join(winners, on="series_id", how="left", maintain_order="left")
    champions = champions.with_columns(
        model=pl.coalesce("winner", "model"), reason=pl.coalesce("why", "reason")
    )
    changed = {POINTS: points.drop("winner"), CHAMPIONS: champions.drop("winner", "why")}
    if BACKTESTS in frames:
        changed[BACKTESTS] = _without_champion(frames[BACKTESTS], taken)
    return frames | changed


def _winner(found: _OwnForecast, champion: str, reason: str) -> tuple[str, str] | None:
    """Return the model that speaks in the champion's place, and why; also where there is no champion."""
    if found.takes_over is not None or champion != NO_MODEL:
        return found.takes_over
    made = set(found.points["model"]) if found.points.height else set()
    alone = next((model for model in (SELECTED, REFERENCE) if model in made), None)
    return None if alone is None else (alone, f"{alone.capitalize()}: nothing else forecast it. {reason}")


def _without_champion(backtests: pl.DataFrame, taken: pl.DataFrame) -> pl.DataFrame:
    """Flag none of the forecaster's models where one that has no backtest has taken over."""
    marked = taken.with_columns(is_taken=pl.lit(True))
    joined = backtests.join(marked, on=taken.columns, how="left", maintain_order="left")
    is_standing = pl.col("is_taken").is_null()
    return joined.with_columns(pl.col("is_champion") & is_standing).drop("is_taken")


def _plot(warehouse: Warehouse, night: Night) -> dict[str, Any]:
    # One picture tells whether the night is sane; the busiest series is the one that people look for.
    what = "Forecast of the busiest series with its bands"
    return picture("forecast", what, partial(_busiest_forecast, warehouse, night))


def _busiest_forecast(warehouse: Warehouse, night: Night) -> bytes:
    busiest = warehouse.query(
        "SELECT series_id FROM forecasts.points JOIN series.catalog USING (series_id, step_seconds) "
        "WHERE issued_at_utc = ? AND is_champion ORDER BY q50 DESC LIMIT 1",
        [night.issued_at_utc],
    )
    if busiest.is_empty():
        return nothing_to_draw("What comes next")
    series_id = busiest["series_id"][0]
    entry = warehouse.read("series.catalog", ("unit", "step_seconds"), {"series_id": series_id})
    of_series = {"series_id": series_id, "is_champion": True, "issued_at_utc": night.issued_at_utc}
    points = warehouse.read(
        POINTS, where=of_series | {"step_seconds": entry["step_seconds"][0]}, order_by="target_utc"
    )
    history = warehouse.read("series.observations", ("at_utc", "value"), {"series_id": series_id}, "at_utc")
    history = history.filter(pl.col("at_utc") < night.issued_at_utc)
    return forecast_chart(history, points, f"{series_id}, what comes next", entry["unit"][0])
