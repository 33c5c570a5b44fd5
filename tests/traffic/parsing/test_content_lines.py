"""Content becomes the same numbered lines however it is cut into chunks and blocks."""

from __future__ import annotations

import tracemalloc

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from traffic.parsing.content import MAX_LINE_BYTES, line_blocks


def slow_lines(content: bytes) -> list[str]:
    """The rule in plain Python: line feeds end lines, one carriage return goes with them."""
    content = content.removeprefix(b"\xef\xbb\xbf")
    if not content:
        return []
    lines = content.split(b"\n")
    if content.endswith(b"\n"):
        lines.pop()
    return [line.removesuffix(b"\r").decode("utf-8", "backslashreplace") for line in lines]


def read(chunks: list[bytes], block_bytes: int) -> list[pl.DataFrame]:
    blocks = list(line_blocks(chunks, block_bytes))
    assert all(block.lines.schema == {"line_number": pl.Int64, "line": pl.String} for block in blocks)
    assert all(block.n_lines == block.lines.height for block in blocks)
    return [block.lines for block in blocks]


def lines_of(blocks: list[pl.DataFrame]) -> list[tuple[int, str]]:
    return [row for block in blocks for row in block.iter_rows()]


PIECES = st.sampled_from(
    [b"\n", b"\r", b"\r\n", b"\n\n", b"\0", b"\xef\xbb\xbf", b"\xff", b"\xc3", b"\xa9", b"\\xff"]
)
CONTENT = st.lists(PIECES | st.binary(max_size=8) | st.just("zażółć €".encode()), max_size=30)


@settings(deadline=None)
@given(CONTENT, st.integers(1, 20))
@example([b""], 1)
@example([b"\xef\xbb", b"\xbfa\n"], 1)
@example([b"\n", b"\xef\xbb\xbf\n"], 1)
@example([b"a\r", b"\nb\r\r\n", b"c\r"], 2)
def test_any_chunks_and_blocks_give_the_lines_of_the_slow_rule(chunks, block_bytes):
    expected = list(enumerate(slow_lines(b"".join(chunks)), start=1))
    assert lines_of(read(chunks, block_bytes)) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", []),
        (b"\n", [""]),
        (b"\n\n", ["", ""]),
        (b"a", ["a"]),
        (b"a\n", ["a"]),
        (b"a\nb", ["a", "b"]),
        (b"a\r\nb\r\n", ["a", "b"]),
        (b"a\r\r\nb", ["a\r", "b"]),
        (b"a\rb\nc", ["a\rb", "c"]),
        (b"\xef\xbb\xbfa\n\xef\xbb\xbfb\n", ["a", "\ufeffb"]),
        (b"\xef\xbb\xbf", []),
        (b"a\0b\n", ["a\0b"]),
        (b"caf\xe9 \xc3\xa9\n", ["caf\\xe9 é"]),
        (b"a\x0bb\x0cc\x85d\x1ce\n", ["a\x0bb\x0cc\\x85d\x1ce"]),
        ("a\u2028b\x85c\n".encode(), ["a\u2028b\x85c"]),
    ],
    ids=repr,
)
def test_lines(content, expected):
    assert [line for _, line in lines_of(read([content], 1 << 20))] == expected


def test_a_block_is_closed_at_the_first_line_end_after_its_bytes():
    chunks = [b"aaaa\n", b"bb", b"bb\ncc", b"cc\n", b"d"]
    blocks = read(chunks, 5)
    assert [block["line"].to_list() for block in blocks] == [["aaaa"], ["bbbb"], ["cccc"], ["d"]]
    assert [block["line_number"].to_list() for block in blocks] == [[1], [2], [3], [4]]


def test_a_line_longer_than_a_block_stays_whole():
    chunks = [b"x" * 10] * 100 + [b"\n", b"next\n"]
    assert lines_of(read(chunks, 16)) == [(1, "x" * 1000), (2, "next")]


def test_numbers_run_on_over_many_blocks():
    content = b"".join(b"%d\n" % n for n in range(1, 10_001))
    chunks = [content[k : k + 97] for k in range(0, len(content), 97)]
    blocks = read(chunks, 1000)
    assert len(blocks) > 30
    assert lines_of(blocks) == [(n, str(n)) for n in range(1, 10_001)]


@pytest.mark.parametrize("start", [b"x^", b"x\x01", b"\x1f\x8b", b"(\xb5/\xfd", b"BZh91AY&SY"], ids=repr)
def test_a_block_that_begins_like_packed_content_is_text(start):
    content = start + b"a\nb\n"
    expected = [content.split(b"\n")[0].decode("utf-8", "backslashreplace"), "b"]
    assert [line for _, line in lines_of(read([content], 1 << 20))] == expected


@pytest.mark.parametrize("cut", [1_000, 1 << 20, 3 << 20])
@pytest.mark.parametrize("block_bytes", [1, 1 << 20, 16 << 20])
def test_a_line_of_more_than_a_mebibyte_is_null_and_keeps_its_number(cut, block_bytes):
    longest, too_long = b"y" * MAX_LINE_BYTES, b"z" * (MAX_LINE_BYTES + 1)
    content = b"\n".join([b"a", too_long, longest, too_long * 9, b"b", too_long])
    chunks = [content[start : start + cut] for start in range(0, len(content), cut)]
    lines = lines_of(read(chunks, block_bytes))
    assert lines == list(enumerate(["a", None, longest.decode(), None, "b", None], start=1))


def test_of_a_line_without_an_end_little_is_held():
    blocks = line_blocks((b"\0" * (1 << 20) for _ in range(512)), 1 << 20)
    tracemalloc.start()
    assert [block.lines.rows() for block in blocks] == [[(1, None)]]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 16 << 20
