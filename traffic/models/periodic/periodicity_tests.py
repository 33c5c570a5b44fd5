"""The tests of periodicity of a night: which are made, on what, and what each says in a sentence.

Nothing is tested here; the tests are the neighbours'. Each verdict says what the test assumes, as traffic
meets none of the assumptions in full.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from traffic.models.periodic.coarser_slots import coarser
from traffic.models.periodic.coherence_lines import coherence_test, diagonal_coherence
from traffic.models.periodic.correlation_tests import equal_correlation_test, zero_correlation_test
from traffic.models.periodic.covariance import PeriodicCovariance
from traffic.models.periodic.harmonic_estimates import HarmonicEstimates
from traffic.models.periodic.moment_bootstrap import mean_by_slot_bootstrap, variance_by_slot_bootstrap
from traffic.models.periodic.moment_tests import mean_by_slot_test, variance_by_slot_test
from traffic.models.periodic.moments import PeriodicMoments, deviations, periodic_moments
from traffic.models.periodic.slot_sums import starts_of_runs
from traffic.models.periodic.spectral_coherence import normal_scores

SIGNIFICANCE: Final = 0.05

SEED: Final = 2021

MEAN: Final = "mean_by_slot"
MEAN_BOOTSTRAP: Final = "mean_by_slot_bootstrap"
VARIANCE: Final = "variance_by_slot"
VARIANCE_BOOTSTRAP: Final = "variance_by_slot_bootstrap"
HARMONICS: Final = "mean_harmonics"
ZERO_CORRELATION: Final = "zero_correlation"
EQUAL_CORRELATION: Final = "equal_correlation"
COHERENCE: Final = "spectral_coherence"

WEEK: Final = 7
MIN_WEEKS: Final = 4
"""Fewer, and the frequencies between the multiples of the weekly one are too few for a window."""

COHERENCE_LINES: Final = 6
"""Harmonics of the covariance that are looked for."""

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
    COHERENCE: (
        "Frequencies a multiple of the daily one apart go together (Hurd and Gerr): beyond its mean, the "
        "series is periodically correlated.",
        "No coherence between frequencies a multiple of the daily one apart is found: beyond its mean, the "
        "series may be stationary.",
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


def coherence_periodicity_test(
    values: NDArray[np.float64], slot: NDArray[np.int64], n_slots: int
) -> PeriodicityTest:
    """Test that the series is stationary but for its mean, by Hurd and Gerr's spectral coherence.

    Parameters
    ----------
    values : ndarray of shape (series, time)
        NaN where missing.
    slot : ndarray of int of shape (time,)
        Slot of each time.
    n_slots : int
        Number of slots in the period.

    Returns
    -------
    PeriodicityTest
        ``spectral_coherence``, over ``COHERENCE_LINES`` support lines of the period. NaN with fewer than
        three cycles or too many values missing.

    Notes
    -----
    Hurd and Gerr 1991. Of the normal scores of the differences of deviations, at ``COARSE_SLOTS`` slots a
    period at most, in the longest stretch without a change of the clock. From ``MIN_WEEKS`` weeks on,
    deviations are those from the mean of the slot of the week, and its frequencies are left out. In
    simulations of eight weeks of an AR(1) with a daily and a weekly mean, the level of 5 % was 4 to 6 % at
    coefficients of 0 to 0.995.
    """
    coarse, coarse_slot, coarse_slots = coarser(values, slot, n_slots)
    stretch = _longest_stretch(coarse_slot, coarse_slots)
    x = coarse[:, stretch]
    is_weekly = x.shape[1] >= MIN_WEEKS * WEEK * coarse_slots
    days = WEEK if is_weekly else 1
    n_lines = min(COHERENCE_LINES, (coarse_slots - 1) // 2)
    if x.shape[1] < 3 * coarse_slots or n_lines < 1:
        nothing = np.full(values.shape[0], np.nan)
        return judged(COHERENCE, nothing, nothing)
    cycle_slot = np.arange(x.shape[1]) % (days * coarse_slots)
    centred = deviations(x, cycle_slot, periodic_moments(x, cycle_slot, days * coarse_slots))
    scores = normal_scores(np.diff(centred, axis=1, prepend=np.nan))
    lines = range(days, days * n_lines + 1, days)
    found = coherence_test(diagonal_coherence(scores, days * coarse_slots, lines))
    return judged(COHERENCE, found.statistic, found.p_value)


def _longest_stretch(slot: NDArray[np.int64], n_slots: int) -> slice:
    """Longest run of times whose slots follow each other: between two changes of the clock."""
    edges = np.concatenate([[0], starts_of_runs(slot, n_slots)[1:], [slot.size]])
    longest = int(np.argmax(np.diff(edges)))
    return slice(int(edges[longest]), int(edges[longest + 1]))


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
