"""Correlation of the whole record with itself, as if it were stationary.

R(u) under both centrings belongs here. Correlation slot by slot belongs to ``covariance``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from traffic.models.periodic.covariance import refuse_negative
from traffic.models.periodic.moments import RELATIVE_ZERO, deviations, periodic_moments
from traffic.models.periodic.slot_sums import refuse_misfit

Centring: TypeAlias = Literal["grand", "periodic"]

_SERIES_AT_ONCE: Final = 32
"""Spectra are long: this many at once keep them within a few tens of megabytes."""


@dataclass(frozen=True, eq=False)
class ContinuousCorrelation:
    """Covariance and correlation of whole records at each lag.

    Parameters
    ----------
    lags : tuple of int
        Lags u in steps.
    covariance : ndarray of shape (series, lags)
        R(u), in the square of the series' unit; NaN where no pair is there.
    correlation : ndarray of shape (series, lags)
        R(u) / R(0); NaN for a series without variation.
    n_pairs : ndarray of int of shape (series, lags)
        Pairs behind each value.
    """

    lags: tuple[int, ...]
    covariance: NDArray[np.float64]
    correlation: NDArray[np.float64]
    n_pairs: NDArray[np.int64]


def continuous_correlation(
    values: NDArray[np.float64],
    slot: NDArray[np.int64],
    n_slots: int,
    lags: Sequence[int],
    centring: Centring,
) -> ContinuousCorrelation:
    """Estimate the correlation of whole records with themselves.

    R(u) = (1 / n) sum_{t=0}^{n-u-1} x(t) x(t + u).

    Parameters
    ----------
    values : ndarray of shape (series, time)
        NaN where missing.
    slot : ndarray of int of shape (time,)
        Slot of each time.
    n_slots : int
        Number of slots in the period.
    lags : sequence of int
        Lags u in steps, 0 or more.
    centring : {"grand", "periodic"}
        What x is centred by. By its grand mean, R(u) has maxima at the multiples of the period, which come
        from the periodic mean. By its periodic mean, it is the dependence that the mean leaves.

    Returns
    -------
    ContinuousCorrelation
        Arrays of shape (series, lags).

    Raises
    ------
    ValueError
        If the shapes do not match, a slot is out of range or a lag is negative.

    Notes
    -----
    Khvostivskyi et al. 2021, eq. 4 and figure 6. R(u) = (1 / n) sum_t x°(t) x°(t + u), x° the centred
    record of n values. The divisor is the length of the record, not the number of pairs, so that R is damped
    as u grows and, on a complete record, no spectrum of it is negative. With missing values it is the mean
    over the pairs that are there, times (n - u) / n: the same damping. The periodically centred R(u)
    estimates B_0(u) times (n - u) / n.
    """
    refuse_negative(lags)
    refuse_misfit(values, slot, n_slots)
    if centring == "periodic":
        centred = deviations(values, slot, periodic_moments(values, slot, n_slots))
    else:
        centred = _grand_centred(values)
    lag = np.asarray(lags, dtype=np.int64)
    sums, n_pairs = _sums_and_pairs(centred, lag)
    damping = np.maximum(1.0 - lag / max(values.shape[1], 1), 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        covariance = sums / np.where(n_pairs > 0, n_pairs, np.nan) * damping
        power = _observed_mean(centred**2)
        correlation = covariance / np.where(power > 0, power, np.nan)
    return ContinuousCorrelation(tuple(lags), covariance, correlation, n_pairs)


def _grand_centred(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values less their mean; zeros where they do not vary beyond rounding."""
    mean = _observed_mean(values)
    centred = values - mean
    is_still = _observed_mean(centred**2) <= (RELATIVE_ZERO * mean) ** 2
    return np.where(is_still & ~np.isnan(values), 0.0, centred)


def _observed_mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean of what is observed of each series, shape (series, 1); 0 where nothing is."""
    n_observed = (~np.isnan(values)).sum(axis=1, keepdims=True)
    return np.asarray(np.nansum(values, axis=1, keepdims=True) / np.maximum(n_observed, 1))


def _sums_and_pairs(
    centred: NDArray[np.float64], lag: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Sum the products at each lag, and count them, by transforms of the record and a tail of zeros."""
    n = centred.shape[1]
    within = np.minimum(lag, n)
    length = fft.next_fast_len(n + int(within.max(initial=0)) + 1, real=True)
    sums = np.zeros((centred.shape[0], lag.size))
    n_pairs = np.zeros((centred.shape[0], lag.size), dtype=np.int64)
    for first in range(0, centred.shape[0], _SERIES_AT_ONCE):
        rows = slice(first, first + _SERIES_AT_ONCE)
        is_observed = ~np.isnan(centred[rows])
        for target, x in ((sums, np.where(is_observed, centred[rows], 0.0)), (n_pairs, is_observed)):
            spectrum = fft.rfft(x.astype(np.float64), length, axis=1)
            products = fft.irfft(spectrum.real**2 + spectrum.imag**2, length, axis=1)[:, within]
            target[rows] = np.rint(products) if target is n_pairs else products
    return sums, n_pairs
