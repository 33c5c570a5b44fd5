"""Pictures and tables for the metadata of a materialisation: frames in, PNG bytes or Markdown out.

Pure: nothing is read or written, and the picture depends on the frames alone, not on the machine's time
zone. Which asset shows which picture is decided where the asset is.
"""

from __future__ import annotations

import base64
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from assets.expectations.printable import printable

if TYPE_CHECKING:
    import altair as alt

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
MAX_PNG_BYTES = 60_000
"""Largest picture put into the event log, in byte: a year of nights must stay small there."""

HISTORY = timedelta(days=7)
WIDTH = 640

# Okabe and Ito's palette: told apart with every common form of colour blindness, and in grey.
BLACK, BLUE, SKY, ORANGE, VERMILION, GREEN, PURPLE = (
    "#000000",
    "#0072B2",
    "#56B4E9",
    "#E69F00",
    "#D55E00",
    "#009E73",
    "#CC79A7",
)
SERIES_COLOURS = (BLUE, VERMILION, GREEN, ORANGE, PURPLE, SKY, BLACK)
BANDS = (("95 %", "q025", "q975", 0.18), ("80 %", "q10", "q90", 0.22), ("50 %", "q25", "q75", 0.3))

STAGES = ("clean", "differenced", "residual")
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
    import altair as alt

    first_target = points["target_utc"].min()
    end = history["at_utc"].max() if first_target is None else first_target
    if end is None:
        return _nothing_to_draw(title)
    past = history.filter(pl.col("at_utc").is_between(end - HISTORY, end)).sort("at_utc")
    x = alt.X("at_utc:T", title="UTC", scale=alt.Scale(type="utc"))
    axis = alt.Axis(format="~s", title=_value_title(unit))
    measured = alt.Chart(_rows(past, "at_utc", "value")).mark_line(strokeWidth=1)
    layers = [measured.encode(x=x, y=alt.Y("value:Q", axis=axis), color=alt.datum("measured"))]
    ahead = _rows(
        points.sort("target_utc").rename({"target_utc": "at_utc"}), "at_utc", *_band_columns(), "q50"
    )
    for name, lower, upper, opacity in BANDS:
        band = alt.Chart(ahead).mark_area(opacity=opacity)
        layers.append(band.encode(x=x, y=alt.Y(f"{lower}:Q"), y2=f"{upper}:Q", color=alt.datum(name)))
    median = alt.Chart(ahead).mark_line(strokeWidth=1.5)
    layers.append(median.encode(x=x, y="q50:Q", color=alt.datum("median")))
    names = ["measured", "median", *(name for name, *_ in BANDS)]
    colours = alt.Scale(domain=names, range=[BLACK, VERMILION, BLUE, BLUE, BLUE])
    legend = alt.Legend(title=None, orient="bottom", symbolType="stroke")
    chart = alt.layer(*layers).encode(color=alt.Color(scale=colours, legend=legend))
    return _png(chart.properties(width=WIDTH, height=260, title=_title(title)))


def correlogram_chart(autocorrelation: pl.DataFrame, title: str) -> bytes:
    """Draw the autocorrelation and partial autocorrelation of each stage, with the 95 % band.

    Parameters
    ----------
    autocorrelation : polars.DataFrame
        ``stage``, ``lag``, ``acf``, ``pacf`` and ``band_95`` of one series in one night. Lag 0, which is 1
        by definition, is left out.
    title : str
        Title of the picture.

    Returns
    -------
    bytes
        A PNG; it says so if there is nothing to draw.
    """
    import altair as alt

    shown = autocorrelation.filter(pl.col("lag") > 0).sort("lag")
    if shown.is_empty():
        return _nothing_to_draw(title)
    long = shown.unpivot(
        ["acf", "pacf"], index=["stage", "lag", "band_95"], variable_name="kind", value_name="correlation"
    )
    long = long.with_columns(below=-pl.col("band_95"))
    rows = _rows(long, "stage", "kind", "lag", "correlation", "band_95", "below")
    x = alt.X("lag:Q", title="lag (steps)")
    base = alt.Chart().encode(x=x)
    band = base.mark_area(color=ORANGE, opacity=0.35).encode(y=alt.Y("below:Q", title=None), y2="band_95:Q")
    stems = base.mark_rule(color=BLUE, strokeWidth=1.5).encode(y=alt.Y("correlation:Q"), y2=alt.datum(0))
    panel = alt.layer(band, stems, data=rows).properties(width=WIDTH // 2 - 40, height=90)
    stages = [stage for stage in STAGES if stage in set(shown["stage"])]
    chart = panel.facet(
        row=alt.Row("stage:N", title=None, sort=stages), column=alt.Column("kind:N", title=None)
    ).properties(title=_title(title, "bars: correlation; shaded: 95 % band of a series without correlation"))
    return _png(chart)


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
    import altair as alt

    shown = peaks.filter(pl.col("phase_minutes").is_not_null() & pl.col("phase_minutes").is_not_nan())
    if shown.is_empty():
        return _nothing_to_draw(title)
    days = shown.sort("series_id", "local_date").with_columns(pl.col("local_date").cast(pl.Datetime("us")))
    rows = _rows(days, "series_id", "local_date", "phase_minutes", "phase_lower_95", "phase_upper_95")
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
    return _png(chart.properties(width=WIDTH, height=220, title=_title(title)))


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
    if not png.startswith(PNG_SIGNATURE):
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


def _rows(frame: pl.DataFrame, *columns: str) -> alt.Data:
    """Hand rows to a chart as plain values, times as ISO strings that say UTC."""
    import altair as alt

    # A time without a zone would be read in that of the machine which draws the picture.
    times = [
        pl.col(name).dt.strftime("%Y-%m-%dT%H:%M:%SZ") for name in columns if frame[name].dtype.is_temporal()
    ]
    numbers = [pl.col(name).cast(pl.Float64) for name in columns if frame[name].dtype.is_numeric()]
    finite = [pl.when(number.is_finite()).then(number) for number in numbers]
    return alt.Data(values=frame.select(columns).with_columns(*times, *finite).to_dicts())


def _band_columns() -> list[str]:
    return [column for _, lower, upper, _ in BANDS for column in (lower, upper)]


def _value_title(unit: str) -> str:
    return "value (unit unknown)" if unit == "unknown" else printable(unit)


def _title(title: str, subtitle: str | None = None) -> Any:
    import altair as alt

    text = printable(title, 100)
    return alt.TitleParams(text, anchor="start", **({"subtitle": subtitle} if subtitle else {}))


def _nothing_to_draw(title: str) -> bytes:
    import altair as alt

    note = alt.Chart(alt.Data(values=[{}])).mark_text(fontSize=14).encode(text=alt.datum("nothing to draw"))
    return _png(note.properties(width=WIDTH, height=60, title=_title(title)))


def _png(chart: Any) -> bytes:
    import altair as alt
    import vl_convert

    # Two-minute windows of a week are more rows than Altair's default limit, which is made for notebooks.
    with alt.data_transformers.enable("default", max_rows=None):
        specification = chart.to_dict()
    return bytes(vl_convert.vegalite_to_png(specification, scale=1.0))
