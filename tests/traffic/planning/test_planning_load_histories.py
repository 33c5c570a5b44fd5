"""Histories of hours and weeks, their busy hours and levels, beside obvious versions with loops."""

from __future__ import annotations

import numpy as np
import pytest

from traffic.planning.busy_hours import busy_hours
from traffic.planning.load_histories import LoadHistory, load_history
from traffic.planning.percentile import bill_percentile
from traffic.planning.week_levels import week_levels

STEP = 900
SLOTS = 86_400 // STEP


def calendar(n_days: int, first: str = "2025-01-06") -> tuple[np.ndarray, np.ndarray]:
    dates = np.repeat(np.datetime64(first) + np.arange(n_days), SLOTS)
    return dates, np.tile(np.arange(SLOTS), n_days)


def days(n_days: int, seed: int = 0) -> np.ndarray:
    """Two series whose evenings are busiest, with gaps."""
    rng = np.random.default_rng(seed)
    course = 2.0 + np.sin(2 * np.pi * (np.arange(SLOTS) / SLOTS - 0.6))
    values = course * rng.lognormal(0, 0.1, (2, n_days, SLOTS))
    values[rng.random(values.shape) < 0.05] = np.nan
    values[1, 3, 20:] = np.nan
    return values


def test_hours_and_weeks_are_those_of_a_loop() -> None:
    values = days(30)
    found = load_history(values.reshape(2, -1), *calendar(30), STEP)
    assert found.hour_mean.shape == (2, 35, 24)
    assert np.isnan(found.hour_mean[:, :5]).all()
    for series in range(2):
        within: list[list[float]] = [[] for _ in range(5)]
        n_days = np.zeros(5)
        for day in range(30):
            hours = values[series, day].reshape(24, -1)
            mean = [np.nanmean(hour) if np.sum(~np.isnan(hour)) >= 2 else np.nan for hour in hours]
            np.testing.assert_allclose(found.hour_mean[series, day + 5], mean)
            if np.count_nonzero(~np.isnan(mean)) >= 18:
                within[(day + 5) // 7] += list(hours[int(np.nanargmax(mean))])
                n_days[(day + 5) // 7] += 1
        expected = [
            bill_percentile(np.array(of_week)) if n >= 5 else np.nan
            for of_week, n in zip(within, n_days, strict=True)
        ]
        np.testing.assert_array_equal(found.week_p95[series], expected)


def test_hours_need_steps_that_tell_them_apart() -> None:
    with pytest.raises(ValueError, match="at most 3600"):
        load_history(
            np.ones((1, 2)), np.array(["2025-01-01"] * 2, dtype="datetime64[D]"), np.arange(2), 7_200
        )


def test_a_history_of_wrong_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="7 x weeks"):
        LoadHistory(np.ones((1, 8, 24)), np.ones((1, 1)))


def test_scaled_loads_have_scaled_histories() -> None:
    history = load_history(days(28).reshape(2, -1), *calendar(28), STEP)
    np.testing.assert_allclose(history.scaled(1.3).week_p95, 1.3 * history.week_p95)
    shift = week_levels(history.scaled(1.3)) - week_levels(history)
    np.testing.assert_allclose(shift, np.log(1.3))
    with pytest.raises(ValueError, match="above 0"):
        history.scaled(0.0)


def history_of(hour_mean: np.ndarray) -> LoadHistory:
    return LoadHistory(hour_mean, np.ones((hour_mean.shape[0], hour_mean.shape[1] // 7)))


def test_the_busy_hour_and_its_spread_go_around_the_clock() -> None:
    hour_mean = np.ones((1, 28, 24))
    # The mean is largest at 23; single days at 22, 23 and 1: one or two hours away around midnight.
    hour_mean[0, :, 23] = 3.0
    hour_mean[0, :8, 22] = 4.0
    hour_mean[0, 8:20, 1] = 5.0
    found = busy_hours(history_of(hour_mean))
    assert found.hour[0] == 23 or found.hour[0] == 1
    assert found.hour[0] == int(np.argmax(hour_mean[0].mean(axis=0)))
    apart = [abs(h - found.hour[0]) for h in [22] * 8 + [1] * 12 + [23] * 8]
    assert found.spread_hours[0] == np.median([min(a, 24 - a) for a in apart])


def test_only_the_last_four_weeks_say_which_hour_is_busy() -> None:
    hour_mean = np.ones((1, 56, 24))
    hour_mean[0, :28, 9] = 100.0
    hour_mean[0, 28:, 20] = 2.0
    assert busy_hours(history_of(hour_mean)).hour[0] == 20


@pytest.mark.parametrize("n_days", [7, 20, 28])
def test_one_burst_or_one_outage_does_not_move_the_busy_hour(n_days: int) -> None:
    hour_mean = np.ones((2, 28, 24))
    hour_mean[:, : 28 - n_days] = np.nan
    hour_mean[:, :, 20] *= 2.0
    hour_mean[0, -3, 3] = 1000.0
    hour_mean[1, -3, 20] = -1000.0
    found = busy_hours(history_of(hour_mean))
    np.testing.assert_array_equal(found.hour, [20, 20])
    np.testing.assert_array_equal(found.spread_hours, [0.0, 0.0])


def test_no_busy_hour_without_days_or_without_a_difference() -> None:
    flat = np.full((3, 28, 24), 2.0)
    flat[1] = np.nan
    flat[2, :22] = np.nan
    found = busy_hours(history_of(flat))
    np.testing.assert_array_equal(found.hour, [-1, -1, -1])
    assert np.isnan(found.spread_hours).all()


def test_levels_of_weeks_know_neither_weekdays_nor_a_bad_day() -> None:
    weekday = np.array([1.0, 1.1, 1.1, 1.0, 0.9, 0.5, 0.4])
    growth = np.exp(0.01 * np.arange(70) / 7)
    hour = 1.0 + np.arange(24) / 24
    hour_mean = (growth * np.tile(weekday, 10))[:, None] * hour
    sound = week_levels(history_of(hour_mean[None]))[0]
    np.testing.assert_allclose(np.diff(sound), 0.01, atol=1e-9)
    troubled = hour_mean.copy()
    troubled[30, 6:18] = 0.0
    troubled[44] = np.nan
    troubled[50, :5] = np.nan
    found = week_levels(history_of(troubled[None]))[0]
    np.testing.assert_allclose(found, sound, atol=0.01)


def test_weeks_of_few_days_or_of_nothing_have_no_level() -> None:
    hour_mean = np.ones((1, 21, 24))
    hour_mean[0, :3] = np.nan
    hour_mean[0, 7:14] = 0.0
    np.testing.assert_array_equal(np.isnan(week_levels(history_of(hour_mean))[0]), [True, True, False])
