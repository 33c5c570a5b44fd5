import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import bartlett, f_oneway

from traffic.models.periodic.moment_tests import mean_by_slot_test, variance_by_slot_test
from traffic.models.periodic.moments import periodic_moments

SLOT = np.arange(60) % 5


@settings(deadline=None)
@given(seed=st.integers(0, 1000), exponent=st.integers(-6, 9), share=st.floats(0.0, 0.4))
def test_both_are_those_of_scipy_slot_by_slot_with_missing_values(seed, exponent, share):
    rng = np.random.default_rng(seed)
    values = 10.0**exponent * (3 + rng.standard_normal((3, SLOT.size)) * (1 + SLOT))
    values[rng.random(values.shape) < share] = np.nan
    values[:, :10] = 10.0**exponent * rng.random((3, 10))
    moments = periodic_moments(values, SLOT, 5)
    of_mean, of_variance = mean_by_slot_test(moments), variance_by_slot_test(moments)
    for series in range(3):
        groups = [x[~np.isnan(x)] for x in (values[series, s == SLOT] for s in range(5))]
        for ours, theirs in ((of_mean, f_oneway(*groups)), (of_variance, bartlett(*groups))):
            assert ours.statistic[series] == pytest.approx(theirs.statistic, rel=1e-9)
            assert ours.p_value[series] == pytest.approx(theirs.pvalue, rel=1e-8, abs=1e-300)


def test_both_reject_as_often_as_they_say_under_the_null_that_they_assume():
    moments = periodic_moments(np.random.default_rng(71).standard_normal((4000, SLOT.size)), SLOT, 5)
    for test in (mean_by_slot_test, variance_by_slot_test):
        assert np.mean(test(moments).p_value < 0.05) == pytest.approx(0.05, abs=3 * np.sqrt(0.0475 / 4000))


def test_each_sees_what_it_is_for():
    noise = np.random.default_rng(72).standard_normal((1, SLOT.size))
    moments = periodic_moments(np.concatenate([noise + SLOT, noise * (1 + SLOT)]), SLOT, 5)
    of_mean, of_variance = mean_by_slot_test(moments), variance_by_slot_test(moments)
    assert of_mean.p_value[0] < 1e-6 < 0.01 < of_mean.p_value[1]
    assert of_variance.p_value[1] < 1e-4 < 0.01 < of_variance.p_value[0]


def test_what_cannot_be_tested_is_missing_and_a_slot_without_spread_is_not():
    constant, missing = np.full(SLOT.size, 0.1), np.full(SLOT.size, np.nan)
    rng = np.random.default_rng(73)
    still_slot = np.where(SLOT == 2, 7.1, rng.random(SLOT.size))
    one_slot = np.where(SLOT == 1, rng.random(SLOT.size), np.nan)
    moments = periodic_moments(np.stack([constant, missing, one_slot, still_slot]), SLOT, 5)
    for test in (mean_by_slot_test, variance_by_slot_test):
        result = test(moments)
        assert np.isnan(result.statistic[:3]).all()
        assert np.isnan(result.p_value[:3]).all()
        assert result.p_value[3] < 1e-6
    assert variance_by_slot_test(moments).statistic[3] == np.inf
