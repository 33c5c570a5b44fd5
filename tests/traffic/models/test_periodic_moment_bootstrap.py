import numpy as np
import pytest
from scipy.signal import lfilter

from traffic.models.periodic.moment_bootstrap import mean_by_slot_bootstrap, variance_by_slot_bootstrap
from traffic.models.periodic.moment_tests import mean_by_slot_test, variance_by_slot_test
from traffic.models.periodic.moments import periodic_moments

SLOTS = 6
SLOT = np.arange(200 * SLOTS) % SLOTS
N_SERIES = 400
SIZE_BAND = 3 * np.sqrt(0.0475 / N_SERIES)
BOTH = (mean_by_slot_bootstrap, variance_by_slot_bootstrap)


def dependent_heavy_tailed(seed, n_series=N_SERIES):
    rng = np.random.default_rng(seed)
    return lfilter([1.0], [1.0, 0.6], rng.standard_t(5, (n_series, SLOT.size + 100)))[:, 100:]


def test_they_hold_their_level_where_the_normal_tests_do_not():
    values = dependent_heavy_tailed(151)
    moments = periodic_moments(values, SLOT, SLOTS)
    of_normal = [np.mean(test(moments).p_value < 0.05) for test in (mean_by_slot_test, variance_by_slot_test)]
    of_blocks = [
        np.mean(test(values, SLOT, SLOTS, 10, np.random.default_rng(152), 99).p_value < 0.0501)
        for test in BOTH
    ]
    assert max(abs(share - 0.05) for share in of_normal) > 2 * SIZE_BAND
    # All series share the resampled times, so that chance moves them together: twice the band.
    np.testing.assert_allclose(of_blocks, 0.05, atol=2 * SIZE_BAND)


def test_they_see_a_periodic_mean_and_a_periodic_variance():
    values = dependent_heavy_tailed(153, 20)
    angle = 2 * np.pi * SLOT / SLOTS
    rng = np.random.default_rng(154)
    assert (mean_by_slot_bootstrap(values + np.cos(angle), SLOT, SLOTS, 20, rng).p_value < 0.02).all()
    swelling = values * (1 + 0.6 * np.cos(angle))
    assert (variance_by_slot_bootstrap(swelling, SLOT, SLOTS, 20, rng).p_value < 0.02).all()


@pytest.mark.parametrize("test", BOTH)
def test_missing_values_travel_with_their_blocks_and_what_cannot_be_tested_is_missing(test):
    values = dependent_heavy_tailed(155, 3)
    values[0, 50:80] = np.nan
    values[1] = np.nan
    values[2] = 0.1
    result = test(values, SLOT, SLOTS, 20, np.random.default_rng(156), 49)
    assert 0.02 <= result.p_value[0] <= 1
    assert np.isnan(result.p_value[1:]).all()
    again = test(values, SLOT, SLOTS, 20, np.random.default_rng(156), 49)
    np.testing.assert_array_equal(again.p_value, result.p_value)


@pytest.mark.parametrize("length", [0, 1200])
def test_a_block_that_does_not_fit_is_refused(length):
    for test in BOTH:
        with pytest.raises(ValueError, match="1 to 1199"):
            test(np.ones((1, 1200)), SLOT, SLOTS, length, np.random.default_rng())
