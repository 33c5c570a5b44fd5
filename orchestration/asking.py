"""Shows the rows of a query: as a table for people, as CSV or JSON for programs."""

from __future__ import annotations

import json
import sys

import polars as pl
import polars.selectors as cs
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from assets.printable import printable

TABLE_ROWS = 100
WIDEST = 100_000


def show_rows(rows: pl.DataFrame, output: str) -> None:
    """Write rows to standard output.

    Parameters
    ----------
    rows : polars.DataFrame
        What a query returned.
    output : {"table", "csv", "json"}
        How. A table shows at most 100 rows and says how many there are; on a terminal that is too narrow for
        it, each row is shown as a list of its columns.
    """
    if output == "csv":
        sys.stdout.write(_flat(rows).write_csv())
    elif output == "json":
        # JSON has no decimal type: sums of whole numbers come as such.
        sys.stdout.write(rows.with_columns(cs.decimal().cast(pl.Float64)).write_json() + "\n")
    else:
        _show_table(Console(), rows)


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
