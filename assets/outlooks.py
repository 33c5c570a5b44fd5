"""The tables of the weeks ahead: ``planning.outlook``, ``planning.runouts`` and ``planning.bills``."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import dagster as dg
import polars as pl

from assets.batch_isolation import Frames, isolated
from assets.bill_frames import BILLS, BilledSeries, bill_rows
from assets.fan_out import fan_out
from assets.landing import Landing
from assets.load_histories import SERIES_AT_ONCE, read_load_history
from assets.night_tables import NightTables
from assets.nights import USABLE, Night, batches_of_night, keep_nights, night_of
from assets.outlook_charts import bill_chart, runout_chart
from assets.outlook_frames import OUTLOOK, RUNOUTS, Question, outlook_frames, refused_outlooks
from assets.pictures import picture
from assets.table_specs import table_spec
from traffic.parsing.quantity import UNKNOWN_UNIT
from traffic.planning.load_histories import HOUR_SECONDS, LoadHistory
from traffic.windowing.series_batch import SeriesBatch
from warehouse import Warehouse

_FROM = ("series.catalog", "series.observations")


@dg.multi_asset(
    name="outlooks_and_bills",
    specs=[
        table_spec(OUTLOOK, _FROM, kinds=("numpy",)),
        table_spec(RUNOUTS, _FROM, kinds=("numpy",)),
        table_spec(BILLS, _FROM, kinds=("numpy",)),
    ],
)
def outlooks_and_bills(
    context: dg.AssetExecutionContext,
    warehouse: dg.ResourceParam[Warehouse],
    landing: dg.ResourceParam[Landing],
) -> Iterator[Any]:
    """Look ahead for every series: busy hour, growth, run-out; and count the month's bills."""
    night = night_of(context, landing)
    with NightTables(warehouse, night, (OUTLOOK, RUNOUTS, BILLS)) as tables:
        for frames, failures in made_outlooks(warehouse, landing, night):
            tables.add(frames)
            for series_id, error in failures.items():
                context.log.error("%s was set aside", series_id, exc_info=error)
        for frame in made_bills(warehouse, landing, night):
            tables.add({BILLS: frame})
        keep_nights(warehouse, landing, (RUNOUTS,))
    yield from tables.written(_plots(warehouse, landing, night))


def made_outlooks(
    warehouse: Warehouse, landing: Landing, night: Night
) -> Iterator[tuple[Frames, dict[str, Exception]]]:
    """Look ahead for every series, batch by batch; beside the rows, the series that failed."""
    catalog = warehouse.read("series.catalog", order_by="series_id")
    capacities = dict(catalog.select("series_id", "capacity").iter_rows())
    remarks = _said_against(catalog)
    platform = landing.sources.platform
    question = Question(night.issued_at_utc, platform.thresholds, platform.runout_threshold)

    def refused(reasons: dict[str, str]) -> Frames:
        return {OUTLOOK: refused_outlooks(reasons, capacities)}

    def work(part: tuple[SeriesBatch, Mapping[str, LoadHistory]]) -> tuple[Frames, dict[str, Exception]]:
        batch, histories = part
        ask = partial(
            outlook_frames, question=question, histories=histories, capacities=capacities, remarks=remarks
        )
        return isolated(ask, refused, batch)

    unused = catalog.filter(~pl.col("status").is_in(USABLE))["series_id"].to_list()
    yield {OUTLOOK: refused_outlooks({name: remarks[name] for name in unused}, capacities)}, {}
    yield from fan_out(work, _with_histories(warehouse, night))


def _with_histories(
    warehouse: Warehouse, night: Night
) -> Iterator[tuple[SeriesBatch, Mapping[str, LoadHistory]]]:
    for batch in batches_of_night(warehouse, night):
        for first in range(0, len(batch.series_ids), SERIES_AT_ONCE):
            part = batch.part(range(first, min(first + SERIES_AT_ONCE, len(batch.series_ids))))
            names = part.series_ids
            if part.step_seconds > HOUR_SECONDS:
                yield part, {}
                continue
            history = read_load_history(warehouse, night, names, part.time_zone, part.step_seconds)
            yield part, {name: history.part([row]) for row, name in enumerate(names)}


def made_bills(warehouse: Warehouse, landing: Landing, night: Night) -> Iterator[pl.DataFrame]:
    """Count every bill of sources.toml: its rows, one bill after the other."""
    bills = landing.sources.bill
    named = sorted({series_id for bill in bills for series_id in bill.directions.values()})
    if not named:
        return
    catalog = warehouse.read("series.catalog", where={"series_id": named})
    entries = {row["series_id"]: row for row in catalog.iter_rows(named=True)}
    unused = catalog.filter(~pl.col("status").is_in(USABLE))
    said = _said_against(unused)
    why_absent = {name: f"{name} cannot be counted: {reason}" for name, reason in said.items()}
    found = {
        name: BilledSeries(batch.part([row]), entries[name]["unit"], entries[name]["capacity"])
        for batch in batches_of_night(warehouse, night, named)
        for row, name in enumerate(batch.series_ids)
    }
    for bill in bills:
        yield bill_rows(bill, found, why_absent, night.issued_at_utc)


def _said_against(catalog: pl.DataFrame) -> dict[str, str]:
    """Return what the catalogue says against series, as sentences."""
    reasons = catalog.filter(pl.col("reason").is_not_null()).select("series_id", "reason")
    return {name: reason if reason.endswith(".") else f"{reason}." for name, reason in reasons.iter_rows()}


def _plots(warehouse: Warehouse, landing: Landing, night: Night) -> dict[str, dict[str, Any]]:
    threshold = landing.sources.platform.runout_threshold
    shown = picture(
        "run-out",
        "When the link that is full first runs out",
        partial(_full_first, warehouse, threshold, night),
    )
    bill = picture(
        "bill", "Course of the largest bill over its month", partial(_largest_bill, warehouse, night)
    )
    return {OUTLOOK: shown, RUNOUTS: shown, BILLS: bill}


def _full_first(warehouse: Warehouse, threshold: float, night: Night) -> bytes:
    """Draw the link that is full first: of all of them the one to look at."""
    at_risk = warehouse.query(
        "SELECT series_id FROM planning.outlook WHERE issued_at_utc = ? AND runout_probability IS NOT NULL "
        "ORDER BY runout_probability DESC, runout_date_q50 NULLS LAST, headroom, series_id LIMIT 1",
        [night.issued_at_utc],
    )["series_id"].to_list()
    where = {"issued_at_utc": night.issued_at_utc, "series_id": at_risk}
    rows = warehouse.read(RUNOUTS, where=where, order_by=("threshold", "local_week_start"))
    return runout_chart(rows, threshold, f"When is {at_risk[0] if at_risk else 'a link'} full?")


def _largest_bill(warehouse: Warehouse, night: Night) -> bytes:
    """Draw the course of the largest bill over the nights of its month."""
    course = warehouse.query(
        "SELECT bills.* FROM planning.bills AS bills JOIN ("
        "  SELECT bill, method, local_month FROM planning.bills WHERE issued_at_utc = $night AND is_billed "
        "  AND p95_q50 IS NOT NULL ORDER BY local_month DESC, p95_q50 DESC LIMIT 1"
        ") USING (bill, method, local_month) WHERE issued_at_utc <= $night ORDER BY issued_at_utc",
        {"night": night.issued_at_utc},
    )
    if course.is_empty():
        return bill_chart(course, "Bills", UNKNOWN_UNIT)
    newest = course.row(-1, named=True)
    return bill_chart(course, f"{newest['bill']}, month of {newest['local_month']}", newest["unit"])
