"""The questions of planning, asked of a link as it is and of the same link changed, side by side.

The answers are those of ``congestion``, ``outlooks`` and ``bills``: nothing is estimated here. How a link
changes is in ``links``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zlib import crc32
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from traffic.models.requirements import HISTORY_DAYS
from traffic.planning.billing_months import billing_month, sample_number
from traffic.planning.bills import month_bill
from traffic.planning.congestion_frames import congestion
from traffic.planning.five_minutes import five_minute_samples, why_no_samples
from traffic.planning.links import Link, changed_link
from traffic.planning.load_histories import DAYS_A_WEEK, HOUR_SECONDS, load_history
from traffic.planning.outlooks import link_outlooks, passage_week
from traffic.windowing.local_days import local_days
from traffic.windowing.regular_series import grid_times

Value = float | int | date | str | None

SHARE: Final = "share"
_LEVELS: Final = {"q10": 0.1, "q50": 0.5, "q90": 0.9}


@dataclass(frozen=True)
class Question:
    """When is asked, and at which shares of the capacity.

    Parameters
    ----------
    issued_at_utc : datetime
        Nothing at or after it is known, naive UTC.
    thresholds : tuple of float
        Shares of the capacity whose excess is told.
    runout_threshold : float
        Share at which the link counts as full.
    holidays : str, optional
        Country whose public holidays the load keeps.
    """

    issued_at_utc: datetime
    thresholds: tuple[float, ...] = (0.7, 0.9, 1.0)
    runout_threshold: float = 0.9
    holidays: str | None = None


@dataclass(frozen=True)
class Figure:
    """One answer, before and after.

    Parameters
    ----------
    name : str
        As a column of ``planning.congestion`` or ``planning.outlook`` is called.
    unit : str
        Of both values: that of the link, ``share``, ``hour``, ``date``, ``weeks`` or empty.
    as_it_is, what_if : float, int, date, str or None
        None where it cannot be said; ``reason`` has the sentences.
    threshold : float or None
        Share of the capacity that it speaks of.
    window : str or None
        slot, hour or night, for a probability or an expected peak.
    at_local : datetime or None
        Beginning of that window, on the clock of the link.
    """

    name: str
    unit: str
    as_it_is: Value
    what_if: Value
    threshold: float | None = None
    window: str | None = None
    at_local: datetime | None = None


Key = tuple[str, str, float | None, str | None, datetime | None]


def whatif(
    link: Link,
    question: Question,
    *,
    others: Sequence[Link] = (),
    scale: float = 1.0,
    capacity: float | None = None,
) -> list[Figure]:
    """Ask the questions of planning of a link as it is and as it would be.

    Parameters
    ----------
    link : Link
        With its whole history.
    question : Question
    others : sequence of Link
        Whose loads come onto it.
    scale : float
        What the load is multiplied with, that of the others too.
    capacity : float, optional
        Another one, in the unit of the link.

    Returns
    -------
    list of Figure
        Probabilities of the night by window and threshold, then the weeks ahead, the month's bill and the
        reasons for what is missing. All is told as if the link had been so all along: its whole load is
        changed, that of the month so far too, of which the bill counts no more than the capacity.

    Raises
    ------
    ValueError
        As ``changed_link``.
    """
    changed = changed_link(link, others, scale, capacity)
    is_supposed = bool(others) or scale != 1 or capacity is not None
    before = dict(_answers(link.before(question.issued_at_utc), question, is_supposed=False))
    after = dict(_answers(changed.before(question.issued_at_utc), question, is_supposed=is_supposed))
    keys = [*after, *(key for key in before if key not in after)]
    return [Figure(key[0], key[1], before.get(key), after.get(key), *key[2:]) for key in keys]


def _answers(link: Link, question: Question, *, is_supposed: bool) -> Iterator[tuple[Key, Value]]:
    yield _key("capacity", link.unit), link.capacity
    yield from _night(link, question)
    reasons: list[str] = []
    # As a night does, so that what is asked of nothing changed is what its tables say.
    rng = np.random.default_rng([crc32(link.series_id.encode())])
    bill = list(_bill(link, question, rng, reasons, is_supposed))
    yield from _weeks(link, question, rng, reasons)
    yield from bill
    yield _key("reason", ""), " ".join(reasons) or None


def _night(link: Link, question: Question) -> Iterator[tuple[Key, Value]]:
    """Probabilities of the 24 hours ahead; nothing without a capacity."""
    if link.capacity is None:
        return
    n_steps = HISTORY_DAYS * 86_400 // link.step_seconds
    ahead = (question.issued_at_utc - link.start_utc) // timedelta(seconds=link.step_seconds)
    # The frame ends where the night begins, whatever is missing before it.
    value = np.pad(link.value, (0, max(ahead - link.value.size, 0)), constant_values=np.nan)
    at_utc = grid_times(link.start_utc, link.step_seconds, value.size)
    frame = pl.DataFrame({"unique_id": link.series_id, "ds": at_utc, "y": value}).tail(n_steps)
    frame = frame.with_columns(pl.col("ds").dt.replace_time_zone("UTC").dt.convert_time_zone(link.time_zone))
    rows = congestion(
        frame,
        link.capacity,
        step=link.step_seconds,
        thresholds=question.thresholds,
        holidays=question.holidays,
    )
    local = pl.col("ds").dt.replace_time_zone(None)
    for row in rows.with_columns(local).sort("window", "ds", "threshold").iter_rows(named=True):
        place = (row["window"], row["ds"])
        probability = row["probability_above"]
        yield (
            ("probability_above", SHARE, row["threshold"], *place),
            None if np.isnan(probability) else probability,
        )
        if row["threshold"] == question.thresholds[0]:
            yield ("expected_peak", link.unit, None, *place), row["expected_peak"]


def _weeks(
    link: Link, question: Question, rng: np.random.Generator, reasons: list[str]
) -> Iterator[tuple[Key, Value]]:
    """Busy hour, headroom, growth and run-out."""
    if link.step_seconds > HOUR_SECONDS:
        reasons.append(
            f"Its step of {link.step_seconds:,} s is longer than an hour: no busy hour, no growth."
        )
        return
    days = local_days(
        grid_times(link.start_utc, link.step_seconds, link.value.size), link.time_zone, link.step_seconds
    )
    issued = question.issued_at_utc.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(link.time_zone))
    is_over = (days["local_date"] < issued.date()).to_numpy()
    history = load_history(
        link.value[None, is_over],
        days["local_date"].to_numpy()[is_over],
        days["slot"].to_numpy().astype(np.int64)[is_over],
        link.step_seconds,
    )
    asked = sorted({*question.thresholds, question.runout_threshold})
    (found,) = link_outlooks(history, [link.capacity], asked, [rng])
    reasons.extend(found.reasons)
    yield _key("busy_hour_local", "hour"), found.busy_hour
    yield _key("busy_hour_p95", link.unit), found.busy_hour_p95
    yield _key("headroom", SHARE), found.headroom
    yield _key("growth_per_week", SHARE), found.growth
    yield _key("growth_lower_95", SHARE), found.growth_lower_95
    yield _key("growth_upper_95", SHARE), found.growth_upper_95
    yield _key("horizon_weeks", "weeks"), found.horizon_weeks
    for threshold, first in found.first_passage.items():
        yield (
            ("runout_probability", SHARE, threshold, None, None),
            min(float(first.sum()), 1.0),
        )
        for name, level in _LEVELS.items():
            week = passage_week(first, level)
            when = None if week is None else issued.date() + timedelta(days=DAYS_A_WEEK * week)
            yield (f"runout_date_{name}", "date", threshold, None, None), when


def _bill(
    link: Link, question: Question, rng: np.random.Generator, reasons: list[str], is_supposed: bool
) -> Iterator[tuple[Key, Value]]:
    """Count the month's 95th percentile, of this direction alone; a supposed load passes no capacity."""
    if why := why_no_samples(link.step_seconds):
        reasons.append(why)
        return
    # A night counts the last eight weeks, which hold the month and what the rest of it is drawn from.
    n_steps = HISTORY_DAYS * 86_400 // link.step_seconds
    skipped = max(link.value.size - n_steps, 0)
    start = int((link.start_utc - datetime(1970, 1, 1)).total_seconds()) + skipped * link.step_seconds
    samples = five_minute_samples(link.value[skipped:], start, link.step_seconds)
    month = billing_month(question.issued_at_utc, link.time_zone)
    issued = sample_number(question.issued_at_utc)
    capacities = {"in": link.capacity}
    (bill,) = month_bill({"in": samples}, month, issued, rng, capacities, is_past_capped=is_supposed)
    if bill.reason:
        reasons.append(bill.reason)
    for name, value in (
        ("to_date", bill.to_date),
        ("q10", bill.q10),
        ("q50", bill.q50),
        ("q90", bill.q90),
    ):
        yield _key(f"p95_billing_{name}", link.unit), value


def _key(name: str, unit: str) -> Key:
    return name, unit, None, None, None
