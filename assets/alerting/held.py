"""Which rules hold in a night, and for what: each with a sentence for people.

How long they have held is ``history``'s; who is told, ``assets.alerts``'s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import polars as pl

from assets.alert_rule import Alert
from assets.alerting.failed_checks import FailedCheck
from assets.checks.sources import why_source_failed
from assets.doubted_capacities import doubted_capacities
from assets.landing import Landing
from assets.nights import Night
from assets.printable import printable
from assets.quantity_text import probability_text, quantity_text, share_text
from assets.report.words import clock_text, zone_text
from warehouse import Warehouse

SENTENCE_LIMIT = 500
_JUDGED_DAYS = 2
_SAME_SHARE = 1e-9
_LATEST = """
    SELECT series_id, source, last_utc + to_seconds(step_seconds) AS end_utc
    FROM series.catalog WHERE last_utc IS NOT NULL ORDER BY series_id
"""
_LIKELY = """
    WITH likeliest AS (
        SELECT series_id,
               first(target_utc ORDER BY "window", probability_above DESC, target_utc) AS likeliest_utc
        FROM planning.congestion
        WHERE issued_at_utc = $1 AND abs(threshold - $2) < $3 AND "window" IN ('hour', 'slot')
            AND probability_above IS NOT NULL
        GROUP BY series_id
    )
    SELECT series_id, probability_above, expected_peak, night.capacity, likeliest_utc,
           coalesce(unit, 'unknown') AS unit, coalesce(time_zone, 'UTC') AS time_zone
    FROM planning.congestion AS night
    LEFT JOIN likeliest USING (series_id) LEFT JOIN series.catalog USING (series_id)
    WHERE issued_at_utc = $1 AND abs(threshold - $2) < $3 AND "window" = 'night' AND probability_above >= $4
    ORDER BY series_id
"""
# Zeros of an outage are taken out before a day's level is measured: the day itself may look like any other.
_OUTAGES = """
    SELECT series_id, start_utc, least(end_utc, $1) AS end_utc FROM series.flagged_runs
    WHERE flag = 'outage' AND start_utc < $1 AND end_utc > $1 - to_days($2) ORDER BY series_id, start_utc
"""


@dataclass(frozen=True)
class Held:
    """A rule that holds for a subject in a night.

    Parameters
    ----------
    rule, kind : str
        The rule's name and what it watches.
    subject : str
        Series, source or check; for an unusual day the series and the day, for an outage and its beginning.
    sentence : str
        What to tell, one printable line.
    value : float or None
        The figure that met the rule, in the unit of its kind.
    """

    rule: str
    kind: str
    subject: str
    sentence: str
    value: float | None = None


@dataclass(frozen=True)
class Tables:
    """What rules are judged by.

    Parameters
    ----------
    warehouse : Warehouse
        The tables.
    landing : Landing
        The sources.
    night : Night
        The night.
    failed_checks : tuple of FailedCheck
        Those of the night.
    """

    warehouse: Warehouse
    landing: Landing
    night: Night
    failed_checks: tuple[FailedCheck, ...] = ()


def held_in_night(rules: Iterable[Alert], tables: Tables) -> list[Held]:
    """Judge the rules in a night.

    Parameters
    ----------
    rules : iterable of Alert
        Of ``sources.toml``. One on the night itself is judged by those who wait for it, not here.
    tables : Tables
        What the night has written.

    Returns
    -------
    list of Held
        Each pair of rule and subject once.
    """
    found = [held for rule in rules if rule.when in _JUDGES for held in _JUDGES[rule.when](rule, tables)]
    return list({(held.rule, held.subject): held for held in found}.values())


def _held(rule: Alert, subject: str, sentence: str, value: float | None = None) -> Held:
    return Held(rule.name, rule.when, subject, printable(sentence, SENTENCE_LIMIT), value)


def _congestion(rule: Alert, tables: Tables) -> Iterator[Held]:
    threshold = rule.of("threshold")
    known = [tables.night.issued_at_utc, threshold, _SAME_SHARE, rule.of("probability")]
    for row in tables.warehouse.query(_LIKELY, known).iter_rows(named=True):
        if rule.matches("series", row["series_id"]):
            said = _congestion_sentence(row, threshold)
            yield _held(rule, row["series_id"], said, row["probability_above"])
    yield from _doubted(rule, tables)


def _congestion_sentence(row: Mapping[str, Any], threshold: float) -> str:
    share = "" if threshold == 1 else f"{share_text(threshold)} of "
    said = (
        f"{row['series_id']}: {probability_text(row['probability_above'])} to exceed {share}its "
        f"{quantity_text(row['capacity'], row['unit'])} at some moment of the night"
    )
    if (at_utc := row["likeliest_utc"]) is not None:
        clock = f"{clock_text(at_utc, row['time_zone'])} ({zone_text(at_utc, row['time_zone'])})"
        said += f", most likely around {clock}"
    if (peak := row["expected_peak"]) is not None:
        said += f"; its peak is expected at {100 * peak / row['capacity']:.0f} %"
    return f"{said}."


def _doubted(rule: Alert, tables: Tables) -> Iterator[Held]:
    """Hold for a link whose load contradicts its capacity: nobody can say that it is not full."""
    where = {"status": "set_aside", "source": [source.name for source in tables.landing.sources.all]}
    catalog = tables.warehouse.read("series.catalog", ("series_id", "capacity"), where)
    stated = catalog.filter(pl.col("capacity").is_not_null())["series_id"].to_list()
    doubts = doubted_capacities(tables.warehouse, stated, tables.night.issued_at_utc) if stated else {}
    for series_id, doubt in doubts.items():
        if rule.matches("series", series_id):
            # An event of its own: once the capacity is corrected, what then holds for the link is told.
            yield _held(rule, f"{series_id} (capacity)", f"{series_id}: {doubt}")


def _runout(rule: Alert, tables: Tables) -> Iterator[Held]:
    weeks = rule.of("weeks")
    share = tables.landing.sources.platform.runout_threshold
    rows = tables.warehouse.read(
        "planning.runouts", where={"issued_at_utc": tables.night.issued_at_utc}, order_by="series_id"
    ).filter(
        (pl.col("threshold") - share).abs() < _SAME_SHARE,
        pl.col("local_week_start") < tables.night.date + timedelta(weeks=weeks),
    )
    by_series = rows.group_by("series_id", maintain_order=True).agg(pl.col("probability_by_end").max())
    for series_id, probability in by_series.iter_rows():
        if probability >= rule.of("probability") and rule.matches("series", series_id):
            yield _held(
                rule,
                series_id,
                f"{series_id}: its busy hour passes {share_text(share)} of the capacity within {weeks} weeks "
                f"with a probability of {probability_text(probability)}.",
                probability,
            )
    yield from _doubted(rule, tables)


def _source(rule: Alert, tables: Tables) -> Iterator[Held]:
    late_after = timedelta(seconds=rule.of("late_after"))
    midnight = tables.night.issued_at_utc
    latest = tables.warehouse.query(_LATEST)
    for source in tables.landing.sources.all:
        if not rule.matches("sources", source.name):
            continue
        failure = why_source_failed(tables.warehouse, tables.landing, source)
        if failure is not None:
            yield _held(rule, source.name, f"source {source.name}: {failure}.")
            continue
        ends = latest.filter(pl.col("source") == source.name).select("series_id", "end_utc")
        late = ends.filter(midnight - pl.col("end_utc") >= late_after)
        # One sentence for a source that is silent as a whole, else one for each series that is.
        subjects = late if late.height < ends.height else late.top_k(1, by="end_utc")
        for series_id, end_utc in subjects.iter_rows():
            hours = (midnight - end_utc) / timedelta(hours=1)
            is_whole = late.height == ends.height
            subject = source.name if is_whole else series_id
            what = f"source {source.name}" if is_whole else series_id
            ago = "1 hour" if round(hours) == 1 else f"{hours:.0f} hours"
            said = f"{what}: nothing since {end_utc:%Y-%m-%d %H:%M} UTC, {ago} before the night."
            yield _held(rule, subject, said, hours)


def _unusual_day(rule: Alert, tables: Tables) -> Iterator[Held]:
    # A series whose days end after the platform's midnight has its newest whole day one day earlier.
    days = [tables.night.date - timedelta(days=back) for back in range(1, _JUDGED_DAYS + 1)]
    rows = tables.warehouse.read(
        "diagnostics.daily_peaks",
        ("series_id", "local_date", "reason", "phase_score", "level_score", "shape_score"),
        {"local_date": days, "is_unusual": True},
        order_by=("series_id", "local_date"),
    )
    for series_id, day, reason, *scores in rows.iter_rows():
        if rule.matches("series", series_id):
            largest = max((abs(score) for score in scores if score is not None), default=None)
            said = reason or "The day does not look like days like it."
            yield _held(rule, f"{series_id} {day}", f"{series_id} on {day:%a %Y-%m-%d}: {said}", largest)
    yield from _outages(rule, tables)


def _outages(rule: Alert, tables: Tables) -> Iterator[Held]:
    rows = tables.warehouse.query(_OUTAGES, [tables.night.issued_at_utc, _JUDGED_DAYS])
    for series_id, start_utc, end_utc in rows.iter_rows():
        if rule.matches("series", series_id):
            begin = f"{start_utc:%Y-%m-%d %H:%M}"
            hours = (end_utc - start_utc) / timedelta(hours=1)
            said = f"{series_id}: an outage, it carried nothing for {hours:.3g} h from {begin} UTC on."
            yield _held(rule, f"{series_id} {begin}", said, hours)


def _check(rule: Alert, tables: Tables) -> Iterator[Held]:
    for failed in tables.failed_checks:
        if rule.matches("checks", failed.name):
            yield _held(rule, failed.name, f"check {failed.name} failed: {failed.sentence}")


_JUDGES: dict[str, Callable[[Alert, Tables], Iterator[Held]]] = {
    "congestion": _congestion,
    "runout": _runout,
    "source": _source,
    "unusual_day": _unusual_day,
    "check": _check,
}
