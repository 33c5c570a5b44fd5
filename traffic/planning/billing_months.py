"""The months that are billed: from which local midnight to which, in five-minute samples."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from traffic.planning.five_minutes import SAMPLE_SECONDS

LAST_FIRST_DAY: Final = 28
"""Every month has one."""


@dataclass(frozen=True)
class BillingMonth:
    """A month that is billed.

    Parameters
    ----------
    first_day : datetime.date
        Its first local day.
    time_zone : str
        IANA name.
    start, end : int
        Numbers of its first sample and of the first one after it: five minutes since 1970 (UTC).
    """

    first_day: date
    time_zone: str
    start: int
    end: int

    @property
    def n_samples(self) -> int:
        """Samples of the whole month: 8,640 of 30 days of 24 hours."""
        return self.end - self.start


def billing_month(at_utc: datetime, time_zone: str, begins_on: int = 1) -> BillingMonth:
    """Return the month that a moment lies in.

    Parameters
    ----------
    at_utc : datetime
        Naive UTC.
    time_zone : str
        Whose midnights begin the days.
    begins_on : int
        Day of the calendar month on which the billing month begins, 1 to 28.

    Returns
    -------
    BillingMonth
        Of as many hours as its days have, 23 and 25 where the clock changes.

    Raises
    ------
    ValueError
        If ``begins_on`` is no such day.
    """
    if not 1 <= begins_on <= LAST_FIRST_DAY:
        raise ValueError(f"begins_on = {begins_on!r} must be 1 to {LAST_FIRST_DAY}, which every month has.")
    zone = ZoneInfo(time_zone)
    today = at_utc.replace(tzinfo=ZoneInfo("UTC")).astimezone(zone).date()
    this = today.replace(day=begins_on)
    first = this if this <= today else _shifted(this, -1)
    return BillingMonth(first, time_zone, _sample_at(first, zone), _sample_at(_shifted(first, 1), zone))


def month_before(month: BillingMonth) -> BillingMonth:
    """Return the month before another one."""
    zone = ZoneInfo(month.time_zone)
    first = _shifted(month.first_day, -1)
    return BillingMonth(first, month.time_zone, _sample_at(first, zone), month.start)


def sample_number(at_utc: datetime) -> int:
    """Return the number of the sample that a moment (naive UTC) lies in."""
    return int((at_utc - datetime(1970, 1, 1)).total_seconds()) // SAMPLE_SECONDS


def _shifted(day: date, months: int) -> date:
    n_months = day.year * 12 + day.month - 1 + months
    return date(n_months // 12, n_months % 12 + 1, day.day)


def _sample_at(day: date, zone: ZoneInfo) -> int:
    midnight = datetime.combine(day, time(), tzinfo=zone)
    # A clock that skips midnight begins the day an hour later; both ways of reading it are the same moment.
    since = midnight.astimezone(ZoneInfo("UTC")).replace(tzinfo=None) - datetime(1970, 1, 1)
    return int(since // timedelta(seconds=SAMPLE_SECONDS))
