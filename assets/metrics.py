"""The night's figures as a text file for node_exporter's textfile collector.

Which figures there are is in ``alerting.metric_families``.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg
from prometheus_client import CollectorRegistry, generate_latest

from assets.alerting.metric_families import NightMetrics
from assets.alerts import DELIVERIES, is_newest_judged
from assets.landing import Landing
from assets.nights import night_of
from assets.table_specs import OWNERS, key_of
from warehouse import Warehouse
from warehouse.building import whole_file

FILE = Path("published") / "diurnal.prom"


@dg.multi_asset(
    name="published_metrics",
    specs=[
        dg.AssetSpec(
            ["published", "metrics"],
            deps=[key_of("published.traffic"), key_of(DELIVERIES)],
            description="The file home/published/diurnal.prom: the newest night's figures in Prometheus' "
            "text format, for node_exporter's textfile collector.",
            group_name="published",
            kinds={"prometheus"},
            owners=OWNERS,
        )
    ],
)
def published_metrics(
    context: dg.AssetExecutionContext,
    warehouse: dg.ResourceParam[Warehouse],
    landing: dg.ResourceParam[Landing],
) -> Iterator[Any]:
    """Swap the file in, unless a later night has written it."""
    night = night_of(context, landing)
    path = landing.home / FILE
    if is_newest_judged(warehouse, night):
        write_metrics(warehouse, night.issued_at_utc, path)
    else:
        context.log.info("a later night was judged already: the file stays as it is")
    yield dg.MaterializeResult(["published", "metrics"], metadata={"path": str(path)})


def write_metrics(warehouse: Warehouse, night_utc: datetime, path: Path) -> None:
    """Write the figures of a night beside their place and rename them into it.

    Parameters
    ----------
    warehouse : Warehouse
        The tables.
    night_utc : datetime
        Midnight of the night, naive UTC.
    path : Path
        The file, which must end in ``.prom`` for node_exporter to see it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    registry = CollectorRegistry()
    made_utc = datetime.now(tz=UTC).replace(tzinfo=None)
    registry.register(NightMetrics(warehouse.query, night_utc, made_utc))
    with whole_file(path) as building:
        building.write_bytes(generate_latest(registry))
