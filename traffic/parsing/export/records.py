"""From the cells of an export to samples: each record is loaded, rejected with its reason, or a duplicate.

A line of a wide export is one record and holds several samples; cells that are no numbers are counted.
Whether a value is sensible is decided in ``traffic.windowing``.
"""

from __future__ import annotations

import polars as pl

from traffic.parsing.export.csv_lines import csv_table
from traffic.parsing.export.header_units import ColumnUnits, column_units
from traffic.parsing.export.layout import (
    RECORD,
    REJECTED_SCHEMA,
    SAMPLE_SCHEMA,
    SHOWN_CHARACTERS,
    ExportLayout,
    ParsedExport,
    RecordTable,
    RefusedExportError,
)
from traffic.parsing.export.times import read_times
from traffic.parsing.export.values import read_values

# The fourth power of a value, summed over any record, stays a number; no link carries as much.
LARGEST_VALUE = 1e60
# Value columns are numbered while they are read: their names may be those that the reader uses itself.
_CELL = "\0cell {}"
_SHOWN_LABELS = 5


def parse_export(lines: pl.DataFrame, layout: ExportLayout) -> ParsedExport:
    """Read all lines of a CSV export.

    Parameters
    ----------
    lines : polars.DataFrame
        ``line_number`` and ``line``, as ``content.line_blocks`` yields them.
    layout : ExportLayout
        What the columns are.

    Returns
    -------
    ParsedExport
        Every line is counted once.

    Raises
    ------
    RefusedExportError
        If the file has no line or lacks a column that the layout names.
    """
    return read_records(csv_table(lines, layout), layout)


def read_records(table: RecordTable, layout: ExportLayout) -> ParsedExport:
    """Read the records of an export whose cells are told apart.

    Parameters
    ----------
    table : RecordTable
        The cells as text; several rows of one number are one record.
    layout : ExportLayout
        What the columns are.

    Returns
    -------
    ParsedExport
        Every record is counted once.

    Raises
    ------
    RefusedExportError
        If the columns do not hold what the layout says.
    """
    value_columns = _value_columns(table.header, layout)
    units = column_units(value_columns, layout.unit, layout.measures)
    rows, told_times = read_times(_rows(table.cells, value_columns, layout), layout)
    cells, told_values = read_values(_cells(rows, value_columns, units, layout), layout.decimal)
    cells = _usable(cells)
    records = _judge(cells)
    loaded = records.filter(pl.col("reason").is_null() & ~pl.col("is_duplicate"))
    samples = cells.filter(pl.col("value").is_not_null()).join(loaded, on="line_number", how="semi")
    rejected = pl.concat([table.malformed, _rejected(records, table)])
    notes = [*table.notes, *units.notes, _missing_note(cells.join(loaded, on="line_number", how="semi"))]
    return ParsedExport(
        samples=samples.select(SAMPLE_SCHEMA.keys()).cast(SAMPLE_SCHEMA),
        rejected=rejected.sort("line_number"),
        lines_read=table.lines_read,
        lines_skipped=table.lines_skipped,
        records_read=records.height + table.malformed.height,
        records_duplicate=int(records["is_duplicate"].sum()),
        note="; ".join(filter(None, notes)) or None,
        unit=units.unit,
        form=f"{table.form} {layout.shape}",
        told=(*table.told, *told_times, *told_values, *units.told),
    )


def _value_columns(header: list[str], layout: ExportLayout) -> list[str]:
    if layout.value_columns:
        return list(layout.value_columns)
    # A column without a name is an index or a separator too many, and no series.
    named = [name for name in header if name not in ("", layout.time_column, layout.hour_column)]
    if not named:
        raise RefusedExportError(f"no column with values beside the time column {layout.time_column!r}")
    return named


def _rows(cells: pl.DataFrame, value_columns: list[str], layout: ExportLayout) -> pl.DataFrame:
    """Name the columns for what they hold; a wide row has one label until its cells are told apart."""
    label = pl.col(layout.series_column) if layout.series_column else pl.lit(layout.label, dtype=pl.String)
    return cells.select(
        pl.col(RECORD).alias("line_number"),
        pl.col(layout.time_column).alias("time"),
        label.alias("label"),
        *([pl.col(layout.hour_column).alias("hour")] if layout.hour_column else []),
        *(pl.col(name).alias(_CELL.format(place)) for place, name in enumerate(value_columns)),
    )


def _cells(
    rows: pl.DataFrame, value_columns: list[str], units: ColumnUnits, layout: ExportLayout
) -> pl.DataFrame:
    columns = "line_number", "at_utc", "time_reason"
    return pl.concat(
        rows.select(
            *columns,
            pl.lit(units.labels[name]).alias("label") if layout.shape == "wide" else pl.col("label"),
            pl.col(_CELL.format(place)).alias("text"),
            factor=pl.lit(units.factors[name]),
        )
        for place, name in enumerate(value_columns)
    ).sort("line_number", maintain_order=True)


def _usable(cells: pl.DataFrame) -> pl.DataFrame:
    has_label = pl.col("label").fill_null("") != ""
    value = pl.col("value") * pl.col("factor")
    is_too_large = (value.abs() > LARGEST_VALUE).fill_null(value=False)
    is_usable = has_label & pl.col("at_utc").is_not_null() & value.is_finite() & ~is_too_large
    too_large = pl.format(
        "'{}' for series '{}' is too large in its unit: "
        f"beyond {LARGEST_VALUE:g} nothing can be computed",
        pl.col("text").str.head(SHOWN_CHARACTERS),
        "label",
    )
    return cells.with_columns(
        value=pl.when(is_usable).then(value),
        has_label=has_label,
        is_bad=pl.col("is_bad") | is_too_large,
        bad_text=pl.when(is_too_large).then(too_large).otherwise("bad_text"),
    )


def _judge(cells: pl.DataFrame) -> pl.DataFrame:
    seen = pl.struct("label", "at_utc", "value").is_first_distinct()
    per_cell = cells.with_columns(is_again=pl.col("value").is_not_null() & ~seen)
    has_value = pl.col("value").is_not_null()
    return per_cell.group_by("line_number", maintain_order=True).agg(
        reason=pl.when(pl.col("at_utc").first().is_null())
        .then(pl.col("time_reason").first())
        .when(~pl.col("has_label").first())
        .then(pl.lit("the series' label is empty"))
        .when(pl.col("label").str.contains("\0", literal=True).any())
        .then(pl.lit("the series' label holds zero bytes"))
        .when(pl.col("is_bad").any() & ~has_value.any())
        .then(pl.col("bad_text").filter("is_bad").first()),
        is_duplicate=has_value.any() & (pl.col("is_again") | ~has_value).all(),
    )


def _rejected(records: pl.DataFrame, table: RecordTable) -> pl.DataFrame:
    rejected = records.filter(pl.col("reason").is_not_null())
    if table.lines is not None:
        return rejected.join(table.lines, on="line_number", how="left").select(REJECTED_SCHEMA.keys())
    # A record of a file that is not text is shown as the text of its cells.
    shown = pl.concat_str([pl.col(name).fill_null("") for name in table.header], separator=", ")
    cells = table.cells.unique(RECORD, keep="first", maintain_order=True)
    lines = cells.select(pl.col(RECORD).alias("line_number"), line=shown)
    return rejected.join(lines, on="line_number", how="left").select(REJECTED_SCHEMA.keys())


def _missing_note(loaded: pl.DataFrame) -> str | None:
    bad = loaded.filter("is_bad")
    if bad.is_empty():
        return None
    first = bad.row(0, named=True)
    labels = bad["label"].unique(maintain_order=True)
    return (
        f"{bad.height:,} cells are not numbers and count as missing, "
        f"in {', '.join(map(repr, labels[:_SHOWN_LABELS]))} "
        f"(first: line {first['line_number']}, {first['text'][:SHOWN_CHARACTERS]!r})"
    )
