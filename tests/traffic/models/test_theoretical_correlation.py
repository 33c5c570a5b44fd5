import json
from pathlib import Path

import numpy as np
import pytest

from traffic.models.constant_volatility import ConstantVolatilityModel, coefficient_names
from traffic.models.theoretical_correlation import implied_moments, root_table, theoretical_correlogram

R = Path(__file__).parents[2] / "reference" / "r"


def arma(ar=(), ma=(), sigma2=1.0, const=0.0, d=0):
    order = (len(ar), d, len(ma))
    constant = [const] if d == 0 else []
    return ConstantVolatilityModel(*order, coefficient_names(order), np.array([*constant, *ar, *ma, sigma2]))


def acf_of(model, n_lags=10):
    return theoretical_correlogram(model, n_lags)["theoretical_acf"].to_numpy()


def pacf_of(model, n_lags=10):
    return theoretical_correlogram(model, n_lags)["theoretical_pacf"].to_numpy()


@pytest.mark.parametrize("phi", [0.6, -0.6, 0.99])
def test_ar_1_has_its_closed_forms(phi):
    model = arma([phi], sigma2=4.0, const=7.0)
    np.testing.assert_allclose(acf_of(model), phi ** np.arange(1, 11))
    np.testing.assert_allclose(pacf_of(model), [phi, *[0] * 9], atol=1e-12)
    assert implied_moments(model).mean == 7.0
    assert implied_moments(model).variance == pytest.approx(4 / (1 - phi**2))


@pytest.mark.parametrize("theta", [0.7, -0.9348, 1.0])
def test_ma_1_has_its_closed_forms_and_not_the_posts_rho_of_theta(theta):
    model = arma(ma=[theta], sigma2=2.0)
    np.testing.assert_allclose(acf_of(model), [theta / (1 + theta**2), *[0] * 9], atol=1e-12)
    assert implied_moments(model).variance == pytest.approx(2 * (1 + theta**2))
    if abs(theta) < 1:
        lag = np.arange(1, 11)
        pacf = -((-theta) ** lag) * (1 - theta**2) / (1 - theta ** (2 * (lag + 1)))
        np.testing.assert_allclose(pacf_of(model), pacf)


def test_arma_1_1_has_its_closed_forms():
    phi, theta = 0.7, 0.4
    model = arma([phi], [theta], sigma2=3.0)
    variance = (1 + 2 * phi * theta + theta**2) / (1 - phi**2)
    first = (1 + phi * theta) * (phi + theta) / (1 + 2 * phi * theta + theta**2)
    assert implied_moments(model).variance == pytest.approx(3 * variance)
    np.testing.assert_allclose(acf_of(model), first * phi ** np.arange(10))


def test_an_arma_2_2_has_the_correlations_that_r_gives():
    # ARMAacf of R 4.2.2: tests/reference/r/epa_differences.R.
    theory = json.loads((R / "epa_differences.json").read_text())["theory"]
    model = arma(theory["ar"], theory["ma"])
    np.testing.assert_allclose(acf_of(model, 12), theory["acf"], rtol=1e-10)
    np.testing.assert_allclose(pacf_of(model, 12), theory["pacf"], rtol=1e-8, atol=1e-12)


def test_white_noise_and_a_difference_have_theirs():
    np.testing.assert_allclose(acf_of(arma(sigma2=2.0)), np.zeros(10), atol=1e-15)
    assert implied_moments(arma(sigma2=2.0, const=3.0)).variance == 2.0
    assert implied_moments(arma(ma=[0.5], d=1)).mean == 0.0


def test_what_is_not_stationary_has_no_correlations():
    assert implied_moments(arma([1.2])).variance == np.inf
    assert theoretical_correlogram(arma([1.2]), 5).height == 0
    with pytest.raises(ValueError, match="n_lags = 0"):
        theoretical_correlogram(arma([0.5]), 0)


def test_roots_solve_their_polynomials_and_give_their_period():
    frame = root_table(arma([0.5, -0.8], [0.4]))
    assert frame["polynomial"].to_list() == ["ar", "ar", "ma"]
    z = frame["re"].to_numpy() + 1j * frame["im"].to_numpy()
    np.testing.assert_allclose(1 - 0.5 * z[:2] + 0.8 * z[:2] ** 2, 0, atol=1e-12)
    np.testing.assert_allclose(z[2], -2.5)
    np.testing.assert_allclose(frame["modulus"][:2], 1 / np.sqrt(0.8))
    period = 2 * np.pi / np.arccos(0.5 / (2 * np.sqrt(0.8)))
    np.testing.assert_allclose(frame["period_steps"].to_list(), [period, period, 2])
    assert root_table(arma([0.5]))["period_steps"].to_list() == [None]
    assert root_table(arma()).height == 0
