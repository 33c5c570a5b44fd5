"""The command ``diurnal``: each subcommand parses its words, calls one function and says how it ended.

Exit codes: 0 the night is done; 1 a source failed as a whole, a blocking check failed, or something broke;
2 bad usage or configuration.
"""

from __future__ import annotations

import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from orchestration.command_parts import DONE, MISUSED, Refusal, home_option, sources_of
from orchestration.home import Home
from orchestration.trace_command import trace
from orchestration.whatif_command import whatif

MAX_NIGHTS = 366


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="diurnal")
def main() -> None:
    """Turn web-server logs and traffic exports into forecasts, every night.

    Try it on simulated data:

    \b
      diurnal demo --home home
      diurnal nightly --home home --nights 3
      diurnal sql --home home "FROM forecasts.latest_forecast LIMIT 5"
    """


@main.command()
@home_option
def demo(home: Path) -> None:
    """Write a simulated landing zone and its sources.toml into a home.

    The files are the same every time. Nothing is written if the home has a sources.toml already.
    """
    from orchestration.demo import DemoRefusedError, write_demo

    try:
        written = write_demo(_writable(Home.at(home)))
    except DemoRefusedError as error:
        raise Refusal(str(error)) from error
    click.echo(
        f"{written} simulated files and sources.toml written to {home}; now: diurnal nightly --home {home}"
    )


@main.command()
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

    \b
    Examples:
      diurnal sources --home home
      diurnal sources --guess /var/log/nginx/access.log
    """
    if unknown is not None:
        _show_guess(unknown)
        return
    from orchestration.source_report import show_sources

    place = Home.at(home)
    has_files = show_sources(Console(soft_wrap=True, emoji=False), place, sources_of(place))
    sys.exit(DONE if has_files else MISUSED)


@main.command()
@home_option
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The night: what is known before this date begins.  [default: the midnight after the newest record]",
)
@click.option(
    "--nights",
    type=click.IntRange(1, MAX_NIGHTS),
    default=1,
    show_default=True,
    help="How many nights, the last one being --as-of.",
)
@click.option(
    "--wait", default="1h", show_default=True, help="How long to wait for another run of this home."
)
def nightly(home: Path, as_of: Any, nights: int, wait: str) -> None:
    """Read what has landed, fit, forecast, check and publish.

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
    from orchestration.nightly_command import check_night, run_nights

    if last is not None and (fault := check_night(last, found)) is not None:
        raise click.BadParameter(fault, param_hint="--as-of")
    sys.exit(run_nights(_writable(place), found, last, nights, wait_seconds))


@main.command()
@home_option
@click.option(
    "--warehouse", is_flag=True, help="Ask the warehouse itself, raw rows included, while no night writes."
)
@click.option(
    "--format",
    "output",
    type=click.Choice(["table", "csv", "json"]),
    default="table",
    show_default=True,
    help="How rows are shown.",
)
@click.argument("query")
def sql(home: Path, warehouse: bool, output: str, query: str) -> None:
    """Ask the published results.

    QUERY is one DuckDB statement; - reads it from standard input. Nothing can be changed by it.

    \b
    Examples:
      diurnal sql --home home "SELECT * FROM raw.ingestion_summary"
      diurnal sql --home home --format csv - < sql/queries/01_which_links_will_be_busiest_tomorrow.sql
    """
    from orchestration.asking import show_rows
    from orchestration.reading import read_when_free
    from warehouse import QueryError, WarehouseError, read_query

    place = Home.at(home)
    text = sys.stdin.read() if query == "-" else query
    try:
        rows = read_when_free(place, text) if warehouse else read_query(place.published, text)
    except (QueryError, WarehouseError) as error:
        raise Refusal(str(error)) from error
    show_rows(rows, output)


@main.command()
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
    """Lay the two documents that Diurnal is built from beside this home's data, on one page.

    Figure by figure and number by number: theirs, ours, and how far they agree. What no night has read
    yet is read for this alone.

    \b
    Examples:
      diurnal reproduce --home home
      diurnal reproduce --home home --log epa-http.log.gz --series esnet/LOND_NEWY_in
    """
    from orchestration.reproduce import UnusableDataError, show_reproduction
    from orchestration.reproduce import reproduce as write_reproduction
    from warehouse import WarehouseError

    place = Home.at(home)
    try:
        found = write_reproduction(_writable(place), sources_of(place), log, series)
    except (UnusableDataError, WarehouseError) as error:
        raise Refusal(str(error)) from error
    sys.exit(show_reproduction(Console(soft_wrap=True, emoji=False), found))


@main.command()
@home_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(1, 65535), default=3000, show_default=True, help="Port to listen on."
)
def ui(home: Path, host: str, port: int) -> None:
    """Open Dagster's UI and run its daemon, with the nightly schedule, on a home.

    It opens on any home; where sources.toml is absent or broken, the raw assets say so.
    """
    from orchestration.ui import serve

    sys.exit(serve(_writable(Home.at(home)), host, port))


main.add_command(trace)
main.add_command(whatif)


def _writable(home: Home) -> Home:
    try:
        home.path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home.path):
            return home
    except OSError as error:
        raise Refusal(
            f"{home.path} cannot be written ({error.strerror}); mend its rights or name another --home"
        ) from error


def _show_guess(path: Path) -> None:
    from orchestration.guess import UnknownFileError, guess, show_guess

    try:
        show_guess(Console(soft_wrap=True, emoji=False), guess(path))
    except (UnknownFileError, OSError) as error:
        raise Refusal(f"{path} is not recognised: {error}") from error
