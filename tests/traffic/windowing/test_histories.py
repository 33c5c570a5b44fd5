"""Series cut into the days before a forecast, beside a search for each cell."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traffic.windowing.histories import (
    DAYS_A_WEEK,
    Histories,
    block_dates,
    cut_into_days,
    serving_columns,
)

# 2025-10-20 was a Monday: 20,381 days after 1970-01-01.
MONDAY = 20_381


@given(
    seed=st.integers(0, 10**6),
    day_steps=st.sampled_from([1, 4, 24]),
    n_days=st.integers(1, 5),
    first=st.integers(-3, 200),
    days_ahead=st.integers(1, 7),
)
def test_each_value_stands_where_its_cell_is(seed, day_steps, n_days, first, days_ahead):
    rng = np.random.default_rng(seed)
    cell = np.sort(rng.integers(0, 150, 80))
    values = rng.standard_normal((2, 80))
    values[rng.random(values.shape) < 0.2] = np.nan
    values[1, 5] = np.inf
    made = cut_into_days(values, cell, first, day_steps, n_days, days_ahead)
    assert made.values.shape == (2, n_days, day_steps)
    assert (made.n_series, made.n_days, made.day_steps, made.days_ahead) == (2, n_days, day_steps, days_ahead)
    for series, day, slot in np.ndindex(made.values.shape):
        place = first - (n_days - day) * day_steps + slot
        same = values[series, cell == place]
        same = same[~np.isnan(same)]
        if np.isinf(same).any():
            assert np.isnan(made.values[series, day, slot])
        else:
            expected = same.mean() if same.size else np.nan
            np.testing.assert_allclose(made.values[series, day, slot], expected)


def test_nothing_at_or_after_the_first_target_is_known():
    values = np.ones((1, 100))
    values[0, 48:] = 99.0
    made = cut_into_days(values, np.arange(100), 48, 24, 2, 1)
    assert (made.values == 1).all()


@pytest.mark.parametrize(
    ("hour", "ahead"), [(0, 0), (10, 0), (11, 0), (12, 1), (13, 1), (23, 1)], ids=lambda value: str(value)
)
def test_a_day_has_the_weekday_that_most_of_it_lies_in(hour, ahead):
    first_target = MONDAY * 24 + hour
    made = cut_into_days(np.empty((1, 0)), np.empty(0, dtype=np.int64), first_target, 24, 9, 3)
    # The day that begins at noon has its middle at midnight, where the next one begins.
    assert made.kinds.tolist() == [(ahead + k) % DAYS_A_WEEK for k in range(-9, 3)]
    dates = block_dates(first_target, 24, 9, 3)
    assert dates.tolist() == list(range(MONDAY + ahead - 9, MONDAY + ahead + 3))


def test_kinds_of_a_calendar_are_kept():
    kinds = np.array([3, 8, 1])
    made = cut_into_days(np.ones((1, 4)), np.arange(4), 4, 2, 2, 1, kinds)
    assert made.kinds is kinds


def test_a_coarser_step_is_the_mean_of_what_is_observed_if_that_is_half():
    nan = np.nan
    values = np.array([[[1.0, 3, nan, 5, nan, nan], [nan, nan, 2, nan, 4, 6]]])
    made = Histories(values, np.zeros(3, dtype=np.int64)).coarser(3)
    np.testing.assert_array_equal(made.values, [[[2.0, nan], [nan, 5.0]]])
    same = Histories(values, np.zeros(3, dtype=np.int64))
    assert same.coarser(1) is same
    np.testing.assert_array_equal(same.coarser(2).values, [[[2.0, 5, nan], [nan, 2, 5]]])
    assert made.kinds.size == 3


def test_a_part_keeps_its_days():
    made = Histories(np.arange(24.0).reshape(3, 2, 4), np.arange(4)).part(np.array([2, 0]))
    assert made.values[:, 0, 0].tolist() == [16, 0]
    assert made.days_ahead == 2


@pytest.mark.parametrize(("shape", "n_kinds"), [((3, 4), 9), ((2, 3, 4), 3), ((2, 3, 4), 1)])
def test_days_without_a_kind_are_refused(shape, n_kinds):
    with pytest.raises(ValueError, match="a kind for each day and each day ahead; got"):
        Histories(np.zeros(shape), np.zeros(n_kinds, dtype=np.int64))


def test_each_target_is_served_by_its_own_time_within_the_days_forecast() -> None:
    np.testing.assert_array_equal(serving_columns(np.arange(168), 24, 7), np.arange(168))


def test_a_time_that_the_clock_repeats_is_served_by_that_of_tomorrow() -> None:
    np.testing.assert_array_equal(serving_columns(np.array([0, 1, -2, -1, 0]), 24, 7), [0, 1, 22, 23, 0])


def test_a_time_that_the_clock_put_behind_the_last_day_is_served_by_that_of_the_day_before() -> None:
    np.testing.assert_array_equal(serving_columns(np.array([166, 167, 168]), 24, 7), [166, 167, 144])
