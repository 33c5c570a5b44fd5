"""What ARIMA and GARCH cost a night: with none, and with as many series as the default bound lets through.

Run with ``make bench-arima``, or ``python benchmarks/constant_volatility.py --links 30 --missing 0.005``.
Eight weeks of simulated five-minute links are read by a night that is not timed; then the same night is run
again with both settings. Prints the table of benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from datetime import datetime
from pathlib import Path

import numpy as np
import polars as pl
from process_cost import Cost, cost_of, print_table
from scipy.signal import lfilter

FIRST, NIGHT = datetime(2025, 9, 22), datetime(2025, 11, 17)
STEPS_A_DAY = 288
NIGHTLY = "import sys; from orchestration.cli import main; main(sys.argv[1:])"
SOURCES_TOML = """
[platform]
{platform}

[[export]]
name = "isp"
files = "landing/isp.csv"
shape = "wide"
time_column = "time"
unit = "bit/s"
step = "5m"
"""
SETTINGS = {"no series": "constant_volatility = []", "24 series, the default": ""}


def main() -> None:
    """Time the night with both settings."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--links", type=int, default=30, help="series, more than the bound")
    parser.add_argument("--missing", type=float, default=0.0, help="share of the values that are missing")
    parser.add_argument("--runs", type=int, default=3, help="runs of each night; the median counts")
    wanted = parser.parse_args()
    costs: dict[str, list[Cost]] = {name: [] for name in SETTINGS}
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "landing").mkdir()
        _links(wanted.links, wanted.missing).write_csv(home / "landing" / "isp.csv")
        _night(home, SETTINGS["no series"])
        for _ in range(wanted.runs):  # in turn, so that what else the machine does meets both
            for name, platform in SETTINGS.items():
                costs[name].append(_night(home, platform))
    print(f"{wanted.links} links, {wanted.missing:.1%} missing, median of {wanted.runs} runs, ", end="")
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}.\n")
    rows = []
    for name, runs in costs.items():
        wall, cpu, peak = (
            statistics.median(getattr(run, figure) for run in runs) for figure in ("wall", "cpu", "peak_mb")
        )
        rows.append((name, f"{wall:.1f}", f"{cpu:.1f}", f"{peak:.0f}"))
    print_table(("ARIMA and GARCH for", "wall, s", "CPU, s", "peak memory, MB"), rows)


def _night(home: Path, platform: str) -> Cost:
    (home / "sources.toml").write_text(SOURCES_TOML.format(platform=platform), encoding="utf-8")
    words = ("nightly", "--home", str(home), "--as-of", f"{NIGHT:%Y-%m-%d}")
    return cost_of(sys.executable, "-c", NIGHTLY, *words)


def _links(n_links: int, missing: float) -> pl.DataFrame:
    """Days and week-ends of links whose noise is an autoregression of a size that varies, with some peaks."""
    rng = np.random.default_rng(1)
    times = pl.datetime_range(FIRST, NIGHT, "5m", closed="left", eager=True)
    at = np.arange(len(times))
    columns: dict[str, pl.Series] = {"time": times.dt.strftime("%Y-%m-%d %H:%M")}
    for link in range(n_links):
        course = 1.5 - np.cos(2 * np.pi * (at / STEPS_A_DAY + rng.random()))
        week = 1 - 0.3 * rng.random() * ((at // STEPS_A_DAY) % 7 >= 5)
        size = 0.05 * np.exp(0.5 * lfilter([0.1], [1.0, -0.99], rng.standard_normal(at.size)))
        noise = lfilter([1.0, -0.3], [1.0, -0.9], size * rng.standard_normal(at.size))
        value = 1e9 * course * week * np.exp(noise)
        value[rng.integers(0, at.size, 30)] *= 3
        value[rng.random(at.size) < missing] = np.nan
        columns[f"link_{link:03d}"] = pl.Series(value.round()).fill_nan(None)
    return pl.DataFrame(columns)


if __name__ == "__main__":
    main()
