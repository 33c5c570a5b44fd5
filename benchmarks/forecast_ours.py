"""The project's forecaster as the benchmark asks it: the call on arrays that nights and frames go through.

What is measured, and on which windows, is in ``forecast_our_fits``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from traffic.models.forecasting.batches import forecast_batch
from traffic.models.forecasting.day_weights import N_DAYS
from traffic.models.quantiles import QUANTILE_LEVELS
from traffic.windowing.histories import DAYS_A_WEEK, Histories

DAY_SECONDS = 86_400


def our_quantiles(
    histories: NDArray[np.float64], day_steps: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Forecast the day after each history, champion chosen and quantiles calibrated within it.

    Parameters
    ----------
    histories : ndarray of shape (windows, time)
        At most eight weeks, NaN where missing; the last value stands one step before the first target.
    day_steps : int
        Steps in a day.

    Returns
    -------
    quantiles : ndarray of shape (windows, day_steps, 7)
    points : ndarray of shape (windows, day_steps)
    """
    days = np.full((len(histories), N_DAYS * day_steps), np.nan)
    days[:, -histories.shape[1] :] = histories
    # Which weekday is which is not told to the peers either: days a week apart are of one kind.
    kinds = np.arange(N_DAYS + 1) % DAYS_A_WEEK
    made = forecast_batch(
        Histories(days.reshape(-1, N_DAYS, day_steps), kinds),
        DAY_SECONDS // day_steps,
        np.array(QUANTILE_LEVELS),
    )
    return made.quantiles, made.points
