import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.signal import lfilter
from statsmodels.tsa.stattools import acf, pacf

from traffic.diagnostics.autocorrelation import autocorrelation


def arma(n, ar=(), ma=(), seed=0):
    innovations = np.random.default_rng(seed).standard_normal(n + 500)
    return lfilter(np.r_[1.0, ma], np.r_[1.0, -np.asarray(ar)], innovations)[500:]


def test_autoregression_decays_and_its_partial_autocorrelation_cuts_off():
    correlogram = autocorrelation(arma(50_000, ar=[0.6], seed=1), 5)
    np.testing.assert_allclose(correlogram.acf, 0.6 ** np.arange(1, 6), atol=0.03)
    np.testing.assert_allclose(correlogram.pacf, [0.6, 0, 0, 0, 0], atol=0.02)


def test_moving_average_cuts_off_at_theta_over_one_plus_theta_squared():
    correlogram = autocorrelation(arma(50_000, ma=[0.7], seed=2), 4)
    np.testing.assert_allclose(correlogram.acf, [0.7 / 1.49, 0, 0, 0], atol=0.02)


def test_a_complete_series_agrees_with_statsmodels_and_the_customary_band():
    x = arma(300, ar=[0.5], seed=3)
    correlogram = autocorrelation(x, 20)
    np.testing.assert_array_equal(correlogram.lag, np.arange(1, 21))
    np.testing.assert_allclose(correlogram.acf, acf(x, nlags=20)[1:], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(correlogram.pacf, pacf(x, nlags=20, method="ldb")[1:], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(correlogram.band_95, 1.959964 / np.sqrt(300), rtol=1e-6)


@pytest.mark.parametrize("pattern", ["scattered", "one block"])
def test_white_noise_with_gaps_leaves_the_band_at_one_lag_in_twenty(pattern):
    rng = np.random.default_rng(4)
    outside = []
    for _ in range(200):
        x = rng.standard_normal(400)
        if pattern == "scattered":
            x[rng.random(400) < 0.4] = np.nan
        else:
            x[100:260] = np.nan
        correlogram = autocorrelation(x, 20)
        outside.append(np.abs(correlogram.acf) > correlogram.band_95)
    assert np.mean(outside) == pytest.approx(0.05, abs=0.012)


def test_correlation_with_gaps_is_the_sum_of_the_observed_products():
    x = np.array([1.0, np.nan, 4.0, 2.0, 8.0, np.nan, 3.0])
    d = x - np.nanmean(x)
    expected = [np.nansum(d[h:] * d[:-h]) / np.nansum(d**2) for h in (1, 2, 3)]
    np.testing.assert_allclose(autocorrelation(x, 3).acf, expected)


@settings(deadline=None)
@given(x=arrays(float, 40, elements=st.one_of(st.just(np.nan), st.floats(-1e12, 1e12))))
def test_correlations_stay_within_one_whatever_is_missing(x):
    correlogram = autocorrelation(x, 60)
    assert (
        correlogram.acf.shape == correlogram.pacf.shape == correlogram.band_95.shape == correlogram.lag.shape
    )
    assert (np.abs(correlogram.acf[~np.isnan(correlogram.acf)]) <= 1 + 1e-9).all()
    assert (np.abs(correlogram.pacf[~np.isnan(correlogram.pacf)]) <= 1 + 1e-6).all()


@pytest.mark.parametrize("scale", [1e-150, 1e-12, 1e12, 1e150])
def test_the_unit_does_not_matter(scale):
    x = arma(200, ar=[0.5], seed=5)
    np.testing.assert_allclose(autocorrelation(scale * x, 5).acf, autocorrelation(x, 5).acf, rtol=1e-9)


def test_nothing_observed_has_no_lags_and_a_constant_no_correlation():
    assert autocorrelation(np.full(10, np.nan), 5).lag.size == 0
    assert autocorrelation(np.array([1.0]), 5).lag.size == 0
    constant = autocorrelation(np.full(10, 3.3), 5)
    assert constant.lag.size == 5
    assert np.isnan(constant.acf).all()
    assert np.isnan(constant.pacf).all()
