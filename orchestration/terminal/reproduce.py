"""What ``diurnal reproduce`` does: chooses the data of a home, and writes the page about the two documents.

What is computed is in ``traffic.reproduction``, how it is shown in ``assets.reproduction``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rich.console import Console

from assets.landing import Landing
from assets.page.shell import write_page
from assets.printable import printable
from assets.reproduction.log_day import Ask, busiest_log_day
from assets.reproduction.page import Document, reproduction_page, tally
from assets.reproduction.scratch import scratch_warehouse
from assets.reproduction.week import full_week
from assets.sources import Source, Sources
from assets.web_log_source import WebLog
from orchestration.home import Home
from orchestration.terminal.guess import UnknownFileError, guess
from orchestration.terminal.reading import read_when_free
from traffic.reproduction.paper import reproduce_paper
from traffic.reproduction.post import reproduce_post
from traffic.simulation.landing_zone import NOTICE_PATH
from traffic.simulation.sources_toml import simulated_patterns

PAGE = "reproduction.html"
EPA = "epa"
# The trace that the post analyses: its publisher gives the month and the clock, which its lines do not carry.
EPA_MONTH, EPA_ZONE = "1995-08", "America/New_York"
WAIT_SECONDS = 60.0
_KNOWN = "SELECT count(*) AS n FROM raw.ingested_files WHERE source = ? AND status IN ('loaded', 'growth')"
POST = "“Network Traffic Modeling: Constant Volatility”"
ABOUT_POST = "A blog post that models one day of a web server's log as an ARMA of constant volatility."
PAPER = "“Mathematical modelling of daily computer network traffic”"
ABOUT_PAPER = (
    "M. Khvostivskyy, H. Osukhivska, L. Khvostivska, T. Lobur, D. Velychko, S. Lupenko, T. Hovorushchenko: "
    "ITTAP 2021, Ternopil (CEUR-WS). A provider's week as realisations of a periodically correlated process."
)


class UnusableDataError(ValueError):
    """What the person who typed the command named cannot be used; the message says why."""


@dataclass(frozen=True)
class Reproduction:
    """A page, and how it came out.

    Parameters
    ----------
    path : Path
        Where it is.
    documents : tuple of Document
        What stands in it.
    """

    path: Path
    documents: tuple[Document, ...]


def reproduce(home: Home, sources: Sources, log: str | None, series: str | None) -> Reproduction:
    """Write the page about the two documents.

    Parameters
    ----------
    home : Home
        Its reports folder takes the page.
    sources : Sources
        What it reads.
    log : str, optional
        A file, or the name of a source, for the post; the first log in EPA's format, else the first, if not
        given.
    series : str, optional
        The series for the paper.

    Returns
    -------
    Reproduction
        Of a document that the home has no data for, it says why.

    Raises
    ------
    UnusableDataError
        If ``log`` or ``series`` names nothing that can be used.
    """
    landing = Landing(home.path, sources)
    documents = (_post(home, landing, log), _paper(home, landing, series))
    path = home.reports / PAGE
    write_page(path, reproduction_page(documents))
    return Reproduction(path, documents)


def show_reproduction(console: Console, found: Reproduction) -> int:
    """Say where the page is and how it came out.

    Returns
    -------
    int
        The exit code: 0, or 1 where no document could be reproduced.
    """
    for document in found.documents:
        outcome = f"not reproduced: {document.reason}" if document.reason else tally(document.sections)
        simulated = " (SIMULATED data)" if document.is_simulated else ""
        console.print(printable(f"{document.name}{simulated}: {outcome}"), markup=False, highlight=False)
    console.print(f"written: {found.path}", markup=False, highlight=False)
    return int(all(document.reason for document in found.documents))


def _post(home: Home, landing: Landing, log: str | None) -> Document:
    source = _log_source(landing, log)
    if source is None:
        reason = "sources.toml names no web log; add a [[weblog]], or say --log FILE"
        return Document("post", POST, ABOUT_POST, reason=reason)
    try:
        with _asking(home, landing, source) as ask:
            day = busiest_log_day(ask, source)
        sections = reproduce_post(day)
    except ValueError as error:
        if log is not None:
            raise UnusableDataError(f"--log {log}: {error}") from error
        return Document("post", POST, ABOUT_POST, reason=f"{source.name}: {error}")
    data = f"the web log {source.name} ({source.files}), {day.local_date:%-d %B %Y} in {day.time_zone}"
    return Document("post", POST, ABOUT_POST, data, sections, _is_simulated(home, source))


def _paper(home: Home, landing: Landing, series: str | None) -> Document:
    why = []
    for source in _series_sources(landing, series):
        try:
            with _asking(home, landing, source) as ask:
                week = full_week(ask, source.name, series)
            if week is None:
                why.append(
                    f"{series or source.name} has no seven days in a row with nine tenths of their values, "
                    "in steps that divide the day into 12 or more"
                )
                continue
            sections = reproduce_paper(week)
        except ValueError as error:
            why.append(f"{source.name}: {error}")
            continue
        chosen = "" if series else "; of this source's series it has the clearest daily course"
        data = (
            f"the series {week.series_id} ({source.files}), {week.dates[0]:%-d %B %Y} to "
            f"{week.dates[-1]:%-d %B %Y} in {week.time_zone}, its newest whole week{chosen}"
        )
        return Document("paper", PAPER, ABOUT_PAPER, data, sections, _is_simulated(home, source))
    reason = "; ".join(why) or "sources.toml names no source; add an [[export]]"
    if series is not None:
        raise UnusableDataError(f"--series {series}: {reason}")
    return Document("paper", PAPER, ABOUT_PAPER, reason=reason)


def _series_sources(landing: Landing, series: str | None) -> list[Source]:
    """Return where to look for a week: a named series' own source, else the exports and then the logs."""
    if series is None:
        return [*landing.sources.export, *landing.sources.weblog]
    name = series.split("/")[0]
    named = [source for source in landing.sources.all if source.name == name]
    if not named:
        names = ", ".join(source.name for source in landing.sources.all) or "none"
        raise UnusableDataError(
            f"--series {series}: no source of sources.toml is named {name!r} ({names}); a series is "
            "<source>/<label>, as series.catalog lists it"
        )
    return named


def _log_source(landing: Landing, log: str | None) -> WebLog | None:
    logs = landing.sources.weblog
    if log is None:
        return next((source for source in logs if source.format == EPA), logs[0] if logs else None)
    named = next((source for source in logs if source.name == log), None)
    if named is not None:
        return named
    if not Path(log).is_file():
        names = ", ".join(source.name for source in logs) or "none"
        raise UnusableDataError(f"--log {log} is neither a file nor a web log of sources.toml ({names})")
    try:
        found = guess(Path(log))
    except (UnknownFileError, OSError) as error:
        raise UnusableDataError(f"--log {log} is not recognised: {error}") from error
    if found.table != "weblog":
        raise UnusableDataError(f"--log {log} looks like an export, not like a web log")
    zone = {"time_zone": landing.sources.platform.time_zone}
    known = {"month": EPA_MONTH, "time_zone": EPA_ZONE} if found.keys["format"] == EPA else {}
    return WebLog.model_validate(zone | found.keys | known)


@contextmanager
def _asking(home: Home, landing: Landing, source: Source) -> Iterator[Ask]:
    """Ask the home's warehouse where a night has read the source, else one that is made for this."""
    ask = partial(read_when_free, home, wait_seconds=WAIT_SECONDS)
    if home.warehouse.exists() and source in landing.sources.all and ask(_KNOWN, [source.name])["n"][0]:
        yield ask
        return
    if not landing.files_of(source):
        raise ValueError(landing.why_no_files(source))
    with scratch_warehouse(landing, source) as query:
        yield query


def _is_simulated(home: Home, source: Source) -> bool:
    return (home.path / NOTICE_PATH).exists() and source.files in simulated_patterns()
