"""Section: days that do not look like a day, with the reason."""

from __future__ import annotations

import polars as pl

from assets.report.blocks import Cell, Section, Table, table_of
from assets.report.night_frames import PEAK_DAYS, NightFrames
from assets.report.series_facts import SeriesFacts
from assets.report.words import name_text, number_text, percent_text, short_day

SCORES = ("phase_score", "level_score", "shape_score")


def days_section(night: NightFrames, series: list[SeriesFacts]) -> Section:
    """Rank the unusual days of the last four weeks.

    Parameters
    ----------
    night : NightFrames
        Its days.
    series : list of SeriesFacts
        Their places in the page.
    """
    title = "Unusual days"
    days = night["peaks"]
    if days.is_empty():
        lead = "No day of the last four weeks was judged: a series needs three days of values for that."
        return Section("days", title, lead)
    unusual = days.filter(pl.col("is_unusual").fill_null(value=False))
    n_series = days["series_id"].n_unique()
    lead = f"{days.height:,} days of {n_series:,} series in the last {PEAK_DAYS} days; " + (
        f"{unusual.height:,} are unlike the same days of other weeks, the most unlike first."
        if unusual.height
        else "none is unlike the same days of other weeks."
    )
    lead += " The phase of every day stands with its series."
    return Section("days", title, lead, tables=(_table(unusual, series),) if unusual.height else ())


def _table(unusual: pl.DataFrame, series: list[SeriesFacts]) -> Table:
    hrefs = {facts.name: facts.href for facts in series}
    largest = pl.max_horizontal(pl.col(name).abs() for name in SCORES)
    ranked = unusual.sort(largest.fill_null(0), "local_date", descending=True)
    rows = [
        (
            Cell(name_text(row["series_id"]), hrefs.get(row["series_id"])),
            Cell(short_day(row["local_date"])),
            Cell(row["reason"] or ""),
            Cell(number_text(row["phase_minutes"], "+.0f")),
            Cell(percent_text(row["level_share"], signed=True)),
        )
        for row in ranked.to_dicts()
    ]
    columns = ("series", "day", "reason", "#phase, min", "#level")
    return table_of("Days unlike the others", columns, rows, "diagnostics.daily_peaks")
