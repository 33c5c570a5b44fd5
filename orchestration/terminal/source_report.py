"""What ``diurnal sources`` shows: per source its files, what is new among them, and the format recognised."""

from __future__ import annotations

import polars as pl
from rich.console import Console

from assets.dangling_names import dangling_names
from assets.landing import Landing, LandingFile, unread
from assets.printable import printable
from assets.sources import Source, Sources
from assets.web_log_loading import SNIFFED_LINES
from assets.web_log_source import WebLog
from orchestration.home import Home
from orchestration.terminal.first_export import try_export
from orchestration.terminal.reading import read_when_free
from traffic.parsing.content import UnreadableContentError, decompressed_chunks, line_blocks
from traffic.parsing.weblog import recognise_format, share_read
from warehouse import WarehouseError

SHOWN_FILES = 5
_LEDGER = "SELECT source, path, file_size_bytes, modified_utc, reader, status, reason FROM raw.ingested_files"


def show_sources(console: Console, home: Home, sources: Sources) -> bool:
    """Show what each source would read.

    Returns
    -------
    bool
        Whether every source has at least one file, and none of them is an export of which nothing was read
        yet and whose first file cannot be.
    """
    landing = Landing(home.path, sources)
    ledger = _ledger(console, home)
    if not sources.all:
        console.print(f"{home.sources_toml} names no source; add a [[weblog]] or an [[export]]", markup=False)
        return False
    known = set(_known(home))
    are_good = [_show(console, landing, source, ledger, known) for source in sources.all]
    for hint in dangling_names(sources, known):
        console.print(printable(hint), markup=False)
    return all(are_good)


def _known(home: Home) -> list[str]:
    try:
        return read_when_free(home, "SELECT series_id FROM series.catalog")["series_id"].to_list()
    except WarehouseError:  # of which the ledger has told
        return []


def _ledger(console: Console, home: Home) -> pl.DataFrame:
    try:
        return read_when_free(home, _LEDGER)
    except WarehouseError as error:
        if home.warehouse.exists():
            console.print(f"what is new cannot be told now: {error}", markup=False)
        names = ("source", "path", "file_size_bytes", "modified_utc", "reader", "status", "reason")
        return pl.DataFrame(schema=dict.fromkeys(names, pl.String))


def _show(console: Console, landing: Landing, source: Source, ledger: pl.DataFrame, known: set[str]) -> bool:
    """Show one source, add the series that its files name, and return whether something can be read."""
    files = landing.files_of(source)
    if not files:
        console.print(f"{source.name}: {landing.why_no_files(source)}", markup=False)
        return False
    mine = ledger.filter(pl.col("source") == source.name)
    new = unread(files, source, mine)
    how = _format(source, files[0])
    console.print(
        f"{source.name}: {len(files)} files match {source.files}, {len(new)} new; {how}", markup=False
    )
    for file in new[:SHOWN_FILES]:
        console.print(f"    new: {printable(str(file.path))} ({file.size_bytes:,} bytes)", markup=False)
    if len(new) > SHOWN_FILES:
        console.print(f"    and {len(new) - SHOWN_FILES} more", markup=False)
    for path, reason in mine.filter(pl.col("status") == "rejected").select("path", "reason").iter_rows():
        console.print(f"    rejected: {printable(path)}: {printable(reason)}", markup=False)
    if isinstance(source, WebLog):
        return True
    trial = try_export(source, files)
    known.update(f"{source.name}/{label}" for label in trial.labels)
    if trial.fault is None:
        return True
    path = printable(str(files[0].path))
    console.print(f"    cannot be read so: {path}: {trial.fault}", markup=False)
    # What was read under other settings is read again, and would fail as this one does.
    return len(new) < len(files) and mine["status"].is_in(["loaded", "growth"]).any()


def _format(source: Source, file: LandingFile) -> str:
    if not isinstance(source, WebLog):
        return f"read as csv, {source.shape}, step {source.step} s, {source.unit}"
    try:
        with file.path.open("rb") as stream:
            first = next(line_blocks(decompressed_chunks(stream)), None)
    except (OSError, UnreadableContentError) as error:
        return f"the first cannot be read: {printable(str(error))}"
    if first is None:
        return f"format {source.format}, and the first file is empty"
    lines = first.lines["line"].head(SNIFFED_LINES)
    if source.pattern is not None and source.layout is not None:
        return f"format pattern: {share_read(source.layout, lines)} so in the first file"
    found = recognise_format(lines)
    return f"format {source.format}, and the first file looks like {found.name or 'none'}: {found.sentence}"
