"""A night that is killed leaves, of each file, all or nothing; the next one ends as if nothing had been."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
Raw = dict[str, list[dict[str, Any]]]
NIGHT = """
import os, signal, sys
from pathlib import Path
from assets.ingestion import ingest
from assets.landing import Landing
from assets.sources import read_sources
from warehouse import Warehouse, open_warehouse

home, fatal, moment = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
insert, calls = Warehouse.insert, 0

def insert_or_die(self, table, frame):
    global calls
    calls += 1
    if calls == fatal and moment == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    insert(self, table, frame)
    if calls == fatal and moment == "after":
        os.kill(os.getpid(), signal.SIGKILL)

Warehouse.insert = insert_or_die
with open_warehouse(home / "warehouse" / "traffic.duckdb", holder="a night", wait_seconds=0) as warehouse:
    ingest(warehouse, Landing(home, read_sources(home / "sources.toml")), print)
"""


@pytest.fixture(scope="module")
def fill(
    web_log: Callable[..., str], export: Callable[..., str], log_line: Callable[..., str]
) -> Callable[..., None]:
    """Put five files into a home, whose reading inserts 13 times."""

    def put(home: Any, zone: str = "UTC") -> None:
        log = "".join(log_line(f"10:{minute:02d}:00", offset="") for minute in range(60))
        home.put("landing/www/a", log + "nonsense\n" * 3)
        home.put("landing/www/b", "")
        home.put("landing/www/c", log.replace("13/Nov", "14/Nov"))
        for day in (1, 2):
            lines = "".join(f"2025-07-{day:02d} {hour:02d}:00,{hour},x\n" for hour in range(24))
            home.put(f"landing/isp/{day}.csv", "time,up,down\n" + lines + "torn\n")
        home.declare(web_log(time_zone=zone), export(time_zone=zone, step="1h"))

    return put


def by_name(raw: Raw) -> Raw:
    """The tables, with names in the place of paths, which differ from home to home."""
    files = [row | {"path": Path(row["path"]).name} for row in raw["raw.ingested_files"]]
    return raw | {"raw.ingested_files": sorted(files, key=lambda row: str(row["path"]))}


def of_file(raw: Raw, file_id: str) -> Raw:
    return {table: [row for row in rows if row["file_id"] == file_id] for table, rows in raw.items()}


@pytest.fixture(scope="module")
def undisturbed(
    make_home: Callable[[Path], Any], tmp_path_factory: pytest.TempPathFactory, fill: Callable[..., None]
) -> dict[str, Raw]:
    """The raw tables after a night that nothing disturbed, by time zone."""
    tables = {}
    for zone in ("UTC", "America/New_York"):
        home = make_home(tmp_path_factory.mktemp("undisturbed") / "home")
        fill(home, zone)
        home.ingest()
        tables[zone] = by_name(home.raw())
        home.close()
    return tables


def kill_a_night(home: Any, fatal: int, moment: str) -> None:
    home.close()
    command = [sys.executable, "-c", NIGHT, str(home.path), str(fatal), moment]
    night = subprocess.run(command, cwd=REPOSITORY, capture_output=True, check=False)
    assert night.returncode == -9, night.stderr.decode()


# A log inserts its requests, its rejected lines and its ledger row, an export likewise, the empty file only a
# ledger row.
FILES_DONE = {(1, "after"): 0, (5, "after"): 2, (10, "before"): 3, (13, "after"): 4}


@pytest.mark.parametrize(("fatal", "moment"), FILES_DONE)
def test_a_killed_night_leaves_all_or_nothing_of_each_file(
    home: Any, fill: Callable[..., None], undisturbed: dict[str, Raw], fatal: int, moment: str
) -> None:
    fill(home)
    whole = undisturbed["UTC"]
    kill_a_night(home, fatal, moment)
    left = by_name(home.raw())
    assert len(left["raw.ingested_files"]) == FILES_DONE[fatal, moment]
    done = {row["file_id"] for row in left["raw.ingested_files"]}
    for file_id in {row["file_id"] for row in whole["raw.ingested_files"]}:
        nothing: Raw = {table: [] for table in whole}
        assert of_file(left, file_id) == (of_file(whole, file_id) if file_id in done else nothing)
    home.ingest()
    assert by_name(home.raw()) == whole


@pytest.mark.parametrize(("fatal", "moment", "n_anew"), [(2, "after", 1), (9, "after", 3)])
def test_a_night_killed_while_it_reads_anew_leaves_each_file_as_it_was_or_as_it_will_be(
    home: Any, fill: Callable[..., None], undisturbed: dict[str, Raw], fatal: int, moment: str, n_anew: int
) -> None:
    fill(home)
    home.ingest()
    fill(home, "America/New_York")
    before, after = undisturbed["UTC"], undisturbed["America/New_York"]
    kill_a_night(home, fatal, moment)
    left = by_name(home.raw())
    readers = {row["reader"] for row in after["raw.ingested_files"]}
    anew = {row["file_id"] for row in left["raw.ingested_files"] if row["reader"] in readers}
    assert len(anew) == n_anew
    for file_id in {row["file_id"] for row in before["raw.ingested_files"]}:
        assert of_file(left, file_id) == of_file(after if file_id in anew else before, file_id)
    home.ingest()
    assert by_name(home.raw()) == after
