"""From the lines of a web log to committed rows, with the account of each line.

Which bytes of which file are read is decided in ``ingestion``; what a line means, in ``traffic.parsing``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import chain

import polars as pl

from assets.account import Account, RefusedFileError, escaped, judged, owned, refuse_binary
from assets.web_log_source import WebLog
from traffic.parsing.content import LineBlock
from traffic.parsing.weblog import FORMATS, Layout, ParsedLines, WebLogReader, recognise_format
from traffic.windowing.strays import hourly_spans
from warehouse import Warehouse

SNIFFED_LINES = 1_000
# Rotated logs share a second or two; two servers of one log rarely send the same line in the same second.
SUSPECTED_RECORDS = 10
SUSPECTED_SHARE = 0.5
# IIS begins a file every hour: of a quiet one it has the directives alone.
NO_RECORD_YET = "it holds no record yet"
_COMMENT = r"^\s*#"
_OVERLAPPING = """
    SELECT DISTINCT file_id FROM raw.ingested_files
    WHERE source = ? AND file_id <> ? AND status IN ('loaded', 'growth') AND last_utc >= ? AND first_utc <= ?
"""
_REPEATED = """
    WITH near AS (
        SELECT at_utc, hash(host, method, path, protocol, status, bytes_sent) AS words, file_id
        FROM raw.web_requests WHERE source = $source AND at_utc BETWEEN $first AND $last
            AND (file_id = $mine OR file_id IN (SELECT unnest($others)))
    ), other AS (
        SELECT at_utc, words, count(*) AS n FROM near WHERE file_id <> $mine GROUP BY ALL
    ), mine AS (
        SELECT at_utc, words, count(*) AS n FROM near WHERE file_id = $mine GROUP BY ALL
    ), bounds AS (SELECT min(at_utc) AS first_utc, max(at_utc) AS last_utc FROM other)
    SELECT CAST(coalesce(sum(mine.n) FILTER (at_utc BETWEEN first_utc AND last_utc), 0) AS BIGINT) AS among,
        CAST(coalesce(sum(least(mine.n, coalesce(other.n, 0))), 0) AS BIGINT) AS repeated
    FROM mine LEFT JOIN other USING (at_utc, words) CROSS JOIN bounds
"""


def load_web_log(
    warehouse: Warehouse,
    source: WebLog,
    file_id: str,
    blocks: Iterable[LineBlock],
    format_name: str | None = None,
    history: Iterable[LineBlock] | None = None,
) -> Account:
    """Write the records of a web log, block by block.

    Parameters
    ----------
    warehouse : Warehouse
        In a transaction.
    source : WebLog
        How lines are read.
    file_id : str
        The content.
    blocks : iterable of LineBlock
        Its lines in order.
    format_name : str, optional
        The format, where it is known already.
    history : iterable of LineBlock
        The lines before them, which were read another night.

    Returns
    -------
    Account
        Every line is counted once.

    Raises
    ------
    RefusedFileError
        If the file is empty, binary or in none of the formats.
    """
    account = Account(file_id, "loaded", source.format, records_repeated=0)
    blocks = iter(blocks)
    first = next(blocks, None)
    if first is None:
        return judged(account)
    layout = _layout_of(source, first, format_name)
    account = replace(account, format=layout.name)
    reader = WebLogReader(layout, source.time_zone, source.month)
    if history is not None and reader.needs_history(first.lines):
        for _ in reader.read_blocks(history):
            pass
    spans: pl.DataFrame | None = None
    for parsed in reader.read_blocks(chain([first], blocks)):
        if account.lines_read == 0 and parsed.requests.is_empty():
            refuse_binary(first.lines)
        warehouse.insert("raw.web_requests", owned(parsed.requests, source.name, file_id))
        warehouse.insert("raw.rejected_lines", owned(escaped(parsed.rejected), source.name, file_id))
        spans = hourly_spans(parsed.requests["at_utc"], spans)
        account = _with_lines(account, parsed)
    if (
        layout.has_directives
        and account.records_read == 0
        and first.lines["line"].str.contains(_COMMENT).any()
    ):
        return replace(account, reason=NO_RECORD_YET)
    return _with_repeated(warehouse, source, judged(account.with_span(spans)))


def _with_lines(account: Account, parsed: ParsedLines) -> Account:
    return replace(
        account,
        lines_read=(account.lines_read or 0) + parsed.lines_read,
        lines_skipped=account.lines_skipped + parsed.lines_skipped,
        records_loaded=account.records_loaded + parsed.requests.height,
        records_rejected=account.records_rejected + parsed.rejected.height,
        rows_written=account.rows_written + parsed.requests.height,
    )


def _with_repeated(warehouse: Warehouse, source: WebLog, account: Account) -> Account:
    """Count the records that stand in other files too, and say so where that looks like an overlap."""
    span = (account.first_utc, account.last_utc)
    if None in span:
        return account
    others = warehouse.query(_OVERLAPPING, [source.name, account.file_id, *span])["file_id"].to_list()
    if not others:
        return account
    named = {"source": source.name, "mine": account.file_id, "others": others}
    among, repeated = warehouse.query(_REPEATED, named | {"first": span[0], "last": span[1]}).row(0)
    account = replace(account, records_repeated=repeated)
    if repeated < SUSPECTED_RECORDS or repeated < SUSPECTED_SHARE * among:
        return account
    reason = (
        f"suspected overlap: {repeated:,} of its records stand word for word in other files too; "
        "nothing was removed (raw.suspected_overlaps)"
    )
    return replace(account, reason=reason)


def _layout_of(source: WebLog, first: LineBlock, known: str | None) -> Layout:
    if source.layout is not None:
        return source.layout
    if known in FORMATS:
        return FORMATS[known]
    found = recognise_format(first.lines["line"].head(SNIFFED_LINES))
    if found.name is None:
        refuse_binary(first.lines)
        raise RefusedFileError(
            f"its format is not recognised: {found.sentence}; "
            "`diurnal sources --guess` with this file says what it looks like"
        )
    layout = FORMATS[found.name]
    if layout.needs_month and source.month is None:
        raise RefusedFileError(
            f'it is in format {layout.name!r}, which carries no month: add month = "yyyy-mm"'
        )
    return layout
