"""``diurnal sql``: questions to the published results."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from orchestration.command_line import Refusal, home_option
from orchestration.home import Home


@click.command()
@home_option
@click.option(
    "--warehouse", is_flag=True, help="Ask the warehouse itself, raw rows included, while no night writes."
)
@click.option(
    "--format",
    "output",
    type=click.Choice(["table", "csv", "json"]),
    default="table",
    show_default=True,
    help="How rows are shown.",
)
@click.argument("query")
def sql(home: Path, warehouse: bool, output: str, query: str) -> None:
    """Ask the published results.

    QUERY is one DuckDB statement; - reads it from standard input. Nothing can be changed by it.

    \b
    Examples:
      diurnal sql --home home "SELECT * FROM raw.ingestion_summary"
      diurnal sql --home home --warehouse "SELECT * FROM raw.rejected_lines LIMIT 10"
      diurnal sql --home home --format csv - < sql/queries/01_which_links_will_be_busiest_tomorrow.sql
    """
    from orchestration.asking import show_rows
    from orchestration.reading import read_when_free
    from warehouse import QueryError, WarehouseError, read_query
    from warehouse.schema import UNPUBLISHED

    place = Home.at(home)
    text = sys.stdin.read() if query == "-" else query
    try:
        rows = read_when_free(place, text) if warehouse else read_query(place.published, text)
    except QueryError as error:
        is_raw = not warehouse and any(table in text for table in UNPUBLISHED)
        hint = "\n\nRaw rows are in the warehouse alone: ask it with --warehouse." if is_raw else ""
        raise Refusal(f"{error}{hint}") from error
    except WarehouseError as error:
        raise Refusal(str(error)) from error
    show_rows(rows, output)
