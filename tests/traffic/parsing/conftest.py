"""What the tests of parsing share: numbered lines, and one call that reads lines or a public log."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import polars as pl
import pytest

from traffic.parsing.content import decompressed_chunks, lines_of
from traffic.parsing.weblog import FORMATS, ParsedLines, WebLogReader


def number(lines: Iterable[str]) -> pl.DataFrame:
    """Lines as ``LineBlock.lines`` has them, numbered from 1."""
    column = pl.Series("line", list(lines), dtype=pl.String)
    return pl.DataFrame({"line_number": pl.int_range(1, len(column) + 1, eager=True), "line": column})


@pytest.fixture(scope="session")
def numbered() -> Callable[[Iterable[str]], pl.DataFrame]:
    return number


@pytest.fixture(scope="session")
def read_lines() -> Callable[..., ParsedLines]:
    """Read a few lines of a web log in one block."""

    def read(name: str, *lines: str, time_zone: str = "UTC", month: str = "1995-08") -> ParsedLines:
        return WebLogReader(FORMATS[name], time_zone, month).read(number(lines))

    return read


@pytest.fixture(scope="session")
def real_lines(real_data: Callable[[str], Path]) -> Callable[[str], pl.DataFrame]:
    """All lines of a public file."""

    @cache
    def lines(name: str) -> pl.DataFrame:
        with real_data(name).open("rb") as stream:
            return lines_of(decompressed_chunks(stream))

    return lines


@pytest.fixture(scope="session")
def read_log(real_lines: Callable[[str], pl.DataFrame]) -> Callable[..., ParsedLines]:
    """Read a public web log."""

    @cache
    def read(path: str, name: str, time_zone: str = "UTC", month: str | None = None) -> ParsedLines:
        return WebLogReader(FORMATS[name], time_zone, month).read(real_lines(path))

    return read
