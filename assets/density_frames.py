"""Rows of a batch of series in ``diagnostics.density``.

The densities are estimated in ``traffic.diagnostics.density``; the table is written by ``periodic``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from assets.long_frames import long_frame
from traffic.diagnostics.density import HourDensities, density_by_day_and_hour, density_by_hour
from traffic.windowing.local_days import slots_a_day
from traffic.windowing.series_batch import SeriesBatch

DENSITY = "diagnostics.density"

WHOLE_DAY_SHARE = 0.9
"""A day that the clock makes 23 hours long is a whole one."""


def density_rows(batch: SeriesBatch) -> pl.DataFrame:
    """Estimate the densities of a batch: of all days, and of the last whole one by itself.

    Parameters
    ----------
    batch : SeriesBatch
        Whose step divides the day.

    Returns
    -------
    polars.DataFrame
        Rows of ``diagnostics.density``; of the single day only hours with enough values.
    """
    hour = batch.slot * batch.step_seconds // 3_600
    dates, n_points = np.unique(batch.local_date, return_counts=True)
    last = dates[n_points >= WHOLE_DAY_SHARE * slots_a_day(batch.step_seconds)][-1]
    day = np.where(batch.local_date == last, 0, -1)
    of_day = density_by_day_and_hour(batch.value_clean, hour, day, 1)
    all_days = _density_rows(batch.series_ids, density_by_hour(batch.value_clean, hour))
    one_day = _density_rows(batch.series_ids, of_day)
    return pl.concat(
        [
            all_days.with_columns(local_date=pl.lit(None, pl.Date)),
            one_day.with_columns(local_date=pl.lit(last.item(), pl.Date)),
        ]
    )


def _density_rows(series_ids: Sequence[str], found: HourDensities) -> pl.DataFrame:
    shape = (len(series_ids), 24, found.value.shape[1])
    index = {"local_hour": np.arange(24, dtype=np.int16), "point": np.arange(shape[2], dtype=np.int16)}
    values = {
        "value": np.broadcast_to(found.value[:, None], shape),
        "gaussian_density": found.gaussian.reshape(shape),
        "empirical_density": found.empirical.reshape(shape),
    }
    return long_frame(series_ids, index, values).drop("point").drop_nulls("gaussian_density")
