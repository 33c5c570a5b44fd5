"""Rows of one series in ``diagnostics.outlier_effects``.

The comparison is ``traffic.models.outlier_effects``'s; the table is written in ``diagnostics``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from traffic.models.outlier_effects import outlier_effects
from traffic.models.requirements import why_not_constant_volatility
from traffic.windowing.local_days import local_days
from traffic.windowing.outlier_rules import outlier_rules
from traffic.windowing.regular_series import RegularSeries


def outlier_rows(series: RegularSeries) -> list[dict[str, Any]]:
    """Say what each outlier rule makes of a series and of the reference's coefficients.

    Parameters
    ----------
    series : RegularSeries
        Known before the night's midnight.

    Returns
    -------
    list of dict
        Rows of ``diagnostics.outlier_effects``; none of a series that is too short for the reference.
    """
    if why_not_constant_volatility(series.value_clean) is not None:
        return []
    slot = local_days(series.at_utc(), series.time_zone, series.step_seconds)["slot"].to_numpy()
    # What is impossible or an outage is no outlier: no rule gets to see it.
    measured = np.where(np.isnan(series.value_clean), np.nan, series.value)
    effects = outlier_effects(measured, outlier_rules(slot, series.step_seconds))
    return effects.rename(_column).with_columns(series_id=pl.lit(series.series_id)).to_dicts()


def _column(name: str) -> str:
    """``ar.L1 se`` is the column ``ar_l1_std_error``."""
    return name.replace(" se", "_std_error").replace(".", "_").lower()
