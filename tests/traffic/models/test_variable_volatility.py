import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.signal import lfilter

from traffic.models.constant_volatility import fit_exact, fit_from_coefficients
from traffic.models.filtering import forecast, residuals
from traffic.models.variable_volatility import (
    VOLATILITY_MODELS,
    VolatilityModel,
    choose_volatility,
    volatility_from_coefficients,
)
from traffic.models.volatility_forecast import (
    conditional_std,
    forecast_with_volatility,
    innovation_variance,
    moving_average_weights,
)

OMEGA, ALPHA, BETA = 0.1, 0.15, 0.8


def garch(n, seed, gamma=0.0, alpha=ALPHA):
    """GJR-GARCH(1,1) by its definition, unit variance of the innovations' noise."""
    rng = np.random.default_rng(seed)
    e, variance = np.zeros(n + 500), OMEGA / (1 - alpha - gamma / 2 - BETA)
    for t in range(n + 500):
        if t:
            shock = e[t - 1] ** 2
            variance = OMEGA + (alpha + gamma * (e[t - 1] < 0)) * shock + BETA * variance
        e[t] = np.sqrt(variance) * rng.standard_normal()
    return e[500:]


def egarch(n, seed, alpha=0.2, gamma=-0.15, beta=0.95):
    rng = np.random.default_rng(seed)
    z = rng.standard_normal(n + 500)
    log_variance = np.zeros(n + 500)
    for t in range(1, n + 500):
        news = alpha * (abs(z[t - 1]) - np.sqrt(2 / np.pi)) + gamma * z[t - 1]
        log_variance[t] = news + beta * log_variance[t - 1]
    return (np.exp(log_variance / 2) * z)[500:]


def of(choice, name):
    return next(candidate for candidate in choice.candidates if candidate.model.name == name)


@pytest.mark.parametrize(
    ("x", "best"),
    [
        (garch(2_000, 1), "garch"),
        (garch(2_000, 2, gamma=0.3, alpha=0.02), "gjr"),
        (egarch(2_000, 3), "egarch"),
    ],
    ids=["garch", "gjr", "egarch"],
)
def test_the_model_that_the_values_come_from_has_the_least_bic(x, best):
    choice = choose_volatility(x)
    assert (choice.status, choice.selected.name) == ("ok", best)
    assert f"{best} has the least BIC" in choice.reason
    table = choice.table()
    assert table["volatility"].to_list() == list(VOLATILITY_MODELS)
    assert table.filter(table["is_selected"])["volatility"].to_list() == [best]
    assert table["converged"].all()


def test_the_log_likelihood_is_that_of_the_recursion_written_out():
    x = 1e6 * garch(1_500, 4)
    found = of(choose_volatility(x), "garch")
    omega, alpha, beta = found.model.coefficients.values()
    std = conditional_std(x, found.model)
    z = x / found.model.scale
    variance = np.r_[(std[0] / found.model.scale) ** 2, np.zeros(x.size - 1)]
    for t in range(1, x.size):
        variance[t] = omega + alpha * z[t - 1] ** 2 + beta * variance[t - 1]
    np.testing.assert_allclose(std, found.model.scale * np.sqrt(variance), rtol=1e-9)
    loglik = -0.5 * np.sum(np.log(2 * np.pi * std**2) + (x / std) ** 2)
    assert found.loglik == pytest.approx(loglik, rel=1e-9)
    assert found.bic == pytest.approx(3 * np.log(1_500) - 2 * loglik, rel=1e-9)


def test_coefficients_are_found_within_three_standard_errors():
    trials = [of(choose_volatility(garch(2_000, 50 + seed)), "garch") for seed in range(20)]
    assert all(trial.converged for trial in trials)
    for name, true in (("alpha[1]", ALPHA), ("beta[1]", BETA)):
        found = np.array([trial.model.coefficients[name] for trial in trials])
        # The estimates' own bias at 2,000 values is below 0.01.
        assert abs(found.mean() - true) < 3 * found.std() / np.sqrt(20) + 0.01
        stated = np.median([trial.std_errors[name] for trial in trials])
        assert 0.5 < found.std() / stated < 1.7


def test_the_variance_ahead_is_bollerslevs_closed_form():
    x = garch(1_500, 5)
    model = choose_volatility(x).selected
    omega, alpha, beta = model.coefficients.values()
    last = (conditional_std(x, model)[-1] / model.scale) ** 2
    first = omega + alpha * (x[-1] / model.scale) ** 2 + beta * last
    long_run = omega / (1 - alpha - beta)
    expected = long_run + (alpha + beta) ** np.arange(50) * (first - long_run)
    np.testing.assert_allclose(innovation_variance(x, model, 50), model.scale**2 * expected, rtol=1e-9)


def test_a_constant_volatility_gives_the_forecast_of_the_filter(simulate_arma):
    x = 5e6 + 1e5 * simulate_arma(600, [0.6], [0.3], seed=6)
    x[-3:] = np.nan
    fit = fit_exact(x, (1, 1, 1))
    scale = np.sqrt(fit.sigma2)
    still = VolatilityModel("constant", {"sigma2": 1.0}, scale)
    ours, filters = forecast_with_volatility(x, fit, still, 24, gap=5), forecast(x, fit, 24, gap=5)
    np.testing.assert_allclose(ours.quantiles, filters.quantiles, rtol=1e-8)
    np.testing.assert_array_equal(ours.mean, filters.mean)


def test_the_width_ahead_is_that_of_the_weighted_sum_of_variances():
    # x_(T+h) has the error sum of phi^j e_(T+h-j), j < h, whose innovations have a variance each.
    phi, x = 0.7, lfilter([1], [1, -0.7], garch(600, 16))
    mean_model = fit_from_coefficients((1, 0, 0), {"const": 0.0, "ar.L1": phi, "sigma2": 3.0})
    volatility = VolatilityModel("garch", {"omega": 0.1, "alpha[1]": 0.15, "beta[1]": 0.8}, 1.0)
    ahead = innovation_variance(residuals(x, mean_model), volatility, 24)
    assert ahead[0] != pytest.approx(3.0, rel=0.1)
    expected = [sum(phi ** (2 * j) * ahead[h - j] for j in range(h + 1)) for h in range(24)]
    quantiles = forecast_with_volatility(x, mean_model, volatility, 20, gap=4).quantiles
    std = (quantiles[:, -1] - quantiles[:, 0]) / (2 * 1.959964)
    np.testing.assert_allclose(std, np.sqrt(expected[4:]), rtol=1e-6)


def test_the_weights_of_an_integrated_model_sum_those_of_its_difference(simulate_arma):
    x = np.cumsum(simulate_arma(400, [0.5], [0.4], seed=7))
    fit = fit_exact(x, (1, 1, 1))
    phi, theta = fit.ar[0], fit.ma[0]
    of_difference = np.r_[1.0, (phi + theta) * phi ** np.arange(9)]
    np.testing.assert_allclose(moving_average_weights(fit, 10), np.cumsum(of_difference))


def test_intervals_widen_after_a_shock_and_cover_quiet_and_busy_times_alike():
    # 95 % of 3,900 one-step errors, three standard errors: 1.05 points; the coefficients' error added.
    covered, quiet, busy = [], [], []
    for seed in range(2):
        x = garch(2_000, 90 + seed)
        std = conditional_std(x, choose_volatility(x).selected)
        inside = np.abs(x) < 1.96 * std
        is_quiet = std < np.median(std)
        covered.append(inside[50:].mean())
        quiet.append(inside[is_quiet].mean())
        busy.append(inside[~is_quiet].mean())
    for share in (covered, quiet, busy):
        assert np.mean(share) == pytest.approx(0.95, abs=0.02)


def test_the_width_follows_the_last_shock(simulate_arma):
    noise = garch(1_200, 8)
    x = 100 + noise
    fit = fit_exact(x, (0, 0, 0))
    model = choose_volatility(residuals(x, fit)).selected
    calm, shaken = x.copy(), x.copy()
    calm[-1], shaken[-1] = 100.0, 100 + 6 * noise.std()
    widths = [np.ptp(forecast_with_volatility(v, fit, model, 48).quantiles, axis=1) for v in (calm, shaken)]
    assert widths[1][0] > 1.5 * widths[0][0]
    assert abs(widths[1][-1] / widths[0][-1] - 1) < abs(widths[1][0] / widths[0][0] - 1) / 2


def test_simulated_variances_come_from_their_seed_and_the_first_is_exact():
    x = egarch(1_200, 9)
    model = of(choose_volatility(x), "egarch").model
    first = innovation_variance(x, model, 24, seed=1)
    np.testing.assert_array_equal(first, innovation_variance(x, model, 24, seed=1))
    assert (first[1:] != innovation_variance(x, model, 24, seed=2)[1:]).any()
    assert first[0] == pytest.approx(innovation_variance(x, model, 1)[0], rel=1e-9)


def test_a_variance_that_never_returns_to_its_mean_stays_within_what_was_seen():
    x = egarch(600, 15)
    walking = VolatilityModel(
        "egarch", {"omega": 0.2, "alpha[1]": 0.4, "gamma[1]": 0.0, "beta[1]": 1.0}, x.std()
    )
    ahead = innovation_variance(x, walking, 5_000)
    assert ahead.max() == max(conditional_std(x, walking).max() ** 2, ahead[0])


def test_the_unit_does_not_matter_and_gaps_are_passed_over():
    x = garch(1_200, 10)
    scaled = choose_volatility(1e12 * x)
    for name in VOLATILITY_MODELS:
        ours, theirs = of(choose_volatility(x), name), of(scaled, name)
        assert list(theirs.model.coefficients.values()) == pytest.approx(
            list(ours.model.coefficients.values()), rel=1e-4, abs=1e-6
        )
    x[::10] = np.nan
    choice = choose_volatility(x)
    assert choice.status == "ok"
    std = conditional_std(x, choice.selected)
    np.testing.assert_array_equal(np.isnan(std), np.isnan(x))


def test_where_arch_lm_does_not_reject_nothing_is_fitted():
    choice = choose_volatility(np.random.default_rng(11).standard_normal(800))
    assert (choice.status, choice.selected, choice.candidates) == ("constant", None, ())
    assert "nothing was fitted" in choice.reason
    assert choice.table().height == 0


def test_where_arch_lm_rejects_by_chance_no_bic_falls_below_a_constants():
    # White noise; ARCH-LM rejects one such series in twenty.
    choices = [choose_volatility(np.random.default_rng(seed).standard_normal(500)) for seed in range(60)]
    rejected = [choice for choice in choices if choice.candidates]
    assert rejected
    for choice in rejected:
        assert (choice.status, choice.selected) == ("constant", None)
        assert "no variable volatility has a lower BIC" in choice.reason


def test_a_short_series_and_one_of_no_variation_say_so():
    assert choose_volatility(np.full(500, 2.0)).status == "not_tested"
    bursts = np.random.default_rng(12).standard_normal(200) * np.repeat([1, 6, 1, 6], 50)
    choice = choose_volatility(bursts)
    assert choice.status == "too_short"
    assert "250 are needed" in choice.reason


def test_a_search_that_does_not_converge_gives_a_status_and_a_sentence(monkeypatch):
    monkeypatch.setattr("traffic.models.variable_volatility.MAX_ITERATIONS", 1)
    choice = choose_volatility(garch(1_000, 13))
    assert (choice.status, choice.selected) == ("not_converged", None)
    assert "no search for a variable volatility converged" in choice.reason
    assert [candidate.converged for candidate in choice.candidates][1:] == [False] * 3


HOSTILE = st.one_of(
    arrays(float, st.integers(250, 270), elements=st.one_of(st.just(np.nan), st.floats(-1e100, 1e100))),
    arrays(float, 260, elements=st.integers(-1, 1).map(float)),
    arrays(float, 13, elements=st.floats(-1, 1)).map(lambda part: np.tile(part, 20) ** 9),
    st.integers(0, 200).map(lambda seed: np.random.default_rng(seed).standard_cauchy(300)),
    st.integers(0, 200).map(lambda at: np.eye(1, 300, at)[0] + 1e-12 * np.arange(300)),
)


@settings(max_examples=40, deadline=None)
@example(x=np.tile([-0.25, *[0.0] * 11, -1.0], 20) ** 9)  # the variance of the first step ahead vanished
@given(x=HOSTILE)
def test_whatever_the_residuals_are_there_is_a_status_and_never_a_warning(x):
    choice = choose_volatility(x)
    assert choice.status in ("ok", "constant", "not_tested", "too_short", "not_converged")
    assert choice.reason.endswith(".")
    assert (choice.selected is not None) == (choice.status == "ok")
    if choice.selected is not None:
        assert np.nanmin(conditional_std(x, choice.selected)) > 0
        assert (innovation_variance(x, choice.selected, 12) > 0).all()


def test_a_model_is_rebuilt_from_its_coefficients_in_whatever_order_they_are_stored():
    # arch takes them by place, and the alphabet puts beta before gamma.
    x = egarch(800, 21)
    for candidate in choose_volatility(x).candidates:
        stored = dict(sorted(candidate.model.coefficients.items()))
        rebuilt = volatility_from_coefficients(candidate.model.name, stored, candidate.model.scale)
        assert rebuilt == candidate.model
        np.testing.assert_array_equal(conditional_std(x, rebuilt), conditional_std(x, candidate.model))


@pytest.mark.parametrize(
    ("name", "coefficients", "scale", "phrase"),
    [
        ("arch", {"omega": 1.0}, 1.0, "'arch' needs the coefficients None"),
        ("garch", {"omega": 1.0, "alpha[1]": 0.1}, 1.0, r"needs the coefficients .*beta\[1\]"),
        ("constant", {"sigma2": np.nan}, 1.0, "must be finite"),
        ("constant", {"sigma2": 1.0}, 0.0, "scale positive"),
    ],
)
def test_coefficients_that_make_no_model_are_refused(name, coefficients, scale, phrase):
    with pytest.raises(ValueError, match=phrase):
        volatility_from_coefficients(name, coefficients, scale)
