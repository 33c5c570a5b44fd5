"""Means over stretches of many series at once, against loops."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traffic.windowing.flat_series import FlatSeries, flat_series

START = datetime(2024, 6, 1)


def rows(series_id: str, start: datetime, step: int, values: list[float | None]) -> pl.DataFrame:
    times = [start + k * timedelta(seconds=step) for k in range(len(values))]
    schema = {"series_id": pl.String, "at_utc": pl.Datetime("us"), "value": pl.Float64}
    return pl.DataFrame({"series_id": [series_id] * len(values), "at_utc": times, "value": values}, schema)


@pytest.fixture
def three() -> FlatSeries:
    later = START + timedelta(hours=1)
    frames = [rows("a", START, 600, [1.0, None, 3.0, 4.0]), rows("c", later, 600, [1e30, 7.0])]
    return flat_series(pl.concat(frames), ["c", "b", "a"], 600)


def seconds(time: datetime) -> int:
    return int((time - datetime(1970, 1, 1)).total_seconds())


def test_series_stand_in_the_order_that_is_wanted_and_one_without_rows_is_empty(three: FlatSeries) -> None:
    assert three.size.tolist() == [2, 0, 4]
    begin = np.full(3, seconds(START + timedelta(hours=1)))
    assert three.mean_within(np.arange(3), begin, 600).tolist() == pytest.approx(
        [1e30, math.nan, math.nan], nan_ok=True
    )


def test_a_huge_value_does_not_touch_the_mean_of_another_series_or_time(three: FlatSeries) -> None:
    owner, begin = np.array([2, 0]), np.array([seconds(START), seconds(START) + 4200])
    assert three.mean_within(owner, begin, 600).tolist() == [1.0, 7.0]
    assert three.mean_between(owner, begin, begin + 86_400).tolist() == [8 / 3, 7.0]


def test_half_of_a_stretch_is_enough(three: FlatSeries) -> None:
    begin = seconds(START) + np.array([0, 1200, 1800, 2400, -1200, -1800])
    means = three.mean_within(np.full(6, 2), begin, 2400)
    assert means.tolist() == pytest.approx([8 / 3, 3.5, math.nan, math.nan, math.nan, math.nan], nan_ok=True)
    assert np.isnan(three.mean_within(np.array([2]), np.array([seconds(START)]), 300)).all()


def test_nothing_asked_is_nothing_said(three: FlatSeries) -> None:
    none = np.empty(0, dtype=np.int64)
    assert three.mean_within(none, none, 3600).size == three.mean_between(none, none, none).size == 0


@settings(deadline=None)
@given(
    values=st.lists(
        st.lists(st.none() | st.floats(-1e6, 1e6, allow_subnormal=False), max_size=8), min_size=1, max_size=4
    ),
    step=st.sampled_from([60, 420, 3600]),
    stretches=st.lists(st.tuples(st.integers(0, 3), st.integers(-900, 900), st.integers(1, 90)), max_size=12),
)
def test_means_are_those_of_a_loop(
    values: list[list[float | None]], step: int, stretches: list[tuple[int, int, int]]
) -> None:
    names = [f"s{k}" for k in range(len(values))]
    frames = [
        rows(name, START + timedelta(seconds=17 * k), step, own)
        for k, (name, own) in enumerate(zip(names, values, strict=True))
    ]
    flat = flat_series(pl.concat(frames), names, step)
    for owner, begin_minutes, width_minutes in ((o % len(values), b, w) for o, b, w in stretches):
        begin, width = seconds(START) + 60 * begin_minutes, 60 * width_minutes
        times = [seconds(START) + 17 * owner + k * step for k in range(len(values[owner]))]
        known = [
            v
            for time, v in zip(times, values[owner], strict=True)
            if v is not None and begin <= time < begin + width
        ]
        mean = float(np.mean(known)) if known else math.nan
        at = np.array([owner]), np.array([begin])
        assert flat.mean_between(*at, at[1] + width)[0] == pytest.approx(mean, nan_ok=True, abs=1e-9)
        is_enough = 2 * len(known) * step >= width >= step
        expected = mean if is_enough else math.nan
        assert flat.mean_within(*at, width)[0] == pytest.approx(expected, nan_ok=True, abs=1e-9)
