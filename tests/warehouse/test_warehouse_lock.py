"""One writer at a time, between processes."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from warehouse import QueryError, WarehouseBusyError, open_warehouse, read_query
from warehouse.lock import hold

Start = Callable[..., "subprocess.Popen[str]"]

HOLD = """
import sys
from pathlib import Path
from warehouse.lock import hold
path, holder, kind, wait = sys.argv[1:]
def say(word):
    print(word, flush=True)
with hold(Path(path), holder, shared=kind == "shared", wait_seconds=float(wait), on_wait=say):
    say("held")
    sys.stdin.read()
"""
WRITE = """
import sys
from pathlib import Path
from warehouse import open_warehouse
with open_warehouse(Path(sys.argv[1]), holder="the night of 2 May", wait_seconds=0):
    print("open", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    return tmp_path / "traffic.lock"


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def end(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait() == 0


def test_the_second_waits_is_told_for_whom_and_then_gets_it(lock: Path, start: Start) -> None:
    first = start(HOLD, lock, "the first", "exclusive", 0)
    assert said(first) == "held"
    second = start(HOLD, lock, "the second", "exclusive", 60)
    assert said(second) == f"waiting for the warehouse, held by the first (process {first.pid})"
    end(first)
    assert said(second) == "held"
    end(second)


def test_who_does_not_wait_is_told_who_holds_it(lock: Path, start: Start) -> None:
    first = start(HOLD, lock, "the first", "exclusive", 0)
    assert said(first) == "held"
    with (
        pytest.raises(WarehouseBusyError, match=rf"held by the first \(process {first.pid}\); wait until"),
        hold(lock, "the second", wait_seconds=0),
    ):
        pass
    end(first)
    with hold(lock, "the second", wait_seconds=0):
        assert lock.read_text() == f"the second (process {os.getpid()})"


def test_a_killed_holder_frees_it(lock: Path, start: Start) -> None:
    first = start(HOLD, lock, "the first", "exclusive", 0)
    assert said(first) == "held"
    first.kill()
    first.wait()
    with hold(lock, "the second", wait_seconds=0):
        assert lock.read_text().startswith("the second ")


def test_readers_share_it_and_keep_writers_out(lock: Path, start: Start) -> None:
    reader = start(HOLD, lock, "a reader", "shared", 0)
    assert said(reader) == "held"
    with hold(lock, "another reader", shared=True, wait_seconds=0):
        pass
    with (
        pytest.raises(WarehouseBusyError, match="held by another reader; wait until it ends"),
        hold(lock, "a writer", wait_seconds=0),
    ):
        pass
    end(reader)
    with hold(lock, "a writer", wait_seconds=0):
        pass


def test_a_reader_is_not_taken_for_the_writer_before_it(lock: Path, start: Start) -> None:
    with hold(lock, "a night that is over", wait_seconds=0):
        pass
    reader = start(HOLD, lock, "a reader", "shared", 0)
    assert said(reader) == "held"
    with pytest.raises(WarehouseBusyError, match="held by a reader;"), hold(lock, "a night", wait_seconds=0):
        pass


def test_a_writer_keeps_readers_out(lock: Path, start: Start) -> None:
    writer = start(HOLD, lock, "a writer", "exclusive", 0)
    assert said(writer) == "held"
    with (
        pytest.raises(WarehouseBusyError, match="held by a writer"),
        hold(lock, "a reader", shared=True, wait_seconds=0),
    ):
        pass


def test_an_error_within_frees_it(lock: Path) -> None:
    with pytest.raises(KeyboardInterrupt), hold(lock, "the first", wait_seconds=0):
        raise KeyboardInterrupt
    with hold(lock, "the second", wait_seconds=0):
        pass


def test_a_shorter_name_leaves_nothing_of_the_longer_one_before(lock: Path) -> None:
    for holder in ("a holder with a long name", "me"):
        with hold(lock, holder, wait_seconds=0):
            pass
    assert lock.read_text() == f"me (process {os.getpid()})"


def test_an_open_warehouse_turns_others_away_with_a_sentence(path: Path, start: Start) -> None:
    night = start(WRITE, path)
    assert said(night) == "open"
    with (
        pytest.raises(WarehouseBusyError, match=f"held by the night of 2 May .process {night.pid}."),
        open_warehouse(path, holder="another night", wait_seconds=0),
    ):
        pass
    with pytest.raises(WarehouseBusyError, match=r"traffic\.duckdb is open in another process"):
        read_query(path, "SELECT 1")
    end(night)
    assert read_query(path, "SELECT 1 AS one").item() == 1


def test_a_night_that_meets_a_reader_of_the_warehouse_says_so(path: Path, start: Start) -> None:
    with open_warehouse(path, holder="a night", wait_seconds=0):
        pass
    reader = start(
        "import sys, duckdb\n"
        "with duckdb.connect(sys.argv[1], read_only=True):\n"
        "    print('reading', flush=True)\n"
        "    sys.stdin.read()",
        path,
    )
    assert said(reader) == "reading"
    with (
        pytest.raises(WarehouseBusyError, match="open in another process"),
        open_warehouse(path, holder="another night", wait_seconds=0),
    ):
        pass
    assert read_query(path, "SELECT 1 AS one").item() == 1  # readers do not hinder one another
    end(reader)
    with open_warehouse(path, holder="another night", wait_seconds=0):
        pass


def test_a_killed_writer_leaves_what_it_had_committed_and_no_more(path: Path, start: Start) -> None:
    night = start(
        "import sys, os, signal\n"
        "from pathlib import Path\n"
        "import polars as pl\n"
        "from warehouse import open_warehouse\n"
        "def line(number):\n"
        "    row = {'source': 'www', 'file_id': 'f', 'line_number': number, 'reason': 'r'}\n"
        "    return pl.DataFrame([row])\n"
        "with open_warehouse(Path(sys.argv[1]), holder='a night', wait_seconds=0) as warehouse:\n"
        "    with warehouse.transaction():\n"
        "        warehouse.insert('raw.rejected_lines', line(1))\n"
        "        warehouse.insert('raw.rejected_lines', line(2))\n"
        "    with warehouse.transaction():\n"
        "        warehouse.insert('raw.rejected_lines', line(3))\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n",
        path,
    )
    assert night.wait() == -9
    lines = "SELECT line_number FROM raw.rejected_lines ORDER BY ALL"
    assert read_query(path, lines)["line_number"].to_list() == [1, 2]
    with open_warehouse(path, holder="the next night", wait_seconds=0) as warehouse:
        assert warehouse.query(lines)["line_number"].to_list() == [1, 2]
    with pytest.raises(QueryError, match="read-only"):
        read_query(path, "DELETE FROM raw.rejected_lines")
