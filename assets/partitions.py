"""Nights as daily partitions: night D knows the data before D 00:00 of the platform's time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import dagster as dg

FIRST_NIGHT = date(1995, 1, 1)
NIGHT_TAG = "dagster/partition"
"""Tag of a run that says which night it is for."""


def nights_of(time_zone: str) -> dg.DailyPartitionsDefinition:
    """Return the nights of a platform, the first in 1995, the last the one that begins today."""
    return dg.DailyPartitionsDefinition(
        start_date=FIRST_NIGHT.isoformat(), timezone=time_zone, fmt="%Y-%m-%d", end_offset=1
    )


def issued_at_utc(night: date, time_zone: str) -> datetime:
    """Return the midnight at which a night begins, naive UTC."""
    midnight = datetime.combine(night, time.min, tzinfo=ZoneInfo(time_zone))
    return midnight.astimezone(UTC).replace(tzinfo=None)


def night_after(newest_utc: datetime, time_zone: str) -> date:
    """Return the first night that knows a record: the local date after the record's."""
    local = newest_utc.replace(tzinfo=UTC).astimezone(ZoneInfo(time_zone))
    return date.fromordinal(local.date().toordinal() + 1)
