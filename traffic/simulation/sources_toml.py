"""The sources.toml of the simulated home folder, as a person finds it.

Only its text belongs here. What the keys mean is checked where sources.toml is read.
"""

from __future__ import annotations

from collections.abc import Sequence

from traffic.simulation.exports import LONG_TIME_FORMAT, WIDE_TIME_FORMAT
from traffic.simulation.provider import GBIT, Export
from traffic.simulation.span import FIRST_DAY, FIRST_WEBLOG_DAY, LAST_DAY
from traffic.simulation.weblog_content import Website

HEAD = f"""\
# SIMULATED DATA: every file under landing/ was drawn from random numbers by `diurnal demo`.
# The exports cover {FIRST_DAY} to {LAST_DAY}, the web logs {FIRST_WEBLOG_DAY} to {LAST_DAY}.
#
# To read your own data, write entries like these (see the examples at the end), delete the simulated ones
# and say `diurnal sources` to see what would be read. Paths are relative to the folder of this file.

[platform]
time_zone = "UTC"      # whose midnight a night is counted from
stale_after = "2d"     # a series without news for longer is listed as stale and not forecast
"""

EXAMPLES = """
# ---- Examples to adapt: remove the # at the beginning of an entry's lines. ----

# Your own web server: one access log and its rotated, compressed ancestors.
#[[weblog]]
#name = "shop"
#files = "/var/log/nginx/access.log*"
#format = "combined"                 # or "common", or "auto" to have it recognised
#time_zone = "America/New_York"      # whose days the series follows
#step = "2m"

# The trace of the Internet Traffic Archive, whose lines carry a day but neither month nor year.
#[[weblog]]
#name = "epa"
#files = "landing/weblogs/epa/*"
#format = "epa"
#month = "1995-08"
#time_zone = "America/New_York"
#step = "2m"

# One column a link, with two spellings of the date in one column.
#[[export]]
#name = "esnet"
#files = "landing/exports/esnet/*.csv"
#shape = "wide"
#time_column = "Time"
#time_formats = ["%m/%d/%Y %H:%M", "%m/%d/%y %H:%M"]
#time_zone = "UTC"
#unit = "bit/s"
#step = "1h"
#capacity = { LOND_NEWY_in = "100 Gbit/s" }

# One file a machine; each series takes the name of its file.
#[[export]]
#name = "cloud"
#files = "landing/exports/cloud/*.csv"
#shape = "single"
#time_column = "timestamp"
#time_formats = ["%Y-%m-%d %H:%M:%S"]
#time_zone = "UTC"
#value_column = "value"
#unit = "byte"
#step = "5m"
#capacity = "1 Gbit/s"
"""

BILL = """\
# What a carrier bills by the 95th percentile of five-minute samples: the larger of both directions.
[[bill]]
name = "transit FRA_PAR"
in = "metro/FRA_PAR_in"
out = "metro/FRA_PAR_out"
method = "max"                       # or "aggregate", "in", "out"
commitment = "5 Gbit/s"
"""

WEBLOG_FILES = "landing/weblogs/{}/access.log-*"
EXPORT_FILES = "landing/exports/{}/*.csv"

WEBLOG_NOTES = {
    "www": "A public site in the combined format; the older days are compressed.",
    "intranet": "An office's own pages in the common format: quiet at night and at the week's end.",
}
EXPORT_NOTES = {
    "metro": "Two links in UTC, one column for each direction of each link.",
    "metro_berlin": "One link in local time, one line for each direction: 26 October repeats an hour.",
}


def write_sources_toml(websites: Sequence[Website], exports: Sequence[Export]) -> str:
    """Name the sources that read exactly the simulated files, with examples to adapt.

    Parameters
    ----------
    websites : sequence of Website
        Web logs of the landing zone.
    exports : sequence of Export
        Exports of the landing zone.

    Returns
    -------
    str
        A TOML document whose first line says that the data are simulated.
    """
    entries = [*map(_weblog_entry, websites), *map(_export_entry, exports), BILL]
    return "\n".join([HEAD, *entries]) + EXAMPLES


def simulated_patterns() -> frozenset[str]:
    """Return what the simulated sources name as their ``files``, by which they are known again."""
    weblogs = {WEBLOG_FILES.format(source) for source in WEBLOG_NOTES}
    return frozenset(weblogs | {EXPORT_FILES.format(source) for source in EXPORT_NOTES})


def _weblog_entry(website: Website) -> str:
    """Write the entry of one web log."""
    return f"""\
# {WEBLOG_NOTES[website.source]}
[[weblog]]
name = "{website.source}"
files = "{WEBLOG_FILES.format(website.source)}"
format = "{website.format}"
time_zone = "{website.time_zone}"
step = "2m"
"""


def _export_entry(export: Export) -> str:
    """Write the entry of one provider export."""
    is_wide = export.shape == "wide"
    columns = "" if is_wide else 'series_column = "link"\nvalue_column = "value_bps"\n'
    capacity = ", ".join(
        f'{link.name}_{direction} = "{link.capacity / GBIT:.0f} Gbit/s"'
        for link in export.links
        for direction in link.mean_load
    )
    return f"""\
# {EXPORT_NOTES[export.source]}
[[export]]
name = "{export.source}"
files = "{EXPORT_FILES.format(export.source)}"
shape = "{export.shape}"
time_column = "time"
time_formats = ["{WIDE_TIME_FORMAT if is_wide else LONG_TIME_FORMAT}"]
time_zone = "{export.time_zone}"
{columns}unit = "bit/s"
step = "5m"
capacity = {{ {capacity} }}
"""
