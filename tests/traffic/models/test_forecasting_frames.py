"""Frames in, frames out: the same however the frame comes, and at every origin what was known then."""

from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from traffic.models import backtest, cross_validation, forecast, simulate_paths
from traffic.models.forecasting.long_frames import read_frame, step_of
from traffic.windowing.clock_cells import cells, phase_of

START = datetime(2025, 9, 1)
NUMBERS = pl.selectors.float()


def frame(name="a", days=60.0, step=3600, seed=0, start=START, zone=None):
    """Traffic of an office by the local clock, with a little noise."""
    rng = np.random.default_rng([57, seed])
    n = round(days * 86_400 / step)
    at = pl.Series([start + timedelta(seconds=step * k) for k in range(n)])
    if zone is not None:
        at = at.dt.replace_time_zone("UTC").dt.convert_time_zone(zone)
    local = at.dt.replace_time_zone(None).dt.epoch("us").to_numpy() / 86_400e6
    y = 100 + 50 * np.sin(2 * np.pi * local) + 10 * (np.floor(local + 3) % 7 < 5) + rng.standard_normal(n)
    return pl.DataFrame({"unique_id": [name] * n, "ds": at, "y": y})


def several():
    """Series of several ends, starts and lengths, one with gaps, one of a single row, one without a value."""
    with_gaps = frame("gaps", seed=1).sample(fraction=0.7, seed=1)
    empty = frame("none", 3, seed=2).with_columns(y=pl.lit(float("nan")))
    return pl.concat(
        [
            frame("a", 60, seed=3),
            frame("b", 30, seed=4, start=START + timedelta(days=12, hours=5)),
            frame("c", 2, seed=5),
            frame("d", 1 / 24, seed=6),
            with_gaps,
            empty,
        ]
    )


def test_a_forecast_has_a_row_a_step_in_the_shared_columns():
    made = forecast(several(), 30, step="1h")
    assert made.columns == [
        "unique_id", "ds", "diurnal", "diurnal-lo-80", "diurnal-hi-80", "diurnal-lo-95", "diurnal-hi-95"
    ]  # fmt: skip
    last = several().group_by("unique_id").agg(pl.col("ds").max().alias("last")).sort("unique_id")
    for name, end in last.iter_rows():
        rows = made.filter(unique_id=name)
        assert rows["ds"].to_list() == [end + timedelta(hours=k) for k in range(1, 31)]
    assert made.filter(pl.col("unique_id") != "none").select(NUMBERS.is_finite().all()).row(0) == (True,) * 5
    assert made.filter(unique_id="none").select(NUMBERS.is_nan().all()).row(0) == (True,) * 5


def test_models_and_levels_are_columns_of_their_names():
    made = forecast(frame(), 3, step="1h", levels=(50, 99.5), models=["auto", "mean", "weekday@log"])
    names = ["diurnal", "mean", "weekday@log"]
    assert made.columns[2:] == [
        f"{n}{end}" for n in names for end in ("", "-lo-50", "-hi-50", "-lo-99.5", "-hi-99.5")
    ]
    y = frame()["y"]
    assert made["mean"].to_list() == pytest.approx([y[-42 * 24 :].mean()] * 3)


@pytest.mark.parametrize("function", [forecast, cross_validation, backtest, simulate_paths])
def test_the_order_of_rows_and_the_kind_of_frame_change_nothing(function):
    given = several()
    made = function(given, 12, step="1h")
    shuffled = function(given.sample(fraction=1.0, shuffle=True, seed=2), 12, step="1h")
    assert_frame_equal(shuffled, made)
    assert_frame_equal(function(given.lazy(), 12, step=timedelta(hours=1)), made)
    in_pandas = function(given.to_pandas(), 12, step=3600)
    assert isinstance(in_pandas, pd.DataFrame)
    back = pl.from_pandas(in_pandas).with_columns(NUMBERS.fill_null(np.nan))
    assert_frame_equal(back, made.with_columns(NUMBERS.fill_null(np.nan)), check_dtypes=False)


@pytest.mark.parametrize(("factor", "tolerance"), [(2.0**20, 0.0), (1e6, 3e-6), (1e-9, 3e-6), (1e-300, 3e-6)])
def test_another_unit_gives_the_forecast_in_that_unit(factor, tolerance):
    given = several()
    made, other = (
        forecast(given.with_columns(y=pl.col("y") * size), 48, step="1h").select(NUMBERS).to_numpy()
        for size in (1.0, factor)
    )
    np.testing.assert_allclose(other[:, 0] / factor, made[:, 0], rtol=max(tolerance, 1e-12))
    # Medians are taken in single precision, and of errors the last bits are the day's.
    np.testing.assert_allclose(other / factor, made, rtol=max(5 * tolerance, 1e-12))


def test_series_added_to_the_frame_change_nothing():
    given = several()
    together = forecast(given, 48, step="1h")
    for name in given["unique_id"].unique():
        alone = forecast(given.filter(unique_id=name), 48, step="1h")
        assert_frame_equal(together.filter(unique_id=name), alone, rel_tol=1e-6)


def assert_windows_are_forecasts(given, horizon, step, **options):
    made = cross_validation(given, horizon, step=step, **options)
    origins = made.select("unique_id", "cutoff").unique(maintain_order=True)
    for name, cutoff in origins.iter_rows():
        window = made.filter(unique_id=name, cutoff=cutoff)
        known = given.filter((pl.col("unique_id") == name) & (pl.col("ds") <= cutoff))
        if known["ds"].last() != cutoff:
            known = pl.concat([known, known[-1:].with_columns(ds=pl.lit(cutoff), y=np.nan)])
        again = forecast(known, horizon, step=step)
        assert window["ds"].to_list() == again["ds"].to_list()
        columns = again.columns[2:]
        np.testing.assert_allclose(window.select(columns), again.select(columns), rtol=1e-6, err_msg=name)
        actual = window.join(given, on=["unique_id", "ds"], how="left", maintain_order="left")["y_right"]
        np.testing.assert_allclose(window["y"], actual.fill_null(np.nan))
    return origins


@pytest.mark.parametrize(
    ("step", "horizon", "options"),
    [
        ("1h", 24, {"n_windows": 4}),
        ("1h", 24, {"n_windows": 3, "step_size": 5}),
        ("1h", 168, {"n_windows": 2, "step_size": 24}),
        ("15m", 96, {"n_windows": 2}),
        ("6h", 4, {"n_windows": 3}),
        ("1d", 7, {"n_windows": 2}),
    ],
)
def test_every_window_is_the_forecast_of_what_was_known_at_its_cutoff(step, horizon, options):
    seconds = step_of(step)
    given = pl.concat(
        [
            frame("a", 70, seconds, seed=7),
            frame("b", 20, seconds, seed=8, start=START + timedelta(days=45, seconds=seconds)),
            frame("c", 70, seconds, seed=9).gather_every(3),
        ]
    )
    origins = assert_windows_are_forecasts(given, horizon, step, **options)
    assert origins.height == 3 * options["n_windows"]


@pytest.mark.parametrize("step", ["5m", "1h"])
@pytest.mark.parametrize(
    "end",
    [datetime(2025, 10, 26, 9), datetime(2025, 10, 27, 12), datetime(2025, 3, 30, 9), datetime(2025, 3, 31)],
)
def test_windows_on_both_sides_of_a_change_of_the_clock_know_nothing_behind_their_cutoff(step, end):
    days = 60
    given = frame("a", days, step_of(step), start=end - timedelta(days=days), zone="Europe/Berlin")
    # Of the hour that comes twice the mean is shown.
    given = given.with_columns(y=pl.col("y").mean().over(pl.col("ds").dt.replace_time_zone(None)))
    horizon = 86_400 // step_of(step)
    assert assert_windows_are_forecasts(given, horizon, step, n_windows=3).height == 3


@pytest.mark.parametrize("step", ["5m", "1h"])
@pytest.mark.parametrize(
    "end",
    [
        # Before, within (the first and the second time that the clock shows two) and behind the hour.
        datetime(2025, 10, 25, 22), datetime(2025, 10, 26, 0, 35), datetime(2025, 10, 26, 1, 10),
        datetime(2025, 10, 26, 12), datetime(2025, 3, 29, 22), datetime(2025, 3, 30, 1, 5),
        datetime(2025, 3, 30, 12),
    ],
)  # fmt: skip
def test_forecasts_follow_the_local_clock_across_its_changes(step, end):
    seconds = step_of(step)
    series = [
        frame(name, 60, seconds, seed, end - timedelta(days=60, seconds=-seconds), "Europe/Berlin")
        for seed, name in enumerate("ab")
    ]
    horizon = 7 * 86_400 // seconds
    made = forecast(pl.concat(series), horizon, step=step)
    assert made["ds"].dtype == pl.Datetime("us", "Europe/Berlin")
    ahead = made.filter(unique_id="a")["ds"].dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    assert ahead.to_list() == [end + timedelta(seconds=seconds * (k + 1)) for k in range(horizon)]
    local = made["ds"].dt.replace_time_zone(None).dt.epoch("us").to_numpy() / 86_400e6
    truth = 100 + 50 * np.sin(2 * np.pi * local) + 10 * (np.floor(local + 3) % 7 < 5)
    wrong = np.abs(made["diurnal"].to_numpy() - truth)
    # The hour that the clock repeats is that of the day after, or before: another weekday's.
    assert np.mean(wrong > 3) <= 2 / 168
    assert wrong.max() < 15
    paths = simulate_paths(pl.concat(series), horizon, step=step, n_paths=2)
    assert paths["diurnal"].is_finite().all()


def test_values_on_the_same_point_of_the_grid_are_averaged_and_stray_times_take_the_nearest():
    exact = frame("a", 20)
    jittered = exact.with_columns(
        ds=pl.col("ds") + pl.duration(seconds=pl.int_range(pl.len()) % 5 * 60)
    ).with_columns(ds=pl.when(pl.int_range(pl.len()) == pl.len() - 1).then(exact["ds"][-1]).otherwise("ds"))
    columns = forecast(exact, 24, step="1h")
    assert_frame_equal(forecast(jittered, 24, step="1h"), columns)
    halves = pl.concat(
        [
            exact.with_columns(y=pl.col("y") - 3),
            exact.with_columns(ds=pl.col("ds") - pl.duration(minutes=5), y=pl.col("y") + 3),
        ]
    )
    assert_frame_equal(forecast(halves, 24, step="1h"), columns, rel_tol=1e-9)


@pytest.mark.parametrize("step", [60, 300, 420, 3600, 86_400])
def test_cells_are_days_and_slots(step):
    rng = np.random.default_rng(58)
    local = rng.integers(0, 3 * 86_400, 200) * 1_000_000
    phase = phase_of(local, step)
    made = cells(local, phase, step)
    slots = -(-86_400 // step)
    seconds = local // 1_000_000
    np.testing.assert_array_equal(made, seconds // 86_400 * slots + seconds % 86_400 // step)
    assert ((phase >= 0) & (phase < step * 1_000_000)).all()


@pytest.mark.parametrize("dtype", [pl.Int32, pl.UInt8, pl.Float32, pl.Decimal(10, 3)])
def test_numbers_of_every_type_are_values(dtype):
    whole = frame("a", 20).with_columns(pl.col("y").round().clip(0, 255))
    made = forecast(whole.with_columns(pl.col("y").cast(dtype)), 24, step="1h")
    assert_frame_equal(made, forecast(whole, 24, step="1h"))


@pytest.mark.parametrize("dtype", [pl.Datetime("ms"), pl.Datetime("us"), pl.Datetime("ns")])
def test_times_keep_their_type(dtype):
    given = frame("a", 20).with_columns(pl.col("ds").cast(dtype))
    made = cross_validation(given, 24, step="1h")
    assert made["ds"].dtype == made["cutoff"].dtype == dtype
    assert_frame_equal(made, cross_validation(frame("a", 20), 24, step="1h"), check_dtypes=False)


@pytest.mark.parametrize(
    "ids", [pl.lit(7), pl.lit("x").cast(pl.Categorical), pl.lit("x").cast(pl.Enum(["y", "x"])), pl.lit(1.5)]
)
def test_names_keep_their_type(ids):
    given = frame("a", 10).with_columns(unique_id=ids)
    made = forecast(given, 2, step="1h")
    assert made["unique_id"].dtype == given["unique_id"].dtype
    assert made["unique_id"].to_list() == given["unique_id"].to_list()[:2]


def test_dates_are_days():
    days = [date(2025, 1, 1) + timedelta(days=k) for k in range(40)]
    given = pl.DataFrame({"unique_id": ["a"] * 40, "ds": days, "y": [float(k % 7) for k in range(40)]})
    made = forecast(given, 7, step="1d")
    assert made["ds"].to_list() == [datetime(2025, 2, 10) + timedelta(days=k) for k in range(7)]
    np.testing.assert_allclose(made["diurnal"], [float(k % 7) for k in range(40, 47)], atol=0.3)


def test_infinite_and_absent_values_are_missing():
    given = frame("a", 30)
    is_odd = pl.int_range(pl.len()) % 7 == 3
    made = [
        forecast(given.with_columns(y=pl.when(is_odd).then(odd).otherwise("y")), 24, step="1h")
        for odd in (pl.lit(None), pl.lit(np.nan), pl.lit(np.inf), pl.lit(-np.inf))
    ]
    made.append(forecast(given.filter(~is_odd), 24, step="1h"))
    for other in made[1:]:
        assert_frame_equal(other, made[0])


@pytest.mark.parametrize(
    ("function", "columns"),
    [
        (forecast, ["diurnal", "diurnal-lo-80", "diurnal-hi-80", "diurnal-lo-95", "diurnal-hi-95"]),
        (cross_validation, ["cutoff", "y", "diurnal", "diurnal-lo-80"]),
        (simulate_paths, ["path", "diurnal"]),
        (backtest, ["model", "reason"]),
    ],
)
def test_a_frame_without_rows_gives_the_columns_without_rows(function, columns):
    made = function(frame().clear(), 24, step="1h")
    assert made.height == 0
    assert set(columns) < set(made.columns)
    # A record shorter than the horizon has no window.
    if function is cross_validation:
        short = cross_validation(frame(days=0.5), 24, step="1h")
        assert_frame_equal(short, made)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda f: f.drop("y"), "The frame has no column y; it needs unique_id, ds and y"),
        (lambda f: pl.concat([f, f[3:5]]), "2 rows repeat the ds of their series, the first at .* of a;"),
        (lambda f: f.with_columns(pl.col("y").cast(pl.String)), "Column y is of type String; make it a"),
        (lambda f: f.with_columns(pl.col("y") > 0), "Column y is of type Boolean; make it a"),
        (lambda f: f.with_columns(pl.col("ds").cast(pl.String)), "Column ds is of type String; make it"),
        (lambda f: f.with_columns(ds=pl.lit(None, pl.Datetime("us"))), "rows have no ds; drop them"),
        (lambda f: f.with_columns(unique_id=pl.lit(None)), "rows have no unique_id; drop them"),
        (lambda f: f.with_columns(unique_id=pl.struct("y")), "Column unique_id is of type Struct"),
        (lambda f: {"y": [1.0]}, "The frame cannot be read as one of polars or pandas"),
        (lambda f: None, "The frame cannot be read as one of polars or pandas"),
        (lambda f: f["y"].to_pandas(), "A frame is needed, with unique_id, ds and y, not a Series"),
        (lambda f: f.to_pandas().assign(y=[1, "x"] * 120), "The frame cannot be read"),
    ],
)  # fmt: skip
def test_a_frame_that_cannot_be_used_is_refused_in_a_sentence(change, sentence):
    for function in (forecast, cross_validation, backtest, simulate_paths):
        with pytest.raises(ValueError, match=sentence):
            function(change(frame(days=10)), 24, step="1h")
    with pytest.raises(ValueError, match=sentence):
        read_frame(change(frame(days=10)))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"horizon": 0}, "horizon = 0 must be a whole number, at least 1"),
        ({"horizon": 169}, "horizon = 169 must be 1 to 168: at most seven days of 3600 s"),
        ({"horizon": 2.5}, "horizon = 2.5 must be a whole number"),
        ({"horizon": "3"}, "horizon = '3' must be a whole number"),
        ({"step": "1x"}, "'1x' is not a duration; write a number with s, m, h or d"),
        ({"step": 0}, "step = 0 must be whole seconds, at most a day"),
        ({"step": timedelta(days=2)}, "must be whole seconds, at most a day"),
        ({"step": float("nan")}, "step = nan must be whole seconds"),
        ({"step": None}, "step = None must be whole seconds"),
        ({"levels": (80, 100)}, r"levels = \(80, 100\) must be percents that differ"),
        ({"levels": 80}, r"levels = 80 must be percents that differ, such as \(80, 95\)"),
        ({"levels": ["80"]}, "must be percents that differ"),
        ({"levels": (80, 80.0000001)}, "must be percents that differ"),
        ({"levels": (99.99,)}, "at most 99.8"),
        ({"models": []}, "models = .. must be 'auto'"),
        ({"models": None}, "models = None must be 'auto'"),
        ({"models": ["mean", "mean"]}, "several that differ"),
        ({"horizon": True}, "horizon = True must be a whole number"),
        ({"models": "prophet"}, "'prophet' is no model; there are auto, combination"),
        ({"models": ["auto", "x"]}, "'x' is no model"),
        ({"holidays": "XX"}, "'XX' is no country whose holidays are known"),
        ({"holidays": "GB-ZZ"}, "'GB-ZZ' is no country whose holidays are known"),
    ],
)
def test_options_that_cannot_be_used_are_refused_in_a_sentence(options, sentence):
    given = {"horizon": 24, "step": "1h", **options}
    for function in (forecast, cross_validation):
        with pytest.raises(ValueError, match=sentence):
            function(frame(days=10), **given)


@pytest.mark.parametrize(
    ("function", "options", "sentence"),
    [
        (cross_validation, {"n_windows": 0}, "n_windows = 0 must be a whole number, at least 1"),
        (cross_validation, {"step_size": 0}, "step_size = 0 must be a whole number, at least 1"),
        (simulate_paths, {"n_paths": 0}, "n_paths = 0 must be a whole number, at least 1"),
        (simulate_paths, {"n_paths": 2.5}, "n_paths = 2.5 must be a whole number"),
        (simulate_paths, {"seed": -1}, "seed = -1 must be a whole number"),
        (cross_validation, {"n_windows": 2.5}, "n_windows = 2.5 must be a whole number"),
    ],
)
def test_options_of_one_function_are_refused_too(function, options, sentence):
    with pytest.raises(ValueError, match=sentence):
        function(frame(days=10), 24, step="1h", **options)


def test_each_series_keeps_the_holidays_of_its_own_days():
    # Both end on Christmas Eve; the day ahead of the first is mostly the 24th, of the other Christmas.
    def ending(name, end, seed):
        return frame(name, 60, seed=seed, start=end - timedelta(days=60))

    given = pl.concat([ending("a", datetime(2025, 12, 24, 5), 1), ending("b", datetime(2025, 12, 24, 18), 2)])
    together = forecast(given, 24, step="1h", holidays="GB")
    for name in ("a", "b"):
        alone = forecast(given.filter(unique_id=name), 24, step="1h", holidays="GB")
        assert_frame_equal(together.filter(unique_id=name), alone, rel_tol=1e-6)
    without = forecast(given, 24, step="1h")
    changed = (together["diurnal"] - without["diurnal"]).abs() > 1
    assert changed.sum() > 12
    assert set(together.filter(changed)["unique_id"]) == {"b"}
