"""What the subcommands of ``diurnal`` share: the option for the home, and how they refuse."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from orchestration.home import DEFAULT_HOME, HOME_VARIABLE, Home

DONE, FAILED, MISUSED = 0, 1, 2
Command = TypeVar("Command", bound=Callable[..., Any])


def home_option(command: Command) -> Command:
    """Add ``--home`` to a command."""
    return click.option(
        "--home",
        type=click.Path(path_type=Path, file_okay=False),
        envvar=HOME_VARIABLE,
        default=DEFAULT_HOME,
        show_default=True,
        help="Folder of the installation.",
    )(command)


class Refusal(click.ClickException):
    """A sentence for the person who typed the command, and exit code 2."""

    exit_code = MISUSED

    def format_message(self) -> str:
        """Return the sentence, which may quote a file: a terminal must not obey it."""
        from assets.printable import printable_lines

        return printable_lines(self.message)


def sources_of(home: Home) -> Any:
    """Read a home's sources.toml, or refuse it."""
    from assets.sources import SourcesError, read_sources

    try:
        return read_sources(home.sources_toml)
    except SourcesError as error:
        raise Refusal(str(error)) from error
