"""``diurnal reproduce``: the two documents that Diurnal is built from beside a home's data."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from orchestration.home import Home
from orchestration.terminal.command_line import Refusal, home_option, sources_of, writable


@click.command()
@home_option
@click.option(
    "--log",
    metavar="FILE|SOURCE",
    help="The web log for the post.  [default: the home's first in EPA's format, else its first]",
)
@click.option(
    "--series",
    metavar="ID",
    help="The series for the paper.  [default: the clearest of the first export with a whole week]",
)
def reproduce(home: Path, log: str | None, series: str | None) -> None:
    """Lay the documents that Diurnal is built from beside this home's data, on one page.

    Figure by figure and number by number: theirs, ours, and how far they agree. What no night has read
    yet is read for this alone.

    \b
    Examples:
      diurnal reproduce --home home
      diurnal reproduce --home home --log www --series metro/FRA_PAR_in
    """
    from rich.console import Console

    from assets.page.shell import PageNotWrittenError
    from orchestration.terminal.reproduce import UnusableDataError, show_reproduction
    from orchestration.terminal.reproduce import reproduce as write_reproduction
    from warehouse import WarehouseError

    place = Home.at(home)
    sources = sources_of(place)
    try:
        found = write_reproduction(writable(place), sources, log, series)
    except (PageNotWrittenError, UnusableDataError, WarehouseError) as error:
        raise Refusal(str(error)) from error
    sys.exit(show_reproduction(Console(soft_wrap=True, emoji=False), found))
