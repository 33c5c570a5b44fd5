"""The four processes that the constant-volatility post illustrates, drawn from a seed beside their theory.

Only these textbook processes belong here. Paths of fitted models belong to ``constant_volatility_paths``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.signal import lfilter

from traffic.diagnostics.autocorrelation import autocorrelation
from traffic.diagnostics.correlation_bands import bartlett_band
from traffic.models.constant_volatility import ConstantVolatilityModel, coefficient_names
from traffic.models.theoretical_correlation import theoretical_correlogram
from traffic.simulation.courses import random_stream

LAGS: Final = 40
BURN_IN: Final = 500
"""Steps before the sample: 0.9 to the power 500 is 1e-23, and no root here is nearer to the circle."""


@dataclass(frozen=True)
class IllustratedProcess:
    """One process of the post.

    Parameters
    ----------
    name : str
        ``ar_1``, ``ma_1``, ``ar_2``, ``ma_2``.
    formula : str
        As in the post, w_t being white noise of unit variance.
    ar, ma : tuple of float
        Coefficients.
    n_values : int
        Length of the sample. The post states it for the first two; for the others it is that of ``ma_1``.
    """

    name: str
    formula: str
    ar: tuple[float, ...]
    ma: tuple[float, ...]
    n_values: int


PROCESSES: Final = (
    IllustratedProcess("ar_1", "x_t = 0.6 x_(t-1) + w_t", (0.6,), (), 1_000),
    IllustratedProcess("ma_1", "x_t = w_t + 0.7 w_(t-1)", (), (0.7,), 10_000),
    IllustratedProcess("ar_2", "x_t = 0.3 x_(t-1) + 0.4 x_(t-2) + w_t", (0.3, 0.4), (), 10_000),
    # The post leaves w_t out, and what it then writes is an MA(1) of another scale, one step late.
    IllustratedProcess("ma_2", "x_t = w_t + 0.2 w_(t-1) + 0.4 w_(t-2)", (), (0.2, 0.4), 10_000),
)


@dataclass(frozen=True, eq=False)
class Illustration:
    """A sample of one process, and its correlogram beside the theoretical one.

    Parameters
    ----------
    process : IllustratedProcess
        What was drawn.
    x : ndarray of shape (n_values,)
        The sample.
    correlogram : polars.DataFrame
        ``lag``, ``acf``, ``pacf``, ``band_95`` (white), ``bartlett_95``, ``theoretical_acf``,
        ``theoretical_pacf``.
    """

    process: IllustratedProcess
    x: NDArray[np.float64]
    correlogram: pl.DataFrame


def illustrate(process: IllustratedProcess, seed: int, n_lags: int = LAGS) -> Illustration:
    """Draw a sample of a process and lay its correlogram beside the theoretical one.

    Parameters
    ----------
    process : IllustratedProcess
        One of ``PROCESSES``, or another of the kind.
    seed : int
        Not negative. A process has its own stream: what else is drawn does not change it.
    n_lags : int
        Largest lag.

    Returns
    -------
    Illustration
        The same for the same seed.

    Notes
    -----
    Constant-volatility post, its illustrations of AR, MA and PACF.
    """
    model = model_of(process)
    noise = random_stream(seed, process.name).standard_normal(BURN_IN + process.n_values)
    x = np.asarray(lfilter(np.r_[1.0, model.ma], np.r_[1.0, -model.ar], noise)[BURN_IN:], dtype=np.float64)
    found = autocorrelation(x, n_lags)
    sample = pl.DataFrame(
        {
            "lag": found.lag,
            "acf": found.acf,
            "pacf": found.pacf,
            "band_95": found.band_95,
            "bartlett_95": bartlett_band(found.acf, x.size),
        }
    )
    theory = theoretical_correlogram(model, found.lag.size)
    return Illustration(process, x, sample.join(theory, on="lag", how="left", maintain_order="left"))


def model_of(process: IllustratedProcess) -> ConstantVolatilityModel:
    """Coefficients of an illustrated process, as a model of unit variance and mean zero.

    Parameters
    ----------
    process : IllustratedProcess
        One of ``PROCESSES``, or another of the kind.

    Returns
    -------
    ConstantVolatilityModel
        With d = 0.
    """
    order = (len(process.ar), 0, len(process.ma))
    return ConstantVolatilityModel(*order, coefficient_names(order), np.r_[0.0, process.ar, process.ma, 1.0])
