"""How long a night takes on the simulated landing zone, as a whole process: wall, CPU and peak memory.

Run with ``make bench``. Writes nothing but a temporary folder; prints the table of benchmarks/README.md.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from process_cost import Cost, cost_of, print_table

RUNS = 3
NIGHT = "2025-11-17"
DIURNAL = str(Path(sys.executable).with_name("diurnal"))


def main() -> None:
    """Time the first and the second night of fresh homes, and starting up as the floor."""
    costs: dict[str, list[Cost]] = {"start-up alone": [], "first night": [], "second night, nothing new": []}
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory() as home:
            subprocess.run([DIURNAL, "demo", "--home", home], check=True, stdout=subprocess.DEVNULL)
            night = (DIURNAL, "nightly", "--home", home, "--as-of", NIGHT)
            costs["start-up alone"].append(cost_of(sys.executable, "-c", "import orchestration.definitions"))
            costs["first night"].append(cost_of(*night))
            costs["second night, nothing new"].append(cost_of(*night))
    print(f"Median of {RUNS} runs, {os.cpu_count()} cores, Python {sys.version.split()[0]}.\n")
    rows = []
    for name, runs in costs.items():
        wall, cpu, peak = (
            statistics.median(getattr(run, figure) for run in runs) for figure in ("wall", "cpu", "peak_mb")
        )
        rows.append((name, f"{wall:.1f}", f"{cpu:.1f}", f"{peak:.0f}"))
    print_table(("run", "wall, s", "CPU, s", "peak memory, MB"), rows)


if __name__ == "__main__":
    main()
