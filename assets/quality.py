"""The schema ``quality``: what Great Expectations found in the tables, row by row of its results.

What is expected is in ``expectations``, of which rows in ``judged_rows``; the asset checks that show the
results are in ``checks``.
"""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import dagster as dg
import polars as pl

from assets.expectations import observations, points, provider_samples, web_requests
from assets.expectations.adapter import run_suite
from assets.expectations.results import ExpectationResult
from assets.expectations.suite import Suite
from assets.judged_rows import judged_rows
from assets.landing import Landing
from assets.nights import Night, night_of
from assets.table_pictures import picture_of
from assets.table_specs import table_spec, written
from warehouse import Warehouse

TABLE = "quality.expectations"
SUITES: tuple[Suite, ...] = (web_requests.SUITE, provider_samples.SUITE, observations.SUITE, points.SUITE)


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
            rows = judged_rows(warehouse, suite, source, night)
            if rows is not None:
                results += run_suite(suite, rows, source=source.name)
    frame = _frame(results, run_at_utc, night)
    warehouse.insert(TABLE, frame)
    warehouse.keep_newest(TABLE, "run_at_utc", landing.sources.platform.keep_nights)
    failed = frame.filter(~pl.col("success").fill_null(value=True)) if frame.height else frame
    shown = failed if failed.height else frame
    yield written(TABLE, shown, failed=failed.height, **picture_of(warehouse, TABLE))


def newest_results(warehouse: Warehouse, table: str) -> pl.DataFrame:
    """Return the results of the newest run of a table's suite."""
    return warehouse.query(
        f"SELECT * FROM {TABLE} WHERE table_name = $1 "
        f"AND run_at_utc = (SELECT max(run_at_utc) FROM {TABLE} WHERE table_name = $1) "
        "ORDER BY source, expectation, column_name",
        [table],
    )


def _frame(results: list[ExpectationResult], run_at_utc: datetime, night: Night) -> pl.DataFrame:
    rows = [asdict(result) for result in results]
    for row in rows:
        row.pop("faulty")
    stamp = {"run_at_utc": run_at_utc, "issued_at_utc": night.issued_at_utc}
    return pl.DataFrame([row | stamp for row in rows], infer_schema_length=None)
