"""Sums over the values that share a slot, for many series at once.

The one pass over all values that every estimator here rests on belongs here. What is summed, and what
the sums mean, belongs to the estimators.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array


def sum_by_slot(values: NDArray[np.float64], slot: NDArray[np.int64], n_slots: int) -> NDArray[np.float64]:
    """Sum each series over the times of each slot.

    Parameters
    ----------
    values : ndarray of shape (series, time)
        Without missing values: put zero in their place.
    slot : ndarray of int of shape (time,)
        Slot of each time, 0 to ``n_slots - 1``.
    n_slots : int
        Number of slots in the period.

    Returns
    -------
    ndarray of shape (series, slots)
        S(s) = sum of x(t) over the times t with slot s.
    """
    starts = starts_of_runs(slot, n_slots)
    # A clock change starts a run: few runs are folded into cycles, any other order goes through a matrix.
    if starts.size > max(8, slot.size // n_slots):
        membership = csr_array((np.ones(slot.size), (slot, np.arange(slot.size))), shape=(n_slots, slot.size))
        return np.asarray((membership @ values.T).T, dtype=np.float64)
    sums = np.zeros((values.shape[0], n_slots))
    ends = np.append(starts[1:], slot.size)[: starts.size]
    for start, end in zip(starts, ends, strict=True):
        _add_run(sums, values[:, start:end], int(slot[start]))
    return sums


def refuse_misfit(values: NDArray[np.float64], slot: NDArray[np.int64], n_slots: int) -> None:
    """Refuse arrays whose shapes do not belong together.

    Parameters
    ----------
    values : ndarray
        Should have shape (series, time).
    slot : ndarray of int
        Should have shape (time,) and lie in 0 to ``n_slots - 1``.
    n_slots : int
        Number of slots in the period.

    Raises
    ------
    ValueError
        If the shapes do not match or a slot is out of range.
    """
    if values.ndim != 2 or slot.shape != (values.shape[1],):
        raise ValueError(
            f"values must have shape (series, time) and slot (time,); got {values.shape} and {slot.shape}."
        )
    if slot.size and (slot.min() < 0 or slot.max() >= n_slots):
        raise ValueError(f"Slots must lie in 0 to {n_slots - 1}; got {slot.min()} to {slot.max()}.")


def starts_of_runs(slot: NDArray[np.int64], n_slots: int) -> NDArray[np.int64]:
    """Find where the slots stop following each other: at changes of the clock.

    Parameters
    ----------
    slot : ndarray of int of shape (time,)
        Slot of each time.
    n_slots : int
        Number of slots in the period.

    Returns
    -------
    ndarray of int of shape (runs,)
        Positions from which the slots advance one by one; the first is 0, and there is none of no times.
    """
    is_break = slot[1:] != (slot[:-1] + 1) % n_slots
    return np.concatenate([[0], np.flatnonzero(is_break) + 1]).astype(np.int64)[: slot.size]


def _add_run(sums: NDArray[np.float64], values: NDArray[np.float64], first_slot: int) -> None:
    """Add a run of successive slots to the sums: its first cycle, its whole cycles, its rest."""
    n_slots = sums.shape[1]
    head = values[:, : (-first_slot) % n_slots]
    sums[:, first_slot : first_slot + head.shape[1]] += head
    body = values[:, head.shape[1] :]
    n_cycles = body.shape[1] // n_slots
    whole = body[:, : n_cycles * n_slots]
    sums += whole.reshape(values.shape[0], n_cycles, n_slots).sum(axis=1)
    tail = body[:, n_cycles * n_slots :]
    sums[:, : tail.shape[1]] += tail
