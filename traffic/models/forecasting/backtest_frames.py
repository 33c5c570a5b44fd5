"""Which model speaks for each series of a frame, why, and how each would have done: what users ask next.

Measures in rows belong here, of frames and of nights alike; the sums that they are made of belong to
``backtests``.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from traffic.models.forecasting.backtests import BacktestSums
from traffic.models.forecasting.batches import forecast_batch
from traffic.models.forecasting.frames import as_came, check_options
from traffic.models.forecasting.long_frames import ID, read_frame, step_of
from traffic.models.forecasting.naive import MEAN, SEASONAL_NAIVE_DAY
from traffic.models.forecasting.panel import histories_of, panels_of, targets_of
from traffic.models.quantiles import QUANTILE_LEVELS

MEASURES: Final = {
    "is_champion": pl.Boolean,
    "n_origins": pl.Int64,
    "mae": pl.Float64,
    "mase": pl.Float64,
    "rmse": pl.Float64,
    "bias": pl.Float64,
    "pinball": pl.Float64,
    "coverage_80": pl.Float64,
    "coverage_95": pl.Float64,
    "skill_naive": pl.Float64,
    "skill_mean": pl.Float64,
}
"""Columns that say how a model did."""


def backtest(frame: Any, horizon: int, *, step: str | int | timedelta, holidays: str | None = None) -> Any:
    """Say of each series which model speaks for it, why, and how each model would have done.

    Parameters
    ----------
    frame, horizon, step, holidays
        As ``forecast`` takes them; the horizon is rounded up to whole days.

    Returns
    -------
    polars.DataFrame or pandas.DataFrame
        ``unique_id``, ``model``, the measures of ``measure_rows``, and ``reason``: of the champion why it was
        chosen and what is odd about the series, null elsewhere.

    Raises
    ------
    ValueError
        As ``forecast``.
    """
    step_seconds = step_of(step)
    check_options(horizon, (), step_seconds, holidays)
    made = []
    for panel in panels_of(read_frame(frame), step_seconds, holidays=holidays):
        histories = histories_of(panel, targets_of(panel, horizon)[1])
        batch = forecast_batch(histories, step_seconds, np.array(QUANTILE_LEVELS), with_backtest=True)
        if batch.backtest is not None:
            scale = seasonal_scales(histories.values)
            rows = measure_rows(batch.backtest, list(batch.champions[:, 0]), scale)
            reason = pl.when("is_champion").then(pl.Series(batch.reasons)[rows["series"]])
            names = panel.ids[rows["series"]].alias(ID)
            made.append(rows.with_columns(names, reason=reason).drop("series").select(ID, pl.exclude(ID)))
    columns = {ID: pl.String, "model": pl.String, **MEASURES, "reason": pl.String}
    return as_came(pl.concat(made) if made else pl.DataFrame(schema=columns), frame)


def seasonal_scales(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean absolute difference of values a day apart, by which errors are scaled.

    Parameters
    ----------
    values : ndarray of shape (series, days, slots)
        NaN where missing.

    Returns
    -------
    ndarray of shape (series,)
        NaN where no pair was observed or all differences are zero.
    """
    differences = np.abs(np.diff(values, axis=1))
    count = np.count_nonzero(~np.isnan(differences), axis=(1, 2))
    mean = np.nansum(differences, axis=(1, 2)) / np.maximum(count, 1)
    return np.where(mean > 0, mean, np.nan)


def measure_rows(sums: BacktestSums, champions: list[str], scale: NDArray[np.float64]) -> pl.DataFrame:
    """Measures of each model and series.

    Parameters
    ----------
    sums : BacktestSums
    champions : list of str
        Champion of each series.
    scale : ndarray of shape (series,)
        From ``seasonal_scales``.

    Returns
    -------
    polars.DataFrame
        ``series`` (its number), ``model`` and the columns of ``MEASURES``: mean absolute, scaled and root
        mean squared error, the mean of actual less forecast, pinball loss over the scale and coverage (of the
        champion alone), and 1 - mae / mae of the seasonal naive forecast by day, and of the mean. Null where
        nothing was judged.
    """
    n_models, n_series = len(sums.models), sums.n_origins.size
    count = np.where(sums.count > 0, sums.count, np.nan)
    is_champion = np.array(sums.models)[:, None] == np.array(champions)[None, :]
    calibrated = np.where(is_champion & (sums.n_calibrated > 0), sums.n_calibrated, np.nan)
    mae = sums.absolute / count
    measures = {
        "is_champion": is_champion,
        "n_origins": np.broadcast_to(sums.n_origins, mae.shape),
        "mae": mae,
        "mase": mae / scale,
        "rmse": np.sqrt(sums.squared / count),
        "bias": sums.signed / count,
        "pinball": sums.pinball / calibrated / scale,
        "coverage_80": sums.covered_80 / calibrated,
        "coverage_95": sums.covered_95 / calibrated,
        "skill_naive": _skill(mae, mae[sums.models.index(SEASONAL_NAIVE_DAY)]),
        "skill_mean": _skill(mae, mae[sums.models.index(MEAN)]),
    }
    return (
        pl.DataFrame(
            {
                "series": np.tile(np.arange(n_series), n_models),
                "model": np.repeat(np.array(sums.models), n_series),
                **{name: values.reshape(-1) for name, values in measures.items()},
            }
        )
        .with_columns(pl.col(name).cast(dtype) for name, dtype in MEASURES.items())
        .with_columns(pl.col(pl.Float64).fill_nan(None))
        .sort("series", "model", maintain_order=True)
    )


def _skill(mae: NDArray[np.float64], of_yardstick: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(1 - mae / np.where(of_yardstick > 0, of_yardstick, np.nan), dtype=np.float64)
