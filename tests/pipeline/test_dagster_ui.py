"""Dagster's own webserver and daemon on one home, asked by GraphQL as the pages in a browser ask them."""

from __future__ import annotations

import itertools
import signal
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from dagster_ui import LOCATION, Ui, running_ui

pytestmark = pytest.mark.pipeline

REPOSITORY = {"repositoryLocationName": LOCATION, "repositoryName": "__repository__"}
NIGHT, EARLIER_NIGHTS = "2024-03-13", ["2024-03-11", "2024-03-12"]

LAUNCH = """
mutation($params: ExecutionParams!) { launchRun(executionParams: $params) {
    __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message }
} }
"""
RUN = "query($id: ID!) { runOrError(runId: $id) { ... on Run { status startTime endTime } } }"
BACKFILL = """
mutation($params: LaunchBackfillParams!) { launchPartitionBackfill(backfillParams: $params) {
    __typename ... on LaunchBackfillSuccess { backfillId } ... on PythonError { message }
} }
"""
BACKFILL_STATE = """
query($id: String!) { partitionBackfillOrError(backfillId: $id) { ... on PartitionBackfill {
    status runs { id status startTime endTime tags { key value } }
} } }
"""
ENDED = ("SUCCESS", "FAILURE", "CANCELED")


@pytest.fixture(scope="module")
def empty_ui(
    tmp_path_factory: pytest.TempPathFactory, installation: Any, wait_for: Callable[..., Any]
) -> Iterator[Ui]:
    """Open the UI on a folder with nothing in it."""
    folder = tmp_path_factory.mktemp("ui")
    home = installation(folder / "home", "")
    (home.path / "sources.toml").unlink()
    with running_ui(home, folder / "ui.log") as ui:
        wait_for(ui.location, "the loading of the code location", on_failure=ui.tail)
        yield ui


@pytest.fixture(scope="module")
def said_when_empty(empty_ui: Ui) -> str:
    return str(empty_ui.assets()["raw.ingested_files"]["description"])


@pytest.fixture(scope="module")
def said_when_broken(empty_ui: Ui, said_when_empty: str) -> str:
    (empty_ui.home.path / "sources.toml").write_text('[[export]]\nname = "cloud"\nfiels = "landing/*.csv"\n')
    empty_ui.reload()
    return str(empty_ui.assets()["raw.ingested_files"]["description"])


@pytest.fixture(scope="module")
def ui(
    empty_ui: Ui, said_when_broken: str, hourly_csv: Callable[..., str], single_export: Callable[..., str]
) -> Ui:
    """The same UI, once sources.toml has been mended and a file has landed."""
    home = empty_ui.home.path
    (home / "sources.toml").write_text(single_export("cloud", "landing/*.csv"))
    (home / "landing").mkdir()
    (home / "landing" / "load.csv").write_text(hourly_csv(datetime(2024, 3, 1), 12 * 24))
    empty_ui.reload()
    return empty_ui


FILES = {"published.metrics", "reports.page"}
"""Assets that are no tables and hold none."""


def test_it_opens_on_an_empty_home_and_says_so(empty_ui: Ui, said_when_empty: str) -> None:
    assert f"{empty_ui.home.path / 'sources.toml'} does not exist" in said_when_empty


def test_it_opens_on_a_broken_sources_toml_and_says_so(empty_ui: Ui, said_when_broken: str) -> None:
    assert str(empty_ui.home.path / "sources.toml") in said_when_broken
    assert '"cloud" fiels: this key is not known; did you mean files?' in said_when_broken


def test_the_code_location_has_the_job_the_schedule_and_the_sensor(ui: Ui) -> None:
    entry = ui.location()
    assert entry["name"] == LOCATION
    [repository] = entry["locationOrLoadError"]["repositories"]
    assert {"nightly", "ingest"} <= {job["name"] for job in repository["jobs"]}
    [schedule] = repository["schedules"]
    assert schedule == {
        "name": "nightly",
        "cronSchedule": "0 2 * * *",
        "executionTimezone": "UTC",
        "scheduleState": {"status": "RUNNING"},
    }
    assert "new_landing_file" in {sensor["name"] for sensor in repository["sensors"]}


def test_every_asset_is_a_table_with_its_group_kinds_owner_and_description(ui: Ui) -> None:
    assets = ui.assets()
    assert {"raw.web_requests", "series.observations", "forecasts.points", "published.traffic"} <= set(assets)
    for name, node in assets.items():
        assert node["groupName"] == name.split(".")[0]
        assert "duckdb" in node["kinds"] or name in FILES
        assert node["owners"] == [{"team": "network-operations"}]
        assert node["description"]
        assert "Nothing can be read" not in node["description"]
        assert node["isPartitioned"] == (node["groupName"] != "raw")


@pytest.fixture(scope="module")
def runs(ui: Ui, wait_for: Callable[..., Any]) -> tuple[Any, list[Any]]:
    """A night that was launched, and the runs of a backfill that was asked for meanwhile."""
    params = {
        "selector": REPOSITORY | {"jobName": "nightly"},
        "mode": "default",
        "runConfigData": {},
        "executionMetadata": {"tags": [{"key": "dagster/partition", "value": NIGHT}]},
    }
    launched = ui.ask(LAUNCH, params=params)["launchRun"]
    assert launched["__typename"] == "LaunchRunSuccess", launched
    backfill = {
        "selector": {"partitionSetName": "nightly_partition_set", "repositorySelector": REPOSITORY},
        "partitionNames": EARLIER_NIGHTS,
    }
    begun = ui.ask(BACKFILL, params=backfill)["launchPartitionBackfill"]
    assert begun["__typename"] == "LaunchBackfillSuccess", begun

    def ended_run() -> Any:
        run = ui.ask(RUN, id=launched["run"]["runId"])["runOrError"]
        return run if run["status"] in ENDED else None

    def ended_backfill() -> Any:
        made = ui.ask(BACKFILL_STATE, id=begun["backfillId"])["partitionBackfillOrError"]["runs"]
        are_all_there = len(made) == len(EARLIER_NIGHTS)
        return made if are_all_there and all(run["status"] in ENDED for run in made) else None

    run = wait_for(ended_run, "the end of the launched night", seconds=300, on_failure=ui.tail)
    return run, wait_for(ended_backfill, "the end of the backfill", seconds=300, on_failure=ui.tail)


def test_a_night_can_be_launched(ui: Ui, runs: Any) -> None:
    assert runs[0]["status"] == "SUCCESS", ui.tail()


def test_nights_can_be_backfilled(ui: Ui, runs: Any) -> None:
    _, backfilled = runs
    assert [run["status"] for run in backfilled] == ["SUCCESS", "SUCCESS"], ui.tail()
    nights = {tag["value"] for run in backfilled for tag in run["tags"] if tag["key"] == "dagster/partition"}
    assert nights == set(EARLIER_NIGHTS)
    found = ui.home.ask_published(
        "SELECT strftime(issued_at_utc, '%Y-%m-%d') AS night, count(*) AS n FROM forecasts.points "
        "WHERE is_champion GROUP BY ALL ORDER BY ALL"
    )
    assert found.rows() == [(night, 168) for night in [*EARLIER_NIGHTS, NIGHT]]


def test_no_two_runs_were_at_work_at_once(runs: Any) -> None:
    run, backfilled = runs
    spans = sorted((one["startTime"], one["endTime"]) for one in [run, *backfilled])
    assert all(former[1] <= later[0] for former, later in itertools.pairwise(spans))


def test_each_asset_shows_what_was_written(ui: Ui, runs: Any) -> None:
    for name, node in ui.assets().items():
        [newest] = node["assetMaterializations"]
        assert newest["partition"] in ([None, NIGHT, *EARLIER_NIGHTS]), name
        labels = {entry["label"] for entry in newest["metadataEntries"]}
        assert labels >= (
            {"path"} if name in ("published.traffic", *FILES) else {"dagster/row_count", "preview"}
        )


@pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="looks for processes in /proc, which Linux has"
)
def test_it_ends_with_all_its_children_when_it_is_told_to_stop(
    ui: Ui, runs: Any, wait_for: Callable[..., Any]
) -> None:
    assert len(processes_of_session(ui.process.pid)) >= 3
    ui.process.send_signal(signal.SIGINT)
    assert ui.process.wait(timeout=120) == 0
    wait_for(
        lambda: not processes_of_session(ui.process.pid),
        "the end of every child",
        seconds=60,
        on_failure=lambda: f"{processes_of_session(ui.process.pid)}\n{ui.tail()}",
    )


def processes_of_session(session: int) -> list[int]:
    """Return the living processes of a session; a session outlives the process that began it."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            content = stat.read_text()
        except OSError:  # it has just ended
            continue
        # After the name, which may hold anything: state, parent, group, session.
        state, _, _, of_session, *_ = content.rpartition(")")[2].split()
        if int(of_session) == session and state != "Z":
            found.append(int(stat.parent.name))
    return found
