"""From a landing file to committed rows: its records, its rejected lines and its ledger row, or nothing.

What a line means is ``traffic.parsing``'s; which files there are, ``landing``'s.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import PurePath
from typing import Any

import polars as pl

from assets.landing import Landing, LandingFile, unread
from assets.printable import printable
from assets.sources import AUTO_FORMAT, Export, Source, WebLog
from traffic.parsing.content import UnreadableContentError, decompressed_chunks, line_blocks
from traffic.parsing.export import RefusedExportError, parse_export
from traffic.parsing.weblog import FORMATS, WebLogReader, recognise_format
from warehouse import Warehouse

LINE_CHARACTERS = 1_000
COMPRESSED_ENDINGS = (".gz", ".bz2", ".zst")
SNIFFED_LINES = 1_000


class RefusedFileError(ValueError):
    """A file that cannot be read as what its source says it is; the message says why."""


class ChangedFileError(OSError):
    """A file that was written to while it was read."""


@dataclass(frozen=True)
class Account:
    """What became of a file, as its row in ``raw.ingested_files`` says."""

    file_id: str
    status: str
    format: str
    reason: str | None = None
    bytes_read: int = 0
    lines_read: int = 0
    lines_skipped: int = 0
    records_loaded: int = 0
    records_rejected: int = 0
    records_duplicate: int = 0
    rows_written: int = 0
    first_utc: datetime | None = None
    last_utc: datetime | None = None
    loaded_at_utc: datetime | None = None

    @property
    def records_read(self) -> int:
        """Every line that is neither a header, a comment nor blank."""
        return self.records_loaded + self.records_rejected + self.records_duplicate

    def with_span(self, at_utc: pl.Series) -> Account:
        """Widen the span by some records' times."""
        times: list[Any] = [t for t in (self.first_utc, self.last_utc, at_utc.min(), at_utc.max()) if t]
        return replace(self, first_utc=min(times), last_utc=max(times)) if times else self


def ingest(warehouse: Warehouse, landing: Landing, say: Callable[[str], None]) -> pl.DataFrame:
    """Read every file that the ledger does not know, each in a transaction of its own.

    Parameters
    ----------
    warehouse : Warehouse
        Where rows go.
    landing : Landing
        Where files come from.
    say : callable
        Told a sentence a file.

    Returns
    -------
    polars.DataFrame
        The ledger rows of the files that were read now.
    """
    rows: list[dict[str, Any]] = []
    for source in landing.sources.all:
        ledger = warehouse.read("raw.ingested_files", where={"source": source.name})
        for file in unread(landing.files_of(source), source, ledger):
            row = _ingest_file(warehouse, source, file)
            name = printable(file.path.name)
            say(f"{source.name}: {name} {row['status']}, {row['records_loaded']:,} records")
            rows.append(row)
    return pl.DataFrame(rows, infer_schema_length=None)


def _ingest_file(warehouse: Warehouse, source: Source, file: LandingFile) -> dict[str, Any]:
    try:
        file_id, bytes_read = _identify(file)
        same = warehouse.read("raw.ingested_files", where={"source": source.name, "file_id": file_id})
        loaded = same.filter(pl.col("status") == "loaded", pl.col("reader") == source.reader)
        if loaded.is_empty():
            return _load(warehouse, source, file, file_id, bytes_read)
        original = loaded.row(0, named=True)
        if original["path"] == file.listed_path:  # only its time of change is new
            return _record(warehouse, source, file, _account_of(original))
        reason = f"the same content was read before from {original['path']}"
        copy = Account(file_id, "copy", original["format"], reason, bytes_read)
        return _record(warehouse, source, file, copy)
    except UnreadableContentError as error:
        return _record(warehouse, source, file, _refused(source, _unread_id(file), 0, str(error)))
    except OSError as error:
        # It may be readable tomorrow although nothing about the file has changed: it is tried again.
        reason = f"the file cannot be read: {error.strerror or error}"
        account = _refused(source, _unread_id(file), 0, reason)
        return _record(warehouse, source, file, account, is_final=False)


def _load(
    warehouse: Warehouse, source: Source, file: LandingFile, file_id: str, bytes_read: int
) -> dict[str, Any]:
    read = _load_web_log if isinstance(source, WebLog) else _load_export
    try:
        with warehouse.transaction():
            _forget(warehouse, source, file_id)
            account = read(warehouse, source, file, file_id)  # type: ignore[arg-type]
            return _record(warehouse, source, file, replace(account, bytes_read=bytes_read))
    except (RefusedFileError, RefusedExportError) as error:
        with warehouse.transaction():
            _forget(warehouse, source, file_id)
            return _record(warehouse, source, file, _refused(source, file_id, bytes_read, str(error)))


def _forget(warehouse: Warehouse, source: Source, file_id: str) -> None:
    """Remove what other settings read from a content: it is read anew."""
    owner = {"source": source.name, "file_id": file_id}
    if warehouse.count("raw.ingested_files", owner) == 0:  # most files are new, and the raw tables are long
        return
    for table in ("raw.web_requests", "raw.provider_samples", "raw.rejected_lines"):
        warehouse.delete(table, owner)
    warehouse.delete("raw.ingested_files", {**owner, "status": "loaded"})


def _unread_id(file: LandingFile) -> str:
    """Name a file whose content is not known by its path."""
    return f"unread-{hashlib.sha256(file.listed_path.encode()).hexdigest()[:32]}"


def _identify(file: LandingFile) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with file.path.open("rb") as stream:
        for chunk in decompressed_chunks(stream):
            digest.update(chunk)
            size += len(chunk)
    return digest.hexdigest(), size


def _blocks(file: LandingFile, file_id: str) -> Iterator[pl.DataFrame]:
    digest = hashlib.sha256()

    def tapped(chunks: Iterator[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            digest.update(chunk)
            yield chunk

    with file.path.open("rb") as stream:
        yield from line_blocks(tapped(decompressed_chunks(stream)))
    if digest.hexdigest() != file_id:
        raise ChangedFileError("it changed while it was read; the next night tries again")


def _load_web_log(warehouse: Warehouse, source: WebLog, file: LandingFile, file_id: str) -> Account:
    reader: WebLogReader | None = None
    account = Account(file_id, "loaded", source.format)
    for block in _blocks(file, file_id):
        if reader is None:
            name = _format_of(source, block)
            account = replace(account, format=name)
            reader = WebLogReader(FORMATS[name], source.time_zone, source.month)
        parsed = reader.read(block)
        if account.lines_read == 0 and parsed.requests.is_empty():
            _refuse_binary(block)
        warehouse.insert("raw.web_requests", _owned(parsed.requests, source, file_id))
        warehouse.insert("raw.rejected_lines", _owned(_escaped(parsed.rejected), source, file_id))
        account = replace(
            account,
            lines_read=account.lines_read + parsed.lines_read,
            lines_skipped=account.lines_skipped + parsed.lines_skipped,
            records_loaded=account.records_loaded + parsed.requests.height,
            records_rejected=account.records_rejected + parsed.rejected.height,
            rows_written=account.rows_written + parsed.requests.height,
        ).with_span(parsed.requests["at_utc"])
    return _judged(account)


def _load_export(warehouse: Warehouse, source: Export, file: LandingFile, file_id: str) -> Account:
    blocks = list(_blocks(file, file_id))
    if not blocks:
        raise RefusedFileError("the file is empty")
    lines = pl.concat(blocks)
    _refuse_binary(lines.head(SNIFFED_LINES))
    parsed = parse_export(lines, source.layout(_stem(file)))
    series_id = pl.format(f"{source.name}/{{}}", "label")
    rows = parsed.samples.select(
        "at_utc", "value", "line_number", series_id=series_id, unit=pl.lit(source.unit)
    )
    warehouse.insert("raw.provider_samples", _owned(rows, source, file_id))
    warehouse.insert("raw.rejected_lines", _owned(_escaped(parsed.rejected), source, file_id))
    records = parsed.lines_read - parsed.lines_skipped
    account = Account(
        file_id=file_id,
        status="loaded",
        format=f"csv {source.shape}",
        reason=parsed.note,
        lines_read=parsed.lines_read,
        lines_skipped=parsed.lines_skipped,
        records_loaded=records - parsed.rejected.height - parsed.records_duplicate,
        records_rejected=parsed.rejected.height,
        records_duplicate=parsed.records_duplicate,
        rows_written=rows.height,
    )
    return _judged(account.with_span(rows["at_utc"]))


def _stem(file: LandingFile) -> str:
    name = PurePath(printable(file.path.name))
    return PurePath(name.stem if name.suffix in COMPRESSED_ENDINGS else name).stem


def _format_of(source: WebLog, block: pl.DataFrame) -> str:
    if source.format != AUTO_FORMAT:
        return source.format
    name = recognise_format(block["line"].head(SNIFFED_LINES))
    if name is None:
        _refuse_binary(block)
        raise RefusedFileError(f"none of its first lines is in one of the formats {', '.join(FORMATS)}")
    if FORMATS[name].needs_month and source.month is None:
        raise RefusedFileError(f'it is in format {name!r}, which carries no month: add month = "yyyy-mm"')
    return name


def _refuse_binary(block: pl.DataFrame) -> None:
    if block["line"].str.contains("\0", literal=True).any():
        raise RefusedFileError("the file is binary, not text (it holds zero bytes and no record)")


def _judged(account: Account) -> Account:
    if account.lines_read == 0:
        raise RefusedFileError("the file is empty")
    if account.records_loaded + account.records_duplicate == 0:
        reason = f"none of its {account.records_read:,} records could be read as {account.format}"
        return replace(account, status="rejected", reason=reason)
    return account


def _refused(source: Source, file_id: str, bytes_read: int, reason: str) -> Account:
    kind = source.format if isinstance(source, WebLog) else f"csv {source.shape}"
    return Account(file_id, "rejected", kind, reason, bytes_read)


def _account_of(row: dict[str, Any]) -> Account:
    return Account(**{name: row[name] for name in Account.__dataclass_fields__})


def _owned(frame: pl.DataFrame, source: Source, file_id: str) -> pl.DataFrame:
    return frame.with_columns(source=pl.lit(source.name), file_id=pl.lit(file_id))


def _escaped(rejected: pl.DataFrame) -> pl.DataFrame:
    # Line and reason go to terminals and pages as they are stored: no control character may survive.
    return rejected.with_columns(
        pl.Series(name, [printable(text, LINE_CHARACTERS) for text in rejected[name]], dtype=pl.String)
        for name in ("line", "reason")
    )


def _record(
    warehouse: Warehouse, source: Source, file: LandingFile, account: Account, *, is_final: bool = True
) -> dict[str, Any]:
    row = {name: getattr(account, name) for name in Account.__dataclass_fields__} | {
        "source": source.name,
        "kind": source.kind,
        "path": file.listed_path,
        "reason": account.reason and printable(account.reason, LINE_CHARACTERS),
        "records_read": account.records_read,
        "loaded_at_utc": account.loaded_at_utc or datetime.now(tz=UTC).replace(tzinfo=None),
        "file_size_bytes": file.size_bytes,
        "modified_utc": file.modified_utc,
        "reader": source.reader if is_final else None,
    }
    # That a file could not be read before is settled as soon as it can be.
    ids = [account.file_id, _unread_id(file)]
    former = {"source": source.name, "path": file.listed_path, "file_id": ids}
    warehouse.replace("raw.ingested_files", pl.DataFrame([row], infer_schema_length=None), former)
    return row
