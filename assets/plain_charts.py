"""Pictures that say one thing of a table: bars of counts, dots with intervals, lines, spans of time.

Frames with fixed columns in, PNG bytes out, as in ``charts``. Which table shows which picture is in
``table_pictures``.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from assets.drawing import (
    BLUE,
    SERIES_COLOURS,
    VERMILION,
    WIDTH,
    altair,
    chart_png,
    chart_rows,
    chart_title,
    nothing_to_draw,
)
from assets.printable import printable

MAX_NAMES = 16
"""Names down the side of a picture at most; the rest is told in a sentence."""

_ROW_PIXELS = 16
_LARGE = 10_000
_LABEL_PIXELS = 260
_NAME_CHARACTERS = 60


def bars_chart(counts: pl.DataFrame, title: str, said: str, amount: str) -> bytes:
    """Draw how much of what each name has, as bars in parts, the longest bar first.

    Parameters
    ----------
    counts : polars.DataFrame
        ``name``, ``part`` and ``n``, 0 or more.
    title : str
        Title of the picture.
    said : str
        What is seen, in a line below it.
    amount : str
        What ``n`` counts.

    Returns
    -------
    bytes
        A PNG; it says so if there is nothing to draw.
    """
    counts = _as_text(counts)
    order = counts.group_by("name").agg(pl.col("n").sum()).sort(["n", "name"], descending=[True, False])
    if order.is_empty():
        return nothing_to_draw(title)
    alt = altair()
    shown, names, said = _first_names(counts, order["name"].to_list(), said)
    chart = alt.Chart(chart_rows(shown, "name", "part", "n")).mark_bar(height=_ROW_PIXELS - 5)
    chart = chart.encode(
        x=alt.X("sum(n):Q", title=amount, axis=_axis(order["n"])),
        y=_names_axis(names),
        color=_parts(shown),
    )
    return _finished(chart, title, said, _ROW_PIXELS * len(names))


def dots_chart(rows: pl.DataFrame, title: str, said: str, amount: str, *, is_log: bool = False) -> bytes:
    """Draw a figure of each name as a dot, with its interval where there is one.

    Parameters
    ----------
    rows : polars.DataFrame
        ``name``, ``part``, ``x``, and ``lower`` and ``upper`` if figures have intervals; names in order.
    title, said : str
        Title of the picture, and what is seen, in a line below it.
    amount : str
        What ``x`` is.
    is_log : bool
        Whether the axis is logarithmic; figures of zero or less are then left out.

    Returns
    -------
    bytes
        A PNG; it says so if there is nothing to draw.
    """
    rows = _as_text(rows)
    finite = rows.filter(pl.col("x").cast(pl.Float64).is_finite() & ((pl.col("x") > 0) | (not is_log)))
    if finite.is_empty():
        return nothing_to_draw(title)
    alt = altair()
    shown, names, said = _first_names(finite, finite["name"].unique(maintain_order=True).to_list(), said)
    interval = [column for column in ("lower", "upper") if column in shown.columns]
    scale = alt.Scale(type="log") if is_log else alt.Scale(zero=False)
    x = alt.X("x:Q", title=amount, scale=scale, axis=_axis(shown["x"]))
    rows_ = chart_rows(shown, "name", "part", "x", *interval)
    base = alt.Chart(rows_).encode(y=_names_axis(names), color=_parts(shown))
    chart = base.mark_point(filled=True, size=45, opacity=0.9).encode(x=x)
    if interval:
        rule = base.mark_rule(strokeWidth=1.5, opacity=0.6)
        chart = alt.layer(rule.encode(x=alt.X("lower:Q", title=amount, scale=scale), x2="upper:Q"), chart)
    return _finished(chart, title, said, _ROW_PIXELS * len(names))


def lines_chart(rows: pl.DataFrame, title: str, said: str, x: str, y: str) -> bytes:
    """Draw a line for each part over time, or over a number.

    Parameters
    ----------
    rows : polars.DataFrame
        ``part``, ``x`` (a time in UTC or a number) and ``y``; a null breaks the line.
    title, said : str
        Title of the picture, and what is seen, in a line below it.
    x, y : str
        What the axes say.

    Returns
    -------
    bytes
        A PNG; it says so if there is nothing to draw.
    """
    if rows["y"].drop_nulls().is_empty():
        return nothing_to_draw(title)
    alt = altair()
    rows = _as_text(rows)
    parts = rows["part"].unique().sort().to_list()
    is_few = len(parts) <= len(SERIES_COLOURS)
    across = (
        alt.X("x:T", title=x, scale=alt.Scale(type="utc"))
        if rows["x"].dtype.is_temporal()
        else alt.X("x:Q", title=x, scale=alt.Scale(nice=False))
    )
    base = alt.Chart(chart_rows(rows.sort("part", "x"), "part", "x", "y")).encode(
        x=across, y=alt.Y("y:Q", title=y, axis=_axis(rows["y"]))
    )
    if is_few:
        chart = base.mark_line(strokeWidth=1.5).encode(color=_parts(rows))
    else:
        # Too many to tell apart: all alike, and the last one before them.
        last = alt.datum.part == parts[-1]
        crowd = base.mark_line(strokeWidth=0.7, opacity=0.45, color=BLUE).encode(detail="part:N")
        chart = crowd + base.transform_filter(last).mark_line(strokeWidth=2, color=VERMILION)
    return _finished(chart, title, said, 200)


def spans_chart(spans: pl.DataFrame, title: str, said: str) -> bytes:
    """Draw from when to when each name reaches.

    Parameters
    ----------
    spans : polars.DataFrame
        ``name``, ``part``, ``first_utc`` and ``last_utc``; names in order.
    title, said : str
        Title of the picture, and what is seen, in a line below it.

    Returns
    -------
    bytes
        A PNG; it says so if there is nothing to draw.
    """
    known = _as_text(spans).drop_nulls(["first_utc", "last_utc"])
    if known.is_empty():
        return nothing_to_draw(title)
    alt = altair()
    shown, names, said = _first_names(known, known["name"].to_list(), said)
    chart = alt.Chart(chart_rows(shown, "name", "part", "first_utc", "last_utc")).mark_bar(
        height=_ROW_PIXELS - 7
    )
    chart = chart.encode(
        x=alt.X("first_utc:T", title="UTC", scale=alt.Scale(type="utc")),
        x2="last_utc:T",
        y=_names_axis(names),
        color=_parts(shown),
    )
    return _finished(chart, title, said, _ROW_PIXELS * len(names))


def _first_names(rows: pl.DataFrame, names: list[str], said: str) -> tuple[pl.DataFrame, list[str], str]:
    kept = names[:MAX_NAMES]
    rest = len(names) - len(kept)
    shown = rows.filter(pl.col("name").is_in(kept))
    return shown, kept, f"{said}; {rest:,} more are not drawn" if rest else said


def _as_text(rows: pl.DataFrame) -> pl.DataFrame:
    """Make names that a file chose into text that a picture can hold."""
    words = pl.col(column for column in ("name", "part") if column in rows.columns)
    return rows.with_columns(
        words.map_elements(lambda text: printable(text, _NAME_CHARACTERS), pl.String, skip_nulls=True)
    )


def _names_axis(names: list[str]) -> Any:
    alt = altair()
    return alt.Y("name:N", title=None, sort=names, axis=alt.Axis(labelLimit=_LABEL_PIXELS))


def _axis(values: pl.Series) -> Any:
    """Write figures as people do: whole ones where all are whole, prefixes only where they are large."""
    largest = values.cast(pl.Float64).abs().max()
    large = isinstance(largest, float) and largest >= _LARGE
    whole = {"tickMinStep": 1} if values.dtype.is_integer() else {}
    return altair().Axis(format="~s" if large else "~g", **whole)


def _parts(rows: pl.DataFrame) -> Any:
    """Colour by part, with a legend where there are two or more."""
    alt = altair()
    parts = rows["part"].unique().sort().to_list()
    colours = [SERIES_COLOURS[n % len(SERIES_COLOURS)] for n in range(len(parts))]
    legend = alt.Legend(title=None, orient="bottom", columns=4, labelLimit=_LABEL_PIXELS)
    return alt.Color(
        "part:N",
        scale=alt.Scale(domain=parts, range=colours),
        legend=legend if len(parts) > 1 else None,
    )


def _finished(chart: Any, title: str, said: str, height: int) -> bytes:
    return chart_png(chart.properties(width=WIDTH, height=height, title=chart_title(title, said)))
