"""Intervals that hold: quantiles from the errors that the forecast itself has made out of sample.

The law of the errors, by slot and as it is now, belongs here. Which forecast is calibrated belongs to
``champions``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

_HALF_LIFE: Final = 7.0
_NEIGHBOUR_HOURS: Final = 2
_SLOT_SHARE: Final = 0.7
_CENTRING: Final = 0.25
_INFLATION: Final = 0.3
_LEAST_DAYS: Final = 10.0


@dataclass(frozen=True, eq=False)
class ErrorLaw:
    """The law of what will be measured, for each series and slot of the day ahead.

    Parameters
    ----------
    centre, spread : ndarray of shape (series, slots)
        On the scale of the errors: the square root, or the value itself where it may be negative.
    levels : ndarray of shape (levels,)
        Ascending.
    deviates : ndarray of shape (series, levels)
        Quantiles of the standardised errors.
    is_root : bool
    """

    centre: NDArray[np.float64]
    spread: NDArray[np.float64]
    levels: NDArray[np.float64]
    deviates: NDArray[np.float64]
    is_root: bool

    def quantiles(self) -> NDArray[np.float64]:
        """Return the quantiles, of shape (series, slots, levels), in the series' own unit."""
        made = self.centre[:, :, None] + self.spread[:, :, None] * self.deviates[:, None, :]
        if not self.is_root:
            return made
        np.maximum(made, 0.0, out=made)
        made *= made
        return made


def error_law(
    points: NDArray[np.float64],
    values: NDArray[np.float64],
    is_judged: NDArray[np.bool_],
    levels: NDArray[np.float64],
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
    is_root : bool
        Whether errors are those of the square roots.

    Returns
    -------
    law : ErrorLaw
        Of the day ahead; deviates are NaN for a series of which nothing was judged.
    standardised : ndarray of shape (series, rows - 1, slots)
        The errors over their spread, NaN where missing or not judged.
    """
    centre = np.sqrt(points) if is_root else points
    actual = np.sqrt(values) if is_root else values
    errors = np.where(is_judged[:, :, None], actual - centre[:, :-1], np.nan)
    is_known = ~np.isnan(errors)
    errors = np.where(is_known, errors, 0.0)
    n_days = errors.shape[1]
    recency = 0.5 ** (np.arange(n_days)[::-1] / _HALF_LIFE)
    weights = recency[:, None] * is_known
    spread = _spread(errors, weights)
    standardised = errors / spread[:, None]
    day_weight = is_known.any(axis=2) * recency
    n_effective = day_weight.sum(axis=1) ** 2 / np.maximum((day_weight**2).sum(axis=1), 1e-12)
    outward = 1 + _INFLATION / np.maximum(n_effective, _LEAST_DAYS)
    wanted = np.clip(0.5 + (levels - 0.5) * outward[:, None], 0.001, 0.999)
    deviates = _weighted_quantiles(standardised, weights, wanted)
    median = _weighted_quantiles(standardised, weights, np.full((errors.shape[0], 1), 0.5))
    deviates -= (1 - _CENTRING) * median
    law = ErrorLaw(centre[:, -1], spread, levels, deviates, is_root)
    return law, np.where(is_known, standardised, np.nan)


def _spread(errors: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean absolute error of each slot and its neighbours, three tenths of it that of all slots."""
    n_slots = errors.shape[2]
    reach = max(1, _NEIGHBOUR_HOURS * n_slots // 24)
    size, count = (np.abs(errors) * weights).sum(axis=1), weights.sum(axis=1)
    begin, end = np.maximum(np.arange(n_slots) - reach, 0), np.minimum(np.arange(n_slots) + reach + 1, n_slots)
    upto_size, upto_count = (
        np.concatenate([np.zeros((one.shape[0], 1)), np.cumsum(one, axis=1)], axis=1) for one in (size, count)
    )
    near = (upto_size[:, end] - upto_size[:, begin]) / np.maximum(upto_count[:, end] - upto_count[:, begin], 1e-12)
    overall = size.sum(axis=1, keepdims=True) / np.maximum(count.sum(axis=1, keepdims=True), 1e-12)
    return np.maximum(_SLOT_SHARE * near + (1 - _SLOT_SHARE) * overall, 1e-12)


def _weighted_quantiles(
    values: NDArray[np.float64], weights: NDArray[np.float64], levels: NDArray[np.float64]
) -> NDArray[np.float64]:
    n_series = values.shape[0]
    flat, weight = values.reshape(n_series, -1), weights.reshape(n_series, -1)
    order = np.argsort(np.where(weight > 0, flat, np.inf), axis=1)
    ascending = np.take_along_axis(flat, order, axis=1)
    weight = np.take_along_axis(weight, order, axis=1)
    upto = np.cumsum(weight, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        place = (upto - 0.5 * weight) / upto[:, -1:]
    made = np.full(levels.shape, np.nan)
    for series in range(n_series):
        n = int(np.count_nonzero(weight[series]))
        if n:
            made[series] = np.interp(levels[series], place[series, :n], ascending[series, :n])
    return made
