"""The intraday update beside statsmodels' weighted least squares and a recursion by hand."""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.signal import lfilter

from traffic.models.forecasting.residual_autoregression import intraday_updates, lags_of
from traffic.models.forecasting.residuals import (
    N_RESIDUAL_DAYS,
    Residuals,
    learning_weights,
    refit_rows,
    residuals_of,
)


def made_residuals(n_hours, n_series=2, n_profiles=2, missing=0.0, seed=0):
    rng = np.random.default_rng([36, seed])
    noise = lfilter([1.0], [1.0, -0.7], rng.standard_normal((n_series, 56 * n_hours)), axis=1)
    hourly = noise.reshape(n_series, 56, n_hours)
    hourly[rng.random(hourly.shape) < missing] = np.nan
    profiles = 0.3 * rng.standard_normal((n_profiles, n_series, N_RESIDUAL_DAYS + 1, n_hours))
    return residuals_of(hourly, profiles, 1)


def slow_update(residuals, profile, series):
    """Lagged regressors in columns, weighted least squares, and a recursion hour by hour."""
    n_hours, lags = residuals.n_hours, lags_of(residuals.n_hours)
    path = residuals.clipped[profile, series].reshape(-1)
    seen = residuals.is_observed[series].reshape(-1)
    _, which = refit_rows(residuals.rows.size)
    by_refit = []
    for weights in np.repeat(learning_weights(residuals), n_hours, axis=1):
        times = [t for t in range(lags[-1], path.size) if seen[t] and weights[t] > 0]
        x = np.array([[path[t - lag] for lag in lags] for t in times])
        weight = weights[times]
        # The ridge's penalty as rows of its own, of features scaled to unit length.
        length = np.sqrt((weight[:, None] * x**2).sum(axis=0))
        rows = np.vstack([x, np.diag(np.sqrt(1e-3) * length)])
        target = np.append(path[times], np.zeros(lags.size))
        fit = sm.WLS(target, rows, weights=np.append(weight, np.ones(lags.size))).fit()
        by_refit.append(fit.params)
    course = residuals.values[profile, series].reshape(-1)
    made = []
    for row, day in enumerate(residuals.rows):
        known = list(course[: day * n_hours])
        for _ in range(n_hours):
            known.append(sum(c * known[-lag] for c, lag in zip(by_refit[which[row]], lags, strict=True)))
        made.append(known[-n_hours:])
    return np.array(made)


@pytest.mark.parametrize("missing", [0.0, 0.3])
@pytest.mark.parametrize("n_hours", [24, 4, 1])
def test_the_update_is_that_of_weighted_least_squares_and_a_recursion(n_hours, missing):
    residuals = made_residuals(n_hours, missing=missing)
    made = intraday_updates(residuals)
    for profile, series in np.ndindex(made.shape[:2]):
        np.testing.assert_allclose(
            made[profile, series], slow_update(residuals, profile, series), rtol=1e-6, atol=1e-9
        )


def test_the_autoregression_of_a_long_memory_is_found_again():
    residuals = made_residuals(24, n_series=40, n_profiles=1, seed=1)
    quiet = Residuals(residuals.values, residuals.values, residuals.is_observed, 1)
    made = intraday_updates(quiet)
    last = quiet.values[:, :, -1, -1]
    # An AR(1) of 0.7 (with the noise of its profile, 0.3) tends to 0.7 / 1.09 of its last value.
    slope = (made[:, :, -1, 0] * last).sum() / (last**2).sum()
    assert 0.5 < slope < 0.75
    assert np.abs(made[:, :, -1, 12:]).mean() < 0.25 * np.abs(made[:, :, -1, 0]).mean()


def test_residuals_that_are_all_zero_are_not_updated():
    zeros = np.zeros((2, 1, N_RESIDUAL_DAYS, 24))
    made = intraday_updates(Residuals(zeros, zeros, np.ones((1, N_RESIDUAL_DAYS, 24), dtype=bool), 1))
    assert (made == 0).all()


@pytest.mark.parametrize(
    ("n_hours", "lags"),
    [(24, [1, 2, 3, 23, 24, 25, 48]), (4, [1, 2, 3, 4, 5, 8]), (2, [1, 2, 3, 4]), (1, [1, 2])],
)
def test_lags_are_hours_and_days(n_hours, lags):
    assert lags_of(n_hours).tolist() == lags
