"""What past days alone say of a window's highest value, and how much that is worth beside the paths.

The law of past highest values and the weight of it belong here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc

from traffic.planning.law_loops import kernel_sums
from traffic.planning.recalibration import effective, student_4

_HALF_LIFE_DAYS: Final = 28.0
_BANDWIDTH: Final = 0.5
_DOUBT: Final = 2.0
"""One day of the law lies this much wider than the others: what has never been seen may come."""

JUDGED_SHARES: Final = (0.4, 0.75, 1.0)
"""Quantiles of the past highest values: the thresholds on which the two laws are compared."""

_PRIOR_WEIGHT, _PRIOR_EVIDENCE, _MOST_WEIGHT = 0.2, 0.6, 0.6
_SHARPENING, _MOST_SHARPENING = 1.5, 0.6
_FLOOR: Final = 0.05
"""Weight of the past days that nothing takes away: what has come before may come again."""


@dataclass(frozen=True, eq=False)
class Climatology:
    """Laws of highest values, each from those of past days.

    Parameters
    ----------
    highest : ndarray of shape (rows, days)
        0 where not known.
    weights : ndarray of shape (rows, days)
        0 where not known.
    mean, spread : ndarray of shape (rows,)
    """

    highest: NDArray[np.float64]
    weights: NDArray[np.float64]
    mean: NDArray[np.float64]
    spread: NDArray[np.float64]

    @classmethod
    def of(cls, highest: NDArray[np.float64]) -> Climatology:
        """Make laws of highest values of shape (rows, days), the newest last, NaN where not known."""
        is_known = ~np.isnan(highest)
        age = np.arange(highest.shape[1])[::-1]
        weights = 0.5 ** (age / _HALF_LIFE_DAYS) * is_known
        known = np.where(is_known, highest, 0.0)
        n = np.maximum(is_known.sum(axis=1), 1)
        mean = known.sum(axis=1) / n
        variance = np.where(is_known, (known - mean[:, None]) ** 2, 0.0).sum(axis=1) / n
        least = 1e-6 * np.maximum(np.abs(mean), 1e-290)
        return cls(known, weights, mean, np.maximum(np.sqrt(variance), least))

    @property
    def n(self) -> NDArray[np.float64]:
        """Effective number of days, of shape (rows,)."""
        return effective(self.weights)

    def above(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the probability that the highest value passes values of shape (rows, any)."""
        share = self._passing(values) / np.maximum(self.weights.sum(axis=1)[:, None], 1e-300)
        return self._doubted(share, values, self.n[:, None])

    def quantiles(self, shares: Sequence[float]) -> NDArray[np.float64]:
        """Return quantiles of the known highest values, of shape (rows, shares); 0 where none is known."""
        is_known = self.weights > 0
        ascending = np.sort(np.where(is_known, self.highest, np.inf), axis=1)
        place = (np.array(shares) * is_known.sum(axis=1)[:, None]).astype(np.int64) - 1
        found = np.take_along_axis(ascending, np.clip(place, 0, ascending.shape[1] - 1), axis=1)
        return np.where(np.isfinite(found), found, 0.0)

    def replays(self, values: NDArray[np.float64], came: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the probabilities without the day itself.

        Parameters
        ----------
        values : ndarray of shape (rows, any)
            To be passed.
        came : ndarray of shape (rows, nights)
            What came on each of the last days, the newest last.

        Returns
        -------
        ndarray of shape (rows, nights, any)
        """
        n_nights = came.shape[1]
        own_weight = self.weights[:, -n_nights:, None]
        t = (np.nan_to_num(came)[:, :, None] - values[:, None, :]) / self._bandwidth[:, None, None]
        own = student_4(t) * own_weight
        rest = np.maximum(self.weights.sum(axis=1)[:, None, None] - own_weight, 1e-300)
        share = np.clip((self._passing(values)[:, None, :] - own) / rest, 0.0, 1.0)
        return self._doubted(share, values[:, None, :], self.n[:, None, None])

    @property
    def _bandwidth(self) -> NDArray[np.float64]:
        return np.asarray(_BANDWIDTH * self.spread * np.maximum(self.n, 1.0) ** -0.2, dtype=np.float64)

    def _passing(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how much of the weight passes values of shape (rows, any)."""
        return kernel_sums(values, self.highest, self.weights, self._bandwidth)

    def _doubted(
        self, share: NDArray[np.float64], values: NDArray[np.float64], n: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        ones = (1,) * (values.ndim - 1)
        mean, spread = self.mean.reshape(-1, *ones), self.spread.reshape(-1, *ones)
        doubt = student_4((mean - values) / (_DOUBT * spread))
        return (n * share + doubt) / (n + 1)


@dataclass(frozen=True, eq=False)
class Pool:
    """How two laws are heard together.

    Parameters
    ----------
    weight : ndarray of shape (rows,)
        Of the climatology: 0 to 0.6.
    sharpness : ndarray of shape (rows,)
        Both parameters of the beta law that the mean is put through: 1 leaves it as it is.
    """

    weight: NDArray[np.float64]
    sharpness: NDArray[np.float64]

    @classmethod
    def of(
        cls,
        of_paths: NDArray[np.float64],
        of_days: NDArray[np.float64],
        came: NDArray[np.bool_],
        weights: NDArray[np.float64],
    ) -> Pool:
        """Learn from earlier nights.

        Parameters
        ----------
        of_paths, of_days : ndarray of shape (rows, nights, thresholds)
            Probabilities of the past, each without the night itself.
        came : ndarray of bool of the same shape
            Whether the threshold was passed.
        weights : ndarray of shape (rows, nights)
            0 where nothing is known; the weight of the climatology is then 0.2.

        Notes
        -----
        The weight has the least Brier score, a ridge towards 0.2 (stacking: Wolpert 1992, Breiman 1996). The
        more the two laws differ, the less sure their mean is than it has reason to be, which a beta law mends
        (Ranjan and Gneiting 2010): its parameter is 1 and some of the mean square difference's root.
        """
        gap = of_days - of_paths
        along = (weights[:, :, None] * (came - of_paths) * gap).sum(axis=(1, 2))
        across = (weights[:, :, None] * gap**2).sum(axis=(1, 2))
        weight = (along + _PRIOR_EVIDENCE * _PRIOR_WEIGHT) / (across + _PRIOR_EVIDENCE)
        count = np.maximum(weights.sum(axis=1) * gap.shape[2], 1e-300)
        sharpness = 1 + np.minimum(_SHARPENING * np.sqrt(across / count), _MOST_SHARPENING)
        return cls(np.clip(weight, 0.0, _MOST_WEIGHT), sharpness)

    def mean(self, of_paths: NDArray[np.float64], of_days: NDArray[np.float64]) -> NDArray[np.float64]:
        """Put probabilities of shape (rows, any) together."""
        weight, sharpness = self.weight[:, None], self.sharpness[:, None]
        pooled = np.clip((1 - weight) * of_paths + weight * of_days, 0.0, 1.0)
        return np.asarray((1 - _FLOOR) * betainc(sharpness, sharpness, pooled) + _FLOOR * of_days)
