import numpy as np
import pytest

from traffic.models.periodic.components import covariance_harmonics
from traffic.models.periodic.harmonics import course_of
from traffic.models.periodic.narrowband import narrowband_components, narrowband_covariance_harmonics

SLOTS = 6


@pytest.mark.parametrize("n", [30, 36, 41])
def test_the_components_add_up_to_the_series(n):
    slot = (2 + np.arange(n)) % SLOTS
    values = np.random.default_rng(101).standard_normal((3, n))
    every = range(-2, 4)
    components = narrowband_components(values, slot, SLOTS, every)
    carriers = np.exp(2j * np.pi * np.outer(every, slot) / SLOTS)
    np.testing.assert_allclose((components * carriers).sum(axis=1), values, atol=1e-13)
    np.testing.assert_allclose(components[:, 1], np.conj(components[:, 3]), atol=1e-13)


def test_a_pure_course_has_constant_components_and_a_swelling_one_has_its_swell():
    slot = np.arange(40 * SLOTS) % SLOTS
    harmonics = np.array([3.0, 1.0 - 1.0j, 0.5])
    course = course_of(harmonics, SLOTS)[slot]
    swell = 1 + 0.3 * np.cos(2 * np.pi * np.arange(slot.size) / (8 * SLOTS))
    components = narrowband_components(np.stack([course, course * swell]), slot, SLOTS, [0, 1, 2])
    np.testing.assert_allclose(components[0], np.repeat(harmonics[:, None], slot.size, axis=1), atol=1e-12)
    np.testing.assert_allclose(components[1], harmonics[:, None] * swell, atol=1e-12)


@pytest.mark.parametrize("start", [0, 4])
def test_the_covariance_is_that_of_the_definition_over_all_pairs_of_components(start):
    n, lags, n_periods = 33, [0, 1, 7], 7
    slot = (start + np.arange(n)) % SLOTS
    values = np.random.default_rng(102).standard_normal((2, n))
    ours = narrowband_covariance_harmonics(values, slot, SLOTS, lags, 3)
    padded = np.zeros((2, n_periods * SLOTS))
    padded[:, :n] = values
    padded_slot = (start + np.arange(padded.shape[1])) % SLOTS
    xi = narrowband_components(padded, padded_slot, SLOTS, range(SLOTS))
    for column, u in enumerate(lags):
        for k in range(4):
            of_k = np.zeros(2, complex)
            for band in range(SLOTS):
                later = np.roll(xi[:, band], -u, axis=1)
                correlation = (np.conj(xi[:, (band - k) % SLOTS]) * later).sum(axis=1) / (n - u)
                of_k += correlation * np.exp(2j * np.pi * band * u / SLOTS)
            np.testing.assert_allclose(ours[:, column, k], of_k, atol=1e-13)


def test_on_whole_periods_of_products_it_is_the_component_method():
    slot = np.arange(8 * SLOTS) % SLOTS
    centred = np.random.default_rng(103).standard_normal((40, slot.size))
    centred[3, 5:9] = np.nan
    lags = [0, SLOTS, 2 * SLOTS]
    ours = covariance_harmonics(centred, slot, SLOTS, lags, 3, "filter")
    component = covariance_harmonics(centred, slot, SLOTS, lags, 3, "component")
    np.testing.assert_allclose(ours, component, atol=1e-13)


def test_slots_that_jump_and_missing_values_are_refused():
    with pytest.raises(ValueError, match="Slot 1 is followed by 3 at position 2"):
        narrowband_covariance_harmonics(np.ones((1, 4)), np.array([0, 1, 3, 4]), SLOTS, [0], 1)
    with pytest.raises(ValueError, match="fill"):
        narrowband_components(np.array([[1.0, np.nan]]), np.array([0, 1]), SLOTS, [0])
