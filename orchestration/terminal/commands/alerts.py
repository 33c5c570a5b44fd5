"""``diurnal alerts``: what is open, what never arrived, and a test of a channel."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from orchestration.home import Home
from orchestration.terminal.command_line import Refusal, home_option, sources_of


@click.command()
@home_option
@click.option(
    "--test", "channel", metavar="CHANNEL", help="Send a test through this channel of sources.toml."
)
def alerts(home: Path, channel: str | None) -> None:
    """List the open events and what did not arrive, or test a channel.

    An event begins when a rule of sources.toml holds, and is told once. A test makes one attempt and says
    what the server answered.

    \b
    Examples:
      diurnal alerts --home home
      diurnal alerts --home home --test ops
    """
    from rich.console import Console

    from orchestration.terminal.alerts_report import UnknownChannelError, show_alerts, try_channel
    from warehouse import WarehouseError

    place = Home.at(home)
    console = Console(soft_wrap=True, emoji=False)
    try:
        found = sources_of(place)
        sys.exit(
            show_alerts(console, place, found)
            if channel is None
            else try_channel(console, place, found, channel)
        )
    except (UnknownChannelError, WarehouseError) as error:
        raise Refusal(str(error)) from error
