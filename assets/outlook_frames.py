"""Rows of a batch of series in ``planning.outlook`` and ``planning.runouts``.

Pure: any process can run them. Histories are read in ``load_histories``; the tables are written in
``outlooks``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zlib import crc32

import numpy as np
import polars as pl

from assets.load_histories import last_whole_day
from traffic.planning.billing_months import billing_month, sample_number
from traffic.planning.bills import month_bill
from traffic.planning.five_minutes import five_minute_samples, why_no_samples
from traffic.planning.load_histories import DAYS_A_WEEK, HOUR_SECONDS, LoadHistory
from traffic.planning.outlooks import LinkOutlook, link_outlooks, passage_week
from traffic.windowing.series_batch import SeriesBatch

OUTLOOK, RUNOUTS = "planning.outlook", "planning.runouts"
_DATES: Final = {"runout_date_q10": 0.1, "runout_date_q50": 0.5, "runout_date_q90": 0.9}
_TYPES: Final = {
    "series_id": pl.String,
    "capacity": pl.Float64,
    "busy_hour_local": pl.Int64,
    "busy_hour_spread_hours": pl.Float64,
    "busy_hour_p95": pl.Float64,
    "headroom": pl.Float64,
    "growth_per_week": pl.Float64,
    "growth_lower_95": pl.Float64,
    "growth_upper_95": pl.Float64,
    "p95_billing_to_date": pl.Float64,
    "p95_billing_q10": pl.Float64,
    "p95_billing_q50": pl.Float64,
    "p95_billing_q90": pl.Float64,
    "runout_threshold": pl.Float64,
    "runout_date_q10": pl.Date,
    "runout_date_q50": pl.Date,
    "runout_date_q90": pl.Date,
    "runout_probability": pl.Float64,
    "horizon_weeks": pl.Int64,
    "reason": pl.String,
}
_RUNOUT_TYPES: Final = {
    "series_id": pl.String,
    "threshold": pl.Float64,
    "local_week_start": pl.Date,
    "probability_first": pl.Float64,
    "probability_by_end": pl.Float64,
}


@dataclass(frozen=True)
class Question:
    """What is asked of every series of a night.

    Parameters
    ----------
    issued_at_utc : datetime
        The night's midnight, naive UTC.
    thresholds : tuple of float
        Shares of the capacity whose run-out is told.
    runout_threshold : float
        The one that the outlook speaks of.
    """

    issued_at_utc: datetime
    thresholds: tuple[float, ...]
    runout_threshold: float


def outlook_frames(
    batch: SeriesBatch,
    question: Question,
    histories: Mapping[str, LoadHistory],
    capacities: Mapping[str, float | None],
    remarks: Mapping[str, str],
) -> dict[str, pl.DataFrame]:
    """Look ahead for a batch of series.

    Parameters
    ----------
    batch : SeriesBatch
        The last eight weeks, for the month that is billed.
    question : Question
    histories : mapping of str to LoadHistory
        By series, of one each; none where the step is longer than an hour.
    capacities : mapping of str to float or None
        By series, in its unit.
    remarks : mapping of str to str
        What the catalogue says against a series, put before the reasons.

    Returns
    -------
    dict of str to polars.DataFrame
        Rows of both tables, without the night's midnight.
    """
    rows: list[dict[str, Any]] = []
    runouts: list[dict[str, Any]] = []
    week = last_whole_day(question.issued_at_utc, batch.time_zone) + timedelta(days=1)
    asked = tuple(sorted({*question.thresholds, question.runout_threshold}))
    for place, series_id in enumerate(batch.series_ids):
        capacity = capacities[series_id]
        rng = np.random.default_rng([crc32(series_id.encode())])
        reasons = [remarks[series_id]] if series_id in remarks else []
        bill, why_no_bill = _bill(batch, place, question, capacity, rng)
        row: dict[str, Any] = {"series_id": series_id, "capacity": capacity} | bill
        if series_id in histories:
            found = link_outlooks(histories[series_id], [capacity], asked, [rng])[0]
            row |= _outlook_row(found, question.runout_threshold, week)
            runouts += _runout_rows(series_id, found, week)
            reasons += found.reasons
        else:
            reasons.append(_too_coarse(batch.step_seconds))
        reasons += [why_no_bill] if why_no_bill else []
        rows.append(row | {"reason": " ".join(reasons) or None})
    return {OUTLOOK: _frame(rows, _TYPES), RUNOUTS: _frame(runouts, _RUNOUT_TYPES)}


def refused_outlooks(reasons: Mapping[str, str], capacities: Mapping[str, float | None]) -> pl.DataFrame:
    """Rows of ``planning.outlook`` of series that have none, with the reason."""
    rows = [
        {"series_id": name, "capacity": capacities.get(name), "reason": reason}
        for name, reason in reasons.items()
    ]
    return _frame(rows, _TYPES)


def _outlook_row(found: LinkOutlook, threshold: float, week: date) -> dict[str, Any]:
    row: dict[str, Any] = {
        "busy_hour_local": found.busy_hour,
        "busy_hour_spread_hours": found.busy_hour_spread,
        "busy_hour_p95": found.busy_hour_p95,
        "headroom": found.headroom,
        "growth_per_week": found.growth,
        "growth_lower_95": found.growth_lower_95,
        "growth_upper_95": found.growth_upper_95,
        "horizon_weeks": found.horizon_weeks,
    }
    if (first := found.first_passage.get(threshold)) is None:
        return row
    weeks = {name: passage_week(first, level) for name, level in _DATES.items()}
    dates = {
        name: None if ahead is None else week + timedelta(days=DAYS_A_WEEK * ahead)
        for name, ahead in weeks.items()
    }
    probability = min(float(first.sum()), 1.0)
    return row | dates | {"runout_threshold": threshold, "runout_probability": probability}


def _runout_rows(series_id: str, found: LinkOutlook, week: date) -> list[dict[str, Any]]:
    return [
        {
            "series_id": series_id,
            "threshold": threshold,
            "local_week_start": week + timedelta(days=DAYS_A_WEEK * ahead),
            "probability_first": float(probability),
            "probability_by_end": min(float(total), 1.0),
        }
        for threshold, first in found.first_passage.items()
        for ahead, (probability, total) in enumerate(zip(first, np.cumsum(first), strict=True))
    ]


def _bill(
    batch: SeriesBatch,
    place: int,
    question: Question,
    capacity: float | None,
    rng: np.random.Generator,
) -> tuple[dict[str, float | None], str | None]:
    """Return the month's percentile of one series, and why a figure of it is missing."""
    if why := why_no_samples(batch.step_seconds):
        return {}, why
    start = int((batch.start_utc - datetime(1970, 1, 1)).total_seconds())
    samples = five_minute_samples(measured(batch)[place], start, batch.step_seconds)
    month = billing_month(question.issued_at_utc, batch.time_zone)
    issued = sample_number(question.issued_at_utc)
    (bill,) = month_bill({"in": samples}, month, issued, rng, {"in": capacity})
    found = {"to_date": bill.to_date, "q10": bill.q10, "q50": bill.q50, "q90": bill.q90}
    return {f"p95_billing_{name}": value for name, value in found.items()}, bill.reason


def measured(batch: SeriesBatch) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Values as they were measured, outliers and zeros with them; NaN where missing or impossible."""
    is_possible = ~np.isnan(batch.value_clean) | (batch.value == 0)
    return np.where(is_possible, batch.value, np.nan)


def _too_coarse(step_seconds: int) -> str:
    return (
        f"Its step is {step_seconds:,} s, longer than {HOUR_SECONDS:,} s: hours are not told apart, and "
        "there is neither busy hour nor growth nor run-out."
    )


def _frame(rows: Sequence[Mapping[str, Any]], types: Mapping[str, Any]) -> pl.DataFrame:
    columns = {name: [row.get(name) for row in rows] for name in types}
    return pl.DataFrame(columns, dict(types))
