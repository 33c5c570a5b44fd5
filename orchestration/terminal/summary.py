"""What the terminal shows when the nights are done: sources, series, what failed, where to look next."""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Callable, Collection
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from assets.decayed_champions import decayed_champions
from assets.printable import printable
from assets.quantity_text import quantity_text
from assets.report.files import LATEST, nights_with_pages
from orchestration.home import Home
from orchestration.terminal.nightly import Outcome
from orchestration.terminal.reading import read_when_free
from warehouse import WarehouseError, read_query

Read = Callable[..., pl.DataFrame]

_SOURCES = """
    SELECT source, count(*) FILTER (status = 'loaded') AS loaded, count(*) FILTER (status = 'copy') AS copies,
           count(*) FILTER (status = 'rejected') AS rejected, sum(records_loaded)::BIGINT AS records,
           sum(records_rejected)::BIGINT AS lines_rejected, sum(records_duplicate)::BIGINT AS duplicates
    FROM raw.ingested_files GROUP BY source ORDER BY source
"""
_REMARKS = """
    SELECT status, source, path, reason FROM raw.ingested_files
    WHERE reason IS NOT NULL AND (status = 'rejected' OR records_read > 0) ORDER BY status DESC, source, path
"""
_SERIES = """
    WITH ahead AS (
        SELECT series_id, avg(mean) AS expected, max(q90) AS high
        FROM forecasts.points JOIN series.catalog USING (series_id, step_seconds)
        WHERE issued_at_utc = $1 AND is_champion
            AND (target_utc < issued_at_utc + INTERVAL 1 DAY OR horizon = 1)
        GROUP BY series_id
    ), behind AS (
        SELECT series_id, avg(abs(scaled_error)) AS mase, avg(covered_80::INTEGER) AS covered
        FROM forecasts.scores
        JOIN series.catalog USING (series_id, step_seconds)
        WHERE is_champion AND target_utc < $1 AND target_utc >= $1 - INTERVAL 1 DAY
            AND (target_utc < issued_at_utc + INTERVAL 1 DAY OR horizon = 1)
        GROUP BY series_id
    )
    SELECT catalog.series_id, status, unit, model, expected, high, mase, covered,
           coalesce(catalog.reason, CASE model WHEN 'none' THEN champions.reason END) AS reason
    FROM series.catalog AS catalog
    LEFT JOIN (FROM models.champions WHERE issued_at_utc = $1) AS champions USING (series_id)
    LEFT JOIN ahead USING (series_id)
    LEFT JOIN behind USING (series_id)
    ORDER BY catalog.series_id
"""
_CONSTANT_VOLATILITY = """
    SELECT count(*) AS usable, count(fitted.status) AS chosen,
           count(*) FILTER (fitted.status = 'ok') AS fitted
    FROM series.catalog AS catalog
    LEFT JOIN (
        FROM models.constant_volatility WHERE issued_at_utc = $1 AND is_reference
    ) AS fitted USING (series_id)
    WHERE catalog.status IN ('ok', 'short')
"""
_WRONG_STEPS = """
    SELECT series_id, tests.verdict FROM models.periodic AS model
    JOIN diagnostics.periodicity_tests AS tests USING (series_id, issued_at_utc)
    WHERE issued_at_utc = $1 AND test = 'period'
        AND period_verdict IN ('clock_drift', 'step_wrong', 'samples_dropped', 'clock_change')
    ORDER BY series_id
"""
_UNUSUAL_DAYS = """
    SELECT local_date, reason FROM planning.unusual_days_by_source WHERE NOT is_continued ORDER BY rank
"""
_GONE = (
    "what was read of them stays, as do their series, set aside. To be rid of it, move the folder warehouse "
    "of the home away: the next nights make everything again, from the files that are still there"
)
SHOWN_ROWS = 40
MORNING_LINES = 5


def show_summary(
    console: Console,
    home: Home,
    outcomes: list[Outcome],
    issued_at_utc: datetime | None,
    wait_seconds: float,
    names: Collection[str],
) -> None:
    """Show how some nights ended.

    Parameters
    ----------
    console : rich.console.Console
        Where.
    home : Home
        The installation.
    outcomes : list of Outcome
        How the runs ended, in order.
    issued_at_utc : datetime or None
        The last night's midnight; None if no night ran.
    wait_seconds : float
        How long to wait for a run that holds the warehouse.
    names : collection of str
        The sources of sources.toml; of others no more is shown than that they were there.
    """
    is_published = issued_at_utc is not None and all(outcome.is_good for outcome in outcomes)
    # Another run may hold the warehouse by now; the published copy is free, and what this run published.
    read = (
        partial(read_query, home.published)
        if is_published
        else partial(read_when_free, home, wait_seconds=wait_seconds)
    )
    try:
        _show_sources(console, read, names)
        if issued_at_utc is not None:
            _show_series(console, read, issued_at_utc, names)
            _show_constant_volatility(console, read, issued_at_utc)
            _show_wrong_steps(console, read, issued_at_utc)
            _show_decayed(console, read, issued_at_utc)
            _show_unusual_days(console, read)
    except WarehouseError as error:
        console.print(f"The tables cannot be shown: {printable(str(error))}", markup=False)
    _show_faults(console, outcomes)


def show_next(console: Console, home: Home, night: date) -> None:
    """Show the page of the last night that was run and the next things to try."""
    where = f"--home {shlex.quote(_from_here(home.path))}"
    command = "diurnal" if shutil.which("diurnal") else _from_here(Path(sys.argv[0]).absolute())
    queries = "sql/queries"
    console.print("\nNext:")
    # Of an older night, latest.html tells nothing.
    is_older = any(other > night for other in nights_with_pages(home.reports))
    page = home.reports / (f"{night}.html" if is_older else LATEST)
    for words, what in (
        *([(_from_here(page), "what the night found: open it in a browser")] if page.exists() else []),
        (
            f'{command} sql {where} "FROM forecasts.latest_forecast LIMIT 10"',
            f"ask the results; more in {queries}",
        ),
        (f"{command} ui {where}", "the asset graph, every run and check, and the nightly schedule"),
        (f"{command} sources {where}", "what is read; then add your own logs and exports to sources.toml"),
    ):
        console.print(Text.assemble("  ", (words, "bold"), f"\n      {what}"), soft_wrap=True)


def _from_here(path: Path) -> str:
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def _show_sources(console: Console, read: Read, names: Collection[str]) -> None:
    everything = read(_SOURCES)
    rows = everything.filter(pl.col("source").is_in(list(names)))
    table = _table("What has landed", "source")
    for name in ("files", "copies", "rejected", "records", "bad lines", "duplicates"):
        table.add_column(name, justify="right", no_wrap=True)
    for source, *counts in rows.iter_rows():
        table.add_row(str(source), *(f"{count:,}" for count in counts))
    console.print(table)
    remarks = read(_REMARKS).filter(pl.col("source").is_in(list(names)))
    for status, source, path, reason in remarks.head(SHOWN_ROWS).iter_rows():
        console.print(f"  {status}: {source}: {printable(path)}: {printable(reason)}", markup=False)
    if remarks.height > SHOWN_ROWS:
        console.print(f"  and {remarks.height - SHOWN_ROWS} remarks more: see reason in raw.ingested_files")
    gone = [printable(name) for name in everything["source"] if name not in names]
    if gone:
        console.print(f"  not in sources.toml any more: {', '.join(gone)}; {_GONE}", markup=False)


def _show_series(console: Console, read: Read, issued_at_utc: datetime, names: Collection[str]) -> None:
    everything = read(_SERIES, [issued_at_utc])
    rows = everything.filter(pl.col("series_id").str.split("/").list.first().is_in(list(names)))
    table = _table(
        f"Night of {issued_at_utc} UTC: the next 24 hours, and how the last ones were forecast", "series"
    )
    table.add_column("champion", no_wrap=True)
    for name in ("mean", "90 % peak", "MASE", "in 80 %"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows.head(SHOWN_ROWS).iter_rows(named=True):
        # As Text: a name in brackets would be taken for markup.
        table.add_row(*map(Text, _series_cells(row)))
    console.print(table)
    if rows.height > SHOWN_ROWS:
        console.print(f"  and {rows.height - SHOWN_ROWS} series more: see series.catalog")
    troubled = rows.filter(pl.col("reason").is_not_null())
    for row in troubled.head(SHOWN_ROWS).iter_rows(named=True):
        words = (printable(text or "") for text in (row["series_id"], row["status"], row["reason"]))
        console.print(f"  {': '.join(words)}", markup=False)


def _show_constant_volatility(console: Console, read: Read, issued_at_utc: datetime) -> None:
    usable, chosen, fitted = read(_CONSTANT_VOLATILITY, [issued_at_utc]).row(0)
    said = [f"ARIMA and GARCH: fitted to {fitted:,} of {usable:,} series"]
    if chosen > fitted:
        said.append(f"{chosen - fitted:,} too short or failed, as models.model_status says")
    if usable > chosen:
        said.append(
            f"{usable - chosen:,} left out by constant_volatility and constant_volatility_at_most, in "
            "[platform] of sources.toml"
        )
    console.print(f"  {'; '.join(said)}", markup=False, soft_wrap=True)


def _show_wrong_steps(console: Console, read: Read, issued_at_utc: datetime) -> None:
    found = read(_WRONG_STEPS, [issued_at_utc])
    for series_id, verdict in found.head(SHOWN_ROWS).iter_rows():
        console.print(f"  {printable(series_id)}: {printable(verdict)}", markup=False)
    if found.height > SHOWN_ROWS:
        console.print(f"  and {found.height - SHOWN_ROWS} steps more: see period_verdict in models.periodic")


def _show_decayed(console: Console, read: Read, issued_at_utc: datetime) -> None:
    found = decayed_champions(read, issued_at_utc)
    for series_id, model, verdict in found.head(SHOWN_ROWS).iter_rows():
        console.print(f"  {printable(series_id)}: {model}: {verdict}", markup=False)
    if found.height > SHOWN_ROWS:
        console.print(
            f"  and {found.height - SHOWN_ROWS} forecasts more that became worse: see models.model_skill"
        )


def _show_unusual_days(console: Console, read: Read) -> None:
    found = read(_UNUSUAL_DAYS)
    if found.height:
        console.print("\nDays of the last week that do not look like a day", style="bold")
    for local_date, reason in found.head(MORNING_LINES).iter_rows():
        day = f"{local_date:%a} {local_date.day} {local_date:%b}"
        console.print(f"  {day}: {printable(reason)}", markup=False, soft_wrap=True)
    if found.height > MORNING_LINES:
        console.print(f"  and {found.height - MORNING_LINES} more: see planning.unusual_days_by_source")


def _table(title: str, first_column: str) -> Table:
    table = Table(
        title=f"\n{title}",
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    # The only one that gives way: a long name must not squeeze the numbers out.
    table.add_column(first_column, overflow="ellipsis")
    return table


def _series_cells(row: dict[str, Any]) -> list[str]:
    return [
        printable(row["series_id"]),
        (row["model"] or "–").replace("seasonal_naive_", "naive, "),
        quantity_text(row["expected"], row["unit"]),
        quantity_text(row["high"], row["unit"]),
        "–" if row["mase"] is None else f"{row['mase']:.2f}",
        "–" if row["covered"] is None else f"{row['covered']:.0%}",
    ]


def _show_faults(console: Console, outcomes: list[Outcome]) -> None:
    for outcome in outcomes:
        night = f"night {outcome.night}" if outcome.night else "reading"
        for sentence in outcome.failures:
            console.print(f"  failed in {night}: {printable(sentence)}", markup=False, style="red")
    # A claim that fails in every night is told once, as the last night saw it.
    checks = {sentence.split(":")[0]: sentence for outcome in outcomes for sentence in outcome.failed_checks}
    for sentence in checks.values():
        console.print(f"  check failed: {printable(sentence)}", markup=False, style="yellow")
