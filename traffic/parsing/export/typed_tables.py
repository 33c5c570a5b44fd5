"""Tables whose columns have types (Parquet, Excel) as records of text, so that one way of reading serves all.

What the text means is read in ``times`` and ``values``, as for any other export.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import polars as pl

from traffic.parsing.export.layout import (
    DEFAULT_TIME_FORMATS,
    RECORD,
    REJECTED_SCHEMA,
    ExportLayout,
    RecordTable,
    RefusedExportError,
    require_columns,
)

# A table unfolds in memory: a few KiB of Parquet or Excel can hold billions of equal cells.
MAX_CELLS = 20_000_000
SHOWN_ERROR = 200
# Of the years 1 to 9999: beyond them polars panics where it should write a time.
_WRITABLE_SECONDS = (-62_135_596_800, 253_402_300_799)
_DAY_SECONDS = 86_400
_A_SECOND = {"ms": 1e3, "us": 1e6, "ns": 1e9}
_AWARE, _NAIVE, _DATE = "%Y-%m-%d %H:%M:%S%.6f+0000", "%Y-%m-%d %H:%M:%S%.6f", "%Y-%m-%d 00:00"


@contextmanager
def damage_refused(form: str) -> Iterator[None]:
    """Refuse what a library's reader stumbles over, in whatever way: damaged files find every one.

    Raises
    ------
    RefusedExportError
        Instead of any other exception.
    """
    try:
        yield
    except (RefusedExportError, MemoryError):
        raise
    except BaseException as error:
        # A panic of a Rust library is no Exception, and its class cannot be imported from all of them.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        what = (str(error).splitlines() or [type(error).__name__])[0][:SHOWN_ERROR]
        raise RefusedExportError(f"it cannot be read as {form} ({what})") from error


def refuse_large(rows: int, columns: int) -> None:
    """Refuse a table of more than 20 million cells.

    Raises
    ------
    RefusedExportError
        If it has more.
    """
    if rows * columns > MAX_CELLS:
        raise RefusedExportError(
            f"it holds {rows:,} rows of {columns:,} columns, more than {MAX_CELLS:,} cells; name fewer "
            "columns, or split the file"
        )


def typed_table(
    frame: pl.DataFrame,
    layout: ExportLayout,
    form: str,
    *,
    first_row: int,
    told: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> RecordTable:
    """Turn typed columns into text.

    Parameters
    ----------
    frame : polars.DataFrame
        The table; its columns are named as in the file.
    layout : ExportLayout
        What the columns are called.
    form : str
        What the file is written as.
    first_row : int
        Number of the first row, as a person counts rows in the file.
    told, notes : sequence of str
        What the reader of the file has to say already.

    Returns
    -------
    RecordTable
        Every row in which a cell is not empty is a record; columns of lists, structures and bytes are left
        out, and told.

    Raises
    ------
    RefusedExportError
        If a column is missing or cannot be text.
    """
    require_columns(frame.columns, layout)
    texts = {name: _text(name, dtype) for name, dtype in frame.schema.items()}
    unreadable = [name for name, text in texts.items() if text is None]
    if named := [name for name in unreadable if name in layout.named_columns]:
        raise RefusedExportError(
            f"the column {named[0]!r} holds {frame.schema[named[0]]} and no plain values; name another"
        )
    kept = {name: text for name, text in texts.items() if text is not None}
    number = pl.int_range(first_row, first_row + pl.len(), dtype=pl.Int64).alias(RECORD)
    with damage_refused(form):
        cells = frame.select(number, *(text.alias(name) for name, text in kept.items()))
        cells = cells.filter(pl.any_horizontal(pl.col(name).fill_null("") != "" for name in kept))
    left_out = tuple(f"the column {name!r} holds no plain values and is left out" for name in unreadable)
    return RecordTable(
        cells=cells,
        header=list(kept),
        malformed=REJECTED_SCHEMA.to_frame(),
        told=tuple(told),
        notes=(*notes, *left_out),
        form=form,
    )


def typed_layout(layout: ExportLayout, schema: pl.Schema) -> ExportLayout:
    """Say of a layout what the types of the columns say already: how their times and numbers are written."""
    formats = layout.time_formats
    if formats != DEFAULT_TIME_FORMATS:
        formats += tuple(form for form in DEFAULT_TIME_FORMATS if form not in formats)
    others = (layout.time_column, layout.hour_column, layout.series_column)
    values = layout.value_columns or [name for name in schema if name not in others]
    has_numbers = any(schema[name].is_numeric() for name in values if name in schema)
    return replace(layout, time_formats=formats, decimal="." if has_numbers else layout.decimal)


def _text(name: str, dtype: pl.DataType) -> pl.Expr | None:
    column = pl.col(name)
    if isinstance(dtype, pl.Datetime):
        naive = column.dt.convert_time_zone("UTC").dt.replace_time_zone(None) if dtype.time_zone else column
        return _written(naive, _AWARE if dtype.time_zone else _NAIVE, _A_SECOND[dtype.time_unit])
    if dtype == pl.Date:
        return _written(column, _DATE, 1 / _DAY_SECONDS)
    if dtype.is_float():
        # Excel has no whole numbers, and a link named 7 is not one named 7.0.
        return column.cast(pl.Float64).cast(pl.String).str.strip_suffix(".0")
    if dtype.is_nested() or dtype in (pl.Binary, pl.Object):
        return None
    return column.cast(pl.String).str.strip_chars()


def _written(time: pl.Expr, form: str, a_second: float) -> pl.Expr:
    count = time.to_physical()
    is_writable = (count / a_second).is_between(*_WRITABLE_SECONDS)
    return pl.coalesce(pl.when(is_writable).then(time).dt.strftime(form), count.cast(pl.String))
