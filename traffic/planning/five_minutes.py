"""Samples of five minutes, which bills count, from series of finer steps; and the unit they are billed in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from traffic.parsing.quantity import UNKNOWN_UNIT, common_unit, convert, is_rate

SAMPLE_SECONDS: Final = 300
_RATES: Final = {"byte": "bit/s", "request": "request/s", "packet": "packet/s"}


@dataclass(frozen=True, eq=False)
class Samples:
    """Five-minute samples of one series.

    Parameters
    ----------
    first : int
        Number of the first one: five minutes since 1970 (UTC).
    values : ndarray of shape (samples,)
        Means over their five minutes, NaN where less than half of them is known.
    """

    first: int
    values: NDArray[np.float64]

    def between(self, start: int, end: int) -> NDArray[np.float64]:
        """Return the samples numbered ``start`` to ``end`` - 1, NaN where there is none."""
        found = np.full(max(end - start, 0), np.nan)
        low, high = max(start, self.first), min(end, self.first + self.values.size)
        if low < high:
            found[low - start : high - start] = self.values[low - self.first : high - self.first]
        return found

    def scaled(self, factor: float) -> Samples:
        """Return the samples in another unit."""
        return Samples(self.first, self.values * factor)


def five_minute_samples(values: NDArray[np.float64], start_seconds: int, step_seconds: int) -> Samples:
    """Average a series to five minutes.

    Parameters
    ----------
    values : ndarray of shape (time,)
        Means over a step each, NaN where missing.
    start_seconds : int
        Time of the first value, in seconds since 1970 (UTC).
    step_seconds : int
        At most five minutes.

    Returns
    -------
    Samples
        A series of five minutes is its own samples, also where they do not begin at full five minutes. A
        finer one is averaged over the five minutes of the clock; a step that lies in two of them (of two
        minutes, say) counts in each by its part, as if its load were even.

    Raises
    ------
    ValueError
        If the step is longer: of an hour's mean its five minutes cannot be told.
    """
    if why := why_no_samples(step_seconds):
        raise ValueError(why)
    if step_seconds == SAMPLE_SECONDS:
        return Samples(start_seconds // SAMPLE_SECONDS, np.asarray(values, dtype=np.float64))
    first = start_seconds // SAMPLE_SECONDS
    end = -(-(start_seconds + values.size * step_seconds) // SAMPLE_SECONDS)
    is_known = ~np.isnan(values)
    edges = np.arange(first, end + 1) * float(SAMPLE_SECONDS) - start_seconds
    at = np.arange(values.size + 1) * float(step_seconds)
    carried = np.concatenate([[0.0], np.cumsum(np.where(is_known, values, 0.0))])
    known = np.concatenate([[0.0], np.cumsum(is_known)])
    total, n_steps = (np.diff(np.interp(edges, at, sums)) for sums in (carried, known))
    is_enough = 2 * n_steps * step_seconds >= SAMPLE_SECONDS - 1e-6
    return Samples(first, np.where(is_enough, total / np.where(is_enough, n_steps, 1.0), np.nan))


def why_no_samples(step_seconds: int) -> str | None:
    """Say why a step gives no five-minute samples, or None if it does."""
    if step_seconds <= SAMPLE_SECONDS:
        return None
    return (
        f"Its step is {step_seconds:,} s: a bill counts samples of 5 minutes, and a longer mean does not "
        "tell them; no 95th percentile of a month."
    )


def billing_unit(unit: str, step_seconds: int) -> tuple[str, float]:
    """Return the rate in which a series is billed, and the factor to it.

    Parameters
    ----------
    unit : str
        Of the series; one without ``/s`` counts per step.
    step_seconds : int
        Of the series.

    Returns
    -------
    tuple of str and float
        bit/s, request/s or packet/s (an unknown unit stays what it is); what a value is multiplied with.

    Raises
    ------
    ValueError
        If ``unit`` is no unit.
    """
    if unit == UNKNOWN_UNIT:
        return unit, 1.0
    common = common_unit(unit)[0]
    rate = common if is_rate(common) else _RATES[common]
    return rate, convert(f"1 {unit}", rate, step_seconds)
