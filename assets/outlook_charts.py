"""Pictures of the weeks ahead: when a link is full, and how a month's bill came to stand where it does."""

from __future__ import annotations

import polars as pl

from assets.drawing import (
    BLACK,
    BLUE,
    SERIES_COLOURS,
    SKY,
    VERMILION,
    WIDTH,
    altair,
    chart_png,
    chart_rows,
    chart_title,
    nothing_to_draw,
)
from assets.printable import printable


def runout_chart(runouts: pl.DataFrame, threshold: float, title: str) -> bytes:
    """Draw how likely each week is to be the first above the threshold, and how likely it is by then.

    Parameters
    ----------
    runouts : polars.DataFrame
        Rows of ``planning.runouts`` of one series and night.
    threshold : float
        Whose weeks are drawn as bars; the others are lines alone.
    title : str
        Title of the picture.

    Returns
    -------
    bytes
        A PNG; it says so if there is nothing to draw.
    """
    if runouts.is_empty():
        return nothing_to_draw(title)
    alt = altair()
    rows = runouts.with_columns(
        pl.col("local_week_start").cast(pl.Datetime("us")),
        (100 * pl.col("threshold")).round(1).cast(pl.String).str.replace(r"\.0$", "").alias("share") + " %",
    ).sort("threshold", "local_week_start")
    x = alt.X("local_week_start:T", title="first day of the week", scale=alt.Scale(type="utc"))
    percent = alt.Axis(format="%", title="probability")
    scale = alt.Scale(domain=[0, 1])
    bars = alt.Chart(chart_rows(rows.filter(threshold=threshold), "local_week_start", "probability_first"))
    first = bars.mark_bar(color=SKY, size=12).encode(
        x=x, y=alt.Y("probability_first:Q", axis=percent, scale=scale)
    )
    lines = alt.Chart(chart_rows(rows, "local_week_start", "probability_by_end", "share"))
    legend = alt.Legend(title="of the capacity, passed by then", orient="bottom")
    colour = alt.Color("share:N", sort=None, scale=alt.Scale(range=list(SERIES_COLOURS)), legend=legend)
    by_then = lines.mark_line(point=alt.OverlayMarkDef(size=15)).encode(
        x=x, y="probability_by_end:Q", color=colour
    )
    subtitle = f"bars: the first week above {100 * threshold:g} % of the capacity"
    chart = alt.layer(first, by_then)
    return chart_png(chart.properties(width=WIDTH, height=220, title=chart_title(title, subtitle)))


def bill_chart(course: pl.DataFrame, title: str, unit: str) -> bytes:
    """Draw a month's 95th percentile night by night: as it stood, and what it was expected to become.

    Parameters
    ----------
    course : polars.DataFrame
        Rows of ``planning.bills`` of one bill, method and month, by night.
    title : str
        Title of the picture.
    unit : str
        Of the percentiles.

    Returns
    -------
    bytes
        A PNG; it says so if there is nothing to draw.
    """
    shown = course.filter(pl.any_horizontal(pl.col("p95_to_date", "p95_q50").is_not_null()))
    if shown.is_empty():
        return nothing_to_draw(title)
    alt = altair()
    columns = ("issued_at_utc", "p95_to_date", "p95_q10", "p95_q50", "p95_q90", "commitment")
    rows = chart_rows(shown, *columns)
    x = alt.X("issued_at_utc:T", title="night (UTC)", scale=alt.Scale(type="utc"))
    label = "95th percentile" if unit == "unknown" else f"95th percentile, {printable(unit)}"
    axis = alt.Axis(format="~s", title=label)
    base = alt.Chart(rows).encode(x=x)
    layers = [
        base.mark_errorbar(ticks=True, thickness=2).encode(
            y=alt.Y("p95_q10:Q", axis=axis, scale=alt.Scale(zero=False)),
            y2="p95_q90:Q",
            color=alt.datum("at month's end, 80 %"),
        ),
        base.mark_point(filled=True).encode(y="p95_q50:Q", color=alt.datum("at month's end, median")),
        base.mark_line(point=True).encode(y="p95_to_date:Q", color=alt.datum("so far")),
    ]
    colours = {"at month's end, 80 %": SKY, "at month's end, median": BLUE, "so far": BLACK}
    if shown["commitment"].is_not_null().any():
        layers.append(
            base.mark_rule(strokeDash=[4, 4]).encode(y="commitment:Q", color=alt.datum("commitment"))
        )
        colours["commitment"] = VERMILION
    scale = alt.Scale(domain=list(colours), range=list(colours.values()))
    legend = alt.Legend(title=None, orient="bottom", symbolOpacity=1)
    chart = alt.layer(*layers).encode(color=alt.Color(scale=scale, legend=legend))
    return chart_png(chart.properties(width=WIDTH, height=220, title=chart_title(title)))
