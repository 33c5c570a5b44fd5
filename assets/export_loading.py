"""From the content of an export to committed rows, with the account of each record.

Which file is read is decided in ``ingestion``; what its cells mean, in ``traffic.parsing``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

import polars as pl

from assets.account import Account, escaped, judged, owned
from assets.export_source import Export
from assets.sample_storage import store_samples
from traffic.parsing.export import ParsedExport
from traffic.parsing.export.reading import read_export
from traffic.windowing.strays import hourly_spans
from warehouse import Warehouse


def load_export(
    warehouse: Warehouse,
    source: Export,
    chunks: Iterable[bytes],
    *,
    file_id: str,
    modified_utc: datetime,
    stem: str,
) -> Account:
    """Write the records of an export.

    Parameters
    ----------
    warehouse : Warehouse
        In a transaction.
    source : Export
        How the content is read.
    chunks : iterable of bytes
        The decompressed content in order.
    file_id : str
        The content.
    modified_utc : datetime
        When the file was changed.
    stem : str
        Its name without its endings, which may name the series.

    Returns
    -------
    Account
        Every record is counted once.

    Raises
    ------
    RefusedFileError, RefusedExportError
        If it has no record, or the content is not what the source says it is.
    """
    parsed = read_export(chunks, source.layout(stem))
    series_id = pl.format(f"{source.name}/{{}}", "label")
    rows = parsed.samples.select(
        "at_utc", "value", "line_number", series_id=series_id, unit=pl.lit(parsed.unit)
    )
    written = store_samples(warehouse, source, file_id, modified_utc, rows)
    again = rows["line_number"].n_unique() - written["line_number"].n_unique()
    warehouse.insert("raw.rejected_lines", owned(escaped(parsed.rejected), source.name, file_id))
    spans = hourly_spans(rows["at_utc"]) if rows.height else None
    account = _account(parsed, file_id).with_span(spans)
    return judged(
        replace(
            account,
            records_loaded=account.records_loaded - again,
            records_duplicate=account.records_duplicate + again,
            rows_written=written.height,
        )
    )


def _account(parsed: ParsedExport, file_id: str) -> Account:
    return Account(
        file_id=file_id,
        status="loaded",
        format=f"{parsed.form}{_told(parsed)}",
        reason=parsed.note or _first_fault(parsed),
        lines_read=parsed.lines_read,
        lines_skipped=parsed.lines_skipped,
        records_loaded=parsed.records_read - parsed.rejected.height - parsed.records_duplicate,
        records_rejected=parsed.rejected.height,
        records_duplicate=parsed.records_duplicate,
        rows_written=parsed.samples.height,
    )


def _first_fault(parsed: ParsedExport) -> str | None:
    if parsed.samples.height or parsed.rejected.is_empty():
        return None
    line_number, reason, _ = parsed.rejected.row(0)
    return f"line {line_number}: {reason}"


def _told(parsed: ParsedExport) -> str:
    return f" ({'; '.join(parsed.told)})" if parsed.told else ""
