"""The periodic family: one fit of every series that fills its tables of models and of diagnostics.

The tables lie in two schemas, but are made from the same arrays in one reading of the series; so they are one
asset. Forecasts from the models are in ``forecasts``.
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from assets.charts import png_markdown
from assets.fan_out import fan_out
from assets.landing import Landing
from assets.night_tables import NightTables
from assets.nights import Night, batches_of_night, keep_nights, night_of
from assets.periodic_charts import (
    continuous_correlation_chart,
    density_chart,
    ensemble_correlation_chart,
    mean_day_chart,
)
from assets.periodic_frames import (
    COMPONENTS,
    CONTINUOUS,
    DENSITY,
    ENSEMBLE,
    MODELS,
    MOMENTS,
    TESTS,
    Frames,
    joined,
    periodic_frames,
    refused_rows,
)
from assets.table_specs import table_spec
from traffic.windowing.series_batch import SeriesBatch
from warehouse import Warehouse

_TABLES = (MODELS, MOMENTS, COMPONENTS, TESTS, ENSEMBLE, CONTINUOUS, DENSITY)
# Forecasts are traced to the models of their night for ever; what takes hundreds of rows a series is not.
_BULKY = (COMPONENTS, TESTS, ENSEMBLE, CONTINUOUS, DENSITY)
_PICTURES = {
    MOMENTS: ("mean_day", mean_day_chart, "The mean day of"),
    ENSEMBLE: ("correlation", ensemble_correlation_chart, "Correlation over the days of"),
    CONTINUOUS: ("correlation", continuous_correlation_chart, "Correlation over the record of"),
    DENSITY: ("density", density_chart, "Density by hour of"),
}
_FROM = ("series.catalog", "series.observations")


@dg.multi_asset(
    name="periodic_family", specs=[table_spec(table, _FROM, kinds=("numpy",)) for table in _TABLES]
)
def periodic_family(
    context: dg.AssetExecutionContext,
    warehouse: dg.ResourceParam[Warehouse],
    landing: dg.ResourceParam[Landing],
) -> Iterator[Any]:
    """Fit the periodically correlated model to every series, and say what the days are like."""
    night = night_of(context, landing)
    with NightTables(warehouse, night, _TABLES) as tables:
        for frames, failures in fan_out(_in_isolation, batches_of_night(warehouse, night)):
            tables.add(frames)
            for series_id, error in failures.items():
                context.log.error("%s was set aside", series_id, exc_info=error)
        keep_nights(warehouse, landing, _BULKY)
    yield from tables.written(_plots(warehouse, night))


def _plots(warehouse: Warehouse, night: Night) -> dict[str, dict[str, Any]]:
    """Draw the tables of the first series that has a model."""
    of_night = {"issued_at_utc": night.issued_at_utc}
    fitted = warehouse.read(MODELS, ("series_id",), of_night | {"status": "ok"}, order_by="series_id")
    if fitted.is_empty():
        return {}
    series_id = fitted["series_id"][0]
    plots = {}
    for table, (entry, draw, title) in _PICTURES.items():
        rows = warehouse.read(table, where=of_night | {"series_id": series_id})
        png = draw(rows, f"{title} {series_id}")
        plots[table] = {entry: dg.MetadataValue.md(png_markdown(png, f"{title} {series_id}"))}
    return plots


def _in_isolation(batch: SeriesBatch) -> tuple[Frames, dict[str, Exception]]:
    """Work on a batch; where that fails on each series by itself, so that one's trouble is its own."""
    try:
        return periodic_frames(batch), {}
    except Exception as error:
        if len(batch.series_ids) == 1:
            (series_id,) = batch.series_ids
            reason = f"{type(error).__name__}: {error}"
            return {MODELS: refused_rows({series_id: reason})}, {series_id: error}
    found = [_in_isolation(batch.part([row])) for row in range(len(batch.series_ids))]
    failures = {name: error for _, failed in found for name, error in failed.items()}
    return joined([frames for frames, _ in found]), failures
