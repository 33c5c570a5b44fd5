"""Intervals of a record of less than eight days, whose forecasts have hardly been judged, or not at all.

The law that the values themselves suggest, and its blending into that of the errors, belong here; the latter
is made in ``calibration``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

from traffic.models.forecasting.calibration import ErrorLaw

_UNJUDGED_DAYS: Final = 3.0
_JUDGED_DAYS: Final = 8.0
"""From the first on errors count, from the second on they alone: every weekday has then been forecast."""

_SEASONAL_DAYS: Final = 1.25
_FREEDOM: Final = 5.0
_SEASONAL_FREEDOM: Final = 3.0


def widen_young(law: ErrorLaw, values: NDArray[np.float64]) -> ErrorLaw:
    """Give series of less than eight days the spread that their values suggest.

    Parameters
    ----------
    law : ErrorLaw
        Of the errors.
    values : ndarray of shape (series, days, slots)
        The histories, NaN where missing.

    Returns
    -------
    ErrorLaw
        Other series keep theirs, if any of their forecasts was judged. NaN for a series without a value.

    Notes
    -----
    With less than a day and a quarter: quantiles of the deviations from the mean, by Student's law of five
    degrees of freedom and the part of the day that was not seen. With more: the geometric mean of those and
    of the differences of values a day apart, by that of three degrees. From three days on the errors' own
    quantiles come in, until they stand alone. On records cut to 6 hours to 7 days, 80 % intervals held 79 to
    88 % and 95 % ones 93 to 97 % on average over fourteen panels, public and simulated.
    """
    flat = values.reshape(values.shape[0], -1)
    is_seen = ~np.isnan(flat)
    n_slots = values.shape[2]
    days = np.where(is_seen.any(axis=1), flat.shape[1] - is_seen.argmax(axis=1), 0) / n_slots
    is_unjudged = np.isnan(law.deviates).any(axis=1)
    young = np.flatnonzero(((days < _JUDGED_DAYS) | is_unjudged) & (days > 0))
    if young.size == 0:
        return law
    spread, deviates = law.spread.copy(), law.deviates.copy()
    scaled = np.sqrt(flat[young]) if law.is_root else flat[young]
    for row, series in zip(young, scaled, strict=True):
        own = _own_deviates(series, law.levels, n_slots, days[row])
        judged = np.clip((days[row] - _UNJUDGED_DAYS) / (_JUDGED_DAYS - _UNJUDGED_DAYS), 0.0, 1.0)
        if np.isnan(deviates[row]).any() or judged == 0:
            spread[row], deviates[row] = 1.0, own
            continue
        size = spread[row].mean()
        deviates[row] = judged * deviates[row] * size + (1 - judged) * own
        spread[row] = judged * spread[row] / size + (1 - judged)
    return replace(law, spread=spread, deviates=deviates)


def _own_deviates(
    scaled: NDArray[np.float64], levels: NDArray[np.float64], n_slots: int, days: float
) -> NDArray[np.float64]:
    observed = scaled[~np.isnan(scaled)]
    probability = np.abs(2 * levels - 1)
    width = np.quantile(np.abs(observed - observed.mean()), probability)
    if observed.size == 1:  # nothing is known of its spread but its size
        width = np.abs(observed[0]) * probability
    elif days < _SEASONAL_DAYS:
        width = width * max(1 / days, 1.0) * _student_factors(levels, _FREEDOM)
    else:
        differences = np.abs(scaled[n_slots:] - scaled[:-n_slots])
        differences = differences[~np.isnan(differences)]
        factors = _student_factors(levels, _SEASONAL_FREEDOM)
        if differences.size:
            width = np.sqrt(width * np.quantile(differences, probability) * factors)
        else:
            width = width * factors
    return np.asarray(width * np.sign(levels - 0.5), dtype=np.float64)


def _student_factors(levels: NDArray[np.float64], freedom: float) -> NDArray[np.float64]:
    """How much wider Student's law is than the normal one, at each level."""
    upper = np.maximum(levels, 1 - levels)
    is_middle = np.isclose(upper, 0.5)
    safe = np.where(is_middle, 0.75, upper)
    return np.asarray(np.where(is_middle, 1.0, stdtrit(freedom, safe) / ndtri(safe)), dtype=np.float64)
