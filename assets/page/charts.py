"""Charts as a page embeds them: the specification for the browser, and a drawing for where no script runs.

The colours and the look that all pages share belong here; what is drawn, to those who write a page.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

STATIC_WIDTH: Final = 680

INK: Final = "currentColor"
"""Axes and text take the page's own colour, in the light and in the dark."""

# Okabe and Ito's palette: told apart with every common form of colour blindness. Its yellow and its black are
# left out, for they do not show on white or on a dark page.
BLUE, VERMILION, GREEN, ORANGE, PURPLE, SKY = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#E69F00",
    "#CC79A7",
    "#56B4E9",
)
COLOURS: Final = (BLUE, VERMILION, GREEN, ORANGE, PURPLE, SKY)

_GLOBALS: Final = "window.vegaEmbed = vegaEmbed;"

_CONFIG: Final[dict[str, Any]] = {
    "background": None,
    "font": "system-ui, sans-serif",
    "view": {"stroke": None},
    "axis": {
        "labelColor": INK,
        "titleColor": INK,
        "tickColor": INK,
        "domainColor": INK,
        "gridColor": INK,
        "gridOpacity": 0.12,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "labelOverlap": True,
    },
    "legend": {
        "labelColor": INK,
        "titleColor": INK,
        "orient": "top",
        "labelFontSize": 12,
        "labelLimit": 260,
        "columns": 2,
    },
    "range": {"category": list(COLOURS)},
}


@dataclass(frozen=True)
class EmbeddedChart:
    """A chart in a page.

    Parameters
    ----------
    key : str
        Its name in the page; letters, digits and hyphens.
    title : str
        Its caption.
    alt : str
        What it shows, for those who do not see it.
    specification : str
        Vega-Lite as JSON that may stand inside a script element.
    drawing : str
        Data URI of an SVG of the same.
    """

    key: str
    title: str
    alt: str
    specification: str
    drawing: str


def embed(key: str, chart: Any, title: str, alt: str) -> EmbeddedChart:
    """Make a chart ready for a page.

    Parameters
    ----------
    key : str
        Its name in the page; letters, digits and hyphens.
    chart : altair chart
        Of one view, without a width of its own.
    title, alt : str
        Caption, and what it shows in words.

    Returns
    -------
    EmbeddedChart
        As wide as its place in the page; the drawing has a fixed width.
    """
    import altair as alt_
    import vl_convert

    with alt_.data_transformers.enable("default", max_rows=None):
        # Checking every row against Vega-Lite's schema takes longer than drawing; the renderer checks anyway.
        specification = chart.to_dict(validate=False)
    specification["config"] = _CONFIG
    specification["description"] = alt
    fixed = specification | {"width": STATIC_WIDTH}
    svg = vl_convert.vegalite_to_svg(fixed, allowed_base_urls=[])
    fluid = specification | {"width": "container", "autosize": {"type": "fit-x", "contains": "padding"}}
    drawing = "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode("ascii")
    return EmbeddedChart(key, title, alt, script_json(fluid), drawing)


def script_json(content: Any) -> str:
    """Write JSON that cannot end the script element it stands in."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def shared_config() -> str:
    """Return the look of all charts as JSON, for pages whose specifications leave it to the script."""
    return script_json(_CONFIG)


@cache
def chart_library() -> str:
    """Return Vega, Vega-Lite and Vega-Embed as one script without any outside part."""
    import altair
    import vl_convert

    version = "v" + ".".join(altair.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
    bundle: str = vl_convert.javascript_bundle(_GLOBALS, vl_version=version)
    return bundle.replace("</script", "<\\/script")
