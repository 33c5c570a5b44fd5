"""What each slot of the period is like, over all cycles: periodic mean and standard deviation.

Moments, their intervals and the deviations from them belong here, for many series at once. Tests on them
belong to ``moment_tests``, forecasts to ``traffic.models.forecasting``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2
from scipy.stats import t as student_t

from traffic.models.periodic.slot_sums import refuse_misfit, sum_by_slot

RELATIVE_ZERO: Final = 1e-12
"""Standard deviation below this part of the mean's size is rounding, not variation."""


@dataclass(frozen=True, eq=False)
class PeriodicMoments:
    """Mean and standard deviation of every slot, for many series.

    Parameters
    ----------
    mean : ndarray of shape (series, slots)
        Periodic mean, in each series' own unit; NaN for a slot never observed.
    std : ndarray of shape (series, slots)
        Periodic standard deviation with divisor n - 1; NaN for a slot observed less than twice.
    lower_95, upper_95 : ndarray of shape (series, slots)
        95 % interval of the mean; NaN as ``std``.
    n_cycles : ndarray of int of shape (series, slots)
        Values observed in each slot.
    """

    mean: NDArray[np.float64]
    std: NDArray[np.float64]
    lower_95: NDArray[np.float64]
    upper_95: NDArray[np.float64]
    n_cycles: NDArray[np.int64]


def periodic_moments(values: NDArray[np.float64], slot: NDArray[np.int64], n_slots: int) -> PeriodicMoments:
    """Estimate the periodic mean and standard deviation by the in-phase (synphase) method.

    m(s) is the mean of the values observed in slot s, one from each cycle. Clocks change: a slot may have
    two values in one cycle, or none; ``slot`` says which value belongs where.

    Parameters
    ----------
    values : ndarray of shape (series, time)
        One row a series, all on the same grid, NaN where missing.
    slot : ndarray of int of shape (time,)
        Slot of each time, 0 to ``n_slots - 1``.
    n_slots : int
        Number of slots in the period.

    Returns
    -------
    PeriodicMoments
        Each field of shape (series, slots).

    Raises
    ------
    ValueError
        If the shapes do not match or a slot is out of range.

    Notes
    -----
    Khvostivskyi et al. 2021, in-phase method, first moment. The interval is that of perARMA's ``permest``:
    mean -+ t(0.975, n - 1) std / sqrt(n - 1). The textbook divides by sqrt(n), as ``std`` already has
    the divisor n - 1; this one is wider by sqrt(n / (n - 1)) and so errs on the safe side. Both take the
    cycles for independent.
    """
    refuse_misfit(values, slot, n_slots)
    is_observed = ~np.isnan(values)
    n = sum_by_slot(is_observed.astype(np.float64), slot, n_slots)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = sum_by_slot(np.where(is_observed, values, 0.0), slot, n_slots) / n
        # A second pass over the deviations: the difference of two squares loses every digit at a high level.
        deviations = np.where(is_observed, values - mean[:, slot], 0.0)
        std = np.sqrt(sum_by_slot(deviations**2, slot, n_slots) / np.where(n > 1, n - 1, np.nan))
        quantile = _by_count(lambda count: np.asarray(student_t.ppf(0.975, count - 1)), n)
        half_width = quantile * std / np.sqrt(n - 1)
    return PeriodicMoments(mean, std, mean - half_width, mean + half_width, n.astype(np.int64))


def explained_share(
    values: NDArray[np.float64], slot: NDArray[np.int64], moments: PeriodicMoments
) -> NDArray[np.float64]:
    """Part of each series' variance that its periodic mean explains.

    Parameters
    ----------
    values : ndarray of shape (series, time)
        The values that ``moments`` were estimated from.
    slot : ndarray of int of shape (time,)
        Slot of each time.
    moments : PeriodicMoments
        Their moments.

    Returns
    -------
    ndarray of shape (series,)
        One less the ratio of the sum of squares about the periodic mean to that about the grand mean
        (eta squared of the one-way ANOVA by slot), 0 to 1. It is (slots - 1) / (n - 1) on average for
        white noise. NaN for a series without variance.
    """
    is_observed = ~np.isnan(values)
    n = is_observed.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        grand_mean = np.where(is_observed, values, 0.0).sum(axis=1) / n
        within = np.where(is_observed, values - moments.mean[:, slot], 0.0)
        total = np.where(is_observed, values - grand_mean[:, None], 0.0)
        share = 1.0 - (within**2).sum(axis=1) / (total**2).sum(axis=1)
    return np.clip(np.where(np.isfinite(share), share, np.nan), 0.0, 1.0)


def std_interval(
    moments: PeriodicMoments, level: float = 0.95
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Confidence interval of the periodic standard deviation.

    Parameters
    ----------
    moments : PeriodicMoments
        Of the series.
    level : float
        Confidence of the interval, 0.95 unless told.

    Returns
    -------
    lower, upper : ndarray of shape (series, slots)
        In the series' unit; NaN for a slot observed less than twice.

    Raises
    ------
    ValueError
        If the level is not between 0 and 1.

    Notes
    -----
    With n independent normal values of one slot, (n - 1) s^2 / sigma^2 has the chi-square law of n - 1
    degrees of freedom, so sigma lies between s sqrt((n - 1) / chi2(1 - a/2)) and s sqrt((n - 1) / chi2(a/2)),
    a = 1 - level. As in perARMA's ``persigest``. Hurd and Miamee 2007. It is exact for the normal law
    alone: heavy tails make it too short whatever the length of the record.
    """
    if not 0.0 < level < 1.0:
        raise ValueError(f"The level of an interval lies between 0 and 1; got {level}.")
    outside = (1.0 - level) / 2.0
    n = np.where(moments.n_cycles > 1, moments.n_cycles.astype(np.float64), np.nan)
    lower = moments.std * _by_count(lambda count: np.sqrt((count - 1) / chi2.isf(outside, count - 1)), n)
    upper = moments.std * _by_count(lambda count: np.sqrt((count - 1) / chi2.ppf(outside, count - 1)), n)
    return lower, upper


def has_spread(moments: PeriodicMoments) -> NDArray[np.bool_]:
    """Which slots vary from cycle to cycle.

    Parameters
    ----------
    moments : PeriodicMoments
        Of the series.

    Returns
    -------
    ndarray of bool of shape (series, slots)
        False where observed less than twice, or where the standard deviation is of rounding size: equal
        values leave one that nothing can be divided by.
    """
    rounding = RELATIVE_ZERO * np.abs(np.nan_to_num(moments.mean))
    return (moments.n_cycles >= 2) & (np.nan_to_num(moments.std) > rounding)


def deviations(
    values: NDArray[np.float64], slot: NDArray[np.int64], moments: PeriodicMoments
) -> NDArray[np.float64]:
    """Deviations of a series from its periodic mean.

    Parameters
    ----------
    values : ndarray of shape (series, time)
        NaN where missing.
    slot : ndarray of int of shape (time,)
        Slot of each time.
    moments : PeriodicMoments
        Of the series.

    Returns
    -------
    ndarray of shape (series, time)
        x(t) - m(s(t)), the centred process of Khvostivskyi et al. 2021, eq. 3; exactly zero in a slot that
        does not vary; NaN where missing.
    """
    centred = values - moments.mean[:, slot]
    centred[~has_spread(moments)[:, slot] & ~np.isnan(centred)] = 0.0
    return np.asarray(centred, dtype=np.float64)


def filled_with_mean(
    values: NDArray[np.float64], slot: NDArray[np.int64], moments: PeriodicMoments
) -> NDArray[np.float64]:
    """Put the periodic mean in the place of missing values.

    Parameters
    ----------
    values : ndarray of shape (series, time)
        NaN where missing.
    slot : ndarray of int of shape (time,)
        Slot of each time.
    moments : PeriodicMoments
        Of the series.

    Returns
    -------
    ndarray of shape (series, time)
        Missing only where the slot was never observed.

    Notes
    -----
    For methods that need every value (transforms, filters), and for comparison with perARMA, which does it
    ahead of its covariances. It keeps the periodic mean, and pulls variances and covariances towards zero by
    the share of what is filled; the estimators of this package leave missing pairs out instead.
    """
    return np.where(np.isnan(values), moments.mean[:, slot], values)


def _by_count(
    function: Callable[[NDArray[np.float64]], NDArray[np.float64]], n: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Evaluate a function of the number of values once for each number there is: quantiles are slow."""
    counts, which = np.unique(n, return_inverse=True)
    return np.asarray(function(counts)[which].reshape(n.shape), dtype=np.float64)
