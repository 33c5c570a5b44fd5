"""From the content of an export, whatever it is written as, to its records.

Which format a content has is told by its first bytes; each format has a module of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import chain

import polars as pl

from traffic.parsing.content import lines_of
from traffic.parsing.export import excel, parquet
from traffic.parsing.export.layout import AUTO, ExportLayout, Form, ParsedExport, RefusedExportError
from traffic.parsing.export.metrics_json import read_metrics_json
from traffic.parsing.export.records import parse_export
from traffic.parsing.export.rrd_xml import read_rrd_xml

SNIFFED_LINES = 1_000
# A crash leaves zero bytes in a few lines of text; of a binary file most hold one.
BINARY_SHARE = 0.1
# Its mark, or eight characters of ASCII in either order of bytes.
_UTF_16 = re.compile(rb"\xff\xfe|\xfe\xff|(?:[\t\r\n -~]\0){8}|(?:\0[\t\r\n -~]){8}")
# The beginnings of JSON and of XML: a header of CSV may begin with a bracket too, but not so.
_JSON = re.compile(rb'(?:\xef\xbb\xbf)?\s*(?:\{\s*["}]|\[\s*[\[{\]])')
_XML = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:\?xml|!|xport|rrd)")
_READERS: dict[str, Callable[[bytes, ExportLayout], ParsedExport]] = {
    "parquet": parquet.read_parquet,
    "excel": excel.read_excel,
    "json": read_metrics_json,
    "xml": read_rrd_xml,
}


def content_form(first: bytes) -> Form:
    """Tell from its first bytes what an export is written as.

    Parameters
    ----------
    first : bytes
        The beginning of the decompressed content.

    Returns
    -------
    {"csv", "parquet", "excel", "json", "xml"}
        Text that is neither JSON nor XML is taken for CSV.

    Raises
    ------
    RefusedExportError
        If it is an Excel workbook of the old kind.
    """
    if first.startswith(parquet.MAGIC):
        return "parquet"
    if first.startswith(excel.MAGIC):
        return "excel"
    if first.startswith(excel.OLD_MAGIC):
        raise RefusedExportError("it is an Excel workbook of the old kind (.xls); save it as .xlsx or CSV")
    if _JSON.match(first):
        return "json"
    return "xml" if _XML.match(first) else "csv"


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
    form = content_form(first)
    if layout.form not in (AUTO, form):
        raise RefusedExportError(f'it is {form}, where sources.toml says format = "{layout.form}"')
    if form == "csv":
        refuse_other_text(first)
        return parse_export(_lines(chain([first], stream)), layout)
    return _READERS[form](b"".join([first, *stream]), layout)


def refuse_other_text(first: bytes) -> None:
    """Refuse text whose characters or line ends are not those of a CSV file.

    Parameters
    ----------
    first : bytes
        The beginning of the decompressed content.

    Raises
    ------
    RefusedExportError
        If it is UTF-16, or its lines end with carriage returns alone.
    """
    if _UTF_16.match(first):
        raise RefusedExportError("it is text in UTF-16; save it as UTF-8")
    # A piece may be cut between the two signs of one line end.
    if b"\r" in first[:-1] and b"\n" not in first:
        raise RefusedExportError(
            "its lines end with a carriage return alone; save it with line feeds (LF or CR LF)"
        )


def _lines(chunks: Iterable[bytes]) -> pl.DataFrame:
    lines = lines_of(chunks)
    if lines.is_empty():
        raise RefusedExportError("the file is empty")
    has_zero = lines["line"].head(SNIFFED_LINES).str.contains("\0", literal=True)
    if has_zero.sum() > BINARY_SHARE * len(has_zero):
        raise RefusedExportError("the file is binary, not text (its lines hold zero bytes)")
    return lines
