"""The periodically correlated model: what each slot of the period is like, over all cycles.

Periodic moments and the part of the variance that they explain belong here, for many series at once.
Forecasts from them belong to ``periodic_forecast``; phases of single days, to ``traffic.diagnostics``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.stats import t as student_t


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
    _refuse_misfit(values, slot, n_slots)
    membership = _membership(slot, n_slots)
    is_observed = ~np.isnan(values)
    n = _sums(membership, is_observed.astype(np.float64))
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = _sums(membership, np.where(is_observed, values, 0.0)) / n
        # A second pass over the deviations: the difference of two squares loses every digit at a high level.
        deviations = np.where(is_observed, values - mean[:, slot], 0.0)
        std = np.sqrt(_sums(membership, deviations**2) / np.where(n > 1, n - 1, np.nan))
        half_width = student_t.ppf(0.975, n - 1) * std / np.sqrt(n - 1)
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


def _membership(slot: NDArray[np.int64], n_slots: int) -> csr_array:
    """Matrix of shape (slots, time) with a one where a time belongs to a slot."""
    return csr_array((np.ones(slot.size), (slot, np.arange(slot.size))), shape=(n_slots, slot.size))


def _sums(membership: csr_array, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum over the times of each slot; shape (series, slots)."""
    return np.asarray((membership @ values.T).T, dtype=np.float64)


def _refuse_misfit(values: NDArray[np.float64], slot: NDArray[np.int64], n_slots: int) -> None:
    if values.ndim != 2 or slot.shape != (values.shape[1],):
        raise ValueError(
            f"values must have shape (series, time) and slot (time,); got {values.shape} and {slot.shape}."
        )
    if slot.size and (slot.min() < 0 or slot.max() >= n_slots):
        raise ValueError(f"Slots must lie in 0 to {n_slots - 1}; got {slot.min()} to {slot.max()}.")
