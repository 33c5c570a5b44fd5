"""A picture in the metadata of a materialisation, which stands whether or not the picture can be drawn.

What is drawn is in the chart modules, and which table shows what in ``table_pictures``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import dagster as dg

from assets.charts import png_markdown
from assets.printable import printable

_ERROR_CHARACTERS = 200


def picture(entry: str, alt: str, draw: Callable[[], bytes]) -> dict[str, Any]:
    """Draw a picture for a table's page.

    Parameters
    ----------
    entry : str
        Name of the metadata entry.
    alt : str
        What the picture shows, for those who cannot see it.
    draw : callable
        Draws it, and reads what it needs. If it raises, a sentence takes the picture's place: the rows are
        written and right without it.

    Returns
    -------
    dict of str to MetadataValue
        One entry.
    """
    try:
        text = png_markdown(draw(), alt)
    except Exception as error:
        reason = printable(f"{type(error).__name__}: {error}", _ERROR_CHARACTERS)
        text = f"the picture could not be drawn: {reason.replace('`', '')}"
    return {entry: dg.MetadataValue.md(text)}
