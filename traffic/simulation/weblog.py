"""Four days of two simulated web logs, as the files that the servers would leave.

A line is written when its request ends and stamped with its beginning, so stamps run back by seconds now
and then, as on every busy server. Drawing requests belongs to ``weblog_requests``.
"""

from __future__ import annotations

import gzip
import io
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from traffic.simulation.courses import random_stream
from traffic.simulation.malformed_lines import draw_malformed_lines
from traffic.simulation.truth import FileTruth, WeblogDayTruth
from traffic.simulation.weblog_content import Website
from traffic.simulation.weblog_requests import draw_requests

LINE_FORMATS = {
    "common": '{} - {} {} "{}" {} {}',
    "combined": '{} - {} {} "{}" {} {} "{}" "{}"',
}
LINE_COLUMNS = ("host", "user", "stamp", "request", "status", "size", "referrer", "agent")


@dataclass(frozen=True)
class WeblogFile:
    """One day's log and what is known about it.

    Parameters
    ----------
    path : str
        Where it belongs in the home folder.
    content : bytes
        As on disk, compressed or not.
    file_truth : FileTruth
        Counts of its lines.
    day_truth : WeblogDayTruth
        Totals of its good lines.
    """

    path: str
    content: bytes
    file_truth: FileTruth
    day_truth: WeblogDayTruth


def simulate_weblog_day(website: Website, day: date, seed: int, *, is_compressed: bool) -> WeblogFile:
    """One local day of one web log.

    Parameters
    ----------
    website : Website
        Server and audience.
    day : date
        Local day.
    seed : int
        Seed of the landing zone, not negative.
    is_compressed : bool
        Whether log rotation has packed the file with gzip already.

    Returns
    -------
    WeblogFile
        Path, content and truth.
    """
    rng = random_stream(seed, "weblog", website.source, day.isoformat())
    requests = draw_requests(rng, website, day)
    good = _write_lines(requests, website.format)
    malformed = draw_malformed_lines(rng, good)
    places = np.sort(rng.integers(0, len(good) + 1, size=len(malformed)))
    lines = np.insert(np.array(good, dtype=object), places, [line.text for line in malformed]).tolist()
    # One character is one byte here (Latin-1), so bytes that are no UTF-8 pass through whole.
    plain = "".join(f"{line}\n" for line in lines).encode("latin-1")
    name = f"landing/weblogs/{website.source}/access.log-{day:%Y%m%d}"
    kinds = [line.kind for line in malformed]
    return WeblogFile(
        path=f"{name}.gz" if is_compressed else name,
        content=_pack(plain) if is_compressed else plain,
        file_truth=FileTruth(
            source=website.source,
            lines_read=len(lines),
            lines_skipped=0,
            records_loaded=len(good),
            records_rejected=len(malformed),
            rows_written=len(good),
            rejected_by_kind={kind: kinds.count(kind) for kind in sorted(set(kinds))},
        ),
        day_truth=_sum_up(requests),
    )


def _write_lines(requests: pl.DataFrame, line_format: str) -> list[str]:
    """Write the good lines, one character a byte."""
    template = LINE_FORMATS[line_format]
    columns = LINE_COLUMNS[: template.count("{}")]
    sized = requests.with_columns(size=pl.col("bytes_sent").cast(pl.String).fill_null("-"))
    return sized.select(line=pl.format(template, *columns))["line"].to_list()


def _sum_up(requests: pl.DataFrame) -> WeblogDayTruth:
    """Totals of the good lines."""
    return WeblogDayTruth(
        requests=requests.height,
        bytes_sent=int(requests["bytes_sent"].sum()),
        missing_sizes=requests["bytes_sent"].null_count(),
    )


def _pack(plain: bytes) -> bytes:
    """Gzip without time or name, so that the same content gives the same bytes."""
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=packed, mtime=0) as stream:
        stream.write(plain)
    return packed.getvalue()
