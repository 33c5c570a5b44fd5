"""What the coefficients of an ARMA imply: its mean, variance, autocorrelations, and where its roots lie.

Theory only, by statsmodels' ArmaProcess; the sample's own correlations belong to ``traffic.diagnostics``, the
verdict on roots near the circle to ``roots``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from statsmodels.tsa.arima_process import ArmaProcess

from traffic.models.constant_volatility import ConstantVolatilityModel


@dataclass(frozen=True)
class ImpliedMoments:
    """Mean and variance that an ARMA's coefficients imply.

    Parameters
    ----------
    mean : float
        Of the stationary part, in the series' unit: the series for d = 0, its difference for d = 1.
    variance : float
        Of the same, in the squared unit; infinite where the autoregression is not stationary.
    """

    mean: float
    variance: float


def implied_moments(model: ConstantVolatilityModel) -> ImpliedMoments:
    """Mean and variance of the stationary part of a model.

    Parameters
    ----------
    model : ConstantVolatilityModel
        Coefficients, fitted or rebuilt.

    Returns
    -------
    ImpliedMoments
        For AR(1): delta / (1 - phi) and sigma^2 / (1 - phi^2); for MA(1): the variance sigma^2 (1 + theta^2).

    Notes
    -----
    Constant-volatility post, AR and MA. ``const`` is the mean itself, not delta = mean (1 - sum of phi).
    """
    process = _process(model)
    variance = model.sigma2 * float(process.acovf(1)[0]) if process.isstationary else math.inf
    return ImpliedMoments(model.constant, variance)


def theoretical_correlogram(model: ConstantVolatilityModel, n_lags: int) -> pl.DataFrame:
    """Autocorrelation and partial autocorrelation that a model implies for its stationary part.

    Parameters
    ----------
    model : ConstantVolatilityModel
        Coefficients, fitted or rebuilt.
    n_lags : int
        Largest lag, 1 or more.

    Returns
    -------
    polars.DataFrame
        ``lag`` (1 to ``n_lags``), ``theoretical_acf``, ``theoretical_pacf``; to lay beside the correlogram of
        the ``clean`` stage for d = 0, of the ``differenced`` one for d = 1. No row where the autoregression
        is not stationary.

    Raises
    ------
    ValueError
        If ``n_lags`` is below 1.

    Notes
    -----
    Box and Jenkins 1970. AR(1): rho(h) = phi^h, and a PACF of phi at lag 1 and zero beyond. MA(1):
    rho(1) = theta / (1 + theta^2) and zero beyond (the constant-volatility post says theta), and a PACF that
    tapers off.
    """
    if n_lags < 1:
        raise ValueError(f"n_lags = {n_lags} must be 1 or more.")
    process = _process(model)
    if not process.isstationary:
        return _correlogram(np.empty(0), np.empty(0))
    return _correlogram(process.acf(n_lags + 1)[1:], process.pacf(n_lags + 1)[1:])


def root_table(model: ConstantVolatilityModel) -> pl.DataFrame:
    """Roots of the two polynomials of an ARMA.

    Parameters
    ----------
    model : ConstantVolatilityModel
        Coefficients, fitted or rebuilt.

    Returns
    -------
    polars.DataFrame
        ``polynomial`` (ar: 1 - ar_1 z - ..., ma: 1 + ma_1 z + ...), ``re``, ``im``, ``modulus`` (above 1:
        stationary or invertible), ``period_steps`` (of the cycle of a complex pair; 2 for a negative root,
        null for a positive one); by polynomial, then by modulus.
    """
    process = _process(model)
    rows = [_root("ar", root) for root in process.arroots] + [_root("ma", root) for root in process.maroots]
    types = (pl.String, pl.Float64, pl.Float64, pl.Float64, pl.Float64)
    names = ("polynomial", "re", "im", "modulus", "period_steps")
    return pl.DataFrame(rows, dict(zip(names, types, strict=True)), orient="row").sort(
        "polynomial", "modulus", "im"
    )


def _process(model: ConstantVolatilityModel) -> ArmaProcess:
    return ArmaProcess.from_coeffs(model.ar, model.ma)


def _correlogram(acf: NDArray[np.float64], pacf: NDArray[np.float64]) -> pl.DataFrame:
    lag = np.arange(1, acf.size + 1)
    return pl.DataFrame({"lag": lag, "theoretical_acf": acf, "theoretical_pacf": pacf})


def _root(polynomial: str, root: complex) -> tuple[str, float, float, float, float | None]:
    angle = abs(math.atan2(root.imag, root.real))
    period = 2.0 * math.pi / angle if angle > 0 else None
    return polynomial, float(root.real), float(root.imag), abs(root), period
