"""What the subcommands of ``diurnal`` have in common: exit codes, ``--home``, refusals, a home's sources."""

from __future__ import annotations

import tempfile
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
        show_envvar=True,
        help="Folder of the installation.",
    )(command)


class Refusal(click.ClickException):
    """A sentence for the person who typed the command, and exit code 2."""

    exit_code = MISUSED

    def format_message(self) -> str:
        """Return the sentence, which may quote a file: a terminal must not obey it."""
        from assets.printable import printable_lines

        return printable_lines(self.message)


def writable(home: Home) -> Home:
    """Return the home, made if absent, or refuse one that cannot be written."""
    try:
        home.path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home.path):
            return home
    except OSError as error:
        raise Refusal(
            f"{home.path} cannot be written ({error.strerror}); mend its rights or name another --home"
        ) from error


def sources_of(home: Home) -> Any:
    """Return what a home's sources.toml says, an ``assets.sources.Sources``, or refuse it in a sentence."""
    from assets.sources import SourcesError, read_sources

    try:
        return read_sources(home.sources_toml)
    except SourcesError as error:
        raise Refusal(str(error)) from error
