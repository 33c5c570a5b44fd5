"""The fast path reads what the exact expressions read, on real logs and on a million mutated lines."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import traffic.compiled
from traffic.parsing.content import MAX_LINE_BYTES, LineBlock, decompressed_chunks, line_blocks, lines_of
from traffic.parsing.weblog import FORMATS, ParsedLines, WebLogReader, line_scan, reader
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


def read(name: str, content: bytes) -> ParsedLines:
    """Read as ``WebLogReader.read_blocks`` does, with nothing too short for the fast path."""
    layout = FORMATS[name]
    assert isinstance(layout, TextLayout)
    [parsed] = WebLogReader(dataclasses.replace(layout, fast=FAST[name]), "UTC").read_blocks(
        [LineBlock(content, 1)]
    )
    return parsed


def assert_same(name: str, content: bytes) -> None:
    fast, slow = read(name, content), WebLogReader(FORMATS[name], "UTC").read(lines_of([content]))
    assert fast.requests.equals(slow.requests)
    assert fast.rejected.equals(slow.rejected)
    assert (fast.lines_read, fast.lines_skipped) == (slow.lines_read, slow.lines_skipped)


@pytest.fixture(autouse=True)
def short_blocks_are_proven_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "FAST_FROM_BYTES", 0)


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


def encoded(rng: random.Random, line: str) -> bytes:
    """Write a line's bytes, now and then in the wrong encoding or with another ending."""
    ending = rng.choice((b"\n",) * 8 + (b"\r\n", b" \n"))
    return line.encode(rng.choice(("utf-8",) * 9 + ("latin-1",)), errors="replace") + ending


@pytest.mark.parametrize("name", FAST)
def test_a_usual_line_is_proven_unless_it_ends_the_block(name: str) -> None:
    content = "\n".join([LINES[name][0]] * 5).encode()
    for ending in (b"", b"\n", b"\n" * 64):
        requests, others = FAST[name](LineBlock(content + ending, 7))
        assert requests["line_number"].to_list()[:4] == [7, 8, 9, 10]
        expected = pl.concat([requests["line_number"], others["line_number"]])
        assert sorted(expected) == list(range(7, 7 + LineBlock(content + ending, 7).n_lines))


@pytest.mark.parametrize("name", FAST)
@pytest.mark.parametrize("content", [b"", b"a", b"\n", b"x" * 200, b"x\n" + b"y" * 70, b"x " * 100 + b"\n"])
def test_a_block_may_be_anything(name: str, content: bytes) -> None:
    requests, others = FAST[name](LineBlock(content, 1))
    assert requests.is_empty()
    assert others.equals(LineBlock(content, 1).lines)


@pytest.mark.parametrize("name", FAST)
def test_a_line_that_is_too_long_is_not_proven(name: str) -> None:
    line = LINES[name][0].replace("/a", f"/{'a' * MAX_LINE_BYTES}")
    assert_same(name, f"{LINES[name][0]}\n{line}\n{LINES[name][0]}\n{LINES[name][0]}\n".encode())


@pytest.mark.parametrize("name", FAST)
def test_half_a_million_mutated_lines_are_read_as_the_exact_expressions_read_them(name: str) -> None:
    rng = random.Random(1995)
    n_proven = 0
    for _ in range(10):
        content = b"".join(encoded(rng, mutated(rng, LINES[name])) for _ in range(50_000))
        assert_same(name, content)
        n_proven += FAST[name](LineBlock(content, 1))[0].height
    # The path is not fast by proving nothing, nor exact by being handed nothing odd.
    assert 20_000 < n_proven < 300_000


@pytest.mark.parametrize("name", FAST)
def test_bytes_flipped_anywhere_are_read_as_the_exact_expressions_read_them(name: str) -> None:
    rng = np.random.default_rng(1995)
    lines = "\n".join(LINES[name] * 20_000).encode()
    for share in (0.0001, 0.003, 0.05):
        content = np.frombuffer(lines, dtype=np.uint8).copy()
        places = rng.choice(len(content), int(share * len(content)), replace=False)
        content[places] = rng.integers(0, 256, len(places))
        assert_same(name, content.tobytes())


def test_where_nothing_compiled_can_be_kept_it_is_compiled_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    def njit(**settings: bool) -> Callable[[Callable[..., int]], Callable[..., int]]:
        if settings.get("cache"):
            raise RuntimeError("cannot cache function: no locator available")
        return lambda function: function

    monkeypatch.setattr(traffic.compiled, "njit", njit)
    assert traffic.compiled.compiled(len)("abc") == 3


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
            assert_same(name, block.content)
