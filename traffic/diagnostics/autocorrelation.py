"""Correlograms: the sample autocorrelation and partial autocorrelation of one series.

Only the sample's correlations and their band belong here. Theoretical ones belong to the models; those
that vary over the day, to the periodic diagnostics.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.signal import correlate
from scipy.stats import norm
from statsmodels.tsa.stattools import acf, levinson_durbin

CLEAN: Final = "clean"
DIFFERENCED: Final = "differenced"
RESIDUAL: Final = "residual"
STAGES: Final = (CLEAN, DIFFERENCED, RESIDUAL)
"""The stages at which a series is looked at: before, after differencing, and what the model leaves."""


@dataclass(frozen=True, eq=False)
class Correlogram:
    """Autocorrelations by lag.

    Parameters
    ----------
    lag : ndarray of int of shape (lags,)
        1, 2, ... in steps. Lag 0, which is always 1, is left out.
    acf : ndarray of shape (lags,)
        Autocorrelation; NaN for a series without variance.
    pacf : ndarray of shape (lags,)
        Partial autocorrelation; NaN as ``acf``.
    band_95 : ndarray of shape (lags,)
        A white series stays within plus and minus this at 95 % of the lags.
    """

    lag: NDArray[np.int64]
    acf: NDArray[np.float64]
    pacf: NDArray[np.float64]
    band_95: NDArray[np.float64]


def autocorrelation(x: NDArray[np.float64], n_lags: int) -> Correlogram:
    """Estimate the autocorrelation and partial autocorrelation of a series.

    Parameters
    ----------
    x : ndarray of shape (time,)
        Values on a regular grid, NaN where missing.
    n_lags : int
        Largest lag wanted; cut to what the series between its first and last observed value can give.

    Returns
    -------
    Correlogram
        Each field of shape (lags,); no lag at all with fewer than two observed values.

    Notes
    -----
    Constant-volatility post, ACF and PACF; Box and Jenkins 1970. With d_t = x_t - mean(x), the ACF is
    r(h) = sum_t d_t d_(t+h) / sum_t d_t^2, the sums over what is observed, which is positive definite
    whatever is missing, so that the PACF (by Durbin 1960 from the same r) stays within -1 and 1. The price is
    that missing values pull r(h) towards zero: its expectation is rho(h) times the share of the values that
    have a partner h steps later, so that an AR(1) of 0.8 with two fifths missing, scattered, shows 0.48 at
    lag 1, and a PACF that goes on beyond it.

    For a complete series the band is 1.96 / sqrt(n); with missing values it is 1.96 times the exact standard
    deviation of that ratio for white noise, sqrt(pairs) / n with the number of pairs corrected for the
    shortening by the lag.
    """
    observed_at = np.flatnonzero(~np.isnan(x))
    if observed_at.size < 2:
        return Correlogram(np.empty(0, np.int64), np.empty(0), np.empty(0), np.empty(0))
    span = x[observed_at[0] : observed_at[-1] + 1]
    lag = np.arange(1, min(n_lags, span.size - 1) + 1)
    band = _white_noise_band(~np.isnan(span), lag)
    centre = float(np.nanmean(span))
    if np.ptp(x[observed_at]) <= 1e-12 * abs(centre):
        nothing = np.full(lag.size, np.nan)
        return Correlogram(lag, nothing, nothing.copy(), band)
    # Squares of values beyond 1e150 would overflow; the scale does not matter to a correlation.
    scaled = (span - centre) / float(np.nanmax(np.abs(span - centre)))
    rho = np.asarray(acf(scaled, nlags=lag.size, fft=True, missing="conservative"), dtype=np.float64)
    partial = np.asarray(levinson_durbin(rho, nlags=lag.size, isacov=True).pacf, dtype=np.float64)
    return Correlogram(lag, rho[1:], partial[1:], band)


def _white_noise_band(is_observed: NDArray[np.bool_], lag: NDArray[np.int64]) -> NDArray[np.float64]:
    n_times, n_observed = is_observed.size, int(is_observed.sum())
    mask = is_observed.astype(np.float64)
    n_pairs = np.rint(correlate(mask, mask, method="fft")[n_times - 1 :][lag])
    # Without a gap there are n - lag pairs, and the customary band ignores the lag.
    n_pairs_whole = n_pairs * n_times / (n_times - lag)
    return np.asarray(norm.ppf(0.975) * np.sqrt(n_pairs_whole) / n_observed, dtype=np.float64)
