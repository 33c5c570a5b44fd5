"""Quantiles of many values of which whole days weigh alike.

One algorithm belongs here: calibration takes quantiles of thousands of errors a series, and their sort is the
dearest step of it.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

MAX_DAYS: Final = 31
_DAY_BITS: Final = np.uint32(31)
_VALUE_BITS: Final = np.uint32(0xFFFFFFE0)
_LAST: Final = np.float32(3e38)


def weighted_quantiles(
    values: NDArray[np.float64],
    day_weights: NDArray[np.float64],
    is_known: NDArray[np.bool_],
    levels: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Quantiles of the known values, each with the weight of its day.

    Parameters
    ----------
    values : ndarray of shape (series, days, slots)
        At most ``MAX_DAYS`` days; of a size that single precision holds.
    day_weights : ndarray of shape (days,)
        Positive.
    is_known : ndarray of bool of shape (series, days, slots)
        The others do not count.
    levels : ndarray of shape (series, levels)
        Probabilities.

    Returns
    -------
    ndarray of shape (series, levels)
        Straight lines between the values at the middles of their weights; NaN where nothing is known.

    Raises
    ------
    ValueError
        If there are more days than ``MAX_DAYS``.

    Notes
    -----
    The day of a value is written into the five lowest bits of its single-precision mantissa (which moves the
    value by four parts in a million), so that one sort of 32-bit numbers brings weights and values into order
    together: a third of the cost of sorting indices.
    """
    n_series, n_days = values.shape[:2]
    if n_days > MAX_DAYS:
        raise ValueError(f"{n_days} days; no more than {MAX_DAYS} can be told apart.")
    bits = np.ascontiguousarray(values, dtype=np.float32).view(np.uint32)
    day = np.arange(n_days, dtype=np.uint32)
    marked = (bits & _VALUE_BITS) | day[None, :, None]
    if not is_known.all():
        unknown = (_LAST.view(np.uint32) & _VALUE_BITS) | _DAY_BITS
        marked = np.where(is_known, marked, unknown)
    ascending = np.sort(marked.view(np.float32).reshape(n_series, -1), axis=1)
    weight_of = np.zeros(MAX_DAYS + 1)
    weight_of[:n_days] = day_weights
    weight = weight_of[ascending.view(np.uint32) & _DAY_BITS]
    middle = np.cumsum(weight, axis=1)
    total = middle[:, -1:].copy()
    middle -= 0.5 * weight
    middle /= np.maximum(total, np.finfo(np.float64).tiny)
    return _read(ascending, middle, levels, np.count_nonzero(weight, axis=1)[:, None])


def _read(
    ascending: NDArray[np.float32],
    middle: NDArray[np.float64],
    levels: NDArray[np.float64],
    n_known: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Read values at levels: one search in the rows laid end to end, each two higher than the one before."""
    n_series, n_values = ascending.shape
    row = 2.0 * np.arange(n_series)[:, None]
    found = np.searchsorted((middle + row).reshape(-1), (levels + row).reshape(-1)).reshape(levels.shape)
    place = found - np.arange(n_series)[:, None] * n_values
    last = np.maximum(n_known - 1, 0)
    above, below = np.clip(place, 0, last), np.clip(place - 1, 0, last)
    at_below, at_above = (np.take_along_axis(middle, at, axis=1) for at in (below, above))
    gap = at_above - at_below
    share = np.clip((levels - at_below) / np.where(gap > 0, gap, 1.0), 0.0, 1.0) * (gap > 0)
    low, high = (_unmarked(np.take_along_axis(ascending, at, axis=1)) for at in (below, above))
    return np.where(n_known > 0, low + share * (high - low), np.nan)


def _unmarked(marked: NDArray[np.float32]) -> NDArray[np.float64]:
    """Values without their days, so that the quantiles of zeros are zero."""
    return (marked.view(np.uint32) & _VALUE_BITS).view(np.float32).astype(np.float64)
