"""The published copy: what people query, swapped in when a night's results can be trusted."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl

from assets.charts import preview_markdown
from assets.pictures import picture
from assets.plain_charts import dots_chart
from assets.quality import newest_results
from assets.table_specs import OWNERS, key_of
from warehouse import Warehouse, read_query

# A fault in these tables is ours, not a source's: the numbers made from them cannot be trusted.
TRUSTED_TABLES = ("series.observations", "forecasts.points")
_MADE_LAST = (
    "forecasts.scores",
    "diagnostics.autocorrelation",
    "diagnostics.residual_tests",
    "diagnostics.residual_histogram",
    "diagnostics.stationarity_tests",
    "diagnostics.outlier_effects",
    "models.order_candidates",
    "models.volatility_candidates",
    "diagnostics.daily_peaks",
    "quality.expectations",
    "planning.reliability",
    "planning.bills",
    "alerts.events",
)
# A copy is written at once: its estimates are its numbers of rows.
_ROWS = """
    SELECT schema_name || '.' || table_name AS name, schema_name AS part, estimated_size AS x
    FROM duckdb_tables() ORDER BY x DESC, name
"""


@dg.multi_asset(
    name="published_copy",
    specs=[
        dg.AssetSpec(
            ["published", "traffic"],
            deps=[key_of(table) for table in _MADE_LAST],
            description="The file home/published/traffic.duckdb: every table but the raw rows, for readers.",
            group_name="published",
            kinds={"duckdb"},
            owners=OWNERS,
        )
    ],
)
def published_copy(warehouse: dg.ResourceParam[Warehouse]) -> Iterator[Any]:
    """Swap a fresh copy in, unless the results cannot be trusted; then the former one stays."""
    for table in TRUSTED_TABLES:
        results = newest_results(warehouse, table)
        failed = results.filter(~pl.col("success").fill_null(value=True))
        if failed.height:
            worst = failed.row(0, named=True)
            raise dg.Failure(
                f"not published, the former copy stays: {table} breaks {worst['expectation']} of "
                f"{worst['column_name'] or 'the table'} ({worst['observed']})"
            )
    path = warehouse.publish()
    file: dict[str, Any] = {"path": str(path), "size_bytes": path.stat().st_size}
    yield dg.MaterializeResult(["published", "traffic"], metadata=file | _contents(path))


def _contents(path: Path) -> dict[str, Any]:
    """Show how many rows each table of the copy has."""
    rows = read_query(path, _ROWS)
    draw = partial(dots_chart, rows, "What readers find", "rows by table", "rows", is_log=True)
    shown = rows.select(table="name", rows="x")
    return {
        "preview": dg.MetadataValue.md(preview_markdown(shown, shown.height)),
        **picture("tables", "Rows of each published table", draw),
    }
