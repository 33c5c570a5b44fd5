"""The constant-volatility family of the schema ``diagnostics``: what its models leave unexplained.

What the days look like is in ``periodic``.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

import dagster as dg
import polars as pl

from assets.constant_volatility_charts import correlogram_chart, histogram_chart
from assets.constant_volatility_choice import chosen_series
from assets.constant_volatility_rows import stored_models
from assets.landing import Landing
from assets.nights import (
    Night,
    in_isolation,
    keep_nights,
    night_of,
    replace_night,
    rows_frame,
    series_of_night,
)
from assets.outlier_rows import outlier_rows
from assets.pictures import picture
from assets.residual_rows import RESIDUAL_TABLES, residual_rows
from assets.table_pictures import picture_of
from assets.table_specs import key_of, table_metadata, table_spec, written
from traffic.models.champion import SELECTED
from warehouse import Warehouse

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
        yield dg.MaterializeResult(
            key_of(table), metadata=table_metadata(frame) | _plot(warehouse, night, table, frame)
        )


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
    yield written(_EFFECTS, frame, **picture_of(warehouse, _EFFECTS, night))


def _plot(warehouse: Warehouse, night: Night, table: str, frame: pl.DataFrame) -> dict[str, Any]:
    if frame.is_empty() or table not in _PLOTS:
        return picture_of(warehouse, table, night)
    name, draw, what = _PLOTS[table]
    series_id = str(frame["series_id"][0])
    mine = frame.filter(pl.col("series_id") == series_id)
    if "model" in mine.columns:
        mine = mine.filter(pl.col("model") == SELECTED)
    return picture(name, f"{what} {series_id}", lambda: draw(mine, series_id))
