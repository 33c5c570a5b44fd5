"""``diurnal sources --guess``: the entry of sources.toml that would read an unknown file, and its first rows.

What a file looks like is told by ``traffic.parsing``; here it is shown to a person, who decides.
"""

from __future__ import annotations

import glob
import re
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from pydantic import ValidationError
from rich.console import Console

from assets.export_source import Export
from assets.printable import printable
from assets.web_log_loading import SNIFFED_LINES
from assets.web_log_source import WebLog
from orchestration.terminal.toml_text import toml_value
from traffic.parsing.content import UnreadableContentError, decompressed_chunks, lines_of
from traffic.parsing.export import RefusedExportError
from traffic.parsing.export.reading import content_form, read_export
from traffic.parsing.export.recognition import recognise_export
from traffic.parsing.weblog import FORMATS, WebLogReader, recognise_format

LOOKED_AT_BYTES = 4 << 20
WHOLE_BYTES = 256 << 20
SHOWN_ROWS = 5
SHOWN_CHARACTERS = 120
# Below this share of its lines a log is more likely something else.
LEAST_SHARE = 0.5
LOG_STEP = f"{WebLog.model_fields['step'].default // 60}m"
_SOME_MONTH = "2000-01"
# Far from Greenwich all the year, so that a time read there and in UTC differs if it has no offset.
_ELSEWHERE = "Asia/Kolkata"
_NO_OFFSET = "its times have no offset, and UTC is a guess: write the zone of the clock for time_zone"


class UnknownFileError(ValueError):
    """A file that is neither a log nor an export that is known; the message says what was tried."""


@dataclass(frozen=True)
class Guess:
    """What a file looks like.

    Parameters
    ----------
    table : str
        ``weblog`` or ``export``.
    keys : dict
        The keys of its table in sources.toml.
    reasons, doubts : tuple of str
        Why, and what a person has to settle.
    rows : polars.DataFrame
        ``line_number``, ``line`` and ``read``: the first records beside what was read of them.
    """

    table: str
    keys: dict[str, object]
    reasons: tuple[str, ...]
    doubts: tuple[str, ...]
    rows: pl.DataFrame


def guess(path: Path) -> Guess:
    """Look at a file and say how sources.toml would read it.

    Raises
    ------
    UnknownFileError
        If it is in no format that is known.
    OSError
        If it cannot be read.
    """
    try:
        content = beginning_of(path, LOOKED_AT_BYTES)
        lines = lines_of([content]).head(SNIFFED_LINES)
        found = recognise_format(lines["line"])
        if found.name is not None and found.share >= LEAST_SHARE:
            return _of_log(path, lines, found.name, found.sentence)
        if content_form(content) != "csv":  # only of text is a part enough
            content = beginning_of(path, WHOLE_BYTES)
        return _of_export(path, content)
    except UnreadableContentError as error:
        raise UnknownFileError(str(error)) from error
    except RefusedExportError as error:
        raise UnknownFileError(f"as a log: {found.sentence}; as an export: {error}") from error


def show_guess(console: Console, found: Guess) -> None:
    """Print the entry for sources.toml, the reasons, and the first rows beside the lines they come from."""
    for reason in found.reasons:
        _print(console, f"# {printable(reason)}")
    for doubt in found.doubts:
        _print(console, f"# to settle: {printable(doubt)}")
    _print(console, f"[[{found.table}]]")
    for key, value in found.keys.items():
        _print(console, f"{key} = {toml_value(value)}")
    console.print()
    for number, line, read in found.rows.iter_rows():
        _print(console, f"line {number:<6} {_shown(line)}")
        _print(console, f"    read as {_shown(read)}")


def _print(console: Console, text: str) -> None:
    # A name such as "a:b:c" is no emoji, and one in brackets no markup.
    console.print(text, markup=False, highlight=False, emoji=False)


def beginning_of(path: Path, n_bytes: int) -> bytes:
    """Return the beginning of a file's decompressed content.

    Raises
    ------
    UnreadableContentError, OSError
        If it cannot be read.
    """
    content = b""
    with path.open("rb") as stream:
        for chunk in decompressed_chunks(stream):
            content += chunk
            if len(content) >= n_bytes:
                return content[:n_bytes]
    return content


def _of_log(path: Path, lines: pl.DataFrame, name: str, sentence: str) -> Guess:
    layout = FORMATS[name]
    files, doubts = _files(path)
    keys: dict[str, object] = {"name": _name(path), "files": files, "format": name, "step": LOG_STEP}
    if layout.needs_month:
        keys["month"] = _SOME_MONTH
        doubts.append("its lines carry no month: write the month of the first line for month")
    month = _SOME_MONTH if layout.needs_month else None
    parsed, elsewhere = (WebLogReader(layout, zone, month).read(lines) for zone in ("UTC", _ELSEWHERE))
    if not parsed.requests.equals(elsewhere.requests):
        keys["time_zone"] = "UTC"
        doubts.append(_NO_OFFSET)
    parts = [pl.col(name).cast(pl.String).fill_null("-") for name in ("host", "method", "path", "status")]
    size = pl.col("bytes_sent").cast(pl.String).fill_null("missing")
    requests = parsed.requests.select(
        "line_number", read=pl.format("{}  {}  {} {}  status {}  bytes {}", _time(), *parts, size)
    )
    rejected = parsed.rejected.select("line_number", read=pl.format("rejected: {}", "reason"))
    read = pl.concat([requests.head(SHOWN_ROWS), rejected.head(SHOWN_ROWS)]).sort("line_number")
    rows = read.join(lines, on="line_number", how="left", maintain_order="left")
    reasons = (
        sentence,
        f"its requests and bytes are summed in steps of {LOG_STEP} unless step says otherwise",
    )
    return Guess("weblog", keys, reasons, tuple(doubts), rows.select("line_number", "line", "read"))


def _of_export(path: Path, content: bytes) -> Guess:
    found = recognise_export(content)
    files, doubts = _files(path)
    keys: dict[str, object] = {"name": _name(path), "files": files, **found.keys()}
    doubts.extend(found.doubts)
    if "step" not in keys:
        keys["step"] = "5m"
        doubts.append("the spacing of its times cannot be told: correct step")
    try:
        Export.model_validate({"time_zone": "UTC", **keys})
    except ValidationError as error:
        doubts.append(f"this entry needs more: {error.errors()[0]['msg']}")
    parsed, elsewhere = (
        read_export([content], found.layout(_name(path), zone)) for zone in ("UTC", _ELSEWHERE)
    )
    if not parsed.samples.equals(elsewhere.samples):
        keys["time_zone"] = "UTC"
        doubts.append(_NO_OFFSET)
    samples = parsed.samples.head(SHOWN_ROWS).select(
        "line_number", read=pl.format("{}  {} = {}", _time(), "label", "value")
    )
    rejected = parsed.rejected.head(SHOWN_ROWS).select(
        "line_number", read=pl.format("rejected: {}", "reason")
    )
    read = pl.concat([samples, rejected]).sort("line_number", maintain_order=True)
    if found.form == "csv":
        read = read.join(lines_of([content]), on="line_number", how="left", maintain_order="left")
    else:
        read = read.with_columns(line=pl.lit(f"({found.form})"))
    return Guess("export", keys, found.reasons, tuple(doubts), read.select("line_number", "line", "read"))


def _time() -> pl.Expr:
    return pl.col("at_utc").dt.strftime("%Y-%m-%d %H:%M:%S UTC")


def _files(path: Path) -> tuple[str, list[str]]:
    """Write a path as a pattern that matches this file alone, and what is to be said of that."""
    written = glob.escape(str(path.absolute()))
    pattern = re.sub(r"[\ud800-\udfff]", "?", written)
    doubts = []
    if pattern != written:
        doubts.append("the name of the file holds bytes that are no text: ? stands for each in files")
    parts = Path(pattern).parts
    behind = next((place for place, part in enumerate(parts) if glob.has_magic(part)), len(parts) - 1)
    if any(part.startswith(".") for part in parts[behind:]):
        doubts.append(
            "its name begins with a dot: where files has *, ? or [ such files are never read, since copying "
            "tools write to such names first; rename it"
        )
    return pattern, doubts


def _name(path: Path) -> str:
    name = re.sub(r"[^A-Za-z0-9_-]+", "_", path.name.split(".")[0]).strip("_-")
    return name or "source"


def _shown(text: str | None) -> str:
    return printable(text or "", SHOWN_CHARACTERS)
