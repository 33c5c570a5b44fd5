"""The ledger ``raw.ingested_files``: which contents of a source are known, and the rows that they own.

How a file is read is decided in ``ingestion``; what became of its records, in ``account``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import polars as pl

from assets.account import LINE_CHARACTERS, Account
from assets.landing import LandingFile
from assets.printable import printable
from assets.sample_storage import let_former_samples_stand
from assets.sources import Source
from traffic.parsing.content_identity import HEAD_BYTES, Beginning, ContentIdentity
from warehouse import Warehouse

TABLE = "raw.ingested_files"
READ = ("loaded", "growth")
# A stamp in the future is a wrong clock's: it names the night only where nothing else does.
NEWEST_RECORD = f"""
    SELECT coalesce(max(last_utc) FILTER (last_utc < $1), max(last_utc)) AS newest
    FROM {TABLE} WHERE status IN {READ}
"""
"""Query for the time of the newest record that was read, null if none was; its parameter is now, in UTC."""
OLDEST_RECORD = f"SELECT min(first_utc) AS oldest FROM {TABLE} WHERE status IN {READ}"
"""Query for the time of the oldest record that was read, null if none was."""
_KNOWN_BY = (
    *("file_id", "path", "content_bytes", "head_id", "reader", "format", "lines_read"),
    *("file_size_bytes", "modified_utc"),
)
_ROWS = ("raw.web_requests", "raw.provider_samples", "raw.rejected_lines")


def unread_id(file: LandingFile) -> str:
    """Name a file whose content is not known by its path."""
    return f"unread-{hashlib.sha256(file.listed_path.encode()).hexdigest()[:32]}"


def read_before(warehouse: Warehouse, source: Source, file_id: str) -> dict[str, Any] | None:
    """Return the ledger's row of a content that was read with the present settings, if it was."""
    where = {"source": source.name, "file_id": file_id, "reader": source.reader}
    # A content of which every line was rejected is read all the same.
    is_read = pl.col("status").is_in(READ) | (pl.col("records_rejected") > 0)
    rows = warehouse.read(TABLE, where=where).filter(is_read)
    return rows.row(0, named=True) if rows.height else None


def shorter_contents(warehouse: Warehouse, source: Source, identity: ContentIdentity) -> pl.DataFrame:
    """Return the ledger's rows of contents that another may begin with: ``file_id`` and ``content_bytes``."""
    known = _contents(warehouse, source)
    is_shorter = pl.col("content_bytes").is_between(1, identity.n_bytes - 1)
    # A short content is no head of its own; of one that an older release read, the head is not known.
    is_same_head = pl.col("head_id").fill_null(identity.head_id) == identity.head_id
    return known.filter(is_shorter & (is_same_head | (pl.col("content_bytes") < HEAD_BYTES)))


def longer_contents(warehouse: Warehouse, source: Source, identity: ContentIdentity) -> pl.DataFrame:
    """Return the ledger's rows of contents, read with the present settings, that may begin with another."""
    known = _contents(warehouse, source, [*READ, "rejected", "copy"]).filter(
        pl.col("content_bytes") > identity.n_bytes, pl.col("reader") == source.reader
    )
    return known if identity.n_bytes < HEAD_BYTES else known.filter(pl.col("head_id") == identity.head_id)


def forget(warehouse: Warehouse, source: Source, file_id: str) -> None:
    """Remove the rows that other settings read from a content: it is read anew."""
    owner = {"source": source.name, "file_id": file_id}
    if warehouse.count(TABLE, owner) == 0:  # most files are new, and the raw tables are long
        return
    let_former_samples_stand(warehouse, source, file_id)
    for table in _ROWS:
        warehouse.delete(table, owner)
    warehouse.delete(TABLE, {**owner, "status": list(READ)})


def forget_beginning(warehouse: Warehouse, source: Source, file_id: str, whole: str) -> None:
    """Remove the rows of a content that is read again as the beginning of a longer one."""
    rows = warehouse.read(TABLE, where={"source": source.name, "file_id": file_id})
    forget(warehouse, source, file_id)
    for row in rows.filter(pl.col("status").is_in(READ)).iter_rows(named=True):
        reason = f"its content was read again, with other settings, as the beginning of {whole}"
        copy = Account(file_id, "copy", row["format"], reason, content_bytes=row["content_bytes"])
        written = {name: row[name] for name in row if name not in Account.__dataclass_fields__}
        account = {name: getattr(copy, name) for name in Account.__dataclass_fields__}
        kept = written | account | {"loaded_at_utc": row["loaded_at_utc"], "records_read": 0}
        warehouse.insert(TABLE, pl.DataFrame([kept], infer_schema_length=None))


def reopen_last_line(warehouse: Warehouse, source: Source, beginning: Beginning) -> None:
    """Take a line that was not finished when it was read out of its content: its growth reads it whole."""
    owner = {"source": source.name, "file_id": beginning.file_id}
    if warehouse.count(TABLE, {"source": source.name, "continues_file_id": beginning.file_id}):
        return  # another growth of it has it already
    line = {**owner, "line_number": beginning.n_lines + 1}
    loaded = warehouse.count("raw.web_requests", line)
    rejected = warehouse.count("raw.rejected_lines", line)
    for table in _ROWS:
        warehouse.delete(table, line)
    for row in warehouse.read(TABLE, where={**owner, "status": [*READ, "rejected"]}).iter_rows(named=True):
        if not row["lines_read"]:
            continue
        skipped = 0 if loaded or rejected else 1
        warehouse.update(
            TABLE,
            {
                "lines_read": row["lines_read"] - 1,
                "lines_skipped": row["lines_skipped"] - skipped,
                "records_read": row["records_read"] - loaded - rejected,
                "records_loaded": row["records_loaded"] - loaded,
                "records_rejected": row["records_rejected"] - rejected,
                "rows_written": row["rows_written"] - loaded,
            },
            {**owner, "path": row["path"]},
        )


def put_back(warehouse: Warehouse, source: Source, file_id: str) -> None:
    """Have the series take up a content once more."""
    owner = {"source": source.name, "file_id": file_id}
    warehouse.update(TABLE, {"is_in_series": False}, owner)


def record(
    warehouse: Warehouse, source: Source, file: LandingFile, account: Account, *, is_final: bool = True
) -> dict[str, Any]:
    """Write the row of a file into the ledger, in the place of a former one for the same content.

    Parameters
    ----------
    warehouse : Warehouse
        The ledger's.
    source : WebLog or Export
        The file's source.
    file : LandingFile
        The file.
    account : Account
        What became of it.
    is_final : bool
        False where the same file may be read another night although nothing about it has changed.

    Returns
    -------
    dict
        The row.
    """
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
    ids = [account.file_id, unread_id(file)]
    former = {"source": source.name, "path": file.listed_path, "file_id": ids}
    warehouse.replace(TABLE, pl.DataFrame([row], infer_schema_length=None), former)
    return row


def _contents(
    warehouse: Warehouse, source: Source, statuses: Sequence[str] = (*READ, "rejected")
) -> pl.DataFrame:
    known = warehouse.read(TABLE, ("status", *_KNOWN_BY), {"source": source.name, "status": list(statuses)})
    # A file that was refused as a whole has no lines that count.
    is_read = (pl.col("lines_read") > 0) | (pl.col("status") == "copy")
    return known.filter(pl.col("content_bytes").is_not_null(), is_read)
