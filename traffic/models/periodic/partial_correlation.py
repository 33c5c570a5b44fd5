"""Periodic partial autocorrelation: what each further lag adds, slot by slot.

Estimates from the record belong here. Fitting an autoregression belongs to ``autoregression``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from traffic.models.periodic.lag_windows import RELATIVE_ZERO, complete_products, lag_window
from traffic.models.periodic.slot_sums import refuse_misfit


def periodic_partial_correlation(
    centred: NDArray[np.float64], slot: NDArray[np.int64], n_slots: int, max_lag: int
) -> NDArray[np.float64]:
    """Estimate the periodic partial autocorrelation.

    pi(t, n) is the correlation of x(t) and x(t - n) once each has been regressed on what lies between them,
    x(t - 1) to x(t - n + 1). For a PAR(p) it is zero beyond n = p; under the null that it is zero, its
    standard error is about 1 / sqrt(N) with N cycles.

    Parameters
    ----------
    centred : ndarray of shape (series, time)
        Deviations from the periodic mean, NaN where missing.
    slot : ndarray of int of shape (time,)
        Slot of each time; a partial correlation belongs to the slot of its *later* value.
    n_slots : int
        Number of slots in the period.
    max_lag : int
        Longest lag n in steps, 1 or more.

    Returns
    -------
    ndarray of shape (series, slots, max_lag)
        Column n - 1 is lag n. NaN where fewer than n + 1 cycles have all values from t - n to t, or nothing
        is left to correlate.

    Raises
    ------
    ValueError
        If the shapes do not match, a slot is out of range or ``max_lag`` is less than 1.

    Notes
    -----
    Hurd and Miamee 2007; Sakai 1982. Each lag uses every cycle that has all its values, without
    a constant, as the values are centred already. perARMA's ``perpacf`` is the same, its column 0 being
    pi(t, 1) and its column n >= 1 pi(t + 1, n + 1).
    """
    refuse_misfit(centred, slot, n_slots)
    if max_lag < 1:
        raise ValueError(f"A partial correlation has lag 1 or more; got {max_lag}.")
    partial = np.full((centred.shape[0], n_slots, max_lag), np.nan)
    for at_slot in range(n_slots):
        window = lag_window(centred, slot, at_slot, max_lag)
        for first, last in _lags_of_the_same_cycles(window):
            products, n_cycles = complete_products(window[:, :, : last + 1])
            enough = n_cycles[:, None] > np.arange(first, last + 1)
            partial[:, at_slot, first - 1 : last] = np.where(enough, _partials(products, first), np.nan)
    return partial


def _lags_of_the_same_cycles(window: NDArray[np.float64]) -> list[tuple[int, int]]:
    """First and last lag of each stretch of lags that the same cycles hold, for every series."""
    is_complete = np.logical_and.accumulate(~np.isnan(window), axis=2)
    n_complete = is_complete.sum(axis=1)
    is_other = (n_complete[:, 2:] != n_complete[:, 1:-1]).any(axis=0)
    starts = [1, *(int(lag) for lag in np.flatnonzero(is_other) + 2)]
    return list(zip(starts, [*(start - 1 for start in starts[1:]), window.shape[2] - 1], strict=True))


def _partials(products: NDArray[np.float64], first_lag: int) -> NDArray[np.float64]:
    """Partial correlations of column 0 with ``first_lag`` to the last column, shape (series, lags).

    Elimination takes out one lag after the other; what is left of columns 0 and n once 1 to n - 1 are out is
    what their regressions on these leave.
    """
    left = products.copy()
    floor = RELATIVE_ZERO * np.einsum("...ii->...i", products)
    partials = np.full((products.shape[0], products.shape[1] - first_lag), np.nan)
    for lag in range(1, products.shape[1]):
        here, there = left[:, 0, 0], left[:, lag, lag]
        is_left = there > floor[:, lag]
        with np.errstate(invalid="ignore", divide="ignore"):
            if lag >= first_lag:
                partial = np.clip(left[:, 0, lag] / (np.sqrt(here) * np.sqrt(there)), -1.0, 1.0)
                partials[:, lag - first_lag] = np.where(is_left & (here > floor[:, 0]), partial, np.nan)
            # A lag that the ones before it explain takes nothing more out.
            factor = np.where(is_left[:, None], left[:, :, lag] / there[:, None], 0.0)
        left -= factor[:, :, None] * left[:, None, lag, :]
    return partials
