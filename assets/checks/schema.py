"""The claim that stops a night when it fails: the warehouse has the tables that this release declares."""

import dagster as dg

from assets.table_specs import key_of
from warehouse import Warehouse


@dg.asset_check(
    asset=key_of("raw.ingested_files"),
    name="warehouse_has_the_declared_schema",
    description="Every table has the columns and types of sql/tables. A fault stops the night.",
    blocking=True,
)
def warehouse_has_the_declared_schema(warehouse: dg.ResourceParam[Warehouse]) -> dg.AssetCheckResult:
    """Compare the warehouse with ``sql/tables``."""
    faults = warehouse.schema_differences()
    return dg.AssetCheckResult(passed=not faults, description="; ".join(faults[:5]) or None)
