"""Claims about bills: each of them can be counted."""

import dagster as dg

from assets.bill_frames import BILLS
from assets.charts import preview_markdown
from assets.table_specs import key_of
from warehouse import Warehouse

# A month that has just begun, and one of a young record, want only time.
_UNCOUNTED = """
    SELECT bill, any_value(reason) AS reason FROM planning.bills
    WHERE issued_at_utc = (SELECT max(issued_at_utc) FROM planning.outlook) AND unit IS NULL
    GROUP BY bill ORDER BY bill
"""


@dg.asset_check(
    asset=key_of(BILLS),
    name="bills_can_be_counted",
    description="Every bill of sources.toml names series that exist, in one unit, at 5 min or finer.",
)
def bills_can_be_counted(warehouse: dg.ResourceParam[Warehouse]) -> dg.AssetCheckResult:
    """List the bills of the newest night that have a reason in the place of figures."""
    found = warehouse.query(_UNCOUNTED)
    return dg.AssetCheckResult(
        passed=found.is_empty(),
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{found.height} bills that cannot be counted",
        metadata={"found": dg.MetadataValue.md(preview_markdown(found))} if found.height else {},
    )
