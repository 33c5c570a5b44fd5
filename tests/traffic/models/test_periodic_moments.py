import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from traffic.models.periodic.moments import (
    deviations,
    explained_share,
    filled_with_mean,
    periodic_moments,
    std_interval,
)
from traffic.models.periodic.slot_sums import sum_by_slot

TRAFFIC = st.one_of(st.just(np.nan), st.floats(0, 1e9))


@settings(deadline=None)
@given(values=arrays(float, (3, 28), elements=TRAFFIC), slot=arrays(np.int64, 28, elements=st.integers(0, 6)))
def test_batched_moments_are_those_of_one_slot_at_a_time(values, slot):
    moments = periodic_moments(values, slot, 7)
    for series in range(3):
        for s in range(7):
            x = values[series, slot == s]
            x = x[~np.isnan(x)]
            assert moments.n_cycles[series, s] == x.size
            mean = x.mean() if x.size else np.nan
            std = x.std(ddof=1) if x.size > 1 else np.nan
            size = np.abs(x).max(initial=0)
            np.testing.assert_allclose(moments.mean[series, s], mean, rtol=1e-12)
            np.testing.assert_allclose(moments.std[series, s], std, rtol=1e-9, atol=1e-12 * size)


@settings(deadline=None)
@given(values=arrays(float, (2, 30), elements=TRAFFIC), cycles=st.integers(1, 4))
def test_moments_do_not_depend_on_which_cycle_comes_first(values, cycles):
    slot = np.arange(30) % 6
    moments = periodic_moments(values, slot, 6)
    moved = periodic_moments(np.roll(values, 6 * cycles, axis=1), slot, 6)
    np.testing.assert_allclose(moved.mean, moments.mean, rtol=1e-12)
    np.testing.assert_allclose(moved.std, moments.std, rtol=1e-6, atol=1e-3)


def test_repeated_and_skipped_slots_count_for_what_they_are():
    # A day of 25 hours has hour 2 twice, a day of 23 hours has none.
    slot = np.r_[0, 1, 2, 2, 3, 0, 1, 3]
    moments = periodic_moments(np.arange(8.0)[None, :], slot, 4)
    np.testing.assert_array_equal(moments.n_cycles[0], [2, 2, 2, 2])
    np.testing.assert_allclose(moments.mean[0], [2.5, 3.5, 2.5, 5.5])


def test_a_small_spread_on_a_high_level_keeps_its_digits():
    x = 1e12 + np.tile([0.0, 1.0], 20)[None, :]
    moments = periodic_moments(x, np.zeros(40, int), 1)
    assert moments.std[0, 0] == pytest.approx(0.5 * np.sqrt(40 / 39), rel=1e-9)


def test_slots_without_enough_values_are_missing_and_not_zero():
    moments = periodic_moments(
        np.array([[1.0, np.nan, np.nan, 2.0, np.nan, np.nan]]), np.tile([0, 1, 2], 2), 4
    )
    np.testing.assert_array_equal(moments.n_cycles[0], [2, 0, 0, 0])
    assert moments.mean[0, 0] == 1.5
    assert np.isnan(moments.mean[0, 1:]).all()
    single = periodic_moments(np.array([[5.0]]), np.array([0]), 1)
    assert single.mean[0, 0] == 5.0
    assert np.isnan([single.std[0, 0], single.lower_95[0, 0], single.upper_95[0, 0]]).all()


def test_explained_share_is_one_for_a_pure_course_and_small_for_noise():
    slot = np.arange(24 * 50) % 24
    rng = np.random.default_rng(51)
    course = np.sin(2 * np.pi * slot / 24)
    noise = rng.standard_normal(slot.size)
    values = np.stack([course, noise, course + noise, np.full(slot.size, 3.0), np.full(slot.size, np.nan)])
    share = explained_share(values, slot, periodic_moments(values, slot, 24))
    assert share[0] == pytest.approx(1.0)
    assert share[1] == pytest.approx(23 / 1199, abs=0.02)
    assert share[2] == pytest.approx(0.5 / 1.5, abs=0.06)
    assert np.isnan(share[3:]).all()


def test_explained_share_is_the_between_slot_share_of_squares():
    rng = np.random.default_rng(52)
    slot = np.arange(60) % 5
    values = rng.random((1, 60)) + slot
    moments = periodic_moments(values, slot, 5)
    between = np.sum(moments.n_cycles * (moments.mean - values.mean()) ** 2)
    assert explained_share(values, slot, moments)[0] == pytest.approx(between / (60 * values.var()))


@pytest.mark.parametrize(
    ("values", "slot", "says"),
    [
        (np.zeros(4), np.zeros(4, int), "shape"),
        (np.zeros((1, 4)), np.zeros(3, int), "shape"),
        (np.zeros((1, 2)), np.array([0, 4]), "0 to 3"),
        (np.zeros((1, 2)), np.array([-1, 0]), "0 to 3"),
    ],
)
def test_slots_that_do_not_fit_are_refused(values, slot, says):
    with pytest.raises(ValueError, match=says):
        periodic_moments(values, slot, 4)


@settings(deadline=None)
@given(slot=arrays(np.int64, 40, elements=st.integers(0, 4)), regular=st.booleans(), start=st.integers(0, 4))
def test_sums_by_slot_are_those_of_a_loop_in_any_order_of_slots(slot, regular, start):
    if regular:
        slot = (start + np.arange(40) + np.cumsum(slot == 3) * (np.arange(40) > 20)) % 5
    values = np.arange(80.0).reshape(2, 40)
    sums = sum_by_slot(values, slot, 5)
    for s in range(5):
        np.testing.assert_array_equal(sums[:, s], values[:, slot == s].sum(axis=1))


def test_deviations_and_filled_values_keep_the_periodic_mean():
    slot = np.arange(12) % 4
    values = np.random.default_rng(53).random((2, 12))
    values[0, 5] = values[1, 0] = np.nan
    moments = periodic_moments(values, slot, 4)
    filled = filled_with_mean(values, slot, moments)
    assert not np.isnan(filled).any()
    np.testing.assert_allclose(periodic_moments(filled, slot, 4).mean, moments.mean)
    again = periodic_moments(deviations(values, slot, moments), slot, 4)
    np.testing.assert_allclose(again.mean, 0.0, atol=1e-15)
    np.testing.assert_allclose(again.std, moments.std)


def test_the_interval_of_the_standard_deviation_covers_as_often_as_it_says():
    slot = np.arange(10) % 2
    values = np.random.default_rng(54).standard_normal((20_000, 10)) * np.array([1.0, 3.0])[slot]
    lower, upper = std_interval(periodic_moments(values, slot, 2), 0.9)
    covered = (lower <= [1.0, 3.0]) & (upper >= [1.0, 3.0])
    np.testing.assert_allclose(covered.mean(axis=0), 0.9, atol=3 * np.sqrt(0.09 / 20_000))


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0])
def test_an_interval_without_a_confidence_is_refused(level):
    with pytest.raises(ValueError, match="between 0 and 1"):
        std_interval(periodic_moments(np.ones((1, 4)), np.arange(4) % 2, 2), level)
