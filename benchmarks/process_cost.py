"""What one process took, as the operating system counts it. What is run, and why, is in the benchmarks.

The process that asks must stay small: until a child runs its own program it counts as large as its parent.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Cost:
    """What a process took: seconds on the wall and of CPU, the most memory it held, in MB; and its output."""

    wall: float
    cpu: float
    peak_mb: float
    output: str = ""


def cost_of(*words: str) -> Cost:
    """Run a command on the code of this checkout and ask the operating system what it took.

    Raises
    ------
    SystemExit
        If the command does not end well.
    """
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        begin = time.monotonic()
        process = subprocess.Popen(words, env=environment, stdin=None, stdout=output, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - begin
        for stream in (output, errors):
            stream.seek(0)
        if status != 0:
            raise SystemExit(f"{' '.join(words)} ended with status {status}\n{errors.read()}")
        return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, output.read())


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table as it stands in benchmarks/README.md, numbers to the right."""
    print(f"| {' | '.join(header)} |")
    print(f"| --- |{' ---: |' * (len(header) - 1)}")
    for row in rows:
        print(f"| {' | '.join(row)} |")
