"""The constant-volatility model: one series, an ARMA of its difference, fitted by exact likelihood.

Fitting and the containers of a fit belong here. Choosing d belongs to ``differencing``, p and q to
``order_selection``, residuals and forecasts from stored coefficients to ``filtering``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from traffic.models.conditional_likelihood import conditional_grid, inward, stationary_part
from traffic.models.differencing import filled_linearly
from traffic.models.exact_likelihood import maximise_likelihood
from traffic.models.order_selection import aicc_penalty
from traffic.models.requirements import fitted_window, why_not_constant_volatility
from traffic.models.roots import is_invertible, is_stationary

Order = tuple[int, int, int]

REFERENCE_ORDER: Final[Order] = (2, 1, 1)
"""ARMA(2,1) on the first difference, without constant: the model of the constant-volatility post."""


@dataclass(frozen=True, eq=False)
class ConstantVolatilityModel:
    """An ARIMA and its coefficients: all that residuals and forecasts need.

    With y_t = x_t - mu for d = 0 and y_t = x_t - x_(t-1) for d = 1,
    y_t = sum_{i<=p} phi_i y_(t-i) + w_t + sum_{j<=q} theta_j w_(t-j), w white of variance sigma^2. ``const``
    is mu, ``ar.Li`` phi_i, ``ma.Lj`` theta_j and ``sigma2`` sigma^2. (Box and Jenkins 1970 write theta with
    the other sign.)

    Parameters
    ----------
    p, d, q : int
        Order.
    names : tuple of str
        ``const`` (the mean, only for d = 0), ``ar.L1`` to ``ar.Lp``, ``ma.L1`` to ``ma.Lq``, ``sigma2``.
    estimates : ndarray of shape (names,)
        Coefficients; ``const`` in the series' unit and ``sigma2``, the innovation variance, in its square.
    """

    p: int
    d: int
    q: int
    names: tuple[str, ...]
    estimates: NDArray[np.float64]

    @property
    def order(self) -> Order:
        """The order as (p, d, q)."""
        return self.p, self.d, self.q

    @property
    def constant(self) -> float:
        """Mean of the series for d = 0, and zero for a differenced one."""
        return float(self.estimates[0]) if self.d == 0 else 0.0

    @property
    def ar(self) -> NDArray[np.float64]:
        """Autoregressive coefficients, shape (p,)."""
        start = int(self.d == 0)
        return self.estimates[start : start + self.p]

    @property
    def ma(self) -> NDArray[np.float64]:
        """Moving-average coefficients, shape (q,)."""
        start = int(self.d == 0) + self.p
        return self.estimates[start : start + self.q]

    @property
    def sigma2(self) -> float:
        """Innovation variance, in the squared unit of the series."""
        return float(self.estimates[-1])


@dataclass(frozen=True, eq=False)
class ConstantVolatilityFit(ConstantVolatilityModel):
    """A model with what its fit tells about it.

    Parameters
    ----------
    std_errors : ndarray of shape (names,)
        From the Hessian of the exact log-likelihood; NaN where it has no positive inverse.
    lower_95, upper_95 : ndarray of shape (names,)
        Normal 95 % interval of each coefficient.
    loglik : float
        Exact Gaussian log-likelihood of the window given its first d values.
    aicc : float
        With the variance counted among the coefficients and ``n_observations - d`` as sample size.
    n_observations : int
        Observed values in the fitted window.
    is_stationary, is_invertible : bool
        Whether the roots lie clear of the unit circle; false also where one has piled up against it.
    converged : bool
        Whether the optimiser says so.
    """

    std_errors: NDArray[np.float64]
    lower_95: NDArray[np.float64]
    upper_95: NDArray[np.float64]
    loglik: float
    aicc: float
    n_observations: int
    is_stationary: bool
    is_invertible: bool
    converged: bool


def fit_exact(x: NDArray[np.float64], order: Order = REFERENCE_ORDER) -> ConstantVolatilityFit:
    """Fit an ARIMA by exact Gaussian likelihood.

    Parameters
    ----------
    x : ndarray of shape (time,)
        Values on a regular grid, NaN where missing: the Kalman filter passes over them. The last
        ``MAX_FITTED_VALUES`` are fitted.
    order : (int, int, int)
        p, d, q with d in {0, 1}. A mean (``const``) is estimated for d = 0, none for d = 1.

    Returns
    -------
    ConstantVolatilityFit
        In the series' own unit. ``fit_exact(a * x)`` gives the same ARMA coefficients for every a > 0.

    Raises
    ------
    ValueError
        If the history is too short or has no variation, the order is not supported, or the likelihood
        cannot be evaluated.

    Notes
    -----
    Constant-volatility post, step "fit"; Brockwell and Davis 1991. The window is centred and scaled to
    unit standard deviation of its stationary part before the fit, because the likelihood of values of 1e12 is
    badly conditioned, and the results are scaled back exactly.
    """
    if (reason := why_not_constant_volatility(x)) is not None:
        raise ValueError(reason)
    p, d, q = order
    window = fitted_window(x)
    w, scale = stationary_part(filled_linearly(window), d)
    # The level of a differenced series carries no information: zero keeps the diffuse start exact.
    centre = float(window[0] if d == 1 else np.nanmean(window))
    start = conditional_grid(w, p, q, max(p, q))[p, q]
    start_values = np.r_[[0.0] * (d == 0), inward(start.ar), inward(start.ma)]
    result, converged = maximise_likelihood((window - centre) / scale, order, start_values)
    n_observations = int(np.sum(~np.isnan(window)))
    return _in_own_unit(result, order, centre, scale, n_observations, converged)


def fit_from_coefficients(order: Order, coefficients: Mapping[str, float]) -> ConstantVolatilityModel:
    """Rebuild a fitted model from stored coefficients.

    Parameters
    ----------
    order : (int, int, int)
        p, d, q.
    coefficients : mapping of str to float
        Estimates by name, as in ``models.coefficients``.

    Returns
    -------
    ConstantVolatilityModel
        Ready for ``filtering.residuals`` and ``filtering.forecast``.

    Raises
    ------
    ValueError
        If a coefficient is missing, unknown or not finite, the variance is not positive, or the
        autoregression is not stationary.
    """
    names = coefficient_names(order)
    if set(names) != set(coefficients):
        raise ValueError(f"An ARIMA{order} needs the coefficients {names}; got {tuple(coefficients)}.")
    model = ConstantVolatilityModel(*order, names, np.array([coefficients[name] for name in names], float))
    if not np.isfinite(model.estimates).all() or model.sigma2 <= 0:
        raise ValueError(f"The coefficients of an ARIMA{order} must be finite and sigma2 positive.")
    if (np.abs(np.roots(np.r_[1.0, -model.ar])) >= 1).any():
        raise ValueError(
            f"The autoregression {model.ar.tolist()} is not stationary; difference the series first."
        )
    return model


def coefficient_names(order: Order) -> tuple[str, ...]:
    """Names of the coefficients of an order, as statsmodels gives them.

    Parameters
    ----------
    order : (int, int, int)
        p, d, q.

    Returns
    -------
    tuple of str
        ``const`` for d = 0, then ``ar.L*``, ``ma.L*`` and ``sigma2``.
    """
    p, d, q = order
    ar = [f"ar.L{lag}" for lag in range(1, p + 1)]
    ma = [f"ma.L{lag}" for lag in range(1, q + 1)]
    return (*(["const"] if d == 0 else []), *ar, *ma, "sigma2")


def _in_own_unit(
    result: Any, order: Order, centre: float, scale: float, n_observations: int, converged: bool
) -> ConstantVolatilityFit:
    """Fit of ``centre + scale * z`` from the fit of z."""
    names = coefficient_names(order)
    unit = np.array([{"const": scale, "sigma2": scale**2}.get(name, 1.0) for name in names])
    origin = np.array([centre if name == "const" else 0.0 for name in names])
    estimates = origin + unit * np.asarray(result.params, dtype=np.float64)
    std_errors = unit * _std_errors(result)
    half_width = norm.ppf(0.975) * std_errors
    n_effective = n_observations - order[1]
    loglik = float(result.llf) - n_effective * np.log(scale)
    model = ConstantVolatilityModel(*order, names, estimates)
    return ConstantVolatilityFit(
        *order,
        names,
        estimates,
        std_errors=std_errors,
        lower_95=estimates - half_width,
        upper_95=estimates + half_width,
        loglik=loglik,
        aicc=-2.0 * loglik + aicc_penalty(len(names), n_effective),
        n_observations=n_observations,
        is_stationary=is_stationary(model.ar),
        is_invertible=is_invertible(model.ma),
        converged=converged,
    )


def _std_errors(result: Any) -> NDArray[np.float64]:
    """Roots of the positive variances; NaN for all where the Hessian has no inverse."""
    variances = np.diag(np.asarray(result.cov_params(), dtype=np.float64))
    return np.sqrt(np.where(variances > 0, variances, np.nan))
