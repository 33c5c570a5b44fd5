"""How each model would have done on the days that are past, each forecast of what was known at its eve.

Measures over the judged days belong here; the forecasts that are measured belong to ``forecaster``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from traffic.models.forecasting.calibration import error_law
from traffic.models.forecasting.day_weights import FIRST_FORECAST_DAY
from traffic.models.forecasting.forecaster import DayAhead
from traffic.models.quantiles import QUANTILE_LEVELS

CALIBRATED_DAYS: Final = 7
"""Last judged days on which the champion's quantiles are made anew and measured: one of every weekday."""


@dataclass(frozen=True, eq=False)
class BacktestSums:
    """Sums over the judged days of some series, from which the measures follow.

    Parameters
    ----------
    models : tuple of str
        One a row of the sums.
    n_origins : ndarray of int of shape (series,)
        Days judged.
    count : ndarray of int of shape (series,)
        Values that they are sums over.
    absolute, squared, signed : ndarray of shape (models, series)
        Sums of the absolute errors, of their squares, and of actual less forecast.
    pinball, covered_80, covered_95 : ndarray of shape (series,)
        Sums of the champion's pinball loss (mean over the seven quantiles) and of what its intervals held.
    n_calibrated : ndarray of int of shape (series,)
        Values that those are sums over.
    """

    models: tuple[str, ...]
    n_origins: NDArray[np.int64]
    count: NDArray[np.int64]
    absolute: NDArray[np.float64]
    squared: NDArray[np.float64]
    signed: NDArray[np.float64]
    pinball: NDArray[np.float64]
    covered_80: NDArray[np.float64]
    covered_95: NDArray[np.float64]
    n_calibrated: NDArray[np.int64]

    def __add__(self, other: BacktestSums) -> BacktestSums:
        """Add the sums of another day ahead, over the models that both have."""
        shared = [name for name in self.models if name in other.models]
        rows, other_rows = ([one.models.index(name) for name in shared] for one in (self, other))
        by_model = {
            name: getattr(self, name)[rows] + getattr(other, name)[other_rows]
            for name in ("absolute", "squared", "signed")
        }
        by_series = {
            name: getattr(self, name) + getattr(other, name)
            for name in ("count", "pinball", "covered_80", "covered_95", "n_calibrated")
        }
        return BacktestSums(
            tuple(shared), np.minimum(self.n_origins, other.n_origins), **by_model, **by_series
        )

    def __mul__(self, size: NDArray[np.float64]) -> BacktestSums:
        """Return the sums of series that are so many times as large, of shape (series,)."""
        with np.errstate(over="ignore"):  # errors whose squares are no numbers have no mean square
            return replace(
                self,
                absolute=self.absolute * size,
                squared=self.squared * size**2,
                signed=self.signed * size,
                pinball=self.pinball * size,
            )


def backtest_sums(day: DayAhead, values: NDArray[np.float64]) -> BacktestSums:
    """Sum up how each model did on the days judged.

    Parameters
    ----------
    day : DayAhead
        Of some series.
    values : ndarray of shape (series, days, slots)
        Their histories, NaN where missing.

    Returns
    -------
    BacktestSums
        Of all its models, and of the quantiles that the rule would have given in the last week.
    """
    actual = np.where(day.is_judged[:, :, None], values[:, FIRST_FORECAST_DAY:], np.nan)
    errors = actual - day.forecasts[:, :, :-1]
    return BacktestSums(
        day.models,
        day.is_judged.sum(axis=1),
        np.count_nonzero(~np.isnan(actual), axis=(1, 2)),
        np.nansum(np.abs(errors), axis=(2, 3)),
        np.nansum(errors**2, axis=(2, 3)),
        np.nansum(errors, axis=(2, 3)),
        *_calibrated_sums(day, actual),
    )


def _calibrated_sums(
    day: DayAhead, actual: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Sum up pinball loss and coverage of quantiles made of what was known then."""
    n_series, n_days, _ = actual.shape
    levels = np.array(QUANTILE_LEVELS)
    pinball, covered_80, covered_95 = np.zeros((3, n_series))
    n_calibrated = np.zeros(n_series, dtype=np.int64)
    for row in range(n_days - CALIBRATED_DAYS, n_days):
        known = slice(0, row - day.lead + 1)
        points = np.concatenate([day.points[:, known], day.points[:, row : row + 1]], axis=1)
        is_root = day.law.is_root
        law, _ = error_law(
            points, actual[:, known], day.is_judged[:, known], levels, day.lead, is_root=is_root
        )
        quantiles = law.quantiles()
        is_scored = ~np.isnan(actual[:, row]) & ~np.isnan(quantiles[:, :, 0])
        errors = np.where(is_scored, actual[:, row], 0.0)[:, :, None] - np.where(
            is_scored[:, :, None], quantiles, 0.0
        )
        pinball += np.maximum(levels * errors, (levels - 1) * errors).mean(axis=2).sum(axis=1)
        covered_80 += (is_scored & (errors[:, :, 1] >= 0) & (errors[:, :, -2] <= 0)).sum(axis=1)
        covered_95 += (is_scored & (errors[:, :, 0] >= 0) & (errors[:, :, -1] <= 0)).sum(axis=1)
        n_calibrated += is_scored.sum(axis=1)
    return pinball, covered_80, covered_95, n_calibrated
