"""Flags: which values are outliers, outages or impossible, and the clean value that the models take.

One rule for a short series, one for a long one; both are stated here and nowhere else. Whether a day as
a whole looks odd is a diagnostic, not a flag.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]

SHORT_SERIES_DAYS = 3.0
TUKEY_FENCE = 1.5
# Hampel's usual 3 is made for normal values; traffic is heavy-tailed and its week-ends differ from the
# slot's median, and at 6 what is clipped is what a person would circle.
HAMPEL_THRESHOLD = 6.0
MAD_TO_STD = 1.4826
NEIGHBOUR_SECONDS = 3_600
OUTAGE_SECONDS = 1_800
# A poll that comes a little late counts a little more than a step's worth.
CAPACITY_TOLERANCE = 1.05


@dataclass(frozen=True)
class Flags:
    """Flags of one series, each of shape (time,).

    Parameters
    ----------
    is_outlier, is_outage, is_impossible : ndarray of bool
        At most one of them is true at a point.
    value_clean : ndarray
        The value, clipped to the rule's limit where it is an outlier, NaN where missing, outage or
        impossible.
    """

    is_outlier: Booleans
    is_outage: Booleans
    is_impossible: Booleans
    value_clean: Floats


def flag_values(
    value: Floats, slot: NDArray[np.int32], step_seconds: int, is_known_impossible: Booleans | None = None
) -> Flags:
    """Flag the values of one series.

    A negative or infinite value is impossible, and so is what is said to be. Exact zeros that last half an
    hour are an outage where the slot's median is above zero. Of the rest, a series of less than three days
    has outliers beyond Tukey's fences Q1 - 1.5 IQR and Q3 + 1.5 IQR, unless the IQR is zero; a longer one
    where a Hampel test of the deviation from the slot's median, with the spread of the hours around the
    slot, rejects.

    Parameters
    ----------
    value : ndarray of shape (time,)
        NaN where missing.
    slot : ndarray of shape (time,)
        Slot of the local day.
    step_seconds : int
        The grid's spacing.
    is_known_impossible : ndarray of bool of shape (time,), optional
        Values that something else than their sign rules out: above the capacity, a counter's reset.

    Returns
    -------
    Flags
        Each array of shape (time,).
    """
    with np.errstate(invalid="ignore"):
        is_impossible = np.isinf(value) | (value < 0)
    if is_known_impossible is not None:
        is_impossible |= is_known_impossible
    usable = np.where(is_impossible, np.nan, value)
    days = value.size * step_seconds / 86_400
    median = _slot_medians(usable, slot)
    is_outage = _outages(usable, median[slot], step_seconds)
    usable = np.where(is_outage, np.nan, usable)
    if days < SHORT_SERIES_DAYS:
        lower, upper = _tukey_fences(usable)
    else:
        lower, upper = _hampel_limits(usable, slot, step_seconds)
    clean = np.clip(usable, lower, upper)
    with np.errstate(invalid="ignore"):
        is_outlier = (usable < lower) | (usable > upper)
    return Flags(is_outlier, is_outage, is_impossible, clean)


def _tukey_fences(value: Floats) -> tuple[Floats, Floats]:
    seen = value[~np.isnan(value)]
    if seen.size == 0:
        return np.full(value.size, -np.inf), np.full(value.size, np.inf)
    first, third = np.quantile(seen, [0.25, 0.75])
    # Without any spread the fences would make an outlier of every deviation: all requests of a quiet log.
    reach = TUKEY_FENCE * (third - first) if third > first else np.inf
    return np.full(value.size, first - reach), np.full(value.size, third + reach)


def _hampel_limits(value: Floats, slot: NDArray[np.int32], step_seconds: int) -> tuple[Floats, Floats]:
    median = _slot_medians(value, slot)
    deviation = np.abs(value - median[slot])
    scale = MAD_TO_STD * _neighbourhood_medians(deviation, slot, median.size, step_seconds)
    overall = MAD_TO_STD * _nanmedian(deviation)
    # A stretch of the day without any spread would make an outlier of every deviation: borrow the day's.
    scale = np.where(np.isnan(scale) | (scale == 0), overall, scale)
    reach = np.where(scale > 0, HAMPEL_THRESHOLD * scale, np.inf)
    return (median - reach)[slot], (median + reach)[slot]


def _slot_medians(value: Floats, slot: NDArray[np.int32]) -> Floats:
    return _row_medians(_by_slot(value, slot, int(slot.max(initial=0)) + 1))


def _neighbourhood_medians(
    deviation: Floats, slot: NDArray[np.int32], n_slots: int, step_seconds: int
) -> Floats:
    reach = min(int(NEIGHBOUR_SECONDS // step_seconds), (n_slots - 1) // 2)
    rows = _by_slot(deviation, slot, n_slots)
    around = np.concatenate([rows[n_slots - reach :], rows, rows[:reach]])
    # One slot after another: all windows at once would hold every value as often as an hour has slots, twice.
    return np.array([_nanmedian(window) for window in sliding_window_view(around, 2 * reach + 1, axis=0)])


def _by_slot(value: Floats, slot: NDArray[np.int32], n_slots: int) -> Floats:
    # One row a slot, one column an occurrence of the slot; NaN where a slot occurs less often.
    order = np.argsort(slot, kind="stable")
    counts = np.bincount(slot, minlength=n_slots)
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    rows = np.full((n_slots, int(counts.max(initial=1))), np.nan)
    sorted_slot = slot[order]
    rows[sorted_slot, np.arange(slot.size) - starts[sorted_slot]] = value[order]
    return rows


def _row_medians(rows: Floats) -> Floats:
    medians = np.full(rows.shape[0], np.nan)
    has_values = ~np.isnan(rows).all(axis=1)
    medians[has_values] = np.nanmedian(rows[has_values], axis=1)
    return medians


def _nanmedian(value: Floats) -> float:
    seen = value[~np.isnan(value)]
    return float(np.median(seen)) if seen.size else np.nan


def _outages(value: Floats, slot_median: Floats, step_seconds: int) -> Booleans:
    # A log that is silent at night has a slot median of zero there, and its zeros are no outage.
    with np.errstate(invalid="ignore"):
        is_zero = (value == 0) & (slot_median > 0)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], is_zero.astype(np.int8), [0]])))
    starts, ends = edges[::2], edges[1::2]
    outage = np.zeros(value.size, dtype=np.bool_)
    for start, end in zip(starts, ends, strict=True):
        if (end - start) * step_seconds >= OUTAGE_SECONDS:
            outage[start:end] = True
    return outage
