"""The level update: how far the last hours and days stood above their profile, and how much of it stays.

A ridge regression of the profiles' residuals on their own recent levels belongs here.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from traffic.models.forecasting.residuals import (
    FIRST_ROW,
    HOURS,
    N_RESIDUAL_DAYS,
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
    exp(-h / (4 half-life)), and the residuals of the same hour on the last known day and a week before. The
    faded means are products of what the eve knows and of the hour, so that no array of features is built.
    """
    lead, n_hours = residuals.lead, residuals.n_hours
    half_lives = _HALF_LIVES * n_hours / HOURS
    ahead = np.arange(1, n_hours + 1.0) + n_hours * (lead - 1)
    is_lasting = np.arange(half_lives.size) == half_lives.size - 1
    fade = np.where(is_lasting, 1.0, np.exp(-ahead[:, None] / (4 * half_lives)))
    levels = _levels(residuals.clipped, half_lives)
    day = np.arange(N_RESIDUAL_DAYS)
    same_hour = [_delayed(residuals.clipped, delay) for delay in (lead, _WEEK)]
    coefficients = _coefficients(residuals, levels[:, :, np.maximum(day - lead + 1, 0)], fade, same_hour)
    eve = np.append(np.arange(FIRST_ROW, N_RESIDUAL_DAYS) - lead + 1, N_RESIDUAL_DAYS)
    n_levels = half_lives.size
    update: NDArray[np.float64] = np.matmul(coefficients[..., :n_levels] * levels[:, :, eve], fade.T)
    for index, delay in enumerate((lead, _WEEK)):
        known = residuals.clipped[:, :, residuals.rows - delay]
        update += coefficients[..., n_levels + index, None] * known
    return update


def _levels(clipped: NDArray[np.float64], half_lives: NDArray[np.float64]) -> NDArray[np.float64]:
    """Exponentially weighted means at the beginning of each day and after the last one."""
    n_profiles, n_series, n_days, n_hours = clipped.shape
    decay = 0.5 ** (1 / half_lives)
    within = np.matmul(clipped, (1 - decay) * decay ** (n_hours - 1 - np.arange(n_hours))[:, None])
    levels = np.zeros((n_profiles, n_series, n_days + 1, half_lives.size))
    for day in range(n_days):
        levels[:, :, day + 1] = decay**n_hours * levels[:, :, day] + within[:, :, day]
    return levels


def _delayed(clipped: NDArray[np.float64], days: int) -> NDArray[np.float64]:
    late = np.zeros_like(clipped)
    late[:, :, days:] = clipped[:, :, :-days]
    return late


def _coefficients(
    residuals: Residuals,
    levels: NDArray[np.float64],
    fade: NDArray[np.float64],
    same_hour: list[NDArray[np.float64]],
) -> NDArray[np.float64]:
    """Coefficients of each row, of shape (profiles, series, rows, features)."""
    target = residuals.clipped
    n_profiles, n_series, n_days, _ = target.shape
    n_levels = levels.shape[-1]
    n = n_levels + len(same_hour)
    gram = np.empty((n_profiles, n_series, n_days, n, n))
    moment = np.empty((n_profiles, n_series, n_days, n))
    gram[..., :n_levels, :n_levels] = levels[..., :, None] * levels[..., None, :] * (fade.T @ fade)
    moment[..., :n_levels] = levels * np.matmul(target, fade)
    for i, one in enumerate(same_hour, start=n_levels):
        gram[..., :n_levels, i] = gram[..., i, :n_levels] = levels * np.matmul(one, fade)
        moment[..., i] = np.einsum("bsdh,bsdh->bsd", one, target)
        for j, other in enumerate(same_hour[: i - n_levels + 1], start=n_levels):
            gram[..., i, j] = gram[..., j, i] = np.einsum("bsdh,bsdh->bsd", one, other)
    weights = learning_weights(residuals)
    summed = np.matmul(weights, gram.reshape(n_profiles, n_series, n_days, n * n))
    _, which = refit_rows(residuals.rows.size)
    solved = ridge_coefficients(
        summed.reshape(n_profiles, n_series, -1, n, n), np.matmul(weights, moment), _PENALTY
    )
    return solved[:, :, which]
