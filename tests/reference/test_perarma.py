"""Ours beside perARMA's, to 1e-8 where the definition is the same (``perarma/README.md`` says where not)."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import f as fisher_f
from scipy.stats import linregress

from traffic.models.periodic.autoregression import fit_least_squares, fit_yule_walker
from traffic.models.periodic.components import covariance_harmonics, product_moments
from traffic.models.periodic.correlation_tests import equal_correlation_test, mean_correlation_test
from traffic.models.periodic.covariance import PeriodicCovariance, periodic_covariance
from traffic.models.periodic.harmonic_tests import harmonic_f_test
from traffic.models.periodic.moment_tests import mean_by_slot_test, variance_by_slot_test
from traffic.models.periodic.moments import deviations, filled_with_mean, periodic_moments, std_interval
from traffic.models.periodic.partial_correlation import periodic_partial_correlation

FOLDER = Path(__file__).parent / "perarma"
SLOTS = 24
LAGS = range(1, 13)


class Record:
    """One of the two records, with what perARMA returns for it."""

    def __init__(self, name):
        self.expected = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
        x = np.loadtxt(FOLDER / "volumes.csv", delimiter=",", skiprows=1, usecols=1)
        x[np.array(self.expected.get("missing_positions_from_1", []), dtype=int) - 1] = np.nan
        self.values = x[None, :]
        self.slot = np.arange(x.size) % SLOTS
        self.moments = periodic_moments(self.values, self.slot, SLOTS)
        self.centred = deviations(self.values, self.slot, self.moments)
        filled = filled_with_mean(self.values, self.slot, self.moments)
        self.centred_filled = deviations(filled, self.slot, self.moments)

    def of(self, call, key):
        return np.array(self.expected[call][key]).squeeze()


@pytest.fixture(params=["complete", "missing"])
def record(request):
    return Record(request.param)


def test_periodic_mean_and_its_interval(record):
    np.testing.assert_allclose(record.moments.mean[0], record.of("permest", "pmean"), rtol=1e-8)
    np.testing.assert_allclose(record.moments.lower_95[0], record.of("permest", "pmci")[:, 0], rtol=1e-8)
    np.testing.assert_allclose(record.moments.upper_95[0], record.of("permest", "pmci")[:, 1], rtol=1e-8)
    n_cycles = (~np.isnan(record.values)).reshape(-1, SLOTS).sum(axis=0)
    np.testing.assert_array_equal(record.moments.n_cycles[0], n_cycles)


def test_periodic_standard_deviation_and_its_interval(record):
    np.testing.assert_allclose(record.moments.std[0], record.of("persigest", "pstd"), rtol=1e-8)
    lower, upper = std_interval(record.moments)
    np.testing.assert_allclose(lower[0], record.of("persigest", "psci")[:, 0], rtol=1e-8)
    np.testing.assert_allclose(upper[0], record.of("persigest", "psci")[:, 1], rtol=1e-8)


def test_theirs_tests_a_slope_over_the_season_where_ours_compares_the_means(record):
    is_observed = ~np.isnan(record.values[0])
    slope = linregress(record.slot[is_observed], record.values[0, is_observed])
    assert slope.pvalue == pytest.approx(record.expected["permest"]["pmpv"], rel=1e-8, abs=0)
    assert mean_by_slot_test(record.moments).p_value[0] < slope.pvalue


def test_bartletts_p_value_is_theirs_up_to_what_one_less_a_probability_can_hold(record):
    ours = variance_by_slot_test(record.moments).p_value[0]
    assert ours > 0
    assert record.expected["persigest"]["pspv"]["p.value"] == pytest.approx(ours, abs=1e-15)


def test_periodic_covariance_and_correlation(record):
    ours = periodic_covariance(record.centred_filled, record.slot, SLOTS, LAGS)
    np.testing.assert_allclose(ours.covariance[0], record.of("peracf", "B"), rtol=1e-8)
    np.testing.assert_allclose(ours.correlation[0], record.of("peracf", "Rho"), rtol=1e-8)


def test_leaving_missing_pairs_out_undoes_the_pull_of_filling_them():
    record = Record("missing")
    ours = periodic_covariance(record.centred, record.slot, SLOTS, LAGS)
    counted = np.array([[41 - (t + lag >= SLOTS) for lag in LAGS] for t in range(SLOTS)])
    assert (ours.n_pairs[0] < counted).any()
    np.testing.assert_allclose(
        ours.covariance[0] * ours.n_pairs[0] / counted, record.of("peracf", "B"), rtol=1e-8
    )


def test_covariance_harmonics_by_the_component_method(record):
    ours = covariance_harmonics(record.centred_filled, record.slot, SLOTS, range(13), 12, "component")[0].T
    theirs = record.of("Bcoeff", "re") + 1j * record.of("Bcoeff", "im")
    # The coefficients of one lag share its scale: the small ones are differences of large products.
    np.testing.assert_allclose(ours, theirs, rtol=1e-8, atol=1e-8 * np.abs(theirs).min())


def test_f_tests_of_the_covariance_harmonics(record):
    theirs, their_p = record.of("Bcoeff", "fratio"), record.of("Bcoeff", "pvec")
    for lag in range(13):
        moments = product_moments(record.centred_filled, record.slot, SLOTS, lag, is_cut=True)
        test = harmonic_f_test(moments, 12)
        np.testing.assert_allclose(test.statistic[0, 1:], theirs[1:, lag], rtol=1e-8)
        assert 2 * test.statistic[0, 0] == pytest.approx(theirs[0, lag], rel=1e-8)
        np.testing.assert_allclose(test.p_value[0, :12], their_p[:12, lag], rtol=1e-8, atol=1e-13)
        # Theirs gives the harmonic 12 of 24 slots a second degree of freedom.
        n_products = moments.n_cycles.sum()
        with_two = fisher_f.sf(test.statistic[0, 12], 2, n_products - SLOTS)
        assert with_two == pytest.approx(their_p[12, lag], rel=1e-8)
        with_one = fisher_f.sf(test.statistic[0, 12], 1, n_products - SLOTS)
        assert test.p_value[0, 12] == pytest.approx(with_one, rel=1e-12)


@pytest.mark.parametrize("p", [1, 2])
def test_autoregression_by_least_squares_is_their_yule_walker(record, p):
    ours = fit_least_squares(record.centred_filled, record.slot, SLOTS, p)
    theirs = record.of(f"perYW{p}", "phi").reshape(SLOTS, p)
    np.testing.assert_allclose(ours.coefficients[0], theirs, rtol=1e-8)
    np.testing.assert_allclose(ours.std[0], record.of(f"perYW{p}", "del"), rtol=1e-8)


@pytest.mark.parametrize("p", [1, 2])
def test_yule_walker_from_all_pairs_is_theirs_where_lags_stay_within_the_record(record, p):
    ours = fit_yule_walker(record.centred_filled, record.slot, SLOTS, p)
    theirs = record.of(f"perYW{p}", "phi").reshape(SLOTS, p)
    np.testing.assert_allclose(ours.coefficients[0, p:], theirs[p:], rtol=1e-8)
    np.testing.assert_allclose(ours.std[0, p:], record.of(f"perYW{p}", "del")[p:], rtol=1e-8)
    # The first p seasons lose the first of 41 cycles; their variances and covariances lose different ones.
    np.testing.assert_allclose(ours.coefficients[0, :p], theirs[:p], atol=0.1)
    assert np.abs(ours.coefficients[0, :p] - theirs[:p]).max() > 1e-4


def test_partial_correlation_is_theirs_one_season_on_beyond_the_first_lag():
    record = Record("complete")
    ours = periodic_partial_correlation(record.centred, record.slot, SLOTS, 13)[0]
    theirs = record.of("perpacf", "ppa")
    np.testing.assert_allclose(ours[:, 0], theirs[:, 0], rtol=1e-8)
    np.testing.assert_allclose(np.roll(ours[:, 1:], -1, axis=0), theirs[:, 1:], rtol=1e-8)


def test_with_missing_values_theirs_is_not_partial():
    record = Record("missing")
    theirs = record.of("perpacf", "ppa")
    ours = periodic_partial_correlation(record.centred, record.slot, SLOTS, 13)[0]
    of_filled = periodic_partial_correlation(record.centred_filled, record.slot, SLOTS, 1)[0]
    np.testing.assert_allclose(of_filled[:, 0], theirs[:, 0], rtol=1e-8)
    x = record.centred_filled[0]
    for column in range(1, 13):
        for t in range(SLOTS):
            later = np.flatnonzero(record.slot == (t + 1) % SLOTS)
            later = later[later > column]
            # Within the common cycles: perARMA drops the first one or none.
            earlier = later - column - 1
            plain = (x[later] @ x[earlier]) / np.sqrt((x[later] @ x[later]) * (x[earlier] @ x[earlier]))
            assert theirs[t, column] == pytest.approx(plain, rel=1e-8)
    assert np.abs(ours[:, 1]).mean() < 0.5 < np.abs(theirs[:, 1]).mean()


def test_the_tests_of_correlation_are_perarmas_of_its_own_correlations(record):
    # perARMA prints the tests' p-values and does not return them; here its rule (rho.zero.test and
    # rho.constant.test) is applied to the correlations that it returned, each of all its pairs.
    rho = record.of("peracf", "Rho")
    pairs = periodic_covariance(record.centred_filled, record.slot, SLOTS, LAGS).n_pairs[0]
    z, weight = np.arctanh(rho), pairs - 3
    estimate = PeriodicCovariance(tuple(LAGS), rho[None], rho[None], pairs[None])
    expected = np.sqrt(SLOTS) * (z * np.sqrt(weight)).mean(axis=0)
    np.testing.assert_allclose(mean_correlation_test(estimate).statistic[0], expected, rtol=1e-12)
    # Theirs is about the plain mean of z, ours about the weighted one, to which the squares are least:
    # weights differ by 1 in 38.
    expected = (weight * (z - z.mean(axis=0)) ** 2).sum(axis=0)
    ours = equal_correlation_test(estimate).statistic[0]
    assert (ours <= expected).all()
    np.testing.assert_allclose(ours, expected, rtol=1e-3)
