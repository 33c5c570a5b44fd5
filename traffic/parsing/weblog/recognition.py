"""Which format a log is in, told from its first lines by reading them with each.

What is done with the answer (asking for a month, refusing a file) belongs to the caller.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from traffic.parsing.weblog.formats import FORMATS
from traffic.parsing.weblog.layout import Layout
from traffic.parsing.weblog.reader import WebLogReader

# Any month of 31 days serves to see whether a line without one is good.
_SOME_MONTH = "2000-01"
# Longer lines tell nothing more, and every format would read them through.
_TELLING_BYTES = 1 << 16


@dataclass(frozen=True)
class Recognition:
    """What the first lines of a log look like.

    Parameters
    ----------
    name : str or None
        A key of ``formats.FORMATS``, None if no format reads any of the lines.
    share : float
        Of the lines that are neither blank nor comments, those that it reads, from 0 to 1.
    sentence : str
        Which format and why, for people.
    """

    name: str | None
    share: float
    sentence: str


def recognise_format(lines: pl.Series) -> Recognition:
    """Find the format that reads most of some lines; of equals, the more specific.

    Parameters
    ----------
    lines : polars.Series of String
        The first lines of a log.

    Returns
    -------
    Recognition
    """
    read = {name: share_read(layout, lines) for name, layout in FORMATS.items()}
    specific = {name: place for place, name in enumerate(FORMATS)}
    best, next_best, *_ = sorted(read, key=lambda name: (-read[name].n_read, -specific[name]))
    first = read[best]
    if first.n_read:
        rest = f"the next best, {next_best}, reads {read[next_best].n_read:,}"
        rest = rest if read[next_best].n_read else "no other format reads any"
        return Recognition(best, first.n_read / first.n_records, f"{first} as {best}; {rest}")
    if first.n_records == 0 and lines.str.contains(r"(?i)^\s*#fields:").any():
        return Recognition("w3c", 0.0, "its first lines hold no record yet, but a #Fields line, as w3c has")
    if first.n_records == 0:
        return Recognition(None, 0.0, "its first lines hold no record")
    *names, last = FORMATS
    return Recognition(None, 0.0, f"{first} as {', '.join(names)} or {last}")


@dataclass(frozen=True)
class ShareRead:
    """Of the first lines of a log that are neither blank nor comments, those that a format reads."""

    n_read: int
    n_records: int

    def __str__(self) -> str:
        """Say so, for a sentence that goes on with what they read as."""
        if self.n_records == 1:
            return "its only line reads" if self.n_read else "its only line does not read"
        how_many = f"{self.n_read:,}" if self.n_read else "none"
        return f"{how_many} of the first {self.n_records:,} lines {'reads' if self.n_read < 2 else 'read'}"


def share_read(layout: Layout, lines: pl.Series) -> ShareRead:
    """Count what a format reads of some lines.

    Parameters
    ----------
    layout : Layout
        The format.
    lines : polars.Series of String
        The first lines of a log.

    Returns
    -------
    ShareRead
    """
    lines = lines.set((lines.str.len_bytes() > _TELLING_BYTES).fill_null(value=False), None)
    block = pl.DataFrame({"line_number": pl.int_range(1, len(lines) + 1, eager=True), "line": lines})
    parsed = WebLogReader(layout, "UTC", _SOME_MONTH).read(block)
    return ShareRead(parsed.requests.height, parsed.lines_read - parsed.lines_skipped)
