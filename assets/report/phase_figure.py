"""Figure: how many minutes each day of a series came later than the others, unusual days marked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import polars as pl

from assets.page.charts import BLUE, INK, VERMILION, script_json
from assets.printable import printable
from assets.report.blocks import Figure
from assets.report.series_facts import SeriesFacts
from assets.report.still import Still, nice_ticks, numbers
from assets.report.words import short_day

HEIGHT: Final = 170
_TITLES: Final = {"m": "minutes later", "lo": "from", "hi": "to"}
_COLUMNS: Final = {"m": "phase_minutes", "lo": "phase_lower_95", "hi": "phase_upper_95"}


def phase_figure(facts: SeriesFacts, days: pl.DataFrame) -> Figure | None:
    """Draw the phases of the days of a series.

    Parameters
    ----------
    facts : SeriesFacts
        The series.
    days : polars.DataFrame
        Its rows of ``diagnostics.daily_peaks``.

    Returns
    -------
    Figure or None
        None where no day has a phase.
    """
    known = days.filter(pl.col("phase_minutes").is_finite()).sort("local_date")
    if known.is_empty():
        return None
    shown = known.select(
        pl.col("local_date"),
        pl.col("is_unusual").fill_null(value=False).alias("odd"),
        *(
            pl.when(pl.col(c).is_finite()).then(pl.col(c).round(1)).alias(name)
            for name, c in _COLUMNS.items()
        ),
    )
    note = _text(shown)
    alt = f"{printable(facts.name, 200)}. {note}"
    title = "Phase of each day: minutes later than the others, with 95 % intervals"
    return Figure(
        f"{facts.key}-days", title, alt, note, script_json(_specification(shown, alt)), _drawing(shown)
    )


def _text(shown: pl.DataFrame) -> str:
    latest = shown.row(int(shown["m"].arg_max() or 0), named=True)
    earliest = shown.row(int(shown["m"].arg_min() or 0), named=True)
    odd = [short_day(day) for day in shown.filter("odd")["local_date"]]
    marked = f"unusual: {', '.join(odd)}" if odd else "none unusual"
    return (
        f"Phases of {shown.height} days, from {earliest['m']:+.0f} minutes "
        f"({short_day(earliest['local_date'])}) to {latest['m']:+.0f} "
        f"({short_day(latest['local_date'])}); {marked}."
    )


def _span(shown: pl.DataFrame) -> tuple[float, float]:
    # An interval of a day without a course may span the day: the others must stay readable.
    reach = 1.2 * max(float(shown["m"].abs().max() or 0.0), 10.0)  # type: ignore[arg-type]
    return -reach, reach


def _specification(shown: pl.DataFrame, alt: str) -> dict[str, Any]:
    low, high = _span(shown)
    rows = shown.with_columns(pl.col("local_date").cast(pl.String).alias("d")).drop("local_date")
    x = {
        "field": "d",
        "type": "temporal",
        "scale": {"type": "utc"},
        "title": None,
        "axis": {"format": "%d %b", "tickCount": 6, "grid": False},
    }
    y = {
        "type": "quantitative",
        "title": "minutes later",
        "axis": {"tickCount": 4},
        "scale": {"domain": [low, high]},
    }
    told = [
        {"field": "d", "type": "temporal", "format": "%a %d %b", "title": "day"},
        *({"field": f, "type": "quantitative", "title": t} for f, t in _TITLES.items()),
    ]
    return {
        "description": alt,
        "height": HEIGHT,
        "data": {"values": rows.to_dicts(), "format": {"parse": {"d": "utc:'%Y-%m-%d'"}}},
        "layer": [
            {
                "mark": {"type": "rule", "color": INK, "opacity": 0.5},
                "data": {"values": [{"zero": 0}]},
                "encoding": {"y": y | {"field": "zero"}},
            },
            {
                "mark": {"type": "rule", "color": BLUE, "clip": True},
                "encoding": {"x": x, "y": y | {"field": "lo"}, "y2": {"field": "hi"}},
            },
            {
                "mark": {"type": "point", "filled": True, "opacity": 1, "size": 60},
                "encoding": {
                    "x": x,
                    "y": y | {"field": "m"},
                    "tooltip": told,
                    "shape": {"condition": {"test": "datum.odd", "value": "diamond"}, "value": "circle"},
                    "color": {"condition": {"test": "datum.odd", "value": VERMILION}, "value": BLUE},
                },
            },
        ],
    }


def _drawing(shown: pl.DataFrame) -> str:
    first, last = shown["local_date"][0], shown["local_date"][-1]
    n_days = (last - first).days
    still = Still((-0.5, n_days + 0.5), _span(shown), HEIGHT)
    day = (shown["local_date"] - first).dt.total_days().cast(pl.Float64).to_numpy()
    value, low, high = (numbers(shown, name) for name in ("m", "lo", "hi"))
    odd = shown["odd"].to_numpy()
    still.level(0.0, "zero")
    still.rules(day, low, high, "interval")
    still.points(day[~odd], value[~odd], "usual")
    still.points(day[odd], value[odd], "odd", is_diamond=True)
    each = max(-(-n_days // 6), 1)
    x_ticks = [(float(n), f"{first + timedelta(n):%d %b}") for n in range(0, n_days + 1, each)]
    return still.markup(
        x_ticks, [(v, f"{v:+.3g}" if v else "0") for v in nice_ticks(*_span(shown))], "minutes later"
    )
