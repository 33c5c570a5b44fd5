"""``diurnal sql``: questions to the published results."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from orchestration.home import Home
from orchestration.terminal.command_line import DONE, Refusal, home_option

FILE_FORMATS = ("csv", "json", "parquet")


@click.command()
@home_option
@click.option(
    "--warehouse", is_flag=True, help="Ask the warehouse itself, raw rows included, while no night writes."
)
@click.option(
    "--format",
    "output",
    type=click.Choice(["table", "csv", "json", "parquet"]),
    help="How rows are shown.  [default: table; of a file, by its name's ending]",
)
@click.option(
    "--output",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write a .csv, .json or .parquet instead of showing rows.",
)
@click.option(
    "--raw",
    "is_raw",
    is_flag=True,
    help="Leave texts of a CSV as they are, also those that a spreadsheet would run as a formula.",
)
@click.option("--ask", "question", metavar="NUMBER|NAME", help="Ask one of the ready questions.")
@click.argument("query", required=False)
def sql(
    home: Path,
    warehouse: bool,
    output: str | None,
    file: Path | None,
    is_raw: bool,
    question: str | None,
    query: str | None,
) -> None:
    """Ask the published results.

    QUERY is one DuckDB statement; - reads it from standard input. Nothing can be changed by it. Without one,
    the ready questions are listed, which --ask asks.

    \b
    Examples:
      diurnal sql --home home "SELECT * FROM raw.ingestion_summary"
      diurnal sql --home home --ask 1
      diurnal sql --home home --output tomorrow.parquet "FROM forecasts.latest_forecast"
    """
    output = _format_of(output, file, is_raw=is_raw)
    text = _asked(query, question)
    if text is None:
        sys.exit(DONE)
    from orchestration.terminal.asking import show_rows, write_rows
    from orchestration.terminal.reading import read_when_free
    from warehouse import QueryError, WarehouseError, read_query
    from warehouse.schema import UNPUBLISHED

    place = Home.at(home)
    try:
        rows = read_when_free(place, text) if warehouse else read_query(place.published, text)
        if file is None:
            show_rows(rows, output, is_raw=is_raw)
        else:
            write_rows(rows, file, output, is_raw=is_raw)
    except QueryError as error:
        is_kept = not warehouse and any(table in text for table in UNPUBLISHED)
        hint = "\n\nRaw rows are in the warehouse alone: ask it with --warehouse." if is_kept else ""
        raise Refusal(f"{error}{hint}") from error
    except WarehouseError as error:
        raise Refusal(str(error)) from error
    except OSError as error:
        raise Refusal(f"{file} cannot be written: {error.strerror or error}") from error


def _format_of(output: str | None, file: Path | None, *, is_raw: bool) -> str:
    """Return the format that rows are shown or written in, or refuse options that do not go together."""
    if file is not None and output is None:
        output = file.suffix.removeprefix(".").lower()
        if output not in FILE_FORMATS:
            raise click.BadParameter(
                f"{file} does not end in .csv, .json or .parquet: say --format", param_hint="--output"
            )
    if file is None and output == "parquet":
        raise click.BadParameter("parquet is no text: say where to, by --output FILE", param_hint="--format")
    if file is not None and output == "table":
        raise click.BadParameter("a table is only shown: csv, json or parquet", param_hint="--format")
    if is_raw and output != "csv":
        raise click.BadParameter("it is about CSV alone: add --format csv", param_hint="--raw")
    return output or "table"


def _asked(query: str | None, question: str | None) -> str | None:
    """Return the statement that is asked for; without one, list the ready questions."""
    from orchestration.terminal.ready_questions import UnknownQuestionError, listed, ready_question

    if query is not None and question is not None:
        raise click.UsageError("give a QUERY or --ask, not both")
    if question is not None:
        try:
            return ready_question(question).statement
        except UnknownQuestionError as error:
            raise click.BadParameter(str(error), param_hint="--ask") from error
    if query is None:
        click.echo(listed())
        return None
    return sys.stdin.read() if query == "-" else query
