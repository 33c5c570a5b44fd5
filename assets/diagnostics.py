"""The schema ``diagnostics``: what the models leave unexplained, and what the days look like."""

from collections.abc import Iterator
from datetime import time, timedelta
from functools import partial
from typing import Any

import dagster as dg
import numpy as np
import polars as pl

from assets.charts import correlogram_chart, peaks_chart, png_markdown
from assets.constant_volatility_rows import stored_models
from assets.landing import Landing
from assets.nights import in_isolation, night_of, replace_night, rows_frame, series_of_night
from assets.table_specs import key_of, table_metadata, table_spec
from traffic.diagnostics.autocorrelation import autocorrelation
from traffic.diagnostics.daily_peaks import DailyPeak, daily_peaks
from traffic.diagnostics.residual_tests import residual_tests
from traffic.models.champion import SELECTED
from traffic.models.constant_volatility import ConstantVolatilityModel
from traffic.models.filtering import residuals
from traffic.models.requirements import HISTORY_DAYS, fitted_window
from traffic.windowing.local_days import ensemble_matrix
from traffic.windowing.regular_series import RegularSeries
from warehouse import Warehouse, Within

LAGS = 60
BOOTSTRAP_SEED = 2021
_PEAK_SERIES = "SELECT DISTINCT series_id FROM diagnostics.daily_peaks"

Rows = list[dict[str, Any]]


@dg.multi_asset(
    name="residual_diagnostics",
    specs=[
        table_spec("diagnostics.autocorrelation", ["series.observations", "models.coefficients"]),
        table_spec("diagnostics.residual_tests", ["series.observations", "models.coefficients"]),
    ],
)
def residual_diagnostics(
    context: dg.AssetExecutionContext,
    warehouse: dg.ResourceParam[Warehouse],
    landing: dg.ResourceParam[Landing],
) -> Iterator[Any]:
    """Correlate each series, its differences and its residuals, and test the residuals."""
    night = night_of(context, landing)
    models = stored_models(warehouse, night)
    correlations: Rows = []
    tests: Rows = []
    for series in series_of_night(warehouse, night):
        mine = {model: fitted for (owner, model), fitted in models.items() if owner == series.series_id}
        more, more_tests = in_isolation(
            series.series_id, partial(_of_series, series, mine), lambda _: ([], []), context.log
        )
        correlations += more
        tests += more_tests
    frames = {
        "diagnostics.autocorrelation": rows_frame(correlations, night),
        "diagnostics.residual_tests": rows_frame(tests, night),
    }
    replace_night(warehouse, night, frames)
    for table, frame in frames.items():
        warehouse.keep_newest(table, "issued_at_utc", landing.sources.platform.keep_nights)
        plot = _correlogram(frame) if table == "diagnostics.autocorrelation" else {}
        yield dg.MaterializeResult(key_of(table), metadata=table_metadata(frame) | plot)


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


def _of_series(series: RegularSeries, models: dict[str, ConstantVolatilityModel]) -> tuple[Rows, Rows]:
    x = fitted_window(series.value_clean)
    stages = {"clean": x, "differenced": np.diff(x)}
    tests: Rows = []
    for name, model in models.items():
        left = residuals(series.value_clean, model)
        if name == SELECTED:
            stages["residual"] = left
        tests += [
            {"series_id": series.series_id, "model": name} | vars(result)
            for result in residual_tests(left, model.p, model.q)
        ]
    return [row for stage, values in stages.items() for row in _lags(series.series_id, stage, values)], tests


def _lags(series_id: str, stage: str, values: np.ndarray[Any, Any]) -> Iterator[dict[str, Any]]:
    n_lags = min(LAGS, values.size // 2 - 1)
    if n_lags < 1:
        return
    found = autocorrelation(values, n_lags)
    for lag, acf, pacf, band in zip(found.lag, found.acf, found.pacf, found.band_95, strict=True):
        yield {
            "series_id": series_id,
            "stage": stage,
            "lag": int(lag),
            "acf": float(acf),
            "pacf": float(pacf),
            "band_95": float(band),
        }


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


def _correlogram(frame: pl.DataFrame) -> dict[str, Any]:
    if frame.is_empty():
        return {}
    series_id = frame["series_id"][0]
    png = correlogram_chart(frame.filter(pl.col("series_id") == series_id), str(series_id))
    return {"correlogram": dg.MetadataValue.md(png_markdown(png, f"Autocorrelation of {series_id}"))}
