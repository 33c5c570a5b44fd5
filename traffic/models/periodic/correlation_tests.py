"""Tests of whether periodic correlation is zero in every slot, and whether it is the same in all.

Tests at each lag that need only rho(t, u) and the pairs behind it belong here. The estimates belong to
``covariance``, tests of their harmonics to ``harmonic_tests``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2, norm

from traffic.models.periodic.covariance import PeriodicCovariance

LARGEST_CORRELATION: Final = 1.0 - 1e-10
"""Correlations closer to 1 differ by rounding alone, which Fisher's z would blow up."""

FEWEST_PAIRS: Final = 4
"""With three pairs or fewer Fisher's z has no variance."""


@dataclass(frozen=True, eq=False)
class CorrelationTest:
    """Result of a test of rho(t, u) at every lag.

    Parameters
    ----------
    statistic, p_value : ndarray of shape (series, lags)
        NaN where the test could not be made: at lag 0, and where fewer than two slots have a correlation of
        four pairs or more (one slot, for the tests against zero).
    """

    statistic: NDArray[np.float64]
    p_value: NDArray[np.float64]


def zero_correlation_test(estimate: PeriodicCovariance) -> CorrelationTest:
    """Test that rho(t, u) = 0 in all slots, against any course of it over the period.

    Parameters
    ----------
    estimate : PeriodicCovariance
        Of the series' deviations from their periodic mean.

    Returns
    -------
    CorrelationTest
        X = sum_t (N_t - 3) z_t^2, z_t = atanh rho(t, u) and N_t its pairs, chi-square with as many degrees of
        freedom as slots take part.

    Notes
    -----
    Fisher 1921. The null is a periodic white noise: normal values that are all independent, whatever their
    variance by slot. Where the series is correlated at other lags the slots' estimates depend on each other:
    X keeps its mean but scatters more, and the test rejects too often (7 % in place of 5 % at the lag of a
    period less one step of an AR(1) of 0.7). At lags of whole periods both values share an estimated mean:
    their correlation is -1 / (C - 1) on average over C cycles, which is taken off, and scatters less, so
    that few cycles make the test reject less (14 cycles: 1 %, 56: 3 %).
    """
    z, weight, n_slots = _fisher(estimate)
    statistic = np.where(n_slots > 0, (weight * z**2).sum(axis=1), np.nan)
    return CorrelationTest(statistic, np.asarray(chi2.sf(statistic, n_slots)))


def mean_correlation_test(estimate: PeriodicCovariance) -> CorrelationTest:
    """Test that rho(t, u) = 0 in all slots, against correlations that share a sign.

    Parameters
    ----------
    estimate : PeriodicCovariance
        Of the series' deviations from their periodic mean.

    Returns
    -------
    CorrelationTest
        Z = sum_t sqrt(N_t - 3) z_t / sqrt(S) over the S slots that take part, standard normal; the p-value is
        two-sided.

    Notes
    -----
    Hurd and Miamee 2007, as in perARMA's ``peracf`` (rho.zero.test). The null is that of
    ``zero_correlation_test``, of which this is the stronger one where all slots are correlated alike; it is
    blind to correlations that cancel over the period. Dependence at other lags tells on it more: of an AR(1)
    of 0.7 it rejects 25 % where 5 % are due.
    """
    z, weight, n_slots = _fisher(estimate)
    with np.errstate(invalid="ignore", divide="ignore"):
        statistic = (np.sqrt(weight) * z).sum(axis=1) / np.sqrt(n_slots)
    statistic = np.where(n_slots > 0, statistic, np.nan)
    return CorrelationTest(statistic, np.asarray(2.0 * norm.sf(np.abs(statistic))))


def equal_correlation_test(estimate: PeriodicCovariance) -> CorrelationTest:
    """Test that rho(t, u) does not depend on the slot t.

    Parameters
    ----------
    estimate : PeriodicCovariance
        Of the series' deviations from their periodic mean.

    Returns
    -------
    CorrelationTest
        X = sum_t (N_t - 3) (z_t - z)^2, z the mean of the z_t weighted by N_t - 3, chi-square with one degree
        of freedom less than slots take part.

    Notes
    -----
    Hurd and Miamee 2007, as in perARMA's ``peracf`` (rho.equal.test), which weights the mean equally: the
    same where all slots have as many pairs. A rejection says that the series is more than a stationary one
    whose amplitude varies with the slot, for such a one has rho(t, u) = rho(u).

    The null is one correlation for all slots, of normal values, estimated independently slot by slot and
    cycle by cycle. Neighbouring slots share values, so that a correlation that is not zero makes their
    estimates dependent (the z of adjacent slots of an AR(1) by phi^2 / 2 at lag 1), and where it lasts for
    most of the period they move together and differ less. Of an AR(1) with 24 slots and 56 cycles a level
    of 5 % is 4 % at phi = 0.5 and 0.7 and 2 % at 0.9; with 288 slots it is 5 % at 0.7 and 9 % at 0.9. Lags of
    whole periods are as in ``zero_correlation_test``.
    """
    z, weight, n_slots = _fisher(estimate)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = (weight * z).sum(axis=1) / weight.sum(axis=1)
        statistic = (weight * (z - mean[:, None]) ** 2).sum(axis=1)
    statistic = np.where(n_slots > 1, statistic, np.nan)
    return CorrelationTest(statistic, np.asarray(chi2.sf(statistic, n_slots - 1)))


def _fisher(
    estimate: PeriodicCovariance,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Fisher's z of each slot and lag, its weight N - 3 (0 out of the test), and how many slots take part."""
    lag = np.array(estimate.lags)
    takes_part = (estimate.n_pairs >= FEWEST_PAIRS) & ~np.isnan(estimate.correlation) & (lag > 0)
    rho = np.where(takes_part, estimate.correlation, 0.0)
    n_slots = rho.shape[1]
    shares_mean = takes_part & (lag % n_slots == 0)
    n_cycles = np.where(shares_mean, estimate.n_pairs + lag // n_slots, 2)
    z = np.arctanh(np.clip(rho, -LARGEST_CORRELATION, LARGEST_CORRELATION))
    z = z + np.where(shares_mean, 1.0 / (n_cycles - 1), 0.0)
    weight = np.where(takes_part, estimate.n_pairs - 3.0, 0.0)
    return z, weight, np.asarray(takes_part.sum(axis=1), dtype=np.int64)
