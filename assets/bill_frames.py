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
from traffic.parsing.quantity import limit_in
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
        Without the night's midnight. A method that needs a direction that cannot be counted has its row with
        the reason; the other direction is counted alone.
    """
    directions, faults = _directions(bill, found, why_absent)
    own = (found[name].batch.time_zone for name in bill.directions.values() if name in found)
    month = billing_month(issued_at_utc, bill.time_zone or next(own, "UTC"), bill.begins_on)
    issued = sample_number(issued_at_utc)
    months = [*([month_before(month)] if issued == month.start else []), month]
    try:
        unit, commitment = _unit_and_commitment(bill, directions) if directions else (None, None)
    except UncountableBillError as error:
        # What is wrong with both directions, or with their bill, is wrong with each.
        faults = {direction: " ".join([*faults.values(), str(error)]) for direction in bill.directions}
        directions, unit, commitment = {}, None, None
    rng = np.random.default_rng([crc32(bill.name.encode())])
    samples = {direction: one.samples for direction, one in directions.items()}
    capacities = {direction: one.capacity for direction, one in directions.items()}
    counted = {"unit": unit, "commitment": commitment}
    refused = [
        _nothing(method, why)
        for method in methods_of(bill.directions)
        if (why := " ".join(dict.fromkeys(faults[one] for one in _counts(bill, method) if one in faults)))
    ]
    frames = []
    for each in months:
        made = month_bill(samples, each, issued, rng, capacities) if samples else []
        frames += [_rows(bill, each, made, counted), _rows(bill, each, refused, {})]
    return pl.concat(frames)


@dataclass(frozen=True, eq=False)
class _Direction:
    """What a bill counts of one direction; samples and capacity in ``unit``."""

    samples: Samples
    unit: str
    capacity: float | None


def _directions(
    bill: Bill, found: Mapping[str, BilledSeries], why_absent: Mapping[str, str]
) -> tuple[dict[str, _Direction], dict[str, str]]:
    """Return the directions that can be counted, and of the others the reasons."""
    counted: dict[str, _Direction] = {}
    faults: dict[str, str] = {}
    for direction, series_id in bill.directions.items():
        if series_id not in found:
            faults[direction] = why_absent.get(series_id, no_such_series(series_id))
            continue
        one = found[series_id]
        step = one.batch.step_seconds
        if why := why_no_samples(step):
            faults[direction] = f"{series_id}: {why}"
            continue
        unit, factor = billing_unit(one.unit, step)
        start = int((one.batch.start_utc - datetime(1970, 1, 1)).total_seconds())
        samples = five_minute_samples(measured(one.batch)[0], start, step).scaled(factor)
        capacity = None if one.capacity is None else one.capacity * factor
        counted[direction] = _Direction(samples, unit, capacity)
    return counted, faults


def _unit_and_commitment(bill: Bill, directions: Mapping[str, _Direction]) -> tuple[str, float | None]:
    """Return the unit that the directions share, and the commitment in it."""
    units = {direction: one.unit for direction, one in directions.items()}
    if len(set(units.values())) > 1:
        raise UncountableBillError(
            f"{bill.in_} is in {units['in']} and {bill.out} in {units['out']}: they cannot be billed "
            "together; state their units, or make two bills of them."
        )
    unit = next(iter(units.values()))
    try:
        stated = bill.commitment
        return unit, None if stated is None else limit_in(stated, unit, SAMPLE_SECONDS, f"bill {bill.name}")
    except ValueError as error:
        raise UncountableBillError(f"commitment: {error}.") from None


def _counts(bill: Bill, method: str) -> tuple[str, ...]:
    """Return the directions that a method counts."""
    return (method,) if method in bill.directions else tuple(bill.directions)


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
