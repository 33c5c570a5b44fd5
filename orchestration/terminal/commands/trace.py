"""The command ``diurnal trace``: traces of a series as CSV, Parquet or lines of an access log."""

from __future__ import annotations

import sys
from datetime import timedelta
from functools import partial
from pathlib import Path

import click

from orchestration.home import Home
from orchestration.terminal.command_line import Refusal, home_option, sources_of


@click.command()
@home_option
@click.option("--series", "series_id", required=True, metavar="ID", help="Series, <source>/<label>.")
@click.option(
    "--model",
    type=click.Choice(["periodic", "arma"]),
    default="periodic",
    show_default=True,
    help="periodic: the forecaster, with the course of the day and the week; arma: the ARIMA of the last "
    "values, whose level goes on.",
)
@click.option("--days", type=click.IntRange(1, 7), help="Length in days.  [default: 1]")
@click.option("--hours", type=click.IntRange(1, 168), help="Length in hours instead.")
@click.option("--paths", type=click.IntRange(1), default=1, show_default=True, help="How many traces.")
@click.option(
    "--seed", type=click.IntRange(0), default=0, show_default=True, help="The same seed, the same traces."
)
@click.option(
    "--scale", type=float, default=1.0, show_default=True, help="Factor on every value: 1.3 is 30 % more."
)
@click.option(
    "--peaks/--no-peaks", "has_peaks", default=True, help="Put the outliers back.  [default: peaks]"
)
@click.option(
    "--format",
    "output",
    type=click.Choice(["csv", "parquet", "log"]),
    default="csv",
    show_default=True,
    help="log: lines in the combined format, whose bytes or requests add up to the trace; of web logs only.",
)
@click.option(
    "--log-paths",
    type=click.Choice(["real", "numbered"]),
    default="real",
    show_default=True,
    help="What the lines of a log ask for: the log's own paths, or /r/1, /r/2 and so on in their place.",
)
@click.option("--keep-queries", is_flag=True, help="Leave ?… in the paths; it often names a person.")
@click.option(
    "--output",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write, replaced if it is there; .gz packs it.  [default: standard output]",
)
def trace(
    home: Path,
    series_id: str,
    model: str,
    days: int | None,
    hours: int | None,
    paths: int,
    seed: int,
    scale: float,
    has_peaks: bool,
    output: str,
    log_paths: str,
    keep_queries: bool,
    file: Path | None,
) -> None:
    """Draw traces of what a series may do after the newest night, to size for.

    They resemble the series: its course of the day, its spread, how its errors go together, and its peaks.
    A log can be replayed; its clients are addresses of a private network.

    \b
    Examples:
      diurnal trace --home home --series metro/FRA_PAR_in --days 7 --paths 20 --output traces.csv
      diurnal trace --home home --series www/bytes --model arma --hours 6 --scale 1.3
      diurnal trace --home home --series www/requests --format log --output replay.log.gz
    """
    if days is not None and hours is not None:
        raise click.UsageError("--days and --hours contradict each other; say one of them")
    if not 0 < scale < float("inf"):
        raise click.BadParameter(f"{scale:g} must be a finite number above 0", param_hint="--scale")
    _refuse_format(output, paths, file)
    from assets.known_series import UnknownSeriesError, known_series
    from assets.traces import draw_traces
    from orchestration.terminal.reading import read_when_free
    from orchestration.terminal.trace_files import write_log, write_rows
    from warehouse import WarehouseError, read_query

    place = Home.at(home)
    countries = {source.name: source.holidays for source in sources_of(place).all}
    read = partial(read_query, place.published)
    try:
        series = known_series(read, series_id)
        traces = draw_traces(
            read,
            series,
            model=model,
            span=timedelta(hours=hours) if hours else timedelta(days=days or 1),
            n_paths=paths,
            seed=seed,
            scale=scale,
            country=countries.get(series.entry["source"]),
            has_peaks=has_peaks,
        )
        if output != "log":
            write_rows(traces, output, file)
            return
        options = {"has_real_paths": log_paths == "real", "has_queries": keep_queries}
        write_log(traces, series, partial(read_when_free, place), seed, file, **options)
    except (UnknownSeriesError, WarehouseError, ValueError) as error:
        raise Refusal(str(error)) from error
    except BrokenPipeError:  # `| head` has seen enough
        sys.stderr.close()
        sys.exit(0)
    except OSError as error:
        raise Refusal(f"{file} cannot be written: {error.strerror or error}") from error


def _refuse_format(output: str, paths: int, file: Path | None) -> None:
    if output == "log" and paths > 1:
        raise click.UsageError("a log holds one trace; leave --paths out, and say another --seed for another")
    if output == "parquet" and file is None:
        raise click.UsageError("Parquet is not for a terminal; say --output FILE")
