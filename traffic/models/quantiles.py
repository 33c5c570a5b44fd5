"""The quantiles that every forecast gives, and the container that holds them.

What a forecast is made of belongs to the models; here is only its shape and what makes it valid.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

QUANTILE_LEVELS: Final = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
QUANTILE_COLUMNS: Final = ("q025", "q10", "q25", "q50", "q75", "q90", "q975")


@dataclass(frozen=True, eq=False)
class Forecast:
    """Forecast of one series.

    Parameters
    ----------
    mean : ndarray of shape (horizon,)
        Point forecast in the series' own unit.
    quantiles : ndarray of shape (horizon, 7)
        Quantiles at ``QUANTILE_LEVELS``, in the series' own unit.
    is_non_negative : bool
        Whether values below zero are impossible and therefore refused.

    Raises
    ------
    ValueError
        If the shapes do not match, a value is not finite, the quantiles are out of order, or one is
        negative though ``is_non_negative``.
    """

    mean: NDArray[np.float64]
    quantiles: NDArray[np.float64]
    is_non_negative: bool = False

    def __post_init__(self) -> None:
        if self.mean.ndim != 1 or self.quantiles.shape != (self.mean.size, len(QUANTILE_LEVELS)):
            raise ValueError(
                f"A forecast needs a mean of shape (horizon,) and quantiles of shape (horizon, "
                f"{len(QUANTILE_LEVELS)}); got {self.mean.shape} and {self.quantiles.shape}."
            )
        is_finite = np.isfinite(self.mean) & np.isfinite(self.quantiles).all(axis=1)
        self._refuse(~is_finite, "is not finite; fit the model on finite values or leave the forecast out")
        is_crossed = (np.diff(self.quantiles, axis=1) < 0).any(axis=1)
        self._refuse(is_crossed, "has quantiles out of order; sort them along the last axis")
        if self.is_non_negative:
            is_negative = (self.mean < 0) | (self.quantiles[:, 0] < 0)
            self._refuse(is_negative, "is negative where values cannot be; clip it at zero")

    def _refuse(self, is_wrong: NDArray[np.bool_] | np.bool, what: str) -> None:
        if is_wrong.any():
            raise ValueError(f"The forecast {int(np.argmax(is_wrong)) + 1} step(s) ahead {what}.")

    @property
    def horizon(self) -> int:
        """Number of steps forecast."""
        return int(self.mean.size)


def gaussian_forecast(
    mean: NDArray[np.float64], std: NDArray[np.float64], *, is_non_negative: bool
) -> Forecast:
    """Forecast with Gaussian quantiles.

    Parameters
    ----------
    mean, std : ndarray of shape (horizon,)
        Mean and standard deviation of the forecast error's distribution, in the series' own unit.
    is_non_negative : bool
        Clip the mean and every quantile at zero. The median of the clipped distribution is the clipped
        median, and so for every quantile; the mean is clipped in the same way and is then the mean of no
        distribution, but never below what can be.

    Returns
    -------
    Forecast
        The mean and the quantiles at ``QUANTILE_LEVELS``: mean + z std, z the normal law's.
    """
    deviates = np.asarray(norm.ppf(QUANTILE_LEVELS), dtype=np.float64)
    quantiles = mean[:, None] + std[:, None] * deviates
    return clipped_forecast(mean, quantiles, is_non_negative=is_non_negative)


def clipped_forecast(
    mean: NDArray[np.float64], quantiles: NDArray[np.float64], *, is_non_negative: bool
) -> Forecast:
    """Forecast clipped at zero where values cannot be negative.

    Parameters
    ----------
    mean : ndarray of shape (horizon,)
        Point forecast.
    quantiles : ndarray of shape (horizon, 7)
        Quantiles in order.
    is_non_negative : bool
        Whether to clip; clipping keeps the order.

    Returns
    -------
    Forecast
        The same, or clipped.
    """
    if is_non_negative:
        mean, quantiles = np.maximum(mean, 0.0), np.maximum(quantiles, 0.0)
    return Forecast(mean, quantiles, is_non_negative)
