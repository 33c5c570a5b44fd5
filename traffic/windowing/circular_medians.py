"""Medians over circular neighbourhoods of slots: what is usual at this time of day, give or take an hour.

One exact algorithm belongs here. What a median is compared with belongs to ``outlier_rules``.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

MAX_CELLS: Final = 4_000_000
"""Of the table of counts, and of what is looked at once: some tens of megabytes."""


def circular_medians(
    value: NDArray[np.float64], slot: NDArray[np.int32], n_slots: int, reach: int
) -> NDArray[np.float64]:
    """Median of all values whose slot is at most so far from each slot, on the circle of slots.

    Parameters
    ----------
    value : ndarray of shape (time,)
        NaN where missing.
    slot : ndarray of int of shape (time,)
        Slot of each value, 0 to ``n_slots - 1``.
    n_slots : int
        Number of slots.
    reach : int
        Slots on either side, 0 to (n_slots - 1) // 2.

    Returns
    -------
    ndarray of shape (slots,)
        NaN for a neighbourhood without values.

    Notes
    -----
    Neighbourhoods overlap, so selecting in each anew costs its size times their number. Here all values are
    sorted once and cut into runs of about sqrt(n); counts of each run by slot, summed over neighbourhoods,
    say which run holds a median, and only that run is looked at value by value.
    """
    is_seen = ~np.isnan(value)
    order = np.argsort(value[is_seen], kind="stable")
    ascending, at = value[is_seen][order], slot[is_seen][order]
    if ascending.size == 0:
        return np.full(n_slots, np.nan)
    run_length = max(math.isqrt(ascending.size), ascending.size * n_slots // MAX_CELLS) + 1
    n_upto = np.cumsum(_counts(at, n_slots, run_length, reach), axis=0)
    total = n_upto[-1]
    lower = _ranked(ascending, at, n_upto, (total - 1) // 2, reach, run_length)
    upper = _ranked(ascending, at, n_upto, total // 2, reach, run_length)
    return np.where(total > 0, (lower + upper) * 0.5, np.nan)


def _counts(at: NDArray[np.int32], n_slots: int, run_length: int, reach: int) -> NDArray[np.int64]:
    """Values of each run in each neighbourhood, shape (runs, slots)."""
    run = np.arange(at.size) // run_length
    n_runs = int(run[-1]) + 1
    by_slot = np.bincount(run * n_slots + at, minlength=n_runs * n_slots).reshape(n_runs, n_slots)
    around = np.concatenate([by_slot[:, n_slots - reach :], by_slot, by_slot[:, :reach]], axis=1)
    running = np.cumsum(np.pad(around, ((0, 0), (1, 0))), axis=1)
    return np.asarray(running[:, 2 * reach + 1 :] - running[:, :n_slots], dtype=np.int64)


def _ranked(
    ascending: NDArray[np.float64],
    at: NDArray[np.int32],
    n_upto: NDArray[np.int64],
    rank: NDArray[np.int64],
    reach: int,
    run_length: int,
) -> NDArray[np.float64]:
    """Value of a rank, counted from 0, in each neighbourhood; anything where the neighbourhood is empty."""
    n_runs, n_slots = n_upto.shape
    run = np.minimum((n_upto <= rank).sum(axis=0), n_runs - 1)
    slots = np.arange(n_slots)
    rank_in_run = rank - np.where(run > 0, n_upto[run - 1, slots], 0)
    found = np.empty(n_slots)
    slots_at_once = max(MAX_CELLS // run_length, 1)
    for first in range(0, n_slots, slots_at_once):
        here = slice(first, first + slots_at_once)
        member = run[here, None] * run_length + np.arange(run_length)
        is_value = member < at.size
        member = np.minimum(member, at.size - 1)
        distance = np.abs(at[member] - slots[here, None])
        is_near = is_value & (np.minimum(distance, n_slots - distance) <= reach)
        position = np.argmax(np.cumsum(is_near, axis=1) > rank_in_run[here, None], axis=1)
        found[here] = ascending[member[np.arange(position.size), position]]
    return found
