"""Claims about bills: each of them can be counted."""

import dagster as dg
import polars as pl

from assets.bill_frames import BILLS
from assets.charts import preview_markdown
from assets.landing import Landing
from assets.nights import night_of
from assets.table_specs import key_of
from warehouse import Warehouse

SHOWN_BILLS = 5
# A month that has just begun, and one of a young record, want only time.
_UNCOUNTED = """
    SELECT bill, string_agg(DISTINCT method, ', ' ORDER BY method) AS methods, reason FROM planning.bills
    WHERE issued_at_utc = coalesce($1, (SELECT max(issued_at_utc) FROM planning.outlook)) AND unit IS NULL
    GROUP BY bill, reason ORDER BY ALL
"""


@dg.asset_check(
    asset=key_of(BILLS),
    name="bills_can_be_counted",
    description="Every bill of sources.toml names series that exist, in one unit, at 5 min or finer.",
)
def bills_can_be_counted(
    context: dg.AssetCheckExecutionContext,
    warehouse: dg.ResourceParam[Warehouse],
    landing: dg.ResourceParam[Landing],
) -> dg.AssetCheckResult:
    """List the bills of the run's night that have a reason in the place of figures.

    A check that is asked for by itself, for no night, speaks of the newest.
    """
    issued = night_of(context, landing).issued_at_utc if context.has_partition_key else None
    found = warehouse.query(_UNCOUNTED, [issued])
    return dg.AssetCheckResult(
        passed=found.is_empty(),
        severity=dg.AssetCheckSeverity.WARN,
        description=_sentence(found),
        metadata={"found": dg.MetadataValue.md(preview_markdown(found))} if found.height else {},
    )


def _sentence(found: pl.DataFrame) -> str:
    """Name the bills with what cannot be counted of each, and why."""
    if found.is_empty():
        return "every bill can be counted"
    count = found["bill"].n_unique()
    faults = _faults(found)
    told = "; ".join(f"{bill} ({methods}): {reason}" for bill, methods, reason in faults[:SHOWN_BILLS])
    more = f"; and {len(faults) - SHOWN_BILLS} more" if len(faults) > SHOWN_BILLS else ""
    return f"{count} {'bill' if count == 1 else 'bills'} cannot be counted whole: {told}{more}"


def _faults(found: pl.DataFrame) -> list[tuple[str, str, str]]:
    """Tell each fault once: what is said of a bill's both directions holds what is said of either."""
    rows = [
        (bill, methods, (reason or "no reason is known").rstrip("."))
        for bill, methods, reason in found.iter_rows()
    ]
    faults = []
    for bill, methods, reason in rows:
        of_bill = [(other, text) for name, other, text in rows if name == bill]
        if any(reason in text and reason != text for _, text in of_bill):
            continue
        named = {method for other, text in of_bill if text in reason for method in other.split(", ")}
        faults.append((bill, ", ".join(sorted(named | set(methods.split(", ")))), reason))
    return faults
