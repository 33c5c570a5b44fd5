"""The targets of a night are the grid points of the 24 hours from its midnight."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from traffic.windowing.regular_series import RegularSeries
from traffic.windowing.targets import day_ahead

MIDNIGHT = datetime(2025, 10, 26)
DAY = timedelta(days=1)


def series_of(start_utc, step_seconds, size, zone="UTC"):
    values = np.zeros(size)
    return RegularSeries("s/x", start_utc, step_seconds, zone, values, values)


def test_a_series_that_reaches_the_midnight():
    targets = day_ahead(series_of(MIDNIGHT - DAY, 300, 288), MIDNIGHT)
    times = targets.target_utc.to_list()
    assert (times[0], times[-1], len(times)) == (MIDNIGHT, MIDNIGHT + timedelta(hours=23, minutes=55), 288)
    assert targets.gap == 0
    assert targets.horizon.tolist() == list(range(1, 289))
    assert targets.slot.tolist() == list(range(288))


def test_targets_stand_on_the_phase_of_the_series():
    series = series_of(datetime(2025, 10, 25, 0, 4), 300, 288)
    targets = day_ahead(series, MIDNIGHT)
    assert targets.target_utc[0] == datetime(2025, 10, 26, 0, 4)
    assert targets.target_utc[-1] == datetime(2025, 10, 26, 23, 59)
    assert targets.gap == 0
    assert targets.slot[0] == 0


def test_points_between_the_last_known_one_and_the_first_target_are_the_gap():
    series = series_of(datetime(2025, 10, 25), 3600, 20)  # ends at 19:00
    targets = day_ahead(series, MIDNIGHT)
    assert targets.target_utc[0] == MIDNIGHT
    assert targets.gap == 4
    assert targets.horizon[0] == 1


def test_a_series_without_a_point_is_forecast_from_the_midnight():
    targets = day_ahead(series_of(MIDNIGHT, 3600, 0), MIDNIGHT)
    assert (targets.target_utc[0], len(targets.target_utc), targets.gap) == (MIDNIGHT, 24, 0)


def test_slots_follow_the_local_clock_through_the_hour_that_comes_twice():
    targets = day_ahead(series_of(MIDNIGHT - DAY, 3600, 24, "Europe/Berlin"), MIDNIGHT)
    assert targets.slot.tolist() == [2, 2, *range(3, 24), 0]


@pytest.mark.parametrize("step_seconds", [86_400, 172_800, 604_800])
def test_a_step_of_a_day_or_longer_has_one_target(step_seconds):
    targets = day_ahead(
        series_of(MIDNIGHT - 10 * timedelta(seconds=step_seconds), step_seconds, 10), MIDNIGHT
    )
    assert targets.target_utc.to_list() == [MIDNIGHT]
    assert targets.horizon.tolist() == [1]


@settings(deadline=None)
@given(
    st.integers(0, 20 * 86_400),
    st.sampled_from([1800, 420, 3600, 5000, 40_000, 86_400, 100_000, 604_800]),
    st.integers(0, 100),
    st.sampled_from(["UTC", "Europe/Berlin", "Australia/Lord_Howe"]),
)
@example(86_400, 420, 0, "UTC")
@example(86_400 + 60, 420, 0, "UTC")
def test_targets_are_the_grid_points_of_the_next_24_hours(before, step_seconds, unknown, zone):
    start_utc = MIDNIGHT - timedelta(seconds=before)
    step = timedelta(seconds=step_seconds)
    n_before = -(-before // step_seconds)
    size = max(n_before - unknown, 0)
    targets = day_ahead(series_of(start_utc, step_seconds, size, zone), MIDNIGHT)
    first = start_utc + n_before * step
    expected = [
        first + k * step for k in range(200_000 // step_seconds + 1) if first + k * step < MIDNIGHT + DAY
    ]
    times = targets.target_utc.to_list()
    # A step longer than a day may have its next point after the 24 hours: that one is forecast.
    assert times == (expected or [first])
    assert times[0] >= MIDNIGHT
    assert targets.horizon.tolist() == list(range(1, len(times) + 1))
    assert targets.gap == n_before - size
    local = [at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)) for at in times]
    seconds = [at.hour * 3600 + at.minute * 60 + at.second for at in local]
    assert targets.slot.tolist() == [second // step_seconds for second in seconds]
