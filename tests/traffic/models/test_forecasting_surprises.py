"""Spikes: the running median beside numpy's, and what is taken off."""

import numpy as np
import pytest

from traffic.models.forecasting.day_weights import day_weights
from traffic.models.forecasting.profiles import ScaledDays
from traffic.models.forecasting.residuals import N_RESIDUAL_DAYS, Residuals
from traffic.models.forecasting.surprises import _excess, _least_deviations, without_surprises

WEIGHTS = day_weights(np.arange(57) % 7, 1)
LIMIT, MAD_TO_STD = 10.0, 1.4826


def slow_median(series, t, n_hours):
    """Median of five, of which none lies behind the end of the day."""
    last = (t // n_hours + 1) * n_hours - 1
    near = [abs(2 * last - k if k > last else k) for k in range(t - 2, t + 3)]
    return np.median(series[near])


@pytest.mark.parametrize("n_hours", [24, 4, 3, 1])
def test_running_medians_are_numpy_s(n_hours):
    flat = np.random.default_rng(38).standard_normal((3, 14 * n_hours))
    flat[2] = np.round(flat[2])
    made = _least_deviations(flat.reshape(1, 3, 14, n_hours)).reshape(3, -1)
    for series, t in np.ndindex(flat.shape):
        assert made[series, t] == flat[series, t] - slow_median(flat[series], t, n_hours)


@pytest.mark.parametrize("missing", [0.0, 0.3])
def test_the_excess_is_that_of_a_loop_over_days(missing):
    rng = np.random.default_rng(39)
    values = rng.standard_t(2, (2, 3, N_RESIDUAL_DAYS, 24))
    values[:, :, 10, 3] += 80
    values[:, :, 40, 21] -= 90
    is_observed = rng.random(values.shape[1:]) >= missing
    values = np.where(is_observed, values, 0.0)
    made = _excess(Residuals(values, values, is_observed, 1))
    smaller = np.where(np.abs(values[1]) < np.abs(values[0]), values[1], values[0])
    for series in range(3):
        flat = smaller[series].reshape(-1)
        deviation = np.array([x - slow_median(flat, t, 24) for t, x in enumerate(flat)]).reshape(-1, 24)
        for day in range(N_RESIDUAL_DAYS):
            # Days that every forecast knows, then fortnights by the days before them.
            known = 15 if day < 15 else 15 + (day - 15) // 14 * 14
            before = np.abs(deviation[:known])[is_observed[series, :known]]
            limit = LIMIT * MAD_TO_STD * np.median(before)
            beyond = np.maximum(np.abs(deviation[day]) - limit, 0)
            np.testing.assert_allclose(made[series, day], np.sign(deviation[day]) * beyond, atol=1e-12)
    assert (made != 0).any(axis=(1, 2)).all()


def steady_days(n_slots, seed):
    """Days of one course, with a little white noise, of which none is a surprise."""
    rng = np.random.default_rng([47, seed])
    day = 10 + 5 * np.sin(2 * np.pi * np.arange(n_slots) / n_slots)
    return day + 0.1 * rng.uniform(-1, 1, (1, 56, n_slots))


def test_a_spike_is_clipped_and_a_change_of_level_or_a_burst_is_not():
    values = np.repeat(steady_days(24, 1), 4, axis=0)
    values[1, 40, 12] *= 1000
    values[2, 45:] += 20
    values[3, 40, 10:16] += 20
    days = without_surprises(ScaledDays.of(values), WEIGHTS).days
    changed = days.values != values
    assert np.argwhere(changed[1]).tolist() == [[40, 12]]
    assert abs(days.values[1, 40, 12]) < 20 * values[0].max()
    assert not changed[[0, 2, 3]].any()


def test_of_a_finer_step_the_spike_is_cut_to_what_is_left_of_its_hour():
    values = steady_days(48, 2)
    clean = without_surprises(ScaledDays.of(values), WEIGHTS).days.values
    assert (clean == values).all()
    values[0, 40, 20] += 1e5
    made = without_surprises(ScaledDays.of(values), WEIGHTS).days.values
    lowered = values - made
    assert np.flatnonzero(lowered[0, 40]).tolist() == [20]
    assert clean.min() < made[0, 40, 20] < 2 * clean.max()


def test_what_is_missing_stays_missing_and_a_record_of_some_days_is_left_alone(simulate_histories):
    values = simulate_histories(2, 24, 8)
    values[0, 40, 12] *= 1000
    values[0, 20:22] = np.nan
    values[1, :50] = np.nan
    values[1, 53, 12] *= 1000
    made = without_surprises(ScaledDays.of(values), WEIGHTS).days
    assert (made.is_observed == ~np.isnan(values)).all()
    assert (made.values[~made.is_observed] == 0).all()
    assert made.values[0, 40, 12] < 1e3
    assert made.values[1, 53, 12] == values[1, 53, 12]
