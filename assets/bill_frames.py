"""Rows of ``planning.bills`` of one bill of sources.toml.

Pure: what is counted stands in ``traffic.planning.bills``; series are read and rows written in ``outlooks``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zlib import crc32

import numpy as np
import polars as pl

from assets.bill_table import Bill
from assets.outlook_frames import measured
from traffic.parsing.quantity import convert
from traffic.planning.billing_months import BillingMonth, billing_month, month_before, sample_number
from traffic.planning.bills import MonthBill, methods_of, month_bill
from traffic.planning.five_minutes import (
    SAMPLE_SECONDS,
    Samples,
    billing_unit,
    five_minute_samples,
    why_no_samples,
)
from traffic.windowing.series_batch import SeriesBatch

BILLS = "planning.bills"
_TYPES: Final = {
    "bill": pl.String,
    "method": pl.String,
    "local_month": pl.Date,
    "in_series_id": pl.String,
    "out_series_id": pl.String,
    "unit": pl.String,
    "n_samples": pl.Int64,
    "n_missing": pl.Int64,
    "n_dropped": pl.Int64,
    "p95_to_date": pl.Float64,
    "p95_q10": pl.Float64,
    "p95_q50": pl.Float64,
    "p95_q90": pl.Float64,
    "commitment": pl.Float64,
    "is_billed": pl.Boolean,
    "reason": pl.String,
}


class UncountableBillError(ValueError):
    """A bill cannot be counted; the message says why, and what would be right."""


@dataclass(frozen=True, eq=False)
class BilledSeries:
    """A series that a bill names.

    Parameters
    ----------
    batch : SeriesBatch
        Of it alone, the last eight weeks.
    unit : str
        Of the series.
    capacity : float or None
        In that unit.
    """

    batch: SeriesBatch
    unit: str
    capacity: float | None


def bill_rows(
    bill: Bill, found: Mapping[str, BilledSeries], why_absent: Mapping[str, str], issued_at_utc: datetime
) -> pl.DataFrame:
    """Count one bill: this month, and beside it the last one in the night in which it ended.

    Parameters
    ----------
    bill : Bill
    found : mapping of str to BilledSeries
        By series.
    why_absent : mapping of str to str
        Of series that the night cannot count: why.
    issued_at_utc : datetime
        The night's midnight, naive UTC.

    Returns
    -------
    polars.DataFrame
        Without the night's midnight; a bill that cannot be counted has its rows with the reason.
    """
    zone = bill.time_zone or next((one.batch.time_zone for one in found.values()), "UTC")
    month = billing_month(issued_at_utc, zone, bill.begins_on)
    try:
        directions, unit, capacities, commitment = _counted(bill, found, why_absent)
    except UncountableBillError as error:
        return _rows(
            bill, month, [_nothing(method, str(error)) for method in methods_of(bill.directions)], {}
        )
    issued = sample_number(issued_at_utc)
    rng = np.random.default_rng([crc32(bill.name.encode())])
    months = [month_before(month)] if issued == month.start else []
    frames = [
        _rows(
            bill,
            each,
            month_bill(directions, each, issued, rng, capacities),
            {"unit": unit, "commitment": commitment},
        )
        for each in (*months, month)
    ]
    return pl.concat(frames)


def _counted(
    bill: Bill, found: Mapping[str, BilledSeries], why_absent: Mapping[str, str]
) -> tuple[dict[str, Samples], str, dict[str, float | None], float | None]:
    """Return samples in one unit by direction, the unit, the capacities and the commitment in it."""
    directions: dict[str, Samples] = {}
    units: dict[str, str] = {}
    capacities: dict[str, float | None] = {}
    for direction, series_id in bill.directions.items():
        if series_id not in found:
            raise UncountableBillError(why_absent.get(series_id, no_such_series(series_id)))
        one = found[series_id]
        step = one.batch.step_seconds
        if why := why_no_samples(step):
            raise UncountableBillError(f"{series_id}: {why}")
        units[direction], factor = billing_unit(one.unit, step)
        start = int((one.batch.start_utc - datetime(1970, 1, 1)).total_seconds())
        directions[direction] = five_minute_samples(measured(one.batch)[0], start, step).scaled(factor)
        capacities[direction] = None if one.capacity is None else one.capacity * factor
    if len(set(units.values())) > 1:
        raise UncountableBillError(
            f"{bill.in_} is in {units['in']} and {bill.out} in {units['out']}: they cannot be billed "
            "together; state their units, or make two bills of them."
        )
    unit = next(iter(units.values()))
    try:
        commitment = None if bill.commitment is None else convert(bill.commitment, unit, SAMPLE_SECONDS)
    except ValueError as error:
        raise UncountableBillError(f"commitment: {error}.") from None
    return directions, unit, capacities, commitment


def no_such_series(series_id: str) -> str:
    """Say that there is no such series, and what to do."""
    return f"There is no series {series_id!r}; write one that series.catalog lists."


def _nothing(method: Any, reason: str) -> MonthBill:
    return MonthBill(method, 0, 0, 0, None, None, None, None, reason)


def _rows(bill: Bill, month: BillingMonth, found: list[MonthBill], more: Mapping[str, Any]) -> pl.DataFrame:
    rows = [
        {
            "bill": bill.name,
            "method": one.method,
            "local_month": month.first_day,
            "in_series_id": bill.in_,
            "out_series_id": bill.out,
            "n_samples": one.n_samples,
            "n_missing": one.n_missing,
            "n_dropped": one.n_dropped,
            "p95_to_date": one.to_date,
            "p95_q10": one.q10,
            "p95_q50": one.q50,
            "p95_q90": one.q90,
            "is_billed": one.method == bill.billed_method,
            "reason": one.reason,
            **more,
        }
        for one in found
    ]
    return pl.DataFrame({name: [row.get(name) for row in rows] for name in _TYPES}, _TYPES)
