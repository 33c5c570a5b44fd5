"""What the profiles left over in the days that are past, by the hour.

Residuals at a resolution of an hour, bounded where they are wild, belong here, with the weighted normal
equations by which what they say of the next ones is learned.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from traffic.models.forecasting.day_weights import FIRST_FORECAST_DAY, FIRST_PROFILE_DAY, N_DAYS

HOURS: Final = 24
"""Blocks of a day, at most: finer residuals say little more, and cost twelve times as much."""

N_RESIDUAL_DAYS: Final = N_DAYS - FIRST_PROFILE_DAY
FIRST_ROW: Final = FIRST_FORECAST_DAY - FIRST_PROFILE_DAY
"""Residual day that the first forecast is made for."""

REFIT_DAYS: Final = 14
"""Coefficients are estimated anew every two weeks: every day gains one per cent and costs ten times as
much."""

_MEMORY_DAYS: Final = 28.0
"""Half-life of what the coefficients are learned from."""

_WILD: Final = 6.0
"""Residuals are clipped at so many mean absolute residuals before anything is learned from them."""

_UNSETTLED_DAYS: Final = 2
"""First residual days, whose own features are not yet known."""


@dataclass(frozen=True, eq=False)
class Residuals:
    """Residuals of each profile.

    Parameters
    ----------
    values : ndarray of shape (profiles, series, N_RESIDUAL_DAYS, hours)
        Zero where missing.
    clipped : ndarray of the same shape
        Bounded by what was usual before.
    is_observed : ndarray of bool of shape (series, N_RESIDUAL_DAYS, hours)
    lead : int
        Days from what is known to the end of the day forecast.
    """

    values: NDArray[np.float64]
    clipped: NDArray[np.float64]
    is_observed: NDArray[np.bool_]
    lead: int

    @property
    def n_hours(self) -> int:
        """Blocks of a day."""
        return int(self.values.shape[3])

    @property
    def rows(self) -> NDArray[np.int64]:
        """Residual days forecast: those that are judged, and the one ahead."""
        return np.append(np.arange(FIRST_ROW, N_RESIDUAL_DAYS), N_RESIDUAL_DAYS - 1 + self.lead)


def hours_of(day_steps: int) -> int:
    """Blocks of a day: the largest divisor of its steps that is at most ``HOURS``."""
    return max(n for n in range(1, HOURS + 1) if day_steps % n == 0)


def hourly_means(values: NDArray[np.float64], is_observed: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Means by the hour of what is observed.

    Parameters
    ----------
    values : ndarray of shape (series, days, slots)
        Zero where missing.
    is_observed : ndarray of bool of the same shape

    Returns
    -------
    ndarray of shape (series, days, hours)
        NaN where nothing is observed.
    """
    n_series, n_days, n_slots = values.shape
    blocks = (n_series, n_days, hours_of(n_slots), -1)
    n_seen = is_observed.reshape(blocks).sum(axis=3)
    total = values.reshape(blocks).sum(axis=3)
    return np.asarray(total / np.where(n_seen > 0, n_seen, np.nan), dtype=np.float64)


def residuals_of(hourly: NDArray[np.float64], profiles: NDArray[np.float64], lead: int) -> Residuals:
    """Residuals of the profiles in the days that are past.

    Parameters
    ----------
    hourly : ndarray of shape (series, N_DAYS, hours)
        From ``hourly_means``.
    profiles : ndarray of shape (profiles, series, N_RESIDUAL_DAYS + 1, slots)
        From ``day_profiles``.
    lead : int
        That of the profiles.

    Returns
    -------
    Residuals
        Of every profile.
    """
    past = profiles[:, :, :-1]
    if past.shape[3] != hourly.shape[2]:
        past = past.reshape(*past.shape[:3], hourly.shape[2], -1).mean(axis=4)
    values = hourly[None, :, FIRST_PROFILE_DAY:] - past
    is_observed = ~np.isnan(values[0])
    if not is_observed.all():
        np.copyto(values, 0.0, where=~is_observed)
    daily = np.abs(values).mean(axis=3)
    usual = np.cumsum(daily, axis=2) / np.arange(1, N_RESIDUAL_DAYS + 1)
    bound = _WILD * np.concatenate([usual[:, :, :1], usual[:, :, :-1]], axis=2)[..., None]
    return Residuals(values, np.clip(values, -bound, bound), is_observed, lead)


def refit_rows(n_rows: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows at which coefficients are estimated, and for each row the estimate that it uses.

    Parameters
    ----------
    n_rows : int
        Number of rows.

    Returns
    -------
    refits : ndarray of int of shape (refits,)
        The last row, every ``REFIT_DAYS``-th before it, and the first.
    which : ndarray of int of shape (n_rows,)
        Index into ``refits``.
    """
    refits = np.unique(np.append(np.arange(n_rows - 1, 0, -REFIT_DAYS), 0))
    return refits, np.searchsorted(refits, np.arange(n_rows), side="right") - 1


def learning_weights(residuals: Residuals) -> NDArray[np.float64]:
    """Weights of the residual days (columns) in what is learned at each refit (rows).

    Parameters
    ----------
    residuals : Residuals
        Whose rows are forecast.

    Returns
    -------
    ndarray of shape (refits, N_RESIDUAL_DAYS)
        Days that were not known then weigh nothing.
    """
    refits, _ = refit_rows(residuals.rows.size)
    newest = residuals.rows[refits][:, None] - residuals.lead
    day = np.arange(N_RESIDUAL_DAYS)
    is_known = (day <= newest) & (day >= _UNSETTLED_DAYS)
    return np.where(is_known, 0.5 ** ((newest - day) / _MEMORY_DAYS), 0.0)


def ridge_coefficients(
    gram: NDArray[np.float64], moment: NDArray[np.float64], penalty: float
) -> NDArray[np.float64]:
    """Solve many small normal equations at once.

    Parameters
    ----------
    gram : ndarray of shape (..., features, features)
    moment : ndarray of shape (..., features)
    penalty : float
        Of the squared coefficients of features scaled to unit length.

    Returns
    -------
    ndarray of shape (..., features)
        Zero for a feature that was always zero.
    """
    length = np.sqrt(np.maximum(np.einsum("...ii->...i", gram), 1e-30))
    scaled = gram / length[..., :, None] / length[..., None, :] + penalty * np.eye(gram.shape[-1])
    return np.asarray(np.linalg.solve(scaled, (moment / length)[..., None])[..., 0] / length)
