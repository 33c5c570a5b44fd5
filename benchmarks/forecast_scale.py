"""What it takes to forecast ten thousand five-minute series of eight weeks, from Parquet to Parquet.

Run with ``make bench-forecast-scale``, or ``python benchmarks/forecast_scale.py --series 1000 10000``. Writes
simulated links (day, week, noise that lasts, one in four with gaps) once, 250 to a file, then fits, selects,
calibrates and forecasts each the next 24 hours, a process a processor, in a process of its own. Prints the
tables of benchmarks/README.md: the cost of each number of series, and how it grows.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
import time
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from process_cost import REPOSITORY, cost_of, print_table

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, str(REPOSITORY))

import numpy as np
import polars as pl
from rich.progress import track

from assets.fan_out import fan_out
from traffic.models import forecast

DAYS, SLOTS, PER_FILE = 56, 288, 250
BEGIN = datetime(2025, 9, 22)
GOAL_MINUTES, GOAL_MB = 10, 4_096


def main() -> None:
    """Write the series, forecast each number of them, and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--series", type=int, nargs="+", default=[1_000, 10_000])
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.folder is not None:
        _forecast_all(wanted.folder, wanted.series[0])
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number in track(range(-(-max(wanted.series) // PER_FILE)), "writing the series"):
            _write(folder, number)
        rows = []
        for n_series in wanted.series:
            cost = cost_of(sys.executable, __file__, "--series", str(n_series), "--folder", str(folder))
            cpu, megabytes, n_rows = (float(word) for word in cost.output.split())
            rows.append(
                [
                    f"{n_series:,}",
                    f"{n_series * DAYS * SLOTS / 1e6:,.0f}",
                    f"{cost.wall / 60:.1f}",
                    f"{cpu / 60:.1f}",
                    f"{1e3 * cpu / n_series:.1f}",
                    f"{megabytes:,.0f}",
                    f"{n_rows:,.0f}",
                ]
            )
    header = ["series", "million samples", "wall, min", "CPU, min", "CPU, ms a series", "memory, MB", "rows"]
    print_table(header, rows)
    print(f"\nGoals for 10,000: {GOAL_MINUTES} minutes, {GOAL_MB:,} MB. {os.cpu_count()} processors.")


def _write(folder: Path, number: int) -> None:
    rng = np.random.default_rng(number)
    n = DAYS * SLOTS
    slot = np.arange(n) % SLOTS
    weekday = np.arange(n) // SLOTS % 7
    size = 10 ** rng.uniform(6, 10, (PER_FILE, 1))
    day = 1.3 + np.sin(2 * np.pi * (slot / SLOTS - rng.uniform(0.2, 0.5, (PER_FILE, 1))))
    week = np.where(weekday >= 5, rng.uniform(0.4, 1, (PER_FILE, 1)), 1.0)
    shocks = rng.standard_normal((PER_FILE, DAYS * 24)) * 0.1
    level = np.empty_like(shocks)
    level[:, 0] = shocks[:, 0]
    for hour in range(1, shocks.shape[1]):
        level[:, hour] = 0.9 * level[:, hour - 1] + shocks[:, hour]
    noise = np.repeat(level, 12, axis=1) + 0.05 * rng.standard_normal((PER_FILE, n))
    values = size * day * week * np.exp(noise)
    values[::4][rng.random((len(values[::4]), n)) < 0.01] = np.nan
    times = pl.datetime_range(BEGIN, BEGIN + timedelta(minutes=5 * (n - 1)), "5m", eager=True)
    pl.DataFrame(
        {
            "unique_id": np.repeat([f"link-{number:03d}-{row:03d}" for row in range(PER_FILE)], n),
            "ds": pl.concat([times] * PER_FILE),
            "y": values.reshape(-1),
        }
    ).write_parquet(folder / f"links-{number:03d}.parquet")


def _forecast_all(folder: Path, n_series: int) -> None:
    files = sorted(folder.glob("links-*.parquet"))[: -(-n_series // PER_FILE)]
    peaks: dict[int, int] = {}
    n_rows, cpu = 0, 0.0
    begin = time.monotonic()
    for done, (pid, peak, seconds, rows) in enumerate(
        fan_out(partial(_forecast_file, folder), files, in_processes=True), start=1
    ):
        peaks[pid] = peak
        cpu += seconds
        n_rows += rows
        left = (time.monotonic() - begin) / done * (len(files) - done)
        print(f"{done * PER_FILE:,} of {n_series:,} series, {left:.0f} s to go", file=sys.stderr)
    own = resource.getrusage(resource.RUSAGE_SELF)
    peaks[os.getpid()] = own.ru_maxrss
    print(cpu + own.ru_utime + own.ru_stime, sum(peaks.values()) / 1024, n_rows)


def _forecast_file(folder: Path, file: Path) -> tuple[int, int, float, int]:
    begin = time.process_time()
    made = forecast(pl.read_parquet(file), SLOTS, step="5m")
    made.write_parquet(folder / f"forecast-{file.name}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return os.getpid(), peak, time.process_time() - begin, made.height


if __name__ == "__main__":
    main()
