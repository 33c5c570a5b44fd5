"""Correlograms as sections show them: the frame that is drawn, and what it says in words.

The correlations themselves belong to ``traffic.diagnostics``; which of them a document shows, to the
document's own modules.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.stats import binom

from traffic.diagnostics.autocorrelation import Correlogram
from traffic.reproduction.section import Picture, Sentence

N_LAGS: Final = 40


def correlogram_picture(
    title: str,
    found: Correlogram,
    which: str,
    *,
    theory: NDArray[np.float64] | None = None,
    band: NDArray[np.float64] | None = None,
) -> Picture:
    """Lay a correlogram out for its picture.

    Parameters
    ----------
    title : str
        Above the picture.
    found : Correlogram
        Sample correlations.
    which : {"acf", "pacf"}
        Which of the two.
    theory : ndarray of shape (lags,), optional
        What a model implies, to be marked beside.
    band : ndarray of shape (lags,), optional
        Half width of the band; that of a white series if not given.

    Returns
    -------
    Picture
        Of kind ``correlogram``, with ``lag``, ``correlation``, ``band`` and ``theory`` (null without one).
    """
    correlation = found.acf if which == "acf" else found.pacf
    half_width = found.band_95 if band is None else band
    columns = {"lag": found.lag, "correlation": correlation, "band": half_width}
    frame = pl.DataFrame(columns).with_columns(theory=pl.lit(None, pl.Float64) if theory is None else theory)
    largest = int(np.argmax(np.abs(correlation)))
    alt = Sentence(
        "{what} at lags 1 to {n}: at lag 1 {first:.3f}, largest in size {largest:.3f} at lag {at}; "
        "{outside} of {n} lie outside the 95 % band, which is ±{band:.3f} at lag 1.",
        {
            "what": "Autocorrelation" if which == "acf" else "Partial autocorrelation",
            "n": found.lag.size,
            "first": float(correlation[0]),
            "largest": float(correlation[largest]),
            "at": int(found.lag[largest]),
            "outside": n_outside(correlation, half_width),
            "band": float(half_width[0]),
        },
    )
    y = "autocorrelation" if which == "acf" else "partial autocorrelation"
    return Picture("correlogram", title, alt, frame, "lag (steps)", y)


def n_outside(correlation: NDArray[np.float64], band: NDArray[np.float64]) -> int:
    """Count the correlations that lie outside a band.

    Parameters
    ----------
    correlation, band : ndarray of shape (lags,)
        Correlations, and the half width of the band at each.

    Returns
    -------
    int
        NaN lies outside of nothing.
    """
    return int(np.sum(np.abs(correlation) > band))


def usual_outside(n_lags: int) -> int:
    """Largest number of lags outside a 95 % band that chance alone still explains.

    Parameters
    ----------
    n_lags : int
        Number of lags looked at.

    Returns
    -------
    int
        The 95 % quantile of a binomial count of n_lags and 5 %, as the correlations of a white series are
        nearly independent of one another.
    """
    return int(binom.ppf(0.95, n_lags, 0.05))
