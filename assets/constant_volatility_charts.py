"""Pictures of the constant-volatility models: correlations stage by stage, and the law of what is left.

Frames in, PNG bytes out, as in ``charts``.
"""

from __future__ import annotations

import polars as pl

from assets.drawing import (
    BLUE,
    GREEN,
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

STAGES = ("clean", "differenced", "residual")
DENSITIES = {"normal": BLUE, "lognormal": VERMILION, "t": GREEN}


def correlogram_chart(autocorrelation: pl.DataFrame, title: str) -> bytes:
    """Draw the autocorrelations of each stage with the 95 % band, and what the fitted model implies beside.

    Parameters
    ----------
    autocorrelation : polars.DataFrame
        ``stage``, ``lag``, ``acf``, ``pacf``, ``band_95``, ``theoretical_acf`` and ``theoretical_pacf`` of
        one series in one night. Lag 0, which is 1 by definition, is left out.
    title : str
        Title of the picture.

    Returns
    -------
    bytes
        A PNG; it says so if there is nothing to draw.
    """
    alt = altair()
    shown = autocorrelation.filter(pl.col("lag") > 0).sort("lag")
    if shown.is_empty():
        return nothing_to_draw(title)
    long = pl.concat(
        shown.select(
            "stage",
            "lag",
            "band_95",
            kind=pl.lit(kind),
            correlation=pl.col(kind),
            theory=pl.col(f"theoretical_{kind}").cast(pl.Float64),
        )
        for kind in ("acf", "pacf")
    ).with_columns(below=-pl.col("band_95"))
    rows = chart_rows(long, "stage", "kind", "lag", "correlation", "theory", "band_95", "below")
    base = alt.Chart().encode(x=alt.X("lag:Q", title="lag (steps)"))
    band = base.mark_area(color=ORANGE, opacity=0.35).encode(y=alt.Y("below:Q", title=None), y2="band_95:Q")
    stems = base.mark_rule(color=BLUE, strokeWidth=1.5).encode(y=alt.Y("correlation:Q"), y2=alt.datum(0))
    theory = base.mark_point(color=VERMILION, size=14, filled=True).encode(y=alt.Y("theory:Q"))
    panel = alt.layer(band, stems, theory, data=rows).properties(width=WIDTH // 2 - 40, height=90)
    stages = [stage for stage in STAGES if stage in set(shown["stage"])]
    said = "bars: correlation; dots: that of the fitted model; shaded: 95 % band of what is white"
    chart = panel.facet(
        row=alt.Row("stage:N", title=None, sort=stages), column=alt.Column("kind:N", title=None)
    ).properties(title=chart_title(title, said))
    return chart_png(chart)


def histogram_chart(histogram: pl.DataFrame, title: str) -> bytes:
    """Draw the histogram of residuals with the densities of the three laws fitted to them.

    Parameters
    ----------
    histogram : polars.DataFrame
        ``bin_left``, ``bin_right``, ``count``, ``normal_density``, ``lognormal_density`` and ``t_density`` of
        one series and model in one night.
    title : str
        Title of the picture.

    Returns
    -------
    bytes
        A PNG; it says so if there is nothing to draw.
    """
    alt = altair()
    shown = histogram.filter(pl.col("bin_right") > pl.col("bin_left")).sort("bin_left")
    if shown.is_empty():
        return nothing_to_draw(title)
    width = pl.col("bin_right") - pl.col("bin_left")
    bins = shown.with_columns(
        density=pl.col("count") / (pl.col("count").sum() * width), middle=pl.col("bin_left") + width / 2
    )
    rows = chart_rows(
        bins, "bin_left", "bin_right", "middle", "density", *(f"{law}_density" for law in DENSITIES)
    )
    bars = alt.Chart(rows).mark_bar(color=SKY, opacity=0.6, binSpacing=0)
    x = alt.X("bin_left:Q", title="residual", axis=alt.Axis(format="~s"))
    y = alt.Y("density:Q", title="density", axis=alt.Axis(format="~e"))
    layers = [bars.encode(x=x, x2="bin_right:Q", y=y, y2=alt.datum(0))]
    for law in DENSITIES:
        curve = alt.Chart(rows).mark_line(strokeWidth=1.5)
        layers.append(curve.encode(x="middle:Q", y=alt.Y(f"{law}_density:Q"), color=alt.datum(law)))
    scale = alt.Scale(domain=list(DENSITIES), range=list(DENSITIES.values()))
    legend = alt.Legend(title=None, orient="bottom", symbolType="stroke")
    chart = alt.layer(*layers).encode(color=alt.Color(scale=scale, legend=legend))
    said = "bars: residuals of the selected model; lines: normal, shifted lognormal and t law fitted to them"
    return chart_png(chart.properties(width=WIDTH, height=260, title=chart_title(title, said)))
