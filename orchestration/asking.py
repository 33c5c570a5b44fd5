"""Shows the rows of a query: as a table for people, as CSV or JSON for programs."""

from __future__ import annotations

import sys

import polars as pl
import polars.selectors as cs
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from assets.printable import printable

TABLE_ROWS = 100


def show_rows(rows: pl.DataFrame, output: str) -> None:
    """Write rows to standard output.

    Parameters
    ----------
    rows : polars.DataFrame
        What a query returned.
    output : {"table", "csv", "json"}
        How. A table shows at most 100 rows and says how many there are.
    """
    if output == "csv":
        sys.stdout.write(rows.write_csv())
    elif output == "json":
        # JSON has no decimal type: sums of whole numbers come as such.
        sys.stdout.write(rows.with_columns(cs.decimal().cast(pl.Float64)).write_json() + "\n")
    else:
        _show_table(rows)


def _show_table(rows: pl.DataFrame) -> None:
    console = Console()
    names = [printable(name) for name in rows.columns]
    cells = [[_cell(value) for value in row] for row in rows.head(TABLE_ROWS).iter_rows()]
    width = 1 + sum(3 + max(map(cell_len, column)) for column in zip(names, *cells, strict=True))
    if console.is_terminal and width > console.width:
        _print_records(console, names, cells)
    else:
        _print_table(Console(width=max(width, console.width)), names, cells, rows.dtypes)
    shown = f", the first {TABLE_ROWS} shown; --format csv shows all" if rows.height > TABLE_ROWS else ""
    console.print(f"{rows.height:,} rows{shown}")


def _print_table(
    console: Console, names: list[str], cells: list[list[str]], kinds: list[pl.DataType]
) -> None:
    table = Table()
    for name, kind in zip(names, kinds, strict=True):
        table.add_column(Text(name), justify="right" if kind.is_numeric() else "left")
    for row in cells:
        table.add_row(*map(Text, row))
    console.print(table)


def _print_records(console: Console, names: list[str], cells: list[list[str]]) -> None:
    # A row that does not fit is read more easily down than across.
    longest = max(map(cell_len, names))
    for number, row in enumerate(cells, start=1):
        console.print(Text(f"─ row {number} ", style="dim"))
        for name, value in zip(names, row, strict=True):
            console.print(Text.assemble((name.ljust(longest), "bold"), f"  {value}"), soft_wrap=True)


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else printable(str(value))
