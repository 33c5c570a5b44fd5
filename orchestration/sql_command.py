"""What the words of ``diurnal sql`` ask for, and which of them do not go together.

How a query is run and its rows are shown is decided elsewhere.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from orchestration.asking import FILE_FORMATS
from orchestration.ready_questions import UnknownQuestionError, listed, ready_question


def format_of(output: str | None, file: Path | None, *, is_raw: bool) -> str:
    """Return the format that rows are shown or written in.

    Parameters
    ----------
    output : str or None
        As ``--format`` says.
    file : Path or None
        As ``--output`` says.
    is_raw : bool
        Whether ``--raw`` is said.

    Raises
    ------
    click.BadParameter
        If these do not go together.
    """
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


def asked(query: str | None, question: str | None) -> str | None:
    """Return the statement that is asked for; without one, list the ready questions.

    Parameters
    ----------
    query : str or None
        The statement; - reads it from standard input.
    question : str or None
        A ready question, as ``--ask`` says.

    Raises
    ------
    click.UsageError
        If both are given, or there is no such question.
    """
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
