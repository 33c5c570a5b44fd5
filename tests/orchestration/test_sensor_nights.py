"""The night that a landing file asks for is the one that has begun where the platform is."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from pathlib import Path

import dagster as dg
import pytest

from assets.partitions import nights_of
from assets.sources import Sources
from orchestration import sensors
from orchestration.home import Home

# Half past eleven in the morning of the 17th in London: the 18th in Auckland, the 17th in Los Angeles; and
# an hour at which Los Angeles is still at the 16th.
MIDDAY, SMALL_HOURS = datetime(2025, 11, 17, 11, 30, tzinfo=UTC), datetime(2025, 11, 17, 4, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "now", "night"),
    [
        ("UTC", MIDDAY, "2025-11-17"),
        ("Pacific/Auckland", MIDDAY, "2025-11-18"),
        ("America/Los_Angeles", MIDDAY, "2025-11-17"),
        ("America/Los_Angeles", SMALL_HOURS, "2025-11-16"),
    ],
)
def test_the_sensor_asks_for_tonight_in_the_platforms_zone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zone: str, now: datetime, night: str
) -> None:
    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return now.astimezone(tz)

    monkeypatch.setattr(sensors, "datetime", Clock)
    (tmp_path / "a.log").write_text("x")
    platform = {"platform": {"time_zone": zone}, "weblog": [{"name": "www", "files": "*.log"}]}
    sensor = sensors.sensors_of(Home.at(tmp_path), Sources.model_validate(platform))[0]
    first = sensor(dg.build_sensor_context())
    assert isinstance(first, dg.SensorResult)
    second = sensor(dg.build_sensor_context(cursor=first.cursor))
    assert isinstance(second, dg.SensorResult)
    assert [request.partition_key for request in second.run_requests or []] == [night]
    # The night is one that a run can be made for at that very moment, and the next one is not yet.
    nights = nights_of(zone).get_partition_keys(current_time=now)
    assert nights[-1] == night


def test_tonight_has_begun_at_midnight_of_the_platform_and_not_before() -> None:
    nights = nights_of("Pacific/Auckland")
    before = datetime(2025, 11, 16, 10, 59, tzinfo=UTC)  # 23:59 in Auckland
    after = datetime(2025, 11, 16, 11, 1, tzinfo=UTC)
    assert nights.get_partition_keys(current_time=before)[-1] == "2025-11-16"
    assert nights.get_partition_keys(current_time=after)[-1] == "2025-11-17"
