"""The tests of periodicity of a night: which are made, on what, and what each says in a sentence.

Nothing is tested here; the tests are the neighbours'. Each verdict says what the test assumes, as traffic
meets none of the assumptions in full.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from traffic.models.periodic.correlation_tests import equal_correlation_test, zero_correlation_test
from traffic.models.periodic.covariance import PeriodicCovariance
from traffic.models.periodic.harmonic_estimates import HarmonicEstimates
from traffic.models.periodic.moment_bootstrap import mean_by_slot_bootstrap, variance_by_slot_bootstrap
from traffic.models.periodic.moment_tests import mean_by_slot_test, variance_by_slot_test
from traffic.models.periodic.moments import PeriodicMoments

SIGNIFICANCE: Final = 0.05

COARSE_SLOTS: Final = 24
"""The bootstraps take at most this many slots a period, means of those of the record: resampling
five-minute values two hundred times would cost more than all else together, and an hourly course shows."""

SEED: Final = 2021

MEAN: Final = "mean_by_slot"
MEAN_BOOTSTRAP: Final = "mean_by_slot_bootstrap"
VARIANCE: Final = "variance_by_slot"
VARIANCE_BOOTSTRAP: Final = "variance_by_slot_bootstrap"
HARMONICS: Final = "mean_harmonics"
ZERO_CORRELATION: Final = "zero_correlation"
EQUAL_CORRELATION: Final = "equal_correlation"

_SENTENCES: Final = {
    MEAN: (
        "The mean depends on the slot (analysis of variance; it takes values for independent and normal).",
        "No dependence of the mean on the slot is found (analysis of variance).",
    ),
    MEAN_BOOTSTRAP: (
        "The mean depends on the time of day, by a test that allows for dependence and any law.",
        "No dependence of the mean on the time of day is found beyond what dependent values show by chance.",
    ),
    VARIANCE: (
        "The variance depends on the slot (Bartlett; it takes values for independent and normal).",
        "No dependence of the variance on the slot is found (Bartlett).",
    ),
    VARIANCE_BOOTSTRAP: (
        "The variance depends on the time of day, by a test that allows for dependence and any law.",
        "No dependence of the variance on the time of day is found beyond what heavy tails show by chance.",
    ),
    HARMONICS: (
        "The mean has a daily harmonic above the frequencies next to it (smallest p-value, by Holm).",
        "No daily harmonic of the mean stands out from the frequencies next to it.",
    ),
    ZERO_CORRELATION: (
        "Successive values are correlated once the periodic mean is removed: the day's deviations last.",
        "No correlation of successive values is found once the periodic mean is removed.",
    ),
    EQUAL_CORRELATION: (
        "The correlation of successive values depends on the slot: more than the amplitude is periodic.",
        "The correlation of successive values is the same in all slots, as far as this record can tell.",
    ),
}


@dataclass(frozen=True, eq=False)
class PeriodicityTest:
    """One test of every series.

    Parameters
    ----------
    test : str
        Its name.
    statistic, p_value : ndarray of shape (series,)
        NaN where the test could not be made.
    verdicts : tuple of str
        What it means, a sentence for each series.
    """

    test: str
    statistic: NDArray[np.float64]
    p_value: NDArray[np.float64]
    verdicts: tuple[str, ...]


def moment_periodicity_tests(
    values: NDArray[np.float64], slot: NDArray[np.int64], n_slots: int, moments: PeriodicMoments
) -> list[PeriodicityTest]:
    """Test that mean and variance depend on the slot, by the classic tests and by resampling.

    Parameters
    ----------
    values : ndarray of shape (series, time)
        NaN where missing.
    slot : ndarray of int of shape (time,)
        Slot of each time.
    n_slots : int
        Number of slots in the period.
    moments : PeriodicMoments
        Of these values.

    Returns
    -------
    list of PeriodicityTest
        ``mean_by_slot``, ``mean_by_slot_bootstrap``, ``variance_by_slot``, ``variance_by_slot_bootstrap``.
        The two of the bootstrap on means of at most ``COARSE_SLOTS`` slots a period, by blocks of a period,
        or a tenth of a short record, with a fixed seed.
    """
    coarse, coarse_slot, coarse_slots = coarser(values, slot, n_slots)
    block = max(min(coarse_slots, coarse_slot.size // 10), 1)
    mean, variance = mean_by_slot_test(moments), variance_by_slot_test(moments)
    mean_resampled, variance_resampled = (
        bootstrap(
            coarse,
            coarse_slot,
            coarse_slots,
            block,
            np.random.default_rng(SEED),
        )
        for bootstrap in (mean_by_slot_bootstrap, variance_by_slot_bootstrap)
    )
    found = {
        MEAN: mean,
        MEAN_BOOTSTRAP: mean_resampled,
        VARIANCE: variance,
        VARIANCE_BOOTSTRAP: variance_resampled,
    }
    return [judged(test, result.statistic, result.p_value) for test, result in found.items()]


def correlation_periodicity_tests(estimate: PeriodicCovariance) -> list[PeriodicityTest]:
    """Test that successive deviations are correlated, and whether alike in all slots.

    Parameters
    ----------
    estimate : PeriodicCovariance
        With lag 1 among its lags.

    Returns
    -------
    list of PeriodicityTest
        ``zero_correlation`` and ``equal_correlation``, at lag 1.
    """
    column = estimate.lags.index(1)
    tests = {ZERO_CORRELATION: zero_correlation_test, EQUAL_CORRELATION: equal_correlation_test}
    found = {name: test(estimate) for name, test in tests.items()}
    return [
        judged(name, result.statistic[:, column], result.p_value[:, column]) for name, result in found.items()
    ]


def harmonic_periodicity_test(estimates: HarmonicEstimates) -> PeriodicityTest:
    """Judge whether the mean has any harmonic at all.

    Parameters
    ----------
    estimates : HarmonicEstimates
        Of the mean.

    Returns
    -------
    PeriodicityTest
        ``mean_harmonics``: the number of harmonics up to the highest kept, and the smallest p-value times
        the number of harmonics tested (Holm's, at most 1).
    """
    tested = estimates.p_value[:, 0, 1:]
    is_tested = ~np.isnan(tested)
    smallest = np.where(is_tested, tested, 1.0).min(axis=1) * is_tested.sum(axis=1)
    p_value = np.where(is_tested.any(axis=1), np.minimum(smallest, 1.0), np.nan)
    return judged(HARMONICS, np.where(np.isnan(p_value), np.nan, estimates.n_kept), p_value)


def judged(test: str, statistic: NDArray[np.float64], p_value: NDArray[np.float64]) -> PeriodicityTest:
    """Put a sentence to each p-value.

    Parameters
    ----------
    test : str
        Name of the test.
    statistic, p_value : ndarray of shape (series,)
        Its result.

    Returns
    -------
    PeriodicityTest
        With the test's sentence for a rejection at 5 %, for none, or that it could not be made.
    """
    rejects, keeps = _SENTENCES[test]
    not_made = "Not tested: too few cycles are observed, or the values do not vary."
    verdicts = tuple(
        not_made if np.isnan(p) else (rejects if p < SIGNIFICANCE else keeps) for p in p_value.tolist()
    )
    return PeriodicityTest(test, statistic.astype(np.float64), p_value, verdicts)


def coarser(
    values: NDArray[np.float64], slot: NDArray[np.int64], n_slots: int, at_most: int = COARSE_SLOTS
) -> tuple[NDArray[np.float64], NDArray[np.int64], int]:
    """Average neighbouring slots.

    Parameters
    ----------
    values : ndarray of shape (series, time)
        NaN where missing.
    slot : ndarray of int of shape (time,)
        Slot of each time.
    n_slots : int
        Number of slots in the period.
    at_most : int
        Slots a period wanted at most.

    Returns
    -------
    values : ndarray of shape (series, coarse time)
        Means of what is observed of each group; NaN where nothing is. Values before the first whole group
        and after the last are left out.
    slot : ndarray of int of shape (coarse time,)
        Slot of each group.
    n_slots : int
        The number of slots over the smallest divisor that leaves no more than ``at_most``; as given where
        there is none but itself, or slots are few already.
    """
    divisors = (d for d in range(1, n_slots // 2 + 1) if n_slots % d == 0 and n_slots // d <= at_most)
    size = next(divisors, 1)
    if size == 1:
        return values, slot, n_slots
    first = int(np.argmax(slot % size == 0))
    n_groups = (slot.size - first) // size
    groups = values[:, first : first + n_groups * size].reshape(values.shape[0], n_groups, size)
    is_observed = ~np.isnan(groups)
    with np.errstate(invalid="ignore"):
        means = np.where(is_observed, groups, 0.0).sum(axis=2) / is_observed.sum(axis=2)
    return means, slot[first : first + n_groups * size : size] // size, n_slots // size
