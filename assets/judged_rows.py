"""Which rows of a table a night judges, a frame at a time: a log may hold more than the memory.

What was judged before is not judged again: a night's cost depends on what is new. What is expected of the
rows is in ``expectations``.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from assets.expectations import points, provider_samples, web_requests
from assets.expectations.suite import Suite
from assets.nights import Night
from assets.sources import Source
from traffic.models.requirements import HISTORY_DAYS
from warehouse import Warehouse, Within

BATCH_ROWS = 100_000
_KIND_OF_RAW = {web_requests.SUITE.table_name: "weblog", provider_samples.SUITE.table_name: "export"}
# The files that came in since tables were last judged: what this night loaded.
_NEW_FILES = """
    SELECT file_id, records_loaded FROM raw.ingested_files
    WHERE source = ? AND status IN ('loaded', 'growth') AND loaded_at_utc > coalesce(
        (SELECT max(run_at_utc) FROM quality.expectations), TIMESTAMP '1970-01-01'
    ) ORDER BY file_id
"""


def judged_rows(
    warehouse: Warehouse, suite: Suite, source: Source, night: Night
) -> Iterator[pl.DataFrame] | None:
    """Return what a night judges of a source's rows.

    Parameters
    ----------
    warehouse : Warehouse
        Holds the rows.
    suite : Suite
        Names the table and its columns.
    source : WebLog or Export
        Whose rows.
    night : Night
        Of the forecasts, its own are judged; of the observations, the weeks before it.

    Returns
    -------
    iterator of polars.DataFrame or None
        No key stands in two frames; None if nothing is new, or the source has no rows in such a table.
    """
    if suite.table_name not in _KIND_OF_RAW:
        return iter([_derived_rows(warehouse, suite, source.name, night)])
    if source.kind != _KIND_OF_RAW[suite.table_name]:
        return None
    new = warehouse.query(_NEW_FILES, [source.name])
    return _raw_rows(warehouse, suite, source.name, new) if new.height else None


def _raw_rows(warehouse: Warehouse, suite: Suite, source: str, new: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield the rows of new files: small files together, a large one by ranges of its lines."""
    is_small = pl.col("records_loaded") <= BATCH_ROWS
    small = new.filter(is_small).with_columns(batch=pl.col("records_loaded").cum_sum() // BATCH_ROWS)
    for part in small.partition_by("batch", maintain_order=True):
        files: dict[str, Any] = {"source": source, "file_id": part["file_id"].to_list()}
        yield warehouse.read(suite.table_name, suite.needed_columns, files)
    for file_id in new.filter(~is_small)["file_id"]:
        first, last = warehouse.query(
            f"SELECT min(line_number), max(line_number) FROM {suite.table_name} "
            "WHERE source = ? AND file_id = ?",
            [source, file_id],
        ).row(0)
        for start in range(first, last + 1, BATCH_ROWS):
            lines = Within(start, start + BATCH_ROWS)
            where = {"source": source, "file_id": file_id, "line_number": lines}
            yield warehouse.read(suite.table_name, suite.needed_columns, where)


def _derived_rows(warehouse: Warehouse, suite: Suite, source: str, night: Night) -> pl.DataFrame:
    names = warehouse.read("series.catalog", ("series_id",), {"source": source})["series_id"].to_list()
    where: dict[str, Any] = {"series_id": names}
    if suite.table_name == points.SUITE.table_name:
        where["issued_at_utc"] = night.issued_at_utc
    else:  # older days were judged when they were new
        where["at_utc"] = Within(night.issued_at_utc - timedelta(days=HISTORY_DAYS), datetime.max)
    return warehouse.read(suite.table_name, suite.needed_columns, where)
