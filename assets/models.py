"""The constant-volatility family of the schema ``models``, night by night.

The periodic family is in ``periodic``. Forecasts from both are in ``forecasts``, what this one leaves
unexplained in ``diagnostics``.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

import dagster as dg

from assets.constant_volatility_rows import FittedRows, fit_rows, refused_rows
from assets.landing import Landing
from assets.nights import in_isolation, night_of, replace_night, rows_frame, series_of_night
from assets.table_specs import table_spec, written
from warehouse import Warehouse

_SERIES = ("series.catalog", "series.observations")


@dg.multi_asset(
    name="constant_volatility_fits",
    specs=[
        table_spec("models.constant_volatility", _SERIES, kinds=("statsmodels",)),
        table_spec("models.coefficients", _SERIES, kinds=("statsmodels",)),
    ],
)
def constant_volatility_fits(
    context: dg.AssetExecutionContext,
    warehouse: dg.ResourceParam[Warehouse],
    landing: dg.ResourceParam[Landing],
) -> Iterator[Any]:
    """Fit the reference and the selected order to every series."""
    night = night_of(context, landing)
    rows = FittedRows()
    for series in series_of_night(warehouse, night):
        refuse = partial(refused_rows, series.series_id)
        fitted = in_isolation(series.series_id, partial(fit_rows, series), refuse, context.log)
        rows.models += fitted.models
        rows.coefficients += fitted.coefficients
    frames = {
        "models.constant_volatility": rows_frame(rows.models, night),
        "models.coefficients": rows_frame(rows.coefficients, night),
    }
    replace_night(warehouse, night, frames)
    for table, frame in frames.items():
        yield written(table, frame)
