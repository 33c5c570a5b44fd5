"""Traces to size for: what a series may do over the days ahead, drawn from its own history, peaks put back.

A trace is a path at the series' own step, ready to be replayed. The models are fitted elsewhere: the periodic
forecaster in ``traffic.models.forecasting``, ARIMA in ``traffic.models.constant_volatility``. Turning a trace
into requests belongs to ``replayed_requests``.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from traffic.models.constant_volatility import ConstantVolatilityModel
from traffic.models.forecasting.path_frames import simulate_batch
from traffic.simulation.constant_volatility_paths import MAX_VALUES, simulate_paths
from traffic.simulation.peaks import PeaksOfDay, put_peaks_back
from traffic.windowing.histories import Histories

ARMA: Final = "arma"
PATHS_AT_ONCE: Final = 50


def periodic_traces(
    histories: Histories, column: NDArray[np.int64], step_seconds: int, n_paths: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Draw traces of one series from the periodic forecaster.

    Parameters
    ----------
    histories : Histories
        Of that series, outliers clipped.
    column : ndarray of int of shape (steps,)
        Place of each step of the trace behind the histories.
    step_seconds : int
        Spacing of the values.
    n_paths : int
        How many.
    rng : numpy.random.Generator
        Source of what is drawn.

    Returns
    -------
    ndarray of shape (n_paths, steps)
        In the series' own unit. Over many, the quantiles of each time are those of the forecast; within one,
        neighbouring values go together as the errors of earlier forecasts have done.

    Raises
    ------
    ValueError
        If a number is below 1, the traces hold more than ``MAX_VALUES`` values, or nothing can be forecast.
    """
    _refuse_too_many(column.size, n_paths)
    drawn = np.empty((n_paths, column.size))
    for first in range(0, n_paths, PATHS_AT_ONCE):
        rows = slice(first, min(first + PATHS_AT_ONCE, n_paths))
        paths = simulate_batch(histories, step_seconds, rows.stop - first, [rng])
        drawn[rows] = paths[0][:, column]
    if np.isnan(drawn).any():
        raise ValueError("The series cannot be forecast: it has no usable value in the last eight weeks.")
    return np.maximum(drawn, 0.0) if np.nanmin(histories.values) >= 0 else drawn


def arma_traces(
    value_clean: NDArray[np.float64],
    model: ConstantVolatilityModel,
    ahead: int,
    steps: int,
    n_paths: int,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Draw traces of one series from its ARIMA.

    Parameters
    ----------
    value_clean : ndarray of shape (time,)
        What the model was fitted to, NaN where missing.
    model : ConstantVolatilityModel
        Coefficients, fitted or rebuilt.
    ahead : int
        Steps between the last value and the first of the trace.
    steps, n_paths : int
        Length and number of the traces.
    rng : numpy.random.Generator
        Source of what is drawn.

    Returns
    -------
    ndarray of shape (n_paths, steps)
        In the series' own unit. An ARIMA knows no time of day: this is the level of the last hours going on.

    Raises
    ------
    ValueError
        As ``periodic_traces``.
    """
    _refuse_too_many(ahead + steps, n_paths)
    seen = np.flatnonzero(~np.isnan(value_clean))
    if seen.size == 0:
        raise ValueError("The series has no usable value in the last eight weeks.")
    known = value_clean[: seen[-1] + 1]
    skipped = ahead + value_clean.size - known.size
    return simulate_paths(known, model, skipped + steps, n_paths, rng)[:, skipped:]


def finished_traces(
    paths: NDArray[np.float64],
    peaks: PeaksOfDay | None,
    slot: NDArray[np.int64],
    scale: float,
    rng: np.random.Generator,
    *,
    is_count: bool,
) -> NDArray[np.float64]:
    """Put the peaks back, and bring traces to the size asked for.

    Parameters
    ----------
    paths : ndarray of shape (n_paths, steps)
        Without peaks.
    peaks : PeaksOfDay or None
        None leaves them out.
    slot : ndarray of int of shape (steps,)
        Slot of the local day of each step.
    scale : float
        What every value is multiplied with, above zero.
    rng : numpy.random.Generator
        Source of the peaks.
    is_count : bool
        Whether the values count something: then they are whole numbers.

    Returns
    -------
    ndarray of shape (n_paths, steps)

    Raises
    ------
    ValueError
        If the scale is not a finite number above zero.
    """
    if not (np.isfinite(scale) and scale > 0):
        raise ValueError(f"The scale {scale:g} must be a finite number above 0.")
    whole = paths if peaks is None else put_peaks_back(paths, peaks.law, peaks.limit[slot], rng)
    return np.rint(whole * scale) if is_count else whole * scale


def _refuse_too_many(steps: int, n_paths: int) -> None:
    if steps < 1 or n_paths < 1 or steps * n_paths > MAX_VALUES:
        raise ValueError(
            f"{n_paths} traces of {steps} steps cannot be drawn; both must be 1 or more, and their product "
            f"at most {MAX_VALUES}."
        )
