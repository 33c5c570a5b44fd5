"""Volumes of a counter's readings: closed forms, wraps and resets, the truth wherever it is determined."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traffic.windowing.counters import COUNTER_GAP, COUNTER_RESET, VOLUME_SCHEMA, counter_volumes

BEGIN = datetime(2024, 5, 1)
STEP = 300
WRAP = 2**32


def readings(*pairs: tuple[float, float | None]) -> pl.DataFrame:
    """Readings as (steps since the beginning, value)."""
    at = [BEGIN + timedelta(seconds=STEP * steps) for steps, _ in pairs]
    schema = {"at_utc": pl.Datetime("us"), "value": pl.Float64}
    return pl.DataFrame({"at_utc": at, "value": [value for _, value in pairs]}, schema)


def volumes(*pairs: tuple[float, float | None], **keys) -> list[tuple[float, float | None, str | None]]:
    found = counter_volumes(readings(*pairs), STEP, **keys)
    assert found.schema == VOLUME_SCHEMA
    return [((at - BEGIN) / timedelta(seconds=STEP), value, cause) for at, value, cause in found.rows()]


def test_what_passed_between_two_readings_belongs_to_the_step_that_begins_at_the_first():
    assert volumes((0, 100), (1, 160), (2, 160), (3, 1_160)) == [(0, 60, None), (1, 0, None), (2, 1000, None)]


@pytest.mark.parametrize("pairs", [(), ((0, 5),), ((0, None), (1, None))])
def test_fewer_than_two_readings_have_no_volume(pairs):
    assert volumes(*pairs, bits=32) == []


def test_a_steady_rate_is_steady_however_it_is_polled():
    # 7 a second, polled at 270 s to 330 s: each step holds 2,100.
    times = [0, 0.9, 2.0, 3.1, 4.0, 5.0]
    found = volumes(*((steps, 7 * STEP * steps) for steps in times))
    assert [value for _, value, _ in found] == pytest.approx([2100] * 5, rel=1e-12)
    assert [at for at, _, _ in found] == pytest.approx(times[:-1])


@pytest.mark.parametrize("bits", [32, 64])
def test_a_wrap_is_counted_through(bits):
    top = 2.0**bits - 2.0 ** (bits - 20)
    assert volumes((0, top), (1, 4096.0), bits=bits) == [(0, 2.0 ** (bits - 20) + 4096, None)]


def test_the_same_fall_is_a_reset_where_the_range_is_not_known():
    assert volumes((0, WRAP - 10), (1, 5), (2, 9)) == [(0, None, COUNTER_RESET), (1, 4, None)]
    assert volumes((0, WRAP - 10), (1, 5), bits=64) == [(0, None, COUNTER_RESET)]


def test_a_fall_of_less_than_half_the_range_is_a_reset():
    # From a third of the range down to 5: a wrap would mean two thirds of the range in a step.
    assert volumes((0, WRAP // 3), (1, 5), bits=32) == [(0, None, COUNTER_RESET)]
    assert volumes((0, WRAP // 2 + 1), (1, 0), bits=32) == [(0, WRAP / 2 - 1, None)]
    assert volumes((0, WRAP // 2), (1, 0), bits=32) == [(0, None, COUNTER_RESET)]


def test_a_capacity_decides_where_it_is_known():
    fall = ((0, WRAP - 1000), (1, 500))
    assert volumes(*fall, bits=32, capacity_per_step=1500) == [(0, 1500, None)]
    assert volumes(*fall, bits=32, capacity_per_step=1499) == [(0, None, COUNTER_RESET)]
    # A fast link may pass more than half the range of a short counter in a step.
    fast = ((0, WRAP // 4), (1, 0))
    assert volumes(*fast, bits=32, capacity_per_step=float(WRAP)) == [(0, 0.75 * WRAP, None)]


def test_the_capacity_of_a_longer_interval_is_larger():
    fall = ((0, WRAP - 1000), (1.25, 500))
    assert volumes(*fall, bits=32, capacity_per_step=1200) == [(0, 1200, None)]
    assert volumes(*fall, bits=32, capacity_per_step=1199) == [(0, None, COUNTER_RESET)]


def test_readings_beyond_the_range_cannot_wrap():
    assert volumes((0, 2.0 * WRAP), (1, 5), bits=32) == [(0, None, COUNTER_RESET)]
    assert volumes((0, WRAP - 5), (1, -5), bits=32) == [(0, None, COUNTER_RESET)]


def test_over_a_gap_nothing_is_known():
    assert volumes((0, 0), (1, 10), (3, 30), (4, 50)) == [
        (0, 10, None),
        (1, None, COUNTER_GAP),
        (3, 20, None),
    ]
    assert volumes((0, 0), (1.5, 30)) == [(0, 20, None)]
    assert volumes((0, 0), (1.51, 30)) == [(0, None, COUNTER_GAP)]
    # A missing reading is a gap like one that is absent.
    assert volumes((0, 0), (1, None), (2, 30)) == [(0, None, COUNTER_GAP)]


def test_of_two_readings_of_one_time_the_last_stands():
    assert volumes((0, 0), (1, 7), (1, 10), (2, 15)) == [(0, 10, None), (1, 5, None)]


AMOUNTS = st.lists(st.integers(0, WRAP // 2 - 1), min_size=1, max_size=30)


@settings(deadline=None)
@given(st.integers(0, WRAP - 1), AMOUNTS)
def test_any_course_of_a_counter_that_wraps_comes_back_whole(first, amounts):
    course = [first]
    for amount in amounts:
        course.append((course[-1] + amount) % WRAP)
    found = volumes(*enumerate(course), bits=32)
    assert [value for _, value, _ in found] == amounts


@settings(deadline=None)
@given(
    st.integers(0, 1000),
    st.lists(st.tuples(st.integers(1, 10**6), st.sampled_from([1, 1, 1, 2]), st.booleans()), max_size=30),
)
def test_with_resets_and_gaps_a_volume_is_the_truth_or_has_a_cause(first, course):
    # Below half the range no fall can be a wrap: each is a reset, and what came before it is not known.
    pairs, truth = [(0, first)], []
    for amount, steps, is_reset in course:
        at, value = pairs[-1]
        later = 0 if is_reset else value + amount
        pairs.append((at + steps, later))
        is_seen = is_reset and later < value
        cause = COUNTER_GAP if steps > 1 else COUNTER_RESET if is_seen else None
        truth.append((at, None if cause else later - value, cause))
    assert volumes(*pairs, bits=32) == truth


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 10**9), st.none() | st.floats(allow_nan=False, allow_infinity=False)),
        max_size=20,
    ),
    st.sampled_from([None, 32, 64]),
    st.none() | st.floats(0, 1e15),
)
def test_whatever_is_read_a_volume_is_never_negative_and_never_missing_without_a_cause(rows, bits, capacity):
    ordered = sorted(rows, key=lambda row: row[0])
    at = [BEGIN + timedelta(seconds=seconds) for seconds, _ in ordered]
    frame = pl.DataFrame(
        {"at_utc": at, "value": [value for _, value in ordered]},
        {"at_utc": pl.Datetime("us"), "value": pl.Float64},
    )
    found = counter_volumes(frame, STEP, bits=bits, capacity_per_step=capacity)
    known = {seconds for seconds, value in ordered if value is not None}
    assert found.height == max(len(known) - 1, 0)
    assert (found["value"].is_null() == found["cause"].is_not_null()).all()
    assert (found["value"].drop_nulls() >= 0).all()
