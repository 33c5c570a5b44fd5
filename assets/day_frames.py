"""Rows of a batch of series in ``diagnostics.daily_peaks``, and how their phases move over the days.

The peaks and phases are found in ``traffic.diagnostics``; the tables are written by ``periodic``.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.long_frames import long_frame
from traffic.diagnostics.day_phases import DayPhases, day_phases
from traffic.diagnostics.phase_drift import PhaseDrift, phase_drift
from traffic.diagnostics.unusual_days import unusual_days
from traffic.windowing.local_days import days_of, slots_a_day
from traffic.windowing.series_batch import SeriesBatch

PEAKS = "diagnostics.daily_peaks"

_PHASES = ("phase_minutes", "phase_lower_95", "phase_upper_95", "phase_harmonic_minutes")
_SCORES = ("phase_score", "level_score", "shape_score", "level_share")
_FLAGS = ("is_unusual", "is_shifted", "has_other_level", "has_other_shape")
_WORTH_A_WORD = 1.0
"""Minutes a day: a drift below it is what seasons do."""


@dataclass(frozen=True)
class DayRows:
    """What the days of a batch have to say.

    Parameters
    ----------
    peaks : polars.DataFrame
        Rows of ``diagnostics.daily_peaks``.
    drifts : polars.DataFrame
        Rows of ``diagnostics.periodicity_tests``: phase_drift and peak_drift.
    """

    peaks: pl.DataFrame
    drifts: pl.DataFrame


def day_rows(batch: SeriesBatch, without_drift: Collection[str] = ()) -> DayRows:
    """Find peak, phase and oddity of every local day of each series, and the drift of the first two.

    Parameters
    ----------
    batch : SeriesBatch
        Known before the night's midnight.
    without_drift : collection of str
        Series whose step is not what it is stated to be, or that have no day: phases that turn around the
        clock have no drift.

    Returns
    -------
    DayRows
        A row of peaks for every calendar day of the batch and series.
    """
    calendar = (batch.local_date, batch.slot, slots_a_day(batch.step_seconds))
    dates, days = days_of(batch.value_clean, *calendar)
    phases = day_phases(days, batch.step_seconds)
    # A day that is high from morning to night is clipped like an outlier: its level is that measured.
    _, measured = days_of(np.where(np.isnan(batch.value_clean), np.nan, batch.value), *calendar)
    number = dates.astype("datetime64[D]").astype(np.int64)
    weekday = (number + 3) % 7 + 1  # 1 January 1970 was a Thursday
    odd = unusual_days(measured, weekday, phases)
    reasons = [odd.reason(row, day) for row in range(len(batch.series_ids)) for day in range(number.size)]
    values = {name: getattr(phases, name) for name in ("peak_value", *_PHASES)}
    values |= {name: getattr(odd, name) for name in _SCORES}
    values |= {"phase_difference": odd.phase_minutes}
    second = phases.peak_slot * batch.step_seconds
    peaks = long_frame(batch.series_ids, {"local_date": dates}, values | {"second": second})
    at = pl.when(pl.col("second") >= 0).then(pl.col("second") * 1_000_000_000).cast(pl.Time)
    peaks = peaks.with_columns(
        *(pl.Series(name, getattr(odd, name).ravel()) for name in _FLAGS),
        peak_local_time=at,
        reason=pl.Series(reasons, dtype=pl.String),
    )
    drifts = _drift_rows(batch, phases, number)
    return DayRows(peaks.drop("second"), _without_some(drifts, without_drift))


def _drift_rows(batch: SeriesBatch, phases: DayPhases, number: NDArray[np.int64]) -> pl.DataFrame:
    half_width = (phases.phase_upper_95 - phases.phase_lower_95) / 2.0
    minutes = np.where(phases.peak_slot >= 0, phases.peak_slot * batch.step_seconds / 60.0, np.nan)
    found = {
        "phase_drift": ("course of the day", phase_drift(phases.phase_minutes, number, half_width)),
        "peak_drift": ("peak of the day", phase_drift(minutes, number)),
    }
    return pl.concat(
        pl.DataFrame(
            {
                "series_id": batch.series_ids,
                "statistic": drift.minutes_a_day,
                "verdict": [_sentence(what, drift, row) for row in range(len(batch.series_ids))],
            },
            {"series_id": pl.String, "statistic": pl.Float64, "verdict": pl.String},
            nan_to_null=True,
        ).with_columns(test=pl.lit(test))
        for test, (what, drift) in found.items()
    )


def _without_some(drifts: pl.DataFrame, series_ids: Collection[str]) -> pl.DataFrame:
    is_left_out = pl.col("series_id").is_in(list(series_ids))
    return drifts.with_columns(
        statistic=pl.when(~is_left_out).then("statistic"),
        verdict=pl.when(is_left_out)
        .then(pl.lit("Not estimated: the day is not as long as stated, or none is found (see test period)."))
        .otherwise("verdict"),
    )


def _sentence(what: str, drift: PhaseDrift, row: int) -> str:
    slope, lower, upper = (
        float(field[row]) for field in (drift.minutes_a_day, drift.lower_95, drift.upper_95)
    )
    if np.isnan(slope):
        return f"Not estimated: only {drift.n_days[row]} days tell."
    interval = f"{slope:+.2f} minutes a day ({lower:+.2f} to {upper:+.2f}, 95 %)"
    if lower <= 0.0 <= upper:
        # A wide interval shows nothing, and noise has no course that could stay.
        return f"No drift of the {what} is shown: {interval}."
    size = "" if abs(slope) >= _WORTH_A_WORD else "; habits move by as much over the seasons"
    return f"The {what} comes {'later' if slope > 0 else 'earlier'} from day to day: {interval}{size}."
