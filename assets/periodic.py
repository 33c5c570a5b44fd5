"""The periodic family: one fit of every series that fills its tables of models and of diagnostics.

The tables lie in two schemas, but are made from the same arrays in one reading of the series; so they are one
asset. Forecasts from the models are in ``forecasts``.
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from typing import Any

import dagster as dg
import polars as pl

from assets.batch_isolation import Frames, isolated
from assets.charts import peaks_chart
from assets.day_frames import PEAKS
from assets.density_frames import DENSITY
from assets.drawing import nothing_to_draw
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
    ENSEMBLE,
    MODELS,
    MOMENTS,
    TESTS,
    periodic_frames,
    refused_rows,
)
from assets.pictures import picture
from assets.table_pictures import picture_of
from assets.table_specs import key_of, table_metadata, table_spec
from traffic.models.requirements import HISTORY_DAYS
from warehouse import Warehouse, Within

_TABLES = (MODELS, MOMENTS, COMPONENTS, TESTS, ENSEMBLE, CONTINUOUS, DENSITY)
# Forecasts are traced to the models of their night for ever; what takes hundreds of rows a series is not.
_BULKY = (COMPONENTS, TESTS, ENSEMBLE, CONTINUOUS, DENSITY)
_PICTURES = {
    MOMENTS: ("mean_day", mean_day_chart, "The mean day of"),
    ENSEMBLE: ("correlation", ensemble_correlation_chart, "Correlation over the days of"),
    CONTINUOUS: ("correlation", continuous_correlation_chart, "Correlation over the record of"),
    DENSITY: ("density", density_chart, "Density by hour of"),
}
_PEAK_SERIES = "SELECT DISTINCT series_id FROM diagnostics.daily_peaks"
_FROM = ("series.catalog", "series.observations")


@dg.multi_asset(
    name="periodic_family",
    specs=[table_spec(table, _FROM, kinds=("numpy",)) for table in (*_TABLES, PEAKS)],
)
def periodic_family(
    context: dg.AssetExecutionContext,
    warehouse: dg.ResourceParam[Warehouse],
    landing: dg.ResourceParam[Landing],
) -> Iterator[Any]:
    """Fit the periodically correlated model to every series, and say what the days are like."""
    night = night_of(context, landing)
    peaks = [pl.DataFrame()]
    with NightTables(warehouse, night, _TABLES) as tables:
        for frames, failures in fan_out(
            partial(isolated, periodic_frames, _refused), batches_of_night(warehouse, night)
        ):
            peaks.append(frames.pop(PEAKS, pl.DataFrame()))
            tables.add(frames)
            for series_id, error in failures.items():
                context.log.error("%s was set aside", series_id, exc_info=error)
        keep_nights(warehouse, landing, _BULKY)
        of_days = pl.concat(peaks, how="diagonal")
        if of_days.height:
            of_days = of_days.filter(pl.col("local_date").is_between(*_seen(night), closed="left"))
        _replace_days(warehouse, night, of_days)
    yield from tables.written(_plots(warehouse, night))
    metadata = table_metadata(of_days, "local_date") | _phases_plot(of_days)
    yield dg.MaterializeResult(key_of(PEAKS), metadata=metadata)


def _seen(night: Night) -> tuple[date, date]:
    """Return the days that a night sees whole, as a half-open range; all but the last, in some zones."""
    return night.date - timedelta(days=HISTORY_DAYS - 1), night.date


def _replace_days(warehouse: Warehouse, night: Night, peaks: pl.DataFrame) -> None:
    """Of days that the night does not see an earlier night's look stands; a series that is gone has none."""
    known = set(warehouse.read("series.catalog", ("series_id",))["series_id"])
    gone = set(warehouse.query(_PEAK_SERIES)["series_id"]) - known
    warehouse.delete(PEAKS, {"series_id": sorted(gone)})
    if peaks.height:
        mine = peaks["series_id"].unique().to_list()
        warehouse.delete(PEAKS, {"series_id": mine, "local_date": Within(*_seen(night))})
        warehouse.insert(PEAKS, peaks)


def _phases_plot(peaks: pl.DataFrame) -> dict[str, Any]:
    def draw() -> bytes:
        if peaks.is_empty():
            return nothing_to_draw("How late each day came")
        series_id = str(peaks["series_id"].sort()[0])
        mine = peaks.filter(pl.col("series_id") == series_id)
        return peaks_chart(mine, f"{series_id}: how late each day came")

    return picture("phases", "Minutes by which each day came later", draw)


def _plots(warehouse: Warehouse, night: Night) -> dict[str, dict[str, Any]]:
    """Draw the tables of all series, and those of the first series that has a model."""
    plots = {table: picture_of(warehouse, table, night) for table in (MODELS, COMPONENTS, TESTS)}
    of_night = {"issued_at_utc": night.issued_at_utc}
    fitted = warehouse.read(MODELS, ("series_id",), of_night | {"status": "ok"}, order_by="series_id")
    series_id = "no series" if fitted.is_empty() else fitted["series_id"][0]
    for table, (entry, draw, title) in _PICTURES.items():
        read = partial(warehouse.read, table, where=of_night | {"series_id": series_id})
        what = f"{title} {series_id}"
        plots[table] = picture(entry, what, partial(_drawn, draw, read, what))
    return plots


def _drawn(draw: Callable[[pl.DataFrame, str], bytes], read: Callable[[], pl.DataFrame], title: str) -> bytes:
    return draw(read(), title)


def _refused(reasons: dict[str, str]) -> Frames:
    return {MODELS: refused_rows(reasons)}
