"""What the reader promises to those who call it: history, and a fast path that changes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import polars as pl
import pytest

from traffic.parsing.content import LineBlock
from traffic.parsing.weblog import FORMATS, REQUEST_SCHEMA, WebLogReader, reader
from traffic.parsing.weblog.text_formats import COMMON

CLF = 'h - - [10/Oct/2000:13:55:36{}] "GET / HTTP/1.0" 200 {}'


@pytest.mark.parametrize(
    ("name", "time_zone", "with_offset", "without"),
    [
        ("combined", "Europe/Berlin", False, True),
        ("combined", "UTC", False, False),
        ("json", "Europe/Berlin", False, False),  # none of the lines is one
        ("epa", "Europe/Berlin", True, True),
        ("epa", "UTC", False, False),
        ("w3c", "UTC", True, True),
        ("squid", "Europe/Berlin", False, False),
    ],
)
def test_earlier_lines_matter_where_times_have_no_offset_or_lines_are_named(
    numbered, name, time_zone, with_offset, without
):
    reader = WebLogReader(FORMATS[name], time_zone, "2000-10")
    assert reader.needs_history(numbered([f'{CLF.format(" +0000", 5)} "-" "-"', "junk", None])) is with_offset
    assert reader.needs_history(numbered([f'{CLF.format("", 5)} "-" "-"'])) is without
    assert reader.read(numbered(["#"])).lines_read == 1


def test_history_tells_a_repeated_hour_of_a_grown_file(numbered):
    begin, rest = ['h [26:02:50:00] "GET /" 200 5'], ['h [26:02:10:00] "GET /" 200 5']
    whole = WebLogReader(FORMATS["epa"], "Europe/Berlin", "2025-10")
    whole.read(numbered(begin))
    alone = WebLogReader(FORMATS["epa"], "Europe/Berlin", "2025-10")
    got = [reader.read(numbered(rest)).requests["at_utc"][0] for reader in (whole, alone)]
    assert got == [datetime(2025, 10, 26, 1, 10), datetime(2025, 10, 26, 0, 10)]


def test_a_fast_path_takes_what_it_can_prove_and_leaves_the_rest(numbered, monkeypatch):
    seen = []

    def fast(block: LineBlock) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Take the lines of five bytes."""
        lines = block.lines
        seen.extend(lines["line"])
        is_mine = pl.col("line").str.ends_with(" 5").fill_null(value=False)
        return WebLogReader(COMMON, "UTC").read(lines.filter(is_mine)).requests, lines.filter(~is_mine)

    lines = [CLF.format("", 5), "#", CLF.format("", 7), "junk", CLF.format(" +0100", 5)]
    content = "\n".join(lines).encode()
    monkeypatch.setattr(reader, "FAST_FROM_BYTES", len(content))
    [parsed] = WebLogReader(replace(COMMON, fast=fast), "UTC").read_blocks([LineBlock(content, 1)])
    plain = WebLogReader(COMMON, "UTC").read(numbered(lines))
    assert seen == lines
    assert parsed.requests.schema == REQUEST_SCHEMA
    assert parsed.requests.equals(plain.requests)
    assert parsed.rejected.equals(plain.rejected)
    assert (parsed.lines_read, parsed.lines_skipped) == (5, 1)


def test_a_short_block_is_read_without_the_fast_path(numbered):
    def fast(_: LineBlock) -> tuple[pl.DataFrame, pl.DataFrame]:
        raise AssertionError

    block = LineBlock(f"{CLF.format('', 5)}\njunk\n".encode(), 7)
    [parsed] = WebLogReader(replace(COMMON, fast=fast), "UTC").read_blocks([block])
    assert parsed.requests["line_number"].to_list() == [7]
    assert parsed.rejected["line_number"].to_list() == [8]


def test_offsets_may_differ_from_line_to_line(numbered):
    offsets = [" +0530", " -0330", "", " +0000"]
    parsed = WebLogReader(COMMON, "America/New_York").read(numbered(CLF.format(o, 5) for o in offsets))
    clocks = [at.strftime("%H:%M") for at in parsed.requests["at_utc"]]
    assert clocks == ["08:25", "17:25", "17:55", "13:55"]
