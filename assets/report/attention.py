"""Section: the lines to read first, the most important first."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from assets.doubted_capacities import is_doubt
from assets.report.blocks import Line, Section
from assets.report.night_frames import NightFrames
from assets.report.risks import risk_lines
from assets.report.series_facts import NOT_FORECAST, SeriesFacts
from assets.report.words import duration_text, listed, name_text, short_day

FIRST_LINES: Final = 5
RECENT_DAYS: Final = 2
_WRONG_STEP: Final = ("clock_drift", "step_wrong", "samples_dropped", "clock_change")


def attention_section(night: NightFrames, series: list[SeriesFacts]) -> Section:
    """Choose what needs a look.

    Parameters
    ----------
    night : NightFrames
        Its rows.
    series : list of SeriesFacts
        Most at risk first.
    """
    lines = _interleaved([_faults(night), risk_lines(series, night), _series_lines(night, series)])
    if not series:
        lead = "There is no series: nothing that was read has a time and a value yet."
    elif not lines:
        lead = "Nothing needs a look: no source failed, no link is at risk, no day was unlike the others."
    else:
        lead = ""
    return Section(
        "first", "Read this first", lead, lines=tuple(lines[:FIRST_LINES]), more=tuple(lines[FIRST_LINES:])
    )


def _interleaved(kinds: list[list[Line]]) -> list[Line]:
    """Put the worst of each kind before the second of any: ten links must not hide one broken source."""
    longest = max(map(len, kinds), default=0)
    mixed = [line for place in range(longest) for kind in kinds for line in kind[place : place + 1]]
    return sorted(mixed, key=lambda line: line.tone != "bad")


def _faults(night: NightFrames) -> list[Line]:
    lines = [Line("Source failed", why, "bad", source, "#data") for source, why in night.faults]
    rejected = night["rejected_files"].filter(night["rejected_files"]["is_new"].fill_null(value=False))
    failed_as_a_whole = {source for source, _ in night.faults}
    for (source,), files in rejected.group_by("source", maintain_order=True):
        if source not in failed_as_a_whole:
            many = "1 new file was" if files.height == 1 else f"{files.height:,} new files were"
            text = f"{many} rejected: {files['reason'][0]}"
            lines.append(Line("Files rejected", text, "bad", str(source), "#data"))
    judged = night.tonight("expectations")
    failed = judged.filter(~judged["success"].fill_null(value=False))
    for (table,), rows in failed.group_by("table_name", maintain_order=True):
        n_judged = judged.filter(judged["table_name"] == table).height
        text = f"expectations that do not hold: {rows.height} of {n_judged}."
        lines.append(Line("Check failed", text, "bad", str(table), "#data"))
    return lines


def _series_lines(night: NightFrames, series: list[SeriesFacts]) -> list[Line]:
    decayed = dict(night["decayed"].select("series_id", "verdict").iter_rows())
    doubts, lines = [], []
    for facts in series:
        if is_doubt(facts.row["reason"]):
            doubts.append(Line("Capacity?", facts.row["reason"], "bad", facts.name, facts.href))
        elif not facts.is_usable:
            label = "Stale" if facts.row["status"] == "stale" else "Set aside"
            lines.append(Line(label, facts.row["reason"] or "", "warn", facts.name, facts.href))
        elif facts.model == NOT_FORECAST:
            lines.append(Line("No forecast", facts.model_reason or "", "warn", facts.name, facts.href))
        if facts.row["period_verdict"] in _WRONG_STEP:
            text = facts.row["period_sentence"] or "The step contradicts the day."
            lines.append(Line("Wrong step?", text, "warn", facts.name, facts.href))
        if facts.name in decayed:
            lines.append(Line("Forecast worse", decayed[facts.name], "warn", facts.name, facts.href))
    hrefs = {facts.name: facts.href for facts in series}
    return [*doubts, *_outages(night, series), *_unusual(night, hrefs), *lines]


def _outages(night: NightFrames, series: list[SeriesFacts]) -> list[Line]:
    """Name what carried nothing in the last day; what went and came together is told once."""
    by_name = {facts.name: facts for facts in series}
    lines = []
    for row in night["outages"].to_dicts():
        first = by_name.get(row["names"][0])
        if first is None:
            continue
        names = [name_text(name) for name in row["names"]]
        also = f" So did {listed(names[1:])}." if names[1:] else ""
        since = first.clock(row["start_utc"])
        text = f"carried nothing for {duration_text(row['seconds'])} from {since}."
        lines.append(Line("Outage", text + also, "bad", first.name, first.href))
    return lines


def _unusual(night: NightFrames, hrefs: dict[str, str]) -> list[Line]:
    peaks = night["peaks"]
    recent = peaks.filter(
        peaks["is_unusual"].fill_null(value=False)
        & (peaks["local_date"] >= night.night - timedelta(RECENT_DAYS))
    )
    return [
        Line(
            "Unusual day",
            f"{short_day(row['local_date'])}: {row['reason'] or ''}",
            "warn",
            row["series_id"],
            hrefs.get(row["series_id"]),
        )
        for row in recent.sort("local_date", descending=True).to_dicts()
    ]
