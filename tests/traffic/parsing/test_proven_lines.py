"""The fast path reads what the exact expressions read, on real logs and on a million mutated lines."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from traffic.parsing.content import decompressed_chunks, line_blocks
from traffic.parsing.weblog import FORMATS, ParsedLines, WebLogReader
from traffic.parsing.weblog.proven_lines import prove_combined, prove_common
from traffic.parsing.weblog.text_layout import TextLayout

FAST = {"common": prove_common, "combined": prove_combined}
LINES = {
    "common": [
        '10.1.2.3 - - [13/Nov/2025:10:00:00 +0000] "GET /a?b=c HTTP/1.1" 200 5120',
        '2001:db8::7 - frank [01/Jan/2024:23:59:59 -0730] "POST / HTTP/1.0" 304 -',
        'host.example - - [29/Feb/2024:00:00:00 +0530] "PROPFIND /%20x\'y HTTP/2.0" 404 0',
    ],
    "combined": [
        '10.1.2.3 - - [13/Nov/2025:10:00:00 +0000] "GET /a?b=c HTTP/1.1" 200 5120 "-" "curl/8.4"',
        '2001:db8::7 - frank [01/Jan/2024:23:59:59 -0730] "POST / HTTP/1.0" 304 - "https://a.b/" "M/5 (X)"',
        '- - - [31/Dec/2099:00:00:00 +0000] "HEAD /\u00e9 HTTP/3" 206 99 "a b" ""',
    ],
}
# What a mutation puts in: separators, blanks of other scripts, signs, digits, escapes, keywords.
PIECES = [
    *'"[]\\/:+-#\t09.é\u3000\u00a0\x0b\x85_,;=%\0',
    *(" ", "  ", '\\"', '" ', ' "', "HTTP/", "HTTP/1.1", "GET", "get", "+0100", "-0000", "+2400", "+12"),
    *("Jan", "JAN", "31/Feb/2024", "60", "1969", "2101", "-1", "+1", "099", "1" * 18, "1" * 19, "1e3", "٣"),
]


def exact(name: str) -> TextLayout:
    layout = FORMATS[name]
    assert isinstance(layout, TextLayout)
    return dataclasses.replace(layout, fast=None)


def read(layout: TextLayout, lines: pl.DataFrame) -> ParsedLines:
    return WebLogReader(layout, "UTC").read(lines)


def assert_same(name: str, lines: pl.DataFrame) -> None:
    layout = FORMATS[name]
    assert isinstance(layout, TextLayout)
    fast, slow = read(layout, lines), read(exact(name), lines)
    assert fast.requests.equals(slow.requests)
    assert fast.rejected.equals(slow.rejected)
    assert (fast.lines_read, fast.lines_skipped) == (slow.lines_read, slow.lines_skipped)


def numbered(lines: list[str]) -> pl.DataFrame:
    return pl.DataFrame({"line_number": range(1, len(lines) + 1), "line": lines})


def mutated(rng: random.Random, lines: list[str]) -> str:
    """Change a line at a few places; some stay as they are."""
    line = rng.choice(lines)
    for _ in range(rng.choice((0, 1, 1, 1, 2, 3))):
        place = rng.randrange(len(line) + 1)
        kind = rng.randrange(3)
        if kind == 0:  # put in
            line = line[:place] + rng.choice(PIECES) + line[place:]
        elif kind == 1:  # take out
            line = line[:place] + line[place + rng.randrange(1, 4) :]
        else:  # put in the place of
            piece = rng.choice(PIECES)
            line = line[:place] + piece + line[place + len(piece) :]
    return line


@pytest.mark.parametrize("name", FAST)
def test_a_usual_line_is_proven(name: str) -> None:
    lines = numbered([LINES[name][0]] * 3)
    requests, others = FAST[name](lines)
    assert (requests.height, others.height) == (3, 0)


@pytest.mark.parametrize("name", FAST)
def test_half_a_million_mutated_lines_are_read_as_the_exact_expressions_read_them(name: str) -> None:
    rng = random.Random(1995)
    n_proven = 0
    for _ in range(10):
        lines = numbered([mutated(rng, LINES[name]) for _ in range(50_000)])
        assert_same(name, lines)
        n_proven += FAST[name](lines.filter(~pl.col("line").str.contains(r"^\s*(#.*)?$")))[0].height
    # The path is not fast by proving nothing, nor exact by being handed nothing odd.
    assert 20_000 < n_proven < 300_000


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("path", "name"),
    [
        *((f"weblogs/erddap/access.log.{n}.gz", "combined") for n in range(1, 8)),
        ("weblogs/elastic/apache_combined.log.gz", "combined"),
    ],
)
def test_real_logs_are_read_as_the_exact_expressions_read_them(
    real_data: Callable[[str], Path], path: str, name: str
) -> None:
    with real_data(path).open("rb") as stream:
        for block in line_blocks(decompressed_chunks(stream)):
            assert_same(name, block)
