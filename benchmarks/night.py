"""How long a night takes on the simulated landing zone, as a whole process: wall, CPU and peak memory.

Run with ``make bench``. Writes nothing but a temporary folder; prints the table of benchmarks/README.md.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

RUNS = 3
NIGHT = "2025-11-17"
DIURNAL = str(Path(sys.executable).with_name("diurnal"))


@dataclass(frozen=True)
class Cost:
    """What one process took: seconds on the wall and of CPU, and the most memory it held, in MB."""

    wall: float
    cpu: float
    peak_mb: float


def cost_of(*words: str) -> Cost:
    """Run a command and ask the operating system what it took."""
    begin = time.monotonic()
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - begin
    if status != 0:
        raise SystemExit(f"{' '.join(words)} ended with status {status}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


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
    print("| run | wall, s | CPU, s | peak memory, MB |\n| --- | ---: | ---: | ---: |")
    for name, runs in costs.items():
        wall, cpu, peak = (
            statistics.median(getattr(run, figure) for run in runs) for figure in ("wall", "cpu", "peak_mb")
        )
        print(f"| {name} | {wall:.1f} | {cpu:.1f} | {peak:.0f} |")


if __name__ == "__main__":
    main()
