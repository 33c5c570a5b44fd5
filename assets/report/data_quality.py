"""Section: what was read, what was left out, what is missing, and which expectations do not hold."""

from __future__ import annotations

from typing import Any

import polars as pl

from assets.printable import printable
from assets.report.blocks import Cell, Line, Section, Table, table_of
from assets.report.night_frames import NightFrames
from assets.report.series_facts import SeriesFacts
from assets.report.words import duration_text, name_text, percent_text

REASON_CHARACTERS = 160


def data_section(night: NightFrames, series: list[SeriesFacts]) -> Section:
    """Add up the ledger, and name the gaps of the last week.

    Parameters
    ----------
    night : NightFrames
        Its rows.
    series : list of SeriesFacts
        Their grids and places in the page.
    """
    ledger = night["ledger"]
    lines = [Line("Source failed", why, "bad", source) for source, why in night.faults]
    if ledger.is_empty():
        return Section("data", "Data quality", "No file has been read yet.", lines=tuple(lines))
    sums = {
        name: int(ledger[f"records_{name}"].sum() or 0)
        for name in ("read", "loaded", "rejected", "duplicate")
    }
    lead = (
        f"{int(ledger['files'].sum()):,} files: {sums['read']:,} records read = {sums['loaded']:,} loaded + "
        f"{sums['rejected']:,} rejected + {sums['duplicate']:,} duplicate. {_judged(night)}"
    )
    tables = [_sources(ledger), _gaps(night, series), _expectations(night), _files(night), _reasons(night)]
    return Section("data", "Data quality", lead, lines=tuple(lines), tables=tuple(t for t in tables if t))


def _judged(night: NightFrames) -> str:
    judged = night.tonight("expectations")
    if judged.is_empty():
        return "No expectation was judged in this night."
    held = judged.filter(pl.col("success")).height
    return f"{held:,} of {judged.height:,} expectations hold."


def _sources(ledger: pl.DataFrame) -> Table:
    rows = [
        (
            Cell(name_text(row["source"])),
            Cell(f"{row['files']:,}"),
            Cell(f"{row['files_rejected']:,}", tone="bad" if row["files_rejected"] else ""),
            Cell(f"{row['records_read']:,}"),
            Cell(f"{row['records_loaded']:,}"),
            Cell(f"{row['records_rejected']:,}"),
            Cell(f"{row['records_duplicate']:,}"),
            Cell(f"{row['last_utc']:%Y-%m-%d %H:%M}" if row["last_utc"] else "–"),
        )
        for row in ledger.to_dicts()
    ]
    columns = (
        "source",
        "#files",
        "#rejected files",
        "#records",
        "#loaded",
        "#rejected",
        "#duplicate",
        "newest, UTC",
    )
    return table_of("The ledger", columns, rows, "raw.ingestion_summary")


def _gaps(night: NightFrames, series: list[SeriesFacts]) -> Table | None:
    by_name = {facts.name: facts for facts in series}
    longest = {row["series_id"]: row for row in night["gaps"].to_dicts()}
    odd = pl.col("n_missing") + pl.col("n_outliers") + pl.col("n_outages") + pl.col("n_impossible")
    week = night["week"].filter(odd > 0).sort(pl.col("n_missing") / pl.col("n_steps"), descending=True)
    rows = [
        (
            Cell(name_text(row["series_id"]), facts.href),
            Cell(percent_text(row["n_missing"] / row["n_steps"], 1)),
            Cell(_gap_text(longest.get(row["series_id"]), facts)),
            Cell(f"{row['n_outliers']:,}"),
            Cell(f"{row['n_outages']:,}"),
            Cell(f"{row['n_impossible']:,}"),
        )
        for row in week.to_dicts()
        if (facts := by_name.get(row["series_id"]))
    ]
    if not rows:
        return None
    columns = ("series", "#missing", "longest gap", "#outliers", "#in outages", "#impossible")
    return table_of(
        "Gaps and flags of the last seven days",
        columns,
        rows,
        "series.data_gaps and series.flagged_runs",
        is_folded=True,
    )


def _gap_text(gap: dict[str, Any] | None, facts: SeriesFacts) -> str:
    if gap is None:
        return "none"
    length = duration_text(gap["steps"] * facts.row["step_seconds"])
    return f"{length} from {facts.clock(gap['start_utc'])}"


def _expectations(night: NightFrames) -> Table | None:
    judged = night.tonight("expectations")
    failed = judged.filter(~pl.col("success").fill_null(value=False))
    rows = [
        (
            Cell(row["table_name"]),
            Cell(name_text(row["source"])),
            Cell(f"{row['expectation']}{' of ' + row['column_name'] if row['column_name'] else ''}"),
            Cell("could not run" if row["is_error"] else "does not hold", tone="bad"),
            Cell(printable(row["observed"] or "", REASON_CHARACTERS)),
        )
        for row in failed.to_dicts()
    ]
    if not rows:
        return None
    columns = ("table", "source", "expectation", "outcome", "found")
    return table_of("Expectations that do not hold", columns, rows, "quality.latest_expectations")


def _files(night: NightFrames) -> Table | None:
    rows = [
        (
            Cell(name_text(row["source"])),
            Cell(printable(row["path"], REASON_CHARACTERS)),
            Cell(printable(row["reason"] or "", REASON_CHARACTERS)),
            Cell("new" if row["is_new"] else ""),
        )
        for row in night["rejected_files"].sort("is_new", descending=True, nulls_last=True).to_dicts()
    ]
    if not rows:
        return None
    return table_of(
        "Rejected files",
        ("source", "file", "reason", "since yesterday"),
        rows,
        "raw.ingested_files",
        is_folded=True,
    )


def _reasons(night: NightFrames) -> Table | None:
    rows = [
        (
            Cell(name_text(row["source"])),
            Cell(printable(row["reason"], REASON_CHARACTERS)),
            Cell(f"{row['n']:,}"),
        )
        for row in night["rejected_lines"].to_dicts()
    ]
    if not rows:
        return None
    return table_of(
        "Rejected lines by reason", ("source", "reason", "#lines"), rows, "raw.rejected_lines", is_folded=True
    )
