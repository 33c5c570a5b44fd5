"""The night's page in ``home/reports``, written once its tables are published.

It is read from the warehouse of the run that published them, so that it shows one night whole; what it says
is in ``report``. All nights' pages are kept, for people link to them.
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from assets.checks.sources import why_source_failed
from assets.landing import Landing
from assets.nights import night_of
from assets.page.shell import PageNotWrittenError
from assets.report.files import nights_with_pages, write_pages
from assets.report.night_frames import read_night
from assets.report.page import night_pages
from assets.table_specs import OWNERS
from warehouse import Warehouse

KEY = dg.AssetKey(["reports", "page"])
EARLIER_NIGHTS = 7


@dg.multi_asset(
    name="night_page",
    specs=[
        dg.AssetSpec(
            KEY,
            deps=[dg.AssetKey(["published", "traffic"])],
            description="home/reports/<night>.html and latest.html: what the night found, for people.",
            group_name="reports",
            kinds={"html"},
            owners=OWNERS,
        )
    ],
)
def night_page(
    context: dg.AssetExecutionContext,
    warehouse: dg.ResourceParam[Warehouse],
    landing: dg.ResourceParam[Landing],
) -> Iterator[Any]:
    """Write the page of the night; a part that cannot be made says so in its place."""
    night = night_of(context, landing)
    folder = landing.home / "reports"
    failed = ((source.name, why_source_failed(warehouse, landing, source)) for source in landing.sources.all)
    faults = tuple((name, why) for name, why in failed if why)
    frames = read_night(warehouse.query, night.date, night.issued_at_utc, faults)
    earlier = [one for one in nights_with_pages(folder) if one < night.date][:EARLIER_NIGHTS]
    pages = night_pages(warehouse.query, frames, landing.sources.platform.time_zone, earlier)
    try:
        path = write_pages(folder, night.date, pages)
    except PageNotWrittenError as error:
        raise dg.Failure(f"{error}. The night's tables are published; run the night again") from error
    parts = sorted({fault for page in pages for fault in page.faults})
    if parts:
        context.log.warning("parts of the page could not be made: %s", ", ".join(parts))
    yield dg.MaterializeResult(
        KEY,
        metadata={
            "path": dg.MetadataValue.path(path.absolute()),
            "page": dg.MetadataValue.url(path.absolute().as_uri()),
            "size_bytes": sum((folder / page.name).stat().st_size for page in pages),
            "pages": len(pages),
            "series": frames["series"].height,
            "parts_not_made": len(parts),
        },
    )
