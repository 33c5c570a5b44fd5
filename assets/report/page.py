"""The night's page: frames in, HTML out, on as many files as the series need.

What each section says is in its own module; where the files go, in ``assets.reports``.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import polars as pl

from assets.page.shell import render_page
from assets.report.accuracy import accuracy_section
from assets.report.attention import attention_section
from assets.report.blocks import Line, Section, SeriesBlock
from assets.report.changes import changes_section
from assets.report.data_quality import data_section
from assets.report.days import days_section
from assets.report.health import health_section
from assets.report.night_frames import NightFrames, Query, read_courses
from assets.report.reliability import reliability_section
from assets.report.risks import risks_section
from assets.report.series_blocks import series_block
from assets.report.series_facts import SeriesFacts, facts_of
from assets.report.words import day_text, name_text, zone_text

SERIES_PER_PAGE: Final = 50
MAX_PAGES: Final = 20
"""Pages of a night at most: a thousand series, the most at risk; the others are in the tables."""

LOG: Final = logging.getLogger(__name__)
_TEMPLATE: Final = Path(__file__).resolve().parent / "report.html"


@dataclass(frozen=True)
class Page:
    """One file of a night's page.

    Parameters
    ----------
    name : str
        Of the file.
    html : str
        All of it.
    faults : tuple of str
        Parts that could not be made.
    """

    name: str
    html: str
    faults: tuple[str, ...]


@dataclass(frozen=True)
class _Place:
    """Where the series of one page stand among all."""

    name: str
    label: str
    is_here: bool


def page_name(night: date, number: int = 1) -> str:
    """Return the name of a file of a night: ``2025-11-17.html``, ``2025-11-17-2.html``."""
    return f"{night}.html" if number == 1 else f"{night}-{number}.html"


def night_pages(query: Query, night: NightFrames, time_zone: str, earlier: Sequence[date] = ()) -> list[Page]:
    """Write the pages of a night.

    Parameters
    ----------
    query : callable
        Runs a statement with its parameters bound.
    night : NightFrames
        What its tables say.
    time_zone : str
        Of the platform.
    earlier : sequence of datetime.date
        Nights whose pages stand beside it, the newest first.

    Returns
    -------
    list of Page
        At least one, the first with all that is said of the night as a whole.
    """
    n_series = night["series"].height
    n_pages = min(max(-(-n_series // SERIES_PER_PAGE), 1), MAX_PAGES)
    names = [page_name(night.night, number + 1) for number in range(n_pages)]
    series = facts_of(night, SERIES_PER_PAGE, names, time_zone)
    faults: list[str] = []
    sections = _sections(night, series, faults)
    pages = []
    for number, name in enumerate(names):
        here = series[number * SERIES_PER_PAGE : (number + 1) * SERIES_PER_PAGE]
        blocks = _blocks(query, night, here, faults)
        content = {
            "night": night,
            "day": day_text(night.night),
            "clock": zone_text(night.issued_at_utc, time_zone),
            "number": number + 1,
            "tally": _tally(series),
            "sections": sections if number == 0 else [],
            "blocks": blocks,
            "places": _places(names, n_series, number) if n_pages > 1 else [],
            "index": series if number == 0 else [],
            "left_out": max(n_series - n_pages * SERIES_PER_PAGE, 0),
            "earlier": [(day_text(one), page_name(one)) for one in earlier],
            "style_of_report": (_TEMPLATE.parent / "report.css").read_text(encoding="utf-8"),
            "name_text": name_text,
        }
        pages.append(
            Page(name, render_page(_TEMPLATE, title=f"Night of {night.night}", **content), tuple(faults))
        )
    return pages


def _sections(night: NightFrames, series: list[SeriesFacts], faults: list[str]) -> list[Section]:
    makers: dict[str, Callable[[], Section]] = {
        "Read this first": lambda: attention_section(night, series),
        "What changed": lambda: changes_section(night, series),
        "Links at risk": lambda: risks_section(night, series),
        "Unusual days": lambda: days_section(night, series),
        "Accuracy": lambda: accuracy_section(night, series),
        "Reliability": lambda: reliability_section(night),
        "Residuals and periodicity": lambda: health_section(night, series),
        "Data quality": lambda: data_section(night, series),
    }
    return [_in_isolation(title, make, faults) for title, make in makers.items()]


def _in_isolation(title: str, make: Callable[[], Section], faults: list[str]) -> Section:
    """Make a section; if its data are not as it takes them to be, say so in its place."""
    try:
        return make()
    except Exception as error:
        LOG.exception("the section %s of the page could not be made", title)
        faults.append(title)
        why = f"This part could not be made ({type(error).__name__}: {error}); the tables are not affected."
        return Section(f"fault-{len(faults)}", title, lines=(Line("Fault of the page", why, "bad"),))


def _blocks(
    query: Query, night: NightFrames, here: list[SeriesFacts], faults: list[str]
) -> list[SeriesBlock]:
    courses = read_courses(query, night.issued_at_utc, [facts.name for facts in here])
    by_series = night["peaks"].partition_by("series_id", as_dict=True)
    nothing = night["peaks"].clear()

    def block(facts: SeriesFacts) -> SeriesBlock:
        days = by_series.get((facts.name,), nothing)
        return series_block(facts, *courses[facts.name], days, night.issued_at_utc)

    return [_block_in_isolation(facts, block, faults) for facts in here]


def _block_in_isolation(
    facts: SeriesFacts, make: Callable[[SeriesFacts], SeriesBlock], faults: list[str]
) -> SeriesBlock:
    try:
        return make(facts)
    except Exception as error:
        LOG.exception("%s could not be shown", facts.name)
        faults.append(facts.name)
        return SeriesBlock(facts.key, facts.name, "", (f"Not shown: {type(error).__name__}: {error}.",))


def _tally(series: list[SeriesFacts]) -> str:
    if not series:
        return "no series"
    states = pl.Series([facts.row["status"] for facts in series]).value_counts(sort=True)
    words = [f"{count:,} {status.replace('_', ' ')}" for status, count in states.iter_rows()]
    return f"{len(series):,} series: {', '.join(words)}"


def _places(names: list[str], n_series: int, number: int) -> list[Any]:
    return [
        _Place(
            name,
            f"{place * SERIES_PER_PAGE + 1} to {min((place + 1) * SERIES_PER_PAGE, n_series)}",
            place == number,
        )
        for place, name in enumerate(names)
    ]
