"""Intervals that widen and narrow with the volatility: in the sample, and ahead of it.

The variance of innovations to come, carried through the mean's model, belongs here. Fitting either belongs to
``variable_volatility`` and ``constant_volatility``.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from traffic.models.constant_volatility import ConstantVolatilityModel
from traffic.models.filtering import forecast_moments, residuals, steps_skipped
from traffic.models.quantiles import Forecast, gaussian_forecast
from traffic.models.requirements import MAX_FITTED_VALUES
from traffic.models.variable_volatility import EGARCH, VolatilityModel, bound_model

SIMULATED_PATHS: Final = 1_000
"""EGARCH's variance beyond one step has no closed form; a thousand paths give it to some 3 per cent."""


def conditional_std(left: NDArray[np.float64], model: VolatilityModel) -> NDArray[np.float64]:
    """Give the standard deviation of each innovation given those before it.

    Parameters
    ----------
    left : ndarray of shape (time,)
        One-step errors of the mean's model, NaN where missing.
    model : VolatilityModel
        Fitted to them, or rebuilt.

    Returns
    -------
    ndarray of shape (time,)
        In the series' own unit; NaN where the error is missing or before the last ``MAX_FITTED_VALUES``.
    """
    at = np.flatnonzero(~np.isnan(left))[-MAX_FITTED_VALUES:]
    std = np.full(left.size, np.nan)
    std[at] = model.scale * np.asarray(bound_model(left[at], model).conditional_volatility, dtype=np.float64)
    return std


def innovation_variance(
    left: NDArray[np.float64], model: VolatilityModel, steps: int, seed: int = 0
) -> NDArray[np.float64]:
    """Variance of the innovations after the last one.

    Parameters
    ----------
    left : ndarray of shape (time,)
        One-step errors of the mean's model, NaN where missing.
    model : VolatilityModel
        Fitted to them, or rebuilt.
    steps : int
        Number of steps.
    seed : int
        Of the simulated paths that EGARCH needs beyond its first step; unused otherwise.

    Returns
    -------
    ndarray of shape (steps,)
        In the squared unit of the series. No more than the largest variance within the sample or, if that is
        larger, of the first step: a variance that hardly returns to its mean would else grow without bound
        where nothing has been seen. No less than the smallest within the sample, either: the exponential of
        an EGARCH with extreme coefficients vanishes.

    Notes
    -----
    Bollerslev 1986: of a GARCH, h steps ahead, s^2 + (alpha + beta)^(h - 1) (sigma_(T+1)^2 - s^2) with
    s^2 = omega / (1 - alpha - beta); of a GJR the same with alpha + gamma / 2 for alpha; of an EGARCH beyond
    one step the mean over simulated paths.
    """
    at = np.flatnonzero(~np.isnan(left))[-MAX_FITTED_VALUES:]
    how: dict[str, Any] = {"method": "analytic"}
    if model.name == EGARCH and steps > 1:
        rng = np.random.default_rng(seed).standard_normal
        how = {"method": "simulation", "simulations": SIMULATED_PATHS, "rng": rng}
    bound = bound_model(left[at], model)
    with np.errstate(over="ignore", invalid="ignore"):
        ahead = np.asarray(bound.forecast(horizon=steps, reindex=False, **how).variance)[-1]
    seen = np.asarray(bound.conditional_volatility, dtype=np.float64) ** 2
    largest = max(float(seen.max()), float(ahead[0]))
    return np.asarray(model.scale**2 * np.fmax(np.fmin(ahead, largest), seen.min()), dtype=np.float64)


def forecast_with_volatility(
    x: NDArray[np.float64],
    mean_model: ConstantVolatilityModel,
    volatility: VolatilityModel,
    steps: int,
    gap: int = 0,
    seed: int = 0,
) -> Forecast:
    """Forecast with intervals of the volatility's own width at each step.

    Parameters
    ----------
    x : ndarray of shape (time,)
        Values on a regular grid, NaN where missing. Missing values at its end count as time that passed.
    mean_model : ConstantVolatilityModel
        Coefficients, fitted or rebuilt.
    volatility : VolatilityModel
        Of the residuals of ``mean_model``.
    steps, gap : int
        As for ``filtering.forecast``.
    seed : int
        As for ``innovation_variance``.

    Returns
    -------
    Forecast
        The mean is that of ``filtering.forecast``. The error h steps ahead has the variance of the Kalman
        filter plus the sum over j < h of psi_j^2 (sigma^2_(T+h-j) - sigma^2), psi the weights of the ARIMA as
        a moving average. Beyond one step the law of such an error is not normal; its quantiles are taken so.

    Raises
    ------
    ValueError
        If nothing is observed, a variance is not positive, or ``steps`` or ``gap`` is out of range.
    """
    if steps < 1 or gap < 0:
        raise ValueError(f"steps = {steps} must be 1 or more and gap = {gap} must be 0 or more.")
    skipped = steps_skipped(x, gap)
    mean, variance = forecast_moments(x, mean_model, skipped + steps)
    ahead = innovation_variance(residuals(x, mean_model), volatility, skipped + steps, seed)
    psi = moving_average_weights(mean_model, skipped + steps)
    # Rounding apart, the filter's own variance is never less than what the constant innovations contribute.
    moved = variance + np.convolve(psi**2, ahead - mean_model.sigma2)[: variance.size]
    std = np.sqrt(np.maximum(moved, ahead * psi[0] ** 2))
    is_non_negative = bool(np.nanmin(x) >= 0)
    return gaussian_forecast(mean[skipped:], std[skipped:], is_non_negative=is_non_negative)


def moving_average_weights(model: ConstantVolatilityModel, n_weights: int) -> NDArray[np.float64]:
    """Weights psi of an ARIMA written as a moving average of its innovations.

    Parameters
    ----------
    model : ConstantVolatilityModel
        Coefficients, fitted or rebuilt.
    n_weights : int
        Number of weights; the first is 1.

    Returns
    -------
    ndarray of shape (n_weights,)
        Of the series itself, its difference summed up (Brockwell and Davis 1991, section 9.5).
    """
    denominator = np.r_[1.0, -model.ar]
    if model.d == 1:
        denominator = np.convolve(denominator, [1.0, -1.0])
    impulse = np.r_[1.0, np.zeros(n_weights - 1)]
    return np.asarray(lfilter(np.r_[1.0, model.ma], denominator, impulse), dtype=np.float64)
