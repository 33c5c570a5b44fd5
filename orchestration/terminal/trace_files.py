"""Writes traces: rows as CSV or Parquet, requests as lines of a log, part by part.

A file appears under its name when it is whole. What a trace is, and what a line holds, is not decided here.
"""

from __future__ import annotations

import gzip
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from assets.known_series import KnownSeries, Read
from assets.traces import Traces, requests_to_draw_from
from traffic.simulation.replayed_requests import (
    BYTES,
    REQUESTS,
    combined_lines,
    replayed_requests,
    request_pool,
)
from warehouse.building import whole_file

_PACKED = ".gz"


def write_rows(traces: Traces, output: str, file: Path | None) -> None:
    """Write traces as rows, ``path``, ``at_utc`` and ``value``, one trace behind the other.

    Parameters
    ----------
    traces : Traces
        What.
    output : {"csv", "parquet"}
        How.
    file : Path or None
        Where; None for standard output.
    """
    import polars as pl

    n_paths = traces.values.shape[0]
    with _opened(file) as stream:
        if output == "parquet":
            pl.concat([traces.rows(path) for path in range(n_paths)]).write_parquet(stream)
            return
        for path in range(n_paths):
            rows = traces.rows(path).write_csv(include_header=path == 0, datetime_format="%Y-%m-%d %H:%M:%S")
            stream.write(rows.encode("ascii"))


def write_log(
    traces: Traces,
    series: KnownSeries,
    read_warehouse: Read,
    seed: int,
    file: Path | None,
    *,
    has_real_paths: bool,
    has_queries: bool,
) -> None:
    """Write the first trace as lines of a log in the combined format, with progress on a terminal.

    Parameters
    ----------
    traces : Traces
        Of bytes or requests a step.
    series : KnownSeries
        Whose.
    read_warehouse : callable
        Reads the warehouse, where the requests are.
    seed : int
        State of chance.
    file : Path or None
        Where; None for standard output.
    has_real_paths, has_queries : bool
        As ``request_pool`` takes them.

    Raises
    ------
    ValueError
        If the series is not of a web log, or the log has nothing to replay.
    """
    source, _, label = series.series_id.partition("/")
    if series.entry["kind"] != "weblog" or label not in (BYTES, REQUESTS):
        raise ValueError(
            f"{series.series_id!r} is no series of a web log, whose lines could be drawn; --format csv or "
            "parquet has its values"
        )
    rng = np.random.default_rng([seed, 2])
    pool = request_pool(
        requests_to_draw_from(read_warehouse, source),
        rng,
        has_real_paths=has_real_paths,
        has_queries=has_queries,
    )
    trace, first_utc = traces.values[0], traces.at_utc[0]
    parts = replayed_requests(trace, first_utc, series.step_seconds, pool, rng, of=label)
    with _opened(file) as stream, _bar(trace.size, is_shown=file is not None) as advance:
        for done, requests in parts:
            stream.write(combined_lines(requests))
            advance(done)


@contextmanager
def _opened(file: Path | None) -> Iterator[IO[bytes]]:
    if file is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    with whole_file(file) as building, building.open("wb") as plain:
        if file.suffix == _PACKED:
            # Without name and time the same traces are the same bytes.
            with gzip.GzipFile(filename="", mode="wb", fileobj=plain, mtime=0) as packed:
                yield packed  # type: ignore[misc]
        else:
            yield plain


@contextmanager
def _bar(n_steps: int, *, is_shown: bool) -> Iterator[Callable[[int], None]]:
    console = Console(stderr=True)
    columns = (TextColumn("lines"), BarColumn(bar_width=24), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not (is_shown and console.is_terminal)) as bar:
        task = bar.add_task("lines", total=n_steps)
        yield lambda done: bar.update(task, completed=done)
