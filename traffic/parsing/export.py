"""Providers' traffic exports as CSV, in the shapes wide, long and single: from numbered lines to samples.

A line of the body is a record. It is loaded, rejected with its reason, or a duplicate of an earlier one;
cells that are no numbers are counted. Whether a value is sensible is decided in ``traffic.windowing``.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import Literal

import polars as pl

from traffic.parsing.local_time import local_to_utc, within_plausible_years
from traffic.parsing.rejected_lines import REJECTED_SCHEMA

SAMPLE_SCHEMA = pl.Schema(
    {
        "label": pl.String(),
        "at_utc": pl.Datetime("us"),
        "value": pl.Float64(),
        "line_number": pl.Int64(),
    }
)
DEFAULT_TIME_FORMATS = tuple(
    f"%Y-%m-%d{between}{clock}{zone}"
    for zone in ("%z", "")
    for between in (" ", "T")
    for clock in ("%H:%M:%S%.f", "%H:%M")
)
SHOWN_CHARACTERS = 40
MISSING_WORDS = ("", "-", "na", "n/a", "nan", "none", "null")
Shape = Literal["wide", "long", "single"]


class RefusedExportError(ValueError):
    """A file that cannot be read as the export it is said to be; the message says why."""


@dataclass(frozen=True)
class ExportLayout:
    """How a CSV export is laid out.

    Parameters
    ----------
    shape : {"wide", "long", "single"}
        One column a series; one row a sample with the series' label; or one series in the file.
    time_column : str
        Header of the column with the time.
    time_formats : tuple of str
        strptime formats, tried in order; one with ``%z`` reads the offset.
    time_zone : str
        IANA name of the zone of times without an offset.
    value_columns : tuple of str
        Value columns: of a wide export all columns but the time if empty, otherwise exactly one.
    series_column : str or None
        Column with the label (long).
    label : str or None
        Label of the one series (single).
    separator : str
        Character between cells.
    """

    shape: Shape
    time_column: str
    time_formats: tuple[str, ...] = DEFAULT_TIME_FORMATS
    time_zone: str = "UTC"
    value_columns: tuple[str, ...] = ()
    series_column: str | None = None
    label: str | None = None
    separator: str = ","


@dataclass(frozen=True)
class ParsedExport:
    """What became of the lines of an export.

    Parameters
    ----------
    samples : polars.DataFrame
        ``SAMPLE_SCHEMA``.
    rejected : polars.DataFrame
        ``line_number``, ``reason``, ``line``; one row a rejected record.
    lines_read, lines_skipped, records_duplicate : int
        All lines; header, blank and comment lines among them; records that repeat an earlier one.
    note : str or None
        A sentence on cells that are no numbers in records that were loaded.
    """

    samples: pl.DataFrame
    rejected: pl.DataFrame
    lines_read: int
    lines_skipped: int
    records_duplicate: int
    note: str | None


def parse_export(lines: pl.DataFrame, layout: ExportLayout) -> ParsedExport:
    """Read all lines of an export.

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
    content = lines.filter(~pl.col("line").str.contains(r"^\s*(#.*)?$"))
    if content.is_empty():
        raise RefusedExportError("the file has no header and no rows")
    header = _header(content["line"][0], layout.separator)
    value_columns = _value_columns(header, layout)
    table, malformed = _split(content[1:], header, layout.separator)
    cells = _cells(table, value_columns, layout)
    cells = _read_values(_read_times(cells, layout))
    records = _judge(cells)
    rejected = records.filter(pl.col("reason").is_not_null()).join(content, on="line_number", how="left")
    loaded = records.filter(pl.col("reason").is_null() & ~pl.col("is_duplicate"))
    samples = cells.filter(pl.col("value").is_not_null()).join(loaded, on="line_number", how="semi")
    return ParsedExport(
        samples=samples.select(SAMPLE_SCHEMA.keys()).cast(SAMPLE_SCHEMA),
        rejected=pl.concat([malformed, rejected.select(REJECTED_SCHEMA.keys())]).sort("line_number"),
        lines_read=lines.height,
        lines_skipped=lines.height - content.height + 1,
        records_duplicate=int(records["is_duplicate"].sum()),
        note=_note(cells.join(loaded, on="line_number", how="semi")),
    )


def _header(line: str, separator: str) -> list[str]:
    cells = _quoted_cells(line, separator)
    if cells is None:
        raise RefusedExportError(
            "the quotes of its header cannot be read as CSV: one is not closed, or text follows it"
        )
    return [name.strip() for name in cells]


def _value_columns(header: list[str], layout: ExportLayout) -> list[str]:
    wanted = [
        layout.time_column,
        *layout.value_columns,
        *([layout.series_column] if layout.series_column else []),
    ]
    missing = [name for name in wanted if name not in header]
    if missing:
        raise RefusedExportError(
            f"no column {', '.join(map(repr, missing))}; its columns are {', '.join(map(repr, header))}"
        )
    repeated = sorted({name for name in header if header.count(name) > 1})
    if repeated:
        raise RefusedExportError(f"the column {repeated[0]!r} stands more than once in the header")
    if layout.value_columns:
        return list(layout.value_columns)
    # A column without a name is an index or a separator too many, and no series.
    named = [name for name in header if name not in ("", layout.time_column)]
    if not named:
        raise RefusedExportError(f"no column with values beside the time column {layout.time_column!r}")
    return named


def _split(body: pl.DataFrame, header: list[str], separator: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    # Splitting whole columns is exact where a line has no quote. The few that have one go through the csv
    # module line by line, so that an open quote spoils its own line and never the ones that follow.
    has_quote = body["line"].str.contains('"', literal=True)
    plain = body.filter(~has_quote).with_columns(cells=pl.col("line").str.split(separator))
    quoted = body.filter(has_quote)
    rows = [_quoted_cells(line, separator) for line in quoted["line"]]
    quoted = quoted.with_columns(cells=pl.Series(rows, dtype=pl.List(pl.String)))
    table = pl.concat([plain, quoted]).sort("line_number")
    n_cells = pl.col("cells").list.len()
    malformed = table.filter(n_cells.ne_missing(len(header))).select(
        "line_number",
        reason=pl.when(n_cells.is_null())
        .then(pl.lit("its quotes cannot be read as CSV: one is not closed, or text follows it"))
        .otherwise(pl.format(f"{{}} cells where the header has {len(header)}", n_cells)),
        line="line",
    )
    columns = [pl.col("cells").list.get(i).str.strip_chars().alias(name) for i, name in enumerate(header)]
    kept = table.filter(n_cells == len(header))
    return kept.select(pl.col("line_number").alias("\0line_number"), *columns), malformed


def _quoted_cells(line: str, separator: str) -> list[str] | None:
    try:
        # Strict, since a line that was cut off within a quoted number would else give a wrong number.
        return next(csv.reader([line], delimiter=separator, strict=True), [])
    except csv.Error:  # an open quote, or a cell beyond csv's limit of 128 KiB
        return None


def _cells(table: pl.DataFrame, value_columns: list[str], layout: ExportLayout) -> pl.DataFrame:
    # "\0line_number" cannot collide with a header, which the line number's plain name could.
    number, time = pl.col("\0line_number").alias("line_number"), pl.col(layout.time_column).alias("time")
    if layout.shape == "wide":
        return pl.concat(
            table.select(number, time, pl.lit(name).alias("label"), pl.col(name).alias("text"))
            for name in value_columns
        ).sort("line_number", maintain_order=True)
    label = pl.col(layout.series_column) if layout.series_column else pl.lit(layout.label, dtype=pl.String)
    return table.select(number, time, label.alias("label"), pl.col(value_columns[0]).alias("text"))


def _read_times(cells: pl.DataFrame, layout: ExportLayout) -> pl.DataFrame:
    offset_text = pl.col("time").str.replace(r"[zZ]$", "+00:00").str.replace(r" (UTC|GMT)$", "+00:00")
    aware, naive = [pl.lit(None, pl.Datetime("us"))], [pl.lit(None, pl.Datetime("us"))]
    for form in layout.time_formats:
        if "%z" in form:
            read = offset_text.str.to_datetime(form, strict=False, time_unit="us", time_zone="UTC")
            aware.append(_if_plausible(read.dt.replace_time_zone(None)))
        else:
            read = pl.col("time").str.to_datetime(form, strict=False, time_unit="us")
            naive.append(_if_plausible(read))
    read_times = cells.with_columns(aware=pl.coalesce(aware), local=pl.coalesce(naive))
    shown = pl.col("time").str.head(SHOWN_CHARACTERS)
    no_format = "the time '{}' is in none of the formats of time_formats, or not in 1970 to 2100"
    return _read_clock(read_times, layout.time_zone).with_columns(
        at_utc=pl.coalesce("aware", "at_utc"),
        time_reason=pl.when(pl.col("local").is_null())
        .then(pl.format(no_format, shown))
        .otherwise(pl.format(f"the clock of {layout.time_zone} skipped the time '{{}}'", shown)),
    )


def _read_clock(cells: pl.DataFrame, time_zone: str) -> pl.DataFrame:
    # A wall-clock time that exists twice stands twice in the file: the second one is after the change, or
    # before it where the newest record comes first.
    step = pl.col("local").diff()
    is_newest_first = ((step < pl.duration()).sum() > (step > pl.duration()).sum()).over("label")
    position, times = pl.int_range(pl.len()), pl.len()
    is_repeat = pl.when("is_newest_first").then(position < times - 1).otherwise(position > 0)
    return cells.with_columns(is_newest_first=is_newest_first).with_columns(
        at_utc=local_to_utc(pl.col("local"), time_zone, is_repeat=is_repeat.over("label", "local"))
    )


def _if_plausible(time: pl.Expr) -> pl.Expr:
    # %Y reads "1/13/18" as the year 18: such a format has not matched, and the next one is tried.
    return pl.when(within_plausible_years(time)).then(time)


def _read_values(cells: pl.DataFrame) -> pl.DataFrame:
    number = pl.col("text").cast(pl.Float64, strict=False)
    is_missing = pl.col("text").str.to_lowercase().is_in(MISSING_WORDS) | pl.col("text").is_null()
    value = pl.when(~is_missing & number.is_finite()).then(number)
    cells = cells.with_columns(value=value, is_bad=~is_missing & ~number.is_finite().fill_null(value=False))
    has_label = pl.col("label").fill_null("") != ""
    return cells.with_columns(
        value=pl.when(has_label & pl.col("at_utc").is_not_null()).then("value"), has_label=has_label
    )


def _judge(cells: pl.DataFrame) -> pl.DataFrame:
    seen = pl.struct("label", "at_utc", "value").is_first_distinct()
    per_cell = cells.with_columns(is_again=pl.col("value").is_not_null() & ~seen)
    has_value = pl.col("value").is_not_null()
    text, label = (pl.col(name).str.head(SHOWN_CHARACTERS) for name in ("text", "label"))
    bad_text = pl.format("'{}' for series '{}' is not a number", text, label).filter("is_bad").first()
    records = per_cell.group_by("line_number", maintain_order=True).agg(
        reason=pl.when(pl.col("at_utc").first().is_null())
        .then(pl.col("time_reason").first())
        .when(~pl.col("has_label").first())
        .then(pl.lit("the series' label is empty"))
        .when(pl.col("is_bad").any() & ~has_value.any())
        .then(bad_text),
        is_duplicate=has_value.any() & (pl.col("is_again") | ~has_value).all(),
    )
    return records


def _note(loaded: pl.DataFrame) -> str | None:
    bad = loaded.filter("is_bad")
    if bad.is_empty():
        return None
    first = bad.row(0, named=True)
    labels = bad["label"].unique(maintain_order=True)
    return (
        f"{bad.height:,} cells are not numbers and count as missing, in {', '.join(map(repr, labels[:5]))} "
        f"(first: line {first['line_number']}, {first['text'][:SHOWN_CHARACTERS]!r})"
    )
