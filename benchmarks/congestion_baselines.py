"""Plainer ways to say how likely a threshold is passed, beside which the project's are judged.

How each is computed belongs here.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from traffic.models.forecasting.path_frames import simulate_batch
from traffic.planning.windows import highest
from traffic.windowing.histories import Histories

N_PATHS = 200


def baselines(
    histories: Histories, step_seconds: int, thresholds: NDArray[np.float64]
) -> dict[str, dict[str, NDArray[np.float64]]]:
    """Return the probabilities by way and window, of shape (series, thresholds, windows).

    Parameters
    ----------
    histories : Histories
        With one day ahead.
    step_seconds : int
    thresholds : ndarray of shape (series, thresholds)
        In the series' own unit.
    """
    past, limits = histories.values, thresholds[:, None, :, None]
    days = {"slot": past, "hour": highest(past)[..., :-1], "night": highest(past)[..., -1:]}
    rngs = [np.random.default_rng(0) for _ in range(histories.n_series)]
    paths = simulate_batch(histories, step_seconds, N_PATHS, rngs)
    of_paths = {"slot": paths, "hour": highest(paths)[..., :-1], "night": highest(paths)[..., -1:]}
    raw = {window: _share(values[:, :, None] > limits, values) for window, values in of_paths.items()}
    # The shares of 200 paths are never 0 or 1, so that none is infinitely wrong.
    slots = np.log1p(-np.minimum(raw["slot"], 1 - 0.5 / N_PATHS))
    n_hours = max(raw["hour"].shape[2], 1)
    product = {
        "slot": raw["slot"],
        "hour": 1 - np.exp(slots.reshape(*slots.shape[:2], n_hours, -1).sum(axis=3)),
        "night": 1 - np.exp(slots.sum(axis=2, keepdims=True)),
    }
    climatology = {window: _share(values[:, :, None] > limits, values) for window, values in days.items()}
    return {"paths as drawn": raw, "product of slots": product, "share of past days": climatology}


def _share(passed: NDArray[np.bool_], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of draws or days, with half a count on either side."""
    is_known = ~np.isnan(values)[:, :, None]
    n = is_known.sum(axis=1)
    return np.asarray(((passed & is_known).sum(axis=1) + 0.5) / (n + 1), dtype=np.float64)
