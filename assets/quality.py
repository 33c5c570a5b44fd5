"""The schema ``quality``: what Great Expectations found in the tables, row by row of its results.

What is expected is in ``expectations``; the asset checks that show the results, in ``checks``.
"""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import dagster as dg
import polars as pl

from assets.expectations import observations, points, provider_samples, web_requests
from assets.expectations.adapter import run_suite
from assets.expectations.results import ExpectationResult
from assets.expectations.suite import Suite
from assets.landing import Landing
from assets.nights import Night, night_of
from assets.table_specs import table_spec, written
from traffic.models.requirements import HISTORY_DAYS
from warehouse import Warehouse, Within

TABLE = "quality.expectations"
SUITES: tuple[Suite, ...] = (web_requests.SUITE, provider_samples.SUITE, observations.SUITE, points.SUITE)
BATCH_ROWS = 500_000
"""Rows of a raw table that are judged at a time: a log may hold more than the memory."""
_RAW = frozenset({web_requests.SUITE.table_name, provider_samples.SUITE.table_name})
# The files that came in since tables were last judged: what this night loaded.
_NEW_FILES = f"""
    SELECT file_id, records_loaded FROM raw.ingested_files
    WHERE source = ? AND status IN ('loaded', 'growth') AND loaded_at_utc > coalesce(
        (SELECT max(run_at_utc) FROM {TABLE}), TIMESTAMP '1970-01-01'
    )
"""


@dg.multi_asset(
    name="expectations",
    specs=[table_spec(TABLE, [suite.table_name for suite in SUITES], kinds=("greatexpectations",))],
)
def expectations(
    context: dg.AssetExecutionContext,
    warehouse: dg.ResourceParam[Warehouse],
    landing: dg.ResourceParam[Landing],
) -> Iterator[Any]:
    """Judge what this night loaded, the observations and the forecasts, source by source."""
    night = night_of(context, landing)
    run_at_utc = datetime.now(tz=UTC).replace(tzinfo=None)
    results: list[ExpectationResult] = []
    for suite in SUITES:
        for source in landing.sources.all:
            if suite.table_name not in _RAW:
                results += run_suite(suite, _rows(warehouse, suite, source.name, night), source=source.name)
            # What was judged before is not judged again: a night's cost depends on what is new.
            elif (new := warehouse.query(_NEW_FILES, [source.name])).height:
                results += run_suite(suite, _raw_rows(warehouse, suite, source.name, new), source=source.name)
    frame = _frame(results, run_at_utc, night)
    warehouse.insert(TABLE, frame)
    warehouse.keep_newest(TABLE, "run_at_utc", landing.sources.platform.keep_nights)
    failed = frame.filter(~pl.col("success").fill_null(value=True)) if frame.height else frame
    yield written(TABLE, failed if failed.height else frame, failed=failed.height)


def newest_results(warehouse: Warehouse, table: str) -> pl.DataFrame:
    """Return the results of the newest run of a table's suite."""
    return warehouse.query(
        f"SELECT * FROM {TABLE} WHERE table_name = $1 "
        f"AND run_at_utc = (SELECT max(run_at_utc) FROM {TABLE} WHERE table_name = $1) "
        "ORDER BY source, expectation, column_name",
        [table],
    )


def _raw_rows(warehouse: Warehouse, suite: Suite, source: str, new: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield the rows of new files: small files together, a large one by ranges of its lines."""
    is_small = pl.col("records_loaded") <= BATCH_ROWS
    small = new.filter(is_small).with_columns(batch=pl.col("records_loaded").cum_sum() // BATCH_ROWS)
    for part in small.partition_by("batch", maintain_order=True):
        where: dict[str, Any] = {"source": source, "file_id": part["file_id"].to_list()}
        yield warehouse.read(suite.table_name, suite.needed_columns, where)
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


def _rows(warehouse: Warehouse, suite: Suite, source: str, night: Night) -> pl.DataFrame:
    columns = suite.needed_columns
    names = warehouse.read("series.catalog", ("series_id",), {"source": source})["series_id"].to_list()
    where: dict[str, Any] = {"series_id": names}
    if suite.table_name == points.SUITE.table_name:
        where["issued_at_utc"] = night.issued_at_utc
    else:  # older days were judged when they were new
        where["at_utc"] = Within(night.issued_at_utc - timedelta(days=HISTORY_DAYS), datetime.max)
    return warehouse.read(suite.table_name, columns, where)


def _frame(results: list[ExpectationResult], run_at_utc: datetime, night: Night) -> pl.DataFrame:
    rows = [asdict(result) for result in results]
    for row in rows:
        row.pop("faulty")
    stamp = {"run_at_utc": run_at_utc, "issued_at_utc": night.issued_at_utc}
    return pl.DataFrame([row | stamp for row in rows], infer_schema_length=None)
