"""From the beginning of an unknown export to what sources.toml should say of it, with the reasons.

A suggestion for a person to look at: what cannot be told is named as a doubt. How exports are read is in the
other modules of this package.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence

import polars as pl

from traffic.parsing.content import lines_of
from traffic.parsing.export import excel
from traffic.parsing.export.column_roles import (
    PRTG_TIME,
    ColumnRoles,
    growing_series,
    step_seconds,
    time_column,
)
from traffic.parsing.export.csv_lines import (
    HEADER_WITHIN_LINES,
    SEPARATORS,
    csv_table,
    has_open_quote,
    separator_line,
    split_cells,
)
from traffic.parsing.export.header_units import column_units, stated_unit
from traffic.parsing.export.layout import (
    DEFAULT_TIME_FORMATS,
    ExportLayout,
    Form,
    RecordTable,
    RefusedExportError,
    Shape,
)
from traffic.parsing.export.presets import Preset
from traffic.parsing.export.reading import content_form, read_export, refuse_other_text
from traffic.parsing.export.suggestion import Suggestion
from traffic.parsing.export.typed_tables import damage_refused, typed_table
from traffic.parsing.export.values import decimal_mark
from traffic.parsing.quantity import UNKNOWN_UNIT, is_rate

LOOKED_AT_ROWS = 20_000
LEAST_SHARE = 0.5
SHOWN_SERIES = 3


def recognise_export(content: bytes) -> Suggestion:
    """Propose how to read an export.

    Parameters
    ----------
    content : bytes
        Its decompressed beginning; the whole of it unless it is CSV.

    Returns
    -------
    Suggestion
        Names and formats of the file; every doubt is said.

    Raises
    ------
    RefusedExportError
        If it has no header, no column of times, or no column of values.
    """
    form = content_form(content)
    if form in ("json", "xml"):
        return _of_data_points(content, form)
    table, separator = _table(content, form)
    cells = table.cells.head(LOOKED_AT_ROWS)
    found = ColumnRoles(table.header, *time_column(cells, table.header))
    found.find_hour(cells)
    found.find_values(cells)
    return _suggestion(form, separator, found, cells)


def _of_data_points(content: bytes, form: Form) -> Suggestion:
    parsed = read_export([content], ExportLayout("long", "time"))
    presets: dict[str, Preset] = {"Prometheus": "prometheus", "Zabbix": "zabbix", "RRD": "rrd"}
    preset = presets.get(parsed.form.split()[0], "aws_cloudwatch")
    step = step_seconds(parsed.samples.select("label", time="at_utc"))
    return Suggestion(
        form=form,
        preset=preset,
        shape="single" if preset == "aws_cloudwatch" else "long",
        time_column="timestamp" if preset == "aws_cloudwatch" else "time",
        series_column=None if preset == "aws_cloudwatch" else "series",
        value_column="value",
        step_seconds=step,
        reasons=(f"its keys are those of {parsed.form.removesuffix(' long')}",),
        doubts=(
            "the file does not say its unit; write unit",
            *(() if step else ("it shows no step; write step",)),
            *_counter_doubts(parsed.samples.rename({"at_utc": "time"})),
        ),
    )


def _unit_doubt(columns: Sequence[str]) -> str:
    """Say why the header settles no unit for these columns."""
    stated = {column: unit for column in columns if (unit := stated_unit(column)[1])}
    if not stated:
        return "the header does not say the unit; write unit"
    units = ", ".join(sorted(set(stated.values())))
    if len(stated) < len(columns):
        without = next(column for column in columns if column not in stated)
        return (
            f"the header states a unit ({units}) for {len(stated)} of {len(columns)} columns, and none for "
            f'{without!r}; write unit, or name in columns those that state one and write unit = "header"'
        )
    return (
        f"the header states units of several kinds ({units}), and a source has one unit; make a source for "
        'each kind: name its columns in columns, and write unit = "header", which brings prefixes to one'
    )


def _counter_doubts(samples: pl.DataFrame) -> list[str]:
    growing = growing_series(samples)
    if not growing:
        return []
    shown = ", ".join(map(repr, growing[:SHOWN_SERIES])) + (", …" if len(growing) > SHOWN_SERIES else "")
    apart = "" if len(growing) == samples["label"].n_unique() else ", in a source of their own"
    return [
        f"the values of {shown} are whole numbers that grow and never fall, as the readings of a counter do; "
        f'if they are, write measures = "counter"{apart}'
    ]


def _suggestion(form: Form, separator: str | None, found: ColumnRoles, cells: pl.DataFrame) -> Suggestion:
    reasons = [f"the times stand in {found.time!r}: {found.reading.reason}"]
    doubts = [*([found.reading.doubt] if found.reading.doubt else []), *found.doubts]
    if separator is not None and separator != ",":
        reasons.insert(0, f"{separator!r} splits the header and the rows into the same number of cells")
    shape, value_column = _shape(found, reasons, doubts)
    preset, values = _preset(found, separator, form)
    mark = decimal_mark(pl.concat(cells[name] for name in values))
    if mark is None:
        doubts.append("its commas may stand before decimals or between thousands; write decimal")
    unit = column_units([value_column] if value_column else values, UNKNOWN_UNIT).unit
    if unit == UNKNOWN_UNIT:
        doubts.append(_unit_doubt([value_column] if value_column else values))
    if unit == UNKNOWN_UNIT or not is_rate(unit):  # no counter counts bits in a second
        doubts.extend(_counter_doubts(found.samples(cells)))
    step = found.step_seconds(cells)
    if step is None:
        doubts.append("it shows no step; write step")
    is_default = found.reading.formats == DEFAULT_TIME_FORMATS
    return Suggestion(
        form=form,
        preset=preset,
        shape=shape,
        time_column=found.time,
        time_formats=() if is_default else found.reading.formats,
        hour_column=found.hour,
        columns=tuple(values) if shape == "wide" and (found.others or values != found.values) else (),
        series_column=found.series,
        value_column=value_column,
        separator=separator if separator not in (",", None) else None,
        decimal="," if mark == "," else None,
        unit="header" if unit != UNKNOWN_UNIT else None,
        step_seconds=step,
        reasons=tuple(reasons),
        doubts=tuple(doubts),
    )


def _shape(found: ColumnRoles, reasons: list[str], doubts: list[str]) -> tuple[Shape, str | None]:
    if found.series is not None:
        reasons.append(f"{found.series!r} tells the series apart, of which each has one row a time")
        if len(found.values) > 1:
            doubts.append(
                f"of {', '.join(map(repr, found.values))} one can be value_column; the first is taken"
            )
        return "long", found.values[0]
    if len(found.values) == 1:
        reasons.append(f"{found.values[0]!r} is its one column of numbers")
        return "single", found.values[0]
    reasons.append(f"each of {len(found.values)} columns of numbers is a series")
    return "wide", None


def _preset(found: ColumnRoles, separator: str | None, form: Form) -> tuple[Preset | None, list[str]]:
    """Return the preset of the program whose header it is, and the value columns that hold then."""
    values = found.values
    if form != "csv":
        return None, values
    if found.time == PRTG_TIME:
        raw = [
            name
            for name in values
            if name.endswith("(RAW)") and not name.startswith(("Coverage", "Downtime"))
        ]
        speed = [name for name in raw if "(speed)" in name.lower()]
        return "prtg", speed or raw or values
    if found.header == ["timestamp", "value"]:
        return "aws_cloudwatch", values
    if found.time == "Time" and found.header[0] == "Time" and any("{" in name for name in values):
        return "grafana", values
    return None, values


def _table(content: bytes, form: Form) -> tuple[RecordTable, str | None]:
    if form == "excel":
        header = excel.first_header(content)
        return excel.excel_table(content, ExportLayout("wide", header[0], value_columns=tuple(header[1:])))[
            0
        ], None
    if form == "parquet":
        with damage_refused("Parquet"):
            frame = pl.scan_parquet(io.BytesIO(content)).head(LOOKED_AT_ROWS).collect()
        if frame.width == 0:
            raise RefusedExportError("it has no columns")
        return typed_table(frame, ExportLayout("wide", frame.columns[0]), "parquet", first_row=1), None
    refuse_other_text(content)
    whole = content[: content.rfind(b"\n") + 1] or content  # the last line of a beginning may be cut
    lines = lines_of([whole])
    if lines.is_empty():
        raise RefusedExportError("the file is empty")
    separator, header = _separator(lines["line"].drop_nulls().to_list()[: 10 * HEADER_WITHIN_LINES])
    named = [name for name in header if name]
    layout = ExportLayout("wide", named[0], value_columns=tuple(named[1:]), separator=separator)
    return csv_table(lines, layout), separator


def _separator(first: Sequence[str]) -> tuple[str, list[str]]:
    """Find the separator by which a line without numbers and most lines after it have equally many cells."""
    content = [line for line in first if line.strip() and not line.lstrip().startswith("#")]
    stated = separator_line(content[0]) if content else None
    best: tuple[tuple[float, int, int], str, list[str]] | None = None
    for separator in (stated,) if stated else SEPARATORS:
        rows = [[cell.strip() for cell in split_cells(line, separator) or []] for line in content]
        for place, row in enumerate(rows[:HEADER_WITHIN_LINES]):
            if len(row) < 2 or any(_looks_like_data(cell) for cell in row) or len({*filter(None, row)}) < 2:
                continue
            after = rows[place + 1 :]
            share = sum(len(one) == len(row) for one in after) / len(after) if after else 0.0
            score = share, len(row), -place
            if best is None or score > best[0]:
                best = score, separator, row
    if best is None or best[0][0] < LEAST_SHARE:
        raise RefusedExportError(
            "no separator (',', ';', tab, '|') splits a header and the lines after it into equally many "
            f"columns; {_why_not_split(content[:HEADER_WITHIN_LINES])}"
        )
    return best[1], best[2]


def _why_not_split(first: Sequence[str]) -> str:
    if first and has_open_quote(first[0]):
        return "a quote of its first line is not closed: a name may not hold a line break"
    return "does the file have a header?"


def _looks_like_data(cell: str) -> bool:
    return re.fullmatch(r"[+-]?\d[\d.,:/ T+-]*Z?", cell) is not None
