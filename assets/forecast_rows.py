"""Rows of one series in ``forecasts.points`` and ``models.champions``.

The models are rebuilt from their tables, so that every forecast can be traced to stored numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import polars as pl

from assets.stored_periodic import slots_of, stored_moments
from traffic.models.champion import PERIODIC, SELECTED, VARIABLE_VOLATILITY, choose_champion
from traffic.models.constant_volatility import ConstantVolatilityModel
from traffic.models.filtering import forecast
from traffic.models.periodic_forecast import forecast_periodic
from traffic.models.quantiles import QUANTILE_COLUMNS, Forecast
from traffic.models.variable_volatility import VolatilityModel
from traffic.models.volatility_forecast import forecast_with_volatility
from traffic.windowing.regular_series import RegularSeries
from traffic.windowing.targets import Targets

NO_MODEL = "none"


def forecast_rows(
    series: RegularSeries,
    targets: Targets,
    models: Mapping[str, ConstantVolatilityModel],
    volatility: VolatilityModel | None,
    moments: pl.DataFrame,
    why_not: Mapping[str, str],
) -> tuple[pl.DataFrame, dict[str, Any]]:
    """Forecast a series by each of its models and name the champion.

    Parameters
    ----------
    series : RegularSeries
        Known before the night's midnight.
    targets : Targets
        What is forecast.
    models : mapping of str to ConstantVolatilityModel
        The constant-volatility models that were fitted, by name.
    volatility : VolatilityModel or None
        Of what the selected model leaves, where it varies.
    moments : polars.DataFrame
        The series' rows of ``models.periodic_moments``; none if it has no periodic model.
    why_not : mapping of str to str
        The reasons of the models that could not be fitted.

    Returns
    -------
    points : polars.DataFrame
        Rows of ``forecasts.points``.
    champion : dict
        Row of ``models.champions``.
    """
    x, ahead = series.value_clean, (targets.horizon.size, targets.gap)
    tries: dict[str, Callable[[], Forecast]] = {
        name: partial(forecast, x, model, *ahead) for name, model in models.items()
    }
    if volatility is not None and SELECTED in models:
        selected = models[SELECTED]
        tries[VARIABLE_VOLATILITY] = partial(forecast_with_volatility, x, selected, volatility, *ahead)
    if moments.height:
        tries[PERIODIC] = partial(_forecast_periodic, series, targets, moments)
    frames, outcome = [], {name: str(reason) for name, reason in why_not.items()}
    verdicts: dict[str, str | None] = {**outcome}
    for name, attempt in tries.items():
        try:
            frames.append(_points(series, targets, name, attempt()))
            verdicts[name] = None
        except (ValueError, np.linalg.LinAlgError) as error:
            verdicts[name] = str(error)
    champion = choose_champion(verdicts)
    points = pl.concat(frames) if frames else pl.DataFrame(schema={"model": pl.String})
    row = {"series_id": series.series_id, "model": champion.model or NO_MODEL, "reason": champion.reason}
    return points.with_columns(is_champion=pl.col("model") == (champion.model or NO_MODEL)), row


def _forecast_periodic(series: RegularSeries, targets: Targets, moments: pl.DataFrame) -> Forecast:
    values = series.value_clean[None, :]
    return forecast_periodic(values, slots_of(series), targets.slot, stored_moments(moments))[0]


def _points(series: RegularSeries, targets: Targets, model: str, made: Forecast) -> pl.DataFrame:
    quantiles = {name: made.quantiles[:, i] for i, name in enumerate(QUANTILE_COLUMNS)}
    return pl.DataFrame(
        {"target_utc": targets.target_utc, "horizon": targets.horizon, "mean": made.mean, **quantiles}
    ).with_columns(
        series_id=pl.lit(series.series_id),
        model=pl.lit(model),
        step_seconds=pl.lit(series.step_seconds),
    )
