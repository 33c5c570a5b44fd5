"""Rows of one series about its correlations, stage by stage, and about what its models leave.

The arithmetic is ``traffic.diagnostics``'s; the tables are written in ``diagnostics``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from traffic.diagnostics.autocorrelation import CLEAN, DIFFERENCED, RESIDUAL, autocorrelation
from traffic.diagnostics.correlation_bands import box_pierce_band
from traffic.diagnostics.distributions import LOGNORMAL, LawComparison, compare_laws, residual_histogram
from traffic.diagnostics.residual_tests import residual_tests
from traffic.models.champion import REFERENCE, SELECTED
from traffic.models.constant_volatility import ConstantVolatilityModel
from traffic.models.filtering import residuals
from traffic.models.requirements import fitted_window
from traffic.models.theoretical_correlation import theoretical_correlogram
from traffic.windowing.regular_series import RegularSeries

RESIDUAL_TABLES = (
    "diagnostics.autocorrelation",
    "diagnostics.residual_tests",
    "diagnostics.residual_histogram",
)
LAGS = 60
_STAGE_OF_D = {0: CLEAN, 1: DIFFERENCED}

Models = Mapping[str, ConstantVolatilityModel]
Rows = list[dict[str, Any]]


def residual_rows(series: RegularSeries, models: Models) -> dict[str, Rows]:
    """Correlate a series, its difference and its residuals, and say what law the residuals follow.

    Parameters
    ----------
    series : RegularSeries
        Known before the night's midnight.
    models : mapping of str to ConstantVolatilityModel
        Those of its models that were fitted, by name.

    Returns
    -------
    dict of str to list of dict
        Rows of each of ``RESIDUAL_TABLES``.
    """
    left = {name: residuals(series.value_clean, model) for name, model in models.items()}
    laws = {name: compare_laws(values) for name, values in left.items()}
    rows: dict[str, Rows] = {
        "diagnostics.autocorrelation": _correlation_rows(fitted_window(series.value_clean), models, left),
        "diagnostics.residual_tests": [],
        "diagnostics.residual_histogram": [],
    }
    for name, values in left.items():
        head = {"series_id": series.series_id, "model": name}
        found = residual_tests(values, models[name].p, models[name].q)
        rows["diagnostics.residual_tests"] += [head | vars(test) for test in found]
        rows["diagnostics.residual_tests"].append(head | _lognormal_row(laws[name]))
        histogram = residual_histogram(values, laws[name].laws)
        rows["diagnostics.residual_histogram"] += [head | row for row in histogram.to_dicts()]
    owner = {"series_id": series.series_id}
    return {table: [owner | row for row in found] for table, found in rows.items()}


def _lognormal_row(comparison: LawComparison) -> dict[str, Any]:
    return {
        "test": LOGNORMAL,
        "statistic": comparison.lognormal_statistic,
        "p_value": comparison.lognormal_p_value,
        "verdict": comparison.verdict,
    }


def _correlation_rows(
    window: NDArray[np.float64], models: Models, left: Mapping[str, NDArray[np.float64]]
) -> Rows:
    stages = {CLEAN: window, DIFFERENCED: np.diff(window)}
    frames = [_stage(stage, values, _model_of(stage, models), models) for stage, values in stages.items()]
    if SELECTED in left:
        frames.append(_residual_stage(left[SELECTED], models[SELECTED]))
    return [row for frame in frames for row in frame.to_dicts()]


def _model_of(stage: str, models: Models) -> str | None:
    # The reference always takes a difference: it has the theory of a stage that the selected order skips.
    found = (name for name in (SELECTED, REFERENCE) if name in models)
    return next((name for name in found if _STAGE_OF_D[models[name].d] == stage), None)


def _stage(stage: str, values: NDArray[np.float64], name: str | None, models: Models) -> pl.DataFrame:
    frame = _sample(stage, values).with_columns(fitted_model=pl.lit(name, pl.String))
    if name is None or frame.is_empty():
        return frame
    return frame.join(theoretical_correlogram(models[name], frame.height), on="lag", how="left")


def _residual_stage(values: NDArray[np.float64], model: ConstantVolatilityModel) -> pl.DataFrame:
    frame = _sample(RESIDUAL, values).with_columns(fitted_model=pl.lit(SELECTED))
    n_values = int(np.sum(~np.isnan(values)))
    return frame.with_columns(band_95=box_pierce_band(model.ar, model.ma, n_values, frame.height))


def _sample(stage: str, values: NDArray[np.float64]) -> pl.DataFrame:
    n_lags = min(LAGS, values.size // 2 - 1)
    found = autocorrelation(values if n_lags > 0 else values[:0], n_lags)
    return pl.DataFrame(vars(found)).with_columns(stage=pl.lit(stage))
