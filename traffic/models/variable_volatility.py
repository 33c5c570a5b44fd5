"""Variable volatility: GARCH, EGARCH and GJR of what a constant-volatility model leaves.

Fitting them and choosing among them belong here; ``arch`` maximises the likelihoods. What the choice means
for intervals belongs to ``volatility_forecast``, the test that asks for it to ``traffic.diagnostics``.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from traffic.diagnostics.residual_tests import SIGNIFICANCE, ResidualTest, arch_lm
from traffic.models.requirements import MAX_FITTED_VALUES

CONSTANT: Final = "constant"
GARCH: Final = "garch"
EGARCH: Final = "egarch"
GJR: Final = "gjr"
VOLATILITY_MODELS: Final = (CONSTANT, GARCH, EGARCH, GJR)
"""GARCH(1,1), EGARCH(1,1,1) and GJR-GARCH(1,1,1), and the constant variance that they must beat."""

COEFFICIENT_NAMES: Final = {
    CONSTANT: ("sigma2",),
    GARCH: ("omega", "alpha[1]", "beta[1]"),
    EGARCH: ("omega", "alpha[1]", "gamma[1]", "beta[1]"),
    GJR: ("omega", "alpha[1]", "gamma[1]", "beta[1]"),
}
"""In the order in which arch takes them."""

MAX_ITERATIONS: Final = 200
"""Of the search of one model; a fit that can be trusted ends within some twenty."""

MIN_VALUES: Final = 250
"""With fewer residuals the likelihood of four coefficients is all but flat (Hwang and Valls Pereira 2006)."""

OK: Final = "ok"
IS_CONSTANT: Final = "constant"
NOT_TESTED: Final = "not_tested"
TOO_SHORT: Final = "too_short"
NOT_CONVERGED: Final = "not_converged"


@dataclass(frozen=True)
class VolatilityModel:
    """One model of the innovations' variance and its coefficients: all that a forecast needs.

    Parameters
    ----------
    name : str
        One of ``VOLATILITY_MODELS``.
    coefficients : dict of str to float
        As arch names them: ``omega``, ``alpha[1]``, ``gamma[1]``, ``beta[1]`` (``sigma2`` for a constant
        one), of the residuals divided by ``scale``.
    scale : float
        Root mean square of the residuals, in the series' own unit.
    """

    name: str
    coefficients: dict[str, float]
    scale: float


@dataclass(frozen=True)
class VolatilityCandidate:
    """One model as it was fitted.

    Parameters
    ----------
    model : VolatilityModel
        With the coefficients where the search ended; none where it failed.
    std_errors : dict of str to float
        Robust to innovations that are not normal (Bollerslev and Wooldridge 1992); NaN where undefined.
    loglik, bic : float
        Gaussian (quasi-)log-likelihood of the residuals, in their own unit, and its BIC; NaN where failed.
    persistence : float
        Share of a shock to the variance (EGARCH: its logarithm) that is left after one step; below 1 where
        the variance returns to its mean. 0 for a constant variance.
    converged : bool
        Whether the search ended by its tolerance, at finite values.
    """

    model: VolatilityModel
    std_errors: dict[str, float]
    loglik: float
    bic: float
    persistence: float
    converged: bool


@dataclass(frozen=True)
class VolatilityChoice:
    """Which model of the variance the residuals ask for.

    Parameters
    ----------
    status : str
        ``ok``; ``constant`` (ARCH-LM does not reject, or no model's BIC is below a constant's);
        ``not_tested``, ``too_short`` (nothing fitted); ``not_converged`` (no search ended by its tolerance).
    reason : str
        The same in a sentence.
    selected : VolatilityModel or None
        The model of the least BIC; None unless the status is ``ok``.
    candidates : tuple of VolatilityCandidate
        All that were fitted, the constant variance first; empty where nothing was.
    test : ResidualTest
        ARCH-LM of the residuals.
    """

    status: str
    reason: str
    selected: VolatilityModel | None
    candidates: tuple[VolatilityCandidate, ...]
    test: ResidualTest

    def table(self) -> pl.DataFrame:
        """Lay the candidates out as a table.

        Returns
        -------
        polars.DataFrame
            ``volatility``, ``loglik``, ``bic``, ``persistence``, ``converged``, ``is_selected``.
        """
        rows = [
            (c.model.name, c.loglik, c.bic, c.persistence, c.converged, c.model is self.selected)
            for c in self.candidates
        ]
        names = ("volatility", "loglik", "bic", "persistence", "converged", "is_selected")
        types = (pl.String, pl.Float64, pl.Float64, pl.Float64, pl.Boolean, pl.Boolean)
        return pl.DataFrame(rows, dict(zip(names, types, strict=True)), orient="row")


def choose_volatility(residuals: NDArray[np.float64]) -> VolatilityChoice:
    """Fit GARCH, EGARCH and GJR where ARCH-LM rejects a constant volatility, and choose by BIC.

    Parameters
    ----------
    residuals : ndarray of shape (time,)
        One-step errors of a constant-volatility model; NaN where missing: left out, their neighbours joined.
        The last ``MAX_FITTED_VALUES`` count.

    Returns
    -------
    VolatilityChoice
        Always: what cannot be fitted has a status and a sentence.

    Notes
    -----
    Constant-volatility post, step "improve". Bollerslev 1986; Nelson 1991; Glosten, Jagannathan and Runkle
    1993; by Gaussian quasi-likelihood, at most ``MAX_ITERATIONS`` of each search. The mean's coefficients are
    taken as known.
    """
    observed = residuals[~np.isnan(residuals)][-MAX_FITTED_VALUES:]
    test = arch_lm(observed)
    if math.isnan(test.p_value):
        return VolatilityChoice(NOT_TESTED, test.verdict, None, (), test)
    if test.p_value >= SIGNIFICANCE:
        reason = (
            f"ARCH-LM does not reject a constant volatility (p = {test.p_value:.2g}); nothing was fitted."
        )
        return VolatilityChoice(IS_CONSTANT, reason, None, (), test)
    if observed.size < MIN_VALUES:
        reason = (
            f"ARCH-LM rejects, but {observed.size} residuals are too few to fit; {MIN_VALUES} are needed."
        )
        return VolatilityChoice(TOO_SHORT, reason, None, (), test)
    return _chosen(tuple(_fit(name, observed) for name in VOLATILITY_MODELS), test)


def volatility_from_coefficients(
    name: str, coefficients: Mapping[str, float], scale: float
) -> VolatilityModel:
    """Rebuild a model of the variance from stored coefficients.

    Parameters
    ----------
    name : str
        One of ``VOLATILITY_MODELS``.
    coefficients : mapping of str to float
        By name, in any order.
    scale : float
        Of the residuals, in the series' own unit.

    Returns
    -------
    VolatilityModel
        Ready for ``volatility_forecast``.

    Raises
    ------
    ValueError
        If the name is unknown, a coefficient is missing, unknown or not finite, or the scale not positive.
    """
    names = COEFFICIENT_NAMES.get(name)
    if names is None or set(names) != set(coefficients):
        raise ValueError(f"A volatility {name!r} needs the coefficients {names}; got {tuple(coefficients)}.")
    if not (np.isfinite(list(coefficients.values())).all() and 0 < scale < math.inf):
        raise ValueError(f"The coefficients of {name} must be finite and their scale positive.")
    return VolatilityModel(name, {key: float(coefficients[key]) for key in names}, scale)


def bound_model(residuals: NDArray[np.float64], model: VolatilityModel) -> Any:
    """Bind a model with given coefficients to residuals, without fitting anything.

    Parameters
    ----------
    residuals : ndarray of shape (time,)
        One-step errors without missing ones, in the series' own unit.
    model : VolatilityModel
        Fitted or rebuilt.

    Returns
    -------
    arch ARCHModelFixedResult
        Of the residuals divided by ``model.scale``.
    """
    return _arch_model(model.name, residuals / model.scale).fix(list(model.coefficients.values()))


def _arch_model(name: str, scaled: NDArray[np.float64]) -> Any:
    # arch takes most of a second to load, and most series never ask for it.
    from arch import univariate

    processes: dict[str, Callable[[], Any]] = {
        CONSTANT: univariate.ConstantVariance,
        GARCH: partial(univariate.GARCH, p=1, o=0, q=1),
        EGARCH: partial(univariate.EGARCH, p=1, o=1, q=1),
        GJR: partial(univariate.GARCH, p=1, o=1, q=1),
    }
    return univariate.ZeroMean(scaled, volatility=processes[name](), rescale=False)


def _chosen(candidates: tuple[VolatilityCandidate, ...], test: ResidualTest) -> VolatilityChoice:
    constant, *others = candidates
    converged = [candidate for candidate in others if candidate.converged]
    if not converged:
        reason = (
            "ARCH-LM rejects, but no search for a variable volatility converged; the intervals stay constant."
        )
        return VolatilityChoice(NOT_CONVERGED, reason, None, candidates, test)
    best = min(converged, key=lambda candidate: candidate.bic)
    gain = constant.bic - best.bic
    left_out = [candidate.model.name for candidate in others if not candidate.converged]
    without = f" Not converged: {', '.join(left_out)}." if left_out else ""
    if not gain > 0:
        reason = f"ARCH-LM rejects, but no variable volatility has a lower BIC than a constant one.{without}"
        return VolatilityChoice(IS_CONSTANT, reason, None, candidates, test)
    reason = (
        f"ARCH-LM rejects a constant volatility (p = {test.p_value:.2g}); {best.model.name} has the least "
        f"BIC, {gain:.1f} below a constant one, and a persistence of {best.persistence:.3f}.{without}"
    )
    return VolatilityChoice(OK, reason, best.model, candidates, test)


def _fit(name: str, observed: NDArray[np.float64]) -> VolatilityCandidate:
    # Twice, so that the squares neither overflow nor vanish.
    size = float(np.abs(observed).max())
    scale = size * float(np.sqrt(np.mean((observed / size) ** 2)))
    arch_model = _arch_model(name, observed / scale)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        # What arch, its optimiser and its Hessian warn of is told by ``converged``, and by errors of NaN.
        warnings.simplefilter("ignore")
        try:
            found = arch_model.fit(disp="off", show_warning=False, options={"maxiter": MAX_ITERATIONS})
            coefficients = {str(key): float(value) for key, value in found.params.items()}
            loglik = float(found.loglikelihood) - observed.size * math.log(scale)
        except (np.linalg.LinAlgError, ValueError, ZeroDivisionError, FloatingPointError):
            nothing = VolatilityModel(name, {}, scale)
            return VolatilityCandidate(nothing, {}, math.nan, math.nan, math.nan, False)
        std_errors = _std_errors(found, tuple(coefficients))
    converged = found.convergence_flag == 0 and bool(np.isfinite([loglik, *coefficients.values()]).all())
    bic = len(coefficients) * math.log(observed.size) - 2.0 * loglik
    model = VolatilityModel(name, coefficients, scale)
    return VolatilityCandidate(model, std_errors, loglik, bic, _persistence(model), converged)


def _std_errors(found: Any, names: tuple[str, ...]) -> dict[str, float]:
    try:
        errors = np.asarray(found.std_err, dtype=np.float64)
    except (np.linalg.LinAlgError, ValueError, ZeroDivisionError, FloatingPointError):
        errors = np.full(len(names), np.nan)
    return dict(zip(names, np.where(errors > 0, errors, np.nan).tolist(), strict=True))


def _persistence(model: VolatilityModel) -> float:
    value = model.coefficients
    if model.name == CONSTANT:
        return 0.0
    if model.name == EGARCH:
        return value["beta[1]"]
    # A negative residual, one half of them, adds gamma.
    return value["alpha[1]"] + value.get("gamma[1]", 0.0) / 2.0 + value["beta[1]"]
