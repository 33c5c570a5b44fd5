"""How fast a combined log comes in, beside reading its lines, GoAccess and DuckDB's regular expressions.

Run with ``make bench-ingest``, or ``python benchmarks/ingest.py --lines 20`` for the log of 4 GB.
Everything is measured in one run, in turn, each in a process of its own; ``ingest_stages`` holds the work,
``odd_log`` the log. Prints the tables of benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from ingest_stages import NIGHT, declare
from process_cost import Cost, cost_of, print_table

STAGES = str(Path(__file__).with_name("ingest_stages.py"))
NIGHTLY = "import sys; from orchestration.cli import main; main(sys.argv[1:])"
GOACCESS = ("--log-format=COMBINED", "--no-global-config", "--no-progress")


def main() -> None:
    """Write the log, measure every way through it, print the figures and the ratios with their goals."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--lines", type=float, default=2, help="millions of lines")
    parser.add_argument("--folder", type=Path, help="where to write; four times the log's size is needed")
    parser.add_argument("--without-night", action="store_true", help="leave the whole night out")
    parser.add_argument("--without-goaccess", action="store_true", help="leave GoAccess out")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=wanted.folder) as folder:
        bench = Bench(Path(folder), round(wanted.lines * 1_000_000))
        bench.write()
        bench.measure(
            with_night=not wanted.without_night,
            with_goaccess=not wanted.without_goaccess and shutil.which("goaccess") is not None,
        )
        bench.tell()


class Bench:
    """One log, and what each way through it took.

    Parameters
    ----------
    folder : Path
        Empty.
    lines : int
        Of the log.
    """

    def __init__(self, folder: Path, lines: int) -> None:
        self._folder = folder
        self._lines = lines
        self._log = folder / "access.log"
        self._text = folder / "access.text.log"
        self._packed = folder / "access.log.gz"
        self._costs: dict[str, Cost] = {}
        self._work: dict[str, float] = {}

    def write(self) -> None:
        """Write the log, its twin of plain text and its gzip."""
        self._stage("writing", "write", self._log, self._lines, self._text)
        del self._costs["writing"], self._work["writing"]
        subprocess.run(["gzip", "-kn", str(self._log)], check=True)

    def measure(self, *, with_night: bool, with_goaccess: bool) -> None:
        """Measure each way in turn."""
        log, packed = self._log, self._packed
        cost_of(*_quiet("cat", str(log), str(self._text), str(packed)))  # each finds its file in the cache
        self._stage("reading the lines (polars.scan_lines)", "read_lines", self._text)
        self._stage("parse", "parse", log)
        self._stage("file to committed rows", "ingest", log, self._folder / "plain")
        self._stage("DuckDB, one regular expression", "duckdb_regex", log)
        self._command("gzip, reading alone", *_quiet("gzip", "-dc", str(packed)))
        self._stage("parse of the gzip", "parse", packed)
        self._stage("gzip to committed rows", "ingest", packed, self._folder / "packed")
        if with_goaccess:
            made = f"{self._folder}/report.json"
            self._command("GoAccess to JSON", "goaccess", str(log), *GOACCESS, "-o", made)
            piped = f"gzip -dc '{packed}' | goaccess - {' '.join(GOACCESS)} -o '{made}'"
            self._command("GoAccess to JSON, gzip piped in", "sh", "-c", piped)
        if with_night:
            home = str(self._folder / "night")
            declare(home, str(log))
            words = ("nightly", "--home", home, "--as-of", NIGHT)
            self._command("a whole night on the file", sys.executable, "-c", NIGHTLY, *words)

    def tell(self) -> None:
        """Print what each took, and the ratios."""
        size = self._log.stat().st_size / 1e6
        print(
            f"{self._lines:,} lines, {size:,.0f} MB, as gzip {self._packed.stat().st_size / 1e6:,.0f} MB; "
            f"{os.cpu_count()} cores, Python {sys.version.split()[0]}.\n"
        )
        print_table(
            ("way", "work, s", "million lines/s", "process, s", "CPU, s", "peak memory, MB"),
            [self._row(name, cost) for name, cost in self._costs.items()],
        )
        if "GoAccess to JSON" not in self._costs:
            print("\nGoAccess was not measured: apt-get install goaccess.")
        print()
        print_table(("ratio", "found", "goal"), [row for row in self._ratios() if row is not None])

    def _row(self, name: str, cost: Cost) -> tuple[str, ...]:
        work = self._work[name]
        speed = self._lines / work / 1e6
        figures = (work, f"{speed:.2f}", cost.wall, cost.cpu)
        told = [figure if isinstance(figure, str) else f"{figure:.1f}" for figure in figures]
        return (name, *told, f"{cost.peak_mb:.0f}")

    def _ratios(self) -> list[tuple[str, str, str] | None]:
        reading, unpacking = "reading the lines (polars.scan_lines)", "gzip, reading alone"
        way, packed_way = "file to committed rows", "gzip to committed rows"
        peak = max(
            cost.peak_mb for name, cost in self._costs.items() if name in (way, "a whole night on the file")
        )
        return [
            self._ratio("parse / reading the lines", "parse", reading, "at most 1.3"),
            self._ratio("GoAccess / file to committed rows", "GoAccess to JSON", way, "at least 3"),
            self._ratio(
                "parse of the gzip / gzip's own reading", "parse of the gzip", unpacking, "at most 1.3"
            ),
            self._ratio("gzip to committed rows / gzip's own reading", packed_way, unpacking, "none"),
            self._ratio(
                "GoAccess, gzip piped in / gzip to committed rows",
                "GoAccess to JSON, gzip piped in",
                packed_way,
                "at least 3",
            ),
            self._ratio(
                "DuckDB's regular expression / parse", "DuckDB, one regular expression", "parse", "none"
            ),
            ("peak memory of the way and of the night, MB", f"{peak:.0f}", "under 1,500 for 4 GB"),
        ]

    def _ratio(self, name: str, over: str, under: str, goal: str) -> tuple[str, str, str] | None:
        if over not in self._work or under not in self._work:
            return None
        return name, f"{self._work[over] / self._work[under]:.2f}", goal

    def _stage(self, name: str, stage: str, *words: object) -> None:
        cost = cost_of(sys.executable, STAGES, stage, *map(str, words))
        self._costs[name] = cost
        self._work[name] = json.loads(cost.output)["wall"]

    def _command(self, name: str, *words: str) -> None:
        self._costs[name] = cost_of(*words)
        self._work[name] = self._costs[name].wall


def _quiet(*words: str) -> tuple[str, ...]:
    """Return the command without its output, which would be kept otherwise."""
    return ("sh", "-c", 'exec "$@" > /dev/null', "sh", *words)


if __name__ == "__main__":
    main()
