"""Probabilities of congestion of the series of a frame, in the columns that forecasts of frames have.

Options and output columns belong here; what is computed belongs to ``congestion``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from numbers import Real
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from traffic.models.forecasting.frames import as_came, check_options, joined, labelled
from traffic.models.forecasting.long_frames import ID, read_frame, step_of
from traffic.models.forecasting.panel import Panel, histories_of, panels_of, targets_of
from traffic.planning.congestion import NightAhead, congestion_batch
from traffic.planning.windows import HOUR, NIGHT, SLOT, WINDOWS, slots_an_hour

_TYPES: Final = {
    "threshold": pl.Float64,
    "capacity": pl.Float64,
    "probability_above": pl.Float64,
    "expected_peak": pl.Float64,
}


def congestion(
    frame: Any,
    capacity: float | Mapping[Any, float],
    *,
    step: str | int | timedelta,
    thresholds: Sequence[float] = (0.7, 0.9, 1.0),
    holidays: str | None = None,
) -> Any:
    """Say how likely every series of a frame is to exceed its capacity in the next 24 hours.

    Parameters
    ----------
    frame, step, holidays
        As ``traffic.models.forecast`` takes them.
    capacity : float or mapping of unique_id to float
        In the unit of ``y``, above 0. Series that the mapping does not name are left out.
    thresholds : sequence of float
        Shares of the capacity, above 0.

    Returns
    -------
    polars.DataFrame or pandas.DataFrame
        As the frame came: ``unique_id``, ``ds`` (beginning of the window), ``window`` (slot, hour, night),
        ``threshold``, ``capacity``, ``probability_above`` (that ``y`` exceeds threshold x capacity at any
        moment of the window) and ``expected_peak`` (median of its highest value). NaN for a series without
        any value. Hours are there if they are made of whole steps, and count from the first slot.

    Raises
    ------
    ValueError
        As ``forecast``, and if a capacity or a threshold is no number above 0.
    """
    step_seconds = step_of(step)
    check_options(1, (), step_seconds, holidays)
    shares = np.array([_positive("thresholds", share) for share in thresholds])
    if shares.size == 0:
        raise ValueError("thresholds is empty; name at least one share of the capacity, such as 0.9.")
    by_name = (
        {name: _positive(f"capacity of {name}", one) for name, one in capacity.items()}
        if isinstance(capacity, Mapping)
        else _positive("capacity", capacity)
    )
    long = read_frame(frame)
    made = []
    for whole in panels_of(long, step_seconds, holidays=holidays):
        limits = _limits(whole, by_name)
        rows = np.flatnonzero(~np.isnan(limits))
        if rows.size:
            made.append(_rows(whole.part(rows), limits[rows], shares))
    columns = {"window": pl.String, **_TYPES}
    return as_came(joined(made, long, columns), frame)


def window_rows(
    ahead: NightAhead,
    column: NDArray[np.int64],
    thresholds: NDArray[np.float64],
    capacities: NDArray[np.float64],
) -> pl.DataFrame:
    """Lay probabilities out as rows.

    Parameters
    ----------
    ahead : NightAhead
        Of some series.
    column : ndarray of int of shape (slots of the next 24 hours,) or (series, slots ...)
        Place of each slot behind the histories, on a clock that is never changed. A time beyond the day, or
        one that the clock repeats, has the probabilities of the same time of the day.
    thresholds : ndarray of shape (thresholds,)
        Shares of the capacity.
    capacities : ndarray of shape (series,)

    Returns
    -------
    polars.DataFrame
        ``series`` (its row), ``target`` (place of the window's first slot among the slots), ``window``,
        ``threshold``, ``capacity``, ``probability_above``, ``expected_peak``. Hours that are a slot have the
        slot's figures.
    """
    n_series, _, n_slots = ahead.slots.shape
    slot = np.broadcast_to(column, (n_series, column.shape[-1])) % n_slots
    each = slots_an_hour(n_slots)
    first = {SLOT: np.arange(slot.shape[1]), NIGHT: np.zeros(1, dtype=np.int64)}
    if each is not None:
        first[HOUR] = np.arange(0, slot.shape[1], each)
    parts = []
    for window in (name for name in WINDOWS if name in first):
        probability, peak = _of_window(ahead, slot[:, first[window]], window, each)
        shape = probability.shape
        parts.append(
            {
                "series": np.broadcast_to(np.arange(n_series)[:, None, None], shape),
                "target": np.broadcast_to(first[window], shape),
                "window": np.full(shape, WINDOWS.index(window)),
                "threshold": np.broadcast_to(thresholds[:, None], shape),
                "capacity": np.broadcast_to(capacities[:, None, None], shape),
                "probability_above": probability,
                "expected_peak": np.broadcast_to(peak[:, None], shape),
            }
        )
    columns = {name: np.concatenate([part[name].reshape(-1) for part in parts]) for name in parts[0]}
    names = pl.Series("window", list(WINDOWS), pl.String)
    frame = pl.DataFrame(columns)
    return frame.with_columns(names[frame["window"]].alias("window")).sort("series", maintain_order=True)


def _of_window(
    ahead: NightAhead, slot: NDArray[np.int64], window: str, each: int | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Probabilities (series, thresholds, windows) and peaks (series, windows)."""
    if window == NIGHT:
        return ahead.windows[..., -1:], ahead.window_peaks[:, -1:]
    at, probabilities, peaks = slot, ahead.slots, ahead.slot_peaks
    if window == HOUR and each is not None and each > 1:
        at, probabilities, peaks = slot // each, ahead.windows[..., :-1], ahead.window_peaks[:, :-1]
    wide = np.broadcast_to(at[:, None], (*probabilities.shape[:2], at.shape[1]))
    return np.take_along_axis(probabilities, wide, axis=2), np.take_along_axis(peaks, at, axis=1)


def _rows(panel: Panel, limits: NDArray[np.float64], shares: NDArray[np.float64]) -> pl.DataFrame:
    ds, column = targets_of(panel, panel.day_steps)
    histories = histories_of(panel, column)
    ahead, _ = congestion_batch(histories, panel.step_seconds, limits[:, None] * shares)
    found = window_rows(ahead, column, shares, limits)
    at = ds[(found["series"] * panel.day_steps + found["target"]).to_numpy()]
    found = found.with_columns(at.alias("ds")).rename({"series": ID})
    return labelled(found.select(ID, "ds", "window", *_TYPES), panel.ids)


def _limits(panel: Panel, capacity: Mapping[Any, float] | float) -> NDArray[np.float64]:
    if isinstance(capacity, Mapping):
        return np.array([capacity.get(name, np.nan) for name in panel.ids.to_list()], dtype=np.float64)
    return np.full(panel.ids.len(), capacity)


def _positive(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, Real) or not 0 < float(value) < np.inf:
        raise ValueError(f"{name} = {value!r} must be a number above 0.")
    return float(value)
