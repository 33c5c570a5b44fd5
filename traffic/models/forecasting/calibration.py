"""Intervals that hold: quantiles from the errors that the forecast itself has made out of sample.

The law of the errors, by slot and as large as they are now, belongs here. Which forecast is calibrated
belongs to ``champions``; a series of which nothing was judged, to ``young_records``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, stdtrit

from traffic.models.forecasting.weighted_quantiles import weighted_quantiles

_HALF_LIFE: Final = 7.0
"""Days, of what an error says."""

_NEIGHBOUR_HOURS: Final = 2
_SHARED_SPREAD: Final = 0.3
"""Part of a slot's spread that is the series': five hours of a month say little of a spread by themselves."""

_SIZE_HALF_LIFE: Final = 1.5
_LONG_RUN_DAYS: Final = 1.0
_LONG_RUN_HALF_LIFE: Final = 14.0
"""How large errors are now: an exponentially weighted mean of the last days, with a day's weight of the long
run's, so that errors of a holiday do not widen the nights after it for a month."""

_LEARNING_DAYS: Final = 2.0
"""Forecasts of a young record get better: their error variance goes with 1 + this / days seen."""

_MOST_GROWTH, _LEAST_GROWTH = 1.25, 0.2
_LEAST_FREEDOM: Final = 6.0
_CENTRING: Final = 0.25
_DOUBT: Final = 4.0
"""Part of the errors' median that is believed to be a bias which goes on, at least; half of it where it is
two standard errors of the days' means."""

_POOLED_SLOTS: Final = 96
"""Slots of a day whose errors are pooled: neighbours of five minutes err alike, and cost a sort."""


@dataclass(frozen=True, eq=False)
class ErrorLaw:
    """The law of what will be measured, for each series and slot of a day ahead.

    Parameters
    ----------
    centre, spread : ndarray of shape (series, slots)
        On the scale of the errors: the square root, or the value itself where it may be negative.
    levels : ndarray of shape (levels,)
        Probabilities, ascending.
    deviates : ndarray of shape (series, levels)
        Quantiles of the standardised errors; NaN where no error is known.
    is_root : bool
        Whether the scale is the square root.
    """

    centre: NDArray[np.float64]
    spread: NDArray[np.float64]
    levels: NDArray[np.float64]
    deviates: NDArray[np.float64]
    is_root: bool

    def quantiles(self) -> NDArray[np.float64]:
        """Return the quantiles, of shape (series, slots, levels), in the series' own unit."""
        return np.moveaxis(self.values_at(self.deviates[:, :, None]), 1, 2)

    def values_at(self, deviates: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the values of standardised errors of shape (series, any, slots), in the series' own unit."""
        made = self.centre[:, None, :] + self.spread[:, None, :] * deviates
        if self.is_root:
            np.maximum(made, 0.0, out=made)
            made *= made
        return made


def error_law(
    points: NDArray[np.float64],
    values: NDArray[np.float64],
    is_judged: NDArray[np.bool_],
    levels: NDArray[np.float64],
    lead: int,
    *,
    is_root: bool,
) -> tuple[ErrorLaw, NDArray[np.float64]]:
    """Law of the last row's values, from the errors of the rows before it.

    Parameters
    ----------
    points : ndarray of shape (series, rows, slots)
        Point forecasts, each of what was known at its eve.
    values : ndarray of shape (series, rows - 1, slots)
        What was measured on the days of all rows but the last, NaN where missing.
    is_judged : ndarray of bool of shape (series, rows - 1)
        Days whose errors count.
    levels : ndarray of shape (levels,)
        Probabilities, ascending.
    lead : int
        Days from what is known to the end of a row's day.
    is_root : bool
        Whether errors are those of the square roots.

    Returns
    -------
    law : ErrorLaw
        Of the day ahead.
    standardised : ndarray of shape (series, rows - 1, slots)
        The errors, over their slot's spread, as large as they would be now; NaN where not known.

    Notes
    -----
    Split conformal prediction (Vovk, Gammerman and Shafer 2005) with weights that fade (Barber, Candès,
    Ramdas and Tibshirani 2023) and locally adaptive scores (Lei et al. 2018): errors over the spread of their
    slot and its neighbours are carried to today by how large errors were known to be on their day and are
    now, and pooled over slots and days, since a cell by itself has too few for a tail of 2.5 %. With n
    effective days the levels are moved out as Student's law of n degrees of freedom is wider than the normal
    one.
    """
    centre = np.sqrt(points) if is_root else points
    actual = np.sqrt(values) if is_root else values
    errors = actual - centre[:, :-1]
    is_known = ~np.isnan(errors) & is_judged[:, :, None]
    errors = np.where(is_known, errors, 0.0)
    recency = 0.5 ** (np.arange(errors.shape[1])[::-1] / _HALF_LIFE)
    spread = _spread(np.abs(errors), is_known, recency)
    errors /= spread[:, None, :]
    days_seen = _days_seen(is_known)
    size = np.sqrt(1 + _LEARNING_DAYS / days_seen)
    if lead == 1:
        # How large errors are now says little of those in some days.
        size = size * _size_then(errors, is_known)
    growth = np.clip(size[:, -1:] / size[:, :-1], _LEAST_GROWTH, _MOST_GROWTH)
    errors *= growth[:, :, None]
    wanted = _moved_out(levels, is_known, recency, lead)
    wanted = np.append(wanted, np.full((wanted.shape[0], 1), 0.5), axis=1)
    pooled = _thinned(errors.shape[1], errors.shape[2])
    deviates = weighted_quantiles(errors[:, *pooled], recency, is_known[:, *pooled], wanted)
    bias = deviates[:, -1:]
    # Forecasts made a day apart of several days ahead err alike, which would look like a bias.
    believed = _believed(bias, errors, is_known, recency) if lead == 1 else _CENTRING
    deviates = deviates[:, :-1] - (1 - believed) * bias
    law = ErrorLaw(centre[:, -1], spread, levels, deviates, is_root)
    return law, np.where(is_known, errors, np.nan)


def _spread(
    size: NDArray[np.float64], is_known: NDArray[np.bool_], recency: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Mean absolute error of each slot and its neighbours, a part of it that of all slots."""
    n_slots = size.shape[2]
    reach = max(_NEIGHBOUR_HOURS * n_slots // 24, 1)
    begin = np.maximum(np.arange(n_slots) - reach, 0)
    end = np.minimum(np.arange(n_slots) + reach + 1, n_slots)

    def near_and_all(by_slot: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        upto = np.concatenate([np.zeros((by_slot.shape[0], 1)), np.cumsum(by_slot, axis=1)], axis=1)
        return upto[:, end] - upto[:, begin], upto[:, -1:]

    near, overall = near_and_all(np.matmul(recency, size))
    near_weight, weight = near_and_all(np.matmul(recency, is_known.astype(np.float64)))
    tiny = 1e-12
    mean = (1 - _SHARED_SPREAD) * near / np.maximum(near_weight, tiny)
    mean += _SHARED_SPREAD * overall / np.maximum(weight, tiny)
    return np.asarray(np.maximum(mean, tiny), dtype=np.float64)


def _days_seen(is_known: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Days that a record had on each row, of shape (series, rows)."""
    n_days = is_known.shape[1]
    has_error = is_known.any(axis=2)
    first = has_error.argmax(axis=1)[:, None]
    row = np.arange(n_days + 1.0)
    # A record whose first row was judged is as long as the history at least.
    seen = np.where(first > 0, np.maximum(row - first + 2, 1.0), n_days + row)
    return np.asarray(seen, dtype=np.float64)


def _size_then(errors: NDArray[np.float64], is_known: NDArray[np.bool_]) -> NDArray[np.float64]:
    """How large errors were known to be at each row's eve, of shape (series, rows)."""
    n_days, n_slots = errors.shape[1:]
    n_known = is_known.sum(axis=2)
    share = n_known / n_slots
    daily = np.abs(errors).sum(axis=2) / n_slots
    long_run = share * 0.5 ** (np.arange(n_days)[::-1] / _LONG_RUN_HALF_LIFE)
    mean_size = daily / np.where(share > 0, share, 1.0)
    total = (mean_size * long_run).sum(axis=1, keepdims=True) / np.maximum(
        long_run.sum(axis=1, keepdims=True), 1e-12
    )
    age = np.arange(n_days + 1)[:, None] - np.arange(n_days) - 1
    memory = np.where(age >= 0, 0.5 ** (age / _SIZE_HALF_LIFE), 0.0)
    size = (daily @ memory.T + _LONG_RUN_DAYS * total) / (share @ memory.T + _LONG_RUN_DAYS)
    return np.asarray(np.maximum(size, 1e-3 * total + 1e-30), dtype=np.float64)


def _believed(
    bias: NDArray[np.float64],
    errors: NDArray[np.float64],
    is_known: NDArray[np.bool_],
    recency: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Part of the errors' median that goes on: all of it where every day had it, little where days differ."""
    n_known = is_known.sum(axis=2)
    weight = recency * (n_known > 0)
    total = np.maximum(weight.sum(axis=1), 1e-12)
    daily = errors.sum(axis=2) / np.maximum(n_known, 1)
    mean = (weight * daily).sum(axis=1) / total
    variance = (weight * (daily - mean[:, None]) ** 2).sum(axis=1) / total
    of_mean = variance * (weight**2).sum(axis=1) / total**2
    share = bias[:, 0] ** 2 / np.maximum(bias[:, 0] ** 2 + _DOUBT * of_mean, 1e-300)
    return np.asarray(np.maximum(share, _CENTRING)[:, None], dtype=np.float64)


def _thinned(n_days: int, n_slots: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Days and slots that are pooled: every so many slots, others on the next day."""
    every = max(n_slots // _POOLED_SLOTS, 1)
    day = np.arange(n_days)[:, None]
    return day, np.arange(n_slots // every) * every + day % every


def _moved_out(
    levels: NDArray[np.float64], is_known: NDArray[np.bool_], recency: NDArray[np.float64], lead: int
) -> NDArray[np.float64]:
    """Levels at which to read the errors' law, for each series by its number of days.

    Forecasts made a day apart of several days ahead err alike: their days count less.
    """
    weight = is_known.any(axis=2) * recency
    n_effective = weight.sum(axis=1) ** 2 / np.maximum((weight**2).sum(axis=1), 1e-12)
    freedom = np.maximum(n_effective, _LEAST_FREEDOM) / np.sqrt(lead)
    return np.asarray(ndtr(stdtrit(freedom[:, None], levels)), dtype=np.float64)
