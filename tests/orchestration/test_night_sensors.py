"""What notices that a night failed or did not come, and tells it once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import polars as pl
import pytest
from webhook_server import Answer, WebhookServer

from assets.alerting.night_events import tell_night
from assets.alerting.sending import Patience
from assets.sources import Sources
from orchestration import night_sensors
from orchestration.home import Home
from orchestration.night_sensors import SCHEDULED_AT, late_night, newest_published, night_sensors_of
from orchestration.schedules import NIGHTLY_CRON
from warehouse import open_warehouse

QUICK = Patience(attempts=1, connect_seconds=2.0, read_seconds=2.0)
FOUR_HOURS = timedelta(hours=4)
YESTERDAY = datetime(2025, 11, 16)


def sources_of(webhook: WebhookServer, **rule: str) -> Sources:
    channel = {"name": "ops", "kind": "webhook", "url": webhook.url}
    return Sources.model_validate(
        {"channel": [channel], "alert": [{"name": "night", "when": "night"} | rule]}
    )


def published(home: Home, midnight: datetime) -> None:
    row = {"issued_at_utc": midnight, "evaluated_at_utc": midnight, "is_told": True, "n_held": 0}
    with open_warehouse(home.warehouse, holder="a test", published=home.published) as warehouse:
        warehouse.insert("alerts.evaluations", pl.DataFrame([row]))
        warehouse.publish()


def test_the_time_of_the_schedule_is_the_one_that_lateness_is_counted_from() -> None:
    minute, hour, *_ = NIGHTLY_CRON.split()
    assert (SCHEDULED_AT.hour, SCHEDULED_AT.minute) == (int(hour), int(minute))


@pytest.mark.parametrize(
    ("clock", "newest", "is_late"),
    [
        ("05:59", YESTERDAY, False),
        ("06:00", YESTERDAY, True),
        ("23:00", YESTERDAY, True),
        ("00:30", YESTERDAY, False),
        ("23:00", datetime(2025, 11, 17), False),
        ("23:00", datetime(2025, 11, 18), False),
        ("23:00", None, False),
    ],
)
def test_a_night_is_late_some_hours_after_its_schedule(
    clock: str, newest: datetime | None, is_late: bool
) -> None:
    now = datetime.fromisoformat(f"2025-11-17T{clock}").replace(tzinfo=UTC)
    late = late_night(now, "UTC", newest, FOUR_HOURS)
    assert (late is not None) == is_late
    if late is not None:
        assert late == (
            date(2025, 11, 17),
            "the night of 2025-11-17 is late: nothing is published 4 hours after its schedule; the newest is "
            "that of 2025-11-16 00:00 UTC.",
        )


def test_lateness_is_counted_in_the_platforms_zone() -> None:
    # 06:00 of Auckland on the 18th is 17:00 UTC of the 17th; its midnight was 11:00 UTC.
    midnight = datetime(2025, 11, 17, 11)
    for minute, newest, night in (
        (59, midnight - timedelta(days=1), None),
        (60, midnight - timedelta(days=1), date(2025, 11, 18)),
        (60, midnight, None),
    ):
        now = datetime(2025, 11, 17, 16, tzinfo=UTC) + timedelta(minutes=minute)
        late = late_night(now, "Pacific/Auckland", newest, FOUR_HOURS)
        assert (late and late[0]) == night


def test_the_newest_night_of_the_published_copy(tmp_path: Path) -> None:
    home = Home.at(tmp_path)
    assert newest_published(home) is None
    published(home, YESTERDAY)
    assert newest_published(home) == YESTERDAY
    home.published.write_bytes(b"no database")
    assert newest_published(home) is None


def test_a_late_night_is_told_once_and_the_run_that_fails_then_is_the_same_event(
    tmp_path: Path, webhook: WebhookServer
) -> None:
    home = Home.at(tmp_path)
    published(home, YESTERDAY)
    now = [datetime(2025, 11, 17, 5, tzinfo=UTC)]
    is_late, failed = night_sensors_of(home, sources_of(webhook), QUICK, lambda: now[0])
    assert is_late.default_status == failed.default_status == dg.DefaultSensorStatus.RUNNING
    said = []
    for hours in (0, 2, 2, 26):
        now[0] = datetime(2025, 11, 17, 5, tzinfo=UTC) + timedelta(hours=hours)
        reason = is_late(dg.build_sensor_context())
        assert isinstance(reason, dg.SkipReason)
        said.append(reason.skip_message)
    assert said == ["the night is published, or not due yet", "ops: sent", "it was told before", "ops: sent"]
    assert ["the night of 2025-11-17 is late" in text for text in webhook.texts] == [True, False]
    # Who knows that it is late need not be told that it failed.
    assert tell_night(home.path, sources_of(webhook), date(2025, 11, 17), "it failed", QUICK) is None


def test_a_failed_run_is_told_once_whatever_the_number_of_its_attempts(
    tmp_path: Path, webhook: WebhookServer
) -> None:
    home = Home.at(tmp_path)
    _, failed = night_sensors_of(home, sources_of(webhook), QUICK)

    @dg.op
    def breaks() -> None:
        raise RuntimeError("no disk")

    @dg.job(name="nightly")
    def nightly() -> None:
        breaks()

    webhook.answers = [Answer(500), Answer()]
    said = []
    with dg.DagsterInstance.ephemeral() as instance:
        for night in ("2025-11-17", "2025-11-17", "2025-11-18"):
            tags = {"dagster/partition": night}
            result = nightly.execute_in_process(instance=instance, raise_on_error=False, tags=tags)
            context = dg.build_run_status_sensor_context(
                sensor_name="night_failed",
                dagster_event=result.get_run_failure_event(),
                dagster_instance=instance,
                dagster_run=result.dagster_run,
            ).for_run_failure()
            reason = failed(context)
            assert isinstance(reason, dg.SkipReason)
            said.append(reason.skip_message)
    assert said == ["ops: 127.0.0.1 answered 500 (ok)", "it was told before", "ops: sent"]
    assert [text.splitlines()[0] for text in webhook.texts] == [
        "Diurnal, night of 2025-11-17: 1 event",
        "Diurnal, night of 2025-11-18: 1 event",
    ]
    assert "• the night of 2025-11-17 failed (run " in webhook.texts[0]


def test_without_a_rule_on_the_night_there_is_no_sensor(tmp_path: Path) -> None:
    assert night_sensors_of(Home.at(tmp_path), Sources()) == []
    other = Sources.model_validate({"alert": [{"name": "full", "when": "congestion"}]})
    assert night_sensors_of(Home.at(tmp_path), other) == []
    # Dagster ends a sensor after a minute.
    assert night_sensors.PATIENCE.total_seconds < 60
