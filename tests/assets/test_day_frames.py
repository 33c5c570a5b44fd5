"""Peaks, phases and odd days by local date, and the sentence on their drift."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import numpy as np
import polars as pl
import pytest

from assets.day_frames import DayRows, day_rows
from traffic.windowing.series_batch import known_before

START = datetime(2025, 9, 1)  # a Monday
DAYS = 56


def rows_of(later_a_day: float = 0.0, odd: int | None = None, zone: str = "UTC") -> DayRows:
    """Days that peak at 14:00, each so many minutes later; one of them twice as high."""
    at_utc = pl.datetime_range(START, START + timedelta(days=DAYS), "5m", closed="left", eager=True)
    minute = np.arange(at_utc.len()) * 5.0
    day = minute // 1_440
    angle = 2 * np.pi * (minute % 1_440 - 14 * 60 - later_a_day * day) / 1_440
    noise = np.random.default_rng(9).standard_normal(minute.size)
    value = (2 + np.cos(angle) + 0.03 * noise) * np.where(day == (-1 if odd is None else odd), 2.0, 1.0)
    rows = pl.DataFrame({"at_utc": at_utc, "value": value}).select(
        pl.lit("net/a").alias("series_id"), "at_utc", "value", cause=pl.lit(None, pl.String)
    )
    (batch,) = known_before(rows, ["net/a"], zone, 300, START + timedelta(days=DAYS))
    return day_rows(batch)


def test_each_day_has_its_peak_and_its_phase() -> None:
    peaks = rows_of().peaks
    assert peaks["local_date"].to_list() == [date(2025, 9, 1) + timedelta(days=day) for day in range(DAYS)]
    assert all(time(12, 30) <= at <= time(15, 30) for at in peaks["peak_local_time"])
    assert np.abs(peaks["phase_minutes"].to_numpy()).max() < 15
    inside = (pl.col("phase_lower_95") <= 0) & (pl.col("phase_upper_95") >= 0)
    assert 0.85 <= peaks.select(inside.mean()).item() <= 1.0


def test_local_dates_and_times_are_those_of_the_zone() -> None:
    peaks = rows_of(zone="Asia/Kolkata").peaks
    assert peaks["local_date"].min() == date(2025, 9, 1)
    assert peaks["local_date"].max() == date(2025, 10, 27)
    assert all(time(18) <= at <= time(21) for at in peaks["peak_local_time"][1:-1])  # 14:00 UTC and 5:30


def test_an_odd_day_is_named_with_its_reason() -> None:
    peaks = rows_of(odd=30).peaks
    assert peaks.filter("is_unusual")["local_date"].to_list() == [date(2025, 10, 1)]
    (reason,) = peaks["reason"].drop_nulls()
    assert reason.startswith("The day lies ")
    assert reason.endswith(" than days like it.")
    odd = peaks.filter("is_unusual").row(0, named=True)
    assert (odd["is_shifted"], odd["has_other_level"], odd["has_other_shape"]) == (False, True, False)
    assert odd["level_share"] == pytest.approx(1.0, abs=0.05)
    assert abs(odd["phase_difference"]) < 30


@pytest.mark.parametrize(
    ("later", "says"),
    [(0.0, "No drift of the course of the day is shown"), (2.0, "comes later"), (-2.0, "comes earlier")],
)
def test_drift_is_told_in_minutes_a_day(later: float, says: str) -> None:
    drifts = rows_of(later).drifts
    assert drifts["test"].to_list() == ["phase_drift", "peak_drift"]
    phase, peak = drifts["statistic"]
    assert phase == pytest.approx(later, abs=0.1)
    # A flat top in noise says less of the time than the whole course does.
    assert peak == pytest.approx(later, abs=0.5)
    assert says in drifts["verdict"][0]
