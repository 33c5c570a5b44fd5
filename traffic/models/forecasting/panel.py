"""Long frames as users have them, laid out as arrays: one row a series, cut where its forecast begins.

Reading columns, placing times on the grid and refusing what cannot be placed belong here. What is forecast of
the arrays belongs to ``forecaster``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from numbers import Real
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from traffic.models.forecasting.day_weights import N_DAYS
from traffic.parsing.quantity import duration_seconds
from traffic.windowing.histories import DAYS_A_WEEK, Histories, block_dates, serving_columns
from traffic.windowing.holiday_calendar import kinds_of_dates
from traffic.windowing.local_days import slots_a_day
from traffic.windowing.regular_series import DAY_SECONDS

ID, TIME, VALUE = "unique_id", "ds", "y"
_MICROSECONDS: Final = 1_000_000
_VALUES_AT_ONCE: Final = 8_000_000
"""Laid out at once: sixty megabytes."""


@dataclass(frozen=True, eq=False)
class Panel:
    """Series on the clock, each counted back from its own last value.

    Parameters
    ----------
    ids : polars.Series
        One a series, ascending.
    last : polars.Series of Datetime
        Time of the last row of each, as the frame has it.
    values : ndarray of shape (series, time)
        NaN where missing; the last column is the grid point of ``last``.
    end_cell : ndarray of int of shape (series,)
        Place of ``last`` on a clock that is never changed, in steps since 1970-01-01.
    phase : ndarray of int of shape (series,)
        Microseconds by which the grid lies behind the multiples of the step.
    step_seconds : int
    holidays : str or None
        Country whose public holidays the series keep.
    """

    ids: pl.Series
    last: pl.Series
    values: NDArray[np.float64]
    end_cell: NDArray[np.int64]
    phase: NDArray[np.int64]
    step_seconds: int
    holidays: str | None = None

    @property
    def day_steps(self) -> int:
        """Steps of a day."""
        return slots_a_day(self.step_seconds)

    def part(self, rows: NDArray[np.intp]) -> Panel:
        """Return the panel of some of its series."""
        return replace(
            self,
            ids=self.ids[rows],
            last=self.last[rows],
            values=self.values[rows],
            end_cell=self.end_cell[rows],
            phase=self.phase[rows],
        )

    def until(self, back: int) -> Panel:
        """Return what was known some steps before the last rows, those beyond the first columns as NaN."""
        ago = np.array([[-back]], dtype=np.int64)
        last = _times_after(self.last, ago, self.step_seconds)
        end_cell = cells(_local_microseconds(last), self.phase, self.step_seconds)
        place = np.arange(self.values.shape[1]) - (self.end_cell - end_cell)[:, None]
        values = np.take_along_axis(self.values, np.maximum(place, 0), axis=1)
        values[place < 0] = np.nan
        return replace(self, last=last, values=values, end_cell=end_cell)

    def places(self, column: NDArray[np.int64], n_ahead: int) -> NDArray[np.int64]:
        """Say which of the steps that were forecast serve targets.

        A time that the clock repeats is served by the same time of tomorrow, and one that a change of the
        clock has put behind the seventh day by that of the day before.
        """
        return serving_columns(column, self.day_steps, n_ahead // self.day_steps)


def step_of(step: str | int | timedelta) -> int:
    """Return a step in seconds.

    Parameters
    ----------
    step : str, int or timedelta
        Such as "5m" or "1h"; a number is one of seconds.

    Raises
    ------
    ValueError
        If it is no duration, below a second or above a day.
    """
    if isinstance(step, str):
        step = duration_seconds(step)
    seconds = step.total_seconds() if isinstance(step, timedelta) else step
    if not (isinstance(seconds, Real) and 1 <= seconds <= DAY_SECONDS and seconds == int(seconds)):
        raise ValueError(f"step = {step!r} must be whole seconds, at most a day, such as '5m' or '1h'")
    return int(seconds)


def read_frame(frame: Any) -> pl.DataFrame:
    """Read a long frame into columns of known types.

    Parameters
    ----------
    frame : polars.DataFrame, polars.LazyFrame or pandas.DataFrame
        ``unique_id``, ``ds`` (a date or time, with or without a zone) and ``y``; other columns are ignored.

    Returns
    -------
    polars.DataFrame
        The three columns, ``y`` as Float64 with NaN for missing and infinite values, by series and time.

    Raises
    ------
    ValueError
        If a column is absent or of a wrong type, a row has no ``unique_id`` or ``ds``, or a series has two
        rows of the same time: which one, and what to do.
    """
    collected = frame.collect() if isinstance(frame, pl.LazyFrame) else frame
    given = collected if isinstance(collected, pl.DataFrame) else _from_pandas(collected)
    _check_columns(given)
    return _typed(given.select(ID, TIME, VALUE))


def _from_pandas(frame: Any) -> pl.DataFrame:
    try:
        given = pl.from_pandas(frame)
    except (TypeError, ValueError) as error:
        raise ValueError(f"The frame cannot be read as one of polars or pandas: {error}.") from error
    if not isinstance(given, pl.DataFrame):
        raise ValueError(f"A frame is needed, with {ID}, {TIME} and {VALUE}, not a {type(frame).__name__}.")
    return given


def _typed(frame: pl.DataFrame) -> pl.DataFrame:
    if frame[TIME].dtype == pl.Date:
        frame = frame.with_columns(pl.col(TIME).cast(pl.Datetime("us")))
    value = pl.col(VALUE).cast(pl.Float64).fill_null(float("nan"))
    frame = frame.with_columns(pl.when(value.is_finite()).then(value).otherwise(float("nan")).alias(VALUE))
    is_new = pl.col(ID) > pl.col(ID).shift()
    is_later = (pl.col(ID) == pl.col(ID).shift()) & (pl.col(TIME) >= pl.col(TIME).shift())
    if not frame.select((is_new | is_later).all()).item():
        frame = frame.sort(ID, TIME)
    twice = frame.filter((pl.col(ID) == pl.col(ID).shift()) & (pl.col(TIME) == pl.col(TIME).shift()))
    if twice.height:
        raise ValueError(
            f"{twice.height} rows repeat the {TIME} of their series, the first at {twice[TIME][0]} of "
            f"{twice[ID][0]}; keep one of them, or add them up."
        )
    return frame


def _check_columns(frame: pl.DataFrame) -> None:
    absent = [name for name in (ID, TIME, VALUE) if name not in frame.columns]
    if absent:
        raise ValueError(
            f"The frame has no column {', '.join(absent)}; it needs {ID}, {TIME} and {VALUE}, a row a series "
            f"and time (it has {', '.join(frame.columns)})."
        )
    if not (frame[TIME].dtype == pl.Date or isinstance(frame[TIME].dtype, pl.Datetime)):
        raise ValueError(
            f"Column {TIME} is of type {frame[TIME].dtype}; make it a time first, with str.to_datetime()."
        )
    if frame[ID].dtype.is_nested() or frame[ID].dtype == pl.Object:
        raise ValueError(f"Column {ID} is of type {frame[ID].dtype}; make it a name or a number first.")
    if not (frame[VALUE].dtype.is_numeric() or frame[VALUE].dtype == pl.Null):
        raise ValueError(f"Column {VALUE} is of type {frame[VALUE].dtype}; make it a number first.")
    for name in (ID, TIME):
        if n_null := frame[name].null_count():
            raise ValueError(f"{n_null} rows have no {name}; drop them, or say what they belong to.")


def panels_of(
    frame: pl.DataFrame, step_seconds: int, more: int = 0, holidays: str | None = None
) -> Iterator[Panel]:
    """Lay a frame out, some series at a time.

    Parameters
    ----------
    frame : polars.DataFrame
        From ``read_frame``.
    step_seconds : int
        The grid's spacing.
    more : int
        Steps that are laid out beyond the ``N_DAYS`` days of a history.
    holidays : str, optional
        Country whose public holidays the series keep; series that end on different days are then apart.

    Yields
    ------
    Panel
        Of the next series. Of values that fall on the same point of the grid the mean is taken.
    """
    n_steps = N_DAYS * slots_a_day(step_seconds) + more
    at_once = max(_VALUES_AT_ONCE // n_steps, 1)
    series = frame[ID].rle_id().to_numpy()
    first = np.flatnonzero(np.diff(series, prepend=np.uint32(2**32 - 1)))
    edges = np.append(first, frame.height)
    for begin in range(0, first.size, at_once):
        end = min(begin + at_once, first.size)
        part = frame.slice(int(edges[begin]), int(edges[end] - edges[begin]))
        panel = _panel(part, edges[begin : end + 1] - edges[begin], step_seconds, n_steps)
        if holidays is None:
            yield panel
            continue
        # The date of the day ahead, as ``block_dates`` has it.
        last_day = (panel.end_cell + 1 + panel.day_steps // 2) // panel.day_steps
        for day in np.unique(last_day):
            yield replace(panel.part(np.flatnonzero(last_day == day)), holidays=holidays)


def _panel(frame: pl.DataFrame, edges: NDArray[np.int64], step_seconds: int, n_steps: int) -> Panel:
    last_row = edges[1:] - 1
    sizes = np.diff(edges)
    local = _local_microseconds(frame[TIME])
    phase = phase_of(local[last_row], step_seconds)
    cell = cells(local, np.repeat(phase, sizes), step_seconds)
    end_cell = cell[last_row]
    place = cell - np.repeat(end_cell, sizes) + n_steps - 1
    row = np.repeat(np.arange(sizes.size), sizes)
    # Where the clock goes back, times before the last one may lie behind it by the clock.
    is_in = (place >= 0) & (place < n_steps)
    flat = (row * n_steps + place)[is_in]
    known = frame[VALUE].to_numpy()[is_in]
    values = np.full((sizes.size, n_steps), np.nan)
    if (np.diff(flat) > 0).all():
        values.reshape(-1)[flat] = known
    else:
        is_seen = ~np.isnan(known)
        total = np.bincount(flat[is_seen], known[is_seen], minlength=values.size)
        count = np.bincount(flat[is_seen], minlength=values.size)
        values = np.where(count > 0, total / np.maximum(count, 1), np.nan).reshape(values.shape)
    return Panel(frame[ID][last_row], frame[TIME][last_row], values, end_cell, phase, step_seconds)


def targets_of(panel: Panel, horizon: int) -> tuple[pl.Series, NDArray[np.int64]]:
    """Say which times are to be forecast.

    Parameters
    ----------
    panel : Panel
    horizon : int
        Steps.

    Returns
    -------
    ds : polars.Series
        Of series * horizon times, in the frame's own type.
    column : ndarray of int of shape (series, horizon)
        Steps behind the last known point, 0 for the next one, on a clock that is never changed; negative for
        a time that the clock repeats.
    """
    ds = _times_after(panel.last, np.arange(1, horizon + 1, dtype=np.int64), panel.step_seconds)
    if panel.last.dtype.time_zone is None and DAY_SECONDS % panel.step_seconds == 0:  # type: ignore[attr-defined]
        return ds, np.broadcast_to(np.arange(horizon), (panel.ids.len(), horizon))
    cell = cells(_local_microseconds(ds), np.repeat(panel.phase, horizon), panel.step_seconds)
    return ds, cell.reshape(-1, horizon) - (panel.end_cell[:, None] + 1)


def histories_of(panel: Panel, column: NDArray[np.int64]) -> Histories:
    """Cut a panel into the days before its targets.

    Parameters
    ----------
    panel : Panel
    column : ndarray of int
        Of the targets, from ``targets_of``.

    Returns
    -------
    Histories
        With as many days ahead as the targets need, at most a week.
    """
    last_day = int(panel.places(column, DAYS_A_WEEK * panel.day_steps).max()) // panel.day_steps
    values = panel.values[:, -N_DAYS * panel.day_steps :]
    kinds = np.arange(N_DAYS + last_day + 1) % DAYS_A_WEEK
    if panel.holidays is not None:
        dates = block_dates(int(panel.end_cell[0]) + 1, panel.day_steps, N_DAYS, last_day + 1)
        kinds = kinds_of_dates(dates, panel.holidays)
    return Histories(values.reshape(-1, N_DAYS, panel.day_steps), kinds)


def _times_after(last: pl.Series, steps: NDArray[np.int64], step_seconds: int) -> pl.Series:
    """Add steps to each of the last times, in their own type."""
    kind = last.dtype
    if not isinstance(kind, pl.Datetime):
        raise TypeError(f"{TIME} is of type {kind}, not a time.")
    per_second = {"ms": 1_000, "us": _MICROSECONDS, "ns": 1_000_000_000}[kind.time_unit]
    ahead = steps * step_seconds * per_second
    return pl.Series(TIME, (last.cast(pl.Int64).to_numpy()[:, None] + ahead).reshape(-1)).cast(kind)


def _local_microseconds(times: pl.Series) -> NDArray[np.int64]:
    return times.dt.replace_time_zone(None).dt.epoch("us").to_numpy()


def phase_of(local: NDArray[np.int64], step_seconds: int) -> NDArray[np.int64]:
    """Microseconds by which times of the day lie behind the last multiple of the step."""
    return local % (DAY_SECONDS * _MICROSECONDS) % (step_seconds * _MICROSECONDS)


def cells(local: NDArray[np.int64], phase: NDArray[np.int64], step_seconds: int) -> NDArray[np.int64]:
    """Places of times on a clock that is never changed, the nearest on the grid of a phase.

    Parameters
    ----------
    local : ndarray of int
        Microseconds since 1970-01-01 by the wall clock.
    phase : ndarray of int
        From ``phase_of``.
    step_seconds : int

    Returns
    -------
    ndarray of int
        Days times the slots of a day, plus the slot.
    """
    step = step_seconds * _MICROSECONDS
    day, within = np.divmod(local - phase + step // 2, DAY_SECONDS * _MICROSECONDS)
    return np.asarray(day * slots_a_day(step_seconds) + within // step, dtype=np.int64)
