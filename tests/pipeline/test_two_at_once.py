"""Two runs on one home, readers beside a run, a run that is killed: nothing is lost, and each says why."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from warehouse import open_warehouse

pytestmark = pytest.mark.pipeline

SCHEMAS = ("raw", "series", "models", "forecasts", "diagnostics")
# What differs between two homes that have read the same: clocks, and where the files lie.
INCIDENTAL = ("loaded_at_utc", "run_at_utc", "modified_utc", "path")


@pytest.fixture(scope="module")
def new_home(
    tmp_path_factory: pytest.TempPathFactory, installation: Any, hourly_csv: Any, single_export: Any
) -> Callable[[str], Any]:
    """Make a home with one small export."""

    def make(name: str) -> Any:
        home = installation(tmp_path_factory.mktemp(name), single_export("cloud", "landing/*.csv"))
        (home.path / "landing").mkdir()
        (home.path / "landing" / "load.csv").write_text(hourly_csv(datetime(2024, 3, 1), 12 * 24))
        return home

    return make


@pytest.fixture(scope="module")
def undisturbed(new_home: Callable[[str], Any], diurnal: Any) -> tuple[Any, dict[str, Any]]:
    home = new_home("undisturbed")
    ended = diurnal("nightly", "--home", home.path)
    assert ended.code == 0, ended
    return home, home.fingerprints(*SCHEMAS, leaving_out=INCIDENTAL)


@pytest.fixture
def halfway(start: Any, wait_for: Any) -> Callable[[Any], Any]:
    """Start a night and stop its process, still alive, when the series are made and the fits are not."""

    def stop(home: Any) -> Any:
        process = start("nightly", "--home", home.path)
        wait_for(lambda: process.poll() is not None or _series_are_made(home), "the night's first steps")
        process.send_signal(signal.SIGSTOP)
        assert process.poll() is None, "the night was over before it could be stopped"
        return process

    return stop


def _series_are_made(home: Any) -> bool:
    if not any((home.path / "dagster" / "running").glob("*")):
        return False
    with home.instance() as instance:
        at_work = instance.get_runs(dg.RunsFilter(job_name="nightly", statuses=[dg.DagsterRunStatus.STARTED]))
        return any(
            step.status is not None and step.status.value == "SUCCESS"
            for run in at_work
            for step in instance.get_run_step_stats(run.run_id, ["series_of_sources"])
        )


def test_of_two_nights_at_once_one_waits_and_both_are_done(
    new_home: Callable[[str], Any], start: Any, undisturbed: Any
) -> None:
    home = new_home("both")
    processes = [start("nightly", "--home", home.path) for _ in range(2)]
    ends = [(*process.communicate(timeout=300), process.returncode) for process in processes]
    assert [code for *_, code in ends] == [0, 0], ends
    assert any("waiting for the warehouse, held by run " in err for _, err, _ in ends), ends
    assert home.fingerprints(*SCHEMAS, leaving_out=INCIDENTAL) == undisturbed[1]
    with home.instance() as instance:
        assert {run.status for run in instance.get_runs()} == {dg.DagsterRunStatus.SUCCESS}


def test_one_that_does_not_wait_says_who_holds_the_warehouse(undisturbed: Any, diurnal: Any) -> None:
    home, _ = undisturbed
    with open_warehouse(home.path / "warehouse" / "traffic.duckdb", holder="a test"):
        ended = diurnal("nightly", "--home", home.path, "--wait", "0")
    assert ended.code == 1
    assert f": the warehouse is held by a test (process {os.getpid()}); wait until it ends" in ended.out
    assert "Traceback" not in ended.out + ended.err


def test_queries_are_answered_while_a_night_runs(undisturbed: Any, halfway: Any, diurnal: Any) -> None:
    home, before = undisturbed
    night = halfway(home)
    try:
        published = diurnal("sql", "--home", home.path, "SELECT count(*) AS n FROM forecasts.latest_forecast")
        warehouse = diurnal("sql", "--home", home.path, "--warehouse", "SELECT 1")
        sources = diurnal("sources", "--home", home.path)
    finally:
        night.send_signal(signal.SIGCONT)
    out, err = night.communicate(timeout=300)
    assert published.code == 0, published
    assert "24" in published.out
    assert warehouse.code == 2
    assert f"(process {night.pid}); wait until it ends, or ask the published copy" in warehouse.err
    assert warehouse.err.count("\n") == 1
    assert sources.code == 0, sources
    assert night.returncode == 0, out + err
    assert home.fingerprints(*SCHEMAS, leaving_out=INCIDENTAL) == before


def test_a_reader_of_the_warehouse_makes_a_night_wait_instead_of_failing(
    undisturbed: Any, start: Any, wait_for: Any, diurnal: Any, tmp_path: Path
) -> None:
    home, _ = undisturbed
    reader = start("sql", "--home", home.path, "--warehouse", "SELECT sum(i) FROM range(40_000_000_000) t(i)")
    try:
        lock = home.path / "warehouse" / "traffic.lock"
        wait_for(lambda: _is_open_by(reader.pid, lock), "the reader's opening of the warehouse")
        ended = diurnal("nightly", "--home", home.path, "--wait", "0")
        assert reader.poll() is None, "the query was too quick to be in the way"
    finally:
        reader.kill()
        reader.communicate(timeout=60)
    assert ended.code == 1
    assert "the warehouse is held by" in ended.out


def _is_open_by(process_id: int, path: Path) -> bool:
    links = Path(f"/proc/{process_id}/fd").glob("*")
    return any(os.path.realpath(link) == str(path) for link in links)


def test_after_a_killed_night_the_next_one_recovers(
    new_home: Callable[[str], Any], halfway: Any, diurnal: Any, undisturbed: Any
) -> None:
    home = new_home("killed")
    night = halfway(home)
    night.kill()
    night.communicate(timeout=60)
    assert not (home.path / "published" / "traffic.duckdb").exists()
    ended = diurnal("nightly", "--home", home.path)
    assert ended.code == 0, ended
    assert home.fingerprints(*SCHEMAS, leaving_out=INCIDENTAL) == undisturbed[1]
    with home.instance() as instance:
        nights = instance.get_runs(dg.RunsFilter(job_name="nightly"))
        statuses = [run.status for run in nights]  # the newest first
    assert statuses == [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE]
    assert not list((home.path / "dagster" / "running").iterdir())
