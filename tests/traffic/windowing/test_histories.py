"""Days that end where a forecast begins, on a clock that is never changed."""

from __future__ import annotations

import numpy as np

from traffic.windowing.histories import serving_columns


def test_each_target_is_served_by_its_own_time_within_the_days_forecast() -> None:
    np.testing.assert_array_equal(serving_columns(np.arange(168), 24, 7), np.arange(168))


def test_a_time_that_the_clock_repeats_is_served_by_that_of_tomorrow() -> None:
    np.testing.assert_array_equal(serving_columns(np.array([0, 1, -2, -1, 0]), 24, 7), [0, 1, 22, 23, 0])


def test_a_time_that_the_clock_put_behind_the_last_day_is_served_by_that_of_the_day_before() -> None:
    np.testing.assert_array_equal(serving_columns(np.array([166, 167, 168]), 24, 7), [166, 167, 144])
