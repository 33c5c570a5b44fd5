"""Exports in Excel (.xlsx): the first sheet that has the columns, read by calamine within a stated size.

A workbook is a zip archive: what it would unfold to is counted before anything of it is read.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

import fastexcel
import polars as pl

from traffic.parsing.export.layout import (
    ExportLayout,
    ParsedExport,
    RecordTable,
    RefusedExportError,
    require_columns,
)
from traffic.parsing.export.records import read_records
from traffic.parsing.export.typed_tables import damage_refused, refuse_large, typed_layout, typed_table

MAGIC = b"PK\x03\x04"
OLD_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAX_MEMBERS = 1_000
MAX_BYTES = 256 << 20
HEADER_WITHIN_ROWS = 30
_WORKBOOK = "xl/workbook.xml"
# The place of a cell or a row: calamine sets up every cell up to the last of them.
_PLACE = re.compile(rb'<(?:\w+:)?(?:c|row)\b[^>]*?\br="([A-Z]{0,3})(\d{1,7})"')


@dataclass(frozen=True)
class _Sheet:
    name: str
    header_row: int
    header: list[str]


def read_excel(content: bytes, layout: ExportLayout) -> ParsedExport:
    """Read an export in Excel; a record is a row, numbered as Excel shows it.

    Parameters
    ----------
    content : bytes
        The whole file.
    layout : ExportLayout
        What the columns are.

    Returns
    -------
    ParsedExport
        Every row below the header is counted once, empty ones apart; ``lines_read`` is None.

    Raises
    ------
    RefusedExportError
        If the content is no sound workbook, its members unfold to more than 256 MiB or 20 million cells, or
        no sheet has the columns.
    """
    table, schema = excel_table(content, layout)
    return read_records(table, typed_layout(layout, schema))


def excel_table(content: bytes, layout: ExportLayout) -> tuple[RecordTable, pl.Schema]:
    """Return the rows of a workbook as text, and the types that they had."""
    _refuse_unsound(content)
    with damage_refused("an Excel workbook"):
        workbook = fastexcel.read_excel(content)
        names = workbook.sheet_names
        sheet = _find_sheet(workbook, names, layout)
        frame = workbook.load_sheet(
            sheet.name, header_row=None, skip_rows=sheet.header_row + 1, schema_sample_rows=None
        ).to_polars()
    frame = _named(frame, sheet.header)
    before = sheet.header_row
    table = typed_table(
        frame,
        layout,
        "excel",
        first_row=before + 2,
        told=(
            *([f"sheet {sheet.name!r}"] if len(names) > 1 else []),
            *([f"header in row {before + 1}"] if before else []),
        ),
    )
    return table, frame.schema


def _find_sheet(workbook: fastexcel.ExcelReader, names: Sequence[str], layout: ExportLayout) -> _Sheet:
    wanted, first = set(layout.named_columns), None
    for name in names:
        for place, header in enumerate(_first_rows(workbook, name)):
            if wanted <= set(header):
                return _Sheet(name, place, header)
            if first is None and any(header):
                first = _Sheet(name, place, header)
    if first is None:
        raise RefusedExportError("the workbook has no header and no rows")
    require_columns([name for name in first.header if name], layout)
    return first


def first_header(content: bytes) -> list[str]:
    """Return the names of the first row of a workbook that has two or more.

    Raises
    ------
    RefusedExportError
        If the content is no sound workbook, or has no such row.
    """
    _refuse_unsound(content)
    with damage_refused("an Excel workbook"):
        workbook = fastexcel.read_excel(content)
        for name in workbook.sheet_names:
            for header in _first_rows(workbook, name):
                if sum(map(bool, header)) > 1:
                    return [name for name in header if name]
    raise RefusedExportError("the workbook has no row with two or more names")


def _first_rows(workbook: fastexcel.ExcelReader, name: str) -> list[list[str]]:
    try:
        rows = workbook.load_sheet(
            name, header_row=None, skip_rows=0, n_rows=HEADER_WITHIN_ROWS, dtypes="string"
        ).to_polars()
    except fastexcel.FastExcelError:  # an empty sheet, or one of charts
        return []
    return [[(cell or "").strip() for cell in cells] for cells in rows.iter_rows()]


def _named(frame: pl.DataFrame, header: list[str]) -> pl.DataFrame:
    # A column without a name is a note beside the table, or empty.
    named = [(place, name) for place, name in enumerate(header) if name and place < frame.width]
    twice = sorted({name for _, name in named if header.count(name) > 1})
    if twice:
        raise RefusedExportError(f"the column {twice[0]!r} stands more than once in the header")
    frame = frame.select(pl.nth(place).alias(name) for place, name in named)
    missing = [name for name in header[frame.width :] if name and name not in frame.columns]
    return frame.with_columns(pl.lit(None, pl.String).alias(name) for name in missing)


def _refuse_unsound(content: bytes) -> None:
    """Refuse an archive that is no workbook, or unfolds to more than a workbook should."""
    with damage_refused("an Excel workbook"), zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.infolist()
        if _WORKBOOK not in archive.namelist():
            raise RefusedExportError("it is a zip archive, but no Excel workbook (.xlsx)")
        if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_BYTES:
            raise RefusedExportError(
                f"the workbook unfolds to more than {MAX_BYTES >> 20} MiB or {MAX_MEMBERS:,} members; "
                "export it as CSV"
            )
        for member in members:
            _check_member(archive, member)


def _check_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    # Read to its end: the size that an archive states of itself may be a lie, which fails its checksum.
    unfolded = archive.read(member)
    last_row, last_column = 0, 0
    for match in _PLACE.finditer(unfolded):
        last_row = max(last_row, int(match[2]))
        last_column = max(last_column, _column_number(match[1]))
    refuse_large(last_row, last_column)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + letter - ord("A") + 1
    return number
