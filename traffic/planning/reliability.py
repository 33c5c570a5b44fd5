"""Whether probabilities can be believed: of what was forecast to be so likely, how much came.

Bins, shares and their bands belong here; which forecasts are judged, to the caller.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.stats import beta, t

BIN_EDGES: Final = (0.0, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)
"""Narrow at both ends, where a probability of one in a hundred and one of one in twenty differ most."""

_N_BINS: Final = len(BIN_EDGES) - 1


@dataclass(frozen=True, eq=False)
class NightSums:
    """Sums over the forecasts of each bin, night by night.

    Parameters
    ----------
    count, probability, variance, came : ndarray of shape (nights, bins)
        Forecasts, the sums of their probabilities p, of p (1 - p), and of what came.
    """

    count: NDArray[np.float64]
    probability: NDArray[np.float64]
    variance: NDArray[np.float64]
    came: NDArray[np.float64]

    @classmethod
    def of(
        cls, probability: NDArray[np.float64], came: NDArray[np.float64], night: NDArray[np.int64], n: int
    ) -> NightSums:
        """Sum forecasts up.

        Parameters
        ----------
        probability, came : ndarray
            Of one shape; a NaN in either leaves the forecast out.
        night : ndarray of int
            Of the same shape: which of the ``n`` nights a forecast is of.
        n : int
        """
        is_known = ~np.isnan(probability) & ~np.isnan(came)
        p, y, at = probability[is_known], came[is_known], night[is_known]
        place = at * _N_BINS + np.clip(np.searchsorted(BIN_EDGES, p, side="right") - 1, 0, _N_BINS - 1)

        def total(weights: NDArray[np.float64] | None) -> NDArray[np.float64]:
            counted = np.bincount(place, weights, minlength=n * _N_BINS)
            return np.asarray(counted, dtype=np.float64).reshape(n, _N_BINS)

        return cls(total(None), total(p), total(p * (1 - p)), total(y))

    @classmethod
    def added(cls, parts: Iterable[NightSums]) -> NightSums:
        """Add the sums of several series over the same nights."""
        listed = list(parts)
        names = ("count", "probability", "variance", "came")
        return cls(*(np.sum([getattr(part, name) for part in listed], axis=0) for name in names))

    def table(self) -> pl.DataFrame:
        """Return the columns of ``reliability_table``."""
        n = self.count.sum(axis=0)
        counted = np.maximum(n, 1.0)
        mean, share = self.probability.sum(axis=0) / counted, self.came.sum(axis=0) / counted
        lower, upper = self._band(mean)
        columns = {"mean_probability": mean, "share_happened": share, "lower_95": lower, "upper_95": upper}
        frame = pl.DataFrame(
            {"bin_left": BIN_EDGES[:-1], "bin_right": BIN_EDGES[1:], "n_forecasts": n.astype(np.int64)}
            | columns
        )
        return frame.with_columns(pl.when(pl.col("n_forecasts") > 0).then(pl.col(*columns)))

    def _band(self, mean: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        n, variance = self.count.sum(axis=0), np.maximum(self.variance.sum(axis=0), 1e-300)
        n_nights = (self.count > 0).sum(axis=0)
        error = self.came - self.probability
        bias = error.sum(axis=0) / np.maximum(n, 1.0)
        between = ((error - self.count * bias) ** 2).sum(axis=0)
        between *= n_nights / np.maximum(n_nights - 1, 1)
        inflation = np.maximum(between / variance, 1.0)
        student = t.ppf(0.975, np.maximum(n_nights - 1, 1)) / t.ppf(0.975, np.inf)
        # One night says nothing of how nights differ.
        size = np.where(n_nights > 1, n / (inflation * student**2), 1.0)
        a, b = np.maximum(mean * size, 1e-9), np.maximum((1 - mean) * size, 1e-9)
        lower, upper = beta.ppf(0.025, a, b), beta.ppf(0.975, a, b)
        # Shares are of counts: that none, or all, come true may be likely enough by itself.
        with np.errstate(under="ignore"):
            lower = np.where((1 - mean) ** size > 0.025, 0.0, lower)
            upper = np.where(mean**size > 0.025, 1.0, upper)
        return lower, upper


def reliability_table(
    probability: NDArray[np.float64], came: NDArray[np.float64], night: NDArray[np.float64]
) -> pl.DataFrame:
    """Hold probabilities against what came.

    Parameters
    ----------
    probability, came, night : ndarray of shape (forecasts,)
        What was said, 1 or 0 for what came (NaN: not known), and the night of each.

    Returns
    -------
    polars.DataFrame
        A row for each bin: ``bin_left``, ``bin_right``, ``n_forecasts``, ``mean_probability``,
        ``share_happened``, and ``lower_95`` and ``upper_95`` of the band in which the share lies if the
        probabilities are right.

    Notes
    -----
    Forecasts of one night come true together. With e = came - p, s_g the sum over a bin's forecasts of night
    g of e less its mean, and v = sum p (1 - p): the share varies as that of n / f independent forecasts
    would, f = max(1, sum s_g^2 / v G / (G - 1)), widened as Student's law of G - 1 degrees is wider than the
    normal one; the band is a beta law's of that mean and size. Consistency bands of this kind are of Bröcker
    and Smith (2007); the sum by nights is Liang and Zeger's (1986).
    """
    nights, at = np.unique(night, return_inverse=True)
    return NightSums.of(probability, came, at, max(nights.size, 1)).table()
