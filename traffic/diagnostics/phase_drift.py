"""By how many minutes a day the peaks or phases of days move, over many days.

The robust slope of times of day, for many series at once, belongs here. The times themselves belong to
``day_phases``; whether the stated step is to blame, to the models of the period.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

DAY_MINUTES: Final = 1440.0
DAYS_A_WEEK: Final = 7
MIN_DAYS: Final = 7
MIN_WEEKS: Final = 4
"""From so many on, days are compared with the same day of other weeks alone: weekends come later."""

FLOOR_MINUTES: Final = 1.0
"""No phase is known better: an interval of no width would outweigh all others."""

SERIES_AT_ONCE: Final = 100


@dataclass(frozen=True, eq=False)
class PhaseDrift:
    """Drift of a time of day; each field of shape (series,), NaN with fewer than ``MIN_DAYS`` days.

    Parameters
    ----------
    minutes_a_day : ndarray
        Robust slope, positive = every day comes later.
    lower_95, upper_95 : ndarray
        Its 95 % interval.
    n_days : ndarray of int
        Days that it rests on.
    """

    minutes_a_day: NDArray[np.float64]
    lower_95: NDArray[np.float64]
    upper_95: NDArray[np.float64]
    n_days: NDArray[np.int64]


def phase_drift(
    minutes: NDArray[np.float64],
    day: NDArray[np.int64],
    half_width: NDArray[np.float64] | None = None,
) -> PhaseDrift:
    """Estimate by how much times of day move from day to day.

    Parameters
    ----------
    minutes : ndarray of shape (series, days)
        Phase or time of the peak, in minutes around the circle of the day; NaN where the day does not tell.
    day : ndarray of int of shape (days,)
        Number of each day, ascending: dates may be left out.
    half_width : ndarray of shape (series, days), optional
        Half widths of the intervals of ``minutes``: the wider, the less a day counts. All alike without.

    Returns
    -------
    PhaseDrift
        Of each series.

    Raises
    ------
    ValueError
        If the shapes do not match or ``day`` does not ascend.

    Notes
    -----
    Theil 1950 and Sen 1968, within the days of the week as Hirsch, Slack and Smith 1982 have it within
    seasons: the median of the slopes of all pairs of days (of the same day of the week from four weeks on),
    each weighted by its span over the variance of its difference. Differences are taken the short way around
    the circle, so a drift of more than half a day between two days of a pair is not seen. The interval has
    the quantiles of the slopes at 0.5 -+ 1.96 s / 2, s the standard deviation of the weighted sum of signs
    (Kendall's) over the sum of the weights, for phases that do not depend on each other.
    """
    weights = np.ones(minutes.shape) if half_width is None else half_width
    if minutes.ndim != 2 or day.shape != (minutes.shape[1],) or weights.shape != minutes.shape:
        raise ValueError(
            f"minutes and half_width must have shape (series, days) and day (days,); "
            f"got {minutes.shape}, {weights.shape} and {day.shape}."
        )
    if (np.diff(day) <= 0).any():
        raise ValueError("The days must ascend.")
    is_known = ~np.isnan(minutes) & ~np.isnan(weights)
    n_days = is_known.sum(axis=1)
    found = np.full((3, minutes.shape[0]), np.nan)
    for start in range(0, minutes.shape[0], SERIES_AT_ONCE):
        rows = slice(start, start + SERIES_AT_ONCE)
        variance = np.maximum(np.where(is_known[rows], weights[rows], 1.0), FLOOR_MINUTES) ** 2
        found[:, rows] = _slopes(np.where(is_known[rows], minutes[rows], np.nan), day, variance)
    found[:, n_days < MIN_DAYS] = np.nan
    return PhaseDrift(found[0], found[1], found[2], n_days.astype(np.int64))


def _slopes(
    minutes: NDArray[np.float64], day: NDArray[np.int64], variance: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Weighted median of the slopes of pairs, and the ends of its interval."""
    first, second = np.triu_indices(day.size, 1)
    span = day[second] - day[first]
    if day.size and day[-1] - day[0] >= MIN_WEEKS * DAYS_A_WEEK - 1:
        is_same = span % DAYS_A_WEEK == 0
        first, second, span = first[is_same], second[is_same], span[is_same]
    if span.size == 0:
        return np.full((3, minutes.shape[0]), np.nan)
    rise = minutes[:, second] - minutes[:, first]
    rise -= DAY_MINUTES * np.rint(rise / DAY_MINUTES)
    weight = np.where(np.isnan(rise), 0.0, span / (variance[:, first] + variance[:, second]))
    total = np.maximum(weight.sum(axis=1, keepdims=True), 1e-300)
    weight = weight / total
    reach = 0.5 * norm.ppf(0.975) * np.sqrt(_sign_variance(weight, first, second, day.size))
    slope = np.where(np.isnan(rise), np.inf, rise / span)
    order = slope.argsort(axis=1)
    slope, weight = np.take_along_axis(slope, order, axis=1), np.take_along_axis(weight, order, axis=1)
    reached = np.cumsum(weight, axis=1) - 0.5 * weight
    levels = (np.full(reach.size, 0.5), 0.5 - reach, 0.5 + reach)
    last = np.maximum((weight > 0).sum(axis=1) - 1, 0)
    at = [np.minimum((reached < level[:, None]).sum(axis=1), last) for level in levels]
    found = np.stack([np.take_along_axis(slope, i[:, None], axis=1)[:, 0] for i in at])
    return np.where(np.isfinite(found), found, np.nan)


def _sign_variance(
    weight: NDArray[np.float64], first: NDArray[np.int64], second: NDArray[np.int64], n_days: int
) -> NDArray[np.float64]:
    """Variance of the weighted sum of the signs of independent pairs' rises.

    Signs of pairs that share a day correlate by a third, the other way where it is the end of one and the
    beginning of the other. With equal weights this is Kendall's n (n - 1) (2 n + 5) / 18.
    """
    sums = np.zeros((2, weight.shape[0], n_days))
    for at, sign in ((first, 1.0), (second, -1.0)):
        np.add.at(sums[0].T, at, sign * weight.T)
        np.add.at(sums[1].T, at, weight.T**2)
    shared = (sums[0] ** 2 - sums[1]).sum(axis=1)
    return np.asarray(np.maximum((weight**2).sum(axis=1) + shared / 3.0, 0.0), dtype=np.float64)
