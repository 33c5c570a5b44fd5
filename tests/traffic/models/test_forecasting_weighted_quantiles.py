"""Weighted quantiles beside a sort and a running sum, series by series."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traffic.models.forecasting.weighted_quantiles import MAX_DAYS, weighted_quantiles

LEVELS = np.array([0.001, 0.025, 0.1, 0.5, 0.9, 0.975, 0.999])


def slow_quantiles(values, day_weights, is_known, levels):
    pairs = sorted(
        (values[day, slot], day_weights[day]) for day, slot in np.ndindex(values.shape) if is_known[day, slot]
    )
    if not pairs:
        return np.full(len(levels), np.nan)
    total, so_far, middles = sum(weight for _, weight in pairs), 0.0, []
    for _, weight in pairs:
        middles.append((so_far + weight / 2) / total)
        so_far += weight
    return np.interp(levels, middles, [value for value, _ in pairs])


@given(
    seed=st.integers(0, 10**6),
    n_days=st.integers(1, MAX_DAYS),
    n_slots=st.integers(1, 30),
    missing=st.sampled_from([0.0, 0.3, 0.95, 1.0]),
    size=st.sampled_from([1e-9, 1.0, 1e9]),
)
def test_quantiles_are_those_of_a_sort_and_a_running_sum(seed, n_days, n_slots, missing, size):
    rng = np.random.default_rng([40, seed])
    values = size * rng.standard_t(2, (3, n_days, n_slots))
    is_known = rng.random(values.shape) >= missing
    weights = 0.5 ** (np.arange(n_days)[::-1] / 7)
    levels = np.broadcast_to(LEVELS, (3, LEVELS.size))
    made = weighted_quantiles(values, weights, is_known, levels)
    for series in range(3):
        expected = slow_quantiles(values[series], weights, is_known[series], LEVELS)
        # Single precision, of which five bits are the day's.
        np.testing.assert_allclose(made[series], expected, rtol=1e-5, atol=1e-5 * size)


def test_series_have_levels_of_their_own():
    values = np.arange(20.0).reshape(2, 10, 1)
    levels = np.array([[0.5, 0.9], [0.1, 0.5]])
    made = weighted_quantiles(values, np.ones(10), np.ones(values.shape, dtype=bool), levels)
    np.testing.assert_allclose(made, [[4.5, 8.5], [10.5, 14.5]], rtol=1e-5)


def test_quantiles_of_zeros_are_zero():
    zeros = np.zeros((1, 28, 24))
    made = weighted_quantiles(zeros, np.ones(28), np.ones(zeros.shape, dtype=bool), LEVELS[None])
    assert (made == 0).all()


def test_days_beyond_what_can_be_told_apart_are_refused():
    values = np.zeros((1, MAX_DAYS + 1, 2))
    with pytest.raises(ValueError, match="32 days; no more than 31"):
        weighted_quantiles(values, np.ones(32), values == 0, LEVELS[None])
