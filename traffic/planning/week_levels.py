"""The level of a link week by week: what grows, with days of the week and single bad days taken out."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from traffic.planning.load_histories import DAYS_A_WEEK, LEAST_DAYS, LEAST_HOURS, LoadHistory

_LEAST_TO_TRIM: Final = 5


def week_levels(history: LoadHistory) -> NDArray[np.float64]:
    """Take the logarithm of the load of every week.

    Parameters
    ----------
    history : LoadHistory

    Returns
    -------
    ndarray of shape (series, weeks)
        Of the mean load of a usual day; NaN where fewer than five days of a week are known or carried
        anything.

    Notes
    -----
    The logarithms of the days' means, less what the day of the week usually differs by from the middle of its
    week, averaged without the highest and the lowest: a day of outage, or a missing one, moves nothing.
    """
    is_known = ~np.isnan(history.hour_mean)
    n_hours = is_known.sum(axis=2)
    hour_effect = _effects(np.where(history.hour_mean > 0, history.hour_mean, np.nan))
    # A day of which the night is missing is not a busier one.
    known_effect = (is_known * hour_effect[:, None, :]).sum(axis=2) / np.maximum(n_hours, 1)
    day = np.nansum(history.hour_mean, axis=2) / np.maximum(n_hours, 1)
    day = np.where(known_effect > 0, day / np.where(known_effect > 0, known_effect, 1.0), day)
    is_usable = (n_hours >= LEAST_HOURS) & (day > 0)
    logs = np.where(is_usable, np.log(np.where(is_usable, day, 1.0)), np.nan)
    weeks = logs.reshape(history.n_series, history.n_weeks, DAYS_A_WEEK)
    return _trimmed(weeks - weekday_effects(weeks)[:, None, :])


def weekday_effects(weeks: NDArray[np.float64]) -> NDArray[np.float64]:
    """Say what each day of the week usually differs by from the middle of its week.

    Parameters
    ----------
    weeks : ndarray of shape (series, weeks, 7)
        NaN where missing.

    Returns
    -------
    ndarray of shape (series, 7)
        Medians over the weeks, with a mean of zero; zero for a day that was never seen.
    """
    effects = np.zeros((weeks.shape[0], DAYS_A_WEEK))
    for row, series in enumerate(weeks):
        kept = series[(~np.isnan(series)).sum(axis=1) >= LEAST_DAYS]
        if kept.size:
            apart = kept - np.nanmedian(kept, axis=1, keepdims=True)
            is_seen = ~np.isnan(apart).all(axis=0)
            effects[row, is_seen] = np.nanmedian(apart[:, is_seen], axis=0)
    return np.asarray(effects - effects.mean(axis=1, keepdims=True))


def _effects(hour_mean: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the share of each hour in the mean of a day, shape (series, 24); 1 where it is not known."""
    n_known = np.count_nonzero(~np.isnan(hour_mean), axis=1)
    mean = np.nansum(hour_mean, axis=1) / np.maximum(n_known, 1)
    total = np.where(n_known > 0, mean, np.nan)
    seen = np.count_nonzero(n_known > 0, axis=1)
    level = np.nansum(total, axis=1) / np.maximum(seen, 1)
    return np.where(
        (n_known > 0) & (level > 0)[:, None], total / np.where(level > 0, level, 1.0)[:, None], 1.0
    )


def _trimmed(weeks: NDArray[np.float64]) -> NDArray[np.float64]:
    n_known = np.count_nonzero(~np.isnan(weeks), axis=2)
    ordered = np.sort(weeks, axis=2)
    place = np.arange(DAYS_A_WEEK)
    is_kept = (place >= 1) & (place < n_known[..., None] - 1)
    total = np.where(is_kept, ordered, 0.0).sum(axis=2)
    return np.where(n_known >= _LEAST_TO_TRIM, total / np.maximum(is_kept.sum(axis=2), 1), np.nan)
