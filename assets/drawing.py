"""What every picture shares: its size and colours, how rows reach it, and how it becomes a PNG.

The pictures themselves are in ``charts`` and in the charts of each family of models.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from assets.png import shrink_png
from assets.printable import printable

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


def chart_rows(frame: pl.DataFrame, *columns: str) -> Any:
    """Hand rows to a chart as plain values, times as ISO strings that say UTC."""
    # A time without a zone would be read in that of the machine which draws the picture.
    times = [
        pl.col(name).dt.strftime("%Y-%m-%dT%H:%M:%SZ") for name in columns if frame[name].dtype.is_temporal()
    ]
    numbers = [pl.col(name).cast(pl.Float64) for name in columns if frame[name].dtype.is_numeric()]
    finite = [pl.when(number.is_finite()).then(number) for number in numbers]
    return altair().Data(values=frame.select(columns).with_columns(*times, *finite).to_dicts())


def chart_title(title: str, subtitle: str | None = None) -> Any:
    """Return a title whose text is shown, and never obeyed."""
    text = printable(title, 100)
    options = {} if subtitle is None else {"subtitle": subtitle}
    return altair().TitleParams(text, anchor="start", **options)


def nothing_to_draw(title: str) -> bytes:
    """Draw a picture that says so."""
    alt = altair()
    note = alt.Chart(alt.Data(values=[{}])).mark_text(fontSize=14).encode(text=alt.datum("nothing to draw"))
    return chart_png(note.properties(width=WIDTH, height=60, title=chart_title(title)))


def altair() -> Any:
    """Load altair: half a second, which commands that draw nothing need not wait for."""
    import altair

    return altair


def chart_png(chart: Any) -> bytes:
    """Draw a chart."""
    import vl_convert

    # Two-minute windows of a week are more rows than Altair's default limit, which is made for notebooks.
    with altair().data_transformers.enable("default", max_rows=None):
        # Checking every row against Vega-Lite's schema takes longer than drawing; the renderer checks anyway.
        specification = chart.to_dict(validate=False)
    return shrink_png(vl_convert.vegalite_to_png(specification, allowed_base_urls=[]))
