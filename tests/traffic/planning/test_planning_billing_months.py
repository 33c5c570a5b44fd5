"""Which samples a month has: local midnights, changes of the clock, months that begin on another day."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from traffic.planning.billing_months import billing_month, month_before, sample_number


@pytest.mark.parametrize(
    ("at", "zone", "begins_on", "first_day", "n_samples"),
    [
        (datetime(2025, 11, 17), "UTC", 1, date(2025, 11, 1), 30 * 288),
        (datetime(2024, 2, 29, 23), "UTC", 1, date(2024, 2, 1), 29 * 288),
        # October 2025 of Berlin has an hour more, March one less.
        (datetime(2025, 10, 31, 22), "Europe/Berlin", 1, date(2025, 10, 1), 31 * 288 + 12),
        (datetime(2025, 10, 31, 23), "Europe/Berlin", 1, date(2025, 11, 1), 30 * 288),
        (datetime(2025, 3, 15), "Europe/Berlin", 1, date(2025, 3, 1), 31 * 288 - 12),
        (datetime(2025, 1, 10), "UTC", 15, date(2024, 12, 15), 31 * 288),
        (datetime(2025, 1, 15), "UTC", 15, date(2025, 1, 15), 31 * 288),
        # Lebanon's clocks skip the midnight at which its summer begins.
        (datetime(2024, 4, 2), "Asia/Beirut", 28, date(2024, 3, 28), 31 * 288 - 12),
    ],
)
def test_months(at: datetime, zone: str, begins_on: int, first_day: date, n_samples: int) -> None:
    month = billing_month(at, zone, begins_on)
    assert (month.first_day, month.n_samples) == (first_day, n_samples)
    assert month.start <= sample_number(at) < month.end
    before = month_before(month)
    assert before.end == month.start


def test_months_follow_one_another() -> None:
    month = billing_month(datetime(2026, 1, 1), "America/New_York")
    for _ in range(30):
        before = month_before(month)
        assert before.end == month.start
        assert 28 * 288 - 12 <= before.n_samples <= 31 * 288 + 12
        month = before


@pytest.mark.parametrize("begins_on", [0, 29])
def test_every_month_has_the_day(begins_on: int) -> None:
    with pytest.raises(ValueError, match="must be 1 to 28"):
        billing_month(datetime(2025, 1, 1), "UTC", begins_on)
