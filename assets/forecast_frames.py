"""Rows of ``forecasts.points``, ``models.champions`` and ``models.backtests`` of a batch of series.

The forecaster's part of them belongs here, as a pure function of a batch that any process can run. What the
constant-volatility models add is in ``forecast_rows``; the tables are written in ``forecasts``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from traffic.models.forecasting.backtest_frames import measure_rows, seasonal_scales
from traffic.models.forecasting.batches import BatchForecast, forecast_batch
from traffic.models.forecasting.calendars import with_holiday
from traffic.models.forecasting.day_weights import N_DAYS
from traffic.models.quantiles import QUANTILE_COLUMNS, QUANTILE_LEVELS
from traffic.windowing.clock_cells import cells, phase_of
from traffic.windowing.histories import DAYS_A_WEEK, Histories, cut_into_days, serving_columns
from traffic.windowing.holiday_calendar import holiday_name, kinds_of_dates
from traffic.windowing.local_days import slots_a_day, wall_clock
from traffic.windowing.regular_series import DAY_SECONDS, grid_times
from traffic.windowing.series_batch import SeriesBatch

POINTS, CHAMPIONS, BACKTESTS = "forecasts.points", "models.champions", "models.backtests"
NO_MODEL: Final = "none"
HOUR_SECONDS: Final = 3_600
MICROSECONDS: Final = 1_000_000


@dataclass(frozen=True, eq=False)
class Span:
    """Targets of one step: a day at the series' own, or a week of hours.

    Parameters
    ----------
    step_seconds : int
    target_utc : polars.Series of Datetime
    column : ndarray of int of shape (horizon,)
        Place of each target behind the histories, on a clock that is never changed.
    histories : Histories
        At the same step.
    own_step : int
        Step of the series.
    holiday : str or None
        Name of the first day, if it is a public holiday.
    """

    step_seconds: int
    target_utc: pl.Series
    column: NDArray[np.int64]
    histories: Histories
    own_step: int
    holiday: str | None


def forecast_frames(
    batch: SeriesBatch, issued_at_utc: datetime, country: str | None = None
) -> dict[str, pl.DataFrame]:
    """Forecast a batch of series: the next 24 hours at their step, and seven days by the hour.

    Parameters
    ----------
    batch : SeriesBatch
        Known before ``issued_at_utc``.
    issued_at_utc : datetime
        The night's midnight, naive UTC.
    country : str, optional
        Whose public holidays are forecast from Sundays and earlier holidays.

    Returns
    -------
    dict of str to polars.DataFrame
        Rows of the three tables, without the night's midnight. Series of hours or more have one run of seven
        days, which begins with the 24 hours; a step that does not divide the hour is forecast for seven days
        at itself.
    """
    points, backtests = [], []
    champions: pl.DataFrame | None = None
    for span in spans(batch, issued_at_utc, country):
        made = forecast_batch(
            span.histories, span.step_seconds, np.array(QUANTILE_LEVELS), with_backtest=True
        )
        points.append(_points(batch.series_ids, span, made))
        backtests.append(_backtests(batch.series_ids, span, made))
        if champions is None:
            champions = _champions(batch.series_ids, made, span.holiday)
    return {
        POINTS: pl.concat(points),
        CHAMPIONS: champions if champions is not None else pl.DataFrame(),
        BACKTESTS: pl.concat(backtests),
    }


def refused_champions(series_ids: Sequence[str], reason: str) -> pl.DataFrame:
    """Rows of ``models.champions`` of series that could not be forecast."""
    return pl.DataFrame({"series_id": list(series_ids)}, {"series_id": pl.String}).with_columns(
        model=pl.lit(NO_MODEL), reason=pl.lit(reason)
    )


def spans(
    batch: SeriesBatch, issued_at_utc: datetime, country: str | None, own_days: int = 1
) -> Iterator[Span]:
    """Lay out the histories of a batch for each step at which it is forecast.

    Parameters
    ----------
    batch, issued_at_utc, country
        As ``forecast_frames`` takes them.
    own_days : int
        Days of the first run, at the series' own step; of hours or more it has seven in any case.

    Yields
    ------
    Span
        The first one begins with the first grid point that is not before the issue.
    """
    step, n_slots = batch.step_seconds, slots_a_day(batch.step_seconds)
    has_hours = step < HOUR_SECONDS and HOUR_SECONDS % step == 0
    elapsed = int((issued_at_utc - batch.start_utc).total_seconds())
    n_known = batch.value.shape[1]
    first = max(-(-elapsed // step), n_known)
    n_week = -(-DAYS_A_WEEK * DAY_SECONDS // step)
    n_own = -(-own_days * DAY_SECONDS // step) if has_hours else n_week
    times = grid_times(batch.start_utc, step, first + n_week)
    local = wall_clock(times, batch.time_zone)
    # Where the clock shifts the grid by less than a step, each point keeps the slot that it had.
    within_day = min(step, DAY_SECONDS)
    cell = cells(local, phase_of(local[[max(first - 1, 0)]], within_day), within_day)
    column = serving_columns(cell[first:] - cell[first], n_slots, DAYS_A_WEEK)
    dates = _dates(int(local[first]))
    kinds, holiday = kinds_of_dates(dates, country), holiday_name(int(dates[N_DAYS]), country)
    values = _usable(batch)
    week = cut_into_days(values, cell[:n_known], int(cell[first]), n_slots, N_DAYS, DAYS_A_WEEK, kinds)
    targets = times.slice(first)
    days_ahead = int(column[:n_own].max()) // n_slots + 1
    yield Span(step, targets.head(n_own), column[:n_own], week.ahead(days_ahead), step, holiday)
    if has_hours:
        by_hour = HOUR_SECONDS // step
        yield Span(
            HOUR_SECONDS,
            targets.gather_every(by_hour),
            column[::by_hour] // by_hour,
            week.coarser(by_hour),
            step,
            holiday,
        )


def _dates(first_target: int) -> NDArray[np.int64]:
    """Return the dates in which the middles of the days lie that begin at the time of the first target."""
    middle = first_target // MICROSECONDS + DAY_SECONDS // 2
    return middle // DAY_SECONDS + np.arange(-N_DAYS, DAYS_A_WEEK, dtype=np.int64)


def _usable(batch: SeriesBatch) -> NDArray[np.float64]:
    # Outages are the forecaster's own to find: zeros that have lasted for weeks are no outage to it.
    is_usable = ~np.isnan(batch.value_clean) | (batch.value == 0)
    return np.where(is_usable, batch.value, np.nan)


def _points(series_ids: Sequence[str], span: Span, made: BatchForecast) -> pl.DataFrame:
    n_series, horizon = len(series_ids), span.column.size
    lead = span.column // span.histories.day_steps
    columns = {
        "series_id": np.repeat(np.array(series_ids, dtype=object), horizon),
        "model": made.champions[:, lead].reshape(-1),
        "horizon": np.tile(np.arange(1, horizon + 1), n_series),
        "mean": made.points[:, span.column].reshape(-1),
        **{
            name: made.quantiles[:, span.column, index].reshape(-1)
            for index, name in enumerate(QUANTILE_COLUMNS)
        },
    }
    target = pl.concat([span.target_utc] * n_series) if n_series else span.target_utc.clear()
    schema = {"series_id": pl.String, "model": pl.String}
    return (
        pl.DataFrame(columns, schema_overrides=schema)
        .with_columns(
            target.alias("target_utc"), is_champion=pl.lit(True), step_seconds=pl.lit(span.step_seconds)
        )
        .filter(pl.col("mean").is_finite() & pl.col(QUANTILE_COLUMNS[0]).is_finite())
    )


def _champions(series_ids: Sequence[str], made: BatchForecast, holiday: str | None) -> pl.DataFrame:
    has_forecast = np.isfinite(made.points[:, 0])
    models = np.where(has_forecast, made.champions[:, 0], NO_MODEL).tolist()
    said = with_holiday(made.reasons, holiday, models, made.calendar_share[:, 0])
    return pl.DataFrame(
        {
            "series_id": list(series_ids),
            "model": models,
            "reason": np.where(has_forecast, said, made.reasons).tolist(),
        },
        {"series_id": pl.String, "model": pl.String, "reason": pl.String},
    )


def _backtests(series_ids: Sequence[str], span: Span, made: BatchForecast) -> pl.DataFrame:
    """Measure all days ahead, and the first one by itself where there are more at this step."""
    names = pl.Series("series_id", list(series_ids), pl.String)
    scale = seasonal_scales(span.histories.values)
    day_steps = span.histories.day_steps
    runs = {span.column.size: made.backtest}
    if span.step_seconds == span.own_step and span.column.size > day_steps:
        runs = {day_steps: made.first_day, **runs}
    rows = [
        measure_rows(sums, list(made.champions[:, 0]), scale).with_columns(horizon=pl.lit(horizon))
        for horizon, sums in runs.items()
        if sums is not None
    ]
    if not rows:
        return pl.DataFrame()
    joined = pl.concat(rows)
    # What was never judged has nothing to say.
    return (
        joined.with_columns(names[joined["series"]], step_seconds=pl.lit(span.step_seconds))
        .drop("series")
        .filter(pl.col("n_origins") > 0)
    )
