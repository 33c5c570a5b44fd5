"""Data points of formats that are no tables (JSON, XML), gathered into records.

Where a format keeps its points is its own module's affair.
"""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from traffic.parsing.export.layout import (
    DEFAULT_TIME_FORMATS,
    RECORD,
    REJECTED_SCHEMA,
    ExportLayout,
    ParsedExport,
    RecordTable,
    RefusedExportError,
)
from traffic.parsing.export.records import read_records
from traffic.parsing.export.times import EPOCH_S

# Unfolded into objects a file takes some twenty times its size.
MAX_BYTES = 64 << 20
SHOWN_CHARACTERS = 1_000
_HEADER = ("time", "series", "value")
_SCHEMA = pl.Schema({RECORD: pl.Int64(), **dict.fromkeys(_HEADER, pl.String())})


class DataPoints:
    """The records of one file, in its order, numbered from 1.

    Parameters
    ----------
    form : str
        What the file is written as.
    """

    def __init__(self, form: str) -> None:
        self.form = form
        self.told: list[str] = []
        self.notes: list[str] = []
        self._points: list[tuple[int, str | None, str, str | None]] = []
        self._rejected: list[tuple[int, str, str]] = []
        self._count = 0

    def add(self, time: object, values: dict[str, object]) -> None:
        """Add a record: the values of one time by their series."""
        self._count += 1
        at = None if time is None else _text(time)
        for label, value in values.items():
            self._points.append((self._count, at, _text(label), None if value is None else _text(value)))

    def reject(self, reason: str, record: object) -> None:
        """Add a record that is none."""
        self._count += 1
        self._rejected.append((self._count, reason, _text(record)[:SHOWN_CHARACTERS]))

    def read(self, layout: ExportLayout) -> ParsedExport:
        """Read the records' times and values.

        Parameters
        ----------
        layout : ExportLayout
            Of which the zone and the unit hold; times are ISO 8601 or epoch seconds.

        Returns
        -------
        ParsedExport
            Every record is counted once.
        """
        table = RecordTable(
            cells=pl.DataFrame(self._points, _SCHEMA, orient="row"),
            header=list(_HEADER),
            malformed=pl.DataFrame(self._rejected, REJECTED_SCHEMA, orient="row"),
            told=tuple(self.told),
            notes=tuple(self.notes),
            form=self.form,
        )
        as_points = replace(
            layout,
            shape="long",
            time_column="time",
            series_column="series",
            value_columns=("value",),
            time_formats=(*DEFAULT_TIME_FORMATS, EPOCH_S),
            decimal=".",
            hour_column=None,
            first_hour=None,
        )
        return read_records(table, as_points)


def _text(value: object) -> str:
    # JSON may hold halves of characters, which no text can.
    return str(value).encode("utf-8", errors="backslashreplace").decode("utf-8")


def refuse_long(content: bytes, form: str) -> None:
    """Refuse a file of more than 64 MiB.

    Raises
    ------
    RefusedExportError
        If it is longer.
    """
    if len(content) > MAX_BYTES:
        raise RefusedExportError(
            f"it is {form} of {len(content) >> 20} MiB, more than {MAX_BYTES >> 20}; export a shorter span"
        )
