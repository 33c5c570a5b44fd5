"""From the lines of a web log to committed rows, with the account of each line.

Which bytes of which file are read is decided in ``ingestion``; what a line means, in ``traffic.parsing``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import polars as pl

from assets.account import Account, RefusedFileError, escaped, judged, owned, refuse_binary
from assets.web_log_source import AUTO_FORMAT, WebLog
from traffic.parsing.weblog import FORMATS, WebLogReader, recognise_format
from warehouse import Warehouse

SNIFFED_LINES = 1_000


def load_web_log(
    warehouse: Warehouse, source: WebLog, blocks: Iterable[pl.DataFrame], file_id: str
) -> Account:
    """Write the records of a web log, block by block.

    Parameters
    ----------
    warehouse : Warehouse
        In a transaction.
    source : WebLog
        How lines are read.
    blocks : iterable of polars.DataFrame
        ``line_number`` and ``line`` in order.
    file_id : str
        The content that they belong to.

    Returns
    -------
    Account
        Every line is counted once.

    Raises
    ------
    RefusedFileError
        If the file is empty, binary or in none of the formats.
    """
    reader: WebLogReader | None = None
    account = Account(file_id, "loaded", source.format)
    for block in blocks:
        if reader is None:
            name = _format_of(source, block)
            account = replace(account, format=name)
            reader = WebLogReader(FORMATS[name], source.time_zone, source.month)
        parsed = reader.read(block)
        if account.lines_read == 0 and parsed.requests.is_empty():
            refuse_binary(block)
        warehouse.insert("raw.web_requests", owned(parsed.requests, source.name, file_id))
        warehouse.insert("raw.rejected_lines", owned(escaped(parsed.rejected), source.name, file_id))
        account = replace(
            account,
            lines_read=(account.lines_read or 0) + parsed.lines_read,
            lines_skipped=account.lines_skipped + parsed.lines_skipped,
            records_loaded=account.records_loaded + parsed.requests.height,
            records_rejected=account.records_rejected + parsed.rejected.height,
            rows_written=account.rows_written + parsed.requests.height,
        ).with_span(parsed.requests["at_utc"])
    return judged(account)


def _format_of(source: WebLog, block: pl.DataFrame) -> str:
    if source.format != AUTO_FORMAT:
        return source.format
    name = recognise_format(block["line"].head(SNIFFED_LINES))
    if name is None:
        refuse_binary(block)
        raise RefusedFileError(f"none of its first lines is in one of the formats {', '.join(FORMATS)}")
    if FORMATS[name].needs_month and source.month is None:
        raise RefusedFileError(f'it is in format {name!r}, which carries no month: add month = "yyyy-mm"')
    return name
