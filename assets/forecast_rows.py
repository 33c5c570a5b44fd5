"""Rows of one series in ``forecasts.points`` by its constant-volatility models, and which of them takes over.

The models are rebuilt from their tables, so that every forecast can be traced to stored numbers. The rows of
all other models are made in ``forecast_frames``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial

import numpy as np
import polars as pl

from assets.nights import Night
from traffic.models.champion import JUDGED_NIGHTS, SELECTED, VARIABLE_VOLATILITY, ScoredModel
from traffic.models.constant_volatility import ConstantVolatilityModel
from traffic.models.filtering import forecast
from traffic.models.quantiles import QUANTILE_COLUMNS, Forecast
from traffic.models.variable_volatility import VolatilityModel
from traffic.models.volatility_forecast import forecast_with_volatility
from traffic.windowing.regular_series import RegularSeries
from traffic.windowing.targets import Targets
from warehouse import Warehouse

_SCORED = """
    SELECT own.series_id, own.model, avg(abs(own.error)) AS mae, avg(abs(other.error)) AS other_mae,
        avg(abs(own.naive_error)) AS naive_mae, count(DISTINCT own.issued_at_utc) AS n_nights,
        coalesce(avg(own.pinball), 'inf') AS pinball
    FROM forecasts.scores AS own
    JOIN forecasts.scores AS other USING (series_id, issued_at_utc, step_seconds, target_utc)
    WHERE list_contains($models, own.model) AND NOT list_contains($models, other.model)
        AND list_contains($series, own.series_id) AND own.error IS NOT NULL AND other.error IS NOT NULL
        AND own.issued_at_utc >= $since AND own.target_utc < $until
    GROUP BY own.series_id, own.model ORDER BY ALL
"""


def model_points(
    series: RegularSeries,
    targets: Targets,
    models: Mapping[str, ConstantVolatilityModel],
    volatility: VolatilityModel | None,
) -> tuple[pl.DataFrame, dict[str, str]]:
    """Forecast a series by each of its constant-volatility models.

    Parameters
    ----------
    series : RegularSeries
        Known before the night's midnight.
    targets : Targets
        What is forecast.
    models : mapping of str to ConstantVolatilityModel
        Those that were fitted, by name.
    volatility : VolatilityModel or None
        Of what the selected model leaves, where it varies.

    Returns
    -------
    points : polars.DataFrame
        Rows of ``forecasts.points``, none of them a champion's.
    why_not : dict of str to str
        The models that gave no forecast, with the reason.
    """
    x, ahead = series.value_clean, (targets.horizon.size, targets.gap)
    tries: dict[str, Callable[[], Forecast]] = {
        name: partial(forecast, x, model, *ahead) for name, model in models.items()
    }
    if volatility is not None and SELECTED in models:
        selected = models[SELECTED]
        tries[VARIABLE_VOLATILITY] = partial(forecast_with_volatility, x, selected, volatility, *ahead)
    frames, why_not = [], {}
    for name, attempt in tries.items():
        try:
            frames.append(_points(series, targets, name, attempt()))
        except (ValueError, np.linalg.LinAlgError) as error:
            why_not[name] = str(error)
    return (pl.concat(frames) if frames else pl.DataFrame()), why_not


def scored_models(
    warehouse: Warehouse, night: Night, series_ids: Sequence[str], models: Sequence[str]
) -> dict[str, dict[str, ScoredModel]]:
    """Read how models did in the last nights, beside the others on the same targets.

    Parameters
    ----------
    warehouse : Warehouse
        What is read.
    night : Night
        Nothing at or after its midnight is looked at.
    series_ids, models : sequence of str
        Whose scores.

    Returns
    -------
    dict of str to dict of str to ScoredModel
        By series and model.
    """
    since = night.issued_at_utc - timedelta(days=JUDGED_NIGHTS)
    parameters = {
        "models": list(models),
        "series": list(series_ids),
        "since": since,
        "until": night.issued_at_utc,
    }
    found: dict[str, dict[str, ScoredModel]] = {}
    rows = warehouse.query(_SCORED, parameters).iter_rows()
    for series_id, model, mae, other, naive, n_nights, pinball in rows:
        least = min(error for error in (other, naive) if error is not None)
        found.setdefault(series_id, {})[model] = ScoredModel(mae, least, n_nights, pinball)
    return found


def _points(series: RegularSeries, targets: Targets, model: str, made: Forecast) -> pl.DataFrame:
    quantiles = {name: made.quantiles[:, i] for i, name in enumerate(QUANTILE_COLUMNS)}
    return pl.DataFrame(
        {"target_utc": targets.target_utc, "horizon": targets.horizon, "mean": made.mean, **quantiles}
    ).with_columns(
        series_id=pl.lit(series.series_id),
        model=pl.lit(model),
        step_seconds=pl.lit(series.step_seconds),
        is_champion=pl.lit(False),
    )
