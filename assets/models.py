"""The constant-volatility family of the schema ``models``, night by night.

The periodic family is in ``periodic``. Forecasts from both are in ``forecasts``, what this one leaves
unexplained in ``diagnostics``.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

import dagster as dg

from assets.constant_volatility_choice import chosen_series
from assets.constant_volatility_rows import FITTED_TABLES, fit_rows, refused_rows
from assets.landing import Landing
from assets.nights import in_isolation, keep_nights, night_of, replace_night, rows_frame, series_of_night
from assets.table_pictures import picture_of
from assets.table_specs import table_spec, written
from warehouse import Warehouse

_SERIES = ("series.catalog", "series.observations")
# What a fit rests on is bulkier than the fit, and asked for while it is new.
_KEPT_FOR_SOME_NIGHTS = (
    "models.order_candidates",
    "models.volatility_candidates",
    "diagnostics.stationarity_tests",
)


@dg.multi_asset(
    name="constant_volatility_fits",
    specs=[
        table_spec(table, _SERIES, kinds=("arch" if "volatility_" in table else "statsmodels",))
        for table in FITTED_TABLES
    ],
)
def constant_volatility_fits(
    context: dg.AssetExecutionContext,
    warehouse: dg.ResourceParam[Warehouse],
    landing: dg.ResourceParam[Landing],
) -> Iterator[Any]:
    """Fit the reference, the selected order and the volatility of what it leaves to the chosen series."""
    night = night_of(context, landing)
    choice = chosen_series(warehouse, landing.sources.platform)
    for sentence in choice.remarks:
        context.log.warning(sentence)
    rows: dict[str, list[dict[str, Any]]] = {table: [] for table in FITTED_TABLES}
    for series in series_of_night(warehouse, night, only=choice.chosen):
        refuse = partial(refused_rows, series.series_id)
        fitted = in_isolation(series.series_id, partial(fit_rows, series), refuse, context.log)
        for table, more in fitted.items():
            rows[table] += more
    frames = {table: rows_frame(found, night) for table, found in rows.items()}
    replace_night(warehouse, night, frames)
    keep_nights(warehouse, landing, _KEPT_FOR_SOME_NIGHTS)
    for table, frame in frames.items():
        yield written(table, frame, chosen=choice.sentence, **picture_of(warehouse, table, night))
