"""The schema ``diagnostics``: what the models leave unexplained, and what the days look like."""

from collections.abc import Iterator
from datetime import time, timedelta
from functools import partial
from typing import Any

import dagster as dg
import polars as pl

from assets.charts import peaks_chart, png_markdown
from assets.constant_volatility_charts import correlogram_chart, histogram_chart
from assets.constant_volatility_choice import chosen_series
from assets.constant_volatility_rows import stored_models
from assets.landing import Landing
from assets.nights import in_isolation, keep_nights, night_of, replace_night, rows_frame, series_of_night
from assets.outlier_rows import outlier_rows
from assets.residual_rows import RESIDUAL_TABLES, residual_rows
from assets.table_specs import key_of, table_metadata, table_spec, written
from traffic.diagnostics.daily_peaks import DailyPeak, daily_peaks
from traffic.models.champion import SELECTED
from traffic.models.requirements import HISTORY_DAYS
from traffic.windowing.local_days import ensemble_matrix
from warehouse import Warehouse, Within

BOOTSTRAP_SEED = 2021
_PEAK_SERIES = "SELECT DISTINCT series_id FROM diagnostics.daily_peaks"

_EFFECTS = "diagnostics.outlier_effects"
_PLOTS = {
    "diagnostics.autocorrelation": ("correlogram", correlogram_chart, "Autocorrelation of"),
    "diagnostics.residual_histogram": (
        "histogram",
        histogram_chart,
        "Residuals of the selected model, with three densities, of",
    ),
}
_FITTED = ("series.observations", "models.constant_volatility", "models.coefficients")

Rows = list[dict[str, Any]]


@dg.multi_asset(
    name="residual_diagnostics",
    specs=[table_spec(table, _FITTED) for table in RESIDUAL_TABLES],
)
def residual_diagnostics(
    context: dg.AssetExecutionContext,
    warehouse: dg.ResourceParam[Warehouse],
    landing: dg.ResourceParam[Landing],
) -> Iterator[Any]:
    """Correlate each chosen series, its difference and its residuals, and say what is left in them."""
    night = night_of(context, landing)
    models = stored_models(warehouse, night)
    chosen = chosen_series(warehouse, landing.sources.platform).chosen
    rows: dict[str, Rows] = {table: [] for table in RESIDUAL_TABLES}
    for series in series_of_night(warehouse, night, only=chosen):
        mine = {model: fitted for (owner, model), fitted in models.items() if owner == series.series_id}
        work = partial(residual_rows, series, mine)
        for table, more in in_isolation(series.series_id, work, lambda _: {}, context.log).items():
            rows[table] += more
    frames = {table: rows_frame(found, night) for table, found in rows.items()}
    replace_night(warehouse, night, frames)
    keep_nights(warehouse, landing, RESIDUAL_TABLES)
    for table, frame in frames.items():
        yield dg.MaterializeResult(key_of(table), metadata=table_metadata(frame) | _plot(table, frame))


@dg.multi_asset(
    name="effects_of_outlier_rules",
    specs=[table_spec(_EFFECTS, ["series.observations"], kinds=("statsmodels",))],
)
def effects_of_outlier_rules(
    context: dg.AssetExecutionContext,
    warehouse: dg.ResourceParam[Warehouse],
    landing: dg.ResourceParam[Landing],
) -> Iterator[Any]:
    """Apply each outlier rule to the chosen series, and fit the reference to what it leaves."""
    night = night_of(context, landing)
    chosen = chosen_series(warehouse, landing.sources.platform).chosen
    rows: Rows = []
    for series in series_of_night(warehouse, night, only=chosen):
        rows += in_isolation(series.series_id, partial(outlier_rows, series), lambda _: [], context.log)
    frame = rows_frame(rows, night)
    replace_night(warehouse, night, {_EFFECTS: frame})
    keep_nights(warehouse, landing, [_EFFECTS])
    yield written(_EFFECTS, frame)


@dg.multi_asset(name="peaks_of_days", specs=[table_spec("diagnostics.daily_peaks", ["series.day_ensemble"])])
def peaks_of_days(
    context: dg.AssetExecutionContext,
    warehouse: dg.ResourceParam[Warehouse],
    landing: dg.ResourceParam[Landing],
) -> Iterator[Any]:
    """Find the peak of each day of eight weeks, and how many minutes the day came later than the others."""
    night = night_of(context, landing)
    catalog = warehouse.read("series.catalog", ("series_id", "step_seconds"), order_by="series_id")
    seen = Within(night.date - timedelta(days=HISTORY_DAYS), night.date)
    frames = []
    for series_id, step_seconds in catalog.drop_nulls().iter_rows():
        of_series = {"series_id": series_id, "local_date": seen}
        days = warehouse.read("series.day_ensemble", ("local_date", "slot", "value"), of_series)
        work = partial(_peak_rows, series_id, step_seconds, days)
        frames.append(in_isolation(series_id, work, lambda _: [], context.log))
    rows = [row for frame in frames for row in frame]
    peaks = pl.DataFrame(rows, infer_schema_length=None)
    with warehouse.transaction():
        # Of older days an earlier night's look stands; a series that is gone has none.
        gone = set(warehouse.query(_PEAK_SERIES)["series_id"]) - set(catalog["series_id"])
        warehouse.delete("diagnostics.daily_peaks", {"series_id": sorted(gone)})
        warehouse.delete("diagnostics.daily_peaks", {"local_date": seen})
        warehouse.insert("diagnostics.daily_peaks", peaks)
    plot: dict[str, Any] = {}
    if peaks.height:
        first = peaks.filter(pl.col("series_id") == peaks["series_id"][0])
        png = peaks_chart(first, f"{peaks['series_id'][0]}: how late each day came")
        plot["phases"] = dg.MetadataValue.md(png_markdown(png, "Minutes by which each day came later"))
    yield dg.MaterializeResult(
        key_of("diagnostics.daily_peaks"), metadata=table_metadata(peaks, "local_date") | plot
    )


def _peak_rows(series_id: str, step_seconds: int, days: pl.DataFrame) -> Rows:
    dates, ensemble = ensemble_matrix(days, step_seconds)
    peaks = daily_peaks(ensemble, step_seconds, BOOTSTRAP_SEED)
    return [_peak_row(series_id, step_seconds, day, peak) for day, peak in zip(dates, peaks, strict=True)]


def _peak_row(series_id: str, step_seconds: int, local_date: object, peak: DailyPeak) -> dict[str, Any]:
    facts = dict(vars(peak))
    slot = facts.pop("peak_slot")
    minutes, seconds = divmod((slot or 0) * step_seconds, 60)
    at = None if slot is None else time(minutes // 60, minutes % 60, seconds)
    return {"series_id": series_id, "local_date": local_date, "peak_local_time": at} | facts


def _plot(table: str, frame: pl.DataFrame) -> dict[str, Any]:
    if frame.is_empty() or table not in _PLOTS:
        return {}
    name, draw, what = _PLOTS[table]
    series_id = str(frame["series_id"][0])
    mine = frame.filter(pl.col("series_id") == series_id)
    if "model" in mine.columns:
        mine = mine.filter(pl.col("model") == SELECTED)
    return {name: dg.MetadataValue.md(png_markdown(draw(mine, series_id), f"{what} {series_id}"))}
