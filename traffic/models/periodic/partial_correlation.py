"""Periodic partial autocorrelation: what each further lag adds, slot by slot.

Estimates from the record belong here. Fitting an autoregression belongs to ``autoregression``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from traffic.models.periodic.lag_windows import (
    RELATIVE_ZERO,
    complete_products,
    lag_window,
    solved_symmetric,
)
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
        for lag in range(1, max_lag + 1):
            products, n_cycles = complete_products(window[:, :, : lag + 1])
            enough = n_cycles > lag
            partial[:, at_slot, lag - 1] = np.where(enough, _partial(products), np.nan)
    return partial


def _partial(products: NDArray[np.float64]) -> NDArray[np.float64]:
    """Partial correlation of the first and the last column given those between, shape (series,)."""
    ends = products[:, [0, -1]][:, :, [0, -1]]
    if products.shape[1] > 2:
        across = products[:, 1:-1][:, :, [0, -1]]
        left = ends - across.swapaxes(1, 2) @ solved_symmetric(products[:, 1:-1, 1:-1], across)
    else:
        left = ends
    first, last = left[:, 0, 0], left[:, 1, 1]
    is_left = (first > RELATIVE_ZERO * ends[:, 0, 0]) & (last > RELATIVE_ZERO * ends[:, 1, 1])
    with np.errstate(invalid="ignore", divide="ignore"):
        partial = left[:, 0, 1] / (np.sqrt(first) * np.sqrt(last))
    return np.where(is_left, np.clip(partial, -1.0, 1.0), np.nan)
