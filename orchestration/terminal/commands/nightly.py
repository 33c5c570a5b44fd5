"""``diurnal nightly``: nights, from what has landed to the published copy."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Any

import click

from orchestration.home import Home
from orchestration.terminal.command_line import home_option, sources_of, writable

MAX_NIGHTS = 366


@click.command()
@home_option
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="The night: what is known before this date begins.  [default: the one after the newest record]",
)
@click.option(
    "--nights",
    type=click.IntRange(1, MAX_NIGHTS),
    default=1,
    show_default=True,
    help="How many nights, the last one being --as-of.",
)
@click.option(
    "--wait",
    default="1h",
    show_default=True,
    metavar="DURATION",
    help="How long to wait for another run of this home, such as 30s, 10m or 0.",
)
def nightly(home: Path, as_of: Any, nights: int, wait: str) -> None:
    """Read what has landed, fit, forecast, check and publish.

    A night knows the data before its midnight and forecasts the 24 hours after it. Running it again replaces
    its rows.

    \b
    Examples:
      diurnal nightly --home home
      diurnal nightly --home home --as-of 1995-09-01
      diurnal nightly --home home --nights 14
    """
    from traffic.parsing.quantity import duration_seconds

    try:
        wait_seconds = 0 if wait == "0" else duration_seconds(wait)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--wait") from error
    place = Home.at(home)
    found = sources_of(place)
    last: date | None = as_of.date() if as_of else None
    from orchestration.terminal.nights_in_order import check_night, run_nights

    if last is not None and (fault := check_night(last, found)) is not None:
        raise click.BadParameter(fault, param_hint="--as-of")
    sys.exit(run_nights(writable(place), found, last, nights, wait_seconds))
