"""``diurnal sources``: what sources.toml says, what it would read, and the entry for a file that it lacks."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from orchestration.home import Home
from orchestration.terminal.command_line import DONE, MISUSED, Refusal, home_option, sources_of


@click.command()
@home_option
@click.option(
    "--guess",
    "unknown",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="PATH",
    help="Look at a file and print the entry of sources.toml that would read it.",
)
def sources(home: Path, unknown: Path | None) -> None:
    """Check sources.toml and say what each source would read.

    The first file of an export is tried. It exits with 2 if a source has no file, or is an export of which no
    file was read and the first cannot be.

    \b
    Examples:
      diurnal sources --home home
      diurnal sources --guess /var/log/nginx/access.log
    """
    if unknown is not None:
        _show_guess(unknown)
        return
    from rich.console import Console

    from orchestration.terminal.source_report import show_sources

    place = Home.at(home)
    has_files = show_sources(Console(soft_wrap=True, emoji=False), place, sources_of(place))
    sys.exit(DONE if has_files else MISUSED)


def _show_guess(path: Path) -> None:
    from rich.console import Console

    from orchestration.terminal.guess import UnknownFileError, guess, show_guess

    try:
        show_guess(Console(soft_wrap=True, emoji=False), guess(path))
    except (UnknownFileError, OSError) as error:
        raise Refusal(f"{path} is not recognised: {error}") from error
