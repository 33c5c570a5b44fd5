"""The maximum of the exact Gaussian likelihood of an ARIMA.

The likelihood and its Hessian are statsmodels'; the search for its maximum is here. Scaling the data and
naming the coefficients belong to ``constant_volatility``.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares
from statsmodels.tools.sm_exceptions import EstimationWarning, HessianInversionWarning
from statsmodels.tsa.arima.model import ARIMA
from statsmodels.tsa.innovations.arma_innovations import arma_innovations

PredictionErrors = Callable[[NDArray[np.float64]], tuple[NDArray[np.float64], NDArray[np.float64]]]
"""One-step errors v_t of the values that count, and their variances F_t for a unit innovation."""

MAX_EVALUATIONS: Final = 300

LARGEST_DISAGREEMENT: Final = 0.1
"""Between two computations of one log-likelihood; AICc differences below 1 decide nothing."""

LARGEST_UNCONSTRAINED: Final = 1e3
"""A partial autocorrelation of 1 - 5e-7: beyond it the stationary start of the filter is singular."""

LIKELIHOOD_WARNINGS: Final = (EstimationWarning, HessianInversionWarning, RuntimeWarning)
"""What these say is kept in ``converged`` and in standard errors that are NaN."""


def maximise_likelihood(
    z: NDArray[np.float64], order: tuple[int, int, int], start: NDArray[np.float64]
) -> tuple[Any, bool]:
    """Maximise the exact likelihood of an ARIMA, missing values allowed.

    With v_t the one-step errors and F_t their variances for a unit innovation, the likelihood with the
    variance profiled out is largest where the sum of v_t^2 / F_t, times the geometric mean of the F_t, is
    least (Brockwell and Davis 1991, section 8.7, here as one sum of squares). Levenberg-Marquardt on
    these terms needs a third of the evaluations of a quasi-Newton search on their sum, and stops less
    often on the ridges where roots nearly cancel.

    Parameters
    ----------
    z : ndarray of shape (time,)
        Values scaled to the order of 1, the first one observed, NaN where missing.
    order : (int, int, int)
        p, d, q. A mean is estimated for d = 0.
    start : ndarray of shape (coefficients,)
        Mean (for d = 0), autoregressive and moving-average coefficients to start from, without variance.

    Returns
    -------
    result : statsmodels ARIMAResults
        Filtered at the maximum, with the covariance of the coefficients from the Hessian.
    converged : bool
        Whether the search ended by its tolerances rather than by its number of evaluations.

    Raises
    ------
    ValueError
        If the likelihood cannot be evaluated.
    """
    model = ARIMA(z, order=order, trend="c" if order[1] == 0 else "n")
    searches = [_kalman_errors(model, z, order)]
    if not np.isnan(z).any():
        searches.insert(0, _innovations(z, order))
    with warnings.catch_warnings():
        for category in LIKELIHOOD_WARNINGS:
            warnings.simplefilter("ignore", category)
        try:
            for prediction_errors in searches:
                result, converged, loglik = _maximum(model, start, prediction_errors, order[1] == 0)
                # With a root against the unit circle the innovations algorithm can lose its digits.
                if abs(result.llf - loglik) < LARGEST_DISAGREEMENT:
                    break
        except (np.linalg.LinAlgError, ValueError) as error:
            raise ValueError(f"The likelihood of an ARIMA{order} cannot be evaluated: {error}") from error
    return result, converged


def _maximum(
    model: Any, start: NDArray[np.float64], prediction_errors: PredictionErrors, has_mean: bool
) -> tuple[Any, bool, float]:
    """Filter at the maximum found, whether the search converged, and the log-likelihood that it saw."""
    coefficients, converged = _search(model, start, prediction_errors, has_mean)
    errors, variances = prediction_errors(coefficients)
    sigma2 = max(float(np.mean(errors**2 / variances)), np.finfo(float).tiny)
    result = model.filter(np.r_[coefficients, sigma2], cov_type="approx")
    loglik = -0.5 * (errors.size * (np.log(2.0 * np.pi * sigma2) + 1.0) + np.sum(np.log(variances)))
    return result, converged, float(loglik)


def _search(
    model: Any, start: NDArray[np.float64], prediction_errors: PredictionErrors, has_mean: bool
) -> tuple[NDArray[np.float64], bool]:
    """Coefficients at the maximum, and whether the search converged."""
    if start.size == 0:
        return start, True

    def coefficients_of(unconstrained: NDArray[np.float64]) -> NDArray[np.float64]:
        bounded = np.clip(unconstrained, -LARGEST_UNCONSTRAINED, LARGEST_UNCONSTRAINED)
        bounded[: int(has_mean)] = unconstrained[: int(has_mean)]
        return np.asarray(model.transform_params(np.r_[bounded, 1.0])[:-1], dtype=np.float64)

    def terms(unconstrained: NDArray[np.float64]) -> NDArray[np.float64]:
        errors, variances = prediction_errors(coefficients_of(unconstrained))
        geometric_mean = np.exp(np.mean(np.log(variances)))
        return np.asarray(errors * np.sqrt(geometric_mean / variances), dtype=np.float64)

    first = model.untransform_params(np.r_[start, 1.0])[:-1]
    found = least_squares(terms, first, method="lm", max_nfev=MAX_EVALUATIONS)
    return coefficients_of(found.x), bool(found.status > 0)


def _kalman_errors(model: Any, z: NDArray[np.float64], order: tuple[int, int, int]) -> PredictionErrors:
    """One-step errors of the values observed, by the Kalman filter."""
    is_counted = ~np.isnan(z)
    is_counted[: order[1]] = False

    def errors(coefficients: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        model.update(np.r_[coefficients, 1.0], transformed=True)
        filtered = model.ssm.filter()
        return filtered.forecasts_error[0, is_counted], filtered.forecasts_error_cov[0, 0, is_counted]

    return errors


def _innovations(z: NDArray[np.float64], order: tuple[int, int, int]) -> PredictionErrors:
    """One-step errors of a complete series by the innovations algorithm: the same, ten times faster."""
    p, d, q = order
    w = np.diff(z) if d == 1 else z

    def errors(coefficients: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        mean, arma = (0.0, coefficients) if d == 1 else (coefficients[0], coefficients[1:])
        if p + q == 0:
            return w - mean, np.ones(w.size)
        found, variances = arma_innovations(w - mean, ar_params=arma[:p], ma_params=arma[p:])
        return np.asarray(found, dtype=np.float64), np.asarray(variances, dtype=np.float64)

    return errors
