"""The simulated landing zone, drawn once, and a slow reader that shares no code with the project."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest

from traffic.simulation.landing_zone import LandingZone, simulate_landing_zone

ACCESS_LINE = re.compile(
    rb'(?P<host>\S+) \S+ \S+ \[(?P<stamp>[^\]]+)\] "(?P<request>.*)" (?P<status>\d{3}) (?P<size>\d+|-)'
    rb'(?: "[^"]*" "[^"]*")?',
    re.DOTALL,
)


@pytest.fixture(scope="session")
def zone() -> LandingZone:
    return simulate_landing_zone()


@pytest.fixture(scope="session")
def plain() -> Callable[[bytes], bytes]:
    """Content as it is without compression."""

    def unpack(content: bytes) -> bytes:
        return gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content

    return unpack


@pytest.fixture(scope="session")
def read_access_line() -> Callable[[bytes], dict[str, object] | None]:
    """Read one log line with a regex and strptime; None if it is malformed."""

    def read(line: bytes) -> dict[str, object] | None:
        match = ACCESS_LINE.fullmatch(line)
        if match is None:
            return None
        try:
            at = datetime.strptime(match["stamp"].decode("ascii"), "%d/%b/%Y:%H:%M:%S %z")
        except ValueError:
            return None
        size = None if match["size"] == b"-" else int(match["size"])
        return {"at": at, "request": match["request"], "status": int(match["status"]), "size": size}

    return read


@pytest.fixture(scope="session")
def read_log(
    plain: Callable[[bytes], bytes], read_access_line: Callable[[bytes], dict[str, object] | None]
) -> Callable[[bytes], Iterator[dict[str, object] | None]]:
    """Read a log line by line, where a line ends with a line feed and nothing else."""

    def read(content: bytes) -> Iterator[dict[str, object] | None]:
        text = plain(content)
        assert text.endswith(b"\n")
        yield from map(read_access_line, text[:-1].split(b"\n"))

    return read
