"""Pictures of the periodic family: the mean day, what hangs together, and where the values lie.

Frames of one series in one night in, PNG bytes out, as in ``charts``.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from assets.drawing import (
    BLUE,
    ORANGE,
    SKY,
    VERMILION,
    WIDTH,
    altair,
    chart_png,
    chart_rows,
    chart_title,
    nothing_to_draw,
)

NEXT_LAGS = 12


def mean_day_chart(moments: pl.DataFrame, title: str) -> bytes:
    """Draw the periodic mean with its 95 % interval and a standard deviation on either side.

    Parameters
    ----------
    moments : polars.DataFrame
        ``slot``, ``mean``, ``std``, ``lower_95``, ``upper_95``.
    title : str
        Title of the picture.

    Returns
    -------
    bytes
        A PNG; it says so if there is nothing to draw.
    """
    if moments.is_empty():
        return nothing_to_draw(title)
    spread = {"low": pl.col("mean") - pl.col("std"), "high": pl.col("mean") + pl.col("std")}
    rows = chart_rows(
        moments.sort("slot").with_columns(**spread), "slot", "mean", "lower_95", "upper_95", "low", "high"
    )
    alt = altair()
    base = alt.Chart(rows).encode(x=alt.X("slot:Q", title="slot of the day", scale=alt.Scale(nice=False)))
    y = alt.Y("low:Q", title=None, axis=alt.Axis(format="~s"))
    chart = alt.layer(
        base.mark_area(color=SKY, opacity=0.3).encode(y=y, y2="high:Q"),
        base.mark_area(color=ORANGE, opacity=0.6).encode(y="lower_95:Q", y2="upper_95:Q"),
        base.mark_line(color=BLUE).encode(y="mean:Q"),
    )
    said = "line: mean of the slot; inner band: its 95 % interval; outer band: one standard deviation"
    return _finished(chart, title, said)


def ensemble_correlation_chart(correlation: pl.DataFrame, title: str) -> bytes:
    """Draw rho(t, u) of the next steps as a map over the slots.

    Parameters
    ----------
    correlation : polars.DataFrame
        ``slot``, ``lag``, ``correlation``.
    title : str
        Title of the picture.

    Returns
    -------
    bytes
        A PNG; it says so if there is nothing to draw.
    """
    shown = correlation.filter(pl.col("lag") <= NEXT_LAGS)
    if shown.is_empty():
        return nothing_to_draw(title)
    width = 1 + int(shown["slot"].cast(pl.Int64).max() or 0) // 96  # type: ignore[arg-type]
    means = shown.group_by("lag", slot=pl.col("slot") // width * width).agg(pl.col("correlation").mean())
    means = means.sort("slot", "lag").with_columns(end=pl.col("slot") + width)
    alt = altair()
    scale = alt.Scale(scheme="blueorange", domain=[-1, 1])
    chart = alt.Chart(chart_rows(means, "slot", "end", "lag", "correlation")).mark_rect()
    chart = chart.encode(
        x=alt.X("slot:Q", title="slot of the day", scale=alt.Scale(nice=False)),
        x2="end:Q",
        y=alt.Y("lag:O", title="lag (steps)", sort="descending"),
        color=alt.Color("correlation:Q", scale=scale, title=None),
    )
    return _finished(chart, title, "correlation of a slot with the one so many steps later, over the days")


def continuous_correlation_chart(correlation: pl.DataFrame, title: str) -> bytes:
    """Draw R(u) / R(0) under both centrings.

    Parameters
    ----------
    correlation : polars.DataFrame
        ``centring``, ``lag``, ``correlation``.
    title : str
        Title of the picture.

    Returns
    -------
    bytes
        A PNG; it says so if there is nothing to draw.
    """
    if correlation.is_empty():
        return nothing_to_draw(title)
    alt = altair()
    scale = alt.Scale(domain=["grand", "periodic"], range=[BLUE, VERMILION])
    chart = alt.Chart(chart_rows(correlation.sort("centring", "lag"), "centring", "lag", "correlation"))
    chart = chart.mark_line(strokeWidth=1).encode(
        x=alt.X("lag:Q", title="lag (steps)"),
        y=alt.Y("correlation:Q", title=None),
        color=alt.Color("centring:N", scale=scale, legend=alt.Legend(title=None, orient="bottom")),
    )
    return _finished(chart, title, "of the whole record, less its grand mean, or less the mean of each slot")


def density_chart(density: pl.DataFrame, title: str) -> bytes:
    """Draw the empirical density of the values by local hour as a map, over all days.

    Parameters
    ----------
    density : polars.DataFrame
        ``local_date``, ``local_hour``, ``value``, ``empirical_density``.
    title : str
        Title of the picture.

    Returns
    -------
    bytes
        A PNG; it says so if there is nothing to draw.
    """
    shown = density.filter(pl.col("local_date").is_null()).sort("local_hour", "value")
    if shown.is_empty():
        return nothing_to_draw(title)
    # Each hour against its own peak: quiet hours are narrow, and would outshine all others.
    peak = pl.col("empirical_density").max().over("local_hour")
    shown = shown.with_columns(
        share=pl.col("empirical_density") / peak,
        end=pl.col("local_hour") + 1,
        above=pl.col("value").shift(-1).over("local_hour"),
    ).drop_nulls("above")
    alt = altair()
    chart = alt.Chart(chart_rows(shown, "local_hour", "end", "value", "above", "share")).mark_rect()
    chart = chart.encode(
        x=alt.X("local_hour:Q", title="local hour", scale=alt.Scale(domain=[0, 24])),
        x2="end:Q",
        y=alt.Y("value:Q", title=None, axis=alt.Axis(format="~s")),
        y2="above:Q",
        color=alt.Color("share:Q", scale=alt.Scale(scheme="blues"), title=None),
    )
    return _finished(
        chart, title, "density of the values by hour over all days, as a share of the hour's peak"
    )


def _finished(chart: Any, title: str, said: str) -> bytes:
    return chart_png(chart.properties(width=WIDTH, height=240, title=chart_title(title, said)))
