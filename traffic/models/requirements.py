"""The minimum histories of the models, each with its reason, and the sentences that refuse a series.

This is the only place that says how much history a model needs. How a model is fitted belongs to the
model's own module.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

MAX_FITTED_VALUES: Final = 2_000
"""An exact ARIMA likelihood on 16,000 values takes seconds; the last 2,000 already give standard errors of
a few per cent, and older values say little about tomorrow."""

HISTORY_DAYS: Final = 56
"""Eight weeks show every weekday eight times; older days say little about tomorrow, and would make a night
dearer from year to year."""

CONSTANT_VOLATILITY_MIN_OBSERVATIONS: Final = 100
"""The autocorrelations and unit-root tests behind the choice of the order have little power below this."""

CONSTANT_VOLATILITY_MIN_SHARE: Final = 0.5
"""With more than half of the window missing, the order would be selected on interpolated straight lines."""

PERIODIC_MIN_CYCLES: Final = 3
"""A standard deviation per slot from fewer than three cycles has an interval too wide to forecast with."""

PERIODIC_MIN_SLOT_SHARE: Final = 0.75
"""Slots seen less than twice borrow from the others; with more than a quarter of them the day's shape is
a guess."""

RELATIVE_ZERO: Final = 1e-12
"""Spread below this part of the values' size is rounding, not variation."""

LARGEST_SIZE: Final = 1e100
"""Variances are squares: beyond this size, or below its inverse, they leave what a float can hold."""


def fitted_window(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Part of a history that a constant-volatility model sees.

    Parameters
    ----------
    x : ndarray of shape (time,)
        Values on a regular grid, NaN where missing.

    Returns
    -------
    ndarray of shape (window,)
        At most the last ``MAX_FITTED_VALUES`` grid points up to the last observed value, from an observed
        value on. Empty if nothing is observed.
    """
    observed = np.flatnonzero(~np.isnan(x))
    if observed.size == 0:
        return np.empty(0)
    end = observed[-1] + 1
    start = observed[np.searchsorted(observed, end - MAX_FITTED_VALUES)]
    return np.asarray(x[start:end], dtype=np.float64)


def why_not_constant_volatility(x: NDArray[np.float64]) -> str | None:
    """Reason why a constant-volatility model cannot be fitted, if there is one.

    Parameters
    ----------
    x : ndarray of shape (time,)
        Values on a regular grid, NaN where missing.

    Returns
    -------
    str or None
        A sentence with what is there and what is needed; None if the model can be fitted.
    """
    if (reason := _why_not_any(x)) is not None:
        return reason
    window = fitted_window(x)
    observed = window[~np.isnan(window)]
    if observed.size < CONSTANT_VOLATILITY_MIN_OBSERVATIONS:
        return (
            f"{observed.size} of the last {window.size} values can be used; "
            f"a constant-volatility model needs at least {CONSTANT_VOLATILITY_MIN_OBSERVATIONS}."
        )
    if observed.size < CONSTANT_VOLATILITY_MIN_SHARE * window.size:
        return (
            f"Only {observed.size} of the last {window.size} values are observed; "
            f"a constant-volatility model needs {CONSTANT_VOLATILITY_MIN_SHARE:.0%} of them."
        )
    if _is_constant(observed):
        return f"The last {observed.size} values all equal {observed[0]:g}; there is no variation to model."
    if _is_constant(_steps_of(window), size=float(np.abs(observed).max())):
        return "The series is a straight line; its differences have no variation to model."
    return None


def why_not_periodic(x: NDArray[np.float64], slot: NDArray[np.int64], n_slots: int | None) -> str | None:
    """Reason why a periodic model cannot be fitted, if there is one.

    Parameters
    ----------
    x : ndarray of shape (time,)
        Values on a regular grid, NaN where missing.
    slot : ndarray of int of shape (time,)
        Slot of each value, 0 to ``n_slots - 1``.
    n_slots : int or None
        Number of slots in the period; None if the step does not divide it.

    Returns
    -------
    str or None
        A sentence with what is there and what is needed; None if the model can be fitted.
    """
    if n_slots is None or n_slots < 2:
        return "The step does not divide the day into slots; a periodic model needs slots that return."
    if (reason := _why_not_any(x)) is not None:
        return reason
    is_observed = ~np.isnan(x)
    n_cycles = np.bincount(slot[is_observed], minlength=n_slots)
    if np.median(n_cycles) < PERIODIC_MIN_CYCLES:
        return (
            f"Cycles with a usable value in the median slot: {np.median(n_cycles):g}; a periodic model needs "
            f"{PERIODIC_MIN_CYCLES}."
        )
    share = float(np.mean(n_cycles >= 2))
    if share < PERIODIC_MIN_SLOT_SHARE:
        return (
            f"Only {share:.0%} of the {n_slots} slots were observed twice or more; a periodic model needs "
            f"{PERIODIC_MIN_SLOT_SHARE:.0%}."
        )
    observed = x[is_observed]
    if _is_constant(observed):
        return f"All {observed.size} observed values equal {observed[0]:g}; there is no variation to model."
    return None


def _why_not_any(x: NDArray[np.float64]) -> str | None:
    if np.isnan(x).all():
        return "The series has no usable value: all are missing, outages or impossible."
    if np.isinf(x).any():
        return f"{int(np.isinf(x).sum())} values are infinite; mark them as missing (NaN) first."
    largest = float(np.nanmax(np.abs(x)))
    if largest > LARGEST_SIZE or 0 < largest < 1 / LARGEST_SIZE:
        return f"Values reach {largest:.3g}, whose square is no number; state the series in another unit."
    return None


def _steps_of(window: NDArray[np.float64]) -> NDArray[np.float64]:
    """Differences per grid step between successive observed values; gaps are crossed by a straight line."""
    observed = np.flatnonzero(~np.isnan(window))
    return np.asarray(np.diff(window[observed]) / np.diff(observed), dtype=np.float64)


def _is_constant(values: NDArray[np.float64], size: float | None = None) -> bool:
    size = float(np.abs(values).max()) if size is None else size
    return bool(np.ptp(values) <= RELATIVE_ZERO * size)
