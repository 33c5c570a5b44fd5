"""The tests of a night: what each is made of, and what its sentence says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import lfilter

from traffic.models.periodic import periodicity_tests as module
from traffic.models.periodic.coarser_slots import coarser
from traffic.models.periodic.covariance import periodic_covariance
from traffic.models.periodic.harmonic_estimates import estimate_mean_harmonics
from traffic.models.periodic.moment_tests import mean_by_slot_test, variance_by_slot_test
from traffic.models.periodic.moments import deviations, periodic_moments
from traffic.models.periodic.periodicity_tests import (
    coherence_periodicity_test,
    correlation_periodicity_tests,
    harmonic_periodicity_test,
    judged,
    moment_periodicity_tests,
)

SLOTS = 96
SLOT = np.arange(28 * SLOTS) % SLOTS


def records() -> np.ndarray:
    """A daily course with a daily spread, and white noise."""
    rng = np.random.default_rng(8)
    angle = 2 * np.pi * SLOT / SLOTS
    noise = rng.standard_normal((2, SLOT.size))
    return np.stack([3 + np.sin(angle) + (1 + 0.6 * np.cos(angle)) * noise[0], 3 + noise[1]])


def test_mean_and_variance_are_tested_on_the_record_and_resampled_by_the_hour():
    values = records()
    moments = periodic_moments(values, SLOT, SLOTS)
    found = {test.test: test for test in moment_periodicity_tests(values, SLOT, SLOTS, moments)}
    np.testing.assert_array_equal(found["mean_by_slot"].p_value, mean_by_slot_test(moments).p_value)
    np.testing.assert_array_equal(found["variance_by_slot"].p_value, variance_by_slot_test(moments).p_value)
    for name in ("mean_by_slot_bootstrap", "variance_by_slot_bootstrap"):
        periodic, white = found[name].p_value
        assert periodic == pytest.approx(1 / 200)  # no resampled record is as far from the null
        assert white > 0.05
        assert found[name].verdicts[0] != found[name].verdicts[1]
    again = moment_periodicity_tests(values[:1], SLOT, SLOTS, periodic_moments(values[:1], SLOT, SLOTS))
    assert again[1].p_value[0] == found["mean_by_slot_bootstrap"].p_value[0]


def test_the_harmonics_p_value_is_holms():
    estimates = estimate_mean_harmonics(records(), SLOT, SLOTS)
    found = harmonic_periodicity_test(estimates)
    smallest = estimates.p_value[:, 0, 1:].min(axis=1)
    np.testing.assert_allclose(found.p_value, np.minimum(12 * smallest, 1))
    assert found.statistic.tolist() == estimates.n_kept.tolist()
    np.testing.assert_array_equal(found.p_value < 0.05, [True, False])


def test_correlation_is_that_of_successive_values():
    values = records()
    centred = deviations(values, SLOT, periodic_moments(values, SLOT, SLOTS))
    centred[1, 1:] = 0.6 * centred[1, :-1] + 0.8 * centred[1, 1:]
    zero, equal = correlation_periodicity_tests(periodic_covariance(centred, SLOT, SLOTS, (0, 4, 1)))
    assert zero.p_value[1] < 1e-6
    assert zero.verdicts[1].startswith("Successive values are correlated")
    assert zero.p_value[0] > 0.05
    assert equal.verdicts[0].startswith("The correlation of successive values is the same")


def hourly(days: int, phi: float, swelling: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """A daily and a weekly mean, and an AR(1) whose amplitude follows the day."""
    slot = np.arange(days * 24) % 24
    noise = lfilter([1.0], [1.0, -phi], np.random.default_rng(seed).standard_normal((200, days * 24)))
    course = np.sin(2 * np.pi * slot / 24)
    weekday = 1 - 0.5 * (np.arange(days * 24) // 24 % 7 > 4)
    return 10 * weekday * (2 + course) + (1 + swelling * course) * noise, slot


@pytest.mark.parametrize(("days", "phi"), [(56, 0.5), (56, 0.98), (12, 0.5)])
def test_coherence_is_blind_to_means_and_sees_a_swelling_amplitude(days, phi):
    if days < 28:
        values = hourly(days, phi, 0.0, 21)[0]
        values -= values.mean(axis=0)  # short of four weeks the weekly mean cannot be told from the rest
    else:
        values = hourly(days, phi, 0.0, 21)[0]
    slot = np.arange(days * 24) % 24
    level = np.mean(coherence_periodicity_test(values, slot, 24).p_value < 0.05)
    assert level < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 200)
    if days >= 28:
        swelling, _ = hourly(days, phi, 0.6, 22)
        assert np.mean(coherence_periodicity_test(swelling, slot, 24).p_value < 0.05) > 0.95


def test_coherence_is_taken_between_changes_of_the_clock():
    values, slot = hourly(40, 0.5, 0.6, 23)
    changed = np.concatenate([slot[: 5 * 24], (slot[5 * 24 :] + 1) % 24])
    found = coherence_periodicity_test(values, changed, 24).p_value
    after = coherence_periodicity_test(values[:, 5 * 24 :], slot[5 * 24 :], 24).p_value
    np.testing.assert_array_equal(found, after)


def test_two_days_are_too_few_for_coherence():
    values, slot = hourly(2, 0.5, 0.6, 24)
    found = coherence_periodicity_test(values, slot, 24)
    assert np.isnan(found.p_value).all()
    assert found.verdicts[0].startswith("Not tested")


@pytest.mark.parametrize("test", module._SENTENCES)
def test_every_test_has_a_sentence_for_each_outcome(test):
    found = judged(test, np.array([9.0, 1.0, np.nan]), np.array([0.049, 0.051, np.nan]))
    assert len(set(found.verdicts)) == 3
    assert all(verdict.endswith(".") for verdict in found.verdicts)
    assert found.verdicts[2].startswith("Not tested")


@given(first=st.integers(0, SLOTS - 1), n=st.integers(1, 400), n_slots=st.sampled_from([96, 288, 60, 24, 7]))
def test_coarser_slots_are_means_of_whole_groups(first, n, n_slots):
    slot = (np.arange(n) + first) % n_slots
    rng = np.random.default_rng(n)
    values = np.where(rng.random((2, n)) < 0.3, np.nan, rng.standard_normal((2, n)))
    means, coarse_slot, coarse_slots = coarser(values, slot, n_slots)
    size = n_slots // coarse_slots
    assert coarse_slots <= 24 or size == 1
    assert coarse_slot.size == means.shape[1]
    for column in range(coarse_slot.size):
        start = next((t for t in range(n) if slot[t] % size == 0), 0) + column * size
        group = values[:, start : start + size]
        assert (slot[start : start + size] // size == coarse_slot[column]).all()
        for row in range(2):
            seen = group[row][~np.isnan(group[row])]
            expected = seen.mean() if seen.size else np.nan
            np.testing.assert_allclose(means[row, column], expected, atol=1e-12)
