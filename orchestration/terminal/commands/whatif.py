"""The command ``diurnal whatif``: a link as it is beside the same link changed."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from orchestration.home import Home
from orchestration.terminal.command_line import Refusal, home_option, sources_of


@click.command()
@home_option
@click.option("--series", "series_id", required=True, metavar="ID", help="Link that is asked about.")
@click.option(
    "--scale",
    type=float,
    default=1.0,
    show_default=True,
    help="Factor on the load, on what --add brings too: 1.3 is 30 % more.",
)
@click.option(
    "--add",
    "added",
    metavar="ID",
    multiple=True,
    help="Link whose load comes onto it, as in a failover; may be said several times.",
)
@click.option("--capacity", metavar="QUANTITY", help="Another capacity, such as '20 Gbit/s'.")
@click.option(
    "--format",
    "output",
    type=click.Choice(["table", "csv", "json"]),
    default="table",
    show_default=True,
    help="csv and json have every hour and slot.",
)
def whatif(
    home: Path, series_id: str, scale: float, added: tuple[str, ...], capacity: str | None, output: str
) -> None:
    """Say what would become of a link with more load, another link's load or another capacity.

    The questions are those of planning.congestion and planning.outlook, answered as of the newest night for
    the link as it is and as it would be: how likely it is congested tonight, its busy hour, headroom, growth,
    when it is full, and the month's 95th percentile. What would be is told as if the link had been so all
    along, the month so far with it; the bill counts no more than the capacity. Hours are by the clock of the
    link. Nothing is written.

    \b
    Examples:
      diurnal whatif --home home --series metro/FRA_PAR_in --scale 1.3
      diurnal whatif --home home --series metro/FRA_PAR_in --add metro/FRA_AMS_in --capacity "100 Gbit/s"
      diurnal whatif --home home --series metro/FRA_PAR_in --capacity "20 Gbit/s" --format json
    """
    if not 0 < scale < float("inf"):
        raise click.BadParameter(f"{scale:g} must be a finite number above 0", param_hint="--scale")
    from assets.changed_links import capacity_in, read_links
    from orchestration.terminal.reading import read_when_free
    from orchestration.terminal.whatif_report import show_figures
    from traffic.planning.whatif import Question
    from traffic.planning.whatif import whatif as ask
    from warehouse import WarehouseBusyError, WarehouseError, read_query

    place = Home.at(home)
    sources = sources_of(place)
    names = (series_id, *added)
    remark = None
    try:
        try:
            first, links = read_links(partial(read_when_free, place), names)
        except WarehouseBusyError:
            first, links = read_links(partial(read_query, place.published), names)
            remark = "a night is being written: growth and run-out are those of the last sixty days"
        countries = {source.name: source.holidays for source in sources.all}
        question = Question(
            first.issued_at_utc,
            sources.platform.thresholds,
            sources.platform.runout_threshold,
            countries.get(first.entry["source"]),
        )
        figures = ask(
            links[0],
            question,
            others=links[1:],
            scale=scale,
            capacity=None if capacity is None else capacity_in(capacity, links[0]),
        )
    except (WarehouseError, ValueError) as error:
        raise Refusal(str(error)) from error
    changes = [f"scale {scale:g}"] if scale != 1 else []
    changes += [f"with {name}" for name in added]
    changes += [f"capacity {capacity}"] if capacity else []
    changed = ", ".join(changes) or "nothing changed"
    show_figures(figures, question, series_id, changed, output, remark, time_zone=links[0].time_zone)
