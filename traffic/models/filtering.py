"""Residuals, predictions and forecasts of a constant-volatility model from its stored coefficients.

Nothing is fitted here: the Kalman filter runs once over the history with the coefficients given, so that
a night's forecast can be rebuilt from ``models.coefficients`` alone.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from statsmodels.tsa.arima.model import ARIMA

from traffic.models.constant_volatility import ConstantVolatilityModel
from traffic.models.quantiles import Forecast, gaussian_forecast
from traffic.models.requirements import fitted_window


def residuals(x: NDArray[np.float64], model: ConstantVolatilityModel) -> NDArray[np.float64]:
    """One-step prediction errors over the fitted window.

    Parameters
    ----------
    x : ndarray of shape (time,)
        Values on a regular grid, NaN where missing.
    model : ConstantVolatilityModel
        Coefficients, fitted or rebuilt.

    Returns
    -------
    ndarray of shape (window - d,)
        In the series' own unit, NaN where the value is missing, without the d values that only start the
        differences. Each error is brought to the innovation's variance: the first ones, and those after a
        gap, would have a larger one. (R's ``arima`` does the same.)

    Raises
    ------
    ValueError
        If nothing is observed, or the variance is not positive.
    """
    filtered, _, scale = _filtered(x, model)
    standardised = np.asarray(filtered.filter_results.standardized_forecasts_error[0], dtype=np.float64)
    # statsmodels gives zero where nothing is observed.
    standardised = np.where(np.isnan(fitted_window(x)), np.nan, standardised)
    return scale * standardised[model.d :]


def forecast(x: NDArray[np.float64], model: ConstantVolatilityModel, steps: int, gap: int = 0) -> Forecast:
    """Forecast the steps after a history, with Gaussian quantiles.

    Parameters
    ----------
    x : ndarray of shape (time,)
        Values on a regular grid, NaN where missing. Missing values at its end count as time that passed.
    model : ConstantVolatilityModel
        Coefficients, fitted or rebuilt.
    steps : int
        Number of steps to forecast.
    gap : int
        Further missing steps between the end of ``x`` and the first step wanted, forecast through.

    Returns
    -------
    Forecast
        In the series' own unit; clipped at zero where no value of ``x`` is negative, as traffic cannot be.

    Raises
    ------
    ValueError
        If nothing is observed, the variance is not positive, or ``steps`` or ``gap`` is out of range.

    Notes
    -----
    Brockwell and Davis 1991: mean and variance as ``forecast_moments``, and quantiles of the normal law.
    """
    if steps < 1 or gap < 0:
        raise ValueError(f"steps = {steps} must be 1 or more and gap = {gap} must be 0 or more.")
    skipped = steps_skipped(x, gap)
    mean, variance = forecast_moments(x, model, skipped + steps)
    is_non_negative = bool(np.nanmin(x) >= 0)
    return gaussian_forecast(mean[skipped:], np.sqrt(variance[skipped:]), is_non_negative=is_non_negative)


def one_step_predictions(x: NDArray[np.float64], model: ConstantVolatilityModel) -> NDArray[np.float64]:
    """Predict each value of the fitted window from those before it: the fitted beside the actual.

    Parameters
    ----------
    x : ndarray of shape (time,)
        Values on a regular grid, NaN where missing.
    model : ConstantVolatilityModel
        Coefficients, fitted or rebuilt.

    Returns
    -------
    ndarray of shape (window,)
        In the series' own unit, of missing values too; NaN for the first d, which nothing precedes.

    Raises
    ------
    ValueError
        If nothing is observed, or the variance is not positive.

    Notes
    -----
    Constant-volatility post, step "look".
    """
    filtered, centre, scale = _filtered(x, model)
    predicted = centre + scale * np.asarray(filtered.filter_results.forecasts[0], dtype=np.float64)
    predicted[: model.d] = np.nan
    return predicted


def forecast_moments(
    x: NDArray[np.float64], model: ConstantVolatilityModel, steps: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and error variance of the steps after the last observed value.

    Parameters
    ----------
    x : ndarray of shape (time,)
        Values on a regular grid, NaN where missing; at least one observed.
    model : ConstantVolatilityModel
        Coefficients, fitted or rebuilt.
    steps : int
        Number of steps, counted from the last observed value.

    Returns
    -------
    mean, variance : ndarray of shape (steps,)
        In the series' own unit and its square, not clipped.

    Raises
    ------
    ValueError
        If nothing is observed, or the variance is not positive.

    Notes
    -----
    Brockwell and Davis 1991. Where nothing is missing for long the variance h steps ahead is
    sigma^2 sum_{j<h} psi_j^2, psi as in ``moving_average_weights``; the coefficients are taken as known.
    """
    filtered, centre, scale = _filtered(x, model)
    ahead = filtered.get_forecast(steps)
    mean = centre + scale * np.asarray(ahead.predicted_mean, dtype=np.float64)
    return mean, scale**2 * np.asarray(ahead.var_pred_mean, dtype=np.float64)


def steps_skipped(x: NDArray[np.float64], gap: int) -> int:
    """Count the missing steps between the last observed value and the first step wanted.

    Parameters
    ----------
    x : ndarray of shape (time,)
        Values on a regular grid, NaN where missing.
    gap : int
        Further missing steps after the end of ``x``.

    Returns
    -------
    int
        ``gap`` and the missing values at the end of ``x``; only ``gap`` where nothing is observed.
    """
    observed = np.flatnonzero(~np.isnan(x))
    return gap + (x.size - 1 - int(observed[-1]) if observed.size else 0)


def _filtered(x: NDArray[np.float64], model: ConstantVolatilityModel) -> tuple[Any, float, float]:
    """Filter of the window in units of one innovation, its centre and that unit."""
    window = fitted_window(x)
    if window.size == 0:
        raise ValueError("The series has no observed value to filter; leave it out.")
    if not model.sigma2 > 0:
        raise ValueError(f"sigma2 = {model.sigma2} must be positive; fit the model again.")
    scale = float(np.sqrt(model.sigma2))
    centre = float(window[0]) if model.d == 1 else model.constant
    arima = ARIMA((window - centre) / scale, order=model.order, trend="n")
    return arima.filter(np.r_[model.ar, model.ma, 1.0], cov_type="none"), centre, scale
