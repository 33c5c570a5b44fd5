"""Forecasts of frames, in the columns that Python's forecasting libraries share: what users call.

Options, output columns and the cut into windows belong here; reading frames belongs to ``panel``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from numbers import Integral, Real
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from traffic.models.forecasting.batches import forecast_batch
from traffic.models.forecasting.long_frames import ID, TIME, VALUE, read_frame, step_of
from traffic.models.forecasting.models import AUTO, check_model
from traffic.models.forecasting.panel import Panel, histories_of, panels_of, targets_of
from traffic.windowing.histories import DAYS_A_WEEK, Histories
from traffic.windowing.holiday_calendar import check_country
from traffic.windowing.local_days import slots_a_day
from traffic.windowing.regular_series import DAY_SECONDS

CUTOFF: Final = "cutoff"
HIGHEST_LEVEL: Final = 99.8
CHAMPION: Final = "diurnal"
"""Column of the champion's forecast."""


def forecast(
    frame: Any,
    horizon: int,
    *,
    step: str | int | timedelta,
    levels: Sequence[float] = (80, 95),
    models: str | Sequence[str] = AUTO,
    holidays: str | None = None,
) -> Any:
    """Forecast every series of a frame.

    Parameters
    ----------
    frame : polars.DataFrame, polars.LazyFrame or pandas.DataFrame
        ``unique_id``, ``ds`` and ``y``, a row a series and time. At most the last eight weeks are used; gaps
        are missing values, never zeros. Times with a zone are aligned by its local clock.
    horizon : int
        Steps ahead of each series' last row, at most seven days.
    step : str, int or timedelta
        Spacing of the series, such as "5m" or "1h".
    levels : sequence of float
        Probabilities of the central intervals, in percent.
    models : str or sequence of str
        ``auto`` gives one column, ``diurnal``: for each series the champion, which has beaten the seasonal
        naive forecasts on days that it had not seen, or else the better of these. Names of models give a
        column each.
    holidays : str, optional
        Country ("GB", "DE") or subdivision ("DE-BY") whose public holidays are forecast
        from Sundays and earlier holidays.

    Returns
    -------
    polars.DataFrame or pandas.DataFrame
        As the frame came: ``unique_id``, ``ds``, and for each model its name, ``<model>-lo-<level>`` and
        ``<model>-hi-<level>``. NaN for a series without any value; never negative where no value is.

    Raises
    ------
    ValueError
        If the frame or an option cannot be used: what is wrong, and what would be right.

    Notes
    -----
    The point forecast aims at the median: it is chosen by absolute errors. Intervals are calibrated on errors
    out of sample, and hold on average over the days of the week; ``backtest`` says which model was chosen,
    and why. Days are counted from the first target: with holidays, begin at midnight, for a day that
    straddles two dates is a holiday if its middle is.
    """
    step_seconds, names = step_of(step), _model_names(models)
    levels = check_options(horizon, levels, step_seconds, holidays)
    long = read_frame(frame)
    made = []
    for panel in panels_of(long, step_seconds, holidays=holidays):
        ds, column = targets_of(panel, horizon)
        histories = histories_of(panel, column)
        columns: dict[str, Any] = {ID: np.repeat(np.arange(panel.ids.len()), horizon)}
        for name in names:
            points, quantiles = _forecast_arrays(histories, step_seconds, levels, name)
            columns |= _columns(name, points, quantiles, panel.places(column, points.shape[1]), levels)
        made.append(labelled(pl.DataFrame(columns), panel.ids).insert_column(1, ds))
    return as_came(joined(made, long, _types(names, levels)), frame)


def cross_validation(
    frame: Any,
    horizon: int,
    *,
    step: str | int | timedelta,
    n_windows: int = 1,
    step_size: int | None = None,
    levels: Sequence[float] = (80, 95),
    models: str | Sequence[str] = AUTO,
    holidays: str | None = None,
) -> Any:
    """Forecast the past of every series from rolling origins, each from what was known then.

    Parameters
    ----------
    frame, horizon, step, levels, models, holidays
        As ``forecast`` takes them.
    n_windows : int
        Origins a series; the last one lies ``horizon`` steps before its last row.
    step_size : int, optional
        Steps between origins, by default ``horizon``.

    Returns
    -------
    polars.DataFrame or pandas.DataFrame
        ``unique_id``, ``ds``, ``cutoff`` (the last time that was known), ``y`` (NaN where missing) and the
        columns of ``forecast``. Origins before a series' first value are left out.

    Raises
    ------
    ValueError
        As ``forecast``.
    """
    step_seconds, names = step_of(step), _model_names(models)
    levels = check_options(horizon, levels, step_seconds, holidays)
    step_size = horizon if step_size is None else step_size
    refuse_uncountable("step_size", step_size)
    refuse_uncountable("n_windows", n_windows)
    long = read_frame(frame)
    # Before the first row of all nothing is known.
    seconds = long[TIME].dt.epoch("s").to_numpy()
    span = int(np.ptp(seconds)) // step_seconds if seconds.size else 0
    n_windows = min(n_windows, max(span - horizon, 0) // step_size + 1)
    longest = horizon + (n_windows - 1) * step_size
    made = []
    # A day more, for changes of the clock and steps that do not divide it.
    for panel in panels_of(long, step_seconds, longest + slots_a_day(step_seconds), holidays):
        for back in range(longest, horizon - 1, -step_size):
            made += _window(panel, back, horizon, names, levels)
    columns = {CUTOFF: long[TIME].dtype, VALUE: pl.Float64, **_types(names, levels)}
    return as_came(joined(made, long, columns).sort(ID, CUTOFF, TIME), frame)


def _window(
    panel: Panel, back: int, horizon: int, names: Sequence[str], levels: Sequence[float]
) -> list[pl.DataFrame]:
    """Forecasts of one origin, of the series that had begun by then."""
    known = panel.until(back)
    rows = np.flatnonzero(~np.isnan(known.values).all(axis=1))
    if rows.size == 0:
        return []
    part = known.part(rows)
    ds, column = targets_of(part, horizon)
    histories = histories_of(part, column)
    ahead = column + (part.end_cell - panel.end_cell[rows])[:, None]
    at = np.minimum(ahead, -1) + panel.values.shape[1]
    columns: dict[str, Any] = {
        ID: np.repeat(np.arange(rows.size), horizon),
        VALUE: np.take_along_axis(panel.values[rows], at, axis=1).reshape(-1),
    }
    for name in names:
        points, quantiles = _forecast_arrays(histories, panel.step_seconds, levels, name)
        columns |= _columns(name, points, quantiles, part.places(column, points.shape[1]), levels)
    cutoff = part.last[columns[ID]].alias(CUTOFF)
    return [labelled(pl.DataFrame(columns), part.ids).insert_column(1, cutoff).insert_column(1, ds)]


def _forecast_arrays(
    histories: Histories, step_seconds: int, levels: Sequence[float], model: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points (series, time) and quantiles (series, time, 2 x levels) of all days ahead."""
    wanted = _probabilities(levels)
    ascending = np.unique(wanted)
    made = forecast_batch(histories, step_seconds, ascending, model)
    return made.points, made.quantiles[:, :, np.searchsorted(ascending, wanted)]


def _probabilities(levels: Sequence[float]) -> NDArray[np.float64]:
    half = np.asarray(levels, dtype=np.float64) / 200
    return np.round(np.stack([0.5 - half, 0.5 + half], axis=1).reshape(-1), 12)


def _columns(
    name: str,
    points: NDArray[np.float64],
    quantiles: NDArray[np.float64],
    places: NDArray[np.int64],
    levels: Sequence[float],
) -> dict[str, NDArray[np.float64]]:
    arrays = [points, *np.moveaxis(quantiles, 2, 0)]
    flat = [np.take_along_axis(array, places, axis=1).reshape(-1) for array in arrays]
    return dict(zip(_column_names(name, levels), flat, strict=True))


def _column_names(name: str, levels: Sequence[float]) -> list[str]:
    shown = CHAMPION if name == AUTO else name
    return [shown, *(f"{shown}-{bound}-{level:g}" for level in levels for bound in ("lo", "hi"))]


def _types(names: Sequence[str], levels: Sequence[float]) -> dict[str, Any]:
    return dict.fromkeys((column for name in names for column in _column_names(name, levels)), pl.Float64)


def labelled(frame: pl.DataFrame, ids: pl.Series) -> pl.DataFrame:
    """Put names in the place of the series' numbers."""
    return frame.with_columns(ids[frame[ID]].alias(ID))


def joined(made: list[pl.DataFrame], long: pl.DataFrame, columns: Mapping[str, Any]) -> pl.DataFrame:
    """Join the parts of a result; where there is none, its columns, of these types, have no rows."""
    return (
        pl.concat(made).sort(ID, maintain_order=True)
        if made
        else pl.DataFrame(schema={**long.select(ID, TIME).schema, **columns})
    )


def as_came(made: pl.DataFrame, frame: Any) -> Any:
    """Return a result as the kind of frame that the user gave."""
    return made if isinstance(frame, pl.DataFrame | pl.LazyFrame) else made.to_pandas()


def _model_names(models: str | Sequence[str]) -> list[str]:
    names = [models] if isinstance(models, str) else list(models) if isinstance(models, Iterable) else []
    if not names or len(set(names)) < len(names):
        raise ValueError(f"models = {models!r} must be 'auto', a model's name or several that differ.")
    for name in names:
        check_model(name)
    return names


def refuse_uncountable(name: str, value: int) -> None:
    """Refuse what is no whole number from 1 on.

    Parameters
    ----------
    name : str
        What it is called.
    value : int
        What it should be.

    Raises
    ------
    ValueError
        If it is not.
    """
    if isinstance(value, bool) or not isinstance(value, Integral) or value < 1:
        raise ValueError(f"{name} = {value!r} must be a whole number, at least 1.")


def check_options(
    horizon: int, levels: Sequence[float], step_seconds: int, holidays: str | None = None
) -> tuple[float, ...]:
    """Refuse a horizon of more than seven days, levels that are no percents, and unknown countries.

    Returns
    -------
    tuple of float
        The levels.
    """
    most = DAYS_A_WEEK * DAY_SECONDS // step_seconds
    refuse_uncountable("horizon", horizon)
    if horizon > most:
        raise ValueError(f"horizon = {horizon} must be 1 to {most}: at most seven days of {step_seconds} s.")
    if holidays is not None:
        check_country(holidays)
    given = tuple(levels) if isinstance(levels, Iterable) and not isinstance(levels, str) else (levels,)
    is_percent = [
        isinstance(one, Real) and not isinstance(one, bool) and 0 < one <= HIGHEST_LEVEL for one in given
    ]
    names = {f"{one:g}" for one in given if isinstance(one, Real)}
    if not isinstance(levels, Iterable) or not all(is_percent) or len(names) < len(given):
        raise ValueError(
            f"levels = {levels!r} must be percents that differ, such as (80, 95), above 0 and at most "
            f"{HIGHEST_LEVEL:g}: four weeks of errors tell no rarer ones."
        )
    return tuple(float(one) for one in given)
