"""What the page says of one series: its forecast, its days, and both as tables."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import polars as pl

from assets.quantity_text import quantity_text
from assets.report.blocks import Cell, SeriesBlock, Table
from assets.report.forecast_figure import forecast_figure
from assets.report.phase_figure import phase_figure
from assets.report.risks import risk_sentence, runout_sentence
from assets.report.series_facts import NOT_FORECAST, SeriesFacts
from assets.report.words import about_values, clock_text, number_text, percent_text, short_day
from traffic.models.forecasting.calendars import HOLIDAY

SHOWN_DAYS: Final = 14


def series_block(
    facts: SeriesFacts,
    history: pl.DataFrame,
    points: pl.DataFrame,
    days: pl.DataFrame,
    issued_at_utc: datetime,
) -> SeriesBlock:
    """Gather what the page says of a series.

    Parameters
    ----------
    facts : SeriesFacts
        The series.
    history : polars.DataFrame
        ``at_utc`` and ``value`` of its last week.
    points : polars.DataFrame
        ``target_utc`` and the quantiles of its champion.
    days : polars.DataFrame
        Its rows of ``diagnostics.daily_peaks``.
    issued_at_utc : datetime.datetime
        Midnight of the night, naive UTC.
    """
    tables = [_hours(facts, points), _days(facts, days)]
    return SeriesBlock(
        facts.key,
        facts.name,
        about_values(facts.unit, facts.row["step_seconds"]),
        tuple(_sentences(facts)),
        " ".join(filter(None, (risk_sentence(facts), runout_sentence(facts)))),
        forecast_figure(facts, history, points, issued_at_utc),
        phase_figure(facts, days),
        tuple(table for table in tables if table),
    )


def _sentences(facts: SeriesFacts) -> list[str]:
    said = []
    if facts.row["status"] != "ok":
        said.append(
            f"The series is {facts.row['status'].replace('_', ' ')}: {facts.row['reason'] or 'no reason'}"
        )
    if facts.model == NOT_FORECAST:
        said.append(f"Not forecast: {facts.model_reason}")
    elif facts.model:
        said.append(f"Forecast by {facts.model}.")
        _, begins, holiday = (facts.model_reason or "").partition(HOLIDAY)
        said.extend([begins + holiday] if begins else [])
    seen = facts.outlook
    if seen.get("busy_hour_local") is not None:
        peak = quantity_text(seen.get("busy_hour_p95"), facts.unit)
        said.append(f"Busy hour {seen['busy_hour_local']:02}:00, 95th percentile {peak}.")
    if seen.get("headroom") is not None:
        said.append(f"Headroom {percent_text(seen['headroom'])}.")
    if facts.row["remark"]:
        said.append(facts.row["remark"])
    return said


def _hours(facts: SeriesFacts, points: pl.DataFrame) -> Table | None:
    known = points.filter(pl.col("q50").is_finite())
    if known.is_empty():
        return None
    hours = (
        known.sort("target_utc")
        .group_by_dynamic("target_utc", every="1h")
        .agg(pl.col("q50").mean(), pl.col("q10").min(), pl.col("q90", "q975").max())
    )
    rows = tuple(
        (
            Cell(clock_text(row["target_utc"], facts.zone)),
            *(Cell(quantity_text(row[q], facts.unit)) for q in ("q50", "q10", "q90", "q975")),
        )
        for row in hours.to_dicts()
    )
    columns = (f"hour from ({facts.zone})", "#median", "#80 % from", "#80 % to", "#97.5 % below")
    return Table("The forecast by the hour", columns, rows, is_folded=True)


def _days(facts: SeriesFacts, days: pl.DataFrame) -> Table | None:
    if days.is_empty():
        return None
    rows = tuple(
        (
            Cell(short_day(row["local_date"])),
            Cell(f"{row['peak_local_time']:%H:%M}" if row["peak_local_time"] else "–"),
            Cell(quantity_text(row["peak_value"], facts.unit)),
            Cell(number_text(row["phase_minutes"], "+.0f")),
            Cell(_interval(row["phase_lower_95"], row["phase_upper_95"])),
            Cell(row["reason"] or "", tone="warn" if row["is_unusual"] else ""),
        )
        for row in days.sort("local_date", descending=True).head(SHOWN_DAYS).to_dicts()
    )
    columns = ("day", "peak at", "#peak", "#phase, min", "#95 % interval", "what is unusual")
    return Table(f"Peaks and phases of the last {len(rows)} days", columns, rows, is_folded=True)


def _interval(low: float | None, high: float | None) -> str:
    return "–" if low is None or high is None else f"{low:+.0f} to {high:+.0f}"
