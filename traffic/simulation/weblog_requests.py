"""The requests of one simulated day: when they come, who asks for what, and how much is sent.

Columns in, columns out. How a request looks as a line of a log belongs to ``weblog``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
from numpy.typing import NDArray

from traffic.simulation import weblog_content as content
from traffic.simulation.courses import EVENING_WEIGHT, OFFICE_WEIGHT, day_course, lognormal_noise

DAY_SECONDS = 86_400
BURST_SECONDS = 120
# Pareto tail with a mean but no variance, cut where a real server's largest file would end it.
TAIL_INDEX = 1.4
LARGEST_BYTES = 200e6
SHARE_OVERTAKEN = 0.02
LONGEST_SECONDS = 20
LINES_PER_ODD_REQUEST = 500


def draw_requests(rng: np.random.Generator, website: content.Website, day: date) -> pl.DataFrame:
    """Draw the requests of one local day in the order in which their lines are written.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where the draws come from.
    website : Website
        Server and audience.
    day : date
        Local day.

    Returns
    -------
    polars.DataFrame
        ``host``, ``user``, ``stamp`` (with brackets and offset), ``request`` (one character a byte),
        ``status``, ``bytes_sent`` (null where the log has ``-``), ``referrer``, ``agent``.
    """
    seconds = _draw_seconds(rng, website, day)
    n = seconds.size
    midnight = datetime.combine(day, time(), ZoneInfo(website.time_zone))
    local = pl.Series(np.datetime64(midnight.replace(tzinfo=None), "us") + seconds.astype("timedelta64[s]"))
    method = rng.choice(len(content.METHODS), size=n, p=content.METHOD_SHARES)
    status = rng.choice(content.STATUSES, size=n, p=content.STATUS_SHARES)
    kind = _draw_kinds(rng, website.pages, n)
    return pl.DataFrame(
        {
            "host": _favour_first(rng, website.hosts, n),
            "user": _favour_first(rng, website.users, n),
            # The days of the simulated logs hold no change of the clock, so midnight's offset is the day's.
            "stamp": local.dt.strftime(f"[%d/%b/%Y:%H:%M:%S {midnight:%z}]"),
            "request": _write_requests(rng, website.pages, kind, method),
            "status": status,
            "bytes_sent": _draw_sizes(rng, website.pages, kind, status).set(
                pl.Series((status == 304) | (method == content.METHODS.index("HEAD"))), None
            ),
            "referrer": _favour_first(rng, content.REFERRERS, n),
            "agent": _favour_first(rng, content.AGENTS, n),
        }
    )


def _draw_seconds(rng: np.random.Generator, website: content.Website, day: date) -> NDArray[np.int64]:
    """Seconds since local midnight at which each request began, in the order in which they ended."""
    minute = np.arange(0, DAY_SECONDS, BURST_SECONDS) / 60
    weekday = day.weekday()
    course = day_course(
        minute, OFFICE_WEIGHT[[weekday]], website.evening * EVENING_WEIGHT[[weekday]], website.night
    )
    bursts = course / course.sum() * lognormal_noise(rng, minute.size, slow_sd=0.15, carry=0.9, quick_sd=0.1)
    per_second = np.repeat(bursts * website.daily_requests[weekday] / BURST_SECONDS, BURST_SECONDS)
    begun = np.repeat(np.arange(DAY_SECONDS), rng.poisson(per_second))
    # Most answers take a fraction of a second; a few take long enough to be overtaken.
    lasted = 0.2 * rng.exponential(size=begun.size)
    lasted += (rng.random(begun.size) < SHARE_OVERTAKEN) * rng.uniform(1, LONGEST_SECONDS, size=begun.size)
    return begun[np.argsort(begun + lasted, kind="stable")]


def _favour_first(rng: np.random.Generator, choices: Sequence[str], n: int) -> pl.Series:
    """Draws among the choices, the earlier ones far more often than the later."""
    return _gather(choices, (len(choices) * rng.random(n) ** 3).astype(np.int64))


def _gather(choices: Sequence[str], index: NDArray[np.int64]) -> pl.Series:
    """Pick strings by their positions."""
    return pl.Series(list(choices), dtype=pl.String).gather(index)


def _draw_kinds(rng: np.random.Generator, pages: Sequence[content.PageKind], n: int) -> NDArray[np.int64]:
    """Index of the family of pages that each request asks for."""
    weight = np.array([page.weight for page in pages])
    return rng.choice(len(pages), size=n, p=weight / weight.sum())


def _write_requests(
    rng: np.random.Generator,
    pages: Sequence[content.PageKind],
    kind: NDArray[np.int64],
    method: NDArray[np.int64],
) -> pl.Series:
    """Request lines; every so often, an odd one instead of a plain one."""
    n = kind.size
    count = np.array([page.pages for page in pages])[kind]
    number = pl.Series(1 + (count * rng.random(n)).astype(np.int64)).cast(pl.String)
    protocol = rng.choice(len(content.PROTOCOLS), size=n, p=content.PROTOCOL_SHARES)
    columns = {
        "method": _gather(content.METHODS, method),
        "prefix": _gather([page.prefix for page in pages], kind),
        "number": number.set(pl.Series(count == 1), ""),
        "suffix": _gather([page.suffix for page in pages], kind),
        "protocol": _gather(content.PROTOCOLS, protocol),
    }
    plain = pl.DataFrame(columns).select(
        request=pl.format("{} {}{}{} {}", "method", "prefix", "number", "suffix", "protocol")
    )["request"]
    odd = max(len(content.ODD_REQUESTS), n // LINES_PER_ODD_REQUEST)
    where = np.sort(rng.choice(n, size=odd, replace=False))
    return plain.scatter(where, _gather(content.ODD_REQUESTS, np.arange(odd) % len(content.ODD_REQUESTS)))


def _draw_sizes(
    rng: np.random.Generator,
    pages: Sequence[content.PageKind],
    kind: NDArray[np.int64],
    status: NDArray[np.int64],
) -> pl.Series:
    """Bytes of each answer: lognormal about the page's median, with a Pareto tail; errors are short."""
    median = np.array([page.median_bytes for page in pages])[kind]
    median = np.where(np.isin(status, (200, 206)), median, 350.0)
    tail = np.where(np.isin(status, (200, 206)), 1 + rng.pareto(TAIL_INDEX, size=kind.size), 1.0)
    size = median * np.exp(0.5 * rng.standard_normal(kind.size)) * tail
    return pl.Series(np.minimum(size, LARGEST_BYTES).astype(np.int64))
