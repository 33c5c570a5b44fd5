"""Coverage, size and rate of the constant-volatility chain, over simulated series.

Each share is held to three standard errors of its own: sqrt(share (1 - share) / replications), so the band is
wide for the replications of an ordinary run and narrow for those of ``make monte-carlo``.
"""

from __future__ import annotations

import os

import numpy as np
import pytest
from scipy.signal import lfilter

from traffic.diagnostics.residual_tests import RUNS, TESTS, residual_tests
from traffic.models.constant_volatility import ConstantVolatilityModel, coefficient_names, fit_exact
from traffic.models.filtering import forecast, residuals
from traffic.models.variable_volatility import VolatilityModel
from traffic.models.volatility_forecast import forecast_with_volatility

REPLICATIONS = int(os.environ.get("MONTE_CARLO_REPLICATIONS", "150"))
PHI, THETA, MEAN, N = 0.6, 0.3, 10.0, 400


def three_errors(share: float, n: int = REPLICATIONS) -> float:
    return 3 * float(np.sqrt(share * (1 - share) / n))


def arma(n: int, seed: int) -> np.ndarray:
    noise = np.random.default_rng([71, seed]).standard_normal(n + 200)
    return MEAN + lfilter([1, THETA], [1, -PHI], noise)[200:]


@pytest.fixture(scope="module")
def fits():
    series = [arma(N + 12, seed) for seed in range(REPLICATIONS)]
    return [(x, fit_exact(x[:N], (1, 0, 1))) for x in series]


def test_the_intervals_of_the_coefficients_cover_95_per_cent(fits):
    true = {"const": MEAN, "ar.L1": PHI, "ma.L1": THETA, "sigma2": 1.0}
    for at, name in enumerate(coefficient_names((1, 0, 1))):
        covered = np.mean([fit.lower_95[at] <= true[name] <= fit.upper_95[at] for _, fit in fits])
        # Normal intervals from 400 values cover a little less themselves: one point is allowed for that.
        assert abs(covered - 0.95) < three_errors(0.95) + 0.01, name


@pytest.mark.parametrize("horizon", [1, 3, 12])
def test_the_intervals_of_the_forecasts_cover_80_and_95_per_cent(fits, horizon):
    quantiles = np.array([forecast(x[:N], fit, horizon).quantiles[-1] for x, fit in fits])
    actual = np.array([x[N + horizon - 1] for x, _ in fits])
    for share, lower, upper in ((0.80, 1, 5), (0.95, 0, 6)):
        covered = np.mean((quantiles[:, lower] <= actual) & (actual <= quantiles[:, upper]))
        assert abs(covered - share) < three_errors(share) + 0.01


def test_the_residual_tests_reject_5_per_cent_of_the_true_order_and_runs_less(fits):
    found = [{t.test: t.p_value for t in residual_tests(residuals(x[:N], fit), 1, 1)} for x, fit in fits]
    for test in TESTS:
        rejected = np.mean([p_values[test] < 0.05 for p_values in found])
        # Their laws are asymptotic: 1.5 points are allowed for 400 values. The runs test knows nothing
        # of the coefficients fitted, and rejects less.
        least = 0.0 if test == RUNS else 0.05 - three_errors(0.05) - 0.015
        assert least <= rejected < 0.05 + three_errors(0.05) + 0.015, test


def test_the_error_of_the_estimates_falls_as_one_over_the_square_root():
    n_series = max(REPLICATIONS // 2, 60)
    rms = []
    for n in (200, 800):
        found = np.array([fit_exact(arma(n, 10_000 + seed), (1, 0, 1)).ar[0] for seed in range(n_series)])
        rms.append(np.sqrt(np.mean((found - PHI) ** 2)))
    # A root mean square of m values has a relative error of 1 / sqrt(2 m); the ratio, of 1 / sqrt(m).
    assert np.log(rms[0] / rms[1]) == pytest.approx(np.log(2), abs=3 / np.sqrt(n_series))


@pytest.mark.parametrize("horizon", [1, 12])
def test_intervals_of_variable_width_cover_95_per_cent_in_quiet_and_in_busy_times(horizon):
    volatility = VolatilityModel("garch", {"omega": 0.05, "alpha[1]": 0.15, "beta[1]": 0.8}, 1.0)
    mean_model = ConstantVolatilityModel(1, 0, 0, coefficient_names((1, 0, 0)), np.array([0.0, 0.5, 1.0]))
    covered, widths = [], []
    for seed in range(2 * REPLICATIONS):
        x = lfilter([1], [1, -0.5], garch(250 + horizon, seed))
        quantiles = forecast_with_volatility(x[:250], mean_model, volatility, horizon).quantiles[-1]
        covered.append(quantiles[0] <= x[249 + horizon] <= quantiles[-1])
        widths.append(np.ptp(quantiles[[0, -1]]))
    is_quiet = np.array(widths) < np.median(widths)
    for part in (is_quiet, ~is_quiet):
        # Beyond one step the law has heavier tails than the normal one that is taken: one point is allowed.
        assert abs(np.mean(np.array(covered)[part]) - 0.95) < three_errors(0.95) + 0.01


def garch(n: int, seed: int) -> np.ndarray:
    noise = np.random.default_rng([72, seed]).standard_normal(n + 200)
    e, variance = np.zeros(n + 200), 1.0
    for t in range(1, n + 200):
        variance = 0.05 + 0.15 * e[t - 1] ** 2 + 0.8 * variance
        e[t] = np.sqrt(variance) * noise[t]
    return e[200:]
