"""The lines of a CSV export split into cells: where its header is, what separates its cells, what is quoted.

What a cell means is read in ``times`` and ``values``.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence

import polars as pl

from traffic.parsing.export.layout import (
    AUTO,
    RECORD,
    REJECTED_SCHEMA,
    ExportLayout,
    RecordTable,
    RefusedExportError,
    require_columns,
)
from traffic.parsing.rejected_lines import TOO_LONG

SEPARATORS = (",", ";", "\t", "|")
HEADER_WITHIN_LINES = 30
SEPARATOR_NAMES = {"\t": "tab"}
# The first line that Excel is told the separator with, and that Grafana writes for it.
_SEP_LINE = re.compile(r'\s*"?sep=(.)"?\s*', re.IGNORECASE)
_OPEN_QUOTE = (
    "its quotes cannot be read as CSV: one is not closed (a cell may not hold a line break), "
    "or text follows it"
)
_OPEN_HEADER = (
    "the quotes of its header cannot be read as CSV: one is not closed (a name may not hold a line "
    "break), or text follows it"
)


def csv_table(lines: pl.DataFrame, layout: ExportLayout) -> RecordTable:
    """Split the lines of an export into cells.

    Parameters
    ----------
    lines : polars.DataFrame
        ``line_number`` and ``line``, as ``content.line_blocks`` yields them.
    layout : ExportLayout
        What the columns are called.

    Returns
    -------
    RecordTable
        Every line but blank ones, comments and those up to the header is a record.

    Raises
    ------
    RefusedExportError
        If the file has no line or lacks a column that the layout names.
    """
    is_skipped = pl.col("line").str.contains(r"^\s*(#.*)?$").fill_null(value=False)
    content = lines.filter(~is_skipped)
    if content.is_empty():
        raise RefusedExportError("the file has no header and no rows")
    place, separator = _find_header(content["line"].head(HEADER_WITHIN_LINES).fill_null("").to_list(), layout)
    header = _header(content["line"][place] or "", separator)
    _require_columns(header, content["line"][place] or "", layout)
    cells, malformed = _split(content[place + 1 :], header, separator)
    name = SEPARATOR_NAMES.get(separator, repr(separator))
    is_told = layout.separator == AUTO and separator != ","
    return RecordTable(
        cells=cells,
        header=header,
        malformed=malformed,
        lines=content,
        lines_read=lines.height,
        lines_skipped=lines.height - content.height + place + 1,
        told=(
            *([f"cells separated by {name}"] if is_told else []),
            *([f"header in line {content['line_number'][place]}"] if _has_title(content, place) else []),
        ),
    )


def split_cells(line: str, separator: str) -> list[str] | None:
    """Split one line; None if its quotes cannot be read as CSV."""
    try:
        # Strict, since a line that was cut off within a quoted number would else give a wrong number.
        return next(csv.reader([line], delimiter=separator, strict=True), [])
    except csv.Error:  # an open quote, or a cell beyond csv's limit of 128 KiB
        return None


def separator_line(line: str) -> str | None:
    """Return the separator that a line such as ``sep=;`` states, or None."""
    match = _SEP_LINE.fullmatch(line)
    return match[1] if match else None


def _find_header(first: Sequence[str], layout: ExportLayout) -> tuple[int, str]:
    """Find the header's place among the first lines, and the separator of its cells."""
    stated = next((mark for line in first[:1] if (mark := separator_line(line))), None)
    begin = 1 if stated and len(first) > 1 else 0
    if layout.separator != AUTO:
        candidates: Sequence[str] = (layout.separator,)
    else:
        candidates = SEPARATORS if stated is None else (stated,)
    wanted = set(layout.named_columns)
    fitting = [
        (place, separator, names)
        for place in range(begin, len(first))
        for separator in candidates
        if wanted <= set(names := [name.strip() for name in split_cells(first[place], separator) or []])
    ]
    if fitting:
        place = fitting[0][0]
        # A header that two separators split into the same named columns belongs to the one that splits more.
        return max((one for one in fitting if one[0] == place), key=lambda one: len(one[2]))[:2]
    cells = {separator: split_cells(first[begin], separator) or [] for separator in candidates}
    # A separator that stands between quotes leaves them in its cells.
    return begin, max(cells, key=lambda mark: (not _has_quote(cells[mark]), len(cells[mark])))


def has_open_quote(line: str) -> bool:
    """Whether a quote of a line is not closed, as where a cell holds a line break."""
    return line.count('"') % 2 == 1


def _has_quote(cells: Sequence[str]) -> bool:
    return any('"' in cell for cell in cells)


def _require_columns(header: list[str], line: str, layout: ExportLayout) -> None:
    """Refuse a header that lacks a column; where it looks split wrongly, say what it may be."""
    is_lacking = not set(layout.named_columns) <= set(header)
    if is_lacking and has_open_quote(line):
        raise RefusedExportError(_OPEN_HEADER)
    try:
        require_columns(header, layout)
    except RefusedExportError as error:
        is_one_cell = len(header) == 1 and any(mark in header[0] for mark in SEPARATORS)
        if not is_lacking or not (is_one_cell or _has_quote(header)):
            raise
        raise RefusedExportError(
            f"{error}; they look split in the wrong places: write separator, or take off quotes that stand "
            "around several names"
        ) from None


def _has_title(content: pl.DataFrame, place: int) -> bool:
    """Whether lines other than one that states the separator stand before the header."""
    return any(line is None or separator_line(line) is None for line in content["line"].head(place))


def _header(line: str, separator: str) -> list[str]:
    cells = split_cells(line, separator)
    if cells is None:
        raise RefusedExportError(_OPEN_HEADER)
    if "\0" in line:  # the reader's own columns have names with one
        raise RefusedExportError("its header holds zero bytes; is the file damaged?")
    return [name.strip() for name in cells]


def _split(body: pl.DataFrame, header: list[str], separator: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    # Splitting whole columns is exact where a line has no quote. The few that have one go through the csv
    # module line by line, so that an open quote spoils its own line and never the ones that follow.
    has_quote = body["line"].str.contains('"', literal=True).fill_null(value=False)
    plain = body.filter(~has_quote).with_columns(cells=pl.col("line").str.split(separator))
    quoted = body.filter(has_quote)
    rows = [split_cells(line, separator) for line in quoted["line"]]
    quoted = quoted.with_columns(cells=pl.Series(rows, dtype=pl.List(pl.String)))
    table = pl.concat([plain, quoted]).sort("line_number")
    n_cells = pl.col("cells").list.len()
    malformed = table.filter(n_cells.ne_missing(len(header))).select(
        "line_number",
        reason=pl.when(pl.col("line").is_null())
        .then(pl.lit(TOO_LONG))
        .when(n_cells.is_null())
        .then(pl.lit(_OPEN_QUOTE))
        .otherwise(pl.format(f"{{}} cells where the header has {len(header)}", n_cells)),
        line="line",
    )
    columns = [pl.col("cells").list.get(i).str.strip_chars().alias(name) for i, name in enumerate(header)]
    kept = table.filter(n_cells == len(header))
    return kept.select(pl.col("line_number").alias(RECORD), *columns), malformed.cast(REJECTED_SCHEMA)
