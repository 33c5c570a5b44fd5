"""What fits, diagnostics and forecasts take for a thousand five-minute series of eight weeks.

Run with ``make bench-fits``, or ``python benchmarks/fits.py --series 1000 --runs 3``. The series are written
to a warehouse once, as a night leaves them; then each asset is materialised through Dagster, in a process of
its own. Reading the same rows into arrays is the floor. Prints the table of benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from process_cost import REPOSITORY, Cost, cost_of, print_table

NIGHT = "2025-11-17"
DAYS = 56
STEP_SECONDS = 300
GOAL_SECONDS = 60
WAYS = {
    "start-up alone": (),
    "reading the series into arrays": ("read",),
    "periodic family": ("periodic_family",),
    "forecasts of the next day and week, with their backtests": ("champions_and_points",),
    "constant volatility, at the default bound": (
        "constant_volatility_fits",
        "residual_diagnostics",
        "effects_of_outlier_rules",
    ),
}


def main() -> None:
    """Write the series, run each way, and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--series", type=int, default=1_000)
    parser.add_argument("--runs", type=int, default=3, help="runs of each way; the median counts")
    parser.add_argument("--do", nargs="*", help=argparse.SUPPRESS)
    parser.add_argument("--home", type=Path, help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.home is not None:
        _do(wanted.home, wanted.do, wanted.series)
        return
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        this = (sys.executable, str(Path(__file__).resolve()), "--series", str(wanted.series), "--home")
        cost_of(*this, str(home), "--do", "write")
        costs: dict[str, list[Cost]] = {way: [] for way in WAYS}
        for _ in range(wanted.runs):
            for way, steps in WAYS.items():
                fresh = shutil.copytree(home, Path(folder) / "fresh")
                os.sync()  # what was copied is written before the clock starts, not while it runs
                costs[way].append(cost_of(*this, str(fresh), "--do", *steps))
                shutil.rmtree(fresh)
    print(
        f"{wanted.series} series of {DAYS} days in steps of {STEP_SECONDS} s; median of {wanted.runs} runs, "
        f"{os.cpu_count()} cores, Python {sys.version.split()[0]}.\n"
    )
    _print(costs)


def _print(costs: dict[str, list[Cost]]) -> None:
    median = {
        way: [
            statistics.median(getattr(run, figure) for run in runs) for figure in ("wall", "cpu", "peak_mb")
        ]
        for way, runs in costs.items()
    }
    rows = [
        (way, f"{wall:.1f}", f"{cpu:.1f}", f"{peak:.0f}", costs[way][0].output.strip() or "")
        for way, (wall, cpu, peak) in median.items()
    ]
    print_table(("way, as a whole process", "wall, s", "CPU, s", "peak memory, MB", "rows written"), rows)
    wall = median["periodic family"][0]
    floor = median["reading the series into arrays"][0]
    print()
    print_table(
        ("periodic family", "found", "goal"),
        [
            ("wall, s", f"{wall:.1f}", f"under {GOAL_SECONDS}"),
            ("times the reading alone", f"{wall / floor:.1f}", ""),
        ],
    )


def _do(home: Path, steps: list[str], n_series: int) -> None:
    """Work in a process of its own; prints the number of rows that it wrote."""
    # The process that asks stays small without these.
    sys.path.insert(0, str(REPOSITORY))
    if steps == ["write"]:
        _write(home, n_series)
        return
    import dagster as dg

    from assets.nights import Night, batches_of_night
    from orchestration.definitions import definitions_of
    from orchestration.home import Home
    from warehouse import open_warehouse

    definitions = definitions_of(Home.at(home))
    if steps == ["read"]:
        issued = datetime.fromisoformat(NIGHT)
        with open_warehouse(Home.at(home).warehouse, holder="benchmark") as opened:
            for _ in batches_of_night(opened, Night(issued.date(), issued)):
                pass
        return
    wanted = [asset for asset in definitions.assets or () if asset.op.name in steps]
    if not wanted:
        return
    result = dg.materialize(wanted, partition_key=NIGHT, resources=definitions.resources)
    events = result.get_asset_materialization_events()
    counts = [event.materialization.metadata["dagster/row_count"].value for event in events]
    print(f"{sum(int(count) for count in counts if count is not None):,}")


def _write(home: Path, n_series: int) -> None:
    """Write series as a night leaves them: a daily course, a wandering level and gaps in every fourth."""
    import numpy as np
    import polars as pl
    from scipy.signal import lfilter

    from traffic.windowing.observations import align_days, observe
    from warehouse import open_warehouse

    home.mkdir(parents=True)
    (home / "sources.toml").write_text("", encoding="utf-8")
    rng = np.random.default_rng(4)
    n = DAYS * 86_400 // STEP_SECONDS
    start = datetime.fromisoformat(NIGHT) - timedelta(days=DAYS)
    at_utc = np.datetime64(start, "us") + np.arange(n) * np.timedelta64(STEP_SECONDS, "s")
    hour = 2 * np.pi * np.arange(n) / (86_400 / STEP_SECONDS)
    names = [f"net/link{row:05d}" for row in range(n_series)]
    with open_warehouse(home / "warehouse" / "traffic.duckdb", holder="benchmark") as opened:
        for row, name in enumerate(names):
            noise = lfilter([0.3], [1.0, -0.9], rng.standard_normal(n))
            shifted = hour - rng.uniform(0, 2)
            course = 2 + np.sin(shifted) + 0.3 * np.sin(2 * shifted) + 0.2 * (1.5 + np.sin(shifted)) * noise
            value = np.maximum(10 ** rng.uniform(7, 10) * course, 0.0)
            value[rng.random(n) < (0.01 if row % 4 == 0 else 0.0)] = np.nan
            grid = pl.DataFrame({"at_utc": at_utc, "value": pl.Series(value, nan_to_null=True)})
            seen = observe(grid.with_columns(is_observed=pl.col("value").is_not_null()), "UTC", STEP_SECONDS)
            owner = pl.lit(name).alias("series_id")
            opened.insert("series.observations", seen.with_columns(owner))
            days = align_days(seen, "UTC", STEP_SECONDS)
            opened.insert("series.day_ensemble", days.with_columns(owner))
        facts = {
            "source": "net",
            "kind": "export",
            "unit": "bit/s",
            "step_seconds": STEP_SECONDS,
            "phase_seconds": 0,
            "time_zone": "UTC",
            "observed_share": 1.0,
            "status": "ok",
            "first_utc": at_utc[0].item(),
            "last_utc": at_utc[-1].item(),
        }
        catalog = pl.DataFrame({"series_id": names}).with_columns(**{k: pl.lit(v) for k, v in facts.items()})
        opened.insert("series.catalog", catalog)


if __name__ == "__main__":
    main()
