r"""Lines that no log format allows, as crashes, full disks and scanners leave them in real logs.

Every kind is beyond doubt: no reader can find a host, a time and a request in it. Lines that are merely
odd but good belong to ``weblog_content``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

LINES_PER_MALFORMED = 350
# No line feed, which would make two lines of one, and neither blank nor `#`, which readers may skip.
GARBAGE_CHARACTERS = "abcdefXYZ0123456789%/;:<>\x16\x03\x02\x80\xc3\xfe\xff"


class MalformedLine(NamedTuple):
    """One broken line and what is wrong with it."""

    kind: str
    text: str


def draw_malformed_lines(rng: np.random.Generator, lines: Sequence[str]) -> list[MalformedLine]:
    """Broken lines to strew among the good ones, every kind at least once.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where the draws come from.
    lines : sequence of str
        The good lines, one character a byte; some serve as the material that is broken.

    Returns
    -------
    list of MalformedLine
        About one for every 350 good lines.

    Raises
    ------
    ValueError
        If there is no good line to break.
    """
    if not lines:
        raise ValueError("malformed lines are made from good ones, and this day has none: raise its requests")
    count = len(BREAKS) + len(lines) // LINES_PER_MALFORMED + int(rng.integers(0, 20))
    kinds = [list(BREAKS)[k % len(BREAKS)] for k in rng.permutation(count)]
    chosen = rng.integers(0, len(lines), size=count)
    return [
        MalformedLine(kind, BREAKS[kind](rng, lines[which]))
        for kind, which in zip(kinds, chosen.tolist(), strict=True)
    ]


def _cut_front(rng: np.random.Generator, line: str) -> str:
    """Keep the end of the line, from its last quoted field on."""
    opening = line.rindex(' "')
    return line[opening:]


def _cut_end(rng: np.random.Generator, line: str) -> str:
    """Keep the front of the line and the first letters of the request; its closing quote is lost."""
    return line[: line.index('"') + int(rng.integers(2, 7))]


def _draw_garbage(rng: np.random.Generator, line: str) -> str:
    """Bytes of some other protocol; nothing of the line is kept."""
    drawn = rng.integers(0, len(GARBAGE_CHARACTERS), size=int(rng.integers(5, 60)))
    return "".join(GARBAGE_CHARACTERS[k] for k in drawn)


def _break_date(rng: np.random.Generator, line: str) -> str:
    """Give the line a day that no calendar has."""
    opening = line.index("[") + 1
    return f"{line[:opening]}31/Feb{line[opening + len('13/Nov') :]}"


def _break_hour(rng: np.random.Generator, line: str) -> str:
    """Give the line an hour that no clock shows."""
    colon = line.index(":", line.index("["))
    return f"{line[: colon + 1]}25{line[colon + 3 :]}"


BREAKS: dict[str, Callable[[np.random.Generator, str], str]] = {
    "front cut": _cut_front,
    "end cut": _cut_end,
    "garbage": _draw_garbage,
    "impossible date": _break_date,
    "impossible hour": _break_hour,
}
