"""Rows of forecasts beside what was measured, against a slow obvious version and figures by hand."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traffic.models.quantiles import QUANTILE_COLUMNS, QUANTILE_LEVELS
from traffic.models.scored_points import MEAN_DAYS, score_points

NIGHT = datetime(2024, 6, 30)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
FIGURES = ("actual", "error", "scaled_error", "naive_error", "mean_error", "pinball")


def observed(values: dict[datetime, float | None], series_id: str = "isp/a") -> pl.DataFrame:
    schema = {"series_id": pl.String, "at_utc": pl.Datetime("us"), "value": pl.Float64}
    return pl.DataFrame([(series_id, at, value) for at, value in values.items()], schema, orient="row")


def forecast(issued: datetime, target: datetime, step_seconds: int, **changes: Any) -> dict[str, Any]:
    """One point with mean 10 and the quantiles 7 to 13."""
    row: dict[str, Any] = {
        "series_id": "isp/a",
        "model": "combination",
        "is_champion": True,
        "issued_at_utc": issued,
        "step_seconds": step_seconds,
        "target_utc": target,
        "horizon": 1 + (target - issued) // timedelta(seconds=step_seconds),
        "mean": 10.0,
    }
    return row | dict(zip(QUANTILE_COLUMNS, map(float, range(7, 14)), strict=True)) | changes


def points_of(*rows: dict[str, Any]) -> pl.DataFrame:
    dtypes = {"issued_at_utc": pl.Datetime("us"), "target_utc": pl.Datetime("us"), "step_seconds": pl.Int32}
    return pl.DataFrame(list(rows)).cast(dtypes)


def hourly(days: int, value: Any) -> dict[datetime, float | None]:
    """Values of every hour of the days before NIGHT, as a function of the time says."""
    return {NIGHT - days * DAY + h * HOUR: value(NIGHT - days * DAY + h * HOUR) for h in range(24 * days)}


def test_figures_by_hand() -> None:
    values = hourly(3, lambda at: {28: 12.0, 29: 15.0}.get(at.day, 8.0))
    target = NIGHT - DAY + 5 * HOUR
    (row,) = score_points(points_of(forecast(NIGHT - DAY, target, 3600)), observed(values), 3600).to_dicts()
    assert (row["actual"], row["error"], row["naive_error"]) == (15.0, 5.0, 3.0)
    assert row["mean_error"] == 15.0 - (24 * 8.0 + 24 * 12.0) / 48  # of what was known at issue
    assert row["scaled_error"] == 5.0 / 3.5  # days differ by 4 and by 3
    losses = [level * (15.0 - q) for level, q in zip(QUANTILE_LEVELS, range(7, 14), strict=True)]
    assert row["pinball"] == pytest.approx(np.mean(losses) / 3.5)
    assert (row["covered_80"], row["covered_95"]) == (False, False)
    assert (row["horizon"], row["model"], row["issued_at_utc"]) == (6, "combination", NIGHT - DAY)
    assert row["is_champion"] is True


@pytest.mark.parametrize("days", range(1, 8))
def test_the_naive_of_a_later_day_is_that_of_the_last_known_one(days: int) -> None:
    values = hourly(14, lambda at: float(at.day * 100 + at.hour))
    issued, target = NIGHT - days * DAY, NIGHT - DAY + 5 * HOUR
    (row,) = score_points(points_of(forecast(issued, target, 3600)), observed(values), 3600).to_dicts()
    known = issued - DAY + 5 * HOUR
    assert row["naive_error"] == row["actual"] - (known.day * 100 + known.hour)


def test_an_hour_of_a_finer_series_is_the_mean_of_what_was_measured_in_it() -> None:
    five = timedelta(minutes=5)
    begin = NIGHT - 3 * DAY
    values: dict[datetime, float | None] = {begin + k * five: float(k % 12) for k in range(3 * 288)}
    for minute in (0, 5, 10, 15, 20, 25):
        values[NIGHT - DAY + timedelta(minutes=minute)] = None  # half of the hour is left
        values[NIGHT - DAY + HOUR + timedelta(minutes=minute)] = None
    values[NIGHT - DAY + HOUR + timedelta(minutes=30)] = None  # less than half
    targets = [NIGHT - DAY + hour * HOUR for hour in range(3)]
    points = points_of(*(forecast(NIGHT - DAY, target, 3600) for target in targets))
    rows = score_points(points, observed(values), 300).to_dicts()
    assert [row["actual"] for row in rows] == [8.5, None, 5.5]
    assert [row["naive_error"] for row in rows] == [3.0, None, 0.0]
    assert rows[1] | dict.fromkeys((*FIGURES, "covered_80", "covered_95")) == rows[1]


def test_the_hour_of_the_naive_was_over_at_issue() -> None:
    five = timedelta(minutes=5)
    begin = NIGHT - 4 * DAY
    values: dict[datetime, float | None] = {begin + k * five: float(k // 288) for k in range(4 * 288)}
    # The hour from half past eleven on ends after the midnight of the issue: a day earlier it does not.
    target = NIGHT - timedelta(minutes=30) - DAY + DAY
    issued = NIGHT - DAY
    points = points_of(forecast(issued, target - HOUR, 3600), forecast(issued, target, 3600))
    rows = score_points(points, observed(values), 300).to_dicts()
    assert [row["actual"] - row["naive_error"] for row in rows] == [2.0, 1.5]


def test_a_finer_forecast_than_the_series_and_a_series_without_values_are_not_scored() -> None:
    values = observed(hourly(3, lambda at: float(at.hour)))
    issued = NIGHT - DAY
    points = points_of(forecast(issued, issued, 300), forecast(issued, issued, 3600, series_id="isp/new"))
    rows = score_points(points, values, 3600)
    assert rows.select(pl.all().exclude("naive_error").is_null().sum()).row(0)[7:] == (2,) * 7
    assert rows["series_id"].to_list() == ["isp/a", "isp/new"]


def test_without_points_there_are_no_rows() -> None:
    points = points_of(forecast(NIGHT - DAY, NIGHT - DAY, 3600)).clear()
    assert score_points(points, observed(hourly(2, lambda at: 1.0)), 3600).is_empty()


def test_a_series_that_repeats_itself_exactly_has_no_scale() -> None:
    values = observed(hourly(4, lambda at: float(at.hour)))
    points = points_of(forecast(NIGHT - DAY, NIGHT - DAY, 3600))
    (row,) = score_points(points, values, 3600).to_dicts()
    assert (row["scaled_error"], row["pinball"], row["naive_error"]) == (None, None, 0.0)
    assert row["error"] == -10.0


def expected(row: dict[str, Any], values: dict[datetime, float | None], own: int) -> dict[str, Any]:
    """The figures of one point of one series, time by time."""
    step = timedelta(seconds=row["step_seconds"])
    issued, target = row["issued_at_utc"], row["target_utc"]

    def at(begin: datetime) -> float:
        members = [
            value for time, value in values.items() if begin <= time < begin + step and value is not None
        ]
        return float(np.mean(members)) if 2 * len(members) * own >= row["step_seconds"] else math.nan

    days = 1
    # Before the first value nothing is known, whenever it was issued.
    while max((t for t in values if t < target - days * DAY + step), default=datetime.min) >= issued:
        days += 1
    first = min(values)
    ago = (target - first) // step + 1
    begins = [
        b for b in (target + k * step for k in range(-ago, DAY // step + 1)) if first - step < b < NIGHT
    ]
    course = np.array([at(begin) for begin in begins])
    scale, lag = math.nan, DAY // step
    if DAY % step == timedelta(0) and lag > 1:
        steps = np.abs(course[lag:] - course[:-lag])
        scale = float(np.nanmean(steps)) if not np.isnan(steps).all() else math.nan
    known = [v for t, v in values.items() if issued - MEAN_DAYS * DAY <= t < issued and v is not None]
    actual, quantiles = at(target), np.array([row[name] for name in QUANTILE_COLUMNS])
    loss = [
        max(a * (actual - q), (a - 1) * (actual - q)) for a, q in zip(QUANTILE_LEVELS, quantiles, strict=True)
    ]
    scale = scale if scale > 0 else math.nan
    return {
        "actual": actual,
        "error": actual - row["mean"],
        "scaled_error": (actual - row["mean"]) / scale,
        "naive_error": actual - at(target - days * DAY),
        "mean_error": actual - (float(np.mean(known)) if known else math.nan),
        "pinball": float(np.mean(loss)) / scale,
    }


@settings(deadline=None, max_examples=25)
@given(
    own=st.sampled_from([900, 1200, 3600, 7200, 5400]),
    phase=st.integers(0, 3),
    days=st.integers(1, 5),
    missing=st.sampled_from([0.0, 0.3, 0.6, 1.0]),
    shift_minutes=st.sampled_from([0, 30, 45]),
    seed=st.integers(0, 2**32 - 1),
)
def test_all_figures_are_those_of_the_slow_version(
    own: int, phase: int, days: int, missing: float, shift_minutes: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    start = NIGHT - 6 * DAY + timedelta(minutes=5 * phase)
    times = [start + k * timedelta(seconds=own) for k in range(int((NIGHT - start).total_seconds() // own))]
    drawn = rng.integers(0, 50, len(times)).astype(float).tolist()
    is_missing = rng.random(len(times)) < missing
    values = {time: None if gone else v for time, v, gone in zip(times, drawn, is_missing, strict=True)}
    issued = NIGHT - days * DAY
    on_grid = [time for time in times if time >= NIGHT - DAY][:: max(len(times) // 36, 1)]
    hours = [NIGHT - DAY + timedelta(minutes=shift_minutes) + h * 7 * HOUR for h in range(3)]
    rows = [forecast(issued, target, own) for target in on_grid]
    if own <= 3600:
        rows += [forecast(issued, target, 3600, model="hours") for target in hours]
    other = observed(dict.fromkeys(times, 3.0), "isp/b")
    found = score_points(points_of(*rows), pl.concat([other, observed(values)]), own)
    assert not any(found[name].is_nan().any() for name in FIGURES)
    for row, scored in zip(rows, found.to_dicts(), strict=True):
        wanted = expected(row, values, own)
        have = {name: math.nan if scored[name] is None else scored[name] for name in FIGURES}
        assert have == pytest.approx(wanted, nan_ok=True), (row["step_seconds"], row["target_utc"])


def test_rows_do_not_depend_on_the_run() -> None:
    rng = np.random.default_rng(7)
    values = [observed(hourly(50, lambda at: float(rng.lognormal(20, 2))), f"isp/{k}") for k in range(40)]
    points = points_of(
        *(
            forecast(NIGHT - DAY, NIGHT - DAY + h * HOUR, 3600, series_id=f"isp/{k}")
            for k in range(40)
            for h in range(24)
        )
    )
    runs = [score_points(points, pl.concat(values), 3600) for _ in range(5)]
    assert all(run.equals(runs[0]) for run in runs[1:])
