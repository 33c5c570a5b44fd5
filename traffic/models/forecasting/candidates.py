"""The candidates: each day of the second half of the history, and the day ahead, forecast in many ways.

Each forecast is made of what was known at its own eve, so that the errors of all but the last are out of
sample. Which are believed belongs to ``combination`` and ``champions``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from traffic.models.forecasting.day_weights import FIRST_FORECAST_DAY, N_DAYS, day_weights
from traffic.models.forecasting.profiles import PROFILES, ScaledDays, day_profiles
from traffic.models.forecasting.residual_autoregression import intraday_updates
from traffic.models.forecasting.residual_levels import level_updates
from traffic.models.forecasting.residuals import FIRST_ROW, hourly_means, residuals_of
from traffic.models.forecasting.scales import FOURTH_ROOT, IDENTITY, LOG, SQUARE_ROOT, Scale
from traffic.models.forecasting.surprises import without_surprises

LEVEL: Final = "level"
INTRADAY: Final = "intraday"
LEVEL_UPDATE: Final = "adapted"

PLAIN_SCALES: Final = (IDENTITY, SQUARE_ROOT, LOG)
"""Scales on which a profile can be asked for beside the fourth root, which the combination uses."""

_MARGIN: Final = 0.1
"""How far beyond the range seen until its eve a forecast may go, as a part of it, on the scale: an update
that explodes is stopped there, and growth is not."""


@dataclass(frozen=True, eq=False)
class Candidates:
    """Forecasts by several candidates.

    Parameters
    ----------
    names : tuple of str
        One a candidate.
    forecasts : ndarray of shape (candidates, series, rows, slots)
        In the series' own unit; the rows are the days ``FIRST_FORECAST_DAY`` to ``N_DAYS - 1`` of the
        history, and last the day ahead.
    """

    names: tuple[str, ...]
    forecasts: NDArray[np.float64]


class CandidateMaker:
    """Makes the candidates of some histories for any day ahead.

    Parameters
    ----------
    values : ndarray of shape (series, N_DAYS, slots)
        NaN where missing.
    kinds : ndarray of int of shape (N_DAYS + days ahead,)
        Kind of each day.
    scale : Scale
        On which days are averaged.

    Attributes
    ----------
    values : ndarray of shape (series, N_DAYS, slots)
        What is learned from: the given values, cut where they are spikes.
    """

    def __init__(self, values: NDArray[np.float64], kinds: NDArray[np.int64], scale: Scale) -> None:
        self._kinds = kinds
        self._scale = scale
        scaled = scale.forward(values)
        days = ScaledDays.of(scaled)
        self._first = without_surprises(days, day_weights(self._kinds, 1))
        self.values = values
        if self._first.days is not days:
            is_cut = self._first.days.values != days.values
            self.values = np.where(is_cut, scale.backward(self._first.days.values.copy()), values)
            scaled = np.where(is_cut, self._first.days.values, scaled)
        self._bounds = _running_bounds(scaled)

    def plain(self, profile: str, lead: int) -> NDArray[np.float64]:
        """Forecast by a profile alone.

        Parameters
        ----------
        profile : str
            One of ``PROFILES``.
        lead : int
            As ``candidates`` takes it.

        Returns
        -------
        ndarray of shape (series, rows, slots)
            In the series' own unit.
        """
        profiles, _ = day_profiles(self._first.days, day_weights(self._kinds, lead))
        rows = np.clip(profiles[PROFILES.index(profile)][None, :, FIRST_ROW:], *self._bounds_known(lead))
        return np.asarray(self._scale.backward(rows)[0], dtype=np.float64)

    def candidates(self, lead: int) -> Candidates:
        """Forecast by each profile, updated in both ways, and by the level.

        Parameters
        ----------
        lead : int
            1 for the day after the history, 2 for the second, and so on. From the second on the last hours
            say nothing that the level does not, and the intraday update is left out.

        Returns
        -------
        Candidates
            Of ``candidate_names(lead)``.
        """
        if lead == 1:
            profiles, level, residuals = self._first.profiles, self._first.level, self._first.residuals
            updates = [intraday_updates(residuals), level_updates(residuals)]
        else:
            days = self._first.days
            profiles, level = day_profiles(days, day_weights(self._kinds, lead))
            residuals = residuals_of(hourly_means(days.values, days.is_observed), profiles, lead)
            updates = [level_updates(residuals)]
        rows = profiles[:, :, FIRST_ROW:]
        n_profiles, n_series, n_rows, n_slots = rows.shape
        made = np.empty((len(updates) * n_profiles + 1, n_series, n_rows, n_slots))
        for index, update in enumerate(updates):
            block = made[index * n_profiles : (index + 1) * n_profiles]
            np.add(rows, _between_hours(update, n_slots), out=block)
        made[-1] = level[:, FIRST_ROW:, None]
        low, high = self._bounds_known(lead)
        np.clip(made, low, high, out=made)
        return Candidates(candidate_names(lead), self._scale.backward(made))

    def _bounds_known(self, lead: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Bounds of each row's forecasts by what was known at its eve, of shape (series, rows, 1)."""
        eve = np.append(np.arange(FIRST_FORECAST_DAY, N_DAYS) - lead, N_DAYS - 1)
        low, high = (bound[:, eve, None] for bound in self._bounds)
        margin = _MARGIN * (high - low)
        return low - margin, high + margin


def split_name(name: str) -> tuple[str, str]:
    """Split the name of a plain profile, ``<profile>`` or ``<profile>@<scale>``, into the two."""
    profile, _, scale = name.partition("@")
    return profile, scale or FOURTH_ROOT


def candidate_names(lead: int) -> tuple[str, ...]:
    """Names of the candidates: the profile and its update, and the level."""
    updates = (LEVEL_UPDATE,) if lead > 1 else (INTRADAY, LEVEL_UPDATE)
    return (*(f"{profile}_{update}" for update in updates for profile in PROFILES), LEVEL)


def _running_bounds(scaled: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Least and largest value up to each day, of shape (series, N_DAYS)."""
    is_missing = np.isnan(scaled)
    low = np.where(is_missing, np.inf, scaled).min(axis=2)
    high = np.where(is_missing, -np.inf, scaled).max(axis=2)
    return np.minimum.accumulate(low, axis=1), np.maximum.accumulate(high, axis=1)


def _between_hours(update: NDArray[np.float64], n_slots: int) -> NDArray[np.float64]:
    """Spread the updates of the hours over the slots, linearly between the hours' middles."""
    n_hours = update.shape[-1]
    if n_slots == n_hours:
        return update
    steps = n_slots // n_hours
    at = (np.arange(n_slots) + 0.5) / steps - 0.5
    before = np.clip(np.floor(at).astype(np.int64), 0, max(n_hours - 2, 0))
    share = np.clip(at - before, 0.0, 1.0)
    spread = np.zeros((n_hours, n_slots))
    spread[before, np.arange(n_slots)] = 1 - share
    spread[np.minimum(before + 1, n_hours - 1), np.arange(n_slots)] += share
    return np.asarray(np.matmul(update, spread), dtype=np.float64)
