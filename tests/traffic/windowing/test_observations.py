"""Observations carry the flags of their grid, and a fit for an earlier night sees its past alone."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traffic.windowing.flags import flag_values
from traffic.windowing.local_days import local_days
from traffic.windowing.observations import observe
from traffic.windowing.regular_series import RegularSeries
from traffic.windowing.series_batch import known_before

START = datetime(2025, 10, 20)
STEP = 3600
ZONE = "Europe/Berlin"


def grid_of(values, start=START, step=STEP):
    at_utc = [start + timedelta(seconds=k * step) for k in range(len(values))]
    value = pl.Series("value", values, dtype=pl.Float64, strict=False).fill_nan(None)
    return pl.DataFrame({"at_utc": at_utc}).with_columns(value, is_observed=value.is_not_null())


def course(days, seed=0):
    """A daily course with noise, an outlier, an outage, a gap and an impossible value now and then."""
    rng = np.random.default_rng(seed)
    hour = np.arange(days * 24)
    values = 100 + 50 * np.sin(hour * np.pi / 12) + rng.normal(scale=3, size=hour.size)
    for odd in (1e5, 0.0, np.nan, -3.0):
        values[rng.choice(hour.size, size=max(days // 4, 1), replace=False)] = odd
    return values


def known(observations, series_id, time_zone, step_seconds, issued_at_utc) -> RegularSeries:
    """The one series, as a night knows it."""
    rows = observations.with_columns(series_id=pl.lit(series_id))
    (batch,) = known_before(rows, [series_id], time_zone, step_seconds, issued_at_utc)
    (series,) = batch.series()
    return series


def test_columns_and_flags():
    values = (100 + np.random.default_rng(6).random(5 * 24)).tolist()
    values[50], values[60], values[70], values[80] = 1e6, 0.0, -5.0, None
    observations = observe(grid_of(values), ZONE, STEP)
    assert observations.columns == [
        *("at_utc", "value", "is_observed", "cause", "flag", "is_outlier", "value_clean")
    ]
    assert dict(zip([50, 60, 70, 80, 90], observations["flag"][[50, 60, 70, 80, 90]], strict=True)) == {
        50: "outlier",
        60: "outage",
        70: "impossible",
        80: None,
        90: None,
    }
    assert observations["is_outlier"].to_list() == [k == 50 for k in range(120)]
    assert observations["value_clean"][[60, 70, 80]].to_list() == [None, None, None]
    assert 100 < observations["value_clean"][50] < 200
    assert observations["value"].to_list() == values


def test_missing_is_null_and_never_nan():
    observations = observe(grid_of([1.0, None, float("nan"), 0.0]), "UTC", STEP)
    assert observations["value_clean"].to_list() == [1.0, None, None, 0.0]
    assert not observations["value_clean"].is_nan().any()


def test_a_grid_without_any_value():
    observations = observe(grid_of([None] * 100), "UTC", STEP)
    assert observations["flag"].null_count() == observations["value_clean"].null_count() == 100
    assert observations["is_outlier"].to_list() == [False] * 100


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 12), st.integers(0, 2**32 - 1), st.integers(-1, 13 * 24))
def test_a_night_knows_its_past_and_flags_from_it_alone(days, seed, issued_hour):
    observations = observe(grid_of(course(days, seed)), ZONE, STEP)
    issued_at_utc = START + timedelta(hours=issued_hour)
    cut = known(observations, "s/x", ZONE, STEP, issued_at_utc)
    past = observations.filter(pl.col("at_utc") < issued_at_utc)
    truncated = observe(past.select("at_utc", "value", "is_observed"), ZONE, STEP)
    assert cut.at_utc().to_list() == past["at_utc"].to_list()
    np.testing.assert_array_equal(cut.value, past["value"].fill_null(np.nan).to_numpy())
    np.testing.assert_array_equal(cut.value_clean, truncated["value_clean"].fill_null(np.nan).to_numpy())
    assert (cut.series_id, cut.step_seconds, cut.time_zone) == ("s/x", STEP, ZONE)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1), st.integers(1, 10 * 24 - 1))
def test_the_future_changes_nothing(seed, other_seed, issued_hour):
    past = course(10, seed)[:issued_hour]
    issued_at_utc = START + timedelta(hours=issued_hour)
    futures = [course(10, other)[issued_hour:] * 1000 for other in (seed, other_seed)]
    cuts = [
        known(observe(grid_of(np.concatenate([past, future])), ZONE, STEP), "s/x", ZONE, STEP, issued_at_utc)
        for future in futures
    ]
    np.testing.assert_array_equal(cuts[0].value_clean, cuts[1].value_clean)
    assert cuts[0].value_clean.size == issued_hour


def test_flags_of_the_whole_record_would_have_seen_the_future():
    # Two quiet days, then a week at ten times their level: the whole record's medians make outliers of them.
    values = np.repeat([10.0, 100.0], [48, 7 * 24]) + np.random.default_rng(7).random(9 * 24)
    observations = observe(grid_of(values), "UTC", STEP)
    assert observations["is_outlier"][:48].any()
    cut = known(observations, "s/x", "UTC", STEP, START + timedelta(days=2))
    np.testing.assert_array_equal(cut.value_clean, values[:48])


def test_before_the_first_value_nothing_is_known():
    observations = observe(grid_of(course(5)), ZONE, STEP)
    cut = known(observations, "s/x", ZONE, STEP, START)
    assert (cut.value.size, cut.value_clean.size, cut.start_utc) == (0, 0, START)


@pytest.mark.parametrize("step_seconds", [60, 300, 420, 3600, 86_400])
def test_a_series_gives_back_the_times_it_was_cut_from(step_seconds):
    start = datetime(2025, 10, 20, 0, 4)
    observations = observe(grid_of([float(k) for k in range(50)], start, step_seconds), ZONE, step_seconds)
    cut = known(observations, "s/x", ZONE, step_seconds, datetime(2100, 1, 1))
    assert cut.at_utc().to_list() == observations["at_utc"].to_list()
    assert cut.at_utc().dtype == pl.Datetime("us")


@pytest.mark.parametrize(
    ("step_seconds", "steps"),
    [(60, 1440), (300, 288), (420, None), (3600, 24), (86_400, None), (172_800, None)],
)
def test_steps_of_a_day(step_seconds, steps):
    observations = observe(grid_of([1.0], step=step_seconds), ZONE, step_seconds)
    cut = known(observations, "s/x", ZONE, step_seconds, datetime(2100, 1, 1))
    assert cut.day_steps == steps


def test_flags_follow_the_local_clock_across_its_change():
    # Berlin's clock goes back on 26 October: the evening peak moves by an hour in UTC and stays at its slot.
    hours = 14 * 24
    at_utc = pl.Series([START + timedelta(hours=k) for k in range(hours)])
    slot = local_days(at_utc, ZONE, STEP)["slot"].to_numpy()
    values = np.where(slot == 20, 1000.0, 10.0) + np.random.default_rng(5).random(hours)
    assert observe(grid_of(values), ZONE, STEP)["flag"].null_count() == hours
    assert flag_values(values, (np.arange(hours) % 24).astype(np.int32), STEP).is_outlier.sum() > 0
