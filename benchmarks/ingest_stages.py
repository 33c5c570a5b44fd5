"""What ``ingest`` measures, each stage in a process of its own: ``python ingest_stages.py STAGE WORDS``.

A stage loads its libraries first and then prints the seconds of its work, wall and CPU, as JSON, so that
starting up can be told from working. This is the only benchmark that knows the project's modules.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

FIRST = datetime(2025, 3, 1)
SPAN = timedelta(days=2)
NIGHT = "2025-03-03"
LINE_PATTERN = (
    r'^(\S+) (\S+) (\S+) \[([^\]]+)\] "((?:[^"\\]|\\.)*)" ([0-9]{3}|-) ([0-9]+|-) '
    r'"((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)"'
)
FIELDS = ("host", "identity", "user", "time", "request", "status", "bytes", "referrer", "agent")

Work = Callable[[], object]


def write(path: str, lines: str, twin: str) -> Work:
    """Write the log, and its twin without the bytes that ``polars.scan_lines`` refuses."""
    from odd_log import write_log

    return lambda: write_log(Path(path), int(lines), FIRST, SPAN, Path(twin))


def read_lines(path: str) -> Work:
    """Read the lines and do nothing with them."""
    import polars as pl

    return lambda: pl.scan_lines(path).collect()


def parse(path: str) -> Work:
    """Parse with this project, block by block, as a night does, and keep nothing."""
    from traffic.parsing.content import LineBlock, decompressed_chunks, line_blocks
    from traffic.parsing.weblog import FORMATS, WebLogReader, proven_lines

    proven_lines.prove_combined(LineBlock(b"\n", 1))  # loads what was compiled before

    def work() -> None:
        reader = WebLogReader(FORMATS["combined"], "UTC")
        with Path(path).open("rb") as stream:
            for _ in reader.read_blocks(line_blocks(decompressed_chunks(stream))):
                pass

    return work


def ingest(path: str, home: str) -> Work:
    """Go this project's whole way from a file to committed rows, in a new warehouse."""
    from assets.ingestion import ingest as read_files
    from assets.landing import Landing
    from assets.sources import read_sources
    from warehouse import open_warehouse

    declare(home, path)

    def work() -> None:
        sources = read_sources(Path(home) / "sources.toml")
        with open_warehouse(Path(home) / "warehouse" / "traffic.duckdb", holder="a benchmark") as warehouse:
            read_files(warehouse, Landing(Path(home), sources), print_nothing)

    return work


def duckdb_regex(path: str) -> Work:
    """Parse with one regular expression of DuckDB, into a table of strings."""
    import duckdb

    groups = ", ".join(f"'{name}'" for name in FIELDS)
    # A separator that no line holds makes a column of whole lines; in Latin-1 every byte is a letter.
    query = (
        f"CREATE TABLE requests AS SELECT unnest(regexp_extract(line, '{LINE_PATTERN}', [{groups}])) "
        f"FROM read_csv('{path}', columns = {{'line': 'VARCHAR'}}, delim = chr(2), quote = '', escape = '', "
        "header = false, auto_detect = false, encoding = 'latin-1')"
    )
    return lambda: duckdb.connect().execute(query)


def declare(home: str, path: str) -> None:
    """Write the sources.toml of a home that reads one log."""
    Path(home).mkdir(parents=True, exist_ok=True)
    entry = f'[[weblog]]\nname = "www"\nfiles = "{path}"\nformat = "combined"\nstep = "2m"\n'
    (Path(home) / "sources.toml").write_text(entry, encoding="utf-8")


def print_nothing(_: str) -> None:
    """Take a sentence and keep it."""


STAGES: dict[str, Callable[..., Work]] = {
    stage.__name__: stage for stage in (write, read_lines, parse, ingest, duckdb_regex)
}


def main() -> None:
    """Do the work of one stage and print what it took."""
    stage, *words = sys.argv[1:]
    work = STAGES[stage](*words)
    wall, cpu = time.perf_counter(), time.process_time()
    kept = work()
    print(json.dumps({"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}))
    del kept


if __name__ == "__main__":
    main()
