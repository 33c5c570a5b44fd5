"""What the profiles leave over by the hour, and the normal equations learned from it, beside loops."""

import numpy as np
import pytest

from traffic.models.forecasting.residuals import (
    FIRST_ROW,
    N_RESIDUAL_DAYS,
    REFIT_DAYS,
    Residuals,
    hourly_means,
    hours_of,
    learning_weights,
    refit_rows,
    residuals_of,
    ridge_coefficients,
)


@pytest.mark.parametrize(
    ("day_steps", "hours"),
    [(1, 1), (2, 2), (4, 4), (24, 24), (48, 24), (96, 24), (206, 2), (288, 24), (1440, 24)],
)
def test_a_day_is_cut_into_equal_blocks_of_at_least_an_hour(day_steps, hours):
    assert hours_of(day_steps) == hours


@pytest.mark.parametrize("n_slots", [24, 72])
def test_hourly_means_are_those_of_what_is_observed(simulate_histories, n_slots):
    values = simulate_histories(2, n_slots, 5, missing=0.4)
    is_observed = ~np.isnan(values)
    made = hourly_means(np.where(is_observed, values, 0.0), is_observed)
    for place in np.ndindex(2, 56, 24):
        series, day, hour = place
        block = values[series, day, hour * n_slots // 24 : (hour + 1) * n_slots // 24]
        seen = block[~np.isnan(block)]
        np.testing.assert_allclose(made[place], seen.mean() if seen.size else np.nan, rtol=1e-12)


def test_residuals_are_clipped_at_six_times_what_was_usual_before():
    rng = np.random.default_rng(33)
    hourly = rng.standard_t(2, (2, 56, 24))
    hourly[0, 20:22] = np.nan
    profiles = rng.standard_normal((3, 2, N_RESIDUAL_DAYS + 1, 48))
    made = residuals_of(hourly, profiles, 2)
    for profile, series in np.ndindex(3, 2):
        daily = []
        for day in range(N_RESIDUAL_DAYS):
            mean = profiles[profile, series, day].reshape(24, 2).mean(axis=1)
            left = np.nan_to_num(hourly[series, day + 7] - mean)
            np.testing.assert_allclose(made.values[profile, series, day], left, atol=1e-12)
            bound = 6 * np.mean(daily or [np.abs(left).mean()])
            np.testing.assert_allclose(
                made.clipped[profile, series, day], np.clip(left, -bound, bound), atol=1e-12
            )
            daily.append(np.abs(left).mean())
    assert (made.clipped != made.values).any()
    assert not made.is_observed[0, 13:15].any()


@pytest.mark.parametrize("lead", [1, 4, 7])
def test_what_is_learned_at_a_refit_was_known_then(lead):
    empty = np.zeros((1, 1, N_RESIDUAL_DAYS, 1))
    residuals = Residuals(empty, empty, np.ones((1, N_RESIDUAL_DAYS, 1), dtype=bool), lead)
    n_rows = N_RESIDUAL_DAYS - FIRST_ROW + 1
    refits, which = refit_rows(n_rows)
    weights = learning_weights(residuals)
    assert refits[-1] == n_rows - 1
    assert (np.diff(refits[1:]) == REFIT_DAYS).all()
    for row in range(n_rows):
        used = refits[which[row]]
        assert used == max(refit for refit in refits if refit <= row)
    for refit, row_weights in zip(refits, weights, strict=True):
        newest = residuals.rows[refit] - lead
        for day, weight in enumerate(row_weights):
            expected = 0.5 ** ((newest - day) / 28) if 2 <= day <= newest else 0.0
            assert weight == pytest.approx(expected)


def test_ridge_coefficients_minimise_the_penalised_squares():
    rng = np.random.default_rng(34)
    x, y = rng.standard_normal((200, 4)) * [1.0, 1e-3, 50.0, 1.0], rng.standard_normal(200)
    penalty = 0.3
    # Features of unit length, and as many rows more as there are features.
    length = np.sqrt((x**2).sum(axis=0))
    stacked = np.vstack([x / length, np.sqrt(penalty) * np.eye(4)])
    expected = np.linalg.lstsq(stacked, np.append(y, np.zeros(4)))[0] / length
    made = ridge_coefficients((x.T @ x)[None, None], (x.T @ y)[None, None], penalty)
    np.testing.assert_allclose(made[0, 0], expected, rtol=1e-9)


def test_a_feature_that_was_always_zero_has_no_coefficient():
    rng = np.random.default_rng(35)
    x = rng.standard_normal((50, 3)) * [1.0, 0.0, 1.0]
    made = ridge_coefficients(x.T @ x, x.T @ rng.standard_normal(50), 1e-3)
    assert made[1] == 0
    assert (made[[0, 2]] != 0).all()
