"""Outlooks and bills of frames, in the columns that Python's forecasting libraries share: what users call.

Options and output columns belong here; what is computed, to ``outlooks`` and ``bills``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime, timedelta
from typing import Any, Final
from zlib import crc32

import numpy as np
import polars as pl
from numpy.typing import NDArray

from traffic.models.forecasting.frames import as_came
from traffic.models.forecasting.long_frames import ID, TIME, VALUE, read_frame, step_of
from traffic.planning.billing_months import billing_month, sample_number
from traffic.planning.bills import MonthBill, month_bill
from traffic.planning.five_minutes import Samples, five_minute_samples
from traffic.planning.load_histories import DAYS_A_WEEK, load_history
from traffic.planning.outlooks import LinkOutlook, link_outlooks, passage_week
from traffic.windowing.local_days import local_days

_WEEKS: Final = {"runout_q10": 0.1, "runout_q50": 0.5, "runout_q90": 0.9}


def outlook(
    frame: Any,
    *,
    step: str | int | timedelta,
    capacity: float | Mapping[Any, float] | None = None,
    threshold: float = 0.9,
    time_zone: str = "UTC",
    seed: int = 0,
) -> Any:
    """Look ahead for every series of a frame: busy hour, headroom, growth and run-out.

    Parameters
    ----------
    frame : polars.DataFrame, polars.LazyFrame or pandas.DataFrame
        ``unique_id``, ``ds`` (naive times are UTC) and ``y``, a row a series and time; all of it is used.
        Gaps are missing values, never zeros.
    step : str, int or timedelta
        Spacing of the series, at most an hour.
    capacity : float or mapping, optional
        Of every series, or by ``unique_id``; in the unit of ``y``.
    threshold : float
        Share of the capacity at which a link counts as full.
    time_zone : str
        Whose days and hours they are.
    seed : int
        The same seed gives a series the same outlook, whatever stands beside it.

    Returns
    -------
    polars.DataFrame or pandas.DataFrame
        As the frame came: ``unique_id`` and the columns of ``planning.outlook`` without those of the bill;
        run-outs are first local days of weeks, null beyond the horizon, and ``reason`` says what is missing.

    Raises
    ------
    ValueError
        If the frame or an option cannot be used.
    """
    step_seconds = step_of(step)
    if not threshold > 0:
        raise ValueError(f"threshold = {threshold!r} must be a share of the capacity above 0, such as 0.9.")
    rows = []
    for (name,), part in read_frame(frame).group_by([ID], maintain_order=True):
        limit = capacity.get(name) if isinstance(capacity, Mapping) else capacity
        start, values = _grid(part, step_seconds)
        days = local_days(_times(start, step_seconds, values.size), time_zone, step_seconds)
        whole, last = _whole_days(days["local_date"], start, step_seconds, values.size, time_zone)
        dates = days["local_date"].to_numpy()[:whole]
        history = load_history(
            values[None, :whole], dates, days["slot"].to_numpy()[:whole].astype(np.int64), step_seconds
        )
        rng = np.random.default_rng([int(seed), crc32(str(name).encode())])
        (found,) = link_outlooks(history, [limit], [threshold], [rng])
        rows.append({ID: name} | _outlook_columns(found, threshold, last + timedelta(days=1)))
    return as_came(pl.DataFrame(rows, _outlook_schema(), orient="row"), frame)


def bill(
    frame: Any,
    *,
    step: str | int | timedelta,
    inward: Any = None,
    outward: Any = None,
    time_zone: str = "UTC",
    begins_on: int = 1,
    seed: int = 0,
) -> Any:
    """Count the 95th-percentile bill of the month in which a frame ends, by every method.

    Parameters
    ----------
    frame : polars.DataFrame, polars.LazyFrame or pandas.DataFrame
        As ``outlook`` takes it; a step of at most five minutes, in a rate such as bit/s.
    step : str, int or timedelta
    inward, outward : optional
        The ``unique_id`` of either direction; at least one.
    time_zone, begins_on
        Whose midnights, and on which day of the calendar month the billing month begins.
    seed : int
        Of the paths of the rest of the month.

    Returns
    -------
    polars.DataFrame or pandas.DataFrame
        As the frame came: a row a method, with ``local_month`` and the columns of ``MonthBill``.

    Raises
    ------
    ValueError
        If the frame cannot be used, a series is not in it, or the step is longer than five minutes.
    """
    step_seconds, long = step_of(step), read_frame(frame)
    named = {name: one for name, one in (("in", inward), ("out", outward)) if one is not None}
    if not named:
        raise ValueError("A bill counts a series: say inward, outward or both.")
    known: dict[str, Samples] = {}
    for direction, name in named.items():
        part = long.filter(pl.col(ID) == name)
        if part.is_empty():
            raise ValueError(f"The frame has no series {name!r}.")
        start, values = _grid(part, step_seconds)
        known[direction] = five_minute_samples(values, start, step_seconds)
    issued = max(samples.first + samples.values.size for samples in known.values())
    last = datetime(1970, 1, 1) + timedelta(seconds=300 * issued - 1)
    month = billing_month(last, time_zone, begins_on)
    rng = np.random.default_rng([int(seed), crc32(repr(sorted(map(str, named.values()))).encode())])
    found = month_bill(known, month, sample_number(last) + 1, rng)
    columns = {field.name: [getattr(one, field.name) for one in found] for field in fields(MonthBill)}
    counted = pl.DataFrame(columns, infer_schema_length=None)
    return as_came(counted.insert_column(1, pl.lit(month.first_day).alias("local_month")), frame)


def _grid(part: pl.DataFrame, step_seconds: int) -> tuple[int, NDArray[np.float64]]:
    """Start in seconds since 1970 and the values at every step, of one series; the mean where two meet."""
    times = part[TIME]
    if isinstance(times.dtype, pl.Datetime) and times.dtype.time_zone is not None:
        times = times.dt.convert_time_zone("UTC")
    seconds = times.dt.epoch("s").to_numpy()
    place = (seconds - seconds[0] + step_seconds // 2) // step_seconds
    is_known = ~np.isnan(part[VALUE].to_numpy())
    size = int(place[-1]) + 1
    count = np.bincount(place[is_known], minlength=size)
    total = np.bincount(place[is_known], part[VALUE].to_numpy()[is_known], minlength=size)
    return int(seconds[0]), np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _times(start: int, step_seconds: int, n_steps: int) -> pl.Series:
    offsets = (start + np.arange(n_steps, dtype=np.int64) * step_seconds) * 1_000_000
    return pl.Series("at_utc", offsets).cast(pl.Datetime("us"))


def _whole_days(
    dates: pl.Series, start: int, step_seconds: int, n_steps: int, time_zone: str
) -> tuple[int, date]:
    """Count the steps up to the last local midnight, and name the day before it."""
    after = local_days(_times(start + n_steps * step_seconds, step_seconds, 1), time_zone, step_seconds)
    end = after["local_date"][0]
    return int((dates < end).sum()), end - timedelta(days=1)


def _outlook_schema() -> dict[str, Any]:
    numbers = ("busy_hour_spread_hours", "busy_hour_p95", "headroom", "growth_per_week", "growth_lower_95")
    return (
        {ID: None, "busy_hour_local": pl.Int64}
        | dict.fromkeys((*numbers, "growth_upper_95"), pl.Float64)
        | dict.fromkeys(_WEEKS, pl.Date)
        | {"runout_probability": pl.Float64, "horizon_weeks": pl.Int64, "reason": pl.String}
    )


def _outlook_columns(found: LinkOutlook, threshold: float, week: date) -> dict[str, Any]:
    first = found.first_passage.get(threshold)
    ahead = {name: None if first is None else passage_week(first, at) for name, at in _WEEKS.items()}
    return {
        "busy_hour_local": found.busy_hour,
        "busy_hour_spread_hours": found.busy_hour_spread,
        "busy_hour_p95": found.busy_hour_p95,
        "headroom": found.headroom,
        "growth_per_week": found.growth,
        "growth_lower_95": found.growth_lower_95,
        "growth_upper_95": found.growth_upper_95,
        **{
            name: None if weeks is None else week + timedelta(days=DAYS_A_WEEK * weeks)
            for name, weeks in ahead.items()
        },
        "runout_probability": None if first is None else min(float(first.sum()), 1.0),
        "horizon_weeks": found.horizon_weeks,
        "reason": " ".join(found.reasons) or None,
    }
