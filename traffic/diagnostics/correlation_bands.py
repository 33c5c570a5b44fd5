"""Bands of sample autocorrelations: for later lags of a dependent series, and for residuals of a fitted ARMA.

The band of a white series comes with its correlogram, in ``autocorrelation``. Bands only: what lies outside
is for the reader, or for a test, to judge.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter
from scipy.stats import norm

INFORMATION_TERMS: Final = 10_000
"""Terms of the sums that make the information matrix: a root 0.001 off the circle has died out by then."""


def bartlett_band(acf: NDArray[np.float64], n_values: int) -> NDArray[np.float64]:
    """Band at each lag of a series that has no autocorrelation from that lag on.

    Parameters
    ----------
    acf : ndarray of shape (lags,)
        Sample autocorrelations of lags 1, 2, ...
    n_values : int
        Number of values that they come from.

    Returns
    -------
    ndarray of shape (lags,)
        Half width at 95 %: 1.96 sqrt((1 + 2 sum of r_k^2 over k < h) / n). At lag 1 that of a white
        series.

    Notes
    -----
    Bartlett 1946, for a moving average of order h - 1: where does the ACF cut off?
    """
    before = np.r_[0.0, np.cumsum(acf[:-1] ** 2)][: acf.size]
    return np.asarray(norm.ppf(0.975) * np.sqrt((1.0 + 2.0 * before) / n_values), dtype=np.float64)


def box_pierce_band(
    ar: NDArray[np.float64], ma: NDArray[np.float64], n_values: int, n_lags: int
) -> NDArray[np.float64]:
    """Band of the residuals' autocorrelations where the ARMA that was fitted is the true one.

    Parameters
    ----------
    ar : ndarray of shape (p,)
        Autoregressive coefficients, stationary.
    ma : ndarray of shape (q,)
        Moving-average coefficients, invertible.
    n_values : int
        Number of residuals.
    n_lags : int
        Largest lag.

    Returns
    -------
    ndarray of shape (n_lags,)
        Half width at 95 %; below that of a white series at the first lags, because the coefficients were
        fitted to take these correlations away.

    Notes
    -----
    Box and Pierce 1970; McLeod 1978: the residual autocorrelations have the covariance
    (1 - X I^-1 X') / n, X the first lags' impulse responses of 1 / phi(B) and of 1 / theta(B), shifted by 1
    to p and by 1 to q, and I the information matrix of the coefficients, the same products over all lags.
    Where factors of phi and theta cancel, I has no inverse, and its pseudo-inverse stands for it.
    """
    responses = np.column_stack([_shifted_responses(-ar), _shifted_responses(ma)])
    information = responses.T @ responses
    first = responses[:n_lags]
    explained = np.einsum("ki,ij,kj->k", first, np.linalg.pinv(information), first)
    return np.asarray(
        norm.ppf(0.975) * np.sqrt(np.clip(1.0 - explained, 0.0, 1.0) / n_values), dtype=np.float64
    )


def _shifted_responses(coefficients: NDArray[np.float64]) -> NDArray[np.float64]:
    """Impulse response of 1 / (1 + c_1 B + ...), a column a coefficient, each a step later."""
    impulses = np.eye(INFORMATION_TERMS, coefficients.size)
    if coefficients.size == 0:
        return impulses
    return np.asarray(lfilter([1.0], np.r_[1.0, coefficients], impulses, axis=0), dtype=np.float64)
