"""Outages in a history that nobody has flagged: zeros where there is always traffic say nothing of tomorrow.

Taking them for missing belongs here; the rule is that of ``windowing.flags``.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from traffic.windowing.flags import outages
from traffic.windowing.medians import row_medians

_OFF_DAYS: Final = 7
"""Zeros that have lasted for longer, and still do, are what is to be expected: the link is off."""


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
        NaN where exact zeros last half an hour at slots whose median is above zero; zeros at the end that
        have lasted for more than a week stay.
    """
    rows = np.flatnonzero((values == 0).any(axis=(1, 2)))
    if rows.size == 0:
        return values
    kept = values.copy()
    n_days, n_slots = values.shape[1:]
    medians = row_medians(np.moveaxis(values[rows], 1, 2))
    for row, median in zip(rows, medians, strict=True):
        flat = kept[row].reshape(-1)
        is_outage = outages(flat, np.tile(median, n_days), step_seconds)
        with_traffic = np.flatnonzero(flat > 0)
        if with_traffic.size and np.count_nonzero(flat[with_traffic[-1] :] == 0) > _OFF_DAYS * n_slots:
            is_outage[with_traffic[-1] :] = False
        flat[is_outage] = np.nan
    return kept
