"""The landing zone of the crash tests on two nights: small, and with everything that the way in has to tell.

Between the nights the log grows, rotates and is compressed, and the provider resends a day with a corrected
value. How a night is disturbed is in ``crash_moments``.
"""

from __future__ import annotations

import gzip
import math
import os
import shutil
from datetime import datetime, timedelta
from pathlib import Path

NIGHTS = ("2025-03-03", "2025-03-04")
_FIRST_LINE = datetime(2025, 3, 1)
_FIRST_SAMPLE = datetime(2025, 2, 21)
_EXPORT_HOURS = 10 * 24
_LINES_AN_HOUR = 60
_LOGS, _EXPORTS = Path("landing") / "www", Path("landing") / "isp"

SOURCES_TOML = """
[[weblog]]
name = "www"
files = "landing/www/access.log*"
format = "combined"
step = "1h"

[[export]]
name = "isp"
files = "landing/isp/*.csv"
shape = "single"
series = "load"
time_column = "time"
value_column = "load"
unit = "bit/s"
step = "1h"
"""


def land(home: Path, night: int) -> None:
    """Make the landing zone of a home what the first night finds (0), or the second (1).

    Parameters
    ----------
    home : Path
        Created if absent.
    night : int
        Index into ``NIGHTS``.
    """
    home.mkdir(parents=True, exist_ok=True)
    (home / "sources.toml").write_text(SOURCES_TOML, encoding="utf-8")
    shutil.rmtree(home / "landing", ignore_errors=True)
    for path, content in (_first_night(), _second_night())[night].items():
        file = home / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        # The time of change is part of the ledger: it must not differ from home to home.
        os.utime(file, (1_741_000_000 + night, 1_741_000_000 + night))


def cut_short(home: Path) -> None:
    """Leave of the compressed log what a copy that is still under way has brought."""
    file = next((home / _LOGS).glob("*.gz"))
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def _first_night() -> dict[Path, bytes]:
    return {
        _LOGS / "access.log.2.gz": _packed(_log(0, 18)),
        _LOGS / "access.log.1": _log(18, 36),
        _LOGS / "access.log": _log(36, 48),
        _EXPORTS / "february.csv": _export(0, _EXPORT_HOURS),
    }


def _second_night() -> dict[Path, bytes]:
    return {
        _LOGS / "access.log.3.gz": _packed(_log(0, 18)),
        _LOGS / "access.log.2.gz": _packed(_log(18, 36)),
        _LOGS / "access.log.1": _log(36, 60),
        _LOGS / "access.log": _log(60, 72),
        _EXPORTS / "february.csv": _export(0, _EXPORT_HOURS),
        _EXPORTS / "march.csv": _export(_EXPORT_HOURS - 24, _EXPORT_HOURS + 24, corrected=_EXPORT_HOURS - 19),
    }


def _packed(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def _log(first_hour: int, last_hour: int) -> bytes:
    """Write the log of some hours since its beginning; one line in a hundred is cut off."""
    lines = []
    for number in range(first_hour * _LINES_AN_HOUR, last_hour * _LINES_AN_HOUR):
        at = _FIRST_LINE + timedelta(seconds=number * 3600 / _LINES_AN_HOUR)
        size = int(5_000 * (1.5 + math.sin(at.hour / 4)) * (1 + 0.3 * math.sin(12.9898 * number)))
        line = (
            f"10.0.{number % 7}.{number % 250} - - [{at:%d/%b/%Y:%H:%M:%S} +0000] "
            f'"GET /page/{number} HTTP/1.1" {200 if number % 19 else 404} {size} "-" "Mozilla/5.0 (X11)"'
        )
        lines.append(line[: 40 + number % 7] if number % 100 == 37 else line)
    return "".join(f"{line}\n" for line in lines).encode()


def _export(first_hour: int, last_hour: int, corrected: int | None = None) -> bytes:
    """Write the load of a link, an hour a line; one line in a hundred is torn."""
    lines = ["time,load"]
    for hour in range(first_hour, last_hour):
        at = _FIRST_SAMPLE + timedelta(hours=hour)
        course = 2 + math.sin(2 * math.pi * at.hour / 24) + 0.2 * math.sin(78.233 * hour)
        value = 1e9 * course * (1.1 if hour == corrected else 1)
        lines.append("torn" if hour % 100 == 50 else f"{at:%Y-%m-%d %H:%M},{value:.0f}")
    return "".join(f"{line}\n" for line in lines).encode()
