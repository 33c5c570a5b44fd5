"""The level update beside an array of features that is built and solved in full."""

import numpy as np
import pytest

from traffic.models.forecasting.residual_levels import level_updates
from traffic.models.forecasting.residuals import (
    N_RESIDUAL_DAYS,
    learning_weights,
    refit_rows,
    residuals_of,
)

HALF_LIVES = (1.0, 4.0, 12.0, 48.0)


def made_residuals(lead, n_hours=24, missing=0.1):
    rng = np.random.default_rng([37, lead, n_hours])
    hourly = np.cumsum(rng.standard_normal((2, 56, n_hours)), axis=2)
    hourly[rng.random(hourly.shape) < missing] = np.nan
    return residuals_of(hourly, rng.standard_normal((2, 2, N_RESIDUAL_DAYS + 1, n_hours)), lead)


def features(clipped, day, lead):
    """Features of each hour of a residual day, of shape (hours, 6), by the words of the docstring."""
    n_hours = clipped.shape[1]
    known = clipped[: max(day - lead + 1, 0)].reshape(-1)
    rows = np.zeros((n_hours, 6))
    for k, half_life in enumerate(np.array(HALF_LIVES) * n_hours / 24):
        level = 0.0
        for value in known:
            level = 0.5 ** (1 / half_life) * level + (1 - 0.5 ** (1 / half_life)) * value
        for hour in range(n_hours):
            ahead = hour + 1 + n_hours * (lead - 1)
            rows[hour, k] = level * (1.0 if k == 3 else np.exp(-ahead / (4 * half_life)))
    for k, delay in ((4, lead), (5, 7)):
        if day - delay >= 0:
            rows[:, k] = clipped[day - delay]
    return rows


@pytest.mark.parametrize(("lead", "n_hours"), [(1, 24), (2, 24), (7, 24), (1, 4), (3, 1)])
def test_the_update_is_a_ridge_regression_on_explicit_features(lead, n_hours):
    residuals = made_residuals(lead, n_hours)
    made = level_updates(residuals)
    refits, which = refit_rows(residuals.rows.size)
    weights = learning_weights(residuals)
    for profile, series in np.ndindex(2, 2):
        clipped = residuals.clipped[profile, series]
        of_day = [features(clipped, day, lead) for day in range(N_RESIDUAL_DAYS)]
        found = []
        for row_weights in weights:
            root = np.sqrt(np.repeat(row_weights, n_hours))[:, None]
            x, y = root * np.concatenate(of_day), root[:, 0] * clipped.reshape(-1)
            length = np.sqrt((x**2).sum(axis=0))
            stacked = np.vstack([x / length, np.sqrt(0.3) * np.eye(6)])
            found.append(np.linalg.lstsq(stacked, np.append(y, np.zeros(6)))[0] / length)
        for row, day in enumerate(residuals.rows):
            ahead = features(np.vstack([clipped, np.zeros((lead, n_hours))]), day, lead)
            expected = ahead @ found[which[row]]
            np.testing.assert_allclose(made[profile, series, row], expected, rtol=1e-7, atol=1e-9)
    assert refits[0] == 0


def test_a_step_of_level_that_lasts_is_followed():
    hourly = np.zeros((1, 56, 24))
    hourly[:, 36:] = 5.0
    profiles = np.zeros((1, 1, N_RESIDUAL_DAYS + 1, 24))
    made = level_updates(residuals_of(hourly, profiles, 1))
    assert made[0, 0, -1].mean() > 3.0
    assert np.abs(made[0, 0, : 36 - 28]).max() == 0.0
