"""When a run is asked for: the schedule's key, the sensor's single request, and runs that were killed."""

from __future__ import annotations

import json
import uuid
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.sources import Sources
from orchestration.home import Home
from orchestration.killed_runs import report_killed_runs
from orchestration.schedules import nightly_schedule
from orchestration.sensors import ask_once, sensors_of
from warehouse.lock import hold

NIGHT = "2025-11-17"


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Auckland", "America/Los_Angeles", "Asia/Kathmandu"])
def test_the_schedule_asks_for_the_night_that_has_begun_in_the_platforms_zone(zone: str) -> None:
    schedule = nightly_schedule(zone)
    tick = datetime(2025, 11, 17, 2, 0, tzinfo=ZoneInfo(zone))
    with dg.build_schedule_context(scheduled_execution_time=tick) as context:
        request = schedule(context)
    assert isinstance(request, dg.RunRequest)
    assert request.partition_key == "2025-11-17"
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("0 2 * * *", zone)
    assert schedule.default_status == dg.DefaultScheduleStatus.RUNNING


@given(st.lists(st.sampled_from(["none", "some", "more"]), min_size=1, max_size=12))
def test_one_run_is_asked_for_each_landing_that_has_settled(looks: list[str]) -> None:
    cursor, asked = None, []
    for fingerprint in looks:
        result = ask_once(cursor, fingerprint, NIGHT)
        assert isinstance(result, dg.SensorResult)
        cursor = result.cursor
        asked += [fingerprint] * len(result.run_requests or [])
    # The slow obvious rule: a fingerprint seen twice running, unless it is the one last asked for.
    expected: list[str] = []
    for former, now in pairwise(looks):
        if former == now and expected[-1:] != [now]:
            expected.append(now)
    assert asked == expected


def test_many_files_make_one_request_and_no_second_one(tmp_path: Path) -> None:
    (tmp_path / "landing").mkdir()
    for number in range(50):
        (tmp_path / "landing" / f"{number}.log").write_text("x")
    sources = Sources.model_validate({"weblog": [{"name": "www", "files": "landing/*.log"}]})
    sensor = sensors_of(Home.at(tmp_path), sources)[0]
    cursor, requests = None, []
    for _ in range(4):
        result = sensor(dg.build_sensor_context(cursor=cursor))
        assert isinstance(result, dg.SensorResult)
        cursor = result.cursor
        requests += list(result.run_requests or [])
    assert len(requests) == 1
    assert json.loads(cursor or "{}")["asked"]
    (tmp_path / "landing" / "late.log").write_text("x")
    late = [sensor(dg.build_sensor_context(cursor=cursor))]
    late.append(sensor(dg.build_sensor_context(cursor=late[0].cursor)))
    assert [len(result.run_requests or []) for result in late] == [0, 1]


def _started_run(instance: dg.DagsterInstance) -> str:
    run_id = str(uuid.uuid4())
    instance.create_run_for_job(_job(), run_id=run_id, status=dg.DagsterRunStatus.STARTED)
    return run_id


def _job() -> dg.JobDefinition:
    @dg.op
    def nothing() -> None: ...

    @dg.job
    def nightly() -> None:
        nothing()

    return nightly


def test_a_run_whose_process_is_gone_is_reported_and_one_at_work_is_not(tmp_path: Path) -> None:
    home = Home.at(tmp_path)
    (home.dagster / "running").mkdir(parents=True)
    with dg.DagsterInstance.ephemeral() as instance:
        killed, at_work, unopened = (_started_run(instance) for _ in range(3))
        unbegun = instance.create_run_for_job(_job()).run_id
        for lost in (killed, unbegun):
            home.run_lock(lost).touch()
        with hold(home.run_lock(at_work), "a run", wait_seconds=0):
            assert report_killed_runs(instance, home) == [unbegun, killed]
            assert report_killed_runs(instance, home) == []
        status = {run: instance.get_run_by_id(run).status for run in (killed, unbegun, at_work, unopened)}  # type: ignore[union-attr]
    assert status == {
        killed: dg.DagsterRunStatus.FAILURE,
        unbegun: dg.DagsterRunStatus.FAILURE,
        at_work: dg.DagsterRunStatus.STARTED,
        unopened: dg.DagsterRunStatus.STARTED,
    }
    assert not home.run_lock(killed).exists()


def test_dagsters_settings_are_written_once_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DIURNAL_HOME", "DAGSTER_HOME"):
        monkeypatch.setenv(name, "")
    home = Home.at(tmp_path / "a home with blanks")
    home.prepare_dagster()
    settings = home.dagster / "dagster.yaml"
    assert "telemetry:\n  enabled: false" in settings.read_text()
    assert "max_concurrent_runs: 1" in settings.read_text()
    settings.write_text("telemetry:\n  enabled: false\n")
    home.prepare_dagster()
    assert settings.read_text() == "telemetry:\n  enabled: false\n"
