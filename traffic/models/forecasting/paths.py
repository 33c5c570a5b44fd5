"""Joint paths: what the slots of one night may be together, each as its calibrated quantiles say.

How errors of one forecast go together, and draws of them, belong here; the law of a single slot belongs to
``calibration``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from traffic.models.forecasting.calibration import ErrorLaw

DENSE_LEVELS: Final = np.array(
    [
        0.001,
        0.0025,
        0.005,
        0.01,
        0.025,
        *np.arange(0.05, 0.951, 0.05).round(2),
        0.975,
        0.99,
        0.995,
        0.9975,
        0.999,
    ]
)
"""At which the law of an error is known: straight lines between them, and nothing beyond."""

_LEAST_ORIGINS: Final = 3


def normal_scores(standardised: NDArray[np.float64], law: ErrorLaw) -> NDArray[np.float64]:
    """Errors as normal deviates of the same probability.

    Parameters
    ----------
    standardised : ndarray of shape (series, days, slots)
        Errors over their spread, NaN where not known.
    law : ErrorLaw
        At ``DENSE_LEVELS``.

    Returns
    -------
    ndarray of the same shape
        NaN where the error is.
    """
    scores = np.full(standardised.shape, np.nan)
    deviates = ndtri(law.levels)
    for series, quantiles in enumerate(law.deviates):
        if not np.isnan(quantiles).any():
            scores[series] = np.interp(standardised[series], quantiles, deviates)
    return np.where(np.isnan(standardised), np.nan, scores)


def draw_normal_paths(
    scores: NDArray[np.float64], n_paths: int, half_life: float, rngs: Sequence[np.random.Generator]
) -> NDArray[np.float64]:
    """Draw paths of normal deviates that go together as the scores of the past have done.

    Parameters
    ----------
    scores : ndarray of shape (series, origins, horizon)
        From ``normal_scores``: the errors of each earlier forecast in their order; NaN where missing.
    n_paths : int
        Paths of each series.
    half_life : float
        In steps, of the correlation of a series of which fewer than ``_LEAST_ORIGINS`` forecasts are known.
    rngs : sequence of numpy.random.Generator
        The source of chance of each series.

    Returns
    -------
    ndarray of shape (series, n_paths, horizon)
        Each slot standard normal.

    Notes
    -----
    See ``correlated``.
    """
    size = 2 * scores.shape[2]
    drawn = np.stack([rng.standard_normal((n_paths, size)) for rng in rngs])
    return correlated(scores, np.fft.rfft(drawn, axis=2), half_life)


def correlated(
    scores: NDArray[np.float64], noise: NDArray[np.complex128], half_life: float
) -> NDArray[np.float64]:
    """Give white noise the correlation that the scores of the past have had.

    Parameters
    ----------
    scores, half_life
        As ``draw_normal_paths`` takes them.
    noise : ndarray of complex of shape (series or 1, n_paths, horizon + 1)
        Discrete Fourier transform of standard normal deviates, twice as many as the horizon has steps.

    Returns
    -------
    ndarray of shape (series, n_paths, horizon)
        Each slot standard normal.

    Notes
    -----
    A stationary Gaussian process with the autocorrelation of the scores, R(u) = sum z_t z_(t+u) / sum 1 over
    the pairs of one origin that are known, not centred, for a whole night may be above its forecast. Drawn by
    circulant embedding (Dietrich and Newsam 1997); negative eigenvalues, which chance and missing pairs may
    cause, are taken for zero.
    """
    horizon = scores.shape[2]
    drawn = np.fft.irfft(noise * amplitudes(scores, half_life)[:, None], n=2 * horizon, axis=2)
    return np.asarray(drawn[:, :, :horizon], dtype=np.float64)


def amplitudes(scores: NDArray[np.float64], half_life: float) -> NDArray[np.float64]:
    """Return by how much ``correlated`` multiplies each frequency of the noise.

    Parameters
    ----------
    scores, half_life
        As ``draw_normal_paths`` takes them.

    Returns
    -------
    ndarray of shape (series, horizon + 1)
    """
    horizon = scores.shape[2]
    size = 2 * horizon
    is_known = ~np.isnan(scores)
    products = _products(np.where(is_known, scores, 0.0))
    if is_known.all():
        pairs = scores.shape[1] * np.maximum(horizon - np.minimum(np.arange(size), np.arange(size, 0, -1)), 0)
    else:
        pairs = _products(is_known.astype(np.float64))
    correlation = np.where(pairs > 0.5, products / np.maximum(pairs, 1.0), 0.0)
    is_young = is_known.any(axis=2).sum(axis=1) < _LEAST_ORIGINS
    lag = np.minimum(np.arange(size), size - np.arange(size))
    correlation[is_young] = 0.5 ** (lag / half_life)
    # No pair is so far apart; what is believed there matters to no path.
    correlation[:, horizon] = correlation[:, horizon - 1]
    eigenvalues = np.maximum(np.fft.rfft(correlation, axis=1).real, 0.0)
    total = (
        eigenvalues[:, :1] + 2 * eigenvalues[:, 1:-1].sum(axis=1, keepdims=True) + eigenvalues[:, -1:]
    ) / size
    is_flat = total[:, 0] <= 0
    eigenvalues[is_flat], total[is_flat] = 1.0, 1.0
    return np.asarray(np.sqrt(eigenvalues / total), dtype=np.float64)


def _products(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Add up the products of all values of one origin that lie each lag apart, of shape (series, lags)."""
    size = 2 * values.shape[2]
    spectra = np.fft.rfft(values, n=size, axis=2)
    power = (spectra.real**2 + spectra.imag**2).sum(axis=1)
    return np.asarray(np.fft.irfft(power, n=size, axis=1), dtype=np.float64)


def values_of(normal: NDArray[np.float64], law: ErrorLaw) -> NDArray[np.float64]:
    """Values that stand as high in the law of their slot as normal deviates in theirs.

    Parameters
    ----------
    normal : ndarray of shape (series, n_paths, slots)
    law : ErrorLaw
        At ``DENSE_LEVELS``.

    Returns
    -------
    ndarray of the same shape
        In the series' own unit; their quantiles over many paths are those of the law.
    """
    probability = ndtr(normal)
    deviates = np.empty_like(normal)
    for series, quantiles in enumerate(law.deviates):
        deviates[series] = np.interp(probability[series], law.levels, quantiles)
    return law.values_at(deviates)
