"""Lines thinned to what a screen can show.

How a line is drawn belongs to the charts.
"""

from __future__ import annotations

from datetime import timedelta

import polars as pl


def thinned(history: pl.DataFrame, span: timedelta, pixels: int) -> pl.DataFrame:
    """Keep the lowest and the highest value of each pixel: the same picture in a fraction of the rows.

    Parameters
    ----------
    history : polars.DataFrame
        ``at_utc`` and ``value``. A pixel without any value keeps a row that says so, which breaks the line.
    span : datetime.timedelta
        What the pixels span.
    pixels : int
        How many there are; whatever has no more than two rows for each is left as it is.

    Returns
    -------
    polars.DataFrame
        ``at_utc`` and ``value``, ascending in time.
    """
    ordered = history.sort("at_utc")
    if ordered.height <= 2 * pixels:
        return ordered
    pixel = pl.col("at_utc").dt.epoch("s") // max(span // timedelta(seconds=pixels), 1)
    groups = ordered.group_by(pixel.alias("pixel"), maintain_order=True)
    places = (pl.col("value").arg_min(), pl.col("value").arg_max())
    extremes = [groups.agg(pl.col("at_utc", "value").get(place.fill_null(0))) for place in places]
    return pl.concat(extremes).unique("at_utc").sort("at_utc").drop("pixel")
