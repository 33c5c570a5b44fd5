import numpy as np
import pytest

from traffic.models.constant_volatility import ConstantVolatilityModel, fit_exact, fit_from_coefficients
from traffic.models.filtering import forecast, one_step_predictions, residuals

AUTOREGRESSION = fit_from_coefficients((1, 0, 0), {"const": 50.0, "ar.L1": 0.8, "sigma2": 9.0})
WALK = fit_from_coefficients((0, 1, 0), {"sigma2": 4.0})


def test_residuals_are_the_innovations_that_made_the_series(simulate_arma):
    innovations = simulate_arma(600, seed=41)
    model = fit_from_coefficients((1, 1, 1), {"ar.L1": 0.4, "ma.L1": -0.5, "sigma2": 1.0})
    w = np.zeros(600)
    for t in range(1, 600):
        w[t] = 0.4 * w[t - 1] + innovations[t] - 0.5 * innovations[t - 1]
    found = residuals(1e4 + np.cumsum(w), model)
    assert found.size == 599
    np.testing.assert_allclose(found[100:], innovations[101:], atol=1e-6)


def test_residuals_are_missing_where_the_series_is_and_comparable_after_a_gap(simulate_arma):
    x = 50 + 3 * simulate_arma(400, ar=[0.8], seed=42)
    x[100:110] = np.nan
    found = residuals(x, AUTOREGRESSION)
    np.testing.assert_array_equal(np.isnan(found), np.isnan(x))
    # After a gap of g steps the one-step error has variance sigma2 (1 - phi^(2 g + 2)) / (1 - phi^2).
    error = x[110] - (50 + 0.8**11 * (x[99] - 50))
    assert found[110] == pytest.approx(error * np.sqrt((1 - 0.8**2) / (1 - 0.8**22)))


def test_forecast_of_an_autoregression_is_the_closed_form(simulate_arma):
    x = 50 + 3 * simulate_arma(300, ar=[0.8], seed=43)
    found = forecast(x, AUTOREGRESSION, steps=10)
    ahead = np.arange(1, 11)
    np.testing.assert_allclose(found.mean, 50 + 0.8**ahead * (x[-1] - 50), rtol=1e-9)
    std = 3 * np.sqrt((1 - 0.8 ** (2 * ahead)) / (1 - 0.8**2))
    np.testing.assert_allclose(found.quantiles[:, 6] - found.mean, 1.959964 * std, rtol=1e-6)


def test_forecast_of_a_random_walk_widens_with_the_square_root_of_the_horizon():
    x = 1e3 + np.cumsum(np.random.default_rng(44).standard_normal(200))
    found = forecast(x, WALK, steps=25)
    np.testing.assert_allclose(found.mean, x[-1], rtol=1e-9)
    np.testing.assert_allclose(
        found.quantiles[:, 6] - found.mean, 1.959964 * 2 * np.sqrt(np.arange(1, 26)), rtol=1e-5
    )


def test_a_gap_and_missing_values_at_the_end_are_time_that_passed(simulate_arma):
    x = 50 + 3 * simulate_arma(300, ar=[0.8], seed=45)
    whole = forecast(x, AUTOREGRESSION, steps=12)
    skipped = forecast(np.r_[x, np.nan, np.nan], AUTOREGRESSION, steps=7, gap=3)
    np.testing.assert_allclose(skipped.mean, whole.mean[5:], rtol=1e-12)
    np.testing.assert_allclose(skipped.quantiles, whole.quantiles[5:], rtol=1e-12)


def test_a_forecast_is_rebuilt_from_stored_coefficients_alone(simulate_arma):
    x = 30 + np.cumsum(simulate_arma(300, ma=[-0.8], seed=46))
    fit = fit_exact(x)
    stored = {name: float(value) for name, value in zip(fit.names, fit.estimates, strict=True)}
    rebuilt = forecast(x, fit_from_coefficients(fit.order, stored), steps=24)
    np.testing.assert_array_equal(rebuilt.quantiles, forecast(x, fit, steps=24).quantiles)


def test_a_history_without_negative_values_has_no_negative_forecast():
    x = np.abs(np.random.default_rng(47).standard_normal(200))
    found = forecast(x, WALK, steps=50)
    assert found.is_non_negative
    assert found.quantiles.min() == 0.0
    assert not forecast(x - 1, WALK, steps=50).is_non_negative


@pytest.mark.parametrize("scale", [1e-12, 1e12])
def test_forecasts_scale_with_the_series(simulate_arma, scale):
    x = 50 + simulate_arma(300, ar=[0.8], seed=48)
    scaled_model = fit_from_coefficients(
        (1, 0, 0), {"const": 50 * scale, "ar.L1": 0.8, "sigma2": 9.0 * scale**2}
    )
    np.testing.assert_allclose(
        forecast(scale * x, scaled_model, 5).quantiles,
        scale * forecast(x, AUTOREGRESSION, 5).quantiles,
        rtol=1e-9,
    )


@pytest.mark.parametrize(("steps", "gap"), [(0, 0), (3, -1)])
def test_impossible_horizons_are_refused(steps, gap):
    with pytest.raises(ValueError, match="must be"):
        forecast(np.arange(10.0), WALK, steps, gap)


def test_nothing_to_filter_and_no_variance_are_refused():
    with pytest.raises(ValueError, match="no observed value"):
        residuals(np.full(10, np.nan), WALK)
    with pytest.raises(ValueError, match="sigma2"):
        residuals(np.arange(10.0), ConstantVolatilityModel(0, 1, 0, ("sigma2",), np.array([0.0])))


def test_a_prediction_and_its_residual_make_the_value(simulate_arma):
    x = 20 + np.cumsum(simulate_arma(300, [0.4], [0.3], seed=21))
    model = fit_exact(x, (1, 1, 1))
    predicted, left = one_step_predictions(x, model), residuals(x, model)
    assert np.isnan(predicted[0])
    # Far from the start the filter's error is the innovation itself.
    np.testing.assert_allclose((predicted[1:] + left)[50:], x[51:], rtol=1e-6)


def test_a_missing_value_is_predicted_too(simulate_arma):
    x = simulate_arma(300, [0.8], seed=22)
    model = fit_exact(x, (1, 0, 0))
    x[200] = np.nan
    predicted = one_step_predictions(x, model)
    phi, mean = model.ar[0], model.constant
    assert predicted[200] == pytest.approx(mean + phi * (x[199] - mean))
    assert predicted[201] == pytest.approx(mean + phi**2 * (x[199] - mean))
