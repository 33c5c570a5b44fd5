"""Shows the rows of a query or writes them to a file: a table for people, CSV, JSON, Parquet for programs."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import polars as pl
import polars.selectors as cs
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from assets.printable import printable
from orchestration.terminal.formula_guard import guarded
from warehouse.building import whole_file

TABLE_ROWS = 100
WIDEST = 100_000


def show_rows(rows: pl.DataFrame, output: str, *, is_raw: bool = False) -> None:
    """Write rows to standard output.

    Parameters
    ----------
    rows : polars.DataFrame
        What a query returned.
    output : {"table", "csv", "json"}
        How. A table shows at most 100 rows and says how many there are; on a terminal that is too narrow for
        it, each row is shown as a list of its columns.
    is_raw : bool
        Whether a CSV has its texts as they are; else those that begin like a formula get a quote before them.
    """
    if output == "table":
        _show_table(Console(), rows)
    else:
        sys.stdout.write(_content(rows, output, is_raw).decode())


def write_rows(rows: pl.DataFrame, path: Path, output: str, *, is_raw: bool = False) -> None:
    """Write rows to a file, which is there as a whole or not at all.

    Parameters
    ----------
    rows : polars.DataFrame
        What a query returned.
    path : Path
        The file; a former one is replaced.
    output : {"csv", "json", "parquet"}
        Its format.
    is_raw : bool
        As of ``show_rows``.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    with whole_file(path) as building:
        building.write_bytes(_content(rows, output, is_raw))


def _content(rows: pl.DataFrame, output: str, is_raw: bool) -> bytes:
    if output != "parquet":
        rows = rows.with_columns(cs.binary().bin.encode("hex"))  # neither of the others has bytes
    if output == "csv":
        flat = _flat(rows)
        return (flat if is_raw else guarded(flat)).write_csv().encode()
    if output == "json":
        # JSON has no decimal type: sums of whole numbers come as such.
        return (rows.with_columns(cs.decimal().cast(pl.Float64)).write_json() + "\n").encode()
    content = io.BytesIO()
    rows.write_parquet(content)
    return content.getvalue()


def _flat(rows: pl.DataFrame) -> pl.DataFrame:
    """Write lists and structs as JSON, for CSV has neither."""
    texts = [
        pl.Series(
            name, [None if v is None else json.dumps(v, default=str) for v in rows[name].to_list()], pl.String
        )
        for name, kind in rows.schema.items()
        if kind.is_nested()
    ]
    return rows.with_columns(texts)


def _show_table(console: Console, rows: pl.DataFrame) -> None:
    shown = rows.head(TABLE_ROWS)
    table = _table(shown)
    width = console.measure(table, options=console.options.update(max_width=WIDEST)).maximum
    if console.is_terminal and width > console.width:
        for number, row in enumerate(shown.iter_rows(), start=1):
            console.print(_record(number, shown.columns, row))
    else:
        # A file or a pager has no edge that a line must keep within.
        console.width = max(width, console.width)
        console.print(table)
    rest = f", the first {TABLE_ROWS} shown; --format csv shows all" if rows.height > TABLE_ROWS else ""
    console.print(f"{rows.height:,} {'row' if rows.height == 1 else 'rows'}{rest}")


def _table(rows: pl.DataFrame) -> Table:
    table = Table()
    for name, kind in rows.schema.items():
        table.add_column(
            Text(printable(name)), justify="right" if kind.is_numeric() else "left", overflow="fold"
        )
    for row in rows.iter_rows():
        table.add_row(*(Text(_cell(value)) for value in row))
    return table


def _record(number: int, names: list[str], row: tuple[object, ...]) -> Table:
    record = Table(
        title=f"row {number}", title_justify="left", show_header=False, box=box.SIMPLE, pad_edge=False
    )
    record.add_column(no_wrap=True)
    record.add_column(overflow="fold")
    for name, value in zip(names, row, strict=True):
        record.add_row(Text(printable(name), style="bold"), Text(_cell(value)))
    return record


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else printable(str(value))
