"""From a landing file to committed rows: its records, its rejected lines and its ledger row, or nothing.

What a line means is ``traffic.parsing``'s; which files there are, ``landing``'s.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import PurePath
from typing import Any

import polars as pl

from assets.account import LINE_CHARACTERS, Account, RefusedFileError
from assets.export_loading import load_export
from assets.landing import Landing, LandingFile, unread
from assets.printable import printable
from assets.sources import Source
from assets.web_log_loading import load_web_log
from assets.web_log_source import WebLog
from traffic.parsing.content import UnreadableContentError, decompressed_chunks, line_blocks
from traffic.parsing.export import RefusedExportError
from warehouse import Warehouse

COMPRESSED_ENDINGS = (".gz", ".bz2", ".zst")


class ChangedFileError(OSError):
    """A file that was written to while it was read."""


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
    try:
        with warehouse.transaction():
            _forget(warehouse, source, file_id)
            account = _read(warehouse, source, file, file_id)
            return _record(warehouse, source, file, replace(account, bytes_read=bytes_read))
    except (RefusedFileError, RefusedExportError) as error:
        with warehouse.transaction():
            _forget(warehouse, source, file_id)
            return _record(warehouse, source, file, _refused(source, file_id, bytes_read, str(error)))


def _read(warehouse: Warehouse, source: Source, file: LandingFile, file_id: str) -> Account:
    chunks = _chunks(file, file_id)
    if isinstance(source, WebLog):
        return load_web_log(warehouse, source, line_blocks(chunks), file_id)
    return load_export(warehouse, source, chunks, file_id, _stem(file))


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


def _chunks(file: LandingFile, file_id: str) -> Iterator[bytes]:
    digest = hashlib.sha256()
    with file.path.open("rb") as stream:
        for chunk in decompressed_chunks(stream):
            digest.update(chunk)
            yield chunk
    if digest.hexdigest() != file_id:
        raise ChangedFileError("it changed while it was read; the next night tries again")


def _stem(file: LandingFile) -> str:
    name = PurePath(printable(file.path.name))
    return PurePath(name.stem if name.suffix in COMPRESSED_ENDINGS else name).stem


def _refused(source: Source, file_id: str, bytes_read: int, reason: str) -> Account:
    kind = source.format if isinstance(source, WebLog) else f"csv {source.shape}"
    return Account(file_id, "rejected", kind, reason, bytes_read)


def _account_of(row: dict[str, Any]) -> Account:
    return Account(**{name: row[name] for name in Account.__dataclass_fields__})


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
