"""The forecaster knows nothing of what came later, and nothing of the other series of its batch."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import lfilter

from traffic.models.forecasting.batches import forecast_batch
from traffic.models.forecasting.forecaster import forecast_ahead, passes
from traffic.models.forecasting.models import check_model, model_names
from traffic.windowing.histories import Histories

LEVELS = np.array([0.025, 0.1, 0.5, 0.9, 0.975])
WEEK_AHEAD = np.arange(56 + 7) % 7
WITH_HOLIDAYS = WEEK_AHEAD + 7 * np.isin(np.arange(63), [33, 40, 52, 59])
N_ROWS = 29


def drawn_days(seed, n_series=2, n_slots=6, missing=0.0, spikes=0, offset=0.0):
    rng = np.random.default_rng([53, seed])
    days = np.arange(56 * n_slots) / n_slots
    noise = lfilter([0.5], [1, -0.7], rng.standard_normal((n_series, days.size)), axis=1)
    values = (10 + 5 * np.sin(2 * np.pi * days) + 2 * (np.floor(days) % 7 < 5)) * np.exp(0.3 * noise) - offset
    for _ in range(spikes):
        values[:, rng.integers(0, values.shape[1])] *= 300
    values[rng.random(values.shape) < missing] = np.nan
    return values.reshape(n_series, 56, n_slots)


def eve_of(row, lead):
    """Newest day that a row's forecast may know."""
    return (28 + row if row < N_ROWS - 1 else 55 + lead) - lead


@settings(max_examples=25)
@given(
    seed=st.integers(0, 10**6),
    cut=st.integers(15, 55),
    kinds=st.sampled_from([WEEK_AHEAD, WITH_HOLIDAYS]),
    missing=st.sampled_from([0.0, 0.3]),
    spikes=st.sampled_from([0, 5]),
    offset=st.sampled_from([0.0, 12.0]),
    factor=st.sampled_from([1e-3, 0.5, 3.0, 1e3]),
)
def test_no_forecast_depends_on_what_came_after_its_eve(seed, cut, kinds, missing, spikes, offset, factor):
    values = drawn_days(seed, missing=missing, spikes=spikes, offset=offset)
    rng = np.random.default_rng(seed)
    changed = values.copy()
    later = rng.permutation(changed[:, cut:].reshape(-1)).reshape(changed[:, cut:].shape)
    changed[:, cut:] = factor * later
    # The sign decides on the scale of the whole series.
    changed[:, 0, 0] = values[:, 0, 0] = -1.0 if offset else 1.0
    both = zip(forecast_ahead(values, kinds, LEVELS), forecast_ahead(changed, kinds, LEVELS), strict=True)
    for before, after in both:
        rows = [row for row in range(N_ROWS) if eve_of(row, before.lead) < cut]
        size = np.nanmax(np.abs(values[:, :cut]))
        for name in ("forecasts", "points"):
            one, other = (getattr(made, name)[..., rows, :] for made in (before, after))
            np.testing.assert_allclose(other, one, rtol=1e-9, atol=1e-9 * size, err_msg=name)
        np.testing.assert_array_equal(after.champions.index[:, rows], before.champions.index[:, rows])


@pytest.mark.parametrize("model", ["weekday@log", "day_and_week@identity", "mean", "robust_week_intraday"])
def test_a_model_by_name_knows_no_more(model):
    values = drawn_days(1, spikes=3)
    changed = values.copy()
    changed[:, 50:] = values[:, 50:][:, ::-1]
    for one, other in zip(
        forecast_ahead(values, WEEK_AHEAD, LEVELS, model),
        forecast_ahead(changed, WEEK_AHEAD, LEVELS, model),
        strict=True,
    ):
        rows = [row for row in range(N_ROWS) if eve_of(row, one.lead) < 50]
        # The offset of the logarithm is a part of the mean of all: these are only reordered.
        rtol = 1e-6 if model.endswith("@log") else 1e-9  # ... as spikes are cut of it, nearly
        np.testing.assert_allclose(other.points[:, rows], one.points[:, rows], rtol=rtol)


def test_the_law_of_tomorrow_follows_from_the_past_alone():
    values = drawn_days(2, n_series=1)
    short = list(forecast_ahead(values, WEEK_AHEAD[:57], LEVELS))
    long = list(forecast_ahead(values, WEEK_AHEAD, LEVELS))
    assert (len(short), len(long)) == (1, 7)
    np.testing.assert_array_equal(short[0].law.quantiles(), long[0].law.quantiles())


def mixed_series():
    """Series of every kind that passes tell apart, some of them odd."""
    parts = [
        drawn_days(3, n_series=3),
        drawn_days(4, n_series=3, missing=0.3),
        drawn_days(5, n_series=2, offset=12.0),
        drawn_days(6, n_series=2, missing=0.3, offset=12.0),
        drawn_days(7, n_series=3, spikes=4),
    ]
    values = np.concatenate(parts)
    values[1, 50:] *= 10
    values[2, 20:22] = 0.0
    values[4, :52] = np.nan
    values[5] = np.nan
    return values


@pytest.mark.parametrize("kinds", [WEEK_AHEAD, WITH_HOLIDAYS], ids=["weekdays", "holidays"])
def test_a_series_alone_is_forecast_as_beside_the_others(kinds):
    values = mixed_series()
    together = forecast_batch(Histories(values, kinds), 14_400, LEVELS, with_backtest=True)
    order = np.random.default_rng(54).permutation(len(values))
    shuffled = forecast_batch(Histories(values[order], kinds), 14_400, LEVELS)
    np.testing.assert_allclose(shuffled.points, together.points[order], rtol=1e-9)
    np.testing.assert_allclose(shuffled.quantiles, together.quantiles[order], rtol=1e-6)
    for series, history in enumerate(values):
        alone = forecast_batch(Histories(history[None], kinds), 14_400, LEVELS, with_backtest=True)
        np.testing.assert_allclose(alone.points[0], together.points[series], rtol=1e-9)
        np.testing.assert_allclose(alone.quantiles[0], together.quantiles[series], rtol=1e-6)
        assert alone.reasons[0] == together.reasons[series]
        assert alone.champions[0].tolist() == together.champions[series].tolist()
        own, theirs = alone.backtest, together.backtest
        models = [theirs.models.index(name) for name in own.models]
        np.testing.assert_allclose(own.absolute[:, 0], theirs.absolute[models, series], rtol=1e-9)
        np.testing.assert_allclose(own.pinball[0], theirs.pinball[series], rtol=1e-6)
        assert own.n_origins[0] == theirs.n_origins[series]


def test_passes_take_each_series_once_and_keep_gaps_and_signs_apart():
    histories = Histories(np.tile(mixed_series(), (30, 1, 1)), WEEK_AHEAD)
    seen = []
    for rows, part in passes(histories):
        seen += rows.tolist()
        np.testing.assert_array_equal(part.values, histories.values[rows])
        has_gap = np.isnan(part.values).any(axis=(1, 2))
        is_signed = (np.nan_to_num(part.values) < 0).any(axis=(1, 2))
        assert len(set(has_gap)) == len(set(is_signed)) == 1
    assert sorted(seen) == list(range(histories.n_series))


def test_a_candidate_that_a_long_gap_leaves_silent_is_not_taken_to_be_right():
    values = drawn_days(8, n_series=1)
    values[0, 5:50] = np.nan
    first = next(forecast_ahead(values, WEEK_AHEAD, LEVELS))
    assert np.isfinite(first.forecasts).all()
    # Of day 50 a profile of the last six weeks knows nothing but the last value.
    known = [first.forecasts[first.models.index(name), 0, 50 - 28] for name in ("last_days_adapted", "level")]
    assert (np.array(known) == values[0, 4, -1]).all()


def test_a_holiday_of_the_past_teaches_the_next_one():
    rng = np.random.default_rng(55)
    values = 10 + 0.2 * rng.standard_normal((4, 56, 6))
    kinds = WEEK_AHEAD[:57] + 7 * np.isin(np.arange(57), [34, 44, 56])
    values[:, [34, 44]] = 3 + 0.2 * rng.standard_normal((4, 2, 6))
    # To a holiday Sundays are alike.
    values[:, np.arange(56) % 7 == 6] = 3 + 0.2 * rng.standard_normal((4, 8, 6))
    with_calendar = next(forecast_ahead(values, kinds, LEVELS)).points[:, -1]
    without = next(forecast_ahead(values, kinds % 7, LEVELS)).points[:, -1]
    assert with_calendar.mean() == pytest.approx(3, abs=0.3)
    assert without.mean() > 8


@pytest.mark.parametrize("back", [7, 14, 15, 20, 29, 43, 54])
@pytest.mark.parametrize("is_kept", [True, False])
def test_one_holiday_of_the_history_however_old_says_whether_the_next_is_kept(back, is_kept):
    rng = np.random.default_rng(56)
    kinds = (np.arange(57) + 1) % 7  # the night is a Tuesday
    if kinds[56 - back] >= 5:
        back -= 3
    is_quiet = (kinds == 6) | (is_kept & (np.arange(57) == 56 - back))
    values = np.where(is_quiet[:56], 3.0, 10.0)[None, :, None] + 0.2 * rng.standard_normal((4, 56, 24))
    kinds = kinds + 7 * np.isin(np.arange(57), [56 - back, 56])
    day = next(forecast_ahead(values, kinds, LEVELS, "combination"))
    np.testing.assert_allclose(day.points[:, -1].mean(axis=1), 3 if is_kept else 10, rtol=0.1)
    assert ((day.calendar_share > 0.5) == is_kept).all()


@pytest.mark.parametrize("model", model_names())
def test_every_model_that_has_a_name_speaks(model):
    check_model(model)
    values = drawn_days(9, n_series=3, missing=0.1)
    for day in forecast_ahead(values, WEEK_AHEAD[:58], LEVELS, model):
        assert np.isfinite(day.points[:, -1]).all()
        assert (day.points[:, -1] >= 0).all()
        if model in day.models:
            np.testing.assert_array_equal(day.points, day.forecasts[day.models.index(model)])


def test_a_model_without_a_name_is_refused_with_those_that_have_one():
    with pytest.raises(
        ValueError, match="'prophet' is no model; there are auto, combination, seasonal_naive_day"
    ):
        check_model("prophet")


def test_hours_and_slots_of_five_minutes_say_the_same(simulate_histories):
    # Every hour's twelve slots are alike, so that nothing is lost by the hour; a slot's update lies between
    # those of the hours beside it, and the mean of an hour hardly moves.
    hourly = simulate_histories(3, 24, 9)
    fine = np.repeat(hourly, 12, axis=2)
    one = forecast_batch(Histories(hourly, WEEK_AHEAD[:57]), 3600, LEVELS)
    other = forecast_batch(Histories(fine, WEEK_AHEAD[:57]), 300, LEVELS)
    by_hour = other.points.reshape(3, 24, 12).mean(axis=2)
    np.testing.assert_allclose(by_hour, one.points, rtol=0.03)
    assert [name for (name,) in other.champions] == [name for (name,) in one.champions]
    widths = [made.quantiles[:, :, -1] - made.quantiles[:, :, 0] for made in (one, other)]
    np.testing.assert_allclose(widths[1].mean(axis=1), widths[0].mean(axis=1), rtol=0.1)
