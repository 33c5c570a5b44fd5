"""What notices that a night failed or did not come, and tells it once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from webhook_server import Answer, WebhookServer

from assets.alerting.night_events import tell_night
from assets.alerting.sending import Patience
from assets.sources import Sources
from orchestration import late_nights, night_sensors
from orchestration.home import Home
from orchestration.night_sensors import night_sensors_of
from warehouse import WarehouseBusyError

QUICK = Patience(attempts=1, connect_seconds=2.0, read_seconds=2.0)
FOUR_HOURS = timedelta(hours=4)
YESTERDAY = datetime(2025, 11, 16)


def sources_of(webhook: WebhookServer, **rule: str) -> Sources:
    channel = {"name": "ops", "kind": "webhook", "url": webhook.url}
    return Sources.model_validate(
        {"channel": [channel], "alert": [{"name": "night", "when": "night"} | rule]}
    )


@pytest.fixture
def instance(monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    """Records of a home whose schedule has long been at work."""
    monkeypatch.setattr(late_nights, "_asked_since", lambda _: datetime(2020, 1, 1, tzinfo=UTC))
    with dg.DagsterInstance.ephemeral() as opened:
        yield opened


def failure_of(
    nightly: dg.JobDefinition, night: str, instance: dg.DagsterInstance
) -> dg.RunFailureSensorContext:
    """Run a job of nights, which fails, and return what a sensor on failures is given."""
    tags = {"dagster/partition": night}
    result = nightly.execute_in_process(instance=instance, raise_on_error=False, tags=tags)
    return dg.build_run_status_sensor_context(
        sensor_name="night_failed",
        dagster_event=result.get_run_failure_event(),
        dagster_instance=instance,
        dagster_run=result.dagster_run,
    ).for_run_failure()


def test_a_late_night_is_told_once_and_the_run_that_fails_then_is_the_same_event(
    tmp_path: Path, webhook: WebhookServer, instance: dg.DagsterInstance
) -> None:
    home = Home.at(tmp_path)
    published = dg.AssetMaterialization(["published", "traffic"], partition="2025-11-16")
    instance.report_runless_asset_event(published)
    now = [datetime(2025, 11, 17, 5, tzinfo=UTC)]
    is_late, failed = night_sensors_of(home, sources_of(webhook), QUICK, lambda: now[0])
    assert is_late.default_status == failed.default_status == dg.DefaultSensorStatus.RUNNING
    said = []
    for hours in (0, 2, 2, 26):
        now[0] = datetime(2025, 11, 17, 5, tzinfo=UTC) + timedelta(hours=hours)
        reason = is_late(dg.build_sensor_context(instance))
        assert isinstance(reason, dg.SkipReason)
        said.append(reason.skip_message)
    assert said == ["the night of 2025-11-16 is published", "ops: sent", "it was told before", "ops: sent"]
    assert ["the night of 2025-11-17 was due" in text for text in webhook.texts] == [True, False]
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
            reason = failed(failure_of(nightly, night, instance))
            assert isinstance(reason, dg.SkipReason)
            said.append(reason.skip_message)
    assert said == ["ops: 127.0.0.1 answered 500 (ok)", "it was told before", "ops: sent"]
    assert [text.splitlines()[0] for text in webhook.texts] == [
        "Diurnal, night of 2025-11-17: 1 event",
        "Diurnal, night of 2025-11-18: 1 event",
    ]
    assert "• the night of 2025-11-17 failed (run " in webhook.texts[0]


def test_a_run_that_found_the_warehouse_held_has_not_failed(tmp_path: Path, webhook: WebhookServer) -> None:
    _, failed = night_sensors_of(Home.at(tmp_path), sources_of(webhook), QUICK)

    @dg.op
    def waits() -> None:
        raise WarehouseBusyError("the warehouse is held by run 1 (process 2); wait until it ends")

    @dg.job(name="nightly")
    def nightly() -> None:
        waits()

    with dg.DagsterInstance.ephemeral() as instance:
        reason = failed(failure_of(nightly, "2025-11-17", instance))
    assert isinstance(reason, dg.SkipReason)
    assert "held by another" in str(reason.skip_message)
    assert webhook.requests == []


def test_without_a_rule_on_the_night_there_is_no_sensor(tmp_path: Path) -> None:
    assert night_sensors_of(Home.at(tmp_path), Sources()) == []
    other = Sources.model_validate({"alert": [{"name": "full", "when": "congestion"}]})
    assert night_sensors_of(Home.at(tmp_path), other) == []
    # Dagster ends a sensor after a minute.
    assert night_sensors.PATIENCE.total_seconds < 60
