import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from traffic.models.periodic.components import covariance_harmonics
from traffic.models.periodic.continuous_correlation import continuous_correlation
from traffic.models.periodic.moments import deviations, periodic_moments

SLOTS = 12
SLOT = np.arange(60 * SLOTS) % SLOTS
COURSE = 3 * np.cos(2 * np.pi * SLOT / SLOTS)


@settings(deadline=None)
@given(
    values=arrays(float, (2, 19), elements=st.one_of(st.just(np.nan), st.floats(-1e3, 1e3))),
    lag=st.integers(0, 22),
    centring=st.sampled_from(["grand", "periodic"]),
)
def test_it_is_the_double_loop_over_the_pairs_that_are_there(values, lag, centring):
    slot = np.arange(19) % 4
    result = continuous_correlation(values, slot, 4, [0, lag], centring)
    for series in range(2):
        x = values[series]
        observed = x[~np.isnan(x)]
        if centring == "grand":
            x = x - (observed.mean() if observed.size else 0.0)
        else:
            x = deviations(x[None, :], slot, periodic_moments(x[None, :], slot, 4))[0]
        products = [x[t] * x[t + lag] for t in range(19 - lag) if not np.isnan(x[t] * x[t + lag])]
        assert result.n_pairs[series, 1] == len(products)
        expected = np.mean(products) * (19 - lag) / 19 if products else np.nan
        np.testing.assert_allclose(result.covariance[series, 1], expected, atol=1e-7)
        variance = result.covariance[series, 0]
        if variance > 1e-3:
            np.testing.assert_allclose(result.correlation[series, 1], expected / variance, atol=1e-9)


def test_maxima_at_the_multiples_of_the_period_come_from_the_periodic_mean():
    values = (50 + COURSE + np.random.default_rng(121).standard_normal(SLOT.size))[None, :]
    lags = range(5 * SLOTS)
    grand = continuous_correlation(values, SLOT, SLOTS, lags, "grand").correlation[0]
    assert grand[0] == pytest.approx(1.0)
    for cycle in range(1, 4):
        around = grand[cycle * SLOTS - 5 : cycle * SLOTS + 6]
        assert np.argmax(around) == 5
        assert around[5] == pytest.approx(4.5 / 5.5 * (1 - cycle / 60), abs=0.05)
    periodic = continuous_correlation(values, SLOT, SLOTS, lags, "periodic").correlation[0]
    assert np.abs(periodic[1:]).max() < 5 / np.sqrt(SLOT.size)


def test_periodically_centred_it_is_the_stationary_part_of_the_covariance_damped():
    values = COURSE + np.random.default_rng(122).standard_normal((3, SLOT.size))
    centred = deviations(values, SLOT, periodic_moments(values, SLOT, SLOTS))
    lags = [0, 1, 7, 25]
    stationary = covariance_harmonics(centred, SLOT, SLOTS, lags, 0, "filter")[:, :, 0].real
    ours = continuous_correlation(values, SLOT, SLOTS, lags, "periodic").covariance
    np.testing.assert_allclose(ours, stationary * (1 - np.array(lags) / SLOT.size), atol=1e-12)


def test_a_complete_record_has_no_negative_spectrum():
    values = np.random.default_rng(123).standard_normal((40, 50))
    covariance = continuous_correlation(values, np.arange(50) % 5, 5, range(50), "grand").covariance
    circular = np.concatenate([covariance, covariance[:, :0:-1]], axis=1)
    assert np.fft.fft(circular, axis=1).real.min() > -1e-12


def test_without_variation_or_values_there_is_no_correlation():
    values = np.stack([np.full(20, 0.1), np.full(20, np.nan)])
    result = continuous_correlation(values, np.arange(20) % 5, 5, [0, 3, 30], "grand")
    np.testing.assert_array_equal(result.covariance, [[0, 0, np.nan], [np.nan] * 3])
    assert np.isnan(result.correlation).all()
