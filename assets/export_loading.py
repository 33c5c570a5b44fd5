"""From the content of an export to committed rows, with the account of each record.

Which file is read is decided in ``ingestion``; what its cells mean, in ``traffic.parsing``.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from assets.account import Account, RefusedFileError, escaped, judged, owned, refuse_binary
from assets.export_source import Export
from traffic.parsing.content import line_blocks
from traffic.parsing.export import parse_export
from traffic.windowing.strays import hourly_spans
from warehouse import Warehouse

SNIFFED_LINES = 1_000


def load_export(
    warehouse: Warehouse, source: Export, chunks: Iterable[bytes], file_id: str, stem: str
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
    stem : str
        The file's name without its endings, which may name the series.

    Returns
    -------
    Account
        Every record is counted once.

    Raises
    ------
    RefusedFileError, RefusedExportError
        If the content is not what the source says it is.
    """
    blocks = list(line_blocks(chunks))
    if not blocks:
        raise RefusedFileError("the file is empty")
    lines = pl.concat(blocks)
    refuse_binary(lines.head(SNIFFED_LINES))
    parsed = parse_export(lines, source.layout(stem))
    series_id = pl.format(f"{source.name}/{{}}", "label")
    rows = parsed.samples.select(
        "at_utc", "value", "line_number", series_id=series_id, unit=pl.lit(source.unit)
    )
    warehouse.insert("raw.provider_samples", owned(rows, source.name, file_id))
    warehouse.insert("raw.rejected_lines", owned(escaped(parsed.rejected), source.name, file_id))
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
    spans = hourly_spans(rows["at_utc"]) if rows.height else None
    return judged(account.with_span(spans))
