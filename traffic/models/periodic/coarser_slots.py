"""Fewer and longer slots, for what is dear by the slot or needs no fine ones.

Averaging over neighbouring slots belongs here; the regular grid itself is made in ``traffic.windowing``.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

COARSE_SLOTS: Final = 24
"""The bootstraps take at most this many slots a period, means of those of the record: resampling
five-minute values two hundred times would cost more than all else together, and an hourly course shows."""


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
