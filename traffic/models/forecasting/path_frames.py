"""Joint paths of the series of a frame: what a whole night may look like, not only each of its moments.

Options and output columns belong here; how paths are drawn belongs to ``paths``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from numbers import Integral
from typing import Any, Final
from zlib import crc32

import numpy as np
import polars as pl
from numpy.typing import NDArray

from traffic.models.forecasting.forecaster import forecast_ahead, passes
from traffic.models.forecasting.frames import (
    CHAMPION,
    as_came,
    check_options,
    joined,
    labelled,
    refuse_uncountable,
)
from traffic.models.forecasting.long_frames import ID, TIME, read_frame, step_of
from traffic.models.forecasting.outages import without_outages
from traffic.models.forecasting.panel import histories_of, panels_of, targets_of
from traffic.models.forecasting.paths import DENSE_LEVELS, draw_normal_paths, normal_scores, values_of
from traffic.models.forecasting.scales import sizes_of
from traffic.windowing.histories import Histories

PATH: Final = "path"

_HALF_LIFE_HOURS: Final = 3.0
"""For how long errors go together, where nothing is known of it."""


def simulate_paths(
    frame: Any,
    horizon: int,
    *,
    step: str | int | timedelta,
    n_paths: int = 100,
    seed: int = 0,
    holidays: str | None = None,
) -> Any:
    """Draw paths of what every series of a frame may do.

    Parameters
    ----------
    frame, horizon, step, holidays
        As ``forecast`` takes them.
    n_paths : int
        Paths of each series.
    seed : int
        The same seed gives a series the same paths, whatever stands beside it.

    Returns
    -------
    polars.DataFrame or pandas.DataFrame
        ``unique_id``, ``ds``, ``path`` (0, 1, ...) and ``diurnal``. Over many paths the quantiles of each
        time are those of ``forecast``; within a path, errors go together as those of earlier forecasts have
        done, so that the share of paths that pass a threshold at any moment is the probability of that.

    Raises
    ------
    ValueError
        As ``forecast``, and if ``n_paths`` is below 1.
    """
    step_seconds = step_of(step)
    check_options(horizon, (), step_seconds, holidays)
    refuse_uncountable("n_paths", n_paths)
    if isinstance(seed, bool) or not isinstance(seed, Integral) or seed < 0:
        raise ValueError(f"seed = {seed!r} must be a whole number, at least 0.")
    long = read_frame(frame)
    made = []
    for panel in panels_of(long, step_seconds, holidays=holidays):
        ds, column = targets_of(panel, horizon)
        histories = histories_of(panel, column)
        # A series' paths do not depend on those that stand beside it.
        rngs = [np.random.default_rng([int(seed), crc32(str(name).encode())]) for name in panel.ids]
        drawn = simulate_batch(histories, step_seconds, n_paths, rngs)
        at = panel.places(column, drawn.shape[2])[:, None, :]
        values = np.take_along_axis(drawn, np.broadcast_to(at, (*drawn.shape[:2], horizon)), axis=2)
        n_series = panel.ids.len()
        times = np.arange(n_series * horizon).reshape(n_series, 1, horizon)
        columns = {
            ID: np.repeat(np.arange(n_series), n_paths * horizon),
            PATH: np.tile(np.repeat(np.arange(n_paths), horizon), n_series),
            CHAMPION: values.reshape(-1),
        }
        ds = ds[np.broadcast_to(times, values.shape).reshape(-1)]
        made.append(labelled(pl.DataFrame(columns), panel.ids).insert_column(1, ds.alias(TIME)))
    return as_came(joined(made, long, {PATH: pl.Int64, CHAMPION: pl.Float64}), frame)


def simulate_batch(
    histories: Histories, step_seconds: int, n_paths: int, rngs: Sequence[np.random.Generator]
) -> NDArray[np.float64]:
    """Draw paths of many series over all days ahead.

    Parameters
    ----------
    histories : Histories
        Of ``N_DAYS`` days.
    step_seconds : int
        Spacing of the values.
    n_paths : int
        Paths of each series.
    rngs : sequence of numpy.random.Generator
        The source of chance of each series.

    Returns
    -------
    ndarray of shape (series, n_paths, days ahead * slots)
        In the series' own unit; NaN for a series without values.
    """
    n_ahead, n_slots = histories.days_ahead, histories.day_steps
    paths = np.full((histories.n_series, n_paths, n_ahead * n_slots), np.nan)
    for rows, part in passes(histories):
        kept = without_outages(part.values, step_seconds)
        size = sizes_of(kept)[:, None, None]
        days = list(forecast_ahead(kept / size, part.kinds, DENSE_LEVELS))
        n_origins = days[0].standardised.shape[1] - n_ahead + 1
        # The errors of one forecast stand a day later with each lead.
        scores = np.concatenate(
            [
                normal_scores(day.standardised, day.law)[:, day.lead - 1 : day.lead - 1 + n_origins]
                for day in days
            ],
            axis=2,
        )
        normal = draw_normal_paths(
            scores, n_paths, _HALF_LIFE_HOURS * 3600 / step_seconds, [rngs[row] for row in rows]
        )
        for day in days:
            slots = slice((day.lead - 1) * n_slots, day.lead * n_slots)
            paths[rows, :, slots] = values_of(normal[:, :, slots], day.law) * size
    return paths
