"""The whole simulated landing zone: files, the sources.toml that reads them, and the truth behind them.

Putting the parts together belongs here; the parts themselves are in the neighbouring modules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from traffic.simulation.exports import write_export
from traffic.simulation.provider import EXPORTS, simulate_export
from traffic.simulation.sources_toml import write_sources_toml
from traffic.simulation.span import FIRST_WEBLOG_DAY, LAST_DAY, days
from traffic.simulation.truth import FileTruth, SeriesTruth, Truth, WeblogDayTruth
from traffic.simulation.weblog import simulate_weblog_day
from traffic.simulation.weblog_content import WEBSITES

DEFAULT_SEED = 1995
NOTICE_PATH = "landing/SIMULATED.txt"
NOTICE = """\
The files in this folder are SIMULATED. `diurnal demo` drew them from random numbers with the seed {seed};
the same seed gives the same files. No server wrote the web logs, no provider measured the traffic, and the
addresses are from ranges that are kept for documentation or private networks.

They hold, on purpose, what real files hold: a holiday (3 October), an outage of three hours (exact zeros),
hours without lines, single outliers, a day of 25 hours in local time, log lines out of order, odd bytes
inside requests, and malformed lines.

Your own files may lie beside them: sources.toml says what is read.
"""


@dataclass(frozen=True)
class LandingZone:
    """Files to be written into a home folder, with what is known about them.

    Parameters
    ----------
    files : mapping of str to bytes
        Content by path relative to the home folder.
    sources_toml : str
        A sources.toml that reads exactly the data among these files.
    truth : Truth
        What the files were made from.
    """

    files: Mapping[str, bytes]
    sources_toml: str
    truth: Truth


def simulate_landing_zone(seed: int = DEFAULT_SEED) -> LandingZone:
    """Eight weeks of provider exports and four days of web logs.

    Parameters
    ----------
    seed : int
        Zero or positive; the same seed gives the same bytes.

    Returns
    -------
    LandingZone
        About 200,000 log lines and 50,000 export lines.

    Raises
    ------
    ValueError
        If the seed is negative.
    """
    if seed < 0:
        raise ValueError(
            f"the seed of the landing zone must be zero or positive, not {seed}: try {DEFAULT_SEED}"
        )
    files: dict[str, bytes] = {NOTICE_PATH: NOTICE.format(seed=seed).encode("ascii")}
    file_truth: dict[str, FileTruth] = {}
    series: dict[str, SeriesTruth] = {}
    for export in EXPORTS:
        drawn = simulate_export(export, seed)
        series |= {truth.series_id: truth for truth in drawn}
        written, counted = write_export(export, drawn)
        files |= written
        file_truth |= counted
    weblog_days = _add_weblogs(files, file_truth, seed)
    return LandingZone(
        files=files,
        sources_toml=write_sources_toml(WEBSITES, EXPORTS),
        truth=Truth(files=file_truth, weblog_days=weblog_days, series=series),
    )


def _add_weblogs(
    files: dict[str, bytes], file_truth: dict[str, FileTruth], seed: int
) -> dict[tuple[str, date], WeblogDayTruth]:
    """Draw the web logs into both mappings; return the totals of their days."""
    weblog_days = {}
    for website in WEBSITES:
        for day in days(FIRST_WEBLOG_DAY, LAST_DAY):
            # Log rotation packs every day but the newest.
            log = simulate_weblog_day(website, day, seed, is_compressed=day < LAST_DAY)
            files[log.path] = log.content
            file_truth[log.path] = log.file_truth
            weblog_days[website.source, day] = log.day_truth
    return weblog_days
