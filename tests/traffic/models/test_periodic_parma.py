import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import multivariate_normal
from statsmodels.tsa.arima.model import ARIMA
from statsmodels.tsa.arima_process import arma_acovf

from traffic.models.periodic.autoregression import fit_least_squares
from traffic.models.periodic.autoregression_law import autoregression_covariance
from traffic.models.periodic.parma import MAX_PARAMETERS, fit_parma
from traffic.models.periodic.parma_law import PeriodicArma, is_invertible, parma_covariance, simulate_parma
from traffic.models.periodic.parma_likelihood import ParmaLikelihood
from traffic.models.periodic.parma_start import course_basis, starting_models

SLOTS = 4
MODEL = PeriodicArma(
    np.array([[0.5], [0.8], [-0.3], [0.6]]),
    np.array([[0.4], [0.2], [0.3], [-0.5]]),
    np.array([1.0, 2.0, 0.5, 1.5]),
)
SMALL = st.floats(-0.4, 0.4)


def model_of(p, q, seed=0, n_slots=SLOTS):
    rng = np.random.default_rng([191, seed])
    return PeriodicArma(
        rng.uniform(-0.5, 0.5, (n_slots, p)),
        rng.uniform(-0.9, 0.9, (n_slots, q)),
        rng.uniform(0.5, 2, n_slots),
    )


def slots(n_cycles, n_slots=SLOTS):
    return np.arange(n_cycles * n_slots) % n_slots


def dense_covariance(model, slot):
    """Covariance of a record from the recursion itself, its noise begun long before."""
    n_slots, before = model.std.size, 60 * model.std.size
    slot = np.r_[(slot[0] - before + np.arange(before)) % n_slots, slot]
    of_noise = np.zeros((slot.size, slot.size))
    for t, s in enumerate(slot):
        of_noise[t, t] = model.std[s]
        for j in range(1, min(model.ma.shape[1], t) + 1):
            of_noise[t, t - j] += model.ma[s, j - 1] * model.std[slot[t - j]]
        for i in range(1, min(model.ar.shape[1], t) + 1):
            of_noise[t] += model.ar[s, i - 1] * of_noise[t - i]
    return (of_noise @ of_noise.T)[before:, before:]


@pytest.mark.parametrize(("p", "q"), [(1, 1), (2, 1), (1, 2), (0, 2), (2, 0), (0, 0)])
@pytest.mark.parametrize("first", [0, 3])
def test_the_likelihood_is_the_density_of_the_whole_record(p, q, first):
    model = model_of(p, q)
    slot = (first + np.arange(30)) % SLOTS
    slot[17:] = (slot[17:] + 2) % SLOTS  # a clock that jumps
    x = np.random.default_rng(192).standard_normal(30) * 3
    for missing in ([], [0], [1, 2, 11, 12, 13, 29]):
        x[missing] = np.nan
        is_there = ~np.isnan(x)
        covariance = dense_covariance(model, slot)[np.ix_(is_there, is_there)]
        expected = multivariate_normal(cov=covariance).logpdf(x[is_there])
        assert ParmaLikelihood(x, slot, SLOTS).loglikelihood(model) == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("order", [(1, 0), (0, 1), (2, 1), (1, 2)])
def test_with_one_slot_it_is_the_likelihood_of_an_arma(order):
    p, q = order
    model = model_of(p, q, seed=1, n_slots=1)
    x = np.random.default_rng(193).standard_normal(80)
    x[[3, 40, 41]] = np.nan
    arma = ARIMA(x, order=(p, 0, q), trend="n")
    expected = arma.loglike(np.r_[model.ar[0], model.ma[0], model.std[0] ** 2])
    ours = ParmaLikelihood(x, np.zeros(80, int), 1).loglikelihood(model)
    assert ours == pytest.approx(expected, rel=1e-9)


@settings(deadline=None, max_examples=30)
@given(
    ar=arrays(float, (3, 2), elements=SMALL),
    ma=arrays(float, (3, 2), elements=st.floats(-2, 2)),
    std=arrays(float, 3, elements=st.floats(0.1, 10)),
)
def test_the_covariance_is_that_of_the_recursion_and_without_moving_average_the_known_one(ar, ma, std):
    model = PeriodicArma(ar, ma, std)
    dense = dense_covariance(model, slots(4, 3))
    ours = parma_covariance(model, [0, 1, 2, 5])
    expected = [[dense[s, s + lag] for lag in (0, 1, 2, 5)] for s in range(3)]
    np.testing.assert_allclose(ours, expected, rtol=1e-7, atol=1e-9 * dense.max())
    none = PeriodicArma(ar, np.empty((3, 0)), std)
    np.testing.assert_allclose(
        parma_covariance(none, range(5)), autoregression_covariance(ar, std, range(5)), rtol=1e-9, atol=1e-12
    )


def test_with_equal_slots_the_covariance_is_that_of_an_arma():
    model = PeriodicArma(np.tile([0.5, -0.3], (6, 1)), np.tile([0.4, 0.2], (6, 1)), np.full(6, 2.0))
    expected = arma_acovf([1, -0.5, 0.3], [1, 0.4, 0.2], 9, 4.0)
    np.testing.assert_allclose(parma_covariance(model, range(9)), np.tile(expected, (6, 1)), atol=1e-10)


def test_simulated_records_have_the_covariance_of_their_law_from_the_first_value_on():
    n_series = 20_000
    values = simulate_parma(MODEL, 3, n_series, np.random.default_rng(194))
    truth = parma_covariance(MODEL, range(3))
    for t in range(10):
        for lag in range(3):
            products = values[:, t] * values[:, t + lag]
            error = products.std() / np.sqrt(n_series)
            assert products.mean() == pytest.approx(truth[t % SLOTS, lag], abs=4.5 * error)


def test_the_fit_finds_the_coefficients_within_its_errors_and_leaves_white_residuals():
    x = simulate_parma(MODEL, 400, 1, np.random.default_rng(195))[0]
    x[np.random.default_rng(196).random(x.size) < 0.05] = np.nan
    fit = fit_parma(x, slots(400), SLOTS, 1, 1)
    assert fit.is_converged
    assert fit.is_invertible
    for name in ("ar", "ma", "std"):
        z = (getattr(fit.model, name) - getattr(MODEL, name)) / getattr(fit.std_errors, name)
        assert np.abs(z).max() < 3.5
        assert np.abs(z).max() > 0.1
    likelihood = ParmaLikelihood(x, slots(400), SLOTS)
    assert fit.loglikelihood == pytest.approx(likelihood.loglikelihood(fit.model), rel=1e-9)
    assert fit.loglikelihood > likelihood.loglikelihood(MODEL)
    n, k = fit.n_observed, fit.n_parameters
    assert (n, k) == (np.sum(~np.isnan(x)), 12)
    assert fit.aicc == pytest.approx(-2 * fit.loglikelihood + 2 * k + 2 * k * (k + 1) / (n - k - 1))
    error, std = likelihood.errors(fit.model)
    np.testing.assert_array_equal(np.isnan(error), np.isnan(x))
    ratio = error / std
    assert np.nanstd(ratio) == pytest.approx(1.0, abs=0.03)
    for lag in (1, 2, 4):
        assert abs(np.nanmean(ratio[lag:] * ratio[:-lag])) < 3.5 / np.sqrt(n)


def test_an_autoregression_is_that_of_least_squares_but_for_the_start_of_the_record():
    model = PeriodicArma(model_of(2, 0).ar, np.empty((SLOTS, 0)), MODEL.std)
    x = simulate_parma(model, 500, 1, np.random.default_rng(197))
    fit = fit_parma(x[0], slots(500), SLOTS, 2, 0)
    by_squares = fit_least_squares(x, slots(500), SLOTS, 2)
    np.testing.assert_allclose(fit.model.ar, by_squares.coefficients[0], atol=0.01)
    np.testing.assert_allclose(fit.model.std, by_squares.std[0], rtol=0.01)
    # Least squares' own error: sigma^2 (X'X)^-1, from the covariance of the two values before.
    covariance = parma_covariance(model, [0, 1])
    for s in range(SLOTS):
        before, earlier = (s - 1) % SLOTS, (s - 2) % SLOTS
        products = np.array(
            [
                [covariance[before, 0], covariance[earlier, 1]],
                [covariance[earlier, 1], covariance[earlier, 0]],
            ]
        )
        expected = np.sqrt(np.diag(np.linalg.inv(products)) / 500) * model.std[s]
        np.testing.assert_allclose(fit.std_errors.ar[s], expected, rtol=0.15)
    np.testing.assert_allclose(fit.std_errors.std, fit.model.std / np.sqrt(2 * 500), rtol=0.05)


def test_polynomials_need_fewer_parameters_than_slots_and_find_the_courses():
    n_slots, angle = 24, 2 * np.pi * np.arange(24) / 24
    model = PeriodicArma(
        (0.6 + 0.2 * np.cos(angle))[:, None], (0.3 * np.sin(angle))[:, None], np.exp(0.5 * np.cos(angle))
    )
    x = simulate_parma(model, 80, 1, np.random.default_rng(198))[0]
    fit = fit_parma(x, slots(80, 24), n_slots, 1, 1, 1)
    assert fit.n_parameters == 9
    for name in ("ar", "ma", "std"):
        z = (getattr(fit.model, name) - getattr(model, name)) / getattr(fit.std_errors, name)
        assert np.abs(z).max() < 3.5
    without = [
        fit_parma(x, slots(80, 24), n_slots, p, q, k).aicc for p, q, k in ((1, 1, 0), (1, 0, 1), (0, 1, 1))
    ]
    assert fit.aicc < min(without) - 10


def test_all_harmonics_are_the_free_coefficients():
    x = simulate_parma(MODEL, 150, 1, np.random.default_rng(199))[0]
    free, all_harmonics = (fit_parma(x, slots(150), SLOTS, 1, 1, k) for k in (None, 2))
    assert all_harmonics.n_parameters == free.n_parameters
    assert all_harmonics.loglikelihood == pytest.approx(free.loglikelihood, abs=1e-2)
    np.testing.assert_allclose(all_harmonics.model.std, free.model.std, rtol=0.01)


def test_the_unit_changes_the_scale_and_nothing_else():
    x = simulate_parma(MODEL, 100, 1, np.random.default_rng(200))[0]
    in_bit, in_gigabit = (fit_parma(x * unit, slots(100), SLOTS, 1, 0) for unit in (1e9, 1.0))
    np.testing.assert_allclose(in_bit.model.ar, in_gigabit.model.ar, atol=1e-6)
    np.testing.assert_allclose(in_bit.std_errors.std, in_gigabit.std_errors.std * 1e9, rtol=1e-4)
    difference = in_gigabit.loglikelihood - in_bit.loglikelihood
    assert difference == pytest.approx(x.size * np.log(1e9), rel=1e-9)


def test_a_moving_average_has_an_invertible_twin_of_the_same_likelihood():
    twins = [
        PeriodicArma(np.empty((1, 0)), np.array([[theta]]), np.array([s])) for theta, s in ((0.5, 2), (2, 1))
    ]
    x = simulate_parma(twins[0], 60, 1, np.random.default_rng(201))[0]
    likelihood = ParmaLikelihood(x, np.zeros(60, int), 1)
    assert likelihood.loglikelihood(twins[0]) == pytest.approx(likelihood.loglikelihood(twins[1]), rel=1e-10)
    assert [is_invertible(twin) for twin in twins] == [True, False]
    assert is_invertible(model_of(1, 0))


def test_starts_are_stable_near_the_truth_and_the_second_sees_the_moving_average():
    x = simulate_parma(MODEL, 2000, 1, np.random.default_rng(202))[0]
    yule_walker, regression = starting_models(x, slots(2000), course_basis(SLOTS, None), 1, 1)
    assert (yule_walker.ma == 0).all()
    np.testing.assert_allclose(regression.ar, MODEL.ar, atol=0.2)
    np.testing.assert_allclose(regression.ma, MODEL.ma, atol=0.25)
    likelihood = ParmaLikelihood(x, slots(2000), SLOTS)
    assert likelihood.loglikelihood(regression) > likelihood.loglikelihood(yule_walker)


@pytest.mark.parametrize("kind", ["walk", "few", "poor slot", "constant slot", "constant", "gap"])
def test_hostile_records_are_fitted_or_refused_in_words(kind):
    rng = np.random.default_rng(203)
    x = rng.standard_normal(200)
    if kind == "walk":
        x = x.cumsum()
    if kind == "gap":
        x[20:120] = np.nan
    words = {
        "few": (slice(23, None), np.nan, "12 parameters need 24 values; got 23"),
        "poor slot": (slice(19, None, SLOTS), np.nan, "Slot 3 has 4 values"),
        "constant slot": (slice(0, None, SLOTS), 0.0, "50 values, 0 of them off"),
        "constant": (slice(None), 0.0, "0 of them off"),
    }
    if kind in words:
        x[words[kind][0]] = words[kind][1]
        with pytest.raises(ValueError, match=words[kind][2]):
            fit_parma(x, slots(50), SLOTS, 1, 1)
        return
    fit = fit_parma(x, slots(50), SLOTS, 1, 1)
    assert np.isfinite(fit.loglikelihood)
    assert np.isfinite(parma_covariance(fit.model, [0])).all()


def test_what_does_not_fit_is_refused():
    x = np.random.default_rng(204).standard_normal(400)
    with pytest.raises(ValueError, match="0 or more"):
        fit_parma(x, slots(100), SLOTS, -1, 0)
    with pytest.raises(ValueError, match=f"more than the {MAX_PARAMETERS}"):
        fit_parma(x, slots(4, 100), 100, 1, 1)
    with pytest.raises(ValueError, match="harmonics apart"):
        fit_parma(x, slots(100), SLOTS, 1, 1, 3)
    with pytest.raises(ValueError, match="never leaves its mean"):
        fit_parma(np.zeros(400), slots(100), SLOTS, 1, 1, 1)
    with pytest.raises(ValueError, match="all are missing"):
        ParmaLikelihood(np.full(8, np.nan), slots(2), SLOTS)
    with pytest.raises(ValueError, match="4 slots, the record 2"):
        ParmaLikelihood(x, slots(200, 2), 2).loglikelihood(MODEL)
    with pytest.raises(ValueError, match="multiplied by 16"):
        simulate_parma(
            PeriodicArma(np.full((4, 1), 2.0), np.empty((4, 0)), MODEL.std), 1, 1, np.random.default_rng()
        )
    with pytest.raises(ValueError, match="shapes"):
        parma_covariance(PeriodicArma(MODEL.ar[:2], MODEL.ma, MODEL.std), [0])
    with pytest.raises(ValueError, match="0 or more"):
        parma_covariance(MODEL, [-1])
