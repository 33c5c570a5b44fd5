"""Whatever a series does, it is forecast: no exception, no warning, nothing negative, no explosion."""

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from traffic.models import backtest, cross_validation, forecast, simulate_paths
from traffic.models.forecasting.models import model_names

START = datetime(2025, 9, 1)
EIGHT_WEEKS = 1344
MOST = 3.0
"""A point forecast may go beyond the largest value seen by so much."""

MOST_OF_A_BOUND = 10.0
"""And the end of an interval of 95 %, of series that have just changed all they were."""


def usual(days=56.0, seed=0, step=3600):
    rng = np.random.default_rng([59, seed])
    at = np.arange(max(round(days * 86_400 / step), 1)) * step / 86_400
    shape = 100 + 50 * np.sin(2 * np.pi * at) + 20 * (np.floor(at) % 7 < 5)
    return shape * np.exp(0.1 * rng.standard_normal(at.size))


def changed(what, places, seed=0):
    x = usual(seed=seed)
    x[places] = what(x[places])
    return x


def sparse(share, law):
    rng = np.random.default_rng(60)
    return np.where(rng.random(EIGHT_WEEKS) < share, law(rng), 0.0)


HOURS = np.arange(EIGHT_WEEKS)
LATER = {days: slice(EIGHT_WEEKS - 24 * days, None) for days in (1, 2, 3, 9)}
SERIES = {
    "constant": np.full(EIGHT_WEEKS, 0.1),
    "all zero": np.zeros(EIGHT_WEEKS),
    **{f"{days:g} days": usual(days) for days in (1 / 24, 5 / 24, 1, 1.25, 2, 3, 7, 8, 10, 29, 31, 100)},
    "constant two days": np.full(48, 7.0),
    "no value": np.full(EIGHT_WEEKS, np.nan),
    "intermittent": sparse(0.05, lambda rng: rng.exponential(10, EIGHT_WEEKS)),
    "one value in thousand": sparse(0.001, lambda rng: rng.exponential(10, EIGHT_WEEKS)),
    "nothing measured for 2 days": changed(lambda x: np.nan, LATER[2]),
    "nothing measured for 9 days": changed(lambda x: np.nan, LATER[9]),
    "zero for 2 days": changed(lambda x: 0, LATER[2]),
    "zero for 9 days": changed(lambda x: 0, LATER[9]),
    "gap of 20 days": changed(lambda x: np.nan, slice(500, 980)),
    "gap of 48 days": changed(lambda x: np.nan, slice(144, 54 * 24)),
    "nothing measured for 50 days": changed(lambda x: np.nan, slice(144, None)),
    "ten times as much for 3 days": changed(lambda x: 10 * x, LATER[3]),
    "a tenth for 1 day": changed(lambda x: x / 10, LATER[1]),
    "one spike": changed(lambda x: 1e6 * x, 800),
    "spike at the end": changed(lambda x: 1e6 * x, -1),
    **{f"size {size:g}": size * usual() for size in (1e-300, 1e-9, 1e200)},
    "grows": usual() * np.exp(HOURS / 240),
    "grows by e a day": np.exp(HOURS / 24),
    "fades by e a day": np.exp(-HOURS / 24),
    "signed": usual() - 100,
    "negative": -usual(),
    "heavy tails": np.random.default_rng(61).pareto(1.1, EIGHT_WEEKS),
    "alternating": np.tile([1.0, 1000.0], 672),
    "day of 23.6 steps": 100 + 50 * np.sin(2 * np.pi * HOURS / 23.6),
    "infinities": np.where(np.random.default_rng(62).random(EIGHT_WEEKS) < 0.3, np.inf, usual()),
    "most missing": np.where(np.random.default_rng(63).random(EIGHT_WEEKS) < 0.97, np.nan, usual()),
    "every other day": np.where(HOURS // 24 % 2, np.nan, usual()),
    "mornings": np.where(HOURS % 24 < 12, usual(), np.nan),
    "first and last": np.where(np.isin(HOURS, [0, EIGHT_WEEKS - 1]), 5.0, np.nan),
    "one long ago": np.where(HOURS == 0, 5.0, np.nan),
    "zero and then one": np.where(HOURS == EIGHT_WEEKS - 1, 1.0, 0.0),
    "one and then zero": np.where(HOURS == 0, 1.0, 0.0),
    "begins after zeros": np.where(HOURS >= 53 * 24, usual(), 0.0),
    "zero every midnight": np.where(HOURS % 24 == 0, 0.0, usual()),
}


def frame_of(values, step=3600, name="a"):
    at = [START + timedelta(seconds=step * k) for k in range(len(values))]
    return pl.DataFrame({"unique_id": [name] * len(values), "ds": at, "y": np.asarray(values, dtype=float)})


def assert_sensible(made, values, *, is_drawn=False):
    """Finite, within bounds, quantiles in order; NaN throughout where there is no value."""
    figures = made.select(pl.selectors.float()).to_numpy()
    seen = np.asarray(values, dtype=float)
    seen = seen[np.isfinite(seen)][-EIGHT_WEEKS * 60 :]
    if seen.size == 0:
        assert np.isnan(figures).all()
        return
    assert np.isfinite(figures).all()
    if seen.min() >= 0:
        assert figures.min() >= 0
    largest = np.abs(seen).max()
    figures = figures / (largest or 1.0)
    assert np.abs(figures).max() <= (MOST_OF_A_BOUND if largest else 0.0)
    if not is_drawn:
        assert np.abs(figures[:, 0]).max() <= MOST
        assert (np.diff(figures[:, [3, 1, 2, 4]], axis=1) >= 0).all()


@pytest.mark.parametrize("name", SERIES)
def test_it_is_forecast(name):
    values = SERIES[name]
    for horizon in (1, 24, 168):
        made = forecast(frame_of(values), horizon, step="1h")
        assert made.height == horizon
        assert_sensible(made, values)


@pytest.mark.parametrize("name", SERIES)
def test_there_is_a_sentence_and_no_measure_that_is_none(name):
    made = backtest(frame_of(SERIES[name]), 48, step="1h")
    (reason,) = made.filter("is_champion")["reason"]
    assert reason.endswith(".")
    assert made.filter(~pl.col("is_champion"))["reason"].null_count() == made.height - 1
    measures = made.select(pl.selectors.float())
    # A mean of squares may be too large for a number.
    assert not measures.select(pl.all().is_nan().any()).row(0).count(True)
    is_finite = measures.drop("rmse").select(pl.all().is_finite().all()).row(0)
    assert False not in is_finite


@pytest.mark.parametrize("name", SERIES)
def test_its_past_is_forecast_and_its_paths_are_drawn(name):
    values = SERIES[name]
    for horizon in (5, 50):
        made = cross_validation(frame_of(values), horizon, step="1h", n_windows=2)
        for (cutoff,), window in made.group_by("cutoff"):
            known = values[: int((cutoff - START) / timedelta(hours=1)) + 1]
            assert_sensible(window.drop("y"), known)
    paths = simulate_paths(frame_of(values), 50, step="1h", n_paths=10)
    assert paths.height == 500
    assert_sensible(paths, values, is_drawn=True)


def test_all_of_them_in_one_frame_are_each_as_alone():
    together = forecast(
        pl.concat([frame_of(values, name=name) for name, values in SERIES.items()]), 24, step="1h"
    )
    for name, values in SERIES.items():
        alone = forecast(frame_of(values, name=name), 24, step="1h").select(pl.selectors.float()).to_numpy()
        beside = together.filter(unique_id=name).select(pl.selectors.float()).to_numpy()
        size = np.nanmax(np.abs(alone)) if np.isfinite(alone).any() else 1.0
        size = size or 1.0
        np.testing.assert_allclose(beside / size, alone / size, rtol=1e-5, atol=1e-9, err_msg=name)


@pytest.mark.parametrize(
    "name", ["intermittent", "ten times as much for 3 days", "begins after zeros", "gap of 48 days", "2 days"]
)
def test_every_model_by_name_is_sensible_too(name):
    given = frame_of(SERIES[name])
    for model in model_names():
        assert_sensible(forecast(given, 48, step="1h", models=model), SERIES[name])


@pytest.mark.parametrize(
    ("step", "days"),
    [("1m", 16), ("5m", 60), ("7m", 30), ("15m", 60), ("1h", 60), ("2h", 60), ("6h", 60), ("1d", 90)],
)
def test_every_step_has_its_forecasts_up_to_seven_days(step, days):
    seconds = int(step[:-1]) * {"m": 60, "h": 3600, "d": 86_400}[step[-1]]
    values = usual(days, 1, seconds)
    given = frame_of(values, seconds)
    for horizon in (1, max(86_400 // seconds, 2), 7 * 86_400 // seconds):
        made = forecast(given, horizon, step=step)
        assert made.height == horizon
        assert_sensible(made, values)
    assert backtest(given, 1, step=step)["is_champion"].sum() == 1
    assert simulate_paths(given, 3, step=step, n_paths=2).height == 6


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(
    values=st.one_of(
        arrays(float, st.integers(1, 60), elements=st.one_of(st.just(np.nan), st.integers(0, 3).map(float))),
        arrays(float, st.integers(1, 240), elements=st.floats(-1e12, 1e12)),
        arrays(float, 224, elements=st.one_of(st.just(0.0), st.just(np.nan), st.floats(0, 1e-6))),
        arrays(float, 4, elements=st.floats(0, 100)).map(lambda day: np.tile(day, 56)),
        arrays(float, 28, elements=st.floats(0, 1e9)).map(lambda week: np.tile(week, 8)),
    )
)
def test_whatever_it_is_it_is_forecast(values):
    given_frame = frame_of(values, 21_600)
    made = forecast(given_frame, 28, step="6h")
    figures = made.select(pl.selectors.float()).to_numpy()
    seen = values[~np.isnan(values)]
    assert np.isfinite(figures).all() if seen.size else np.isnan(figures).all()
    if seen.size:
        assert (np.diff(figures[:, [3, 1, 2, 4]], axis=1) >= 0).all()
        assert figures.min() >= 0 or seen.min() < 0
        assert np.abs(figures[:, 0]).max() <= MOST * np.abs(seen).max()
    assert backtest(given_frame, 4, step="6h")["reason"].drop_nulls().len() == 1


@pytest.mark.parametrize("place", [-1, -10])
@pytest.mark.parametrize("factor", [1e2, 1e9])
@pytest.mark.parametrize("step_seconds", [3_600, 300])
def test_one_wrong_sample_lifts_no_hour_of_the_week(place, factor, step_seconds):
    day = 86_400 // step_seconds
    t = np.arange(30 * day)
    rng = np.random.default_rng(81)
    y = 100 * (1 + 0.5 * np.sin(2 * np.pi * t / day)) * np.exp(rng.normal(0, 0.05, t.size))
    start = datetime(2025, 1, 6)
    ds = [start + timedelta(seconds=step_seconds * int(k)) for k in t]
    right = forecast(pl.DataFrame({"unique_id": "a", "ds": ds, "y": y}), 7 * day, step=step_seconds)
    y[place] *= factor
    made = forecast(pl.DataFrame({"unique_id": "a", "ds": ds, "y": y}), 7 * day, step=step_seconds)
    ratio = (made["diurnal"] / right["diurnal"]).to_numpy()
    # A spike is cut to ten robust standard deviations, which its own hour keeps on the days ahead.
    assert np.count_nonzero(np.abs(ratio - 1) > 0.15) <= 7 * day // 24
    assert ratio.max() < 2
    assert made["diurnal-hi-95"].max() < 2 * right["diurnal-hi-95"].max()


@pytest.mark.parametrize("mean", [0.5, 1.0, 2.0])
def test_counts_that_happen_to_be_zero_are_no_outages(mean):
    y = np.random.default_rng(82).poisson(mean, 56 * 24).astype(float)
    start = datetime(2025, 1, 6)
    frame = pl.DataFrame(
        {"unique_id": "a", "ds": [start + timedelta(hours=k) for k in range(y.size)], "y": y}
    )
    past = cross_validation(frame, 24, step="1h", n_windows=21)
    held = past.select(pl.col("y").is_between("diurnal-lo-95", "diurnal-hi-95").mean()).item()
    assert held > 0.92
    assert "outage" not in backtest(frame, 24, step="1h").filter("is_champion")["reason"].item()
