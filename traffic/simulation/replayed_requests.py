"""Requests whose bytes, or whose number, add up to a trace exactly, as lines of an access log.

What is asked for is drawn from the requests of a real log; who asks is nobody: clients are addresses of a
private network, and no line says more of them. Drawing the trace belongs to ``traces``.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final
from urllib.parse import quote

import numpy as np
import polars as pl
from numpy.typing import NDArray

BYTES: Final = "bytes"
REQUESTS: Final = "requests"
AGENT: Final = "diurnal-trace"
"""Says of every line that it was simulated."""

LINES_AT_ONCE: Final = 200_000
MAX_STEP_LINES: Final = 5_000_000
"""Of one step, which is held at once."""
MAX_HOSTS: Final = 1 << 24
_MAX_ROUNDS: Final = 64
_SPARE_DRAWS: Final = 8
_PRINTABLE: Final = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in '"\\')
_LINE: Final = '{} - - {} "{}" {} {} "-" "{}"'

Ints = NDArray[np.int64]


def request_pool(
    requests: pl.DataFrame,
    rng: np.random.Generator,
    *,
    has_real_paths: bool = True,
    has_queries: bool = False,
) -> pl.DataFrame:
    """Make what requests are drawn from: a log's own, without the people behind them.

    Parameters
    ----------
    requests : polars.DataFrame
        ``host``, ``method``, ``path``, ``protocol``, ``status``, ``bytes_sent``, of one log.
    rng : numpy.random.Generator
        Hands out the addresses.
    has_real_paths : bool
        Otherwise paths are numbered, ``/r/0``, ``/r/1``, in no order that tells anything.
    has_queries : bool
        Whether paths keep what follows the question mark, which often names a person or a session.

    Returns
    -------
    polars.DataFrame
        ``host`` (10.x.x.x, one for each client), ``request``, ``status``, ``size``.

    Raises
    ------
    ValueError
        If no request has a method and a path that can be asked for again.
    """
    usable = requests.filter(
        pl.col("method").str.contains("^[A-Za-z]+$") & pl.col("path").str.starts_with("/")
    )
    if usable.is_empty():
        raise ValueError(
            "none of the log's requests has a method and a path that begins with a slash: there is nothing "
            "to replay"
        )
    path = pl.col("path") if has_queries else pl.col("path").str.extract(r"^([^?]*)")
    usable = usable.with_columns(path)
    named = _asked_again(usable["path"]) if has_real_paths else _numbered(usable["path"], "/r/", rng)
    codes = _codes(usable["host"].fill_null("-"), rng) % MAX_HOSTS
    octets = [pl.Series(codes >> shift & 255).cast(pl.String) for shift in (16, 8, 0)]
    protocol = pl.when(pl.col("protocol").str.contains(r"^HTTP/[0-9.]+$")).then("protocol")
    return usable.with_columns(named).select(
        host=pl.select(pl.format("10.{}.{}.{}", *octets)).to_series(),
        request=pl.format("{} {} {}", "method", "path", protocol.fill_null("HTTP/1.1")),
        status=pl.col("status").fill_null(200),
        size=pl.col("bytes_sent").fill_null(0),
    )


def replayed_requests(
    trace: NDArray[np.float64],
    first_utc: datetime,
    step_seconds: int,
    pool: pl.DataFrame,
    rng: np.random.Generator,
    *,
    of: str,
    lines_at_once: int = LINES_AT_ONCE,
) -> Iterator[tuple[int, pl.DataFrame]]:
    """Turn a trace into requests, part by part.

    Parameters
    ----------
    trace : ndarray of shape (steps,)
        Whole numbers, 0 or more: bytes or requests a step.
    first_utc : datetime
        Beginning of the first step, naive UTC, on a whole second.
    step_seconds : int
        Width of a step.
    pool : polars.DataFrame
        From ``request_pool``.
    rng : numpy.random.Generator
        Source of what is drawn.
    of : {"bytes", "requests"}
        What the trace counts.
    lines_at_once : int
        About how many requests a part has; a single step is never cut.

    Yields
    ------
    done : int
        Steps that are written with this part.
    requests : polars.DataFrame
        ``at_utc`` (ascending, whole seconds), ``host``, ``request``, ``status``, ``size``.

    Raises
    ------
    ValueError
        If a step needs more than ``MAX_STEP_LINES`` requests.

    Notes
    -----
    For requests, each step draws as many from the pool. For bytes, it draws until they are reached, and the
    last request is cut to what is left, like a transfer that was broken off.
    """
    sizes = pool["size"].to_numpy().astype(np.int64)
    usual = max(float(sizes.mean()), 1.0) if of == BYTES else 1.0
    if (most := float(trace.max(initial=0.0)) / usual) > MAX_STEP_LINES:
        raise ValueError(
            f"a step of the trace needs some {most:.3g} requests, and at most {MAX_STEP_LINES:,} can be held "
            "at once; take a smaller scale"
        )
    totals = trace.astype(np.int64)
    parts = np.cumsum(np.maximum(totals / usual, 1.0)) // lines_at_once
    edges = [0, *(np.flatnonzero(np.diff(parts)) + 1).tolist(), totals.size]
    for first, last in pairwise(edges):
        mine = totals[first:last]
        if of == BYTES:
            step, row, size = _drawn_to_sum(mine, sizes, rng)
        else:
            step = np.repeat(np.arange(mine.size), mine)
            row = rng.integers(sizes.size, size=step.size)
            size = sizes[row]
        second = step * step_seconds + (rng.random(step.size) * step_seconds).astype(np.int64)
        order = np.argsort(second, kind="stable")
        start = np.datetime64(first_utc + timedelta(seconds=first * step_seconds), "us")
        at_utc = start + (second[order] * 1_000_000).astype("timedelta64[us]")
        yield (
            last,
            pool[row[order]].select(
                pl.Series("at_utc", at_utc), "host", "request", "status", size=pl.Series(size[order])
            ),
        )


def combined_lines(requests: pl.DataFrame) -> bytes:
    """Write requests as lines of the combined log format.

    Parameters
    ----------
    requests : polars.DataFrame
        ``at_utc``, ``host``, ``request``, ``status``, ``size``.

    Returns
    -------
    bytes
        Times are UTC; without identity, user and referrer, and with the agent ``diurnal-trace``.
    """
    stamp = pl.col("at_utc").dt.strftime("[%d/%b/%Y:%H:%M:%S +0000]")
    lines = requests.select(line=pl.format(_LINE, "host", stamp, "request", "status", "size", pl.lit(AGENT)))[
        "line"
    ]
    return "".join(f"{line}\n" for line in lines.to_list()).encode("ascii")


def _drawn_to_sum(totals: Ints, sizes: Ints, rng: np.random.Generator) -> tuple[Ints, Ints, Ints]:
    """Draw until each total is reached: step, row and size of each request."""
    left = totals.copy()
    usual = float(sizes.mean())
    drawn: list[tuple[Ints, Ints, Ints]] = []
    for _ in range(_MAX_ROUNDS if usual > 0 else 0):
        step = np.flatnonzero(left > 0)
        if step.size == 0:
            break
        n = np.ceil(left[step] / usual).astype(np.int64) + _SPARE_DRAWS
        row = rng.integers(sizes.size, size=int(n.sum()))
        total = np.cumsum(sizes[row])
        ends = np.cumsum(n)
        total -= np.repeat(np.concatenate([[0], total])[ends - n], n)
        owner = np.repeat(step, n)
        size = np.minimum(total, left[owner]) - (before := total - sizes[row])
        is_kept = before < left[owner]
        drawn.append((owner[is_kept], row[is_kept], size[is_kept]))
        left[step] -= np.minimum(total[ends - 1], left[step])
    rest = np.flatnonzero(left > 0)
    drawn.append((rest, rng.integers(sizes.size, size=rest.size), left[rest]))
    step, row, size = (np.concatenate(column) for column in zip(*drawn, strict=True))
    return step, row, size


def _asked_again(paths: pl.Series) -> pl.Series:
    """Paths as a client would send them: what no request line can hold is percent-encoded."""
    odd = paths.filter(paths.str.contains(r'[^!-~]|["\\]')).unique()
    mended = {path: quote(path, safe=_PRINTABLE) for path in odd}
    return paths.replace(mended) if mended else paths


def _numbered(words: pl.Series, front: str, rng: np.random.Generator) -> pl.Series:
    return (front + pl.Series(_codes(words, rng)).cast(pl.String)).alias(words.name)


def _codes(words: pl.Series, rng: np.random.Generator) -> Ints:
    """Return a number for each distinct word, handed out at random: neither order nor place tells it."""
    rank = words.rank("dense").to_numpy().astype(np.int64) - 1
    return np.asarray(rng.permutation(int(rank.max()) + 1)[rank], dtype=np.int64)
