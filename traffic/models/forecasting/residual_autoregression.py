"""The intraday update: what the last hours and yesterday's same hour left over goes on for some hours.

An autoregression of the profiles' residuals by the hour belongs here.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from traffic.compiled import compiled_sums
from traffic.models.forecasting.residuals import (
    Residuals,
    learning_weights,
    refit_rows,
    ridge_coefficients,
)

_PENALTY: Final = 1e-3
"""Enough for residuals that are all alike to have a solution."""

_DAYS_BEHIND: Final = 2
"""The longest lag, in days."""


def lags_of(n_hours: int) -> NDArray[np.int64]:
    """Lags in hours: the last three, yesterday's same hour with its neighbours, the day before."""
    lags = {1, 2, 3, n_hours - 1, n_hours, n_hours + 1, _DAYS_BEHIND * n_hours}
    return np.array(sorted(lag for lag in lags if 0 < lag <= _DAYS_BEHIND * n_hours))


def intraday_updates(residuals: Residuals) -> NDArray[np.float64]:
    """Forecast the residuals of each row by an autoregression, hour after hour.

    Parameters
    ----------
    residuals : Residuals
        Of lead 1: a day whose eve is not known has no last hours.

    Returns
    -------
    ndarray of shape (profiles, series, rows, hours)
        To be added to the profiles.

    Notes
    -----
    Least squares on clipped residuals; a missing residual counts as zero, as if its profile had been right.
    """
    n_profiles, n_series, n_days, n_hours = residuals.values.shape
    lags = lags_of(n_hours)
    weights = np.repeat(learning_weights(residuals), n_hours, axis=1)
    refits, which = refit_rows(residuals.rows.size)
    known = np.append(0, residuals.rows[refits] - residuals.lead + 1) * n_hours
    paths = (n_profiles * n_series, n_days * n_hours)
    is_observed = residuals.is_observed.reshape(n_series, -1)
    products = _weighted_products(residuals.clipped.reshape(paths), is_observed, lags, weights, known)
    coefficients = ridge_coefficients(products[..., :-1, :-1], products[..., :-1, -1], _PENALTY)
    begin = residuals.rows * n_hours
    made = _continued(residuals.values.reshape(paths), coefficients[:, which], lags, begin, n_hours)
    return made.reshape(n_profiles, n_series, begin.size, n_hours)


@compiled_sums
def _weighted_products(
    paths: NDArray[np.float64],
    is_observed: NDArray[np.bool_],
    lags: NDArray[np.int64],
    weights: NDArray[np.float64],
    known: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Weighted sums at each refit of the products of lagged values, the value itself last.

    The weights of a refit are those of the last one times a factor, on the days that both know: each
    product is taken once.
    """
    n_paths, n_times = paths.shape
    n_series, n_refits, n_lags = is_observed.shape[0], weights.shape[0], lags.size
    shifts = np.append(lags, 0)
    products = np.empty((n_paths, n_refits, n_lags + 1, n_lags + 1))
    known_weights = weights[-1] * is_observed
    weighted = np.empty(n_times)
    for path in range(n_paths):
        values = paths[path]
        for i in range(n_lags + 1):
            weighted[shifts[i] :] = values[: n_times - shifts[i]]
            weighted *= known_weights[path % n_series]
            for j in range(i, n_lags + 1):
                total = 0.0
                for refit in range(n_refits):
                    begin, end = max(known[refit], shifts[i], shifts[j]), known[refit + 1]
                    total += np.dot(weighted[begin:end], values[begin - shifts[j] : end - shifts[j]])
                    products[path, refit, i, j] = products[path, refit, j, i] = total
    for refit in range(n_refits):
        newest = known[refit + 1] - 1
        if weights[-1, newest] > 0:
            products[:, refit] *= weights[refit, newest] / weights[-1, newest]
    return products


@compiled_sums
def _continued(
    paths: NDArray[np.float64],
    coefficients: NDArray[np.float64],
    lags: NDArray[np.int64],
    begin: NDArray[np.int64],
    n_hours: int,
) -> NDArray[np.float64]:
    """Go on with each path for a day from each beginning, of shape (paths, beginnings, hours)."""
    longest = lags[-1]
    made = np.empty((paths.shape[0], begin.size, n_hours))
    course = np.empty(longest + n_hours)
    for path in range(paths.shape[0]):
        for row in range(begin.size):
            course[:longest] = paths[path, begin[row] - longest : begin[row]]
            for hour in range(longest, longest + n_hours):
                course[hour] = 0.0
                for index in range(lags.size):
                    course[hour] += coefficients[path, row, index] * course[hour - lags[index]]
            made[path, row] = course[longest:]
    return made
