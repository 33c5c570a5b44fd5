from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import toeplitz
from scipy.stats import multivariate_normal
from statsmodels.tsa.arima_process import arma_acovf

from traffic.models.constant_volatility import (
    REFERENCE_ORDER,
    coefficient_names,
    fit_exact,
    fit_from_coefficients,
)
from traffic.models.order_selection import aicc_penalty


def gaussian_loglik(values, fit, weights):
    """Log-density of linear combinations of the stationary series, by its covariance matrix."""
    n = weights.shape[1]
    autocovariance = arma_acovf(np.r_[1, -fit.ar], np.r_[1, fit.ma], nobs=n, sigma2=fit.sigma2)
    covariance = weights @ toeplitz(autocovariance) @ weights.T
    return multivariate_normal(cov=covariance, allow_singular=False).logpdf(values)


def test_autoregression_is_recovered_with_its_standard_error(simulate_arma):
    fit = fit_exact(5 + simulate_arma(2_000, ar=[0.6], seed=21), (1, 0, 0))
    estimate = dict(zip(fit.names, fit.estimates, strict=True))
    error = dict(zip(fit.names, fit.std_errors, strict=True))
    assert error["ar.L1"] == pytest.approx(np.sqrt((1 - 0.6**2) / 2_000), rel=0.1)
    assert error["const"] == pytest.approx(1 / 0.4 / np.sqrt(2_000), rel=0.1)
    assert error["sigma2"] == pytest.approx(np.sqrt(2 / 2_000), rel=0.1)
    for name, truth in (("ar.L1", 0.6), ("const", 5.0), ("sigma2", 1.0)):
        assert abs(estimate[name] - truth) < 4 * error[name]


def test_moving_average_of_differences_is_recovered(simulate_arma):
    fit = fit_exact(np.cumsum(simulate_arma(2_000, ma=[-0.9], seed=22)), (0, 1, 1))
    assert fit.names == ("ma.L1", "sigma2")
    assert abs(fit.ma[0] + 0.9) < 4 * fit.std_errors[0]
    assert fit.std_errors[0] == pytest.approx(np.sqrt((1 - 0.81) / 2_000), rel=0.2)
    np.testing.assert_allclose(fit.upper_95 - fit.estimates, 1.959964 * fit.std_errors, rtol=1e-6)
    np.testing.assert_allclose(fit.estimates - fit.lower_95, 1.959964 * fit.std_errors, rtol=1e-6)
    assert fit.is_stationary
    assert fit.is_invertible
    assert fit.converged


def test_likelihood_of_the_reference_is_that_of_the_differences(simulate_arma):
    x = 1e3 + 50 * np.cumsum(simulate_arma(150, ar=[0.2, 0.1], ma=[-0.7], seed=23))
    fit = fit_exact(x, REFERENCE_ORDER)
    expected = gaussian_loglik(np.diff(x), fit, np.eye(149))
    assert fit.loglik == pytest.approx(expected, abs=1e-3)
    assert fit.aicc == pytest.approx(-2 * fit.loglik + aicc_penalty(4, 149), rel=1e-12)


def test_likelihood_with_missing_values_is_that_of_what_is_observed(simulate_arma):
    x = 10 + simulate_arma(150, ar=[0.5], ma=[0.4], seed=24)
    x[[3, 40, 41, 42, 99]] = np.nan
    fit = fit_exact(x, (1, 0, 1))
    observed = ~np.isnan(x)
    expected = gaussian_loglik(x[observed] - fit.constant, fit, np.eye(150)[observed])
    assert fit.loglik == pytest.approx(expected, abs=1e-6)
    assert fit.n_observations == 145


def test_likelihood_of_differences_across_gaps_is_that_of_their_sums(simulate_arma):
    x = np.cumsum(simulate_arma(150, ar=[0.3], ma=[-0.5], seed=25))
    x[[5, 60, 61, 120]] = np.nan
    fit = fit_exact(x, (1, 1, 1))
    at = np.flatnonzero(~np.isnan(x))
    sums = np.array([[left <= step < right for step in range(149)] for left, right in pairwise(at)])
    expected = gaussian_loglik(np.diff(x[at]), fit, sums.astype(float))
    assert fit.loglik == pytest.approx(expected, abs=1e-3)


def test_no_neighbouring_coefficients_are_likelier(simulate_arma):
    x = simulate_arma(200, ar=[0.5], seed=26)
    fit = fit_exact(x, (1, 0, 0))
    for index in range(3):
        for sign in (-1, 1):
            moved = fit.estimates.copy()
            moved[index] += sign * 0.05 * fit.std_errors[index]
            other = fit_from_coefficients(fit.order, dict(zip(fit.names, moved, strict=True)))
            assert gaussian_loglik(x - other.constant, other, np.eye(200)) < fit.loglik


@settings(max_examples=8, deadline=None)
@given(exponent=st.integers(-12, 12), d=st.sampled_from([0, 1]))
def test_a_change_of_unit_changes_nothing_but_the_unit(exponent, d):
    rng = np.random.default_rng(27)
    x = 20 + np.convolve(rng.standard_normal(161), [1, 0.5], "valid")
    a = 10.0**exponent
    ours, scaled = fit_exact(x, (1, d, 1)), fit_exact(a * x, (1, d, 1))
    np.testing.assert_allclose(scaled.ar, ours.ar, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(scaled.ma, ours.ma, rtol=1e-4, atol=1e-5)
    assert scaled.sigma2 == pytest.approx(a**2 * ours.sigma2, rel=1e-4)
    assert scaled.constant == pytest.approx(a * ours.constant, rel=1e-4)
    assert scaled.loglik == pytest.approx(ours.loglik - (160 - d) * np.log(a), rel=1e-6, abs=1e-3)


def test_the_level_of_a_differenced_series_carries_nothing(simulate_arma):
    x = np.cumsum(simulate_arma(300, ma=[-0.5], seed=28))
    np.testing.assert_allclose(
        fit_exact(x, (0, 1, 1)).estimates, fit_exact(x + 1e9, (0, 1, 1)).estimates, rtol=1e-4
    )


def test_only_the_last_values_are_fitted(simulate_arma):
    x = simulate_arma(2_500, ar=[0.4], seed=29)
    fit = fit_exact(np.r_[x[:500] * 1e6, x[500:]], (1, 0, 0))
    assert fit.n_observations == 2_000
    np.testing.assert_array_equal(fit.estimates, fit_exact(x[500:], (1, 0, 0)).estimates)


def test_an_order_without_coefficients_is_a_mean_and_a_variance(simulate_arma):
    x = 3 + simulate_arma(200, seed=30)
    fit = fit_exact(x, (0, 0, 0))
    np.testing.assert_allclose(fit.estimates, [x.mean(), x.var()], rtol=1e-6)
    walk = fit_exact(x, (0, 1, 0))
    assert walk.names == ("sigma2",)
    assert walk.sigma2 == pytest.approx(np.mean(np.diff(x) ** 2), rel=1e-6)


def test_an_overdifferenced_series_says_that_its_root_is_on_the_circle(simulate_arma):
    fit = fit_exact(simulate_arma(400, seed=31), (0, 1, 1))
    assert fit.ma[0] < -0.99
    assert not fit.is_invertible


@pytest.mark.parametrize(
    "x",
    [
        np.sin(np.arange(200) / 7),
        np.arange(200.0) ** 2,
        (np.arange(200) % 2).astype(float),
        np.where(np.arange(200) == 77, 1e9, np.arange(200) % 5),
        np.exp(3 * np.random.default_rng(32).standard_normal(200)),
        np.where(np.arange(200) % 3 == 0, np.nan, np.arange(200) % 7),
    ],
    ids=["sine", "parabola", "alternating", "spike", "heavy tail", "every third missing"],
)
def test_hostile_series_are_fitted_without_a_warning(x):
    fit = fit_exact(x)
    assert np.isfinite(fit.estimates).all()
    assert np.isfinite(fit.loglik)
    assert fit.sigma2 > 0


@pytest.mark.parametrize(
    ("x", "order", "says"),
    [
        (np.full(200, np.nan), REFERENCE_ORDER, "no usable value"),
        (np.full(200, 4.0), REFERENCE_ORDER, "all equal 4"),
        (np.random.default_rng(0).random(99), REFERENCE_ORDER, "needs at least 100"),
        (np.random.default_rng(0).random(200), (1, 2, 1), "use 0 or 1"),
    ],
)
def test_what_cannot_be_fitted_is_refused_with_a_sentence(x, order, says):
    with pytest.raises(ValueError, match=says):
        fit_exact(x, order)


def test_names_follow_the_order():
    assert coefficient_names((2, 1, 1)) == ("ar.L1", "ar.L2", "ma.L1", "sigma2")
    assert coefficient_names((0, 0, 2)) == ("const", "ma.L1", "ma.L2", "sigma2")


def test_a_model_is_rebuilt_from_names_in_any_order():
    model = fit_from_coefficients((1, 0, 1), {"sigma2": 4.0, "ma.L1": 0.2, "const": 7.0, "ar.L1": 0.5})
    assert (model.constant, model.ar.tolist(), model.ma.tolist(), model.sigma2) == (7.0, [0.5], [0.2], 4.0)


@pytest.mark.parametrize(
    ("coefficients", "says"),
    [
        ({"ar.L1": 0.5}, "needs the coefficients"),
        ({"ar.L1": 0.5, "ma.L1": 0.1, "sigma2": 1.0}, "needs the coefficients"),
        ({"ar.L1": float("nan"), "sigma2": 1.0}, "must be finite"),
        ({"ar.L1": 0.5, "sigma2": 0.0}, "sigma2 positive"),
        ({"ar.L1": 1.0, "sigma2": 1.0}, "not stationary"),
    ],
)
def test_coefficients_that_make_no_model_are_refused(coefficients, says):
    with pytest.raises(ValueError, match=says):
        fit_from_coefficients((1, 1, 0), coefficients)
