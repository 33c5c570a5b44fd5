"""Nights: which there are, when each begins, and which one first knows a record."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.partitions import issued_at_utc, night_after, nights_of

# Two zones change their clocks at midnight: São Paulo skipped it until 2018, Havana repeats it.
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "America/Sao_Paulo", "America/Havana"]
PAST = st.dates(date(1995, 1, 1), date(2030, 12, 31))


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_the_first_night_is_in_1995_and_the_last_one_begins_today(zone: str) -> None:
    now = datetime(2025, 11, 17, 11, 30, tzinfo=UTC)
    keys = nights_of(zone).get_partition_keys(current_time=now)
    assert keys[0] == "1995-01-01"
    assert keys[-1] == now.astimezone(ZoneInfo(zone)).date().isoformat()
    assert len(keys) == (date.fromisoformat(keys[-1]) - date(1995, 1, 1)).days + 1
    assert "1995-09-01" in keys


def test_a_minute_after_midnight_todays_night_is_there() -> None:
    nights = nights_of("Europe/Berlin")
    before, after = (datetime(2025, 7, 1, 21, 59, tzinfo=UTC), datetime(2025, 7, 1, 22, 1, tzinfo=UTC))
    assert nights.get_partition_keys(current_time=before)[-1] == "2025-07-01"
    assert nights.get_partition_keys(current_time=after)[-1] == "2025-07-02"


@pytest.mark.parametrize(
    ("night", "zone", "expected"),
    [
        (date(2025, 1, 15), "UTC", datetime(2025, 1, 15)),
        (date(2025, 1, 15), "Europe/Berlin", datetime(2025, 1, 14, 23)),
        (date(2025, 7, 15), "Europe/Berlin", datetime(2025, 7, 14, 22)),
        (date(2025, 3, 30), "Europe/Berlin", datetime(2025, 3, 29, 23)),  # 23 hours follow
        (date(2025, 3, 31), "Europe/Berlin", datetime(2025, 3, 30, 22)),
        (date(2025, 10, 26), "Europe/Berlin", datetime(2025, 10, 25, 22)),  # 25 hours follow
        (date(2025, 10, 27), "Europe/Berlin", datetime(2025, 10, 26, 23)),
        (date(1995, 8, 31), "America/New_York", datetime(1995, 8, 31, 4)),
        (date(2018, 11, 4), "America/Sao_Paulo", datetime(2018, 11, 4, 3)),  # begins at 01:00
        (date(2025, 11, 2), "America/Havana", datetime(2025, 11, 2, 4)),  # the first of two midnights
    ],
)
def test_a_night_begins_at_its_local_midnight(night: date, zone: str, expected: datetime) -> None:
    assert issued_at_utc(night, zone) == expected


@given(night=PAST, zone=st.sampled_from(ZONES))
def test_a_night_is_the_first_instant_of_its_date(night: date, zone: str) -> None:
    begins = issued_at_utc(night, zone).replace(tzinfo=UTC)
    assert begins.astimezone(ZoneInfo(zone)).date() == night
    assert (begins - timedelta(microseconds=1)).astimezone(ZoneInfo(zone)).date() == night - timedelta(days=1)


@given(night=PAST, zone=st.sampled_from(ZONES[:4]))
def test_dagster_and_the_tables_agree_when_a_night_begins(night: date, zone: str) -> None:
    window = nights_of(zone).time_window_for_partition_key(night.isoformat())
    assert window.start.astimezone(UTC).replace(tzinfo=None) == issued_at_utc(night, zone)


@given(newest_utc=st.datetimes(datetime(1995, 1, 2), datetime(2030, 12, 31)), zone=st.sampled_from(ZONES))
def test_the_night_after_a_record_is_the_first_that_knows_it(newest_utc: datetime, zone: str) -> None:
    night = night_after(newest_utc, zone)
    assert issued_at_utc(night, zone) > newest_utc
    assert issued_at_utc(night - timedelta(days=1), zone) <= newest_utc


def test_a_record_at_midnight_belongs_to_the_day_that_begins() -> None:
    assert night_after(datetime(2025, 1, 14, 23), "Europe/Berlin") == date(2025, 1, 16)
    assert night_after(datetime(2025, 1, 14, 22, 59, 59), "Europe/Berlin") == date(2025, 1, 15)
