"""Fit of a periodic ARMA by maximum likelihood, its coefficients free or few harmonics over the period.

The search, standard errors and AICc belong here. The likelihood belongs to ``parma_likelihood``, the model
and its law to ``parma_law``. A fit takes seconds: it is for tens of series, not for thousands of them.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from statsmodels.tools.numdiff import approx_hess

from traffic.models.periodic.parma_law import PeriodicArma, is_invertible, parma_transitions
from traffic.models.periodic.parma_likelihood import ParmaLikelihood
from traffic.models.periodic.parma_start import course_basis, starting_models
from traffic.models.periodic.slot_sums import refuse_misfit, sum_by_slot
from traffic.models.periodic.state_covariance import largest_multiplier

MAX_PARAMETERS: Final = 48
"""More take minutes: 16 slots of an own PARMA(1, 1) are in, 24 or 288 slots need harmonics."""

VALUES_PER_PARAMETER: Final = 2

MAX_ITERATIONS: Final = 200

_LEVEL_SLOPE: Final = 1e-3
"""Of the log-likelihood a value: over a standard error of 0.05, that of 1,000 values changes by 0.05."""

_LARGEST_MULTIPLIER: Final = 1.0 - 1e-6
_LARGEST_LOG_STD: Final = 30.0
_OUTSIDE: Final = 10.0


@dataclass(frozen=True, eq=False)
class ParmaFit:
    """A PARMA at the maximum of its likelihood.

    Parameters
    ----------
    model : PeriodicArma
        The estimates.
    std_errors : PeriodicArma
        Their standard errors, in the same places; NaN where the likelihood is flat or has no maximum inside.
    loglikelihood : float
        Of the values in their own unit.
    aicc : float
        -2 loglikelihood + 2 k n / (n - k - 1), n the values observed and k the parameters, those of the mean
        not among them: it compares models of one record with one mean.
    n_observed, n_parameters : int
        n and k.
    is_converged, is_invertible : bool
        Whether the search ended where the likelihood is level, and whether at the invertible one of the
        models that share this likelihood.
    """

    model: PeriodicArma
    std_errors: PeriodicArma
    loglikelihood: float
    aicc: float
    n_observed: int
    n_parameters: int
    is_converged: bool
    is_invertible: bool


def fit_parma(
    centred: NDArray[np.float64],
    slot: NDArray[np.int64],
    n_slots: int,
    p: int,
    q: int,
    n_harmonics: int | None = None,
) -> ParmaFit:
    """Fit a PARMA(p, q) by maximising its exact Gaussian likelihood.

    Parameters
    ----------
    centred : ndarray of shape (time,)
        Deviations from the periodic mean, NaN where missing.
    slot : ndarray of int of shape (time,)
        Slot of each time.
    n_slots : int
        Number of slots S in the period.
    p, q : int
        Orders, 0 or more.
    n_harmonics : int, optional
        The courses over the period of each phi_i, each theta_j and log sigma are trigonometric polynomials
        with this many harmonics, (p + q + 1) (2 K + 1) parameters in all. Unless told, every slot has its
        own: (p + q + 1) S.

    Returns
    -------
    ParmaFit
        With its standard errors.

    Raises
    ------
    ValueError
        If the shapes do not match, an order is negative, there are not that many harmonics, there are more
        than ``MAX_PARAMETERS`` or fewer than ``VALUES_PER_PARAMETER`` values a parameter, in all or in a slot
        with parameters of its own, or the series does not vary.

    Notes
    -----
    Vecchia 1985 for the likelihood; Anderson, Tesfaye and Meerschaert 2007 for the polynomials, which they
    fit to estimates by slot and which are fitted to the record here. Started from the periodic Yule-Walker
    autoregression and from Hannan and Rissanen's regression, whichever is likelier; quasi-Newton within the
    periodically stationary models. Standard errors are from the inverse of the Hessian, carried over to the
    slots by the delta method; they take the periodic mean for known.
    """
    if min(p, q) < 0:
        raise ValueError(f"Orders are 0 or more; got {p} and {q}.")
    refuse_misfit(centred[None], slot, n_slots)
    basis = course_basis(n_slots, n_harmonics)
    n_observed, n_parameters = int((~np.isnan(centred)).sum()), (p + q + 1) * basis.shape[1]
    _refuse_size(n_observed, n_parameters)
    if n_harmonics is None:
        _refuse_poor_slot(centred, slot, n_slots, p + q + 1)
    scale = float(np.sqrt(np.nanmean(centred**2)))
    if scale == 0.0:
        raise ValueError("The series never leaves its mean; there is nothing to fit.")
    search = _Search(centred / scale, slot, basis, p, q)
    first = max(starting_models(centred / scale, slot, basis, p, q), key=search.loglikelihood_of)
    found, is_converged = search.maximum(search.parameters_of(first))
    model = search.model_of(found)
    loglikelihood = search.loglikelihood_of(model) - n_observed * float(np.log(scale))
    penalty = 2.0 * n_parameters * n_observed / (n_observed - n_parameters - 1)
    errors = search.standard_errors(found)
    return ParmaFit(
        PeriodicArma(model.ar, model.ma, model.std * scale),
        PeriodicArma(errors.ar, errors.ma, errors.std * scale),
        loglikelihood,
        penalty - 2.0 * loglikelihood,
        n_observed,
        n_parameters,
        is_converged,
        is_invertible(model),
    )


class _Search:
    """Between a vector of parameters, the model and its likelihood."""

    def __init__(
        self,
        centred: NDArray[np.float64],
        slot: NDArray[np.int64],
        basis: NDArray[np.float64],
        p: int,
        q: int,
    ) -> None:
        self.basis, self.p, self.q = basis, p, q
        self.n_observed = int((~np.isnan(centred)).sum())
        self.likelihood = ParmaLikelihood(centred, slot, basis.shape[0])

    def model_of(self, parameters: NDArray[np.float64]) -> PeriodicArma:
        courses = self.basis @ parameters.reshape(self.p + self.q + 1, -1).T
        log_std = np.clip(courses[:, -1], -_LARGEST_LOG_STD, _LARGEST_LOG_STD)
        return PeriodicArma(courses[:, : self.p], courses[:, self.p : -1], np.exp(log_std))

    def parameters_of(self, model: PeriodicArma) -> NDArray[np.float64]:
        courses = np.column_stack([model.ar, model.ma, np.log(model.std)])
        return np.asarray((np.linalg.pinv(self.basis) @ courses).T.ravel())

    def loglikelihood_of(self, model: PeriodicArma) -> float:
        return self.likelihood.loglikelihood(model)

    def cost(self, parameters: NDArray[np.float64]) -> float:
        """Negative log-likelihood a value; well above any other outside the stationary models."""
        model = self.model_of(parameters)
        multiplier = largest_multiplier(parma_transitions(model))
        if not multiplier < _LARGEST_MULTIPLIER:
            return _OUTSIDE + min(multiplier, _OUTSIDE)
        cost = -self.loglikelihood_of(model) / self.n_observed
        return cost if np.isfinite(cost) else 2.0 * _OUTSIDE

    def maximum(self, first: NDArray[np.float64]) -> tuple[NDArray[np.float64], bool]:
        found = minimize(
            self.cost, first, method="BFGS", options={"maxiter": MAX_ITERATIONS, "gtol": _LEVEL_SLOPE / 10}
        )
        # Slopes by differences have an error of about 1e-4, at which the search may stop with a complaint.
        is_level = bool(np.abs(found.jac).max() < _LEVEL_SLOPE)
        return np.asarray(found.x, dtype=np.float64), is_level

    def standard_errors(self, parameters: NDArray[np.float64]) -> PeriodicArma:
        hessian = self.n_observed * approx_hess(parameters, self.cost)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            try:
                np.linalg.cholesky(hessian)
                covariance = np.linalg.inv(hessian)
            except np.linalg.LinAlgError:
                covariance = np.full_like(hessian, np.nan)
        terms = self.basis.shape[1]
        blocks = [covariance[at : at + terms, at : at + terms] for at in range(0, parameters.size, terms)]
        errors = np.stack(
            [np.sqrt(np.einsum("sk,kl,sl->s", self.basis, block, self.basis)) for block in blocks], axis=1
        )
        std = self.model_of(parameters).std * errors[:, -1]
        return PeriodicArma(errors[:, : self.p], errors[:, self.p : -1], std)


def _refuse_size(n_observed: int, n_parameters: int) -> None:
    if n_parameters > MAX_PARAMETERS:
        raise ValueError(
            f"{n_parameters} parameters are more than the {MAX_PARAMETERS} that a search can find; give a "
            f"number of harmonics in place of free coefficients."
        )
    if n_observed < VALUES_PER_PARAMETER * n_parameters:
        raise ValueError(
            f"{n_parameters} parameters need {VALUES_PER_PARAMETER * n_parameters} values; got {n_observed}."
        )


def _refuse_poor_slot(
    centred: NDArray[np.float64], slot: NDArray[np.int64], n_slots: int, n_own: int
) -> None:
    """Refuse free coefficients in a slot whose values they could follow without any error."""
    is_there = ~np.isnan(centred)
    n_values, n_varying = sum_by_slot(
        np.stack([is_there, is_there & (centred != 0.0)]).astype(np.float64), slot, n_slots
    )
    poorest = int(np.argmin(n_varying))
    if n_varying[poorest] < VALUES_PER_PARAMETER * n_own:
        raise ValueError(
            f"Slot {poorest} has {n_values[poorest]:.0f} values, {n_varying[poorest]:.0f} of them off its "
            f"mean, for {n_own} parameters of its own, which need {VALUES_PER_PARAMETER * n_own}; give a "
            f"number of harmonics, or leave the series out."
        )
