"""Windows of a night, and the highest value within each.

Which slots make up an hour and a night belongs here; probabilities do not.
"""

from __future__ import annotations

from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

AnyScalar = TypeVar("AnyScalar", bound=np.generic)

SLOT: Final = "slot"
HOUR: Final = "hour"
NIGHT: Final = "night"
WINDOWS: Final = (SLOT, HOUR, NIGHT)
HOURS_A_DAY: Final = 24
_LEAST_SHARE: Final = 0.8
"""Part of a window that must have been measured, if its highest value is to stand for it."""


def slots_an_hour(n_slots: int) -> int | None:
    """Return the slots of an hour, or None where hours are not made of whole slots.

    Parameters
    ----------
    n_slots : int
        Slots of a day.
    """
    whole, rest = divmod(n_slots, HOURS_A_DAY)
    return whole if rest == 0 and whole > 0 else None


def highest(values: NDArray[np.float64], *, is_whole: bool = False) -> NDArray[np.float64]:
    """Return the highest value of each window that is longer than a slot.

    Parameters
    ----------
    values : ndarray of shape (..., slots)
        NaN where missing.
    is_whole : bool
        Whether nothing is missing, which saves the looking.

    Returns
    -------
    ndarray of shape (..., windows)
        The hours, if they have more than one slot, and last the night; NaN where less than four fifths of
        the window are known.
    """
    n_slots = values.shape[-1]
    if n_slots == 0:
        raise ValueError("A night of no slots has no highest value; say how many slots a day has.")
    if not is_whole:
        is_missing = np.isnan(values)
        if is_missing.any():
            largest = highest(np.where(is_missing, -np.inf, values), is_whole=True)
            share = _means(~is_missing)
            return np.where((share >= _LEAST_SHARE) & np.isfinite(largest), largest, np.nan)
    hours = _hours(values)
    if hours is None:
        return np.asarray(values.max(axis=-1, keepdims=True), dtype=np.float64)
    # One slot of every hour after another: rows of twelve are too short for a reduction to be quick.
    largest = hours[..., 0].astype(np.float64)
    for slot in range(1, hours.shape[-1]):
        np.maximum(largest, hours[..., slot], out=largest)
    return np.concatenate([largest, largest.max(axis=-1, keepdims=True)], axis=-1)


def _means(is_known: NDArray[np.bool_]) -> NDArray[np.float64]:
    night = is_known.mean(axis=-1, keepdims=True)
    hours = _hours(is_known)
    return night if hours is None else np.concatenate([hours.mean(axis=-1), night], axis=-1)


def _hours(values: NDArray[AnyScalar]) -> NDArray[AnyScalar] | None:
    """Cut the slots into the hours, of shape (..., hours, slots), where these have more than one."""
    each = slots_an_hour(values.shape[-1])
    return None if each is None or each == 1 else values.reshape(*values.shape[:-1], HOURS_A_DAY, each)
