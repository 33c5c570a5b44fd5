import numpy as np
import pytest
from scipy.signal import lfilter

from traffic.diagnostics.autocorrelation import autocorrelation
from traffic.diagnostics.correlation_bands import bartlett_band, box_pierce_band

NONE = np.empty(0)


def test_bartletts_band_is_its_formula_and_starts_as_the_white_one():
    acf = np.array([0.5, -0.3, 0.2])
    expected = 1.959964 * np.sqrt(np.array([1, 1 + 2 * 0.25, 1 + 2 * (0.25 + 0.09)]) / 400)
    np.testing.assert_allclose(bartlett_band(acf, 400), expected, rtol=1e-6)
    assert bartlett_band(NONE, 400).size == 0


@pytest.mark.parametrize("phi", [0.3, -0.8, 0.999])
def test_box_and_pierces_band_of_ar_1_is_its_closed_form(phi):
    lag = np.arange(1, 9)
    expected = 1.959964 * np.sqrt((1 - phi ** (2 * (lag - 1)) * (1 - phi**2)) / 500)
    np.testing.assert_allclose(box_pierce_band(np.array([phi]), NONE, 500, 8), expected, rtol=1e-4)
    # An invertible MA(1) of the coefficient -phi has the same responses.
    np.testing.assert_allclose(box_pierce_band(NONE, np.array([-phi]), 500, 8), expected, rtol=1e-4)


def test_without_coefficients_the_band_is_the_white_one_and_far_lags_come_near_it():
    np.testing.assert_allclose(box_pierce_band(NONE, NONE, 400, 5), 1.959964 / 20, rtol=1e-6)
    assert box_pierce_band(np.array([0.5]), np.array([0.3]), 400, 40)[-1] == pytest.approx(0.098, rel=1e-3)


def test_cancelling_factors_are_one_coefficient_less():
    twice = box_pierce_band(np.array([0.5]), np.array([-0.5]), 500, 6)
    once = box_pierce_band(np.array([0.5]), NONE, 500, 6)
    np.testing.assert_allclose(twice, once, rtol=1e-6)


def test_residuals_of_fitted_autoregressions_stay_within_the_band_at_95_per_cent_of_the_trials():
    # 600 trials: three standard errors are 0.027. Within the white band they would stay at 99 % and more.
    rng = np.random.default_rng(1)
    band = box_pierce_band(np.array([0.5]), NONE, 400, 3)
    inside = []
    for _ in range(600):
        x = lfilter([1], [1, -0.5], rng.standard_normal(500))[100:]
        phi = x[1:] @ x[:-1] / (x[:-1] @ x[:-1])
        inside.append(np.abs(autocorrelation(x[1:] - phi * x[:-1], 3).acf) < band)
    np.testing.assert_allclose(np.mean(inside, axis=0), 0.95, atol=0.027)


def test_bartletts_band_holds_where_a_moving_average_cuts_off_and_the_white_one_does_not():
    rng = np.random.default_rng(2)
    bartlett, white = [], []
    for _ in range(600):
        w = rng.standard_normal(401)
        found = autocorrelation(w[1:] + 0.9 * w[:-1], 4)
        beyond = np.abs(found.acf[1:])
        bartlett.append(beyond < bartlett_band(found.acf, 400)[1:])
        white.append(beyond < found.band_95[1:])
    np.testing.assert_allclose(np.mean(bartlett, axis=0), 0.95, atol=0.027)
    assert (np.mean(white, axis=0) < 0.92).all()
