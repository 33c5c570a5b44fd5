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
_RAW = frozenset({web_requests.SUITE.table_name, provider_samples.SUITE.table_name})
# The files that came in since tables were last judged: what this night loaded.
_NEW_FILES = f"""
    SELECT file_id FROM raw.ingested_files
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
            rows = _rows(warehouse, suite, source.name, night)
            # What was judged before is not judged again: a night's cost depends on what is new.
            if rows.height or suite.table_name not in _RAW:
                results += run_suite(suite, rows, source=source.name)
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


def _rows(warehouse: Warehouse, suite: Suite, source: str, night: Night) -> pl.DataFrame:
    columns = suite.needed_columns
    if suite.table_name in _RAW:
        new = warehouse.query(_NEW_FILES, [source])["file_id"].to_list()
        return warehouse.read(suite.table_name, columns, {"source": source, "file_id": new})
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
