"""Many series forecast over all days ahead, pass after pass: what frames and nightly tables are made of.

Putting the passes and days together belongs here; what happens in a pass belongs to ``forecaster``.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from traffic.models.forecasting.backtests import BacktestSums, backtest_sums
from traffic.models.forecasting.forecaster import forecast_ahead, passes
from traffic.models.forecasting.models import AUTO
from traffic.models.forecasting.outages import without_outages
from traffic.models.forecasting.remarks import remarks
from traffic.models.forecasting.scales import sizes_of
from traffic.windowing.histories import Histories


@dataclass(frozen=True, eq=False)
class BatchForecast:
    """Forecasts of many series.

    Parameters
    ----------
    points : ndarray of shape (series, days ahead * slots)
        Point forecasts in the series' own unit; NaN for a series without values.
    quantiles : ndarray of shape (series, days ahead * slots, levels)
    champions : ndarray of str of shape (series, days ahead)
        Model that speaks for each day.
    reasons : list of str
        Why that of the first day, and what is odd about the history; empty unless the backtest is asked for.
    backtest : BacktestSums or None
        Over all days ahead, if asked for.
    first_day : BacktestSums or None
        Over the first day ahead alone.
    calendar_share : ndarray of shape (series, days ahead)
        How much the calendar of holidays is believed; NaN on days that are no holidays.
    """

    points: NDArray[np.float64]
    quantiles: NDArray[np.float64]
    champions: NDArray[np.object_]
    reasons: list[str]
    backtest: BacktestSums | None
    first_day: BacktestSums | None
    calendar_share: NDArray[np.float64]


def forecast_batch(
    histories: Histories,
    step_seconds: int,
    levels: NDArray[np.float64],
    model: str = AUTO,
    *,
    with_backtest: bool = False,
) -> BatchForecast:
    """Forecast all days ahead of many series.

    Parameters
    ----------
    histories : Histories
        Of ``N_DAYS`` days.
    step_seconds : int
        Spacing of the values.
    levels : ndarray of shape (levels,)
        Probabilities of the quantiles, ascending.
    model : str
        As ``forecast_ahead`` takes it.
    with_backtest : bool
        Whether to measure how each model would have done, which costs as much again.

    Returns
    -------
    BatchForecast
        In the order of the histories.
    """
    n_series, n_slots, n_ahead = histories.n_series, histories.day_steps, histories.days_ahead
    points = np.full((n_series, n_ahead * n_slots), np.nan)
    quantiles = np.full((n_series, n_ahead * n_slots, levels.size), np.nan)
    champions = np.full((n_series, n_ahead), "", dtype=object)
    calendar_share = np.full((n_series, n_ahead), np.nan)
    reasons = [""] * n_series
    sums: list[tuple[NDArray[np.intp], BacktestSums]] = []
    first_sums: list[tuple[NDArray[np.intp], BacktestSums]] = []
    for rows, part in passes(histories):
        kept = without_outages(part.values, step_seconds)
        size = sizes_of(kept)[:, None]
        scaled = kept / size[:, :, None]
        total: BacktestSums | None = None
        for day in forecast_ahead(scaled, part.kinds, levels, model):
            slots = slice((day.lead - 1) * n_slots, day.lead * n_slots)
            points[rows, slots] = day.points[:, -1] * size
            quantiles[rows, slots] = day.law.quantiles() * size[:, :, None]
            champions[rows, day.lead - 1] = day.champions.names()
            calendar_share[rows, day.lead - 1] = day.calendar_share
            if day.lead == 1 and with_backtest:
                said = zip(rows, day.champions.reasons(), remarks(part.values, kept), strict=True)
                for row, reason, remark in said:
                    reasons[row] = f"{reason} {remark}".strip()
            if with_backtest:
                of_day = backtest_sums(day, scaled)
                if total is None:
                    first_sums.append((rows, of_day * size[:, 0]))
                total = of_day if total is None else total + of_day
        if total is not None:
            sums.append((rows, total * size[:, 0]))
    of_all, of_first = (_scattered(parts) if parts else None for parts in (sums, first_sums))
    return BatchForecast(points, quantiles, champions, reasons, of_all, of_first, calendar_share)


def _scattered(parts: list[tuple[NDArray[np.intp], BacktestSums]]) -> BacktestSums:
    """Put the sums of the passes in the series' order."""
    order = np.argsort(np.concatenate([rows for rows, _ in parts]))
    models = parts[0][1].models
    arrays = {
        field.name: np.concatenate([getattr(sums, field.name) for _, sums in parts], axis=-1)[..., order]
        for field in fields(BacktestSums)
        if field.name != "models"
    }
    return BacktestSums(models, **arrays)
