"""The series of one source: they take up what is new, and the catalog says how they stand tonight.

What is new is told in ``new_rows``, what becomes of it in ``series_parts``.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import polars as pl

from assets.doubted_capacities import doubted_capacities
from assets.landing import Landing
from assets.new_rows import new_rows
from assets.nights import USABLE, Night
from assets.series_parts import Part, parts_of_source
from assets.sources import Source
from traffic.models.requirements import CONSTANT_VOLATILITY_MIN_OBSERVATIONS, PERIODIC_MIN_CYCLES
from traffic.windowing.local_days import slots_a_day
from warehouse import Warehouse

TABLES = ("series.observations", "series.day_ensemble")
_FACTS = """
    SELECT series_id, min(at_utc) AS first_utc, max(at_utc) AS last_utc,
        avg(CAST(is_observed AS INTEGER)) AS observed_share,
        count(*) FILTER (is_observed) AS n_observations,
        max(at_utc) FILTER (is_observed AND at_utc < $night) AS newest_utc,
        count(*) FILTER (is_observed AND at_utc < $night) AS n_known
    FROM series.observations WHERE series_id IN (SELECT unnest($series)) GROUP BY series_id
"""


def take_up(warehouse: Warehouse, landing: Landing, source: Source, night: Night) -> None:
    """Bring the series of a source up to its raw rows, and its rows of the catalog to a night.

    Parameters
    ----------
    warehouse : Warehouse
        Holds the raw rows and the series.
    landing : Landing
        Says after how long a series is stale.
    source : WebLog or Export
        The source.
    night : Night
        What a series is stale or short for.
    """
    former = warehouse.read("series.catalog", where={"source": source.name})
    new = new_rows(warehouse, source, former)
    with warehouse.transaction():
        if new.is_anew:
            series = {"series_id": former["series_id"].to_list()}
            for table in (*TABLES, "series.catalog"):
                warehouse.delete(table, series)
            former = former.clear()
        # Each part may change what the next one stands beside.
        for part in parts_of_source(warehouse, source, new, former):
            _write(warehouse, source, part)
        owner = {"source": source.name, "file_id": new.file_ids}
        warehouse.update("raw.ingested_files", {"is_in_series": True}, owner)
        _refresh(warehouse, landing, source, night)


def _write(warehouse: Warehouse, source: Source, part: Part) -> None:
    series_id = f"{source.name}/{part.label}"
    entry = {
        "series_id": series_id,
        "source": source.name,
        "kind": source.kind,
        "unit": part.unit,
        "step_seconds": source.step,
        "phase_seconds": part.phase_seconds,
        "time_zone": source.time_zone,
        "capacity": part.capacity,
        "status": "set_aside",
        "reason": part.fault or "not judged yet",
        "grid": source.grid,
        "remark": part.remark,
    }
    row = pl.DataFrame([entry], infer_schema_length=None)
    warehouse.replace("series.catalog", row, {"series_id": series_id})
    if part.observations is None or part.days is None:
        for table in TABLES:
            warehouse.delete(table, {"series_id": series_id})
        return
    owner = pl.lit(series_id).alias("series_id")
    at_utc = pl.col("at_utc")
    span = part.observations.select(owner, at_utc.min().alias("first_utc"), at_utc.max().alias("last_utc"))
    for table, frame in zip(TABLES, (part.observations, part.days), strict=True):
        warehouse.delete_spans(table, span)
        warehouse.insert(table, frame.with_columns(owner))


def _refresh(warehouse: Warehouse, landing: Landing, source: Source, night: Night) -> None:
    catalog = warehouse.read("series.catalog", where={"source": source.name})
    facts = warehouse.query(_FACTS, {"night": night.issued_at_utc, "series": catalog["series_id"].to_list()})
    by_series = {row["series_id"]: row for row in facts.iter_rows(named=True)}
    stated = catalog.filter(pl.col("capacity").is_not_null())["series_id"].to_list()
    doubts = doubted_capacities(warehouse, stated, night.issued_at_utc) if stated else {}
    stale_after = timedelta(seconds=landing.sources.platform.stale_after)
    rows = [
        entry | _standing(entry, by_series[entry["series_id"]], night, stale_after, doubts)
        for entry in catalog.iter_rows(named=True)
        if entry["series_id"] in by_series
    ]
    aside = catalog.filter(~pl.col("series_id").is_in(list(by_series)))
    known = pl.DataFrame(rows, schema=catalog.schema) if rows else catalog.clear()
    warehouse.replace("series.catalog", pl.concat([known, aside]), {"source": source.name})


def _standing(
    entry: dict[str, Any],
    facts: dict[str, Any],
    night: Night,
    stale_after: timedelta,
    doubts: dict[str, str],
) -> dict[str, Any]:
    newest_utc, n_known = facts.pop("newest_utc"), facts.pop("n_known")
    status, reason = _status(newest_utc, n_known, entry["step_seconds"], night, stale_after)
    if status in USABLE and (doubt := doubts.get(entry["series_id"])):
        status, reason = "set_aside", doubt
    return facts | {"status": status, "reason": "; ".join(filter(None, (reason, entry["remark"]))) or None}


def _status(
    newest_utc: datetime | None, n_known: int, step_seconds: int, night: Night, stale_after: timedelta
) -> tuple[str, str | None]:
    need = min(CONSTANT_VOLATILITY_MIN_OBSERVATIONS, PERIODIC_MIN_CYCLES * slots_a_day(step_seconds))
    if newest_utc is None:
        return "short", f"no value is known before {night.issued_at_utc} UTC"
    if night.issued_at_utc - newest_utc > stale_after:
        return "stale", f"the newest value is of {newest_utc} UTC"
    if n_known < need:
        return "short", f"{n_known} values are known, and models that are fitted need {need}"
    return "ok", None
