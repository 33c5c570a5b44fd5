"""Flags: which values are outliers, outages or impossible, and the clean value that the models take.

Which rule a short series gets and which a long one is stated here and nowhere else; the rules themselves are
in ``outlier_rules``. Whether a day as a whole looks odd is a diagnostic, not a flag.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from traffic.windowing.outlier_rules import Floats, hampel_limits, slot_medians, tukey_limits

Booleans = NDArray[np.bool_]

SHORT_SERIES_DAYS = 3.0
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
    median = slot_medians(usable, slot)
    is_outage = outages(usable, median[slot], step_seconds)
    usable = np.where(is_outage, np.nan, usable)
    lower, upper = usual_limits(usable, slot, step_seconds)
    clean = np.clip(usable, lower, upper)
    with np.errstate(invalid="ignore"):
        is_outlier = (usable < lower) | (usable > upper)
    return Flags(is_outlier, is_outage, is_impossible, clean)


def usual_limits(usable: Floats, slot: NDArray[np.int32], step_seconds: int) -> tuple[Floats, Floats]:
    """Limits beyond which a value of a series is called an outlier.

    Parameters
    ----------
    usable : ndarray of shape (time,)
        Values that are neither missing, impossible nor of an outage; NaN elsewhere.
    slot : ndarray of shape (time,)
        Slot of the local day.
    step_seconds : int
        The grid's spacing.

    Returns
    -------
    lower, upper : ndarray of shape (time,)
        Tukey's fences for a series of less than three days, the slot's Hampel limits for a longer one;
        infinite where there is no spread.
    """
    if usable.size * step_seconds / 86_400 < SHORT_SERIES_DAYS:
        return tukey_limits(usable)
    return hampel_limits(usable, slot, step_seconds)


def outages(value: Floats, slot_median: Floats, step_seconds: int) -> Booleans:
    """Find exact zeros that last half an hour where there is always traffic.

    Parameters
    ----------
    value : ndarray of shape (time,)
        NaN where missing.
    slot_median : ndarray of shape (time,)
        Median of the value's slot.
    step_seconds : int
        The grid's spacing.

    Returns
    -------
    ndarray of bool of shape (time,)
        Runs of zeros at slots whose median is above zero.
    """
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
