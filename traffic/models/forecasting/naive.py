"""What anybody can forecast without a model: the yardsticks that a model has to beat.

The mean, the last value, and the newest value of the same slot or of the same slot and weekday belong here.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from traffic.models.forecasting.day_weights import FIRST_FORECAST_DAY, N_DAYS, WINDOW_DAYS
from traffic.windowing.histories import DAYS_A_WEEK

MEAN: Final = "mean"
LAST_VALUE: Final = "last_value"
SEASONAL_NAIVE_DAY: Final = "seasonal_naive_day"
SEASONAL_NAIVE_WEEK: Final = "seasonal_naive_week"
NAIVE: Final = (SEASONAL_NAIVE_DAY, SEASONAL_NAIVE_WEEK, LAST_VALUE, MEAN)


def naive_forecasts(values: NDArray[np.float64], lead: int) -> NDArray[np.float64]:
    """Forecast each day of the second half of a history, and the day ahead, without a model.

    Parameters
    ----------
    values : ndarray of shape (series, N_DAYS, slots)
        NaN where missing.
    lead : int
        1 for the day after what is known, up to 7.

    Returns
    -------
    ndarray of shape (4, series, rows, slots)
        In the order of ``NAIVE``; rows as in ``Candidates``. What was never seen takes the last value;
        NaN before anything was seen.

    Notes
    -----
    The mean is that of the six weeks before, or the last value if nothing was seen in them.
    """
    is_observed = ~np.isnan(values)
    eve = np.append(np.arange(FIRST_FORECAST_DAY, N_DAYS) - lead, N_DAYS - 1)
    week_before = np.append(np.arange(FIRST_FORECAST_DAY, N_DAYS), N_DAYS - 1 + lead) - DAYS_A_WEEK
    by_day, by_week, last = values, values, values[:, :, -1]
    if not is_observed.all():
        by_day = _carried(values, 1)
        by_week = _carried(values, DAYS_A_WEEK)
        last = _last_values(values)
    n_slots = values.shape[2]
    made = np.empty((len(NAIVE), values.shape[0], eve.size, n_slots))
    made[2] = last[:, eve, None]
    made[0] = by_day[:, eve]
    np.copyto(made[0], made[2], where=np.isnan(made[0]))
    made[1] = by_week[:, week_before]
    np.copyto(made[1], made[0], where=np.isnan(made[1]))
    made[3] = _means(values, is_observed)[:, eve, None]
    np.copyto(made[3], made[2], where=np.isnan(made[3]))
    return made


def _carried(values: NDArray[np.float64], days: int) -> NDArray[np.float64]:
    """Newest value of the slot, going back by so many days at a time."""
    carried = values.copy()
    for day in range(days, values.shape[1]):
        np.copyto(carried[:, day], carried[:, day - days], where=np.isnan(carried[:, day]))
    return carried


def _last_values(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Newest value at the end of each day, of shape (series, days)."""
    n_series, n_days, n_slots = values.shape
    flat = values.reshape(n_series, -1)
    place = np.where(np.isnan(flat), -1, np.arange(flat.shape[1]))
    newest = np.maximum.accumulate(place.reshape(n_series, n_days, n_slots).max(axis=2), axis=1)
    found = np.take_along_axis(flat, np.maximum(newest, 0), axis=1)
    return np.where(newest >= 0, found, np.nan)


def _means(values: NDArray[np.float64], is_observed: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Means of the window that ends with each day, of shape (series, days)."""
    age = np.arange(values.shape[1]) - np.arange(values.shape[1])[:, None]
    # Sums of each window: a difference of running sums may be below zero where all values are not.
    in_window = ((age >= 0) & (age < WINDOW_DAYS)).astype(np.float64)
    total = np.where(is_observed, values, 0.0).sum(axis=2) @ in_window
    count = is_observed.sum(axis=2) @ in_window
    return np.asarray(total / np.where(count > 0, count, np.nan), dtype=np.float64)
