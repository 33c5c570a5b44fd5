"""A reader of the published copy: ``python published_reader.py KIND PUBLISHED STOP_FILE``.

It looks again and again, each time with a connection of its own, until the stop file is there, and once more
then. For each look it prints when it began, when it ended and which night it saw; a look at more than one
night, or at half of one, ends it with what was wrong. Twenty begin at once: each loads only what it uses.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

PAUSE_SECONDS = 2.0
"""Between two looks: twenty readers and a night share as few as two cores."""

# Every night has rows of these, whatever becomes of its models.
OF_A_NIGHT = (
    "models.champions",
    "models.periodic",
    "models.backtests",
    "forecasts.points",
    "quality.expectations",
)
NIGHT = "SELECT issued_at_utc FROM platform.published_night"
NEWEST = " UNION ALL ".join(f"SELECT '{t}' AS t, max(issued_at_utc) AS night FROM {t}" for t in OF_A_NIGHT)
SCORED = "SELECT max(target_utc) AS target FROM forecasts.scores"
# A series whose champion has no points, or points whose series have no champion: half a night.
HALVES = """
    SELECT count(*) AS n
    FROM (SELECT series_id, issued_at_utc, model FROM models.champions WHERE model <> 'none')
    FULL JOIN (SELECT DISTINCT series_id, issued_at_utc, true AS has_points FROM forecasts.points)
        USING (series_id, issued_at_utc)
    WHERE model IS NULL OR has_points IS NULL
"""


def same(found: dict[str, Any], night: Any) -> None:
    other = {table: newest for table, newest in found.items() if newest != night}
    assert not other, f"the copy is of {night}, and has {other}"


def whole(newest: dict[str, Any], scored: datetime | None, halves: int, night: datetime) -> None:
    same(newest, night)
    assert scored is None or night - timedelta(days=1) <= scored < night, f"scored until {scored} in {night}"
    assert halves == 0, f"{halves} series of which half is there in {night}"


def duckdb_reader(folder: Path) -> datetime:
    import duckdb

    with duckdb.connect(str(folder / "traffic.duckdb"), read_only=True) as connection:
        ask = lambda query: connection.execute(query).fetchall()  # noqa: E731
        [(night,)] = ask(NIGHT)
        whole(dict(ask(NEWEST)), ask(SCORED)[0][0], ask(HALVES)[0][0], night)
        assert ask(NIGHT) == [(night,)]
        return night


def polars_reader(folder: Path) -> datetime:
    import duckdb
    import polars as pl

    with duckdb.connect(str(folder / "traffic.duckdb"), read_only=True) as connection:
        ask = lambda query: pl.read_database(query, connection)  # noqa: E731
        night = ask(NIGHT).item()
        whole(dict(ask(NEWEST).rows()), ask(SCORED).item(), ask(HALVES).item(), night)
        return night


def cli_reader(folder: Path) -> datetime:
    """One process of the command line, as a person has it open; times come as text."""
    words = [
        str(Path(sys.executable).with_name("duckdb")),
        "-readonly",
        "-csv",
        "-noheader",
        str(folder / "traffic.duckdb"),
    ]
    statements = "; ".join([NIGHT, NEWEST, HALVES])
    done = subprocess.run([*words, statements], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    night, *newest, halves = done.stdout.splitlines()
    at = datetime.fromisoformat(night)
    whole(
        {t: datetime.fromisoformat(each) for t, each in (row.split(",") for row in newest)},
        None,
        int(halves),
        at,
    )
    return at


def package_reader(folder: Path, read: Callable[[Path, list[str]], Any]) -> datetime:
    """Read the files that one ``datapackage.json`` names."""
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    night = datetime.fromisoformat(package["issued_at_utc"])
    resources = {resource["name"]: resource for resource in package["resources"]}
    newest = {}
    for table in OF_A_NIGHT:
        file = folder / resources[table]["path"]
        column = read(file, ["issued_at_utc"])["issued_at_utc"]
        assert len(column) == resources[table]["rows"], table
        newest[table] = column.max()
        assert resources[table]["hash"] == f"sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}", table
    same(newest, night)
    return night


def scanned(file: Path, columns: list[str]) -> Any:
    import polars as pl

    return pl.scan_parquet(file).select(columns).collect()


def read_by_pandas(file: Path, columns: list[str]) -> Any:
    import pandas as pd

    return pd.read_parquet(file, columns=columns)


KINDS: dict[str, Callable[[Path], datetime]] = {
    "duckdb": duckdb_reader,
    "polars": polars_reader,
    "cli": cli_reader,
    "scan_parquet": lambda folder: package_reader(folder, scanned),
    "pandas": lambda folder: package_reader(folder, read_by_pandas),
}


def main() -> None:
    kind, folder, stop = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    is_last = False
    while not is_last:
        is_last = stop.exists()
        begin = time.monotonic()
        night = KINDS[kind](folder)
        print(json.dumps([begin, time.monotonic(), night.isoformat()]), flush=True)
        time.sleep(PAUSE_SECONDS)


if __name__ == "__main__":
    main()
