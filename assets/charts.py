"""Pictures and tables for the metadata of a materialisation: frames in, PNG bytes or Markdown out.

Pure: nothing is read or written, and the picture depends on the frames alone, not on the machine's time
zone. Which asset shows which picture is decided where the asset is.
"""

from __future__ import annotations

import base64
import re
from datetime import datetime, timedelta
from typing import cast

import polars as pl

from assets.drawing import (
    BLACK,
    SERIES_COLOURS,
    VERMILION,
    WIDTH,
    altair,
    chart_png,
    chart_rows,
    chart_title,
    nothing_to_draw,
)
from assets.png import SIGNATURE
from assets.printable import printable
from assets.thinning import thinned

MAX_PNG_BYTES = 60_000
"""Largest picture put into the event log, in byte: a year of nights must stay small there."""

HISTORY = timedelta(days=7)
MAX_TARGETS = 288
"""Targets drawn at most: more than one to a pixel of their part of the picture."""

# Blue in three strengths, the widest band palest and drawn first.
BANDS = (
    ("95 % band", "q025", "q975", "#D3E6F3"),
    ("80 % band", "q10", "q90", "#92C1E2"),
    ("50 % band", "q25", "q75", "#4A98CC"),
)

PREVIEW_CELL_CHARACTERS = 60


def forecast_chart(history: pl.DataFrame, points: pl.DataFrame, title: str, unit: str) -> bytes:
    """Draw the last week of a series and its forecast: the median and the bands of 50, 80 and 95 %.

    Parameters
    ----------
    history : polars.DataFrame
        ``at_utc`` and ``value`` of one series; a null breaks the line. Only the week before the first
        target (before the last value, if there is no forecast) is drawn.
    points : polars.DataFrame
        ``target_utc`` and the quantiles ``q025`` to ``q975`` of one model's forecast of that series.
    title : str
        Title of the picture.
    unit : str
        Unit of the values, as ``series.catalog`` has it.

    Returns
    -------
    bytes
        A PNG; it says so if there is nothing to draw.
    """
    alt = altair()
    known_until = history["at_utc"].max() if points.is_empty() else points["target_utc"].min()
    end = cast("datetime | None", known_until)
    if end is None:
        return nothing_to_draw(title)
    past = history.filter(pl.col("at_utc").is_between(end - HISTORY, end))
    x = alt.X("at_utc:T", title="UTC", scale=alt.Scale(type="utc"))
    axis = alt.Axis(format="~s", title=_value_title(unit))
    measured = alt.Chart(chart_rows(thinned(past, HISTORY, WIDTH), "at_utc", "value")).mark_line(
        strokeWidth=1
    )
    layers = [measured.encode(x=x, y=alt.Y("value:Q", axis=axis), color=alt.datum("measured"))]
    targets = points.sort("target_utc").gather_every(-(-points.height // MAX_TARGETS) or 1)
    ahead = chart_rows(targets.rename({"target_utc": "at_utc"}), "at_utc", *_band_columns(), "q50")
    for name, lower, upper, _ in BANDS:
        band = alt.Chart(ahead).mark_area(opacity=1)
        layers.append(band.encode(x=x, y=alt.Y(f"{lower}:Q"), y2=f"{upper}:Q", color=alt.datum(name)))
    median = alt.Chart(ahead).mark_line(strokeWidth=1.5)
    layers.append(median.encode(x=x, y="q50:Q", color=alt.datum("median")))
    colours = {"measured": BLACK, "median": VERMILION, **{name: colour for name, *_, colour in BANDS}}
    scale = alt.Scale(domain=list(colours), range=list(colours.values()))
    legend = alt.Legend(title=None, orient="bottom", symbolType="square", symbolOpacity=1)
    chart = alt.layer(*layers).encode(color=alt.Color(scale=scale, legend=legend))
    return chart_png(chart.properties(width=WIDTH, height=260, title=chart_title(title)))


def peaks_chart(peaks: pl.DataFrame, title: str) -> bytes:
    """Draw how many minutes each day came later than the others, with its 95 % interval.

    Parameters
    ----------
    peaks : polars.DataFrame
        ``series_id``, ``local_date``, ``phase_minutes``, ``phase_lower_95`` and ``phase_upper_95``, of one
        series or a few.
    title : str
        Title of the picture.

    Returns
    -------
    bytes
        A PNG; it says so if no day has a phase.
    """
    alt = altair()
    shown = peaks.filter(pl.col("phase_minutes").is_not_null() & pl.col("phase_minutes").is_not_nan())
    if shown.is_empty():
        return nothing_to_draw(title)
    days = shown.sort("series_id", "local_date").with_columns(pl.col("local_date").cast(pl.Datetime("us")))
    rows = chart_rows(days, "series_id", "local_date", "phase_minutes", "phase_lower_95", "phase_upper_95")
    colour = alt.Color("series_id:N", title=None, scale=alt.Scale(range=list(SERIES_COLOURS)))
    base = alt.Chart(rows).encode(
        x=alt.X("local_date:T", title="local day", scale=alt.Scale(type="utc")),
        color=colour.legend(orient="bottom") if days["series_id"].n_unique() > 1 else colour.legend(None),
    )
    minutes = "minutes later than the other days"
    interval = base.mark_rule(opacity=0.5).encode(
        y=alt.Y("phase_lower_95:Q", title=minutes), y2="phase_upper_95:Q"
    )
    course = base.mark_line(strokeWidth=1, point=alt.OverlayMarkDef(size=25)).encode(y="phase_minutes:Q")
    zero = alt.Chart().mark_rule(strokeDash=[4, 4]).encode(y=alt.datum(0))
    chart = alt.layer(zero, interval, course, data=rows)
    return chart_png(chart.properties(width=WIDTH, height=220, title=chart_title(title)))


def png_markdown(png: bytes, alt: str) -> str:
    """Put a picture into Markdown as a data URI, which Dagster's UI shows.

    Parameters
    ----------
    png : bytes
        A PNG. One of more than 60,000 bytes is left out, and the text says so.
    alt : str
        What the picture shows, for those who cannot see it.

    Returns
    -------
    str
        A Markdown image, or a sentence in its place.

    Raises
    ------
    ValueError
        If the bytes are no PNG.
    """
    if not png.startswith(SIGNATURE):
        raise ValueError(f"png_markdown needs a PNG, got bytes that begin with {png[:8]!r}")
    if len(png) > MAX_PNG_BYTES:
        return f"{_cell(alt)} (picture of {len(png):,} bytes left out: at most {MAX_PNG_BYTES:,} are kept)"
    return f"![{_cell(alt)}](data:image/png;base64,{base64.b64encode(png).decode('ascii')})"


def preview_markdown(frame: pl.DataFrame, n: int = 8) -> str:
    """Write the first rows of a frame as a Markdown table.

    Parameters
    ----------
    frame : polars.DataFrame
        Any frame; its text may hold anything, and shows as text: control characters, pipes and markup are
        escaped.
    n : int
        Rows shown at most.

    Returns
    -------
    str
        The table, and below it how many rows follow.
    """
    if not frame.columns:
        return "no columns"
    header = [_cell(name) for name in frame.columns]
    lines = [
        header,
        ["---"] * len(header),
        *([_cell(value) for value in row] for row in frame.head(n).rows()),
    ]
    table = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
    if frame.is_empty():
        return f"{table}\n\nno rows"
    rest = frame.height - n
    return f"{table}\n\n… and {rest:,} more rows" if rest > 0 else table


def _cell(value: object) -> str:
    """One value as Markdown text: what a log line says must not become markup, or an image to fetch."""
    if value is None:
        return "null"
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    text = printable(text, PREVIEW_CELL_CHARACTERS)
    return re.sub(r"([\\`*\[\]|!~$])", r"\\\1", text).replace("&", "&amp;").replace("<", "&lt;")


def _band_columns() -> list[str]:
    return [column for _, lower, upper, _ in BANDS for column in (lower, upper)]


def _value_title(unit: str) -> str:
    return "value (unit unknown)" if unit == "unknown" else printable(unit)
