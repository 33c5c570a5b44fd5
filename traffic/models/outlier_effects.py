"""What an outlier rule does to a series and to the reference model's coefficients.

The comparison of rules belongs here. The rules themselves, and which of them a series gets, belong to
``traffic.windowing``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from traffic.models.constant_volatility import (
    REFERENCE_ORDER,
    ConstantVolatilityFit,
    Order,
    coefficient_names,
    fit_exact,
)
from traffic.models.requirements import fitted_window
from traffic.windowing.outlier_rules import OutlierRule, outlier_rules

CLIPPED: Final = "clipped"
REMOVED: Final = "removed"
HANDLINGS: Final = (CLIPPED, REMOVED)
"""An outlier is brought to the rule's limit, or left out as missing: the two change an ARMA differently."""


def outlier_effects(
    x: NDArray[np.float64],
    rules: Mapping[str, OutlierRule] | None = None,
    order: Order = REFERENCE_ORDER,
) -> pl.DataFrame:
    """Apply each outlier rule, clipping and removing, and fit the same model to what is left.

    Parameters
    ----------
    x : ndarray of shape (time,)
        Values as measured on a regular grid, NaN where missing.
    rules : mapping of str to callable, optional
        Rules by name; those of ``outlier_rules`` without slots if not given.
    order : (int, int, int)
        Of the model, the reference's if not given.

    Returns
    -------
    polars.DataFrame
        A row a rule and handling: ``rule``, ``handling`` (clipped, removed), ``n_outliers``, ``share`` (of
        the values observed), ``lower_least``, ``lower_most``, ``upper_least``, ``upper_most`` (the range of
        the limits over time, in the series' unit; null where there is none), the coefficients by name, their
        standard errors as ``<name> se``, ``converged`` and ``reason`` (why there is no fit; null where there
        is one).

    Notes
    -----
    Constant-volatility post, step "outliers": the post does not state its rule, so its coefficients can only
    be compared with those of several.
    """
    found = outlier_rules() if rules is None else rules
    fit = partial(_fit_once, {}, order)
    rows = [row for name, rule in found.items() for row in _rows(name, rule, x, fit)]
    names = coefficient_names(order)
    types = dict.fromkeys((*names, *(f"{name} se" for name in names)), pl.Float64())
    return pl.DataFrame(rows, _TYPES | types | {"converged": pl.Boolean(), "reason": pl.String()})


Fit = Callable[[NDArray[np.float64]], dict[str, Any]]

_TYPES: Final[dict[str, pl.DataType]] = {
    "rule": pl.String(),
    "handling": pl.String(),
    "n_outliers": pl.Int64(),
    "share": pl.Float64(),
} | dict.fromkeys(("lower_least", "lower_most", "upper_least", "upper_most"), pl.Float64())


def _rows(name: str, rule: OutlierRule, x: NDArray[np.float64], fit: Fit) -> list[dict[str, Any]]:
    lower, upper = rule(x)
    with np.errstate(invalid="ignore"):
        is_outlier = (x < lower) | (x > upper)
    n_observed = int(np.sum(~np.isnan(x)))
    facts = {
        "rule": name,
        "n_outliers": int(is_outlier.sum()),
        "share": float(is_outlier.sum() / n_observed) if n_observed else None,
        **_range("lower", lower),
        **_range("upper", upper),
    }
    left = {CLIPPED: np.clip(x, lower, upper), REMOVED: np.where(is_outlier, np.nan, x)}
    return [facts | {"handling": handling} | fit(left[handling]) for handling in HANDLINGS]


def _range(which: str, limit: NDArray[np.float64]) -> dict[str, float | None]:
    finite = limit[np.isfinite(limit)]
    least, most = (float(finite.min()), float(finite.max())) if finite.size else (None, None)
    return {f"{which}_least": least, f"{which}_most": most}


def _fit_once(done: dict[bytes, dict[str, Any]], order: Order, x: NDArray[np.float64]) -> dict[str, Any]:
    # Most rules leave the fitted window as it is, or as another rule leaves it: one fit serves them.
    seen = fitted_window(x).tobytes()
    if seen not in done:
        done[seen] = _fit(x, order)
    return done[seen]


def _fit(x: NDArray[np.float64], order: Order) -> dict[str, Any]:
    try:
        fit: ConstantVolatilityFit = fit_exact(x, order)
    except ValueError as error:
        return {"reason": str(error)}
    errors = {f"{name} se": float(error) for name, error in zip(fit.names, fit.std_errors, strict=True)}
    estimates = {name: float(value) for name, value in zip(fit.names, fit.estimates, strict=True)}
    return estimates | errors | {"converged": fit.converged, "reason": None}
