"""Section: which links are likely to be full tonight, which of them later, and what the month will cost."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from assets.quantity_text import NOTHING, probability_text, quantity_text
from assets.report.blocks import Cell, Line, Section, Table, table_of
from assets.report.night_frames import NightFrames
from assets.report.series_facts import PRESSING, SeriesFacts
from assets.report.words import day_text, name_text, number_text, percent_text

LIKELY = 0.5
_NO_CAPACITY = (
    "No capacity is stated in sources.toml, so no link can be at risk: give a source its capacity, such as "
    'capacity = "10 Gbit/s".'
)
_NOT_MADE = "Capacities are stated, but this night holds no probability and no outlook of them."
_NO_BILL = "No bill is stated in sources.toml, so no 95th percentile of the month is shown."


def risks_section(night: NightFrames, series: list[SeriesFacts]) -> Section:
    """Say which links are at risk.

    Parameters
    ----------
    night : NightFrames
        Its bills.
    series : list of SeriesFacts
        Most at risk first.
    """
    links = [facts for facts in series if facts.row["capacity"] is not None or facts.congestion]
    told = [facts for facts in links if facts.congestion or facts.outlook]
    lead = (
        _NO_CAPACITY
        if not links
        else _NOT_MADE
        if not told
        else "Probability that the load exceeds a share of the capacity at any moment of the 24 hours after "
        "midnight; and when the busy hour's 95th percentile will first pass the share that counts as full."
    )
    tables = [_tonight(told), _later(told)] if told else []
    bills = _bills(night)
    if bills:
        tables.append(bills)
    else:
        lead += f" {_NO_BILL}"
    return Section("risk", "Links at risk", lead, tables=tuple(table for table in tables if table.rows))


def risk_sentence(facts: SeriesFacts) -> str:
    """Say how likely a link is to be full tonight; nothing where it is unlikely."""
    found = facts.congestion
    if found is None or not found.probabilities:
        return ""
    pressing = [(t, p) for t, p in found.probabilities.items() if p >= PRESSING]
    if not pressing:
        return ""
    threshold, probability = max(pressing)
    share = "" if threshold == 1 else f"{percent_text(threshold)} of "
    said = (
        f"{probability_text(probability)} to exceed {share}its {quantity_text(found.capacity, facts.unit)} "
        "at some moment of the 24 hours"
    )
    if found.hour_utc is not None:
        said += f", most likely around {facts.clock(found.hour_utc)}"
    return f"{said}."


def runout_sentence(facts: SeriesFacts) -> str:
    """Say when a link will count as full; nothing where that is unlikely within the horizon."""
    outlook = facts.outlook
    probability, weeks = outlook.get("runout_probability"), outlook.get("horizon_weeks")
    if probability is None or probability < LIKELY:
        return ""
    first, middle = outlook.get("runout_date_q10"), outlook.get("runout_date_q50")
    when = f"in the week of {day_text(middle)}" if middle else f"within {weeks} weeks"
    early = f", perhaps as soon as {day_text(first)}" if first and first != middle else ""
    full = percent_text(outlook.get("runout_threshold"))
    if _is_past(outlook):
        return f"Its busy hour passed {full} of the capacity last week; again {when}{early}."
    return f"Its busy hour passes {full} of the capacity {when}{early} ({probability_text(probability)})."


def _is_past(outlook: Mapping[str, Any]) -> bool:
    figures = [outlook.get(name) for name in ("busy_hour_p95", "runout_threshold", "capacity")]
    load, share, capacity = (math.nan if figure is None else figure for figure in figures)
    return bool(load >= share * capacity)


def risk_lines(series: list[SeriesFacts], night: NightFrames) -> list[Line]:
    """Name the links that press, tonight's first."""
    tonight = [
        Line(_tonight_label(facts), said, _tone(facts), facts.name, facts.href)
        for facts in series
        if (said := risk_sentence(facts))
    ]
    later = [
        Line("Filling up", said, "warn", facts.name, facts.href)
        for facts in series
        if (said := runout_sentence(facts))
    ]
    return [*tonight, *later, *_bill_lines(night)]


def _tonight_label(facts: SeriesFacts) -> str:
    """Ask whether a link is full only where what presses is a share that counts as full."""
    chances = facts.congestion.probabilities if facts.congestion else {}
    highest = max((threshold for threshold, p in chances.items() if p >= PRESSING), default=0.0)
    return "Full tonight?" if highest >= (facts.outlook.get("runout_threshold") or 1.0) else "Busy tonight"


def _tone(facts: SeriesFacts) -> str:
    return "bad" if facts.congestion and facts.congestion.when_full >= PRESSING else "warn"


def _tonight(links: list[SeriesFacts]) -> Table:
    thresholds = sorted({t for facts in links if facts.congestion for t in facts.congestion.probabilities})
    columns = ("link", "#capacity", "#expected peak", *(f"#over {percent_text(t)}" for t in thresholds))
    rows = []
    for facts in links:
        found = facts.congestion
        if found is None:
            continue
        chances = [found.probabilities.get(threshold) for threshold in thresholds]
        rows.append(
            (
                Cell(name_text(facts.name), facts.href),
                Cell(quantity_text(found.capacity, facts.unit)),
                Cell(quantity_text(found.expected_peak, facts.unit)),
                *(Cell(probability_text(p), tone="bad" if p and p >= PRESSING else "") for p in chances),
            )
        )
    return table_of("The next 24 hours", columns, rows, "planning.congestion")


def _later(links: list[SeriesFacts]) -> Table:
    columns = ("link", "#headroom now", "#growth a week", "full in the week of", "#within the horizon")
    rows = []
    for facts in links:
        seen = facts.outlook
        if not seen:
            continue
        low, high = (percent_text(seen.get(f"growth_{end}_95"), 1, signed=True) for end in ("lower", "upper"))
        growth = percent_text(seen.get("growth_per_week"), 1, signed=True)
        rows.append(
            (
                Cell(name_text(facts.name), facts.href),
                Cell(percent_text(seen.get("headroom")), tone=_headroom_tone(seen.get("headroom"))),
                Cell(growth if NOTHING in (growth, low, high) else f"{growth} ({low} to {high})"),
                Cell(_runout(facts)),
                Cell(_within(facts)),
            )
        )
    return table_of("The weeks ahead", columns, rows, "planning.outlook and planning.runouts")


def _headroom_tone(headroom: float | None) -> str:
    return "" if headroom is None or headroom > 0.1 else "bad"


def _runout(facts: SeriesFacts) -> str:
    seen = facts.outlook
    dates = [seen.get(f"runout_date_{q}") for q in ("q10", "q50", "q90")]
    if not any(dates):
        said = "not within the horizon" if seen.get("horizon_weeks") else ""
        return seen.get("reason") or said or NOTHING
    early, middle, late = (day_text(day) if day else "later than the horizon" for day in dates)
    return f"{middle} (80 %: {early} to {late})"


def _within(facts: SeriesFacts) -> str:
    weeks = facts.outlook.get("horizon_weeks")
    probability = facts.outlook.get("runout_probability")
    return NOTHING if weeks is None else f"{probability_text(probability)} in {weeks} weeks"


def _bills(night: NightFrames) -> Table | None:
    rows = [
        (
            Cell(f"{name_text(row['bill'])}: {row['method']}{' (billed)' if row['is_billed'] else ''}"),
            Cell(quantity_text(row["p95_to_date"], row["unit"] or "unknown")),
            Cell(quantity_text(row["p95_q50"], row["unit"] or "unknown")),
            Cell(
                f"{quantity_text(row['p95_q10'], row['unit'] or 'unknown')} to "
                f"{quantity_text(row['p95_q90'], row['unit'] or 'unknown')}"
            ),
            Cell(quantity_text(row["commitment"], row["unit"] or "unknown")),
            Cell(number_text(row["n_missing"], ",")),
            Cell(row["reason"] or ""),
        )
        for row in night["bills"].to_dicts()
    ]
    if not rows:
        return None
    month = night["bills"]["local_month"][0]
    columns = (
        "bill",
        "#so far",
        "#at month's end",
        "#80 % interval",
        "#commitment",
        "#samples missing",
        "remark",
    )
    return table_of(f"95th percentile of {month:%B %Y}", columns, rows, "planning.bills")


def _bill_lines(night: NightFrames) -> list[Line]:
    lines = []
    for row in night["bills"].to_dicts():
        commitment, expected = row["commitment"], row["p95_q50"]
        if row["is_billed"] and None not in (commitment, expected) and expected > commitment:
            unit = row["unit"] or "unknown"
            lines.append(
                Line(
                    "Bill",
                    f"At month's end {quantity_text(expected, unit)}, above the commitment of "
                    f"{quantity_text(commitment, unit)}.",
                    "warn",
                    row["bill"],
                    "#risk",
                )
            )
    return lines
