"""Outlier rules: the limits beyond which a value is called an outlier.

Each rule gives a lower and an upper limit at every time, and changes nothing. Which rule a series gets
belongs to ``flags``; what a rule does to a model's coefficients, to the models.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from traffic.windowing.circular_medians import circular_medians
from traffic.windowing.medians import MAD_TO_STD, row_medians

Floats = NDArray[np.float64]
Limits = tuple[Floats, Floats]
OutlierRule = Callable[[Floats], Limits]

TUKEY_FENCE: Final = 1.5
FAR_TUKEY_FENCE: Final = 3.0
"""Tukey's outer fence (1977): what lies beyond it is "far out"."""

HAMPEL_THRESHOLD: Final = 6.0
"""Hampel's usual 3 is made for normal values; traffic is heavy-tailed and its week-ends differ from the
slot's median, and at 6 what is clipped is what a person would circle."""
USUAL_HAMPEL_THRESHOLD: Final = 3.0
NEIGHBOUR_SECONDS: Final = 3_600
QUANTILE_SHARE: Final = 0.01


def outlier_rules(
    slot: NDArray[np.int32] | None = None, step_seconds: int | None = None
) -> dict[str, OutlierRule]:
    """Rules to compare with one another, by name.

    Parameters
    ----------
    slot : ndarray of shape (time,), optional
        Slot of the local day; with it, and the step, comes the Hampel test about the slot's median.
    step_seconds : int, optional
        The grid's spacing.

    Returns
    -------
    dict of str to callable
        ``none``; ``tukey_1.5`` and ``tukey_3`` (fences); ``hampel_3`` and ``hampel_6`` (about the median of
        all values); ``quantile_99`` (the highest hundredth); ``hampel_slot`` (as the flags of long series).
    """
    rules: dict[str, OutlierRule] = {
        "none": no_limits,
        "tukey_1.5": tukey_limits,
        "tukey_3": partial(tukey_limits, fence=FAR_TUKEY_FENCE),
        "hampel_3": partial(hampel_limits, threshold=USUAL_HAMPEL_THRESHOLD),
        "hampel_6": hampel_limits,
        "quantile_99": quantile_limits,
    }
    if slot is not None and step_seconds is not None:
        rules["hampel_slot"] = partial(hampel_limits, slot=slot, step_seconds=step_seconds)
    return rules


def no_limits(value: Floats) -> Limits:
    """Call nothing an outlier.

    Parameters
    ----------
    value : ndarray of shape (time,)
        NaN where missing.

    Returns
    -------
    lower, upper : ndarray of shape (time,)
        Infinite.
    """
    return np.full(value.size, -np.inf), np.full(value.size, np.inf)


def tukey_limits(value: Floats, fence: float = TUKEY_FENCE) -> Limits:
    """Tukey's fences Q1 - fence IQR and Q3 + fence IQR.

    Parameters
    ----------
    value : ndarray of shape (time,)
        NaN where missing.
    fence : float
        Reach, in interquartile ranges.

    Returns
    -------
    lower, upper : ndarray of shape (time,)
        The same at all times; infinite where nothing is observed or the IQR is zero.

    Notes
    -----
    Tukey 1977, section 2D. Quartiles are linear between the order statistics.
    """
    seen = value[~np.isnan(value)]
    if seen.size == 0:
        return no_limits(value)
    first, third = np.quantile(seen, [0.25, 0.75])
    # Without any spread the fences would make an outlier of every deviation: all requests of a quiet log.
    reach = fence * (third - first) if third > first else np.inf
    return np.full(value.size, first - reach), np.full(value.size, third + reach)


def quantile_limits(value: Floats, below: float = 0.0, above: float = QUANTILE_SHARE) -> Limits:
    """Limits that a stated share of the values lies beyond.

    Parameters
    ----------
    value : ndarray of shape (time,)
        NaN where missing.
    below, above : float
        Shares called outliers at either end; 0 for none.

    Returns
    -------
    lower, upper : ndarray of shape (time,)
        The same at all times; infinite where nothing is observed, or the share is 0.

    Raises
    ------
    ValueError
        If a share is negative, or together they are 1 or more.
    """
    if below < 0 or above < 0 or below + above >= 1:
        raise ValueError(f"The shares {below} and {above} must be 0 or more and below 1 together.")
    lower, upper = no_limits(value)
    seen = value[~np.isnan(value)]
    if seen.size and below > 0:
        lower[:] = np.quantile(seen, below)
    if seen.size and above > 0:
        upper[:] = np.quantile(seen, 1.0 - above)
    return lower, upper


def hampel_limits(
    value: Floats,
    slot: NDArray[np.int32] | None = None,
    step_seconds: int = NEIGHBOUR_SECONDS,
    threshold: float = HAMPEL_THRESHOLD,
) -> Limits:
    """Hampel's test: so many robust standard deviations from the median, of all values or of the slot.

    Parameters
    ----------
    value : ndarray of shape (time,)
        NaN where missing.
    slot : ndarray of shape (time,), optional
        Slot of the local day: the median is the slot's, the spread that of the hours around it. Without it,
        both are those of all values.
    step_seconds : int
        The grid's spacing, which says how many slots an hour has.
    threshold : float
        Reach, in 1.4826 median absolute deviations.

    Returns
    -------
    lower, upper : ndarray of shape (time,)
        In the unit of ``value``; infinite where there is no spread.

    Notes
    -----
    Hampel 1974; Davies and Gather 1993. The limits are m -+ threshold s, m the median and s = 1.4826
    times the median of |x - m|, which estimates the standard deviation of normal values.
    """
    slot = np.zeros(value.size, np.int32) if slot is None else slot
    median = slot_medians(value, slot)
    deviation = np.abs(value - median[slot])
    reach_slots = min(NEIGHBOUR_SECONDS // step_seconds, (median.size - 1) // 2)
    scale = MAD_TO_STD * circular_medians(deviation, slot, median.size, reach_slots)
    overall = MAD_TO_STD * _nanmedian(deviation)
    # A stretch of the day without any spread would make an outlier of every deviation: borrow the day's.
    scale = np.where(np.isnan(scale) | (scale == 0), overall, scale)
    reach = np.where(scale > 0, threshold * scale, np.inf)
    return (median - reach)[slot], (median + reach)[slot]


def slot_medians(value: Floats, slot: NDArray[np.int32]) -> Floats:
    """Median of the values of each slot.

    Parameters
    ----------
    value : ndarray of shape (time,)
        NaN where missing.
    slot : ndarray of shape (time,)
        Slot of each value, 0 or more.

    Returns
    -------
    ndarray of shape (slots,)
        Up to the largest slot that occurs; NaN for a slot without values.
    """
    return row_medians(_by_slot(value, slot, int(slot.max(initial=0)) + 1))


def _by_slot(value: Floats, slot: NDArray[np.int32], n_slots: int) -> Floats:
    # One row a slot, one column an occurrence of the slot; NaN where a slot occurs less often.
    order = np.argsort(slot, kind="stable")
    counts = np.bincount(slot, minlength=n_slots)
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    rows = np.full((n_slots, int(counts.max(initial=1))), np.nan)
    sorted_slot = slot[order]
    rows[sorted_slot, np.arange(slot.size) - starts[sorted_slot]] = value[order]
    return rows


def _nanmedian(value: Floats) -> float:
    seen = value[~np.isnan(value)]
    return float(np.median(seen)) if seen.size else np.nan
