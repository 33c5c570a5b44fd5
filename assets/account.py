"""The account of one file: what became of its records, as its row in the ledger ``raw.ingested_files`` says.

How records are read is in ``web_log_loading`` and ``export_loading``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import polars as pl

from assets.printable import printable
from traffic.windowing.strays import bounds

LINE_CHARACTERS = 1_000


class RefusedFileError(ValueError):
    """A file that cannot be read as what its source says it is; the message says why."""


@dataclass(frozen=True)
class Account:
    """What became of a file, as its row in ``raw.ingested_files`` says."""

    file_id: str
    status: str
    format: str | None
    reason: str | None = None
    bytes_read: int = 0
    lines_read: int | None = 0
    lines_skipped: int = 0
    records_loaded: int = 0
    records_rejected: int = 0
    records_duplicate: int = 0
    rows_written: int = 0
    first_utc: datetime | None = None
    last_utc: datetime | None = None
    loaded_at_utc: datetime | None = None
    content_bytes: int | None = None
    head_id: str | None = None
    continues_file_id: str | None = None
    records_stray: int = 0
    records_repeated: int | None = None
    is_in_series: bool | None = None

    @property
    def records_read(self) -> int:
        """Every record, such as a line that is neither a header, a comment nor blank."""
        return self.records_loaded + self.records_rejected + self.records_duplicate

    def with_span(self, spans: pl.DataFrame | None) -> Account:
        """Say from when to when the records are, but for stray ones; ``spans`` as of ``hourly_spans``."""
        found = None if spans is None else bounds(spans)
        if found is None:
            return self
        return replace(self, first_utc=found.first_utc, last_utc=found.last_utc, records_stray=found.stray)


def judged(account: Account) -> Account:
    """Return the account of a file that was read to its end: rejected if none of its records was.

    Raises
    ------
    RefusedFileError
        If it is text and has no line at all.
    """
    if account.lines_read == 0:
        raise RefusedFileError("the file is empty")
    if account.records_loaded + account.records_duplicate == 0:
        why = f" ({account.reason})" if account.reason else ""
        reason = f"none of its {account.records_read:,} records could be read as {account.format}{why}"
        return replace(account, status="rejected", reason=reason)
    return account


def owned(frame: pl.DataFrame, source: str, file_id: str) -> pl.DataFrame:
    """Say of rows which source and which content they come from."""
    return frame.with_columns(source=pl.lit(source), file_id=pl.lit(file_id))


def escaped(rejected: pl.DataFrame) -> pl.DataFrame:
    """Escape rejected lines and their reasons for the terminals and pages that show them."""
    return rejected.with_columns(
        pl.Series(
            name, [printable(text, LINE_CHARACTERS) for text in rejected[name].fill_null("")], dtype=pl.String
        )
        for name in ("line", "reason")
    )


def refuse_binary(block: pl.DataFrame) -> None:
    """Refuse a file whose lines hold zero bytes.

    Raises
    ------
    RefusedFileError
        If one does.
    """
    if block["line"].str.contains("\0", literal=True).any():
        raise RefusedFileError("the file is binary, not text (it holds zero bytes and no record)")
