import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.signal import lfilter
from scipy.stats import chi2, norm, pearsonr

from traffic.models.periodic.autoregression_law import simulate_autoregression
from traffic.models.periodic.correlation_tests import (
    equal_correlation_test,
    mean_correlation_test,
    zero_correlation_test,
)
from traffic.models.periodic.covariance import PeriodicCovariance, periodic_covariance
from traffic.models.periodic.moments import deviations, periodic_moments

ALL = (zero_correlation_test, mean_correlation_test, equal_correlation_test)
SLOTS = 6


def estimate(values, lags, n_slots=SLOTS):
    slot = np.arange(values.shape[1]) % n_slots
    centred = deviations(values, slot, periodic_moments(values, slot, n_slots))
    return periodic_covariance(centred, slot, n_slots, lags)


def test_they_are_fishers_z_of_pearsons_correlations_slot_by_slot():
    # Slots 0 to 4 with the next one: their pairs are whole columns, whose own means are the periodic ones.
    values = np.random.default_rng(171).standard_normal((1, 40 * SLOTS))
    values[0, 3] = values[0, 50] = np.nan
    found = estimate(values, [1])
    found.correlation[:, 5] = np.nan
    columns = values.reshape(-1, SLOTS)
    z, weight = [], []
    for s in range(5):
        pairs = columns[~np.isnan(columns[:, s : s + 2]).any(axis=1), s : s + 2]
        z.append(np.arctanh(pearsonr(pairs[:, 0], pairs[:, 1])[0]))
        weight.append(len(pairs) - 3)
    z, weight = np.array(z), np.array(weight)
    zero, mean, equal = (test(found) for test in ALL)
    # A missing value moves the mean of its partner's pairs a little away from the slot's.
    assert zero.statistic[0, 0] == pytest.approx(np.sum(weight * z**2), rel=0.02)
    assert zero.p_value[0, 0] == pytest.approx(chi2.sf(zero.statistic[0, 0], 5), rel=1e-12)
    assert mean.statistic[0, 0] == pytest.approx(np.sum(np.sqrt(weight) * z) / np.sqrt(5), rel=0.02)
    assert mean.p_value[0, 0] == pytest.approx(2 * norm.sf(abs(mean.statistic[0, 0])), rel=1e-12)
    pooled = np.average(z, weights=weight)
    assert equal.statistic[0, 0] == pytest.approx(np.sum(weight * (z - pooled) ** 2), rel=0.02)
    assert equal.p_value[0, 0] == pytest.approx(chi2.sf(equal.statistic[0, 0], 4), rel=1e-12)


@settings(deadline=None)
@given(
    correlation=arrays(float, (2, SLOTS, 2), elements=st.floats(-0.99, 0.99)),
    n_pairs=st.integers(4, 500),
)
def test_zero_is_equal_and_zero_on_average(correlation, n_pairs):
    found = PeriodicCovariance(
        (1, 4), correlation, correlation, np.full(correlation.shape, n_pairs, dtype=np.int64)
    )
    zero, mean, equal = (test(found).statistic for test in ALL)
    np.testing.assert_allclose(zero, mean**2 + equal, rtol=1e-9, atol=1e-9)


def test_a_stationary_series_of_periodic_amplitude_is_correlated_alike_in_every_slot():
    white = np.random.default_rng(172).standard_normal((40, 300 * SLOTS + 200))
    stationary = lfilter([1.0], [1.0, -0.5], white)[:, 200:]
    amplitude = 1 + 0.8 * np.cos(2 * np.pi * np.arange(stationary.shape[1]) / SLOTS)
    found = estimate(stationary * amplitude, [1])
    assert (zero_correlation_test(found).p_value < 1e-6).all()
    assert (mean_correlation_test(found).p_value < 1e-6).all()
    assert np.mean(equal_correlation_test(found).p_value < 0.05) < 0.25


def test_a_correlation_that_changes_its_sign_over_the_period_is_not_equal_nor_seen_on_average():
    phi = 0.5 * np.cos(2 * np.pi * np.arange(SLOTS) / SLOTS)[:, None]
    values = simulate_autoregression(phi, np.ones(SLOTS), 300, 40, np.random.default_rng(173))
    found = estimate(values, [1])
    assert (zero_correlation_test(found).p_value < 1e-6).all()
    assert (equal_correlation_test(found).p_value < 1e-6).all()
    assert np.mean(mean_correlation_test(found).p_value < 0.05) < 0.4


def test_at_lags_of_whole_periods_the_estimated_mean_is_allowed_for():
    values = np.random.default_rng(174).standard_normal((400, 20 * 48))
    statistic = mean_correlation_test(estimate(values, [48, 96], 48)).statistic
    # Without the allowance the mean would be -1.6 and less.
    np.testing.assert_allclose(statistic.mean(axis=0), 0.0, atol=3.5 / np.sqrt(400))


@pytest.mark.parametrize("test", ALL)
def test_what_cannot_be_tested_is_missing(test):
    values = np.random.default_rng(175).standard_normal((3, 8 * SLOTS))
    values[1] = np.nan
    values[2] = 5.0
    result = test(estimate(values, [0, 1, 5 * SLOTS, 1000]))
    assert np.isnan(result.p_value[0]).tolist() == [True, False, True, True]
    assert np.isnan(result.p_value[1:]).all()
    assert np.isnan(result.statistic[1:]).all()


def test_perfect_correlation_is_never_zero_and_always_equal():
    values = np.repeat(np.random.default_rng(176).standard_normal((1, 50)), SLOTS, axis=1)
    slot = np.arange(values.shape[1]) % SLOTS
    found = periodic_covariance(
        deviations(values, slot, periodic_moments(values, slot, SLOTS)), slot, SLOTS, [1]
    )
    found.correlation[:, -1] = np.nan  # into the next cycle
    assert zero_correlation_test(found).p_value[0, 0] == 0.0
    assert mean_correlation_test(found).p_value[0, 0] == 0.0
    assert equal_correlation_test(found).p_value[0, 0] == 1.0
