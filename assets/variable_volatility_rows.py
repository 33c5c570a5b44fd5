"""Rows of one series in ``models.variable_volatility`` and its candidates, and the model rebuilt.

The choice is ``traffic.models.variable_volatility``'s; the tables are written in ``models``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl
from scipy.stats import norm

from assets.nights import Night
from traffic.models.champion import VARIABLE_VOLATILITY
from traffic.models.constant_volatility import ConstantVolatilityModel
from traffic.models.filtering import residuals
from traffic.models.variable_volatility import (
    OK,
    VolatilityCandidate,
    VolatilityChoice,
    VolatilityModel,
    choose_volatility,
    volatility_from_coefficients,
)
from traffic.windowing.regular_series import RegularSeries
from warehouse import Warehouse

SCALE = "scale"
_HALF_WIDTH_95 = float(norm.ppf(0.975))

Rows = list[dict[str, Any]]


def volatility_rows(series: RegularSeries, selected: ConstantVolatilityModel) -> dict[str, Rows]:
    """Choose the volatility of what the selected model leaves of a series.

    Parameters
    ----------
    series : RegularSeries
        Known before the night's midnight.
    selected : ConstantVolatilityModel
        As it was fitted to the series.

    Returns
    -------
    dict of str to list of dict
        Rows of ``models.variable_volatility`` (one), ``models.volatility_candidates`` and
        ``models.coefficients``.
    """
    try:
        choice = choose_volatility(residuals(series.value_clean, selected))
    except (ArithmeticError, ValueError, np.linalg.LinAlgError) as error:
        # The mean's model stands by itself: what its residuals make impossible must not take it away.
        return refused_volatility_rows(series.series_id, f"{type(error).__name__}: {error}", "failed")
    chosen = next((each for each in choice.candidates if each.model is choice.selected), None)
    candidates = choice.table().with_columns(series_id=pl.lit(series.series_id))
    return {
        "models.variable_volatility": [_choice_row(series.series_id, choice, chosen)],
        "models.volatility_candidates": candidates.to_dicts(),
        "models.coefficients": list(_coefficient_rows(series.series_id, chosen)) if chosen else [],
    }


def refused_volatility_rows(series_id: str, reason: str, status: str) -> dict[str, Rows]:
    """Return the row of a series whose selected model could not be fitted, with the reason."""
    return {"models.variable_volatility": [{"series_id": series_id, "status": status, "reason": reason}]}


def stored_volatilities(warehouse: Warehouse, night: Night) -> dict[str, VolatilityModel]:
    """Rebuild a night's models of the variance from their stored coefficients, by series."""
    where = {"issued_at_utc": night.issued_at_utc}
    chosen = warehouse.read("models.variable_volatility", ("series_id", "volatility"), where | {"status": OK})
    coefficients = warehouse.read("models.coefficients", where=where | {"model": VARIABLE_VOLATILITY})
    by_series = {
        str(key[0]): dict(part.select("name", "estimate").iter_rows())
        for key, part in coefficients.partition_by("series_id", as_dict=True).items()
    }
    return {
        series_id: volatility_from_coefficients(name, by_series[series_id], scale)
        for series_id, name in chosen.iter_rows()
        if (scale := by_series[series_id].pop(SCALE))
    }


def _choice_row(
    series_id: str, choice: VolatilityChoice, chosen: VolatilityCandidate | None
) -> dict[str, Any]:
    return {
        "series_id": series_id,
        "status": choice.status,
        "reason": choice.reason,
        "volatility": chosen.model.name if chosen else None,
        "persistence": chosen.persistence if chosen else None,
        "arch_lm_statistic": choice.test.statistic,
        "arch_lm_p_value": choice.test.p_value,
    }


def _coefficient_rows(series_id: str, chosen: VolatilityCandidate) -> Iterator[dict[str, Any]]:
    head = {"series_id": series_id, "model": VARIABLE_VOLATILITY}
    for name, estimate in chosen.model.coefficients.items():
        std_error = chosen.std_errors[name]
        yield head | {
            "name": name,
            "estimate": estimate,
            "std_error": std_error,
            "lower_95": estimate - _HALF_WIDTH_95 * std_error,
            "upper_95": estimate + _HALF_WIDTH_95 * std_error,
        }
    yield head | {"name": SCALE, "estimate": chosen.model.scale}
