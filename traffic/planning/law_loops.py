"""Loops that read laws value by value, compiled: as array operations they were two thirds of a night's cost.

Straight lines between knots, sums of kernels and the highest values of paths belong here. What they mean
belongs to the callers.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from traffic.compiled import compiled, compiled_sums

_CELLS: Final = 1024
"""Over which lines between knots are laid: an error of a ten-thousandth of a normal deviate at a knot."""


@compiled
def read_lines(
    values: NDArray[np.float64],
    knots: NDArray[np.float64],
    scores: NDArray[np.float64],
    tail_knots: int,
    furthest: float,
    largest: float,
) -> NDArray[np.float64]:
    """Read scores at values by straight lines between knots and beyond them, row by row.

    Parameters
    ----------
    values : ndarray of shape (rows, any)
        NaN where missing.
    knots : ndarray of shape (rows, knots)
        Ascending.
    scores : ndarray of shape (knots,)
        Ascending.
    tail_knots : int
        The lines beyond are as steep as from the outermost knot to this many inward.
    furthest : float
        Lengths of that stretch beyond which nothing changes.
    largest : float
        Size of the largest score.

    Returns
    -------
    ndarray of shape (rows, any)
        NaN where the value is.
    """
    found = np.empty(values.shape)
    last = scores.size - 1
    rise = scores[last] - scores[last - tail_knots]
    fall = scores[tail_knots] - scores[0]
    for row in range(values.shape[0]):
        own = knots[row]
        least = 1e-9 * max(abs(own[0]), abs(own[last]), 1e-300)
        above = max(own[last] - own[last - tail_knots], least)
        below = max(own[tail_knots] - own[0], least)
        for at in range(values.shape[1]):
            value = values[row, at]
            if np.isnan(value):
                score = np.nan
            elif value > own[last]:
                score = scores[last] + rise * min(value / above - own[last] / above, furthest)
            elif value < own[0]:
                score = scores[0] - fall * min(own[0] / below - value / below, furthest)
            else:
                low, high = 0, last + 1
                while low < high:
                    middle = (low + high) // 2
                    if value < own[middle]:
                        high = middle
                    else:
                        low = middle + 1
                low = min(max(low - 1, 0), last - 1)
                step = own[low + 1] - own[low]
                share = (value - own[low]) / (step if step > 0 else 1.0)
                share = min(max(share, 0.0), 1.0)
                score = scores[low] + share * (scores[low + 1] - scores[low])
            found[row, at] = min(max(score, -largest), largest) if score == score else score
    return found


@compiled_sums
def kernel_sums(
    values: NDArray[np.float64],
    centres: NDArray[np.float64],
    weights: NDArray[np.float64],
    bandwidth: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Add up Student's laws of four degrees of freedom: how much of the weight passes a value.

    Parameters
    ----------
    values : ndarray of shape (rows, any)
    centres, weights : ndarray of shape (rows, centres)
    bandwidth : ndarray of shape (rows,)

    Returns
    -------
    ndarray of shape (rows, any)
    """
    found = np.empty(values.shape)
    for row in range(values.shape[0]):
        # Beyond a million bandwidths the law is 0 or 1 in double precision, and squares are finite.
        far, narrow = 1e6 * bandwidth[row], 1.0 / bandwidth[row]
        least, most = centres[row].min() - far, centres[row].max() + far
        half = 0.5 * weights[row].sum()
        for at in range(values.shape[1]):
            value = min(max(values[row, at], least), most)
            total = 0.0
            for one in range(centres.shape[1]):
                t = (centres[row, one] - value) * narrow
                u = np.divide(t, np.sqrt(4.0 + t * t))  # unlike /, it does not look for zeros
                total += weights[row, one] * u * (0.75 - 0.25 * u * u)
            found[row, at] = half + total
    return found


@compiled
def highest_of_paths(
    normal: NDArray[np.float32],
    knots: NDArray[np.float64],
    deviates: NDArray[np.float64],
    centre: NDArray[np.float64],
    spread: NDArray[np.float64],
    n_windows: int,
) -> NDArray[np.float64]:
    """Find the highest values, over parts of a night, of one series' paths and of their mirror images.

    Parameters
    ----------
    normal : ndarray of shape (paths, slots)
        Normal deviates: a path with the opposite signs is as likely.
    knots : ndarray of shape (knots,)
        Normal deviates, ascending.
    deviates : ndarray of shape (knots,)
        Those of the law of the errors at the knots: straight lines between, nothing beyond.
    centre, spread : ndarray of shape (slots,)
        The value of a slot is its centre and so many spreads.
    n_windows : int
        Parts of equal length.

    Returns
    -------
    ndarray of shape (2 paths, n_windows)
        The path first, its mirror image behind all of the paths.
    """
    n_paths, n_slots = normal.shape
    found = np.empty((2 * n_paths, n_windows))
    each, last = n_slots // n_windows, knots.size - 1
    # Lines over narrow cells of one width: no value is searched for.
    per_unit = _CELLS / (knots[last] - knots[0])
    at = np.interp(knots[0] + np.arange(_CELLS + 1) / per_unit, knots, deviates)
    level, middle = at[:-1], -knots[0] * per_unit
    step = at[1:] - level
    for path in range(n_paths):
        for window in range(n_windows):
            one, mirrored = -np.inf, -np.inf
            for slot in range(window * each, (window + 1) * each):
                z = normal[path, slot] * per_unit
                place = min(max(middle + z, 0.0), _CELLS)
                cell = min(int(place), _CELLS - 1)
                one = max(one, centre[slot] + spread[slot] * (level[cell] + step[cell] * (place - cell)))
                place = min(max(middle - z, 0.0), _CELLS)
                cell = min(int(place), _CELLS - 1)
                value = centre[slot] + spread[slot] * (level[cell] + step[cell] * (place - cell))
                mirrored = max(mirrored, value)
            found[path, window], found[n_paths + path, window] = one, mirrored
    return found


@compiled
def days_above(past: NDArray[np.float64], thresholds: NDArray[np.float64]) -> NDArray[np.int64]:
    """Count the days on which each slot passed thresholds.

    Parameters
    ----------
    past : ndarray of shape (series, days, slots)
        NaN where missing.
    thresholds : ndarray of shape (series, thresholds)

    Returns
    -------
    ndarray of int of shape (series, thresholds, slots)
    """
    n_series, n_days, n_slots = past.shape
    found = np.zeros((n_series, thresholds.shape[1], n_slots), dtype=np.int64)
    for series in range(n_series):
        for at in range(thresholds.shape[1]):
            threshold = thresholds[series, at]
            for day in range(n_days):
                for slot in range(n_slots):
                    found[series, at, slot] += past[series, day, slot] > threshold
    return found
