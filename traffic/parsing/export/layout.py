"""What an export is said to be, and what became of it: the words that the readers of exports share.

Nothing is read here. What the keys of ``sources.toml`` are called is in ``assets``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl

from traffic.parsing.quantity import UNKNOWN_UNIT
from traffic.parsing.rejected_lines import REJECTED_SCHEMA as REJECTED_SCHEMA

SAMPLE_SCHEMA = pl.Schema(
    {
        "label": pl.String(),
        "at_utc": pl.Datetime("us"),
        "value": pl.Float64(),
        "line_number": pl.Int64(),
    }
)
# The name of a record's number beside the columns of a file: no header can hold it.
RECORD = "\0line_number"
SHOWN_CHARACTERS = 40
AUTO = "auto"
HEADER_UNIT = "header"
Shape = Literal["wide", "long", "single"]
Decimal = Literal["auto", ".", ","]
Form = Literal["auto", "csv", "parquet", "excel", "json", "xml"]
Measures = Literal["rate", "volume", "counter"]


class RefusedExportError(ValueError):
    """A file that cannot be read as the export it is said to be; the message says why."""


DEFAULT_TIME_FORMATS = tuple(
    f"%Y-%m-%d{between}{clock}{zone}"
    for zone in ("%z", "")
    for between in (" ", "T")
    for clock in ("%H:%M:%S%.f", "%H:%M")
)


@dataclass(frozen=True)
class ExportLayout:
    """How an export is laid out.

    Parameters
    ----------
    shape : {"wide", "long", "single"}
        One column a series; one row a sample with the series' label; or one series in the file.
    time_column : str
        Header of the column with the time, or with the date if there is an ``hour_column``.
    time_formats : tuple of str
        strptime formats, ``epoch_s``, ``epoch_ms``, ``ole`` or ``ole_utc``, tried in order; one with ``%z``
        reads the offset.
    time_zone : str
        IANA name of the zone of times without an offset.
    value_columns : tuple of str
        Value columns: of a wide export all columns but the time if empty, otherwise exactly one.
    series_column : str or None
        Column with the label (long).
    label : str or None
        Label of the one series (single).
    separator : str
        Character between cells, or ``auto``: the one that splits the header into the columns named here.
    decimal : {"auto", ".", ","}
        Mark before the decimals; ``auto`` tells it where the cells leave no doubt.
    hour_column : str or None
        Column with the hour of the day, or its clock time as HH:MM.
    first_hour : {0, 1, None}
        Number of the day's first hour; None tells it from the column.
    unit : str
        Unit of the values, ``header`` (the header must state one), or ``unknown`` (it may).
    measures : {"rate", "volume", "counter", None}
        What the values are: an amount in a second, in a step, or since a device began to count.
    form : {"auto", "csv", "parquet", "excel", "json", "xml"}
        What the content is written as; ``auto`` tells it from the first bytes.
    """

    shape: Shape
    time_column: str
    time_formats: tuple[str, ...] = DEFAULT_TIME_FORMATS
    time_zone: str = "UTC"
    value_columns: tuple[str, ...] = ()
    series_column: str | None = None
    label: str | None = None
    separator: str = ","
    decimal: Decimal = "auto"
    hour_column: str | None = None
    first_hour: Literal[0, 1] | None = None
    unit: str = UNKNOWN_UNIT
    measures: Measures | None = None
    form: Form = "auto"

    @property
    def named_columns(self) -> list[str]:
        """Every column that the layout names, in the order in which they are looked for."""
        named = [self.time_column, self.hour_column, *self.value_columns, self.series_column]
        return [name for name in named if name]


@dataclass(frozen=True)
class RecordTable:
    """The records of an export as text, before any of it is understood.

    Parameters
    ----------
    cells : polars.DataFrame
        ``RECORD``, the record's number as a person counts it, and a column of text for each of ``header``.
    header : list of str
        The file's columns.
    malformed : polars.DataFrame
        Records that are none: ``line_number``, ``reason``, ``line``.
    lines : polars.DataFrame or None
        ``line_number`` and ``line`` of each record; None if the file is not text.
    lines_read : int or None
        All lines; None if the file is not text.
    lines_skipped : int
        Header, blank and comment lines among them.
    told : tuple of str
        What was told from the content and not from the layout, such as the separator.
    notes : tuple of str
        What a person should know of what was left out.
    form : str
        What the content is written as.
    """

    cells: pl.DataFrame
    header: list[str]
    malformed: pl.DataFrame
    lines: pl.DataFrame | None = None
    lines_read: int | None = None
    lines_skipped: int = 0
    told: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    form: str = "csv"


@dataclass(frozen=True)
class ParsedExport:
    """What became of the records of an export.

    Parameters
    ----------
    samples : polars.DataFrame
        ``SAMPLE_SCHEMA``.
    rejected : polars.DataFrame
        ``line_number``, ``reason``, ``line``; one row a rejected record.
    lines_read : int or None
        All lines; None if the file is not text.
    lines_skipped, records_read, records_duplicate : int
        Header, blank and comment lines; records; records that repeat an earlier one.
    note : str or None
        A sentence on what of the records that were loaded is missing, or was left out before them.
    unit : str
        Unit of the samples' values.
    told : tuple of str
        What was told from the content and not from the layout, such as the separator.
    form : str
        What the content is written as and in which shape, such as ``csv wide``.
    """

    samples: pl.DataFrame
    rejected: pl.DataFrame
    lines_read: int | None
    lines_skipped: int
    records_read: int
    records_duplicate: int
    note: str | None
    unit: str = UNKNOWN_UNIT
    told: tuple[str, ...] = ()
    form: str = "csv wide"


def require_columns(header: list[str], layout: ExportLayout) -> None:
    """Refuse a header that lacks a column of the layout, or has a name twice.

    Raises
    ------
    RefusedExportError
        If it does.
    """
    missing = [name for name in layout.named_columns if name not in header]
    if missing:
        raise RefusedExportError(
            f"no column {', '.join(map(repr, missing))}; its columns are {', '.join(map(repr, header))}"
        )
    repeated = sorted({name for name in header if header.count(name) > 1})
    if repeated:
        raise RefusedExportError(f"the column {repeated[0]!r} stands more than once in the header")
