"""What was known at the eve of a night: of tonight, and of earlier nights as if they were tonight.

Laws, errors and courses as they stood at an eve belong here. What is made of them belongs to
``window_probabilities``; the forecasts themselves to ``traffic.models.forecasting``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from traffic.models.forecasting.calibration import ErrorLaw, error_law
from traffic.models.forecasting.day_weights import FIRST_FORECAST_DAY
from traffic.models.forecasting.forecaster import DayAhead
from traffic.models.forecasting.paths import DENSE_LEVELS

_FEWEST_KNOWN_DAYS: Final = 7
"""Judged days that a replayed night must have known: a week, one of every weekday."""


@dataclass(frozen=True, eq=False)
class KnownNight:
    """Some series at the eve of one night, all on the scale of the errors' law.

    Parameters
    ----------
    law : ErrorLaw
        Of the night's slots, at ``DENSE_LEVELS``.
    standardised : ndarray of shape (series, days, slots)
        Errors of the forecasts of the days before, over their slot's spread, as large as they would be on the
        night; spikes cut. NaN where not known.
    as_measured : ndarray of shape (series, days, slots)
        The same of the values as they were measured, spikes and all: they fill a link too.
    courses : ndarray of shape (series, days, slots)
        The point forecasts of those days.
    past : ndarray of shape (series, past days, slots)
        What was measured on all days of the history before the night; NaN where missing.
    """

    law: ErrorLaw
    standardised: NDArray[np.float64]
    as_measured: NDArray[np.float64]
    courses: NDArray[np.float64]
    past: NDArray[np.float64]

    def part(self, rows: NDArray[np.intp]) -> KnownNight:
        """Return what is known of some of the series."""
        law = replace(
            self.law,
            centre=self.law.centre[rows],
            spread=self.law.spread[rows],
            deviates=self.law.deviates[rows],
        )
        return KnownNight(
            law, self.standardised[rows], self.as_measured[rows], self.courses[rows], self.past[rows]
        )


def on_scale(values: NDArray[np.float64], is_root: bool) -> NDArray[np.float64]:
    """Take values to the scale of the errors: the square root, or as they are."""
    return np.sqrt(np.maximum(values, 0.0)) if is_root else values


def off_scale(scaled: NDArray[np.float64], is_root: bool) -> NDArray[np.float64]:
    """Take values back to the series' own unit."""
    return np.maximum(scaled, 0.0) ** 2 if is_root else scaled


def tonight(day: DayAhead, values: NDArray[np.float64]) -> KnownNight:
    """Say what is known of the night ahead.

    Parameters
    ----------
    day : DayAhead
        Of lead 1, at ``DENSE_LEVELS``.
    values : ndarray of shape (series, N_DAYS, slots)
        The histories as measured, NaN where missing or an outage.
    """
    return _known(day.points, day.learned, values, day.law, day.standardised)


def replayed(
    day: DayAhead, values: NDArray[np.float64], n_nights: int
) -> Iterator[tuple[int, NDArray[np.intp], KnownNight, NDArray[np.float64]]]:
    """Say what was known at the eves of earlier nights, and what then came.

    Parameters
    ----------
    day, values
        As ``tonight`` takes them.
    n_nights : int
        The last so many nights.

    Yields
    ------
    nights_ago : int
        1 for the last day of the history.
    rows : ndarray of int
        Series whose eve knew a week of judged days.
    night : KnownNight
        Of those series, made of nothing that came later than its eve.
    actual : ndarray of shape (rows, slots)
        What was measured, in the series' own unit; NaN where missing.
    """
    learned = day.learned[:, FIRST_FORECAST_DAY:]
    n_days = learned.shape[1]
    for row in range(max(n_days - n_nights, 0), n_days):
        has_night = day.is_judged[:, row] & (day.is_judged[:, :row].sum(axis=1) >= _FEWEST_KNOWN_DAYS)
        rows = np.flatnonzero(has_night)
        if rows.size == 0:
            continue
        points = day.points[rows, : row + 1]
        is_judged = day.is_judged[rows, :row]
        law, standardised = error_law(
            points, learned[rows, :row], is_judged, DENSE_LEVELS, 1, is_root=day.law.is_root
        )
        eve = FIRST_FORECAST_DAY + row
        known = _known(points, day.learned[rows, :eve], values[rows, :eve], law, standardised)
        yield n_days - row, rows, known, values[rows, eve]


def _known(
    points: NDArray[np.float64],
    learned: NDArray[np.float64],
    values: NDArray[np.float64],
    law: ErrorLaw,
    standardised: NDArray[np.float64],
) -> KnownNight:
    is_root = law.is_root
    courses = on_scale(points[:, :-1], is_root)
    spread = law.spread[:, None]
    errors = (on_scale(learned[:, FIRST_FORECAST_DAY:], is_root) - courses) / spread
    measured = (on_scale(values[:, FIRST_FORECAST_DAY:], is_root) - courses) / spread
    # Errors have been carried to the night by one factor a day; spikes go with the other errors of their day.
    size = np.nansum(np.where(np.isnan(standardised), np.nan, np.abs(errors)), axis=2)
    carried = np.nansum(np.abs(standardised), axis=2) / np.where(size > 0, size, 1.0)
    as_measured = measured * np.where(size > 0, carried, 1.0)[:, :, None]
    is_known = ~np.isnan(standardised) & ~np.isnan(as_measured)
    return KnownNight(
        law, standardised, np.where(is_known, as_measured, np.nan), courses, on_scale(values, is_root)
    )
