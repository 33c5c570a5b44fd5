"""Shows the rows of a query: as a table for people, as CSV or JSON for programs."""

from __future__ import annotations

import sys

import polars as pl
import polars.selectors as cs
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
    table = Table()
    for name, kind in rows.schema.items():
        table.add_column(
            Text(printable(name)), justify="right" if kind.is_numeric() else "left", overflow="fold"
        )
    for row in rows.head(TABLE_ROWS).iter_rows():
        table.add_row(*(Text(_cell(value)) for value in row))
    console = Console()
    console.print(table)
    shown = f", the first {TABLE_ROWS} shown; --format csv shows all" if rows.height > TABLE_ROWS else ""
    console.print(f"{rows.height:,} rows{shown}")


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else printable(str(value))
