"""Paths of a fitted constant-volatility model, with the outliers put back, to size a link or a server for.

Drawing the paths and what they come to belong here. The model and the law of the peaks are fitted in
``traffic.models``, peaks are put back by ``peaks``; simulated landing zones have nothing to do with this.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.signal import lfilter

from traffic.models.constant_volatility import ConstantVolatilityModel
from traffic.models.filtering import forecast_moments, residuals
from traffic.models.peaks_over_threshold import PeaksOverThreshold
from traffic.simulation.peaks import put_peaks_back

MAX_VALUES: Final = 20_000_000
"""Of all paths together: 160 MB."""

SIZING_LEVELS: Final = (0.1, 0.5, 0.9)
BILLING_SHARE: Final = 0.95


def simulate_paths(
    x: NDArray[np.float64],
    model: ConstantVolatilityModel,
    steps: int,
    n_paths: int,
    rng: np.random.Generator,
    *,
    peaks: PeaksOverThreshold | None = None,
    is_resampled: bool = False,
) -> NDArray[np.float64]:
    """Draw paths of the steps after a history.

    Parameters
    ----------
    x : ndarray of shape (time,)
        Clean values that the model was fitted to, NaN where missing. The paths follow the last observed one.
    model : ConstantVolatilityModel
        Coefficients, fitted or rebuilt.
    steps, n_paths : int
        Length of a path and number of paths.
    rng : numpy.random.Generator
        Source of all that is drawn: the same state gives the same paths.
    peaks : PeaksOverThreshold, optional
        Outliers to put back. The paths are then cut at its threshold, and each step where a peak falls takes
        the threshold plus an excess; more than one peak a step leave the highest.
    is_resampled : bool
        Draw innovations from the residuals, with replacement and centred, instead of from the normal law.

    Returns
    -------
    ndarray of shape (n_paths, steps)
        In the series' own unit; clipped at zero where no value of ``x`` is negative.

    Raises
    ------
    ValueError
        If a number is below 1, the paths hold more than ``MAX_VALUES`` values, or nothing is observed.

    Notes
    -----
    Constant-volatility post: outliers are left out for trending, and kept for sizing at peak load. A path is
    the forecast plus innovations run through the ARIMA, exact but for the filter's error at the last value.
    """
    if steps < 1 or n_paths < 1 or steps * n_paths > MAX_VALUES:
        raise ValueError(
            f"{n_paths} paths of {steps} steps cannot be drawn; both must be 1 or more, and their product at "
            f"most {MAX_VALUES}."
        )
    mean, _ = forecast_moments(x, model, steps)
    paths = mean + _disturbances(_innovations(x, model, (n_paths, steps), rng, is_resampled), model)
    if np.nanmin(x) >= 0:
        paths = np.maximum(paths, 0.0)
    return paths if peaks is None else put_peaks_back(paths, peaks, peaks.threshold, rng)


def sizing_table(paths: NDArray[np.float64]) -> pl.DataFrame:
    """Levels that paths reach: what to build for.

    Parameters
    ----------
    paths : ndarray of shape (n_paths, steps)
        As ``simulate_paths`` gives them.

    Returns
    -------
    polars.DataFrame
        ``statistic`` (``mean``, ``p95`` as bills have it, ``maximum``; each of one path) and its quantiles
        over the paths, ``q10``, ``q50``, ``q90``, in the series' own unit.
    """
    of_path = {
        "mean": paths.mean(axis=1),
        "p95": np.quantile(paths, BILLING_SHARE, axis=1),
        "maximum": paths.max(axis=1),
    }
    rows = [(name, *np.quantile(values, SIZING_LEVELS).tolist()) for name, values in of_path.items()]
    return pl.DataFrame(
        rows, ["statistic", *(f"q{round(100 * level)}" for level in SIZING_LEVELS)], orient="row"
    )


def _innovations(
    x: NDArray[np.float64],
    model: ConstantVolatilityModel,
    shape: tuple[int, int],
    rng: np.random.Generator,
    is_resampled: bool,
) -> NDArray[np.float64]:
    if not is_resampled:
        return np.asarray(np.sqrt(model.sigma2) * rng.standard_normal(shape))
    left = residuals(x, model)
    left = left[~np.isnan(left)]
    return np.asarray(rng.choice(left - left.mean(), shape), dtype=np.float64)


def _disturbances(innovations: NDArray[np.float64], model: ConstantVolatilityModel) -> NDArray[np.float64]:
    moved = lfilter(np.r_[1.0, model.ma], np.r_[1.0, -model.ar], innovations, axis=1)
    return np.asarray(np.cumsum(moved, axis=1) if model.d == 1 else moved, dtype=np.float64)
