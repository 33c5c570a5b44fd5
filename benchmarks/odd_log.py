r"""A deterministic combined log with the odd lines of real ones among its lines, one in a hundred.

Odd lines are of the kinds that real logs hold: quotes in requests, escaped or not, blanks, bytes that are no
UTF-8, control characters, requests that are none, HTTP/0.9, lines cut off in front or at the end, other
offsets, IPv6. Nothing here is timed; ``ingest`` and ``history`` do that.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

SEED = 1995
BLOCK_LINES = 100_000
ODD_SHARE = 0.01
_HOSTS, _PAGES, _SITES, _AGENTS = 60_000, 25_000, 2_000, 400
# One character is one byte (Latin-1): \xe9 alone is no UTF-8.
_NO_TEXT = str.maketrans({chr(code): "?" for code in range(0x80, 0x100)})


def write_log(path: Path, lines: int, first: datetime, span: timedelta, twin: Path | None = None) -> None:
    """Write a log.

    Parameters
    ----------
    path : Path
        The file.
    lines : int
        How many lines; the same number from the same day on gives the same bytes.
    first : datetime
        Time of the first line, UTC.
    span : timedelta
        From the first line to the last, evenly.
    twin : Path, optional
        Gets the same log with question marks for bytes that are no UTF-8, for readers that refuse them.
    """
    with path.open("wb") as stream, (twin or Path(os.devnull)).open("wb") as text_stream:
        for block in _blocks(lines, first, span):
            text = "".join(block)
            stream.write(text.encode("latin-1"))
            if twin is not None:
                text_stream.write(text.translate(_NO_TEXT).encode("latin-1"))


def _blocks(lines: int, first: datetime, span: timedelta) -> Iterator[list[str]]:
    draw = random.Random(f"{SEED} {first:%Y-%m-%d}")
    columns = _pools()
    for begin in range(0, lines, BLOCK_LINES):
        count = min(BLOCK_LINES, lines - begin)
        drawn = {name: draw.choices(pool, k=count) for name, pool in columns.items()}
        seconds = span.total_seconds() / lines
        stamps = _stamps(first, [int((begin + place) * seconds) for place in range(count)])
        block = [
            f'{host} - {user} [{stamp} +0000] "{method} {page} {protocol}" {status} {size} '
            f'"{site}" "{agent}"\n'
            for stamp, host, user, method, page, protocol, status, size, site, agent in zip(
                stamps, *drawn.values(), strict=True
            )
        ]
        for place in draw.sample(range(count), int(count * ODD_SHARE)):
            block[place] = draw.choice(ODD)(block[place])
        yield block


def _stamps(first: datetime, seconds: list[int]) -> list[str]:
    written: dict[int, str] = {}
    for second in seconds:
        if second not in written:
            written[second] = f"{first + timedelta(seconds=second):%d/%b/%Y:%H:%M:%S}"
    return [written[second] for second in seconds]


@cache
def _pools() -> dict[str, list[str]]:
    """Draw the values that lines are made of; a frequent one stands in its pool more than once."""
    draw = random.Random(SEED)
    words = [f"{draw.choice('bcdfgklmnprst')}{draw.choice('aeiou')}{number:x}" for number in range(900)]
    hosts = [".".join(str(draw.randrange(1, 255)) for _ in range(4)) for _ in range(_HOSTS)]
    pages = [f"/{'/'.join(draw.choices(words, k=draw.randrange(1, 5)))}.html" for _ in range(_PAGES)]
    sites = [f"https://{draw.choice(words)}.example.org{draw.choice(pages)}" for _ in range(_SITES)]
    agents = [
        f"Mozilla/5.0 (X11; Linux x86_64; rv:{number}.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/"
        f"{100 + number % 40}.0.{number}.0 Safari/537.36"
        for number in range(_AGENTS)
    ]
    return {
        "host": hosts + 4 * hosts[: _HOSTS // 10],
        "user": ["-"] * 60 + ["alice"],
        "method": ["GET"] * 30 + ["POST", "HEAD"],
        "page": pages + 20 * pages[: _PAGES // 50],
        "protocol": ["HTTP/1.1"] * 7 + ["HTTP/2.0"] * 3 + ["HTTP/1.0"],
        "status": ["200"] * 40 + ["304"] * 6 + ["404"] * 3 + ["301", "206", "500"],
        "size": [*(str(int(draw.lognormvariate(8, 2))) for _ in range(5_000)), *["-"] * 300],
        "site": [*sites, *["-"] * _SITES],
        "agent": agents,
    }


def _with_request(request: str) -> Callable[[str], str]:
    def change(line: str) -> str:
        begin = line.index('"')
        return f"{line[: begin + 1]}{request}{line[line.index(chr(34), begin + 1) :]}"

    return change


def _with_host(host: str) -> Callable[[str], str]:
    return lambda line: host + line[line.index(" ") :]


ODD: tuple[Callable[[str], str], ...] = (
    _with_request(r"GET /search?q=\"dark fibre\" HTTP/1.1"),
    _with_request('GET /search?q="peering" HTTP/1.0'),
    _with_request("GET /price list 2025.pdf HTTP/1.1"),
    _with_request("GET /caf\xe9/men\xfc.html HTTP/1.1"),
    _with_request("GET /a\tb\x01c\x1b[31m HTTP/1.1"),
    _with_request("-"),
    _with_request(r"\x16\x03\x01\x02\x00\x01"),
    _with_request("GET /"),
    _with_request("GET /robots.txt"),
    _with_host("2001:db8:85a3::8a2e:370:7334"),
    _with_host("crawler-7.search.example.net"),
    lambda line: line.replace(" +0000]", " +0200]"),
    lambda line: line.replace(" +0000]", " -0530]"),
    lambda line: line[line.rindex(' "') :],  # the front was cut off
    lambda line: f"{line[: line.index(chr(34)) + 9]}\n",  # the end was cut off
)
