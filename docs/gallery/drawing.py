"""Marks and panels: the few kinds of drawing that all pictures are made of.

How a mark looks, and the colours, belong here; what is drawn belongs to the chapters. The background is white
and opaque, so that a picture reads the same on a dark page.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import altair as alt
import numpy as np
import vl_convert

from assets.drawing import BLACK, BLUE, GREEN, ORANGE, PURPLE, SKY, VERMILION
from assets.png import shrink_png

SAMPLE: Final = "sample"
THEORY: Final = "theory"
BAND: Final = "95 % band"
_OWN_COLOUR: Final = {SAMPLE: BLUE, THEORY: VERMILION, BAND: ORANGE}
_OTHERS: Final = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, BLACK)

WIDTH: Final = 290
"""Of a panel; two stand beside one another."""

SCALE: Final = 1.5
SHADES: Final = 40
MAX_LABELS: Final = 30
DASHES: Final = [5, 3]


@dataclass(frozen=True)
class Mark:
    """One layer of a panel, and the name that the legend gives it."""

    name: str
    layer: Callable[[], Any]
    is_named: bool = False


def line(x: Any, y: Any, name: str, *, is_dashed: bool = False) -> Mark:
    """Join points by a line; theory is dashed, so that a sample shows beneath it."""
    dash = DASHES if is_dashed or name == THEORY else [1, 0]
    return _mark(name, lambda: _chart(x=x, y=y).mark_line(strokeWidth=1.6, strokeDash=dash, clip=True), x)


def steps(x: Any, y: Any, name: str) -> Mark:
    """Join points by a staircase."""
    return _mark(name, lambda: _chart(x=x, y=y).mark_line(strokeWidth=1.6, interpolate="step-after"), x)


def dots(x: Any, y: Any, name: str, size: int = 22, *, is_hollow: bool = False) -> Mark:
    """Draw points."""
    kind = {"shape": "diamond"} if is_hollow else {}
    mark = {"filled": not is_hollow, "size": size, "opacity": 0.9, "clip": True, **kind}
    return _mark(name, lambda: _chart(x=x, y=y).mark_point(**mark), x)


def stems(x: Any, y: Any, name: str) -> Mark:
    """Draw a vertical line from zero to each point."""
    return _mark(name, lambda: _chart(x=x, y=y).mark_rule(strokeWidth=2.2).encode(y2=alt.datum(0)), x)


def bars(x: Any, y: Any, name: str) -> Mark:
    """Draw a bar from zero to each point."""
    return _mark(name, lambda: _chart(x=x, y=y).mark_bar(opacity=0.75).encode(y2=alt.datum(0)), x)


def bins(left: Any, right: Any, y: Any, name: str) -> Mark:
    """Draw the bars of a histogram."""

    def layer() -> Any:
        chart = _chart(x=left, x2=right, y=y).mark_bar(opacity=0.45, binSpacing=0)
        return chart.encode(x2="x2:Q", y2=alt.datum(0))

    return _mark(name, layer, left)


def band(x: Any, low: Any, high: Any, name: str = BAND) -> Mark:
    """Shade what lies between two curves."""
    return _mark(name, lambda: _chart(x=x, y=low, y2=high).mark_area(opacity=0.3).encode(y2="y2:Q"), x)


def spans(x: Any, low: Any, high: Any, name: str) -> Mark:
    """Draw an interval at each point."""
    return _mark(name, lambda: _chart(x=x, y=low, y2=high).mark_rule(strokeWidth=1.4).encode(y2="y2:Q"), x)


def level(y: float, name: str) -> Mark:
    """Draw a dashed line across the panel."""
    return Mark(
        name,
        lambda: _chart(y=[y]).mark_rule(strokeDash=DASHES, strokeWidth=1.4).encode(**_named(name)),
    )


def panel(
    *marks: Mark,
    x: str,
    y: str,
    title: str = "",
    width: int = WIDTH,
    height: int = 170,
    x_scale: dict[str, Any] | None = None,
    y_scale: dict[str, Any] | None = None,
    has_whole_x: bool = False,
) -> Any:
    """Lay marks over one another, with one legend below.

    Parameters
    ----------
    *marks : Mark
        From the lowest to the uppermost.
    x, y : str
        Titles of the axes, with the unit.
    title : str
        Above the panel.
    width, height : int
        In pixels, axes apart.
    x_scale, y_scale : dict, optional
        Further arguments of ``altair.Scale``.
    has_whole_x : bool
        Whether x has no value between two whole numbers, and so no tick.

    Returns
    -------
    altair.LayerChart
        Alone or for ``beside``.
    """
    is_named = any(mark.is_named for mark in marks)
    names = list(dict.fromkeys(mark.name for mark in marks))
    legend = alt.Legend(title=None, orient="bottom", symbolType="square", symbolOpacity=1, columns=4)
    scale = alt.Scale(domain=names, range=_colours(names))
    layered = alt.layer(*(mark.layer() for mark in marks)).encode(
        x=alt.X(
            title=x,
            axis=alt.Axis(tickMinStep=1) if has_whole_x else alt.Undefined,
            scale=alt.Undefined if is_named else _scale({"nice": False} | (x_scale or {})),
        ),
        y=alt.Y(title=y, scale=_scale(y_scale)),
        color=alt.Color(scale=scale, legend=legend),
    )
    return layered.properties(width=width, height=height, title=title)


def heat(
    x: Sequence[Any] | Any,
    y: Sequence[Any] | Any,
    z: Any,
    *,
    titles: tuple[str, str, str],
    title: str = "",
    **how: Any,
) -> Any:
    """Draw a matrix as coloured cells.

    Parameters
    ----------
    x, y : sequence
        Labels of the columns and of the rows, the first row lowest.
    z : ndarray of shape (rows, columns)
        Values; NaN stays white.
    titles : tuple of str
        Of x, y and z.
    title : str
        Above the panel.
    **how
        ``width``, ``height``, ``domain`` of the colours, and what cells show: their numbers in a format
        (``text``) or ``labels`` of their own in place of a scale of colours.

    Returns
    -------
    altair.LayerChart
        Alone or for ``beside``.
    """
    cells = np.asarray(z, dtype=np.float64)
    columns, rows = np.meshgrid(np.arange(cells.shape[1]), np.arange(cells.shape[0]))
    low, high = how.get("domain", (float(np.nanmin(cells)), float(np.nanmax(cells))))
    if "text" not in how:
        # Few colours, which the palette of the PNG can hold.
        cells = low + (high - low) * np.round(SHADES * (cells - low) / (high - low)) / SHADES
    labels = how.get("labels") or [[""] * cells.shape[1]] * cells.shape[0]
    chart = _chart(
        x=[x[i] for i in columns.ravel().tolist()],
        y=[y[i] for i in rows.ravel().tolist()],
        z=cells.ravel(),
        label=[labels[i][j] or "none" for i, j in zip(rows.ravel(), columns.ravel(), strict=True)],
    ).transform_filter("isValid(datum.z)")
    # Of many numbers the whole ones say where one is.
    ticks = [None if len(at) <= MAX_LABELS else [v for v in at if float(v).is_integer()] for at in (x, y)]
    axes = [
        alt.Axis(labelOverlap=True, labelAngle=0, ticks=False, values=alt.Undefined if at is None else at)
        for at in ticks
    ]
    horizontal = alt.X("x:O", title=titles[0], sort=list(x), axis=axes[0])
    vertical = alt.Y("y:O", title=titles[1], sort=list(reversed(list(y))), axis=axes[1])
    scale = alt.Scale(scheme="viridis", domain=[low, high], clamp=True)
    legend = None if "labels" in how else alt.Legend(title=titles[2], gradientLength=120)
    colour = alt.Color("z:Q", scale=scale, legend=legend)
    # Small cells have a seam of their own colour: between two of them the white would shine through.
    seam = {} if "text" in how or "labels" in how else {"stroke": alt.Stroke("z:Q", scale=scale, legend=None)}
    drawn = chart.mark_rect(strokeWidth=0.7).encode(horizontal, vertical, colour, **seam)
    if "text" in how or "labels" in how:
        ink = alt.condition(alt.datum.z > (low + high) / 2.0, alt.value("black"), alt.value("white"))
        shown = alt.Text("label:N") if "labels" in how else alt.Text("z:Q", format=how["text"])
        text = chart.mark_text(fontSize=11).encode(horizontal, vertical, shown, color=ink)
        drawn = alt.layer(drawn, text)
    return drawn.properties(width=how.get("width", 240), height=how.get("height", 170), title=title)


def beside(*panels: Any) -> Any:
    """Put panels beside one another, each with its own legend."""
    return alt.hconcat(*panels, spacing=30).resolve_scale(color="independent")


def above(*rows: Any) -> Any:
    """Put rows of panels above one another."""
    return alt.vconcat(*rows, spacing=20).resolve_scale(color="independent")


def specification(chart: Any) -> dict[str, Any]:
    """Vega-Lite specification of a chart, checked against the schema.

    Parameters
    ----------
    chart : altair chart
        As from ``panel``, ``heat`` or ``beside``.

    Returns
    -------
    dict
        With data inline.
    """
    styled = (
        chart.configure(background="white", padding=10, font="sans-serif")
        .configure_axis(labelFontSize=10, titleFontSize=11, titleFontWeight="normal", gridOpacity=0.5)
        .configure_title(fontSize=12, anchor="start", fontWeight="bold")
        .configure_legend(labelFontSize=11, titleFontSize=11, labelLimit=300)
    )
    with warnings.catch_warnings(), alt.data_transformers.enable("default", max_rows=None):
        warnings.simplefilter("error")
        return dict(styled.to_dict())


def png(chart: Any) -> bytes:
    """Render a chart.

    Parameters
    ----------
    chart : altair chart
        As for ``specification``.

    Returns
    -------
    bytes
        Of a PNG with a palette.
    """
    return shrink_png(vl_convert.vegalite_to_png(specification(chart), scale=SCALE, allowed_base_urls=[]))


def _mark(name: str, chart: Callable[[], Any], x: Any) -> Mark:
    is_named = len(x) > 0 and isinstance(next(iter(x)), str)
    horizontal = alt.X("x:N", sort=None, axis=alt.Axis(labelAngle=0)) if is_named else alt.X("x:Q")
    return Mark(name, lambda: chart().encode(x=horizontal, **_named(name)), is_named)


def _named(name: str) -> dict[str, Any]:
    return {"color": alt.datum(name)}


def _chart(**columns: Any) -> Any:
    """Chart of columns of data, the one called y on its axis."""
    names = list(columns)
    rows = zip(*(_plain(column) for column in columns.values()), strict=True)
    chart = alt.Chart(alt.InlineData(values=[dict(zip(names, row, strict=True)) for row in rows]))
    return chart.encode(y=alt.Y("y:N", sort=None) if isinstance(next(iter(columns["y"])), str) else "y:Q")


def _plain(column: Any) -> list[Any]:
    """Numbers of five digits, which is more than a pixel tells; None where there is none."""
    return [
        value if isinstance(value, str) else (float(f"{value:.5g}") if np.isfinite(value) else None)
        for value in column
    ]


def _colours(names: list[str]) -> list[str]:
    taken = {_OWN_COLOUR[name] for name in names if name in _OWN_COLOUR}
    left = iter([colour for colour in _OTHERS if colour not in taken])
    return [_OWN_COLOUR.get(name) or next(left) for name in names]


def _scale(arguments: dict[str, Any] | None) -> Any:
    return alt.Scale(**({"zero": False, "padding": 6} | (arguments or {})))
