"""Profiles: what each slot of a day is expected to be, from the days before it alone.

Five ways to average the days of the past belong here, and their level. How they are updated by what the last
hours and days left over belongs to ``residual_autoregression`` and ``residual_levels``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from traffic.models.forecasting.day_weights import FIRST_PROFILE_DAY, DayWeights

PROFILES: Final = ("last_days", "all_days", "weekday", "day_and_week", "robust_week")
"""Days with half-lives of one and of eight days; median of the same weekdays; day and week together, half of
it from last week's level and the weekday's deviation; the mean of the weekday's median and the joint mean."""

_COMPARATORS: Final = (
    *((0, 1), (2, 3), (4, 5), (6, 7), (0, 2), (1, 3), (4, 6), (5, 7), (1, 2), (5, 6)),
    *((0, 4), (1, 5), (2, 6), (3, 7), (2, 4), (3, 5), (1, 2), (3, 4), (5, 6)),
)
"""Sorting network of eight values (Batcher 1968): numpy's ``nanmedian`` takes ten times as long."""


@dataclass(frozen=True, eq=False)
class ScaledDays:
    """Days on the scale on which they are averaged.

    Parameters
    ----------
    values : ndarray of shape (series, days, slots)
        Zero where missing.
    is_observed : ndarray of bool of the same shape
    is_complete : bool
        Whether nothing is missing, which makes every mean cheaper.
    """

    values: NDArray[np.float64]
    is_observed: NDArray[np.bool_]
    is_complete: bool

    @classmethod
    def of(cls, values: NDArray[np.float64]) -> ScaledDays:
        """Take values that are NaN where missing."""
        is_observed = ~np.isnan(values)
        is_complete = bool(is_observed.all())
        return cls(values if is_complete else np.where(is_observed, values, 0.0), is_observed, is_complete)

    def part(self, rows: NDArray[np.intp]) -> ScaledDays:
        """Return the days of some of the series."""
        return ScaledDays(self.values[rows], self.is_observed[rows], self.is_complete)


def day_profiles(days: ScaledDays, weights: DayWeights) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Profiles of each day forecast, and the level.

    Parameters
    ----------
    days : ScaledDays
        Of ``N_DAYS`` days.
    weights : DayWeights
        Rows are the days forecast.

    Returns
    -------
    profiles : ndarray of shape (profiles, series, rows, slots)
        In the order of ``PROFILES``; the level where a slot was never seen.
    level : ndarray of shape (series, rows)
        Mean of the window; NaN where nothing was seen.
    """
    kernels = np.stack([weights.last_days, weights.all_days, weights.same_kind, weights.joint])
    last_days, all_days, same_kind, joint = _weighted_means(days, kernels)
    level, week_level = _levels(days, weights)
    weekday = _medians_of_kind(days, weights.newest_same_kind, same_kind)
    by_level = week_level[:, :, None] + _weekday_deviations(days, weights, week_level)
    profiles = np.stack([last_days, all_days, weekday, (joint + by_level) / 2, (joint + weekday) / 2])
    if not days.is_complete:
        np.copyto(profiles, level[None, :, :, None], where=np.isnan(profiles))
    return profiles, level


def _weighted_means(days: ScaledDays, kernels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Means of shape (kernels, series, rows, slots) of what is observed; NaN where nothing is."""
    flat = kernels.reshape(-1, kernels.shape[-1])
    with np.errstate(invalid="ignore", divide="ignore"):
        if days.is_complete:
            means = np.matmul(flat / flat.sum(axis=1, keepdims=True), days.values)
        else:
            means = np.matmul(flat, days.values)
            weight = np.matmul(flat, days.is_observed.astype(np.float64))
            means /= np.where(weight > 0, weight, np.nan)
    n_series, _, n_slots = means.shape
    return np.moveaxis(means.reshape(n_series, *kernels.shape[:2], n_slots), 0, 1)


def _levels(days: ScaledDays, weights: DayWeights) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean of the window and of the last week, of shape (series, rows); days half seen count half."""
    n_seen = days.is_observed.sum(axis=2)
    daily = days.values.sum(axis=2) / np.maximum(n_seen, 1)
    level = _ratio((n_seen * daily) @ weights.level.T, n_seen @ weights.level.T)
    is_seen = n_seen > 0
    week_level = _ratio((is_seen * daily) @ weights.last_week.T, is_seen @ weights.last_week.T)
    return level, np.where(np.isnan(week_level), level, week_level)


def _ratio(above: NDArray[np.float64], below: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(above / np.where(below > 0, below, np.nan), dtype=np.float64)


def _weekday_deviations(
    days: ScaledDays, weights: DayWeights, week_level: NDArray[np.float64]
) -> NDArray[np.float64]:
    """How days of the target's kind stood above the level of the week before them."""
    before = np.concatenate(
        [np.repeat(week_level[:, :1], FIRST_PROFILE_DAY, axis=1), week_level[:, :-1]], axis=1
    )
    has_level = ~np.isnan(before)[:, :, None]
    deviations = np.where(days.is_observed & has_level, days.values - np.nan_to_num(before)[:, :, None], 0.0)
    observed = days.is_observed & has_level
    is_complete = days.is_complete and bool(has_level.all())
    means = _weighted_means(ScaledDays(deviations, observed, is_complete), weights.deviations[None])[0]
    return means if is_complete else np.where(np.isnan(means), 0.0, means)


def _medians_of_kind(
    days: ScaledDays, newest: NDArray[np.int64], otherwise: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Slot medians of the newest days of the target's kind; single precision is a tenth of the cost."""
    values = days.values.astype(np.float32)
    if not days.is_complete:
        values[~days.is_observed] = np.inf
    ranked = [values[:, column] for column in newest.T]
    for rank, column in enumerate(newest.T):
        ranked[rank][:, column < 0] = np.inf
    spare = np.empty_like(ranked[0])
    for low, high in _COMPARATORS:
        np.minimum(ranked[low], ranked[high], out=spare)
        np.maximum(ranked[low], ranked[high], out=ranked[high])
        ranked[low], spare = spare, ranked[low]
    if days.is_complete:
        medians = np.empty(otherwise.shape)
        for row, n_alike in enumerate((newest >= 0).sum(axis=1)):
            lower, upper = (ranked[max(n_alike - 1, 0) // 2], ranked[n_alike // 2])
            medians[:, row] = (lower[:, row] + upper[:, row]) / 2 if n_alike else otherwise[:, row]
        return medians
    stacked = np.stack(ranked)
    n_alike = np.isfinite(stacked).sum(axis=0)
    lower = np.take_along_axis(stacked, np.maximum(n_alike - 1, 0)[None] // 2, axis=0)[0]
    upper = np.take_along_axis(stacked, np.minimum(n_alike // 2, newest.shape[1] - 1)[None], axis=0)[0]
    return np.where(n_alike > 0, (lower + upper) / 2, otherwise)
