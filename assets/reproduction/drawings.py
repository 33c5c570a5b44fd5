"""One drawing for each kind of picture: frames in, altair charts out.

What a picture shows and says is settled in ``traffic.reproduction``; colours and embedding are in
``assets.page.charts``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import altair as alt
import numpy as np
import polars as pl

from assets.page.charts import BLUE, COLOURS, GREEN, INK, ORANGE, STATIC_WIDTH, VERMILION
from traffic.reproduction.section import Picture

HEIGHT: Final = 240
SIGNIFICANT_DIGITS: Final = 6
"""More of them than a screen can show only make the page longer."""


def draw(picture: Picture) -> Any:
    """Draw a picture.

    Parameters
    ----------
    picture : Picture
        Of one of the kinds.

    Returns
    -------
    altair chart
        Without a width.
    """
    return _DRAWINGS[picture.kind](picture).properties(height=HEIGHT)


def _course(picture: Picture) -> Any:
    frame = pl.concat(thinned(part) for part in picture.frame.partition_by("course", maintain_order=True))
    names = picture.frame["course"].unique(maintain_order=True).to_list()
    is_time = frame["at"].dtype.is_temporal()
    x = _days(picture.x) if is_time else alt.X("at:Q", title=picture.x, scale=alt.Scale(nice=False))
    colour = alt.Color("course:N", title=None, sort=names, scale=alt.Scale(domain=names, range=list(COLOURS)))
    return (
        alt.Chart(rows(frame))
        .mark_line(strokeWidth=1.2)
        .encode(
            x=x,
            y=alt.Y("value:Q", title=picture.y, axis=alt.Axis(format="~s")),
            color=colour if len(names) > 1 else alt.value(BLUE),
        )
    )


def _correlogram(picture: Picture) -> Any:
    frame = picture.frame.with_columns(below=-pl.col("band"))
    has_theory = bool(frame["theory"].is_not_null().any())
    shown = {"sample": BLUE, "95 % band": ORANGE} | ({"theory": VERMILION} if has_theory else {})
    colour = alt.Color(title=None, scale=alt.Scale(domain=list(shown), range=list(shown.values())))
    base = alt.Chart(rows(frame)).encode(x=alt.X("lag:Q", title=picture.x))
    band = base.mark_area(opacity=0.25).encode(
        y=alt.Y("below:Q", title=picture.y), y2="band:Q", color=alt.datum("95 % band")
    )
    stems = base.mark_rule(strokeWidth=2).encode(
        y="correlation:Q", y2=alt.datum(0), color=alt.datum("sample"), tooltip=["lag:Q", "correlation:Q"]
    )
    layers = [band, _zero(), stems]
    if has_theory:
        marks = base.mark_point(shape="diamond", size=40)
        layers.append(marks.encode(y="theory:Q", color=alt.datum("theory")))
    return alt.layer(*layers).encode(color=colour)


def _histogram(picture: Picture) -> Any:
    width = pl.col("bin_right") - pl.col("bin_left")
    frame = picture.frame.with_columns(
        density=pl.col("count") / (pl.col("count").sum() * width),
        middle=(pl.col("bin_left") + pl.col("bin_right")) / 2,
    )
    x = alt.X("bin_left:Q", title=picture.x, axis=alt.Axis(format="~s"))
    y = alt.Y("density:Q", title=picture.y, axis=alt.Axis(format=".1e"), scale=alt.Scale(domainMin=0))
    # Of a bar with two ends in x the other end in y is not zero unless it is said to be.
    bars = (
        alt.Chart(rows(frame))
        .mark_bar(color=INK, opacity=0.25, binSpacing=0)
        .encode(x=x, x2="bin_right:Q", y=y, y2=alt.datum(0))
    )
    laws = frame.select(
        "middle", *(pl.col(f"{law}_density").alias(law) for law in ("normal", "lognormal", "t"))
    )
    lines = (
        alt.Chart(rows(laws.unpivot(index="middle", variable_name="law", value_name="density")))
        .mark_line(strokeWidth=1.8)
        .encode(x="middle:Q", y="density:Q", color=_law_colour(), strokeDash=_law_dash())
    )
    return alt.layer(bars, lines)


def _law_colour() -> Any:
    return alt.Color(
        "law:N",
        title=None,
        scale=alt.Scale(domain=["normal", "lognormal", "t"], range=[BLUE, VERMILION, GREEN]),
    )


def _law_dash() -> Any:
    return alt.StrokeDash(
        "law:N",
        title=None,
        scale=alt.Scale(domain=["normal", "lognormal", "t"], range=[[1, 0], [6, 3], [2, 2]]),
    )


def _intervals(picture: Picture) -> Any:
    base = alt.Chart(rows(picture.frame)).encode(
        y=alt.Y("name:N", title=None, sort=None, axis=alt.Axis(labelLimit=160))
    )
    x = alt.X("lower:Q", title=picture.x, scale=alt.Scale(zero=False))
    bars = base.mark_rule(strokeWidth=2, color=BLUE).encode(x=x, x2="upper:Q")
    points = base.mark_point(filled=True, size=50, color=BLUE, opacity=1).encode(x="estimate:Q")
    theirs = (
        alt.Chart(rows(picture.frame.head(1)))
        .mark_rule(strokeWidth=1.5, strokeDash=[5, 3], color=VERMILION)
        .encode(x="theirs:Q")
    )
    return alt.layer(bars, points, theirs)


def _peaks(picture: Picture) -> Any:
    y = alt.Y("value:Q", title=picture.y, axis=alt.Axis(format="~s"))
    course = thinned(picture.frame.select("at", "value"))
    line = alt.Chart(rows(course)).mark_line(strokeWidth=1, opacity=0.7, color=BLUE)
    peaks = rows(picture.frame.drop_nulls("peak").select("at", "peak", "clock"))
    base = alt.Chart(peaks).encode(x="at:T", y="peak:Q")
    points = base.mark_point(filled=True, size=50, color=VERMILION, opacity=1)
    names = base.mark_text(dy=-11, fontSize=12, color=INK).encode(text="clock:N")
    return alt.layer(line.encode(x=_days(picture.x), y=y), points, names)


def _days(title: str) -> Any:
    axis = alt.Axis(format="%a %d", tickCount="day")
    return alt.X("at:T", title=title, scale=alt.Scale(type="utc"), axis=axis)


def _phases(picture: Picture) -> Any:
    base = alt.Chart(rows(picture.frame)).encode(
        x=alt.X("day:N", title=None, sort=None, axis=alt.Axis(labelAngle=0))
    )
    bars = base.mark_rule(strokeWidth=2, color=BLUE).encode(y=alt.Y("lower:Q", title=picture.y), y2="upper:Q")
    points = base.mark_point(filled=True, size=60, color=BLUE, opacity=1).encode(y="minutes:Q")
    return alt.layer(_zero(), bars, points)


def _densities(picture: Picture) -> Any:
    names = picture.frame["group"].unique(maintain_order=True).to_list()
    # A seventh day takes the page's own colour.
    scale = alt.Scale(domain=names, range=[*COLOURS, INK][: len(names)])
    base = alt.Chart(rows(picture.frame)).encode(
        x=alt.X("value:Q", title=picture.x, axis=alt.Axis(format="~s")),
        color=alt.Color("group:N", title=None, sort=names, scale=scale),
    )
    y = alt.Y("empirical:Q", title=picture.y, axis=alt.Axis(format=".1e"))
    empirical = base.mark_line(strokeWidth=2).encode(y=y)
    gaussian = base.mark_line(strokeWidth=1, strokeDash=[4, 3]).encode(y="gaussian:Q")
    return alt.layer(empirical, gaussian)


def _surface(picture: Picture) -> Any:
    step = {name: float(np.diff(np.unique(picture.frame[name].to_numpy())).min()) for name in ("hour", "lag")}
    frame = picture.frame.with_columns(
        hour_end=pl.col("hour") + step["hour"], lag_end=pl.col("lag") + step["lag"]
    )
    colour = alt.Color(
        "correlation:Q", title="correlation", scale=alt.Scale(scheme="blueorange", domain=[-1, 1])
    )
    return (
        alt.Chart(rows(frame))
        .mark_rect()
        .encode(
            x=alt.X("hour:Q", title=picture.x, scale=alt.Scale(domain=[0, 24], nice=False)),
            x2="hour_end:Q",
            y=alt.Y("lag:Q", title=picture.y, scale=alt.Scale(nice=False)),
            y2="lag_end:Q",
            color=colour,
        )
    )


def _zero() -> Any:
    return alt.Chart({"values": [{}]}).mark_rule(color=INK, opacity=0.6).encode(y=alt.datum(0))


def thinned(course: pl.DataFrame) -> pl.DataFrame:
    """Keep the lowest and the highest value of each pixel: the same line in a fraction of the bytes.

    Parameters
    ----------
    course : polars.DataFrame
        ``at`` and ``value``, in order. A pixel without any value keeps a row, which breaks the line.

    Returns
    -------
    polars.DataFrame
        Some of its rows.
    """
    if course.height <= 2 * STATIC_WIDTH:
        return course
    ordered = course.with_row_index("row").with_columns(pixel=pl.col("row") * STATIC_WIDTH // course.height)
    places = (pl.col("value").arg_min(), pl.col("value").arg_max())
    kept = [
        ordered.group_by("pixel").agg(pl.col("row").get(place.fill_null(0)).alias("row")) for place in places
    ]
    return ordered.join(pl.concat(kept).unique("row"), on="row", how="semi").drop("row", "pixel")


def rows(frame: pl.DataFrame) -> Any:
    """Hand rows to a chart as plain values: times as ISO strings that say UTC, numbers cut to what shows.

    Parameters
    ----------
    frame : polars.DataFrame
        What is drawn; what is not finite becomes null, which breaks a line.

    Returns
    -------
    altair.Data
        The values.
    """
    times = [
        pl.col(name).dt.strftime("%Y-%m-%dT%H:%M:%SZ")
        for name in frame.columns
        if frame[name].dtype.is_temporal()
    ]
    numbers = [pl.col(name).cast(pl.Float64) for name in frame.columns if frame[name].dtype.is_float()]
    finite = [
        pl.when(number.is_finite()).then(number.round_sig_figs(SIGNIFICANT_DIGITS)) for number in numbers
    ]
    return {"values": frame.with_columns(*times, *finite).to_dicts()}


_DRAWINGS: Final[dict[str, Callable[[Picture], Any]]] = {
    "course": _course,
    "correlogram": _correlogram,
    "histogram": _histogram,
    "intervals": _intervals,
    "peaks": _peaks,
    "phases": _phases,
    "densities": _densities,
    "surface": _surface,
}
