"""How good a forecast was, once the values are known.

Errors, losses and coverage of single targets belong here; the rows of many series beside what was measured
belong to ``scored_points``, summing up to SQL views and backtests.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from traffic.models.quantiles import QUANTILE_LEVELS


@dataclass(frozen=True, eq=False)
class Scores:
    """Scores of each target of one forecast; NaN where the value is missing.

    Parameters
    ----------
    error : ndarray of shape (horizon,)
        Actual less mean, in the series' own unit: positive where traffic was above the forecast.
    scaled_error : ndarray of shape (horizon,)
        ``error`` over the scale; all NaN without a scale. The mean of its absolute values is the MASE.
    covered_80, covered_95 : ndarray of shape (horizon,)
        1.0 where the value lies between q10 and q90 (q025 and q975), bounds included, else 0.0.
    pinball : ndarray of shape (horizon,)
        Mean over the seven quantiles of their pinball loss, over the scale; all NaN without a scale.
    """

    error: NDArray[np.float64]
    scaled_error: NDArray[np.float64]
    covered_80: NDArray[np.float64]
    covered_95: NDArray[np.float64]
    pinball: NDArray[np.float64]


def score(
    actual: NDArray[np.float64],
    mean: NDArray[np.float64],
    quantiles: NDArray[np.float64],
    scale: float | NDArray[np.float64] | None,
) -> Scores:
    """Score a forecast target by target.

    Parameters
    ----------
    actual : ndarray of shape (horizon,)
        Measured values, NaN where missing.
    mean : ndarray of shape (horizon,)
        Point forecast.
    quantiles : ndarray of shape (horizon, 7)
        Quantiles at ``QUANTILE_LEVELS``.
    scale : float, ndarray of shape (horizon,) or None
        From ``seasonal_scale``, for all targets or for each; None, or NaN in the array, if there is none.

    Returns
    -------
    Scores
        Each field of shape (horizon,).

    Raises
    ------
    ValueError
        If the shapes do not match or a scale is not positive.

    Notes
    -----
    Hyndman and Koehler 2006: the mean of |error| / scale is the MASE. The pinball loss of the value y by its
    quantile q of level a is a (y - q) where y lies above q, else (1 - a) (q - y) (Koenker and Bassett 1978).
    """
    if mean.shape != actual.shape or quantiles.shape != (*actual.shape, len(QUANTILE_LEVELS)):
        raise ValueError(
            f"actual {actual.shape}, mean {mean.shape} and quantiles {quantiles.shape} must have shapes "
            f"(horizon,), (horizon,) and (horizon, {len(QUANTILE_LEVELS)})."
        )
    if isinstance(scale, np.ndarray):
        is_refused = bool((scale <= 0).any())
    else:
        is_refused = scale is not None and not scale > 0
    if is_refused:
        raise ValueError(f"scale = {scale} must be positive; pass None for a series that has none.")
    divisor = np.nan if scale is None else scale
    error = actual - mean
    above = actual[:, None] - quantiles
    losses = np.maximum(above * QUANTILE_LEVELS, above * (np.array(QUANTILE_LEVELS) - 1.0))
    return Scores(
        error=error,
        scaled_error=error / divisor,
        covered_80=_covered(actual, quantiles, 0.1, 0.9),
        covered_95=_covered(actual, quantiles, 0.025, 0.975),
        pinball=losses.mean(axis=1) / divisor,
    )


def seasonal_scale(x: NDArray[np.float64], day_steps: int | None) -> float | None:
    """Mean absolute difference between values a day apart, by which errors are scaled.

    Parameters
    ----------
    x : ndarray of shape (time,)
        The whole series on its regular grid, NaN where missing.
    day_steps : int or None
        Steps in a day; None if the step does not divide it.

    Returns
    -------
    float or None
        Mean of |y_t - y_(t - day)| over the pairs observed (Hyndman and Koehler 2006, seasonal form), in the
        series' own unit; None if there is no such pair or the mean is zero.
    """
    if day_steps is None or x.size <= day_steps:
        return None
    differences = np.abs(x[day_steps:] - x[:-day_steps])
    observed = differences[~np.isnan(differences)]
    if observed.size == 0 or not observed.any():
        return None
    return float(observed.mean())


def _covered(
    actual: NDArray[np.float64], quantiles: NDArray[np.float64], lower: float, upper: float
) -> NDArray[np.float64]:
    low = quantiles[:, QUANTILE_LEVELS.index(lower)]
    high = quantiles[:, QUANTILE_LEVELS.index(upper)]
    is_covered = (actual >= low) & (actual <= high)
    return np.where(np.isnan(actual), np.nan, is_covered.astype(np.float64))
