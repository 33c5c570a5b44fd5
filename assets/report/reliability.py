"""Section: whether the probabilities of congestion can be believed, drawn beside what happened."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import polars as pl

from assets.page.charts import BLUE, INK, script_json
from assets.report.blocks import Cell, Figure, Section, table_of
from assets.report.night_frames import NightFrames
from assets.report.still import Still, numbers
from assets.report.words import percent_text

HEIGHT: Final = 240
_WINDOWS: Final = ("night", "hour", "slot")
_TITLE: Final = "Reliability of the probabilities"
# The numbers stand in the table below; here they would hide what the marks are.
_KEY: Final = (
    "Dots: how often it happened. Bars: where that lies for 95 % of right probabilities. Dashed: as forecast."
)


def reliability_section(night: NightFrames) -> Section:
    """Lay what was forecast of earlier nights beside how often it happened.

    Parameters
    ----------
    night : NightFrames
        Its rows of ``planning.reliability``.
    """
    known = night["reliability"].filter(
        (pl.col("n_forecasts") > 0)
        & pl.col("mean_probability").is_finite()
        & pl.col("share_happened").is_finite()
    )
    if known.is_empty():
        return Section(
            "reliability",
            _TITLE,
            "No earlier night could be replayed for a link with a capacity, so they cannot be judged.",
        )
    parts = [(window, known.filter(pl.col("window") == window)) for window in _WINDOWS]
    parts = [(window, rows) for window, rows in parts if rows.height]
    lead = (
        "Of all times at which an excess was called about this likely, the share at which it happened. Right "
        "probabilities lie within their bands 95 % of the time. "
        + " ".join(_summary(*part) for part in parts)
    )
    figures = tuple(_figure(window, rows) for window, rows in parts)
    return Section("reliability", _TITLE, lead, tables=(_table(known),), figures=figures)


def _within(rows: pl.DataFrame) -> int:
    return rows.filter(
        pl.col("share_happened").is_between(pl.col("lower_95") - 1e-9, pl.col("upper_95") + 1e-9)
    ).height


def _summary(window: str, rows: pl.DataFrame) -> str:
    return f"By the {window}, {_within(rows)} of {rows.height} bins do."


def _table(known: pl.DataFrame) -> Any:
    rows = [
        (
            Cell(f"{row['window']}, {percent_text(row['bin_left'])} to {percent_text(row['bin_right'])}"),
            Cell(f"{row['n_forecasts']:,}"),
            Cell(percent_text(row["mean_probability"], 1)),
            Cell(percent_text(row["share_happened"], 1)),
            Cell(f"{percent_text(row['lower_95'])} to {percent_text(row['upper_95'])}"),
        )
        for row in known.to_dicts()
    ]
    columns = ("probability", "#forecasts", "#mean of them", "#happened", "#95 % band")
    return table_of("Forecast beside happened", columns, rows, "planning.reliability", is_folded=True)


def _figure(window: str, rows: pl.DataFrame) -> Figure:
    pairs = "; ".join(
        f"forecast {percent_text(p)}, happened {percent_text(h)}"
        for p, h in rows.select("mean_probability", "share_happened").iter_rows()
    )
    alt = f"Probabilities for the {window}: {pairs}. {_summary(window, rows)}"
    specification = script_json(_specification(rows, alt))
    return Figure(f"reliability-{window}", f"By the {window}", alt, _KEY, specification, _drawing(rows))


def _specification(rows: pl.DataFrame, alt: str) -> dict[str, Any]:
    names = {
        "mean_probability": "p",
        "share_happened": "h",
        "lower_95": "lo",
        "upper_95": "hi",
        "n_forecasts": "n",
    }
    scale = {"domain": [0, 1]}
    axis = {"format": ".0%", "tickCount": 5}
    x = {"field": "p", "type": "quantitative", "title": "probability forecast", "scale": scale, "axis": axis}
    y = {"type": "quantitative", "title": "share that happened", "scale": scale, "axis": axis}
    told = [
        {"field": f, "type": "quantitative", "format": form, "title": t}
        for f, form, t in (("p", ".1%", "forecast"), ("h", ".1%", "happened"), ("n", ",", "forecasts"))
    ]
    values = rows.select(pl.col(name).alias(short) for name, short in names.items()).to_dicts()
    return {
        "description": alt,
        "height": HEIGHT,
        "data": {"values": values},
        "layer": [
            {
                "data": {"values": [{"p": 0, "h": 0}, {"p": 1, "h": 1}]},
                "mark": {"type": "line", "color": INK, "strokeDash": [4, 4], "opacity": 0.6},
                "encoding": {"x": x, "y": y | {"field": "h"}},
            },
            {
                "mark": {"type": "rule", "color": BLUE, "strokeWidth": 5, "opacity": 0.35},
                "encoding": {"x": x, "y": y | {"field": "lo"}, "y2": {"field": "hi"}},
            },
            {
                "mark": {"type": "point", "filled": True, "opacity": 1, "size": 70, "color": BLUE},
                "encoding": {"x": x, "y": y | {"field": "h"}, "tooltip": told},
            },
        ],
    }


def _drawing(rows: pl.DataFrame) -> str:
    still = Still((0.0, 1.0), (0.0, 1.0), HEIGHT)
    p, h, low, high = (
        numbers(rows, name) for name in ("mean_probability", "share_happened", "lower_95", "upper_95")
    )
    still.line(np.array([0.0, 1.0]), np.array([0.0, 1.0]), "zero")
    still.rules(p, low, high, "spread")
    still.points(p, h, "usual")
    ticks = [(n / 5, f"{20 * n} %") for n in range(6)]
    return still.markup(ticks, ticks, "happened")
