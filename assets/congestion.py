"""How likely each link is to be congested in the night, and whether such probabilities have held."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import dagster as dg
import polars as pl

from assets.congestion_charts import night_chart, reliability_chart
from assets.congestion_frames import CONGESTION, RELIABILITY, Evidence, congestion_frames, reliability_rows
from assets.fan_out import fan_out
from assets.landing import Landing
from assets.night_tables import NightTables
from assets.nights import USABLE, Night, batches_of_night, by_country, keep_nights, night_of
from assets.pictures import picture
from assets.table_specs import table_spec
from traffic.planning.windows import HOUR, NIGHT, SLOT
from traffic.windowing.series_batch import SeriesBatch
from warehouse import Warehouse

_FROM = ("series.catalog", "series.observations")
# Processes take seconds to start; with fewer series than these threads are done before.
_MANY_SERIES = 300


@dg.multi_asset(
    name="congestion_of_the_night",
    specs=[table_spec(table, _FROM, kinds=("numpy",)) for table in (CONGESTION, RELIABILITY)],
)
def congestion_of_the_night(
    context: dg.AssetExecutionContext,
    warehouse: dg.ResourceParam[Warehouse],
    landing: dg.ResourceParam[Landing],
) -> Iterator[Any]:
    """Say how likely each series is to exceed its capacity, calibrated on its own earlier nights."""
    night = night_of(context, landing)
    capacities = _capacities(warehouse)
    countries = {source.name: source.holidays for source in landing.sources.all}
    work = partial(_congestion, night, capacities, landing.sources.platform.thresholds)
    evidence: list[Evidence] = []
    with NightTables(warehouse, night, (CONGESTION, RELIABILITY)) as tables:
        batches = batches_of_night(warehouse, night, only=sorted(capacities)) if capacities else iter(())
        parts = by_country(batches, countries)
        for frames, of_part, failures in fan_out(work, parts, in_processes=len(capacities) >= _MANY_SERIES):
            tables.add(frames)
            evidence += of_part
            for series_id, error in failures.items():
                context.log.error("%s was set aside", series_id, exc_info=error)
        reliability = reliability_rows(evidence)
        if reliability.height:
            tables.add({RELIABILITY: reliability})
        keep_nights(warehouse, landing, (CONGESTION, RELIABILITY))
    yield from tables.written(_plots(warehouse, night, reliability))


def _capacities(warehouse: Warehouse) -> dict[str, float]:
    catalog = warehouse.read("series.catalog", ("series_id", "capacity"), {"status": USABLE})
    stated = catalog.filter(pl.col("capacity") > 0)
    return dict(zip(stated["series_id"], stated["capacity"], strict=True))


def _congestion(
    night: Night,
    capacities: Mapping[str, float],
    thresholds: Sequence[float],
    part: tuple[SeriesBatch, str | None],
) -> tuple[dict[str, pl.DataFrame], list[Evidence], dict[str, Exception]]:
    """Work on a batch; where that fails on each series by itself."""
    batch, country = part
    try:
        frames, evidence = congestion_frames(batch, night.issued_at_utc, capacities, thresholds, country)
        return frames, [evidence], {}
    except Exception as error:
        if len(batch.series_ids) == 1:
            return {}, [], {batch.series_ids[0]: error}
    found = [
        _congestion(night, capacities, thresholds, (batch.part([row]), country))
        for row in range(len(batch.series_ids))
    ]
    rows = [frames[CONGESTION] for frames, _, _ in found if CONGESTION in frames]
    failures = {name: error for _, _, failed in found for name, error in failed.items()}
    return (
        {CONGESTION: pl.concat(rows)} if rows else {},
        [one for _, evidence, _ in found for one in evidence],
        failures,
    )


def _plots(warehouse: Warehouse, night: Night, reliability: pl.DataFrame) -> dict[str, dict[str, Any]]:
    came = partial(reliability_chart, reliability, "What came of what was forecast, over earlier nights")
    alt = "Share that came against probability, for slots, hours and nights"
    return {
        RELIABILITY: picture("reliability", alt, came),
        CONGESTION: picture(
            "night",
            "How likely the series most at risk is to exceed shares of its capacity, along the night",
            partial(_most_at_risk, warehouse, night),
        ),
    }


def _most_at_risk(warehouse: Warehouse, night: Night) -> bytes:
    """Draw the night of the series that is likeliest to exceed a threshold, by hour where it has hours."""
    of_night = {"issued_at_utc": night.issued_at_utc}
    nights = warehouse.read(CONGESTION, where=of_night | {"window": NIGHT})
    first = nights.sort("probability_above", "series_id", descending=(True, False)).head(1)
    series_id = first["series_id"].to_list()
    rows = warehouse.read(CONGESTION, where=of_night | {"series_id": series_id, "window": [HOUR, SLOT]})
    hours = rows.filter(pl.col("window") == HOUR)
    whose = f"{series_id[0]}, how" if series_id else "How"
    return night_chart(
        hours if hours.height else rows, f"{whose} likely it is to exceed shares of its capacity"
    )
