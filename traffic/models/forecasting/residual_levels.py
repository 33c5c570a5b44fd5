"""The level update: how far the last hours and days stood above their profile, and how much of it stays.

A ridge regression of the profiles' residuals on their own recent levels belongs here.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from traffic.compiled import compiled_sums
from traffic.models.forecasting.residuals import (
    HOURS,
    Residuals,
    learning_weights,
    refit_rows,
    ridge_coefficients,
)

_HALF_LIVES: Final = np.array([1.0, 4.0, 12.0, 48.0])
"""Of the exponentially weighted levels, in hours; all but the last fade over four times as many hours
ahead."""

_PENALTY: Final = 0.3
_WEEK: Final = 7


def level_updates(residuals: Residuals) -> NDArray[np.float64]:
    """Forecast the residuals of each row from their recent levels.

    Parameters
    ----------
    residuals : Residuals
        Of any lead up to a week.

    Returns
    -------
    ndarray of shape (profiles, series, rows, hours)
        To be added to the profiles.

    Notes
    -----
    The features of an hour h ahead are the exponentially weighted means of the residuals at the eve, faded by
    exp(-h / (4 half-life)), and the residuals of the same hour on the last known day and a week before. No
    array of all features is built.
    """
    lead, n_hours = residuals.lead, residuals.n_hours
    half_lives = _HALF_LIVES * n_hours / HOURS
    ahead = np.arange(1, n_hours + 1.0) + n_hours * (lead - 1)
    is_lasting = np.arange(half_lives.size) == half_lives.size - 1
    fade = np.where(is_lasting[:, None], 1.0, np.exp(-ahead / (4 * half_lives[:, None])))
    weights = learning_weights(residuals)
    refits, which = refit_rows(residuals.rows.size)
    n_profiles, n_series, n_days, _ = residuals.clipped.shape
    flat = residuals.clipped.reshape(n_profiles * n_series, n_days, n_hours)
    levels = _levels(flat, 0.5 ** (1 / half_lives))
    known = residuals.rows[refits] - lead
    products = _weighted_products(flat, levels, fade, weights, known, lead)
    coefficients = ridge_coefficients(products[..., :-1, :-1], products[..., :-1, -1], _PENALTY)
    made = _updates(flat, levels, fade, coefficients[:, which], residuals.rows, lead)
    return made.reshape(n_profiles, n_series, residuals.rows.size, n_hours)


@compiled_sums
def _levels(paths: NDArray[np.float64], decay: NDArray[np.float64]) -> NDArray[np.float64]:
    """Exponentially weighted means at the beginning of each day and after the last one."""
    n_paths, n_days, n_hours = paths.shape
    levels = np.zeros((n_paths, n_days + 1, decay.size))
    for path in range(n_paths):
        for index in range(decay.size):
            keep, level = decay[index], 0.0
            for day in range(n_days):
                for hour in range(n_hours):
                    level = keep * level + (1 - keep) * paths[path, day, hour]
                levels[path, day + 1, index] = level
    return levels


@compiled_sums
def _add_day(
    total: NDArray[np.float64],
    weight: float,
    level: NDArray[np.float64],
    before: NDArray[np.float64],
    week_before: NDArray[np.float64],
    target: NDArray[np.float64],
    fade: NDArray[np.float64],
    of_fading: NDArray[np.float64],
) -> None:
    """Add a day's weighted products to the lower triangle: of levels first, then of whole days."""
    n_levels = level.size
    for i in range(n_levels):
        for j in range(i + 1):
            total[i, j] += weight * level[i] * level[j] * of_fading[i, j]
    for j in range(n_levels):
        of_before, of_week, of_target = 0.0, 0.0, 0.0
        for hour in range(target.size):
            of_before += fade[j, hour] * before[hour]
            of_week += fade[j, hour] * week_before[hour]
            of_target += fade[j, hour] * target[hour]
        total[n_levels, j] += weight * level[j] * of_before
        total[n_levels + 1, j] += weight * level[j] * of_week
        total[n_levels + 2, j] += weight * level[j] * of_target
    squares, week_squares, crossed, moment, week_moment = 0.0, 0.0, 0.0, 0.0, 0.0
    for hour in range(target.size):
        squares += before[hour] * before[hour]
        week_squares += week_before[hour] * week_before[hour]
        crossed += before[hour] * week_before[hour]
        moment += before[hour] * target[hour]
        week_moment += week_before[hour] * target[hour]
    total[n_levels, n_levels] += weight * squares
    total[n_levels + 1, n_levels] += weight * crossed
    total[n_levels + 1, n_levels + 1] += weight * week_squares
    total[n_levels + 2, n_levels] += weight * moment
    total[n_levels + 2, n_levels + 1] += weight * week_moment


@compiled_sums
def _weighted_products(
    paths: NDArray[np.float64],
    levels: NDArray[np.float64],
    fade: NDArray[np.float64],
    weights: NDArray[np.float64],
    known: NDArray[np.int64],
    lead: int,
) -> NDArray[np.float64]:
    """Weighted sums at each refit of the products of features, the residual itself last.

    As in ``residual_autoregression``, each product is taken once: the weights of a refit are those of the
    last one times a factor. Features that are levels are products of a level and its fading: theirs are too.
    """
    n_paths, _, n_hours = paths.shape
    n_levels = fade.shape[0]
    n = n_levels + 3
    products = np.zeros((n_paths, known.size, n, n))
    of_fading = fade @ fade.T
    total = np.empty((n, n))
    nothing = np.zeros(n_hours)
    for path in range(n_paths):
        total[:] = 0.0
        day = lead - 1
        for refit in range(known.size):
            while day <= known[refit]:
                if weights[-1, day] > 0:
                    level = levels[path, day - lead + 1]
                    before = paths[path, day - lead] if day >= lead else nothing
                    week_before = paths[path, day - _WEEK] if day >= _WEEK else nothing
                    target = paths[path, day]
                    _add_day(total, weights[-1, day], level, before, week_before, target, fade, of_fading)
                day += 1
            newest = known[refit]
            factor = weights[refit, newest] / weights[-1, newest] if weights[-1, newest] > 0 else 1.0
            for i in range(n):
                for j in range(i + 1):
                    products[path, refit, i, j] = products[path, refit, j, i] = factor * total[i, j]
    return products


@compiled_sums
def _updates(
    paths: NDArray[np.float64],
    levels: NDArray[np.float64],
    fade: NDArray[np.float64],
    coefficients: NDArray[np.float64],
    days: NDArray[np.int64],
    lead: int,
) -> NDArray[np.float64]:
    """Add up the features of each day forecast, of shape (paths, days, hours)."""
    n_paths, _, n_hours = paths.shape
    n_levels = fade.shape[0]
    made = np.empty((n_paths, days.size, n_hours))
    for path in range(n_paths):
        for row in range(days.size):
            before, week_before = paths[path, days[row] - lead], paths[path, days[row] - _WEEK]
            of_day, of_week = coefficients[path, row, n_levels], coefficients[path, row, n_levels + 1]
            for hour in range(n_hours):
                made[path, row, hour] = of_day * before[hour] + of_week * week_before[hour]
            for index in range(n_levels):
                size = coefficients[path, row, index] * levels[path, days[row] - lead + 1, index]
                for hour in range(n_hours):
                    made[path, row, hour] += size * fade[index, hour]
    return made
