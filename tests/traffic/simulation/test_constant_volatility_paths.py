from pathlib import Path

import numpy as np
import pytest
from scipy.signal import lfilter
from scipy.stats import genpareto

from traffic.models.constant_volatility import ConstantVolatilityModel, coefficient_names, fit_exact
from traffic.models.filtering import forecast_moments
from traffic.models.peaks_over_threshold import PeaksOverThreshold, fit_peaks
from traffic.simulation.constant_volatility_paths import MAX_VALUES, simulate_paths, sizing_table

WINDOWS = Path(__file__).parents[2] / "reference" / "r" / "epa_windows.csv"


def arma(order, estimates):
    return ConstantVolatilityModel(*order, coefficient_names(order), np.array(estimates))


def history(n=300, seed=0):
    return 50 + lfilter([1, 0.4], [1, -0.7], np.random.default_rng(seed).standard_normal(n))


def law(rate=0.05, threshold=52.0, shape=0.2, scale=10.0):
    return PeaksOverThreshold(threshold, rate, shape, scale, 10, 10, 200, "ok", "")


@pytest.mark.parametrize(
    "model",
    [arma((1, 0, 1), [50.0, 0.7, 0.4, 1.0]), arma((2, 1, 1), [0.1, -0.1, -0.9, 4.0])],
    ids=["arma", "arima"],
)
def test_the_paths_have_the_mean_and_the_variance_of_the_forecast(model):
    # 20,000 paths: 3 standard errors are 2.1 % of the standard deviation in the mean, 3 % in the variance; of
    # 30 steps one in twelve may stray as far by chance, hence four.
    x = history()
    paths = simulate_paths(x, model, 30, 20_000, np.random.default_rng(1))
    mean, variance = forecast_moments(x, model, 30)
    assert np.abs((paths.mean(axis=0) - mean) / np.sqrt(variance)).max() < 4 / np.sqrt(20_000)
    assert np.abs(paths.var(axis=0) / variance - 1).max() < 4 * np.sqrt(2 / 20_000)


def test_long_paths_have_the_autocovariance_of_the_arma():
    phi, theta = 0.7, 0.4
    paths = simulate_paths(
        history(), arma((1, 0, 1), [50.0, phi, theta, 1.0]), 400, 500, np.random.default_rng(2)
    )
    settled = paths[:, 50:] - 50
    variance = (1 + 2 * phi * theta + theta**2) / (1 - phi**2)
    first = (1 + phi * theta) * (phi + theta) / (1 - phi**2)
    expected = [variance, first, phi * first, phi**2 * first]
    products = np.array([(settled[:, : 350 - h] * settled[:, h:]).mean(axis=1) for h in range(4)])
    error = products.std(axis=1) / np.sqrt(500)
    assert (np.abs(products.mean(axis=1) - expected) < 3 * error).all()


def test_the_same_state_of_the_generator_gives_the_same_paths():
    model = arma((1, 0, 1), [50.0, 0.7, 0.4, 1.0])
    first, again, other = (
        simulate_paths(history(), model, 20, 3, np.random.default_rng(seed), peaks=law())
        for seed in (3, 3, 4)
    )
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_peaks_come_at_their_rate_and_follow_their_law():
    peaks = law(rate=0.2)
    paths = simulate_paths(
        history(), arma((0, 0, 0), [50.0, 1.0]), 1_000, 100, np.random.default_rng(5), peaks=peaks
    )
    above = paths[paths > peaks.threshold] - peaks.threshold
    share = 1 - np.exp(-0.2)
    assert above.size / paths.size == pytest.approx(share, abs=3 * np.sqrt(share * (1 - share) / paths.size))
    # The highest of a Poisson number of excesses, given that there is one.
    for q in (0.5, 0.9, 0.99):
        level = genpareto.ppf(q, peaks.shape, scale=peaks.scale)
        expected = (np.exp(-0.2 * (1 - q)) - np.exp(-0.2)) / share
        band = 3 * np.sqrt(expected * (1 - expected) / above.size)
        assert np.mean(above <= level) == pytest.approx(expected, abs=band)


def test_without_a_peak_the_paths_are_cut_at_the_threshold():
    peaks = law(rate=0.0, threshold=50.5)
    paths = simulate_paths(
        history(), arma((0, 0, 0), [50.0, 1.0]), 100, 10, np.random.default_rng(6), peaks=peaks
    )
    assert paths.max() == 50.5


def test_resampled_innovations_are_the_residuals_centred():
    rng = np.random.default_rng(7)
    x = rng.choice([0.0, 10.0], 400)
    model = arma((0, 0, 0), [5.0, 25.0])
    paths = simulate_paths(x, model, 50, 20, rng, is_resampled=True)
    expected = 5.0 + np.array([-5.0, 5.0]) - (x.mean() - 5.0)
    np.testing.assert_allclose(np.unique(paths.round(9)), np.maximum(expected, 0).round(9))


def test_traffic_is_never_negative_and_other_series_may_be():
    model = arma((0, 0, 0), [0.0, 1.0])
    x = np.abs(history()) / 100
    assert simulate_paths(x, model, 50, 20, np.random.default_rng(8)).min() == 0
    assert simulate_paths(x - 1, model, 50, 20, np.random.default_rng(8)).min() < -1


@pytest.mark.parametrize(("steps", "n_paths"), [(0, 1), (1, 0), (MAX_VALUES, 2)])
def test_what_cannot_be_drawn_is_refused(steps, n_paths):
    with pytest.raises(ValueError, match="cannot be drawn"):
        simulate_paths(history(), arma((0, 0, 0), [50.0, 1.0]), steps, n_paths, np.random.default_rng(9))


def test_the_sizing_table_holds_quantiles_over_paths():
    paths = np.arange(1.0, 12.0)[:, None] * np.ones(100)
    frame = sizing_table(paths)
    assert frame["statistic"].to_list() == ["mean", "p95", "maximum"]
    assert frame.select("q10", "q50", "q90").rows() == [(2.0, 6.0, 10.0)] * 3


def test_a_simulated_epa_day_peaks_where_the_real_one_does():
    windows = np.loadtxt(WINDOWS, delimiter=",", skiprows=1)
    value, clean = windows.T
    peaks = fit_peaks(value, clean.max())
    assert (peaks.n_exceedances, peaks.status) == (59, "ok")
    paths = simulate_paths(
        clean, fit_exact(clean), 717, 400, np.random.default_rng(10), peaks=peaks, is_resampled=True
    )
    of_maximum = sizing_table(paths).row(2, named=True)
    assert of_maximum["q10"] < value.max() < 3 * of_maximum["q90"]
    assert np.mean(paths > clean.max()) == pytest.approx(peaks.rate, rel=0.1)
