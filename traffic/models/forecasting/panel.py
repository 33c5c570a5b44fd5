"""Long frames laid out as arrays: one row a series, cut where its forecast begins.

Placing times on the grid belongs here. Reading a frame belongs to ``long_frames``, what is forecast of the
arrays to ``forecaster``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from traffic.models.forecasting.day_weights import N_DAYS
from traffic.models.forecasting.long_frames import ID, TIME, VALUE
from traffic.windowing.clock_cells import cells, local_microseconds, phase_of
from traffic.windowing.histories import DAYS_A_WEEK, Histories, block_dates, serving_columns
from traffic.windowing.holiday_calendar import kinds_of_dates
from traffic.windowing.local_days import slots_a_day
from traffic.windowing.regular_series import DAY_SECONDS

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
        end_cell = cells(local_microseconds(last), self.phase, self.step_seconds)
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
    local = local_microseconds(frame[TIME])
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
    cell = cells(local_microseconds(ds), np.repeat(panel.phase, horizon), panel.step_seconds)
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
