"""What a night with the same new data costs on a short history and on one ten times as long.

Run with ``make bench-history``, or ``python benchmarks/history.py --days 8 --runs 3``. A web log and a
five-minute export of three links, a file a day each; the history is read by a night that is not timed, then
one day lands and its night is. The short history is as long as the fits can see. Prints the table of
benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import math
import os
import random
import shutil
import statistics
import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from odd_log import write_log
from process_cost import Cost, cost_of, print_table

FACTOR = 10
GOAL = "at most 1.2"
NEWEST = datetime(2025, 11, 16)
NIGHTLY = "import sys; from orchestration.cli import main; main(sys.argv[1:])"
LINKS = ("north", "south", "exchange")
SOURCES_TOML = """
[[weblog]]
name = "www"
files = "landing/www/*"
format = "combined"

[[export]]
name = "isp"
files = "landing/isp/*"
shape = "wide"
time_column = "time"
unit = "bit/s"
step = "5m"
"""


def main() -> None:
    """Measure the night of the newest day on both histories and print the ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--days", type=int, default=8, help="days of the short history")
    parser.add_argument("--lines", type=int, default=25_000, help="lines of the log a day")
    parser.add_argument("--runs", type=int, default=3, help="runs of each night; the median counts")
    wanted = parser.parse_args()
    lengths = (wanted.days, wanted.days * FACTOR)
    with tempfile.TemporaryDirectory() as folder:
        histories = [_history(Path(folder), days, wanted.lines) for days in lengths]
        _land(Path(folder) / "new", NEWEST, wanted.lines)
        costs: list[list[Cost]] = [[], []]
        for _ in range(wanted.runs):  # in turn, so that what else the machine does meets both
            for history, runs in zip(histories, costs, strict=True):
                runs.append(_newest_night(history, Path(folder)))
    print(f"Median of {wanted.runs} runs, {os.cpu_count()} cores, Python {sys.version.split()[0]}.\n")
    figures = [[_median(runs, name) for name in ("wall", "cpu", "peak_mb")] for runs in costs]
    rows = [
        (f"one new day on {days} days", f"{wall:.1f}", f"{cpu:.1f}", f"{peak:.0f}")
        for days, (wall, cpu, peak) in zip(lengths, figures, strict=True)
    ]
    print_table(("night", "wall, s", "CPU, s", "peak memory, MB"), rows)
    short, long = (wall for wall, *_ in figures)
    print()
    print_table(("ratio", "found", "goal"), [("ten times the history", f"{long / short:.2f}", GOAL)])


def _history(folder: Path, days: int, lines: int) -> Path:
    """Make a home that has read its history. The ledger names paths: all homes are made at one and moved."""
    home = folder / "home"
    for back in range(1, days + 1):
        _land(home / "landing", NEWEST - timedelta(days=back), lines)
    (home / "sources.toml").write_text(SOURCES_TOML, encoding="utf-8")
    _night(home, NEWEST)
    return home.rename(folder / f"{days}_days")


def _newest_night(history: Path, folder: Path) -> Cost:
    home = folder / "home"
    shutil.copytree(history, home)
    shutil.copytree(folder / "new", home / "landing", dirs_exist_ok=True)
    # What was copied is written to the disk before the night begins, not while it runs.
    os.sync()
    cost = _night(home, NEWEST + timedelta(days=1))
    shutil.rmtree(home)
    return cost


def _night(home: Path, as_of: datetime) -> Cost:
    words = ("nightly", "--home", str(home), "--as-of", f"{as_of:%Y-%m-%d}")
    return cost_of(sys.executable, "-c", NIGHTLY, *words)


def _median(runs: list[Cost], figure: str) -> float:
    return statistics.median(getattr(run, figure) for run in runs)


def _land(landing: Path, day: datetime, lines: int) -> None:
    """Write one day's log and one day's export."""
    log = landing / "www" / f"access.log-{day:%Y%m%d}"
    export = landing / "isp" / f"{day:%Y%m%d}.csv"
    for file in (log, export):
        file.parent.mkdir(parents=True, exist_ok=True)
    write_log(log, lines, day, timedelta(days=1))
    draw = random.Random(day.toordinal())
    with export.open("w", encoding="utf-8") as stream:
        stream.write(f"time,{','.join(LINKS)}\n")
        for slot in range(288):
            course = 2 + math.sin(2 * math.pi * slot / 288)
            values = ",".join(f"{1e9 * course * draw.uniform(0.9, 1.1):.0f}" for _ in LINKS)
            stream.write(f"{day + timedelta(minutes=5 * slot):%Y-%m-%d %H:%M},{values}\n")


if __name__ == "__main__":
    main()
