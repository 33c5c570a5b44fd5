"""Rows of a batch's forecasts: which times are forecast at which step, and by what."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from assets.forecast_frames import BACKTESTS, CHAMPIONS, POINTS, forecast_frames, spans
from traffic.models.forecasting.frames import forecast
from traffic.models.quantiles import QUANTILE_COLUMNS
from traffic.windowing.regular_series import grid_times
from traffic.windowing.series_batch import SeriesBatch, known_before

HOUR, DAY = 3_600, 86_400
ISSUED = datetime(2025, 3, 10)


def batch_of(
    values: np.ndarray,
    step_seconds: int,
    *,
    issued: datetime = ISSUED,
    zone: str = "UTC",
    late: int = 0,
    phase: int = 0,
) -> SeriesBatch:
    """Series whose last value stands ``late`` steps before the last one that could be known."""
    past = issued - timedelta(seconds=step_seconds - phase + late * step_seconds)
    n_times = values.shape[1]
    at_utc = [past - timedelta(seconds=step_seconds * back) for back in range(n_times - 1, -1, -1)]
    names = [f"net/{row}" for row in range(values.shape[0])]
    rows = pl.concat(
        pl.DataFrame({"at_utc": at_utc, "value": pl.Series(row, nan_to_null=True)}).select(
            pl.lit(name).alias("series_id"), "at_utc", "value", cause=pl.lit(None, pl.String)
        )
        for name, row in zip(names, values, strict=True)
    )
    (batch,) = known_before(rows, names, zone, step_seconds, issued)
    return batch


def local_midnight(day: date, zone: str = "Europe/Berlin") -> datetime:
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
    return midnight.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)


def traffic(n_series: int, days: int, step_seconds: int, seed: int = 0) -> np.ndarray:
    """A course of the day and of the week with noise, above zero."""
    rng = np.random.default_rng(seed)
    n = days * DAY // step_seconds
    at = np.arange(n) * step_seconds
    course = 10 + 4 * np.sin(2 * np.pi * at / DAY) + 2 * np.sin(2 * np.pi * at / (7 * DAY))
    return np.maximum(course + 0.5 * rng.standard_normal((n_series, n)), 0.1)


def by_the_local_clock(
    issued: datetime, days: int, step_seconds: int, zone: str = "Europe/Berlin"
) -> np.ndarray:
    """A series that says what its local clock shows: the hour of the day and ten more, and a little noise."""
    n = days * DAY // step_seconds
    times = [issued - timedelta(seconds=step_seconds * back) for back in range(n, 0, -1)]
    local = [each.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(zone)) for each in times]
    noise = 0.05 * np.random.default_rng(3).standard_normal(n)
    return (np.array([each.hour + each.minute / 60 for each in local]) + 10 + noise)[None, :]


def assert_well_formed(points: pl.DataFrame) -> None:
    """Every target once, from the issue on without a hole, with finite quantiles that are in order."""
    for _, run in points.group_by("series_id", "step_seconds"):
        step = run["step_seconds"][0]
        assert run["horizon"].to_list() == list(range(1, run.height + 1))
        assert run["target_utc"].diff().drop_nulls().unique().to_list() in ([], [timedelta(seconds=step)])
    quantiles = points.select(QUANTILE_COLUMNS).to_numpy()
    assert np.isfinite(quantiles).all()
    assert np.isfinite(points["mean"].to_numpy()).all()
    assert (np.diff(quantiles, axis=1) >= 0).all()
    assert points["is_champion"].all()


def runs(points: pl.DataFrame) -> list[tuple[int, int]]:
    """Step and length of each run of targets."""
    counts = points.group_by("series_id", "step_seconds").len().select("step_seconds", "len").unique()
    return sorted(counts.rows())


@pytest.mark.parametrize(
    ("step_seconds", "expected"),
    [
        (60, [(60, 1_440), (HOUR, 168)]),
        (300, [(300, 288), (HOUR, 168)]),
        (900, [(900, 96), (HOUR, 168)]),
        (1_800, [(1_800, 48), (HOUR, 168)]),
        (HOUR, [(HOUR, 168)]),
        (420, [(420, 1_440)]),  # seven minutes divide neither the hour nor the day
        (2 * HOUR, [(2 * HOUR, 84)]),
        (6 * HOUR, [(6 * HOUR, 28)]),
        (DAY, [(DAY, 7)]),
        (2 * DAY, [(2 * DAY, 4)]),
        (7 * DAY, [(7 * DAY, 1)]),
    ],
)
def test_a_day_is_forecast_at_the_series_step_and_a_week_by_the_hour(
    step_seconds: int, expected: list[tuple[int, int]]
) -> None:
    days = 63 if step_seconds >= DAY else 20
    frames = forecast_frames(batch_of(traffic(2, days, step_seconds), step_seconds), ISSUED)
    points = frames[POINTS]
    assert runs(points) == expected
    assert_well_formed(points)
    assert points["series_id"].unique().sort().to_list() == ["net/0", "net/1"]
    # Seven minutes do not divide the time since the first value either: the grid's next point is the first.
    begin = points["target_utc"].min()
    assert isinstance(begin, datetime)
    assert ISSUED <= begin < ISSUED + timedelta(seconds=step_seconds)
    n_backtests = frames[BACKTESTS].group_by("series_id", "step_seconds", "horizon").len()
    measured_runs = set(n_backtests.select("step_seconds", "horizon").rows())
    # The first day of a run of seven is measured by itself too.
    first_day = {
        (step, -(-DAY // step)) for step, n in expected if step == step_seconds and n > -(-DAY // step)
    }
    assert measured_runs == {*expected} | first_day
    assert frames[CHAMPIONS]["series_id"].to_list() == ["net/0", "net/1"]


@pytest.mark.parametrize("step_seconds", [300, 420, HOUR, 2 * HOUR, 6 * HOUR, DAY])
@pytest.mark.parametrize("changes", [date(2025, 3, 30), date(2025, 10, 26)])  # 02:00 to 03:00, and back
@pytest.mark.parametrize("days_before", [-3, 0, 1, 6])
def test_no_change_of_the_clock_loses_or_repeats_a_target(
    step_seconds: int, changes: date, days_before: int
) -> None:
    issued = local_midnight(changes - timedelta(days=days_before))
    values = traffic(2, 21, step_seconds)
    points = forecast_frames(batch_of(values, step_seconds, issued=issued, zone="Europe/Berlin"), issued)[
        POINTS
    ]
    assert_well_formed(points)
    week = points.filter(pl.col("step_seconds") == max(step_seconds, HOUR) if step_seconds != 420 else True)
    assert week.group_by("series_id").len()["len"].unique().to_list() == [7 * DAY // week["step_seconds"][0]]
    assert week["target_utc"].min() == issued


@pytest.mark.parametrize("changes", [date(2025, 3, 30), date(2025, 10, 26)])
@pytest.mark.parametrize("days_before", [-2, 0, 5])
@pytest.mark.parametrize("step_seconds", [300, HOUR])
def test_forecasts_follow_the_local_clock_through_its_changes(
    step_seconds: int, changes: date, days_before: int
) -> None:
    """The hour that is left out is not forecast; the one that comes twice is so twice."""
    issued = local_midnight(changes - timedelta(days=days_before))
    values = by_the_local_clock(issued, 42, step_seconds)
    points = forecast_frames(batch_of(values, step_seconds, issued=issued, zone="Europe/Berlin"), issued)[
        POINTS
    ]
    for (step,), run in points.group_by("step_seconds"):
        local = run["target_utc"].dt.replace_time_zone("UTC").dt.convert_time_zone("Europe/Berlin")
        # An hour of finer steps is the mean of what they show; the noise of the record is 0.05.
        within = 0.5 - 0.5 * step_seconds / HOUR if step != step_seconds else 0
        shown = local.dt.hour() + local.dt.minute() / 60 + 10 + within
        off = (run["mean"] - shown).abs()
        assert off.max() < 0.3, run.with_columns(local=local, off=off).sort("off").tail(3)


@settings(max_examples=150, deadline=None)
@given(
    zone=st.sampled_from(
        [
            "Europe/Berlin",
            "America/New_York",
            "Australia/Lord_Howe",  # by half an hour
            "Asia/Kathmandu",
            "America/Sao_Paulo",  # at midnight, until 2019
            "Pacific/Apia",  # which left 30 December 2011 out
        ]
    ),
    step_seconds=st.sampled_from(
        [60, 300, 420, 900, 1_800, HOUR, 2 * HOUR, 5 * HOUR, 6 * HOUR, DAY, 2 * DAY]
    ),
    issued=st.datetimes(datetime(2011, 6, 1), datetime(2019, 12, 1)).map(
        lambda at: at.replace(microsecond=0)
    ),
    late=st.integers(0, 50),
    phase=st.integers(0, 59),
)
def test_every_target_is_served_by_a_step_that_is_forecast(
    zone: str, step_seconds: int, issued: datetime, late: int, phase: int
) -> None:
    batch = batch_of(
        traffic(1, 3, min(step_seconds, HOUR)), step_seconds, issued=issued, zone=zone, late=late, phase=phase
    )
    for span in spans(batch, issued, None):
        histories = span.histories
        assert 1 <= histories.days_ahead <= 7
        assert 0 <= span.column.min() <= span.column.max() < histories.days_ahead * histories.day_steps
        assert span.target_utc.len() == span.column.size
        assert issued <= span.target_utc[0] < issued + timedelta(seconds=step_seconds)
        assert span.target_utc.diff().drop_nulls().n_unique() <= 1
        # What is known last is not lost, and nothing is put behind the issue.
        assert np.isfinite(histories.values).any() == (late * step_seconds < 55 * DAY)


def test_values_of_a_day_keep_their_weekday_where_the_clock_changes() -> None:
    """Grid points at 22:00 UTC are midnights of Berlin in summer, and 23:00 of the day before in winter."""
    issued = datetime(2025, 10, 30, 22)
    n = 56
    weekday = np.array([(issued - timedelta(days=back, hours=-2)).weekday() for back in range(n, 0, -1)])
    level = np.array([10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0])
    noise = 0.2 * np.random.default_rng(1).standard_normal(n)
    batch = batch_of((level[weekday] + noise)[None, :], DAY, issued=issued, zone="Europe/Berlin")
    points = forecast_frames(batch, issued)[POINTS]
    ahead = [(issued + timedelta(days=day, hours=2)).weekday() for day in range(7)]
    np.testing.assert_allclose(points["mean"].to_numpy(), level[ahead], atol=2)


def test_a_platform_whose_midnight_lies_within_the_repeated_hour_forecasts_each_target_once() -> None:
    """01:00 UTC is the second 02:00 of that night in Berlin, the grid's next point after 00:58 the first."""
    issued = datetime(2025, 10, 26)
    values = by_the_local_clock(issued, 30, 420)
    batch = batch_of(values, 420, issued=issued, zone="Europe/Berlin", phase=360)
    points = forecast_frames(batch, issued)[POINTS]
    assert points["target_utc"][0] == datetime(2025, 10, 26, 0, 6)
    assert_well_formed(points)
    (span,) = spans(batch, issued, None)
    assert span.column.min() >= 0
    n_slots = span.histories.day_steps
    assert span.column.max() < 7 * n_slots
    # The second 02:02 lies before the first target by the clock; tomorrow's 02:02 serves it.
    before = (points["target_utc"] >= datetime(2025, 10, 26, 1)).arg_true()[0]
    assert span.column[before] >= n_slots - 9


@pytest.mark.parametrize(("step_seconds", "late"), [(300, 40), (300, 400), (HOUR, 5), (HOUR, 50), (DAY, 2)])
def test_a_late_midnight_forecasts_from_the_issue_on_and_not_from_the_last_value(
    step_seconds: int, late: int
) -> None:
    values = traffic(1, 60 if step_seconds == DAY else 30, step_seconds)
    batch = batch_of(values, step_seconds, late=late)
    frames = forecast_frames(batch, ISSUED)
    points = frames[POINTS]
    assert_well_formed(points)
    assert points["target_utc"].min() == ISSUED
    # Missing at its end is what the gap is: the same history with the rows marked gives the same.
    marked = np.concatenate([values, np.full((1, late), np.nan)], axis=1)
    told = forecast_frames(batch_of(marked, step_seconds), ISSUED)
    assert_frame_equal(points, told[POINTS])
    assert_frame_equal(frames[CHAMPIONS], told[CHAMPIONS])


def test_samples_at_minute_four_are_forecast_at_minute_four() -> None:
    frames = forecast_frames(batch_of(traffic(1, 20, 300), 300, phase=240), ISSUED)
    points = frames[POINTS]
    assert_well_formed(points)
    for (step,), run in points.group_by("step_seconds"):
        assert run["target_utc"].min() == ISSUED + timedelta(minutes=4)
        assert set(run["target_utc"].dt.minute() % 5) == {4}
        assert run.height == (288 if step == 300 else 168)


def test_an_hour_is_the_mean_of_its_steps() -> None:
    values = by_the_local_clock(ISSUED, 30, 300, "UTC")
    hours = forecast_frames(batch_of(values, 300), ISSUED)[POINTS].filter(pl.col("step_seconds") == HOUR)
    coarse = values.reshape(1, -1, 12).mean(axis=2)
    alone = forecast_frames(batch_of(coarse, HOUR), ISSUED)[POINTS]
    np.testing.assert_allclose(hours["mean"].to_numpy(), alone["mean"].to_numpy(), rtol=1e-9)
    np.testing.assert_allclose(hours["q975"].to_numpy(), alone["q975"].to_numpy(), rtol=1e-9)


def frame_of(batch: SeriesBatch) -> pl.DataFrame:
    """The same history as users have it, its times by the local clock."""
    one = grid_times(batch.start_utc, batch.step_seconds, batch.value.shape[1]).alias("ds").to_frame()
    ds = pl.col("ds").dt.replace_time_zone("UTC").dt.convert_time_zone(batch.time_zone)
    return pl.concat(
        one.select(pl.lit(name).alias("unique_id"), ds, y=pl.Series(values))
        for name, values in zip(batch.series_ids, batch.value, strict=True)
    )


@pytest.mark.parametrize(
    ("step_seconds", "horizon"), [(300, 288), (900, 96), (420, 1_440), (HOUR, 168), (6 * HOUR, 28), (DAY, 7)]
)
@pytest.mark.parametrize(
    "issued_on", [date(2025, 3, 10), date(2025, 3, 27), date(2025, 10, 26), date(2025, 11, 3)]
)
def test_points_are_those_of_the_call_that_users_have(
    step_seconds: int, horizon: int, issued_on: date
) -> None:
    issued = local_midnight(issued_on)
    values = traffic(3, 63 if step_seconds == DAY else 30, step_seconds)
    values[1, ::7] = np.nan
    batch = batch_of(values, step_seconds, issued=issued, zone="Europe/Berlin")
    points = forecast_frames(batch, issued)[POINTS].filter(pl.col("step_seconds") == step_seconds)
    theirs = forecast(frame_of(batch), horizon, step=step_seconds, levels=(50, 80, 95))
    assert points["series_id"].to_list() == theirs["unique_id"].to_list()
    assert (
        points["target_utc"].to_list()
        == theirs["ds"].dt.convert_time_zone("UTC").dt.replace_time_zone(None).to_list()
    )
    names = {
        "mean": "diurnal",
        "q025": "diurnal-lo-95",
        "q10": "diurnal-lo-80",
        "q25": "diurnal-lo-50",
        "q75": "diurnal-hi-50",
        "q90": "diurnal-hi-80",
        "q975": "diurnal-hi-95",
    }
    for mine, called in names.items():
        np.testing.assert_allclose(
            points[mine].to_numpy(), theirs[called].to_numpy(), rtol=1e-9, err_msg=mine
        )


def test_a_series_without_a_value_gets_none_and_a_sentence_and_stops_no_other() -> None:
    values = traffic(3, 20, 300)
    values[1] = np.nan
    frames = forecast_frames(batch_of(values, 300), ISSUED)
    champions = {name: (model, reason) for name, model, reason in frames[CHAMPIONS].iter_rows()}
    assert list(champions) == ["net/0", "net/1", "net/2"]
    assert champions["net/1"][0] == "none"
    assert "no value in the last eight weeks" in champions["net/1"][1]
    assert frames[POINTS]["series_id"].unique().sort().to_list() == ["net/0", "net/2"]
    assert frames[BACKTESTS]["series_id"].unique().sort().to_list() == ["net/0", "net/2"]
    assert_well_formed(frames[POINTS])


def test_a_batch_without_any_time_gets_none_as_well() -> None:
    nothing = pl.DataFrame(
        schema={"series_id": pl.String, "at_utc": pl.Datetime("us"), "value": pl.Float64, "cause": pl.String}
    )
    (batch,) = known_before(nothing, ["net/0", "net/1"], "Europe/Berlin", 300, ISSUED)
    frames = forecast_frames(batch, ISSUED)
    assert frames[CHAMPIONS]["model"].to_list() == ["none", "none"]
    assert all("no value" in reason for reason in frames[CHAMPIONS]["reason"])
    assert frames[POINTS].is_empty()
    assert frames[BACKTESTS].is_empty()


def test_rows_say_by_which_model_they_are_and_it_is_the_champion() -> None:
    rng = np.random.default_rng(5)
    values = np.vstack([traffic(1, 40, HOUR), np.tile(rng.random(24) * 10, 40)[None, :]])
    frames = forecast_frames(batch_of(values, HOUR), ISSUED)
    models = dict(frames[CHAMPIONS].select("series_id", "model").iter_rows())
    assert models["net/0"] == "combination"
    first_day = frames[POINTS].filter(pl.col("horizon") <= 24)
    assert dict(first_day.select("series_id", "model").unique().iter_rows()) == models
    assert set(frames[POINTS]["model"]) <= {"combination", "seasonal_naive_day", "seasonal_naive_week"}


def test_public_holidays_are_those_of_the_country_that_is_named() -> None:
    """1 May is one in Germany, and not in England; each series has six Sundays and Easter behind it."""
    issued = datetime(2025, 5, 1)
    at = [issued - timedelta(hours=back) for back in range(24 * 56, 0, -1)]
    holidays = {date(2025, 4, 18), date(2025, 4, 21)}
    is_quiet = np.array([each.weekday() == 6 or each.date() in holidays for each in at])
    noise = 0.2 * np.random.default_rng(0).standard_normal(len(at))
    batch = batch_of((np.where(is_quiet, 20.0, 100.0) + noise)[None, :], HOUR, issued=issued)
    made = {country: forecast_frames(batch, issued, country) for country in (None, "DE", "GB-ENG")}
    said = {
        country: frames[POINTS].filter(pl.col("horizon") <= 24)["mean"].mean()
        for country, frames in made.items()
    }
    assert said["DE"] < 40
    assert said["GB-ENG"] > 90
    assert said[None] > 80
    reason = {country: frames[CHAMPIONS]["reason"][0] for country, frames in made.items()}
    assert reason["DE"].endswith(" Holiday: Labor Day (DE), forecast from Sundays and earlier holidays.")
    assert "Holiday" not in reason["GB-ENG"]
    assert "Holiday" not in reason[None]


def test_a_midnight_that_the_winter_puts_at_23_keeps_its_holiday() -> None:
    """Grid points at 22:00 UTC are Berlin's 23:00 in winter: the day that follows is the one meant."""
    issued = datetime(2025, 10, 29, 22)
    batch = batch_of(traffic(1, 56, DAY), DAY, issued=issued, zone="Europe/Berlin")
    (span,) = spans(batch, issued, "DE-BY")
    # Days ahead: 30 October to 5 November, of which All Saints' Day, a Saturday, is a holiday in Bavaria.
    assert span.histories.kinds[-7:].tolist() == [3, 4, 12, 6, 0, 1, 2]


def measured(batch: SeriesBatch, name: str = "net/0") -> dict[tuple[int, str], dict[str, object]]:
    rows = forecast_frames(batch, ISSUED)[BACKTESTS].filter(pl.col("series_id") == name)
    found = {(row["step_seconds"], row["model"]): row for row in rows.to_dicts()}
    assert len(found) == rows.height
    return found


def test_backtests_have_one_champion_for_each_step_and_signs_of_skill() -> None:
    values = traffic(1, 40, 300)
    found = measured(batch_of(values, 300))
    assert {step for step, _ in found} == {300, HOUR}
    for step, horizon in ((300, 288), (HOUR, 168)):
        of_step = {model: row for (each, model), row in found.items() if each == step}
        assert {row["horizon"] for row in of_step.values()} == {horizon}
        assert [model for model, row in of_step.items() if row["is_champion"]] == ["combination"]
        assert {"combination", "seasonal_naive_day", "seasonal_naive_week", "last_value", "mean"} <= set(
            of_step
        )
        assert of_step["seasonal_naive_day"]["skill_naive"] == 0
        assert of_step["mean"]["skill_mean"] == 0
        # The last value at midnight is no forecast of the day; the combination is better than all.
        assert of_step["combination"]["skill_naive"] > 0.1
        assert of_step["combination"]["skill_mean"] > 0.5
        assert of_step["last_value"]["skill_naive"] < 0
        for row in of_step.values():
            naive, mean = of_step["seasonal_naive_day"]["mae"], of_step["mean"]["mae"]
            assert row["skill_naive"] == pytest.approx(1 - row["mae"] / naive)
            assert row["skill_mean"] == pytest.approx(1 - row["mae"] / mean)
            assert row["mase"] == pytest.approx(row["mae"] * naive_scale(of_step))
            assert row["rmse"] >= row["mae"] > 0
            assert abs(row["bias"]) <= row["mae"]
            assert row["n_origins"] == of_step["mean"]["n_origins"] > 0
            # Only of the champion are quantiles made anew.
            assert (row["pinball"] is not None) == (row["coverage_80"] is not None) == row["is_champion"]
        champion = of_step["combination"]
        assert 0.6 < champion["coverage_80"] < 0.95
        assert 0.85 < champion["coverage_95"] <= 1


def naive_scale(of_step: dict[str, dict[str, float]]) -> float:
    return of_step["mean"]["mase"] / of_step["mean"]["mae"]
