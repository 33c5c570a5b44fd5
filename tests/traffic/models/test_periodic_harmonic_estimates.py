"""The four methods side by side: each is its own function's, and the test keeps what is there."""

import numpy as np
import pytest

from traffic.models.periodic.components import covariance_harmonics, mean_harmonics
from traffic.models.periodic.harmonic_estimates import (
    MAX_HARMONICS,
    METHODS,
    estimate_covariance_harmonics,
    estimate_mean_harmonics,
)
from traffic.models.periodic.moments import deviations, periodic_moments

SLOTS = 48
SLOT = np.arange(30 * SLOTS) % SLOTS
LAGS = (0, 1, 5, SLOTS)


def series(seed: int, share_missing: float = 0.05) -> np.ndarray:
    """A mean of two harmonics, and a variance of one, in white noise."""
    rng = np.random.default_rng(seed)
    angle = 2 * np.pi * SLOT / SLOTS
    scale = np.sqrt(1 + 0.8 * np.cos(angle))
    values = np.cos(angle) + 0.5 * np.sin(2 * angle) + scale * rng.standard_normal((3, SLOT.size))
    values[rng.random(values.shape) < share_missing] = np.nan
    return values


def test_each_method_is_what_its_own_function_gives():
    values = series(1)
    mean = estimate_mean_harmonics(values, SLOT, SLOTS)
    centred = deviations(values, SLOT, periodic_moments(values, SLOT, SLOTS))
    covariance = estimate_covariance_harmonics(centred, SLOT, SLOTS, LAGS)
    assert mean.harmonics.keys() == covariance.harmonics.keys() == set(METHODS)
    for method in METHODS:
        np.testing.assert_array_equal(
            mean.harmonics[method][:, 0], mean_harmonics(values, SLOT, SLOTS, MAX_HARMONICS, method)
        )
        np.testing.assert_allclose(
            covariance.harmonics[method],
            covariance_harmonics(centred, SLOT, SLOTS, LAGS, MAX_HARMONICS, method),
            rtol=1e-12,
            atol=1e-14,
        )


def test_the_test_keeps_the_harmonics_that_are_there():
    values = series(2, 0.0)
    assert estimate_mean_harmonics(values, SLOT, SLOTS).n_kept.tolist() == [2, 2, 2]
    centred = deviations(values, SLOT, periodic_moments(values, SLOT, SLOTS))
    assert estimate_covariance_harmonics(centred, SLOT, SLOTS, LAGS).n_kept.tolist() == [1, 1, 1]


def test_in_white_noise_nothing_is_kept_but_for_the_level():
    rng = np.random.default_rng(3)
    values = rng.standard_normal((400, SLOT.size))
    # Holm's level is 5 % at most; three standard errors of 400 replications are 3.3 %.
    assert (estimate_mean_harmonics(values, SLOT, SLOTS).n_kept > 0).mean() <= 0.083
    centred = deviations(values, SLOT, periodic_moments(values, SLOT, SLOTS))
    assert (estimate_covariance_harmonics(centred, SLOT, SLOTS, (1, 2, 3)).n_kept > 0).mean() <= 0.083


def test_where_the_clock_changes_the_filter_alone_has_no_covariance():
    values = series(4)
    slot = np.concatenate([SLOT[: SLOT.size // 2], SLOT[SLOT.size // 2 :] + 2]) % SLOTS
    centred = deviations(values, slot, periodic_moments(values, slot, SLOTS))
    found = estimate_covariance_harmonics(centred, slot, SLOTS, LAGS)
    assert np.isnan(found.harmonics["filter"]).all()
    for method in ("synphase", "component", "least_squares"):
        assert np.isfinite(found.harmonics[method]).all()


@pytest.mark.parametrize("cycles", [1, 2])
def test_too_few_cycles_are_estimated_but_not_tested(cycles):
    values = series(5, 0.0)[:, : cycles * SLOTS + 3]
    found = estimate_mean_harmonics(values, SLOT[: values.shape[1]], SLOTS)
    assert np.isnan(found.p_value).all()
    assert found.n_kept.tolist() == [0, 0, 0]
    assert np.isfinite(found.harmonics["synphase"]).all()
