"""When a night is late: by the clock of its zone, the schedule's start and Dagster's own records."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration import late_nights
from orchestration.late_nights import (
    CHECK,
    LATE_AFTER,
    due_night,
    late_night_sensor,
    punctuality,
    punctuality_check,
    report_once,
)
from orchestration.schedules import NIGHTLY_HOUR

PUBLISHED = dg.AssetKey(["published", "traffic"])
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
ZONES = ["UTC", "Europe/Berlin", "Pacific/Auckland", "America/Los_Angeles"]


@pytest.fixture
def instance(monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    """Records of a home whose schedule has long been at work."""
    monkeypatch.setattr(late_nights, "_asked_since", lambda _: LONG_AGO)
    with dg.DagsterInstance.ephemeral() as opened:
        yield opened


def publish(instance: dg.DagsterInstance, night: str) -> None:
    instance.report_runless_asset_event(dg.AssetMaterialization(PUBLISHED, partition=night))


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2025, 11, 17, 3, 59, tzinfo=UTC), date(2025, 11, 16)),
        (datetime(2025, 11, 17, 4, 0, tzinfo=UTC), date(2025, 11, 17)),
        (datetime(2025, 11, 17, 23, 59, tzinfo=UTC), date(2025, 11, 17)),
    ],
)
def test_a_night_is_due_two_hours_after_its_schedule(now: datetime, expected: date) -> None:
    assert due_night(now, LONG_AGO, "UTC") == expected


@given(
    st.datetimes(datetime(2021, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)), st.sampled_from(ZONES)
)
def test_the_due_night_is_the_newest_that_had_its_time(now: datetime, zone: str) -> None:
    def ready(night: date) -> datetime:
        at = datetime(night.year, night.month, night.day, NIGHTLY_HOUR, tzinfo=ZoneInfo(zone))
        return at.astimezone(UTC) + LATE_AFTER

    night = due_night(now, LONG_AGO, zone)
    assert night is not None
    assert ready(night) <= now < ready(night + timedelta(days=1))


def test_nights_before_the_schedule_was_switched_on_are_not_due() -> None:
    begun = datetime(2025, 11, 17, 15, tzinfo=UTC)
    assert due_night(datetime(2025, 11, 18, 3, 59, tzinfo=UTC), begun, "UTC") is None
    assert due_night(datetime(2025, 11, 18, 4, tzinfo=UTC), begun, "UTC") == date(2025, 11, 18)
    assert due_night(datetime(2025, 11, 18, 4, tzinfo=UTC), None, "UTC") is None


NOW = datetime(2025, 11, 17, 9, tzinfo=UTC)


def test_a_night_that_is_published_is_in_time(instance: dg.DagsterInstance) -> None:
    publish(instance, "2025-11-17")
    found = punctuality(instance, NOW, "UTC")
    assert (found.night, found.is_in_time) == (date(2025, 11, 17), True)


def test_a_night_that_is_not_published_is_late_whatever_older_ones_are_made_again(
    instance: dg.DagsterInstance,
) -> None:
    publish(instance, "2025-11-16")
    publish(instance, "1995-09-01")
    found = punctuality(instance, NOW, "UTC")
    assert (found.night, found.is_in_time) == (date(2025, 11, 17), False)
    assert found.sentence == (
        "the night of 2025-11-17 was due at 02:00 (UTC) and is not published 2 hours later; "
        "no run was begun for it"
    )


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (dg.DagsterRunStatus.STARTED, "is at work"),
        (dg.DagsterRunStatus.FAILURE, "failed"),
        (dg.DagsterRunStatus.CANCELED, "was stopped"),
    ],
)
def test_a_late_night_says_what_became_of_its_run(
    instance: dg.DagsterInstance, status: dg.DagsterRunStatus, said: str
) -> None:
    run = dg.DagsterRun("nightly", status=status, tags={"dagster/partition": "2025-11-17"})
    instance.add_run(run)
    assert punctuality(instance, NOW, "UTC").sentence.endswith(f"its run {run.run_id[:8]} {said}")


def test_a_home_without_a_schedule_at_work_expects_no_night(tmp_path: Path) -> None:
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        publish(instance, "1995-09-01")
        found = punctuality(instance, NOW, "UTC")
    assert (found.night, found.is_in_time) == (None, True)
    assert "no night is expected" in found.sentence


def test_the_sensor_reports_what_changed_once_and_without_a_run(instance: dg.DagsterInstance) -> None:
    sensor = late_night_sensor("UTC")

    def look(cursor: str | None) -> dg.SensorResult:
        with dg.build_sensor_context(instance=instance, cursor=cursor) as context:
            result = sensor(context)
        assert isinstance(result, dg.SensorResult)
        assert not result.run_requests
        return result

    first = look(None)
    [late] = first.asset_events
    assert isinstance(late, dg.AssetCheckEvaluation)
    assert (late.asset_key, late.check_name, late.passed) == (PUBLISHED, CHECK, False)
    assert late.severity == dg.AssetCheckSeverity.ERROR
    assert not look(first.cursor).asset_events
    night = due_night(datetime.now(tz=UTC), LONG_AGO, "UTC")
    publish(instance, str(night))
    second = look(first.cursor)
    assert [event.passed for event in second.asset_events] == [True]
    assert not look(second.cursor).asset_events
    assert sensor.default_status == dg.DefaultSensorStatus.RUNNING


def test_the_check_of_a_run_opens_no_warehouse_and_never_fails_the_run(instance: dg.DagsterInstance) -> None:
    check = punctuality_check("UTC")
    assert "warehouse" not in check.required_resource_keys
    result = check(dg.build_asset_check_context(instance=instance))
    assert isinstance(result, dg.AssetCheckResult)
    assert (result.passed, result.severity) == (False, dg.AssetCheckSeverity.WARN)


def test_a_change_of_words_is_reported() -> None:
    states: list[Any] = [
        late_nights.Punctuality(date(2025, 11, 17), False, words) for words in ("queued", "queued", "failed")
    ]
    cursor, reported = None, []
    for state in states:
        result = report_once(cursor, state)
        cursor = result.cursor
        reported.append(len(result.asset_events))
    assert reported == [1, 0, 1]
