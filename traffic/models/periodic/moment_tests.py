"""Tests of whether mean and variance depend on the slot at all.

Tests of many series at once that need only their periodic moments belong here. Tests of single harmonics
belong to ``harmonic_tests``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2
from scipy.stats import f as fisher_f

from traffic.models.periodic.moments import RELATIVE_ZERO, PeriodicMoments, has_spread


@dataclass(frozen=True, eq=False)
class SlotTest:
    """Result of a test on every series.

    Parameters
    ----------
    statistic, p_value : ndarray of shape (series,)
        NaN where the test could not be made.
    """

    statistic: NDArray[np.float64]
    p_value: NDArray[np.float64]


def mean_by_slot_test(moments: PeriodicMoments) -> SlotTest:
    """Test that the mean does not depend on the slot, by one-way analysis of variance.

    Parameters
    ----------
    moments : PeriodicMoments
        Of the series. Slots never observed take no part.

    Returns
    -------
    SlotTest
        F = (sum_s n_s (m_s - m)^2 / (S - 1)) / (sum_s (n_s - 1) std_s^2 / (n - S)), which under the null has
        Fisher's law of S - 1 and n - S degrees of freedom. NaN with fewer than two slots, without a slot
        seen twice, or without any variation.

    Notes
    -----
    Fisher 1925; for periodically correlated sequences Hurd and Miamee 2007. It takes the values for
    independent, normal and of one variance: on dependent traffic it rejects too often, and says that the
    mean *may* be periodic.
    """
    n = moments.n_cycles.astype(np.float64)
    mean = np.where(n > 0, moments.mean, 0.0)
    total = n.sum(axis=1)
    n_slots = (n > 0).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        grand_mean = (n * mean).sum(axis=1) / total
        between = (n * (mean - grand_mean[:, None]) ** 2).sum(axis=1)
        within = (np.maximum(n - 1.0, 0.0) * np.nan_to_num(moments.std) ** 2).sum(axis=1)
        statistic = (between / (n_slots - 1)) / (within / (total - n_slots))
        is_testable = (n_slots > 1) & (total > n_slots) & _has_size(between + within, mean, n)
    statistic = np.where(is_testable, statistic, np.nan)
    return SlotTest(statistic, np.asarray(fisher_f.sf(statistic, n_slots - 1, total - n_slots)))


def variance_by_slot_test(moments: PeriodicMoments) -> SlotTest:
    """Test that the variance does not depend on the slot, by Bartlett's test.

    Parameters
    ----------
    moments : PeriodicMoments
        Of the series. Slots observed less than twice take no part.

    Returns
    -------
    SlotTest
        B = ((n - S) ln v - sum_s (n_s - 1) ln v_s) / (1 + (sum_s 1/(n_s - 1) - 1/(n - S)) / (3 (S - 1))), v_s
        the variance of slot s and v the pooled one, chi-square with S - 1 degrees of freedom under the null.
        Infinite (p-value 0) where a slot does not vary and another does; NaN with fewer than two slots or
        without any variation.

    Notes
    -----
    Bartlett 1937; for periodically correlated sequences Hurd and Miamee 2007. It is as sensitive to
    heavy tails as to unequal variances, and takes the values for independent.
    """
    takes_part = moments.n_cycles > 1
    freedom = np.where(takes_part, moments.n_cycles - 1.0, 0.0)
    variance = np.where(has_spread(moments), moments.std, 0.0) ** 2
    n_slots = takes_part.sum(axis=1)
    total = freedom.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        pooled = (freedom * variance).sum(axis=1) / total
        logarithms = np.where(takes_part, np.log(variance / pooled[:, None]), 0.0)
        reciprocals = np.where(takes_part, 1.0 / freedom, 0.0).sum(axis=1)
        correction = 1.0 + (reciprocals - 1.0 / total) / (3.0 * (n_slots - 1))
        statistic = -(freedom * logarithms).sum(axis=1) / correction
        mean = np.where(takes_part, moments.mean, 0.0)
        is_testable = (n_slots > 1) & _has_size(pooled * total, mean, freedom)
    # Equal variances leave a statistic of rounding size on either side of zero.
    statistic = np.where(is_testable, np.maximum(statistic, 0.0), np.nan)
    return SlotTest(statistic, np.asarray(chi2.sf(statistic, n_slots - 1)))


def _has_size(
    squares: NDArray[np.float64], mean: NDArray[np.float64], weight: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Whether a sum of squares is more than the rounding of its values."""
    return np.asarray(squares > RELATIVE_ZERO**2 * (weight * mean**2).sum(axis=1), dtype=np.bool_)
