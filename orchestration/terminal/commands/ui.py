"""``diurnal ui``: Dagster's UI and daemon."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from orchestration.home import Home
from orchestration.terminal.command_line import Refusal, home_option, writable


@click.command()
@home_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(1, 65535), default=3000, show_default=True, help="Port to listen on."
)
@click.option(
    "--open/--no-open",
    "show",
    default=None,
    help="Open the asset graph in a browser.  [default: on a terminal with a screen]",
)
def ui(home: Path, host: str, port: int, show: bool | None) -> None:
    """Open Dagster's UI on a home and keep its nightly schedule, until Ctrl-C.

    It opens on the asset graph, a box for each layer, and on any home; where sources.toml is absent or
    broken, the raw assets say so.

    \b
    Examples:
      diurnal ui --home home
      diurnal ui --home home --host 0.0.0.0 --port 8080 --no-open
    """
    from orchestration.terminal.ui import PortRefusedError, has_screen, serve

    if show is None:
        show = sys.stdout.isatty() and has_screen()
    try:
        sys.exit(serve(writable(Home.at(home)), host, port, show=show))
    except PortRefusedError as error:
        raise Refusal(str(error)) from error
