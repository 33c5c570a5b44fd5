"""Figure: a series' last week and its next 24 hours with bands, for the browser and as a still drawing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import polars as pl

from assets.page.charts import BLUE, INK, VERMILION, script_json
from assets.printable import printable
from assets.quantity_text import prefix_of, quantity_text
from assets.report.blocks import Figure
from assets.report.night_frames import HISTORY
from assets.report.series_facts import SeriesFacts
from assets.report.still import Still, nice_ticks, numbers
from assets.report.words import offset_at, zone_text
from assets.thinning import thinned
from traffic.parsing.quantity import UNKNOWN_UNIT

SPAN: Final = HISTORY + timedelta(days=1)
PIXELS: Final = 630
"""Of the last week, in the browser: two values for each."""
STILL_PIXELS: Final = 300
TARGETS: Final = 96
"""Quarters of an hour: as many as the forecast's part of the figure has pixels."""

HEIGHT: Final = 240
NEAR_CAPACITY: Final = 0.6
"""The capacity is drawn where something shown comes so near to it: else it would flatten the course."""

BANDS: Final = (("q025", "q975", 0.16), ("q10", "q90", 0.22), ("q25", "q75", 0.3))
_EPOCH: Final = datetime(1970, 1, 1)
_TITLES: Final = {"q50": "median", "q10": "80 % band from", "q90": "80 % band to", "q975": "97.5 % below"}
QUANTILES: Final = ("q025", "q10", "q25", "q50", "q75", "q90", "q975")


@dataclass(frozen=True)
class _Course:
    """What is drawn, times in minutes since the first midnight, values over the factor of the prefix."""

    past: pl.DataFrame
    ahead: pl.DataFrame
    factor: float
    unit: str
    low: float
    high: float
    capacity: float | None


def forecast_figure(
    facts: SeriesFacts, history: pl.DataFrame, points: pl.DataFrame, issued_at_utc: datetime
) -> Figure | None:
    """Draw the last week of a series and its forecast.

    Parameters
    ----------
    facts : SeriesFacts
        The series.
    history : polars.DataFrame
        ``at_utc`` and ``value``, in its unit; a null breaks the line.
    points : polars.DataFrame
        ``target_utc`` and the quantiles of its champion.
    issued_at_utc : datetime.datetime
        Midnight between the two, naive UTC.

    Returns
    -------
    Figure or None
        None where there is neither.
    """
    history = _finite(history, "value")
    points = _finite(points, *QUANTILES)
    if history["value"].drop_nulls().is_empty() and points["q50"].drop_nulls().is_empty():
        return None
    begin = issued_at_utc - HISTORY
    course = _course(facts, history, points, begin)
    zone = zone_text(issued_at_utc, facts.zone)
    # One offset for the whole figure: a clock change within the week would fold its axis.
    shift = offset_at(issued_at_utc, facts.zone)
    note = forecast_text(facts, history, points)
    alt = f"{printable(facts.name, 200)}. {note}"
    return Figure(
        f"{facts.key}-forecast",
        f"Last seven days and next 24 hours ({zone})",
        alt,
        note,
        script_json(_specification(course, begin + shift, alt)),
        _drawing(course, begin + shift),
    )


def forecast_text(facts: SeriesFacts, history: pl.DataFrame, points: pl.DataFrame) -> str:
    """Say what the figure shows, with its numbers."""
    said = []
    known = history.drop_nulls("value")
    if known.height:
        top = known.row(int(known["value"].arg_max() or 0), named=True)
        low, mean = (
            quantity_text(value, facts.unit)
            for value in known.select(pl.min("value"), pl.mean("value").alias("mean")).row(0)
        )
        said.append(
            f"Measured over seven days: {low} to {quantity_text(top['value'], facts.unit)} "
            f"({facts.clock(top['at_utc'])}), mean {mean}."
        )
    else:
        said.append("Nothing was measured in the last seven days.")
    ahead = points.drop_nulls("q50")
    if ahead.height:
        top = ahead.row(int(ahead["q50"].arg_max() or 0), named=True)
        said.append(
            f"The forecast's median is highest at {facts.clock(top['target_utc'])}: "
            f"{quantity_text(top['q50'], facts.unit)}, 80 % band {quantity_text(top['q10'], facts.unit)} to "
            f"{quantity_text(top['q90'], facts.unit)}."
        )
    else:
        said.append("There is no forecast.")
    if facts.row["capacity"] is not None:
        said.append(f"The capacity is {quantity_text(facts.row['capacity'], facts.unit)}.")
    return " ".join(said)


def _course(facts: SeriesFacts, history: pl.DataFrame, points: pl.DataFrame, begin: datetime) -> _Course:
    shown = [*history["value"].drop_nulls(), *points["q975"].drop_nulls(), *points["q025"].drop_nulls()]
    capacity = facts.row["capacity"]
    top, bottom = max(shown, default=0.0), min(0.0, *shown) if shown else 0.0
    near = capacity is not None and math.isfinite(capacity) and top >= NEAR_CAPACITY * capacity
    highest = max(top, capacity * 1.04) if near else top
    factor, prefix = prefix_of(max(highest, -bottom))
    unit = "" if facts.unit == UNKNOWN_UNIT else printable(facts.unit, 40)
    past = thinned(history, HISTORY, PIXELS).select(
        _minutes("at_utc", begin), (pl.col("value") / factor).round_sig_figs(4).alias("v")
    )
    ahead = _coarser(points).select(
        _minutes("target_utc", begin), *((pl.col(q) / factor).round_sig_figs(4) for q in QUANTILES)
    )
    room = 0.04 * (highest - bottom) or 1.0
    return _Course(
        past,
        ahead,
        factor,
        f"{prefix}{unit}" or "value",
        bottom / factor,
        (highest + room) / factor,
        capacity / factor if near else None,
    )


def _finite(frame: pl.DataFrame, *columns: str) -> pl.DataFrame:
    return frame.with_columns(pl.when(pl.col(name).is_finite()).then(pl.col(name)) for name in columns)


def _minutes(column: str, begin: datetime) -> pl.Expr:
    return ((pl.col(column) - begin).dt.total_seconds() / 60).round(1).alias("t")


def _coarser(points: pl.DataFrame) -> pl.DataFrame:
    """Take steps together where there are more than can be shown: the bands keep their widest."""
    if points.height <= TARGETS:
        return points
    each = -(-points.height // TARGETS)
    lower, upper = ("q025", "q10", "q25"), ("q75", "q90", "q975")
    return (
        points.sort("target_utc")
        .group_by(pl.int_range(pl.len()) // each, maintain_order=True)
        .agg(pl.col("target_utc").first(), pl.col(lower).min(), pl.col("q50").mean(), pl.col(upper).max())
    )


def _columns(frame: pl.DataFrame) -> dict[str, Any]:
    """Write rows column by column, which takes a third of the bytes; the page's script turns them back."""
    return {"columns": {name: _short(frame[name]) for name in frame.columns}}


def _short(values: pl.Series) -> list[float | int | None]:
    return [int(v) if v is not None and v == int(v) else v for v in values]


def _specification(course: _Course, begin: datetime, alt: str) -> dict[str, Any]:
    first = (begin - _EPOCH) // timedelta(milliseconds=1)
    at = f"{first} + datum.t * 60000"
    x: dict[str, Any] = {
        "field": "at",
        "type": "temporal",
        "title": None,
        "scale": {"type": "utc"},
        "axis": {"format": "%a %d", "tickCount": "day", "labelAlign": "left"},
    }
    y = {
        "type": "quantitative",
        "title": course.unit,
        "axis": {"tickCount": 4},
        "scale": {"domain": [course.low, course.high], "nice": False},
    }
    timed = {"transform": [{"calculate": at, "as": "at"}]}
    told = [
        {"field": "at", "type": "temporal", "format": "%a %d %b %H:%M", "title": "at"},
        *(
            {"field": q, "type": "quantitative", "format": ".3~g", "title": title}
            for q, title in _TITLES.items()
        ),
    ]
    bands = [
        {
            "mark": {"type": "area", "color": BLUE, "opacity": opacity},
            "encoding": {"x": x, "y": y | {"field": lower}, "y2": {"field": upper}},
        }
        for lower, upper, opacity in BANDS
    ]
    median = {
        "mark": {"type": "line", "color": BLUE, "strokeWidth": 2},
        "encoding": {"x": x, "y": y | {"field": "q50"}},
    }
    hover = {"mark": {"type": "rule", "opacity": 0, "strokeWidth": 8}, "encoding": {"x": x, "tooltip": told}}
    past = {
        "data": {"name": "past"},
        **timed,
        "mark": {"type": "line", "color": INK, "strokeWidth": 1},
        "encoding": {"x": x, "y": y | {"field": "v"}},
    }
    layers: list[dict[str, Any]] = [
        past,
        {"data": {"name": "ahead"}, **timed, "layer": [*bands, median, hover]},
    ]
    if course.capacity is not None:
        level = {"data": {"values": [{"c": course.capacity}]}, "encoding": {"y": y | {"field": "c"}}}
        rule = {"mark": {"type": "rule", "color": VERMILION, "strokeDash": [6, 4], "strokeWidth": 1.5}}
        label = {
            "type": "text",
            "text": "capacity",
            "align": "left",
            "baseline": "bottom",
            "dx": 4,
            "color": INK,
        }
        layers += [level | rule, level | {"mark": label | {"x": 0, "dy": -2}}]
    rows = {"past": _columns(course.past), "ahead": _columns(course.ahead)}
    return {"description": alt, "height": HEIGHT, "datasets": rows, "layer": layers}


def _drawing(course: _Course, begin: datetime) -> str:
    end = SPAN / timedelta(minutes=1)
    still = Still((0.0, end), (course.low, course.high), HEIGHT)
    past = thinned(
        course.past.select(
            at_utc=pl.lit(_EPOCH) + pl.duration(seconds=(pl.col("t") * 60).cast(pl.Int64)), value="v"
        ),
        HISTORY,
        STILL_PIXELS,
    )
    t = (past["at_utc"].dt.epoch("s") / 60).to_numpy()
    still.line(t, numbers(past, "value"), "past")
    ahead = {name: numbers(course.ahead, name) for name in course.ahead.columns}
    if course.ahead.height:
        for lower, upper, _ in BANDS:
            still.band(ahead["t"], ahead[lower], ahead[upper], f"band-{lower}")
        still.line(ahead["t"], ahead["q50"], "median")
    if course.capacity is not None:
        still.level(course.capacity, "capacity", "capacity")
    first = (-(begin - _EPOCH) % timedelta(days=1)) / timedelta(minutes=1)
    days = [(first + 1440.0 * day) for day in range(9) if first + 1440 * day <= end]
    labels = [(minute, f"{begin + timedelta(minutes=minute):%a %d}") for minute in days]
    ticks = nice_ticks(course.low, course.high)
    return still.markup(labels[:-1], [(value, f"{value:.3g}") for value in ticks], course.unit)
