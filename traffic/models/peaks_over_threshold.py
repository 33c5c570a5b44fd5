"""Peaks over a threshold: how often they come, and how far above it they reach.

Declustering, the generalised Pareto law of the excesses and the levels that it returns belong here. Where the
threshold lies is an outlier rule's to say; drawing peaks anew belongs to ``traffic.simulation``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import genpareto

MIN_CLUSTERS: Final = 20
"""With fewer peaks the shape of their law has an error of a quarter and more."""

SHAPE_BOUNDS: Final = (-0.5, 0.9)
"""Below, the maximum of the likelihood is no regular one (Smith 1985); from 1 on the law has no mean, and no
network can be sized for it."""

RUN_STEPS: Final = 2
"""Steps at or below the threshold that end a cluster: exceedances with one such step between are one peak."""

EXPONENTIAL: Final = "exponential"
OK: Final = "ok"
TOO_FEW: Final = "too_few"


@dataclass(frozen=True)
class PeaksOverThreshold:
    """Poisson times and generalised Pareto excesses of the peaks of a series.

    Parameters
    ----------
    threshold : float
        In the series' own unit; what is put back lies above it.
    rate : float
        Clusters a step of the time observed.
    shape, scale : float
        Of the excess of a cluster's highest value over the threshold; ``scale`` in the series' own unit. A
        shape above 0 is a tail heavier than the exponential's.
    n_exceedances, n_clusters : int
        Values above the threshold, and the clusters that they make.
    n_observed : int
        Values observed.
    status : str
        ``ok``; ``exponential`` (the shape left its bounds, or fewer than ``MIN_CLUSTERS`` clusters: shape 0
        is taken); ``too_few`` (no cluster at all: the rate is 0).
    reason : str
        The same in a sentence.
    """

    threshold: float
    rate: float
    shape: float
    scale: float
    n_exceedances: int
    n_clusters: int
    n_observed: int
    status: str
    reason: str

    @property
    def mean_cluster_size(self) -> float:
        """Exceedances a cluster: the inverse of the extremal index; NaN without a cluster."""
        return self.n_exceedances / self.n_clusters if self.n_clusters else math.nan

    def return_level(self, steps: float) -> float:
        """Level that a cluster exceeds once in so many steps on average.

        Parameters
        ----------
        steps : float
            Number of steps.

        Returns
        -------
        float
            threshold + scale ((steps rate)^shape - 1) / shape, in the series' own unit; the threshold where
            peaks come less often than that. (Coles 2001, section 4.3.3.)
        """
        n_peaks = steps * self.rate
        if n_peaks <= 1.0:
            return self.threshold
        return self.threshold + float(genpareto.isf(1.0 / n_peaks, self.shape, scale=self.scale))


def fit_peaks(x: NDArray[np.float64], threshold: float, run_steps: int = RUN_STEPS) -> PeaksOverThreshold:
    """Fit Poisson times and generalised Pareto excesses to the peaks of a series.

    Parameters
    ----------
    x : ndarray of shape (time,)
        Values as measured on a regular grid, outliers among them; NaN where missing. A missing value ends no
        cluster and counts as no time.
    threshold : float
        Such as an outlier rule's upper limit.
    run_steps : int
        Observed values in a row at or below the threshold that end a cluster; 1 or more.

    Returns
    -------
    PeaksOverThreshold
        What is too little for the likelihood has a status and a sentence.

    Raises
    ------
    ValueError
        If the threshold is not finite, ``run_steps`` is below 1, or nothing is observed.

    Notes
    -----
    Davison and Smith 1990: P(excess > y) = (1 + shape y / scale)^(-1 / shape), and exp(-y / scale) for
    shape 0; clusters come as a Poisson process of ``rate`` a step. Runs declustering as in Coles 2001,
    section 5.3.2. The likelihood is scipy's.
    """
    seen = x[~np.isnan(x)]
    if not math.isfinite(threshold) or run_steps < 1 or seen.size == 0:
        raise ValueError(
            f"Peaks need observed values ({seen.size}), a finite threshold ({threshold}) and run_steps of 1 "
            f"or more ({run_steps})."
        )
    excesses = _cluster_excesses(seen, threshold, run_steps)
    shape, scale, status, reason = _excess_law(excesses)
    return PeaksOverThreshold(
        float(threshold),
        rate=excesses.size / seen.size,
        shape=shape,
        scale=scale,
        n_exceedances=int(np.sum(seen > threshold)),
        n_clusters=excesses.size,
        n_observed=seen.size,
        status=status,
        reason=reason,
    )


def _cluster_excesses(seen: NDArray[np.float64], threshold: float, run_steps: int) -> NDArray[np.float64]:
    """Excess of the highest value of each cluster."""
    at = np.flatnonzero(seen > threshold)
    if at.size == 0:
        return np.empty(0)
    starts = np.r_[0, np.flatnonzero(np.diff(at) > run_steps) + 1]
    return np.asarray(np.maximum.reduceat(seen[at], starts) - threshold, dtype=np.float64)


def _excess_law(excesses: NDArray[np.float64]) -> tuple[float, float, str, str]:
    """Shape, scale, status and reason."""
    n = excesses.size
    if n == 0:
        return 0.0, 0.0, TOO_FEW, "No value lies above the threshold; there are no peaks to put back."
    mean = float(excesses.mean())
    if n < MIN_CLUSTERS:
        reason = (
            f"{n} clusters are too few to fit a shape ({MIN_CLUSTERS} are needed); exponential excesses are "
            "taken."
        )
        return 0.0, mean, EXPONENTIAL, reason
    with np.errstate(all="ignore"):
        shape, _, scale = (float(value) for value in genpareto.fit(excesses / mean, floc=0.0))
    if not SHAPE_BOUNDS[0] < shape < SHAPE_BOUNDS[1] or not scale > 0:
        reason = (
            f"The fitted shape {shape:.2f} lies outside {SHAPE_BOUNDS[0]:g} to {SHAPE_BOUNDS[1]:g}; "
            "exponential excesses are taken."
        )
        return 0.0, mean, EXPONENTIAL, reason
    return (
        shape,
        scale * mean,
        OK,
        f"A generalised Pareto law of shape {shape:.2f} was fitted to {n} clusters.",
    )
