"""Pictures of congestion: whether probabilities can be believed, and the night of the series most at risk.

Frames of one night in, PNG bytes out, as in ``charts``.
"""

from __future__ import annotations

import polars as pl

from assets.drawing import (
    BLACK,
    BLUE,
    SERIES_COLOURS,
    SKY,
    WIDTH,
    altair,
    chart_png,
    chart_rows,
    chart_title,
    nothing_to_draw,
)


def reliability_chart(reliability: pl.DataFrame, title: str) -> bytes:
    """Draw what came against what was forecast, with the band in which it lies if the forecasts are right.

    Parameters
    ----------
    reliability : polars.DataFrame
        ``window``, ``n_forecasts``, ``mean_probability``, ``share_happened``, ``lower_95``, ``upper_95``.
    title : str
        Title of the picture.

    Returns
    -------
    bytes
        A PNG; it says so if nothing was forecast.
    """
    shown = reliability if reliability.is_empty() else reliability.filter(pl.col("n_forecasts") > 0)
    if shown.is_empty():
        return nothing_to_draw(title)
    alt = altair()
    columns = ("window", "n_forecasts", "mean_probability", "share_happened", "lower_95", "upper_95")
    percent = alt.Axis(format=".0%")
    side = WIDTH // 3 - 40
    base = alt.Chart().encode(x=alt.X("mean_probability:Q", title="forecast", axis=percent))
    share = alt.Scale(domain=[0, 1])
    band = base.mark_rule(strokeWidth=5, color=SKY, opacity=0.6).encode(
        y=alt.Y("lower_95:Q", title="came", axis=percent, scale=share), y2="upper_95:Q"
    )
    points = base.mark_point(filled=True, size=35, color=BLUE, opacity=1).encode(y="share_happened:Q")
    diagonal = alt.Chart().mark_rule(color=BLACK, strokeDash=[4, 4])
    diagonal = diagonal.encode(x=alt.datum(0), y=alt.datum(0), x2=alt.datum(1), y2=alt.datum(1))
    layers = alt.layer(diagonal, band, points, data=chart_rows(shown, *columns))
    order = [name for name in ("slot", "hour", "night") if name in set(shown["window"])]
    facets = layers.properties(width=side, height=side).facet(
        column=alt.Column("window:N", sort=order, title=None)
    )
    return chart_png(facets.properties(title=chart_title(title)))


def night_chart(congestion: pl.DataFrame, title: str) -> bytes:
    """Draw how likely a series is to exceed each threshold, along the night.

    Parameters
    ----------
    congestion : polars.DataFrame
        ``target_utc``, ``threshold`` and ``probability_above`` of one series, night and window.
    title : str
        Title of the picture.

    Returns
    -------
    bytes
        A PNG; it says so if there is nothing to draw.
    """
    alt = altair()
    if congestion.is_empty():
        return nothing_to_draw(title)
    named = congestion.with_columns(
        share=pl.format("above {} %", (100 * pl.col("threshold")).round(1)).str.replace(r"\.0 %", " %")
    )
    order = named.sort("threshold")["share"].unique(maintain_order=True).to_list()
    rows = chart_rows(named.sort("target_utc"), "target_utc", "share", "probability_above")
    colour = alt.Color("share:N", sort=order, title=None, scale=alt.Scale(range=list(SERIES_COLOURS)))
    chart = alt.Chart(rows).mark_line(interpolate="step-after", strokeWidth=1.5)
    chart = chart.encode(
        x=alt.X("target_utc:T", title="UTC", scale=alt.Scale(type="utc")),
        y=alt.Y("probability_above:Q", title="probability", axis=alt.Axis(format=".0%")),
        color=colour.legend(orient="bottom"),
    )
    return chart_png(chart.properties(width=WIDTH, height=200, title=chart_title(title)))
