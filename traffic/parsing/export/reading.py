"""From the content of an export, whatever it is written as, to its records.

Which format a content has is told by its first bytes; each format has a module of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

import polars as pl

from traffic.parsing.content import line_blocks
from traffic.parsing.export import excel, parquet
from traffic.parsing.export.layout import ExportLayout, ParsedExport, RefusedExportError
from traffic.parsing.export.records import parse_export

SNIFFED_LINES = 1_000


def _refuse_old_workbook(content: bytes, layout: ExportLayout) -> ParsedExport:
    raise RefusedExportError("it is an Excel workbook of the old kind (.xls); save it as .xlsx or CSV")


_BINARY = {
    parquet.MAGIC: parquet.read_parquet,
    excel.MAGIC: excel.read_excel,
    excel.OLD_MAGIC: _refuse_old_workbook,
}


def read_export(chunks: Iterable[bytes], layout: ExportLayout) -> ParsedExport:
    """Read the content of an export.

    Parameters
    ----------
    chunks : iterable of bytes
        The decompressed content in order.
    layout : ExportLayout
        What it is said to be.

    Returns
    -------
    ParsedExport
        Every record is counted once.

    Raises
    ------
    RefusedExportError
        If the content is not what the layout says.
    """
    stream = iter(chunks)
    first = next(stream, b"")
    for magic, read in _BINARY.items():
        if first.startswith(magic):
            return read(b"".join([first, *stream]), layout)
    return parse_export(_lines(chain([first], stream)), layout)


def _lines(chunks: Iterable[bytes]) -> pl.DataFrame:
    blocks = list(line_blocks(chunks))
    if not blocks:
        raise RefusedExportError("the file is empty")
    lines = pl.concat(blocks)
    if lines["line"].head(SNIFFED_LINES).str.contains("\0", literal=True).any():
        raise RefusedExportError("the file is binary, not text (it holds zero bytes and no record)")
    return lines
