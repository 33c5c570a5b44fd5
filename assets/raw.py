"""The schema ``raw``: what the landing zone held, line by line, with the ledger that accounts for it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import dagster as dg
import polars as pl

from assets.ingestion import ingest
from assets.landing import Landing
from assets.table_pictures import picture_of
from assets.table_specs import first_and_last, table_spec, written
from warehouse import Warehouse

_TABLES = ("raw.ingested_files", "raw.web_requests", "raw.provider_samples", "raw.rejected_lines")
_TIMED = ("raw.web_requests", "raw.provider_samples")
_PREVIEW_ROWS = 8


@dg.multi_asset(name="landing_files", specs=[table_spec(table) for table in _TABLES])
def landing_files(
    context: dg.AssetExecutionContext,
    warehouse: dg.ResourceParam[Warehouse],
    landing: dg.ResourceParam[Landing],
) -> Iterator[Any]:
    """Read every landing file that the ledger does not know."""
    read_now = ingest(warehouse, landing, context.log.info)
    file_ids = read_now["file_id"].to_list() if read_now.height else []
    for table in _TABLES:
        new_rows = warehouse.count(table, {"file_id": file_ids})
        preview = warehouse.query(
            f"SELECT * FROM {table} WHERE file_id IN (SELECT unnest(?::VARCHAR[])) LIMIT {_PREVIEW_ROWS}",
            [file_ids],
        )
        yield written(
            table,
            preview,
            row_count=warehouse.count(table),
            rows_of_this_run=new_rows,
            **(first_and_last(warehouse, table, "at_utc") if table in _TIMED else {}),
            **picture_of(warehouse, table),
        )


def loaded_spans(warehouse: Warehouse, source: str) -> pl.DataFrame:
    """Return ``first_utc`` and ``last_utc`` of each loaded file of a source."""
    where = {"source": source, "status": ["loaded", "growth"]}
    return warehouse.read("raw.ingested_files", ("first_utc", "last_utc"), where).drop_nulls()


def covered_spans(warehouse: Warehouse, source: str, start_utc: datetime, end_utc: datetime) -> pl.DataFrame:
    """Return ``first_utc`` and ``last_utc`` of what each file of a web log holds within a half-open span."""
    return warehouse.query(
        "SELECT min(at_utc) AS first_utc, max(at_utc) AS last_utc FROM raw.web_requests "
        "WHERE source = ? AND at_utc >= ? AND at_utc < ? GROUP BY file_id",
        [source, start_utc, end_utc],
    )
