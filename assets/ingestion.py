"""From a landing file to committed rows: its records, its rejected lines and its ledger row, or nothing.

A content that was read before adds nothing; of a log that has grown, what is new is read; all else is read
whole. What a line means is ``traffic.parsing``'s, which files there are ``landing``'s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from assets import ledger
from assets.account import Account, RefusedFileError
from assets.export_loading import load_export
from assets.file_content import (
    TooLargeContentError,
    beginnings_of,
    content_of,
    first_of,
    identity_of,
)
from assets.landing import Landing, LandingFile, unread
from assets.printable import printable
from assets.sources import Source
from assets.web_log_loading import load_web_log
from assets.web_log_source import WebLog
from assets.work_done import blocks_told, part, tell
from traffic.parsing.content import UnreadableContentError, line_blocks
from traffic.parsing.content_identity import Beginning, ContentIdentity
from traffic.parsing.export import RefusedExportError
from warehouse import Warehouse


@dataclass(frozen=True)
class _Found:
    """A file whose content is identified, or the account of one that cannot be."""

    file: LandingFile
    identity: ContentIdentity | None = None
    refusal: Account | None = None
    is_final: bool = True


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
    new = [(source, _unread(warehouse, landing, source)) for source in landing.sources.all]
    whole = sum(file.size_bytes for _, files in new for file in files) or 1
    done = 0
    if any(files for _, files in new):
        tell(0.0)  # files are identified first, which is none of the bytes to come
    for source, files in new:
        for found in _in_order(source, files):
            start, done = done, done + found.file.size_bytes
            with part(start / whole, done / whole):
                row = _ingest_file(warehouse, source, found)
            name = printable(found.file.path.name)
            say(f"{source.name}: {name} {row['status']}, {row['records_loaded']:,} records")
            rows.append(row)
    return pl.DataFrame(rows, infer_schema_length=None)


def _unread(warehouse: Warehouse, landing: Landing, source: Source) -> list[LandingFile]:
    known = warehouse.read(ledger.TABLE, where={"source": source.name})
    return unread(landing.files_of(source), source, known)


def _in_order(source: Source, files: list[LandingFile]) -> Iterator[_Found]:
    """Identify files, and put them in the order in which they are read.

    Of two states of one log the shorter comes first, so that the longer is its growth. Of two exports for one
    time the one that was changed last comes last, and stands.
    """
    if not isinstance(source, WebLog):
        yield from (_identified(source, file) for file in sorted(files, key=lambda file: file.modified_utc))
        return
    found = [_identified(source, file) for file in files]
    yield from sorted(found, key=lambda one: one.identity.n_bytes if one.identity else 0)


def _identified(source: Source, file: LandingFile) -> _Found:
    try:
        if file.refusal:
            raise UnreadableContentError(file.refusal)
        return _Found(file, identity_of(file, source.max_size))
    except TooLargeContentError as error:
        return _Found(file, refusal=_refused(source, ledger.unread_id(file), str(error)), is_final=False)
    except UnreadableContentError as error:
        return _Found(file, refusal=_refused(source, ledger.unread_id(file), str(error)))
    except OSError as error:
        # It may be readable tomorrow although nothing about the file has changed: it is tried again.
        reason = f"the file cannot be read: {error.strerror or error}"
        return _Found(file, refusal=_refused(source, ledger.unread_id(file), reason), is_final=False)


def _ingest_file(warehouse: Warehouse, source: Source, found: _Found) -> dict[str, Any]:
    file, identity = found.file, found.identity
    if identity is None:
        assert found.refusal is not None
        return ledger.record(warehouse, source, file, found.refusal, is_final=found.is_final)
    try:
        original = ledger.read_before(warehouse, source, identity.file_id)
        if original is None:
            return _read_new(warehouse, source, file, identity)
        if original["path"] == file.listed_path:  # only its time of change is new
            known = {name: original[name] for name in Account.__dataclass_fields__}
            return ledger.record(warehouse, source, file, Account(**known))
        reason = f"the same content was read before from {original['path']}"
        return _copy(warehouse, source, file, identity, original["format"], reason)
    except (OSError, UnreadableContentError) as error:
        # Its content was identified a moment ago: it has been replaced since then.
        reason = f"the file cannot be read: {getattr(error, 'strerror', None) or error}"
        account = _refused(source, ledger.unread_id(file), reason)
        return ledger.record(warehouse, source, file, account, is_final=False)


def _read_new(
    warehouse: Warehouse, source: Source, file: LandingFile, identity: ContentIdentity
) -> dict[str, Any]:
    if isinstance(source, WebLog):
        whole = _beginning_of(warehouse, source, identity)
        if whole is not None:
            reason = f"its content is the beginning of {whole['path']}, which was read before"
            return _copy(warehouse, source, file, identity, None, reason)
    try:
        with warehouse.transaction():
            ledger.forget(warehouse, source, identity.file_id)
            if isinstance(source, WebLog):
                account = _read_log(warehouse, source, file, identity)
            else:
                content = content_of(file, identity)
                account = load_export(
                    warehouse,
                    source,
                    content,
                    file_id=identity.file_id,
                    modified_utc=file.modified_utc,
                    stem=file.stem,
                )
                account = replace(account, bytes_read=identity.n_bytes)
            return ledger.record(warehouse, source, file, _known_by(account, identity))
    except (RefusedFileError, RefusedExportError) as error:
        with warehouse.transaction():
            ledger.forget(warehouse, source, identity.file_id)
            account = replace(_refused(source, identity.file_id, str(error)), bytes_read=identity.n_bytes)
            return ledger.record(warehouse, source, file, _known_by(account, identity))


def _read_log(warehouse: Warehouse, source: WebLog, file: LandingFile, identity: ContentIdentity) -> Account:
    start, form = _known_start(warehouse, source, file, identity)
    if start is None:
        blocks = blocks_told(line_blocks(content_of(file, identity)), identity.n_bytes)
        account = load_web_log(warehouse, source, identity.file_id, blocks)
        return replace(account, bytes_read=identity.n_bytes)
    is_reopened = start.line_bytes < start.n_bytes
    if is_reopened:
        ledger.reopen_last_line(warehouse, source, start)
    account = load_web_log(
        warehouse,
        source,
        identity.file_id,
        blocks=blocks_told(
            line_blocks(content_of(file, identity, start.line_bytes), first_line=start.n_lines + 1),
            identity.n_bytes - start.line_bytes,
        ),
        # A format that was told from an unfinished line alone is told again from the whole one.
        format_name=form if start.n_lines else None,
        history=line_blocks(first_of(file, start.line_bytes)),
    )
    line = {"source": source.name, "file_id": identity.file_id, "line_number": start.n_lines + 1}
    if is_reopened and not warehouse.count("raw.web_requests", line):
        # What the series counted is no request: the windows of the former content are made again.
        ledger.put_back(warehouse, source, start.file_id)
    status = "growth" if account.status == "loaded" else account.status
    return replace(
        account,
        status=status,
        bytes_read=identity.n_bytes - start.line_bytes,
        continues_file_id=start.file_id,
    )


def _known_start(
    warehouse: Warehouse, source: WebLog, file: LandingFile, identity: ContentIdentity
) -> tuple[Beginning | None, str | None]:
    """Find the longest known content that a file begins with, and its format.

    Contents that other settings read are forgotten where they are read again as part of this one.
    """
    shorter = ledger.shorter_contents(warehouse, source, identity)
    if shorter.is_empty():
        return None, None
    readers = dict(shorter.select("file_id", "reader").iter_rows())
    starts = [
        start
        for start in beginnings_of(file, shorter["content_bytes"].unique().to_list())
        if start.file_id in readers
    ]
    mine = [start for start in starts if readers[start.file_id] == source.reader]
    known = mine[-1] if mine else None
    for start in starts:
        if readers[start.file_id] != source.reader and (known is None or start.n_bytes > known.n_bytes):
            ledger.forget_beginning(warehouse, source, start.file_id, file.listed_path)
    if known is None:
        return None, None
    return known, shorter.filter(pl.col("file_id") == known.file_id)["format"][0]


def _beginning_of(warehouse: Warehouse, source: WebLog, identity: ContentIdentity) -> dict[str, Any] | None:
    """Find a known content, still where it was read, that begins with all of this one."""
    if not identity.n_bytes:
        return None
    for longer in ledger.longer_contents(warehouse, source, identity).iter_rows(named=True):
        path = Path(longer["path"])
        try:
            there = LandingFile.of(path, path.stat())
            if (there.size_bytes, there.modified_utc) != (longer["file_size_bytes"], longer["modified_utc"]):
                continue
            start = beginnings_of(there, [identity.n_bytes])
            if start and start[0].file_id == identity.file_id:
                return longer
        except (OSError, UnreadableContentError):
            continue
    return None


def _copy(
    warehouse: Warehouse,
    source: Source,
    file: LandingFile,
    identity: ContentIdentity,
    form: str | None,
    reason: str,
) -> dict[str, Any]:
    account = Account(identity.file_id, "copy", form, reason, bytes_read=identity.n_bytes)
    return ledger.record(warehouse, source, file, _known_by(account, identity))


def _known_by(account: Account, identity: ContentIdentity) -> Account:
    return replace(account, content_bytes=identity.n_bytes, head_id=identity.head_id)


def _refused(source: Source, file_id: str, reason: str) -> Account:
    return Account(file_id, "rejected", source.format, reason)
