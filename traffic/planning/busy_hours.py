"""The busy hour of a link by its local clock, and how far single days stray from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from traffic.planning.load_histories import HOURS, LoadHistory, busiest_hours

BUSY_DAYS: Final = 28
LEAST_BUSY_DAYS: Final = 7
_LEFT_OUT: Final = 2  # the highest and the lowest value of each hour


@dataclass(frozen=True, eq=False)
class BusyHours:
    """Of each series.

    Parameters
    ----------
    hour : ndarray of int of shape (series,)
        Local hour of the day, 0 to 23; -1 where fewer than ``LEAST_BUSY_DAYS`` days are known.
    spread_hours : ndarray of shape (series,)
        Half of the days' own busy hours lie no further from it, around the clock; NaN where it is unknown.
    """

    hour: NDArray[np.int64]
    spread_hours: NDArray[np.float64]


def busy_hours(history: LoadHistory) -> BusyHours:
    """Find the hour of the day that carries most over the last four weeks.

    Parameters
    ----------
    history : LoadHistory

    Returns
    -------
    BusyHours
        The hour whose mean load is largest (the first of equals), and the median distance around the clock of
        the busiest hours of single days from it: 23:00 and 01:00 lie two hours apart. A link that carries the
        same at every hour has none. Each hour's mean leaves out its highest and its lowest day, so that one
        burst in the night does not make that hour the busy one.
    """
    recent = history.hour_mean[:, -BUSY_DAYS:]
    own, is_whole = busiest_hours(recent)
    mean = _trimmed_means(recent)
    is_flat = np.nanmax(recent, axis=(1, 2), initial=-np.inf) <= np.nanmin(
        recent, axis=(1, 2), initial=np.inf
    )
    is_known = (is_whole.sum(axis=1) >= LEAST_BUSY_DAYS) & ~is_flat
    hour = np.where(is_known, np.argmax(mean, axis=1), -1)
    apart = np.abs(own - hour[:, None])
    distance = np.where(is_whole, np.minimum(apart, HOURS - apart), np.nan)
    spread = [np.nanmedian(row) if known else np.nan for row, known in zip(distance, is_known, strict=True)]
    return BusyHours(hour, np.array(spread, dtype=np.float64))


def _trimmed_means(hour_mean: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean of each hour without its highest and lowest day; -inf where too few are known."""
    n_kept = np.count_nonzero(~np.isnan(hour_mean), axis=1) - _LEFT_OUT
    ordered = np.sort(hour_mean, axis=1)  # what is missing comes last
    place = np.arange(hour_mean.shape[1])[None, :, None]
    is_kept = (place >= 1) & (place <= n_kept[:, None, :])
    total = np.where(is_kept, ordered, 0.0).sum(axis=1)
    return np.where(n_kept > 0, total / np.maximum(n_kept, 1), -np.inf)
