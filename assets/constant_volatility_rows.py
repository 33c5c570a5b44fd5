"""Rows of one series in the tables that the fits of constant volatility fill, and its models rebuilt.

The fits are made in ``traffic.models``; the tables are written in ``models``. What the fits leave is in
``residual_rows``, the volatility of it in ``variable_volatility_rows``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from assets.nights import Night
from assets.variable_volatility_rows import refused_volatility_rows, volatility_rows
from traffic.models.champion import REFERENCE, SELECTED
from traffic.models.constant_volatility import (
    REFERENCE_ORDER,
    ConstantVolatilityFit,
    ConstantVolatilityModel,
    fit_exact,
    fit_from_coefficients,
)
from traffic.models.differencing import DifferenceChoice, choose_d
from traffic.models.order_selection import select_order
from traffic.models.requirements import why_not_constant_volatility
from traffic.windowing.regular_series import RegularSeries
from warehouse import Warehouse

FITTED_TABLES = (
    "models.constant_volatility",
    "models.coefficients",
    "models.order_candidates",
    "models.variable_volatility",
    "models.volatility_candidates",
    "diagnostics.stationarity_tests",
)
_FACTS = ("sigma2", "loglik", "aicc", "n_observations", "is_stationary", "is_invertible", "converged")

Rows = list[dict[str, Any]]


def fit_rows(series: RegularSeries) -> dict[str, Rows]:
    """Fit the reference and the selected order to a series, and the volatility of what the latter leaves.

    Parameters
    ----------
    series : RegularSeries
        Known before the night's midnight.

    Returns
    -------
    dict of str to list of dict
        Rows of each of ``FITTED_TABLES`` that has any. ``models.constant_volatility`` has two, whether fitted
        or not.
    """
    x, name = series.value_clean, series.series_id
    reason = why_not_constant_volatility(x)
    if reason is not None:
        return refused_rows(name, reason, "too_short")
    choice = choose_d(x)
    selection = select_order(x, choice.d)
    selected = (selection.p, choice.d, selection.q)
    fits = {REFERENCE: fit_exact(x, REFERENCE_ORDER)}
    fits[SELECTED] = fits[REFERENCE] if selected == REFERENCE_ORDER else fit_exact(x, selected)
    rows = volatility_rows(series, fits[SELECTED])
    coefficients = [row for model, fit in fits.items() for row in _coefficient_rows(name, model, fit)]
    return rows | {
        "models.constant_volatility": [_model_row(name, model, fit, choice) for model, fit in fits.items()],
        "models.coefficients": [*coefficients, *rows.get("models.coefficients", [])],
        "models.order_candidates": _owned(name, selection.table()),
        "diagnostics.stationarity_tests": _owned(name, choice.table()),
    }


def refused_rows(series_id: str, reason: str, status: str = "failed") -> dict[str, Rows]:
    """Return the rows of a series that could not be fitted, with the reason."""
    models = [
        _head(series_id, model) | {"status": status, "reason": reason} for model in (REFERENCE, SELECTED)
    ]
    return {"models.constant_volatility": models} | refused_volatility_rows(series_id, reason, status)


def stored_models(warehouse: Warehouse, night: Night) -> dict[tuple[str, str], ConstantVolatilityModel]:
    """Rebuild a night's models from its stored coefficients, by series and name."""
    where = {"issued_at_utc": night.issued_at_utc}
    fitted = warehouse.read("models.constant_volatility", where=where | {"status": "ok"})
    coefficients = warehouse.read("models.coefficients", where=where)
    by_model = {
        (str(key[0]), str(key[1])): dict(part.select("name", "estimate").iter_rows())
        for key, part in coefficients.partition_by("series_id", "model", as_dict=True).items()
    }
    return {
        (row["series_id"], row["model"]): fit_from_coefficients(
            (row["p"], row["d"], row["q"]), by_model[row["series_id"], row["model"]]
        )
        for row in fitted.iter_rows(named=True)
    }


def _head(series_id: str, model: str) -> dict[str, Any]:
    return {
        "series_id": series_id,
        "model": model,
        "is_selected": model == SELECTED,
        "is_reference": model == REFERENCE,
    }


def _model_row(
    series_id: str, model: str, fit: ConstantVolatilityFit, choice: DifferenceChoice
) -> dict[str, Any]:
    order = {"p": fit.p, "d": fit.d, "q": fit.q}
    tests = {"adf_p_value": choice.adf_p_value, "kpss_p_value": choice.kpss_p_value}
    facts = {name: getattr(fit, name) for name in _FACTS}
    why = choice.reason if model == SELECTED else None
    return _head(series_id, model) | order | tests | facts | {"status": "ok", "reason": why}


def _coefficient_rows(series_id: str, model: str, fit: ConstantVolatilityFit) -> Iterator[dict[str, Any]]:
    columns = (fit.names, fit.estimates, fit.std_errors, fit.lower_95, fit.upper_95)
    for name, estimate, std_error, lower, upper in zip(*columns, strict=True):
        yield {
            "series_id": series_id,
            "model": model,
            "name": name,
            "estimate": float(estimate),
            "std_error": float(std_error),
            "lower_95": float(lower),
            "upper_95": float(upper),
        }


def _owned(series_id: str, table: pl.DataFrame) -> Rows:
    return table.with_columns(series_id=pl.lit(series_id)).to_dicts()
