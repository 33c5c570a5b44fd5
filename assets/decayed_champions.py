"""The champions of a night that decay, for the summary and for a check.

The rule is in ``traffic.models.decay``; here is which days it looks at.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl

from traffic.models.decay import decay_sentences

Query = Callable[[str, Sequence[Any]], pl.DataFrame]

# Three recent days and two weeks before them; of each night its 24 hours at the step of the series.
_SCORED_DAYS = """
    SELECT series_id, issued_at_utc, avg(abs(error)) AS mae, avg(abs(naive_error)) AS naive_mae
    FROM forecasts.scores AS scores
    JOIN series.catalog USING (series_id, step_seconds)
    WHERE is_champion AND issued_at_utc < $1 AND issued_at_utc >= $1 - INTERVAL 18 DAY
        AND naive_error IS NOT NULL
        AND (target_utc < issued_at_utc + INTERVAL 1 DAY OR horizon = 1)
    GROUP BY ALL ORDER BY ALL
"""
_CHAMPIONS = """
    SELECT series_id, model, skill_naive
    FROM models.champions
    LEFT JOIN models.backtests AS backtest USING (series_id, issued_at_utc, model)
    WHERE issued_at_utc = $1
    QUALIFY row_number() OVER (PARTITION BY series_id ORDER BY step_seconds, horizon) = 1
    ORDER BY series_id
"""


def decayed_champions(query: Query, issued_at_utc: datetime) -> pl.DataFrame:
    """Return the champions of a night whose forecasts decay.

    Parameters
    ----------
    query : callable
        Runs a statement with its parameters bound, on the warehouse or on its published copy.
    issued_at_utc : datetime
        The midnight of the night, naive UTC: its champions, and the scores of the nights before it.

    Returns
    -------
    polars.DataFrame
        ``series_id``, ``model``, ``verdict`` (a sentence with the figures), by series.
    """
    days = query(_SCORED_DAYS, [issued_at_utc])
    champions = query(_CHAMPIONS, [issued_at_utc]).with_row_index("row")
    nights = days.select(pl.col("issued_at_utc").unique().sort()).with_row_index("column")
    cells = days.join(champions, on="series_id").join(nights, on="issued_at_utc")
    errors = np.full((2, champions.height, nights.height), np.nan)
    errors[:, cells["row"].to_numpy(), cells["column"].to_numpy()] = (
        cells.select("mae", "naive_mae").to_numpy().T
    )
    skill = champions["skill_naive"].cast(pl.Float64).fill_null(np.nan).to_numpy()
    verdict = pl.Series("verdict", decay_sentences(errors[0], errors[1], skill), dtype=pl.String)
    return champions.select("series_id", "model", verdict).drop_nulls("verdict")
