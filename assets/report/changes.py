"""Section: what changed since the night before."""

from __future__ import annotations

from typing import Final

from assets.printable import printable
from assets.quantity_text import probability_text
from assets.report.blocks import Line, Section
from assets.report.night_frames import NightFrames
from assets.report.series_facts import NOT_FORECAST, SeriesFacts, congestion_of
from assets.report.words import day_text, listed, name_text, percent_text

SHOWN: Final = 30
NAMED_SINGLY: Final = 3
CHANGED_PROBABILITY: Final = 0.05
CHANGED_RUNOUT: Final = 0.1
CHANGED_HEADROOM: Final = 0.05


def changes_section(night: NightFrames, series: list[SeriesFacts]) -> Section:
    """Compare a night with the one before it.

    Parameters
    ----------
    night : NightFrames
        Both nights' rows.
    series : list of SeriesFacts
        Of this night.
    """
    title = "What changed since the night before"
    if night.previous_utc is None:
        return Section("changes", title, "No earlier night was run in this home, so nothing can be compared.")
    by_name = {facts.name: facts for facts in series}
    lines = [
        *_faults(night),
        *_came_and_went(night, by_name),
        *_congestion(night, by_name),
        *_outlook(night, by_name),
        *_champions(night, by_name),
    ]
    said = f"Compared with the night of {night.previous_utc:%Y-%m-%d %H:%M} UTC."
    if not lines:
        said += " Nothing changed: the same series, the same champions, no new fault."
    return Section("changes", title, said, lines=tuple(lines[:SHOWN]), more=tuple(lines[SHOWN:]))


def _came_and_went(night: NightFrames, by_name: dict[str, SeriesFacts]) -> list[Line]:
    now = set(night.tonight("champions")["series_id"])
    before = set(night.before("champions")["series_id"])
    new = [
        Line("New", "forecast for the first time.", "", n, by_name[n].href)
        for n in sorted(now - before)
        if n in by_name
    ]
    gone = []
    for name in sorted(before - now):
        facts = by_name.get(name)
        if facts is None:
            gone.append(Line("Gone", "no longer in series.catalog.", "warn", name))
        else:
            label = "Stale" if facts.row["status"] == "stale" else "Set aside"
            gone.append(Line(label, facts.row["reason"] or "not forecast.", "warn", name, facts.href))
    return [*gone, *new]


def _champions(night: NightFrames, by_name: dict[str, SeriesFacts]) -> list[Line]:
    before = dict(night.before("champions").select("series_id", "model").iter_rows())
    changed: dict[tuple[str, str], list[SeriesFacts]] = {}
    for name, facts in sorted(by_name.items()):
        old = before.get(name)
        if old is not None and facts.model is not None and old != facts.model:
            changed.setdefault((old, facts.model), []).append(facts)
    return [line for (old, new), series in changed.items() for line in _champion_lines(old, new, series)]


def _champion_lines(old: str, new: str, series: list[SeriesFacts]) -> list[Line]:
    if new == NOT_FORECAST:
        text = f"no model could be fitted, {old} before:"
        return [Line("Champion", f"{text} {one.model_reason}", "warn", one.name, one.href) for one in series]
    text = f"{new} in the place of {old}"
    if len(series) <= NAMED_SINGLY:
        return [Line("Champion", f"{text}.", "", one.name, one.href) for one in series]
    return [Line("Champion", f"{text}: {listed([name_text(one.name) for one in series])}.")]


def _congestion(night: NightFrames, by_name: dict[str, SeriesFacts]) -> list[Line]:
    before = congestion_of(night, of_before=True)
    changed = []
    for name, facts in by_name.items():
        if facts.congestion is None or name not in before:
            continue
        old, new = before[name].probabilities, facts.congestion.probabilities
        moves = [(abs(new[t] - old[t]), t) for t in new if t in old]
        if not moves or max(moves)[0] < CHANGED_PROBABILITY:
            continue
        move, threshold = max(moves)
        word = "rose" if new[threshold] > old[threshold] else "fell"
        text = (
            f"probability of more than {percent_text(threshold)} of the capacity {word} from "
            f"{probability_text(old[threshold])} to {probability_text(new[threshold])}."
        )
        changed.append((-move, Line("Congestion", text, "warn" if word == "rose" else "", name, facts.href)))
    return [line for _, line in sorted(changed, key=lambda pair: pair[0])]


def _outlook(night: NightFrames, by_name: dict[str, SeriesFacts]) -> list[Line]:
    before = {row["series_id"]: row for row in night.before("outlook").to_dicts()}
    lines = []
    for name, facts in by_name.items():
        old, new = before.get(name), facts.outlook
        if not old or not new:
            continue
        said = []
        chances = old["runout_probability"], new["runout_probability"]
        if None not in chances and abs(chances[1] - chances[0]) >= CHANGED_RUNOUT:
            said.append(
                f"probability of running out went from {probability_text(chances[0])} to "
                f"{probability_text(chances[1])}"
            )
        dates = old["runout_date_q50"], new["runout_date_q50"]
        if None not in dates and abs((dates[1] - dates[0]).days) >= 7:
            said.append(f"run-out moved from {day_text(dates[0])} to {day_text(dates[1])}")
        room = old["headroom"], new["headroom"]
        if None not in room and abs(room[1] - room[0]) >= CHANGED_HEADROOM:
            said.append(f"headroom went from {percent_text(room[0])} to {percent_text(room[1])}")
        if said:
            lines.append(Line("Outlook", f"{'; '.join(said)}.", "", name, facts.href))
    return lines


def _faults(night: NightFrames) -> list[Line]:
    lines = [
        Line("New fault", f"{printable(row['path'])} was rejected: {row['reason']}", "bad", row["source"])
        for row in night["rejected_files"].filter("is_new").to_dicts()
    ]
    key = ["table_name", "source", "expectation", "column_name"]
    failed = [
        frame.filter(~frame["success"].fill_null(value=False))
        for frame in (night.tonight("expectations"), night.before("expectations"))
    ]
    for row in failed[0].join(failed[1], on=key, how="anti").to_dicts():
        text = (
            f"{row['table_name']} newly breaks {row['expectation']} of {row['column_name'] or 'the table'}."
        )
        lines.append(Line("New fault", text, "bad", row["source"]))
    events = night["events"]
    for row in events.to_dicts():
        if row["kind"] == "night":
            lines.append(Line("Over", f"made since: {row['sentence']}", "", row["subject"]))
        elif row["first_issued_at_utc"] == night.issued_at_utc:
            lines.append(Line("New alert", row["sentence"], "bad", row["subject"]))
        elif row["last_issued_at_utc"] < night.issued_at_utc:
            lines.append(Line("Over", f"no longer holds: {row['sentence']}", "", row["subject"]))
    return lines
