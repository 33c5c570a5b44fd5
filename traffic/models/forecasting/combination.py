"""The combination: every candidate is believed by how well it has done on the last days.

Daily errors and the weights that follow from them belong here. Whether the combination is used at all belongs
to ``champions``.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from traffic.models.forecasting.day_weights import FIRST_FORECAST_DAY, N_DAYS

_JUDGED_DAYS: Final = 14
_HALF_LIFE: Final = 3.0
"""Days: what did well a week ago may do badly since the level changed."""

_JUDGED_DAYS_FURTHER: Final = 28
_HALF_LIFE_FURTHER: Final = 14.0
"""The same for the second day ahead and later ones: how well these are forecast depends on the weekday more
than on the week, and the newest of their errors are days old."""

_SHARPNESS: Final = 10.0
"""A candidate that errs by a tenth more than the best has 1/e of its weight. From 7 to 15 nothing changes by
more than one per cent; the best alone is up to 9 % worse, for it was the best by luck."""

_DAYS_BEFORE: Final = 2
"""Days that must have been seen before a forecast is judged."""


def judged_days(values: NDArray[np.float64], lead: int) -> NDArray[np.bool_]:
    """Days of the second half of a history on which forecasts are judged.

    Parameters
    ----------
    values : ndarray of shape (series, N_DAYS, slots)
        NaN where missing.
    lead : int
        Days from what is known to the end of a forecast's day.

    Returns
    -------
    ndarray of bool of shape (series, N_DAYS - FIRST_FORECAST_DAY)
        Where something is observed, and its eve knew two days of the series.
    """
    is_seen = np.any(~np.isnan(values), axis=2)
    first = np.where(is_seen.any(axis=1), is_seen.argmax(axis=1), N_DAYS)
    day = np.arange(FIRST_FORECAST_DAY, N_DAYS)
    return np.asarray(is_seen[:, FIRST_FORECAST_DAY:] & (day >= first[:, None] + _DAYS_BEFORE + lead - 1))


def daily_errors(
    forecasts: NDArray[np.float64], values: NDArray[np.float64], is_judged: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Mean absolute error of each forecast on each judged day.

    Parameters
    ----------
    forecasts : ndarray of shape (models, series, rows, slots)
        Rows as in ``Candidates``.
    values : ndarray of shape (series, N_DAYS, slots)
        NaN where missing.
    is_judged : ndarray of bool of shape (series, rows - 1)

    Returns
    -------
    ndarray of shape (models, series, rows - 1)
        In the series' own unit; zero on days that are not judged.
    """
    actual = values[:, FIRST_FORECAST_DAY:]
    errors = np.abs(forecasts[:, :, :-1] - actual)
    n_seen = np.maximum(np.count_nonzero(~np.isnan(actual), axis=2), 1)
    total = errors.sum(axis=3)
    if np.isnan(total).any():
        total = np.nansum(errors, axis=3)
    return np.where(is_judged, total / n_seen, 0.0)


def combine(
    forecasts: NDArray[np.float64], errors: NDArray[np.float64], is_judged: NDArray[np.bool_], lead: int
) -> NDArray[np.float64]:
    """Mean of the forecasts of each row, weighted by what was known of their errors at its eve.

    Parameters
    ----------
    forecasts : ndarray of shape (candidates, series, rows, slots)
        In the series' own unit.
    errors : ndarray of shape (candidates, series, rows - 1)
        From ``daily_errors``.
    is_judged : ndarray of bool of shape (series, rows - 1)
    lead : int
        Days from what is known to the end of a row's day.

    Returns
    -------
    ndarray of shape (series, rows, slots)
        The candidates' median where none was judged: the level by itself would spoil their mean.

    Notes
    -----
    Weights exp(-``_SHARPNESS`` (e / e_min - 1)) of the mean absolute errors e: the exponentially weighted
    average forecaster (Vovk 1990), forgetting with a half-life of three days, or of two weeks further ahead.
    """
    weights = combination_weights(errors, is_judged, lead)
    combined: NDArray[np.float64] = np.einsum("csd,csdh->sdh", weights, forecasts)
    is_new = is_judged @ (_forgetting(is_judged.shape[1], lead).T > 0) == 0
    combined[is_new] = np.median(forecasts[:, is_new], axis=0)
    return combined


def combination_weights(
    errors: NDArray[np.float64], is_judged: NDArray[np.bool_], lead: int
) -> NDArray[np.float64]:
    """Weights of the candidates in each row.

    Parameters
    ----------
    errors, is_judged, lead
        As ``combine`` takes them.

    Returns
    -------
    ndarray of shape (candidates, series, rows)
        They sum to one.
    """
    forgetting = _forgetting(is_judged.shape[1], lead)
    known = is_judged @ forgetting.T
    mean_error = np.matmul(errors, forgetting.T) / np.where(known > 0, known, np.nan)
    least = np.maximum(mean_error.min(axis=0), np.finfo(np.float64).tiny)
    with np.errstate(over="ignore"):
        weights = np.exp(-_SHARPNESS * (mean_error / least - 1))
    weights = np.where(np.isnan(weights), 1.0, weights)
    return np.asarray(weights / weights.sum(axis=0), dtype=np.float64)


def _forgetting(n_judged: int, lead: int) -> NDArray[np.float64]:
    """Weigh the judged days (columns) by what they say to each row."""
    row = np.append(np.arange(n_judged), n_judged - 1 + lead)
    age = row[:, None] - np.arange(n_judged) - lead
    n_days, half_life = (
        (_JUDGED_DAYS, _HALF_LIFE) if lead == 1 else (_JUDGED_DAYS_FURTHER, _HALF_LIFE_FURTHER)
    )
    return np.where((age >= 0) & (age < n_days), 0.5 ** (age / half_life), 0.0)
