"""Outages in a history that nobody has flagged: zeros where there is always traffic say nothing of tomorrow.

Taking them for missing belongs here; the rule is that of ``windowing.flags``, which has no weekdays.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from traffic.windowing.flags import outages
from traffic.windowing.histories import DAYS_A_WEEK
from traffic.windowing.medians import row_medians

_OFF_DAYS: Final = 7
"""Zeros that have lasted for longer, and still do, are what is to be expected: the link is off."""

_MOST_RUNS: Final = 0.01
"""Runs of zeros that begin more often than at one value in a hundred are counts, which happen to be zero."""

_FEWEST_DAYS: Final = 3
"""Days of a weekday that say what is usual on it."""


def without_outages(values: NDArray[np.float64], step_seconds: int) -> NDArray[np.float64]:
    """Take outages for missing.

    Parameters
    ----------
    values : ndarray of shape (series, days, slots)
        NaN where missing.
    step_seconds : int
        Spacing of the values.

    Returns
    -------
    ndarray of the same shape
        NaN where exact zeros last half an hour at slots whose median is above zero, that of the same weekday
        too if it was seen thrice; zeros at the end that have lasted for more than a week stay, and so do all
        of a series that is often zero.
    """
    rows = np.flatnonzero((values == 0).any(axis=(1, 2)))
    if rows.size == 0:
        return values
    kept = values.copy()
    n_slots = values.shape[2]
    usual = _usual_values(values[rows])
    for row, median in zip(rows, usual, strict=True):
        flat = kept[row].reshape(-1)
        is_outage = outages(flat, median.reshape(-1), step_seconds)
        n_runs = np.count_nonzero(np.diff(is_outage.astype(np.int8), prepend=0) > 0)
        if n_runs > _MOST_RUNS * np.count_nonzero(~np.isnan(flat)):
            continue
        with_traffic = np.flatnonzero(flat > 0)
        if with_traffic.size and flat.size - 1 - with_traffic[-1] > _OFF_DAYS * n_slots:
            is_outage[with_traffic[-1] :] = False
        flat[is_outage] = np.nan
    return kept


def _usual_values(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Take medians of slots, or of the weekday's slots where these are lower: an office is off on Sundays."""
    usual = np.repeat(row_medians(np.moveaxis(values, 1, 2))[:, None], values.shape[1], axis=1)
    for weekday in range(DAYS_A_WEEK):
        alike = np.moveaxis(values[:, weekday::DAYS_A_WEEK], 1, 2)
        is_known = np.count_nonzero(~np.isnan(alike), axis=2) >= _FEWEST_DAYS
        lower = np.where(is_known, row_medians(alike), np.inf)[:, None]
        usual[:, weekday::DAYS_A_WEEK] = np.minimum(usual[:, weekday::DAYS_A_WEEK], lower)
    return usual
