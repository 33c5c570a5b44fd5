"""``diurnal demo``: a simulated landing zone to try things on."""

from __future__ import annotations

from pathlib import Path

import click

from orchestration.home import Home
from orchestration.terminal.command_line import Refusal, home_option, writable


@click.command()
@home_option
def demo(home: Path) -> None:
    """Write a simulated landing zone and its sources.toml into a home.

    The files are the same every time. Nothing is written if the home has a sources.toml already.

    \b
    Examples:
      diurnal demo --home home
    """
    from orchestration.terminal.demo import DemoRefusedError, write_demo

    try:
        written = write_demo(writable(Home.at(home)))
    except DemoRefusedError as error:
        raise Refusal(str(error)) from error
    click.echo(
        f"{written} simulated files and sources.toml written to {home}; now: diurnal nightly --home {home}"
    )
