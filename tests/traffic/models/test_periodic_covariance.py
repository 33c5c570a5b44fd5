import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from traffic.models.periodic.covariance import periodic_covariance

CENTRED = st.one_of(st.just(np.nan), st.floats(-1e9, 1e9), st.just(0.0))


@settings(deadline=None)
@given(
    values=arrays(float, (2, 17), elements=CENTRED),
    slot=arrays(np.int64, 17, elements=st.integers(0, 3)),
    lag=st.integers(0, 20),
)
def test_covariance_is_that_of_the_double_loop_over_the_pairs_that_are_there(values, slot, lag):
    result = periodic_covariance(values, slot, 4, [lag])
    for series in range(2):
        pairs = {s: [] for s in range(4)}
        for i in range(17 - lag):
            pair = (values[series, i], values[series, i + lag])
            if not np.isnan(pair).any():
                pairs[slot[i]].append(pair)
        for s in range(4):
            first, second = np.array(pairs[s]).reshape(-1, 2).T
            assert result.n_pairs[series, s, 0] == first.size
            covariance = np.mean(first * second) if first.size else np.nan
            size = np.mean(np.abs(first * second)) if first.size else 0.0
            np.testing.assert_allclose(
                result.covariance[series, s, 0], covariance, rtol=1e-12, atol=1e-12 * size
            )
            scale = np.sqrt(np.sum(first**2)) * np.sqrt(np.sum(second**2))
            correlation = np.sum(first * second) / scale if scale > 0 else np.nan
            np.testing.assert_allclose(result.correlation[series, s, 0], correlation, atol=1e-12)


def test_lag_zero_is_the_variance_and_a_correlation_of_one():
    slot = np.arange(40) % 4
    values = np.random.default_rng(81).standard_normal((3, 40))
    result = periodic_covariance(values, slot, 4, [0])
    np.testing.assert_allclose(result.covariance[:, :, 0], (values**2).reshape(3, 10, 4).mean(axis=1))
    np.testing.assert_allclose(result.correlation, 1.0)


def test_a_lag_beyond_the_record_has_no_pair():
    result = periodic_covariance(np.ones((1, 6)), np.arange(6) % 3, 3, [0, 6, 100])
    assert np.isnan(result.covariance[0, :, 1:]).all()
    assert (result.n_pairs[0, :, 1:] == 0).all()


def test_a_lag_backwards_is_refused():
    with pytest.raises(ValueError, match="0 or more"):
        periodic_covariance(np.ones((1, 6)), np.arange(6) % 3, 3, [1, -1])
