import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from statsmodels.tsa.arima_process import arma_acovf

from traffic.models.periodic.autoregression import (
    autoregression_residuals,
    fit_least_squares,
    fit_yule_walker,
    yule_walker,
)
from traffic.models.periodic.autoregression_law import autoregression_covariance, simulate_autoregression
from traffic.models.periodic.covariance import periodic_covariance
from traffic.models.periodic.moments import deviations, periodic_moments

COEFFICIENTS = np.array([[0.5, 0.3], [-0.4, 0.4], [1.2, -0.5], [0.1, 0.2]])
STD = np.array([1.0, 2.0, 0.5, 1.5])
SLOTS = 4


def slots(n_cycles):
    return np.arange(n_cycles * SLOTS) % SLOTS


@settings(deadline=None)
@given(
    phi=arrays(float, 5, elements=st.floats(-1.5, 1.5)),
    std=arrays(float, 5, elements=st.floats(0.1, 10)),
)
def test_covariance_of_order_one_is_the_closed_form(phi, std):
    if abs(np.prod(phi)) > 0.9:
        with pytest.raises(ValueError, match="less than 1"):
            autoregression_covariance(phi[:, None] * 2, std, [0])
        return
    covariance = autoregression_covariance(phi[:, None], std, [0, 1, 7])
    for t in range(5):
        # v(t) = one period's innovations, carried on, over 1 - (product of phi)^2.
        one_period = sum(
            np.prod([phi[(t - j) % 5] for j in range(i)]) ** 2 * std[(t - i) % 5] ** 2 for i in range(5)
        )
        variance = one_period / (1 - np.prod(phi) ** 2)
        assert covariance[t, 0] == pytest.approx(variance, rel=1e-9)
        for column, lag in ((1, 1), (2, 7)):
            factor = np.prod([phi[(t + i) % 5] for i in range(1, lag + 1)])
            assert covariance[t, column] == pytest.approx(factor * variance, rel=1e-9, abs=1e-12)


def test_with_equal_slots_it_is_the_covariance_of_a_stationary_autoregression():
    covariance = autoregression_covariance(np.tile([0.5, -0.3, 0.2], (6, 1)), np.full(6, 2.0), range(10))
    expected = arma_acovf([1, -0.5, 0.3, -0.2], [1], 10, 4.0)
    np.testing.assert_allclose(covariance, np.tile(expected, (6, 1)), rtol=1e-10)


@settings(deadline=None)
@given(
    coefficients=arrays(float, (4, 3), elements=st.floats(-0.3, 0.3)),
    std=arrays(float, 4, elements=st.floats(0.5, 5)),
)
def test_yule_walker_takes_the_covariance_back_to_the_coefficients(coefficients, std):
    covariance = autoregression_covariance(coefficients, std, range(4))
    ours, our_std = yule_walker(covariance)
    np.testing.assert_allclose(ours, coefficients, atol=1e-8)
    np.testing.assert_allclose(our_std, std, rtol=1e-8)


def test_simulated_records_have_the_covariance_of_their_law_from_the_first_value_on():
    n_series = 20_000
    values = simulate_autoregression(COEFFICIENTS, STD, 3, n_series, np.random.default_rng(141))
    truth = autoregression_covariance(COEFFICIENTS, STD, range(3))
    for t in range(10):
        for lag in range(3):
            products = values[:, t] * values[:, t + lag]
            error = products.std() / np.sqrt(n_series)
            assert products.mean() == pytest.approx(truth[t % SLOTS, lag], abs=4.5 * error)


def test_both_fits_find_the_coefficients_and_their_error_falls_with_the_root_of_the_cycles():
    rng = np.random.default_rng(142)
    for fit in (fit_least_squares, fit_yule_walker):
        errors = []
        for n_cycles in (100, 1600):
            values = simulate_autoregression(COEFFICIENTS, STD, n_cycles, 60, rng)
            model = fit(values, slots(n_cycles), SLOTS, 2)
            errors.append(np.sqrt(np.mean((model.coefficients - COEFFICIENTS) ** 2)))
            assert np.abs(model.coefficients.mean(axis=0) - COEFFICIENTS).max() < 3 / np.sqrt(n_cycles)
        assert errors[0] / errors[1] == pytest.approx(4.0, rel=0.25)
        np.testing.assert_allclose(model.std.mean(axis=0), STD, rtol=0.01)


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 999), share=st.floats(0, 0.4), p=st.integers(1, 3))
def test_least_squares_is_the_regression_of_each_slot_on_complete_cycles(seed, share, p):
    rng = np.random.default_rng(seed)
    values = simulate_autoregression(COEFFICIENTS, STD, 12, 2, rng) * 10.0 ** (seed % 7)
    values[rng.random(values.shape) < share] = np.nan
    slot = slots(12)
    model = fit_least_squares(values, slot, SLOTS, p)
    for series in range(2):
        for s in range(SLOTS):
            rows = np.array([values[series, t - p : t + 1] for t in range(p, slot.size) if slot[t] == s])
            rows = rows[~np.isnan(rows).any(axis=1)][:, ::-1]
            assert model.n_cycles[series, s] == len(rows)
            if len(rows) <= p + 1:
                assert np.isnan(model.coefficients[series, s]).all()
                assert np.isnan(model.std[series, s])
                continue
            expected = np.linalg.lstsq(rows[:, 1:], rows[:, 0], rcond=None)[0]
            np.testing.assert_allclose(model.coefficients[series, s], expected, rtol=1e-5, atol=1e-5)
            left = rows[:, 0] - rows[:, 1:] @ expected
            assert model.std[series, s] == pytest.approx(
                np.sqrt(np.mean(left**2)), rel=1e-5, abs=1e-4 * np.abs(rows).max()
            )


def test_yule_walker_uses_every_pair_and_equals_least_squares_where_no_lag_leaves_the_record():
    values = simulate_autoregression(COEFFICIENTS, STD, 20, 3, np.random.default_rng(143))
    both = [fit(values, slots(20), SLOTS, 2) for fit in (fit_yule_walker, fit_least_squares)]
    np.testing.assert_allclose(both[0].coefficients[:, 2:], both[1].coefficients[:, 2:], atol=1e-10)
    np.testing.assert_allclose(both[0].std[:, 2:], both[1].std[:, 2:], rtol=1e-10)
    values[:, 10] = np.nan
    ours = fit_yule_walker(values, slots(20), SLOTS, 2)
    expected = yule_walker(periodic_covariance(values, slots(20), SLOTS, [0, 1, 2]).covariance)
    np.testing.assert_array_equal(ours.coefficients, expected[0])


def test_residuals_are_the_innovations_of_the_true_coefficients():
    rng = np.random.default_rng(144)
    values = simulate_autoregression(COEFFICIENTS, STD, 500, 4, rng)
    model = fit_least_squares(values, slots(500), SLOTS, 2)
    residuals = autoregression_residuals(values, slots(500), model)
    assert np.isnan(residuals[:, :2]).all()
    for t in (2, 3, 900):
        expected = values[:, t] - (model.coefficients[:, t % SLOTS] * values[:, [t - 1, t - 2]]).sum(axis=1)
        np.testing.assert_allclose(residuals[:, t], expected, rtol=1e-12)
    np.testing.assert_allclose(
        np.sqrt(np.nanmean(residuals[:, SLOTS:].reshape(4, -1, SLOTS) ** 2, axis=1)), model.std, rtol=0.02
    )
    correlation = periodic_covariance(residuals, slots(500), SLOTS, [1, 2, 3]).correlation
    assert np.abs(correlation).max() < 4.5 / np.sqrt(500)
    values[1, 100] = np.nan
    is_missing = np.isnan(autoregression_residuals(values, slots(500), model)[1])
    np.testing.assert_array_equal(np.flatnonzero(is_missing), [0, 1, 100, 101, 102])


def test_a_slot_that_never_varies_explains_nothing():
    values = simulate_autoregression(COEFFICIENTS, STD, 30, 1, np.random.default_rng(145))
    values[0, slots(30) == 1] = 0.0
    model = fit_least_squares(values, slots(30), SLOTS, 1)
    assert model.coefficients[0, 2, 0] == 0.0
    assert model.std[0, 1] == 0.0


def test_what_does_not_fit_is_refused():
    for fit in (fit_least_squares, fit_yule_walker):
        with pytest.raises(ValueError, match="order 1 or more"):
            fit(np.ones((1, 8)), slots(2), SLOTS, 0)
    with pytest.raises(ValueError, match="multiplied by 1"):
        simulate_autoregression(np.ones((3, 1)), np.ones(3), 2, 1, np.random.default_rng())
    with pytest.raises(ValueError, match="shape"):
        autoregression_covariance(np.ones((3, 1)), np.ones(4), [0])


def test_as_many_cycles_as_coefficients_and_a_mean_fit_nothing():
    slot = np.arange(4 * 6) % 6
    values = np.random.default_rng(64).standard_normal((1, slot.size))
    centred = deviations(values, slot, periodic_moments(values, slot, 6))
    assert np.isfinite(fit_least_squares(centred, slot, 6, 2).std[:, 2:]).all()
    assert np.isnan(fit_least_squares(centred, slot, 6, 3).std).all()
