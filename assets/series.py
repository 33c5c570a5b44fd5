"""The schema ``series``: the catalog, the observations on their grids, and the ensemble of days."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import dagster as dg
import polars as pl

from assets.landing import Landing
from assets.nights import in_isolation, night_of
from assets.series_of_source import take_up
from assets.table_pictures import picture_of
from assets.table_specs import first_and_last, table_spec, written
from warehouse import Warehouse

_RAW = ("raw.ingested_files", "raw.web_requests", "raw.provider_samples")
_PREVIEW_ROWS = 8


@dg.multi_asset(
    name="series_of_sources",
    specs=[
        table_spec("series.catalog", _RAW),
        table_spec("series.observations", _RAW),
        table_spec("series.day_ensemble", ["series.observations"]),
    ],
)
def series_of_sources(
    context: dg.AssetExecutionContext,
    warehouse: dg.ResourceParam[Warehouse],
    landing: dg.ResourceParam[Landing],
) -> Iterator[Any]:
    """Put the raw rows of each source on regular grids, flag them and align them by local days."""
    night = night_of(context, landing)
    for source in landing.sources.all:
        write = partial(take_up, warehouse, landing, source, night)
        in_isolation(source.name, write, partial(_set_aside, warehouse, source.name), context.log)
    for name in set(warehouse.read("series.catalog", ["source"])["source"]):
        if name not in {source.name for source in landing.sources.all}:
            _set_aside(warehouse, name, "its source is not in sources.toml any more")
    for table, time in (("catalog", "last_utc"), ("observations", "at_utc"), ("day_ensemble", "at_utc")):
        name = f"series.{table}"
        preview = warehouse.query(f"SELECT * FROM {name} LIMIT {_PREVIEW_ROWS}")
        span = first_and_last(warehouse, name, time)
        shown = span | picture_of(warehouse, name)
        yield written(name, preview, row_count=warehouse.count(name), **shown)


def _set_aside(warehouse: Warehouse, source: str, reason: str) -> None:
    entries = warehouse.read("series.catalog", where={"source": source})
    aside = entries.with_columns(status=pl.lit("set_aside"), reason=pl.lit(reason))
    warehouse.replace("series.catalog", aside, {"source": source})
