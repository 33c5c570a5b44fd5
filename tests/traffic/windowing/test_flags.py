"""Flags are those of a slow reading of the rule, whatever the values are."""

from __future__ import annotations

import math
from statistics import median

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traffic.windowing.flags import flag_values

NAN = math.nan
ODD_VALUES = st.sampled_from([NAN, NAN, 0.0, 0.0, -1.0, math.inf, -math.inf, 1e15])


def middle(values):
    """Median of the values that are there; NaN if there is none."""
    seen = [value for value in values if not math.isnan(value)]
    return median(seen) if seen else NAN


def quantile(values, share):
    """Linear between the order statistics, as most programs define it."""
    ranked = sorted(values)
    position = share * (len(ranked) - 1)
    below = math.floor(position)
    above = min(below + 1, len(ranked) - 1)
    return ranked[below] + (position - below) * (ranked[above] - ranked[below])


def slow_outages(values, slots, step):
    n_slots = max(slots) + 1
    medians = [middle(v for v, s in zip(values, slots, strict=True) if s == slot) for slot in range(n_slots)]
    is_zero = [v == 0 and medians[s] > 0 for v, s in zip(values, slots, strict=True)]
    outages = set()
    for k in range(len(values)):
        end = k
        while end < len(values) and is_zero[end]:
            end += 1
        if (end - k) * step >= 1800:
            outages |= set(range(k, end))
    return outages


def slow_limits(values, slots, step):
    """Lower and upper limit of each point: Tukey's below three days, Hampel's from three days on."""
    seen = [value for value in values if not math.isnan(value)]
    if not seen:
        return [(-math.inf, math.inf)] * len(values)
    if len(values) * step < 3 * 86_400:
        first, third = quantile(seen, 0.25), quantile(seen, 0.75)
        reach = 1.5 * (third - first) if third > first else math.inf
        return [(first - reach, third + reach)] * len(values)
    n_slots = max(slots) + 1
    medians = [middle(v for v, s in zip(values, slots, strict=True) if s == slot) for slot in range(n_slots)]
    deviations = [abs(v - medians[s]) for v, s in zip(values, slots, strict=True)]
    near = min(3600 // step, (n_slots - 1) // 2)
    limits = []
    for slot in slots:
        around = {(slot + shift) % n_slots for shift in range(-near, near + 1)}
        spread = middle(d for d, s in zip(deviations, slots, strict=True) if s in around)
        if math.isnan(spread) or spread == 0:
            spread = middle(deviations)
        reach = 6 * 1.4826 * spread if spread > 0 else math.inf
        limits.append((medians[slot] - reach, medians[slot] + reach))
    return limits


def slow_flags(values, slots, step):
    impossible = {k for k, v in enumerate(values) if v < 0 or math.isinf(v)}
    usable = [NAN if k in impossible else v for k, v in enumerate(values)]
    outage = slow_outages(usable, slots, step)
    usable = [NAN if k in outage else v for k, v in enumerate(usable)]
    limits = slow_limits(usable, slots, step)
    outlier = {
        k for k, (v, (lower, upper)) in enumerate(zip(usable, limits, strict=True)) if v < lower or v > upper
    }
    clean = [
        v if math.isnan(v) else min(max(v, lower, 0.0), upper)
        for v, (lower, upper) in zip(usable, limits, strict=True)
    ]
    return outlier, outage, impossible, clean


def day_slots(n, step, first=0):
    """Slots of consecutive points of days of 24 hours."""
    return np.array([(first + k * step) % 86_400 // step for k in range(n)], dtype=np.int32)


def flag(values, slots, step):
    flags = flag_values(np.array(values, dtype=np.float64), np.asarray(slots, dtype=np.int32), step)
    together = flags.is_outlier.astype(int) + flags.is_outage + flags.is_impossible
    assert together.max(initial=0) <= 1
    return flags


@st.composite
def series(draw):
    """A day's course with noise, odd values strewn in; shorter and longer than three days."""
    step = draw(st.sampled_from([1800, 3600, 5400, 7200, 21_600]))
    n = draw(st.integers(1, 5 * 86_400 // step))
    slots = day_slots(n, step, first=draw(st.integers(0, 86_399)))
    level = draw(st.integers(0, 10**12))
    noise = draw(
        st.lists(st.integers(0, 2000).map(lambda thousandths: thousandths / 1000), min_size=n, max_size=n)
    )
    values = [level * (1 + math.sin(slot)) * extra for slot, extra in zip(slots.tolist(), noise, strict=True)]
    for where, value in draw(st.lists(st.tuples(st.integers(0, n - 1), ODD_VALUES), max_size=n)):
        values[where] = value
    return values, slots, step


@settings(deadline=None)
@given(series())
def test_flags_are_those_of_the_slow_rule(drawn):
    values, slots, step = drawn
    outlier, outage, impossible, clean = slow_flags(values, slots.tolist(), step)
    flags = flag(values, slots, step)
    assert set(np.flatnonzero(flags.is_impossible)) == impossible
    assert set(np.flatnonzero(flags.is_outage)) == outage
    # A value that stands on its limit to rounding may fall to either side of it.
    differing = set(np.flatnonzero(flags.is_outlier)) ^ outlier
    assert all(math.isclose(values[k], clean[k], rel_tol=1e-9) for k in differing)
    np.testing.assert_allclose(flags.value_clean, clean, rtol=1e-9, atol=1e-9)


@settings(deadline=None)
@given(series(), st.sampled_from([2.0**-20, 0.5, 2.0, 2.0**30]))
def test_another_unit_gives_the_same_flags(drawn, factor):
    values, slots, step = drawn
    flags, scaled = flag(values, slots, step), flag([value * factor for value in values], slots, step)
    np.testing.assert_array_equal(flags.is_outlier, scaled.is_outlier)
    np.testing.assert_array_equal(flags.is_outage, scaled.is_outage)
    np.testing.assert_array_equal(flags.is_impossible, scaled.is_impossible)
    np.testing.assert_array_equal(flags.value_clean * factor, scaled.value_clean)


@settings(deadline=None)
@given(series())
def test_clean_values_are_missing_zero_or_the_values_pulled_towards_the_middle(drawn):
    values, slots, step = drawn
    flags = flag(values, slots, step)
    value, clean = np.array(values), flags.value_clean
    left_out = np.isnan(value) | flags.is_outage | flags.is_impossible
    np.testing.assert_array_equal(np.isnan(clean), left_out)
    assert (clean[~left_out] >= 0).all()
    kept = ~left_out & ~flags.is_outlier
    np.testing.assert_array_equal(clean[kept], value[kept])
    assert (clean[flags.is_outlier] != value[flags.is_outlier]).all()
    assert np.nanmax(clean, initial=0) <= np.max(value[~left_out], initial=0)


def test_tukeys_fences_for_a_short_series():
    # Quartiles 25 and 75: the fences stand at -50 and 150.
    values = [*map(float, range(100)), 1e9]
    flags = flag(values, day_slots(101, 120), 120)
    assert np.flatnonzero(flags.is_outlier).tolist() == [100]
    assert flags.value_clean[100] == pytest.approx(150)


def test_hampels_limits_for_a_long_series():
    # Ten days, each hour at 99 on even days and at 101 on odd ones: median 100, all deviations 1.
    values = np.repeat(np.tile([99.0, 101.0], 5), 24)
    limit = 100 + 6 * 1.4826
    far, beyond, within = 3 * 24 + 4, 5 * 24 + 9, 7 * 24 + 20
    values[[far, beyond, within]] = [500.0, limit + 0.01, limit - 0.01]
    flags = flag(values, day_slots(values.size, 3600), 3600)
    assert np.flatnonzero(flags.is_outlier).tolist() == [far, beyond]
    assert flags.value_clean[[far, beyond]] == pytest.approx(limit)
    assert flags.value_clean[within] == limit - 0.01


@pytest.mark.parametrize(("n", "is_flagged"), [(3 * 288 - 1, True), (3 * 288, False)])
def test_the_rule_changes_at_three_days(n, is_flagged):
    # A daily peak of half an hour is an outlier among all values, and none beside its own slot's.
    slots = day_slots(n, 300)
    rng = np.random.default_rng(3)
    values = 100 + rng.normal(size=n) + 900 * ((slots >= 144) & (slots < 150))
    assert flag(values, slots, 300).is_outlier[150 - 3] == is_flagged


@pytest.mark.parametrize("days", [1, 5])
@pytest.mark.parametrize("level", [0.0, 7.0])
def test_a_constant_series_has_no_flags(days, level):
    values = np.full(days * 288, level)
    flags = flag(values, day_slots(values.size, 300), 300)
    assert not (flags.is_outlier | flags.is_outage | flags.is_impossible).any()
    np.testing.assert_array_equal(flags.value_clean, values)


@pytest.mark.parametrize("days", [1, 5])
def test_the_requests_of_a_log_that_is_silent_most_of_the_time_are_kept(days):
    values = np.zeros(days * 720)
    values[::9] = 5_000.0
    flags = flag(values, day_slots(values.size, 120), 120)
    assert not flags.is_outlier.any()
    np.testing.assert_array_equal(flags.value_clean, values)


@pytest.mark.parametrize("size", [0, 1, 100, 288 * 4])
def test_a_series_without_values_has_no_flags(size):
    flags = flag(np.full(size, NAN), day_slots(size, 300), 300)
    assert not (flags.is_outlier | flags.is_outage | flags.is_impossible).any()
    assert np.isnan(flags.value_clean).all()
    assert flags.value_clean.size == size


@pytest.mark.parametrize(
    ("step", "zeros", "is_outage"), [(120, 14, False), (120, 15, True), (300, 5, False), (300, 6, True)]
)
def test_zeros_are_an_outage_from_half_an_hour_on(step, zeros, is_outage):
    n = 5 * 86_400 // step
    values = 50 + np.random.default_rng(1).random(n)
    begin = n // 2 + 7
    values[begin : begin + zeros] = 0.0
    flags = flag(values, day_slots(n, step), step)
    expected = range(begin, begin + zeros) if is_outage else []
    assert np.flatnonzero(flags.is_outage).tolist() == list(expected)
    assert np.isnan(flags.value_clean[begin]) == is_outage
    # Shorter ones are low values like others, and judged as such.
    assert flags.is_outlier[begin] == (not is_outage)


def test_an_outage_at_either_end_and_one_between_gaps():
    values = np.full(5 * 24, 9.0)
    values[:2] = values[-3:] = 0.0
    values[50:53] = [NAN, 0.0, NAN]
    flags = flag(values, day_slots(values.size, 3600), 3600)
    assert np.flatnonzero(flags.is_outage).tolist() == [0, 1, 51, 117, 118, 119]


def test_the_zeros_of_a_quiet_night_are_no_outage():
    slots = day_slots(10 * 288, 300)
    values = np.where(slots < 72, 0.0, 100.0)
    values[5 * 288 + 100 : 5 * 288 + 130] = 0.0
    flags = flag(values, slots, 300)
    assert np.flatnonzero(flags.is_outage).tolist() == list(range(5 * 288 + 100, 5 * 288 + 130))


def test_impossible_values_are_left_out_and_bend_no_limit():
    rng = np.random.default_rng(2)
    values = 100 + rng.random(5 * 288)
    slots = day_slots(values.size, 300)
    with_odd = values.copy()
    odd = [10, 400, 1000]
    with_odd[odd] = [-1.0, math.inf, -math.inf]
    flags = flag(with_odd, slots, 300)
    assert np.flatnonzero(flags.is_impossible).tolist() == odd
    assert np.isnan(flags.value_clean[odd]).all()
    others = np.delete(np.arange(values.size), odd)
    np.testing.assert_array_equal(flags.value_clean[others], values[others])


def test_slots_need_not_begin_at_midnight_nor_fill_the_day():
    # A step of seven minutes does not divide the day: the last slot of a day is short.
    step, n = 420, 5 * 206
    slots = day_slots(n, step, first=50_000)
    values = 100 + np.random.default_rng(4).random(n)
    values[300] = 1e6
    flags = flag(values, slots, step)
    assert np.flatnonzero(flags.is_outlier).tolist() == [300]
