"""The reproduction page: sections in, HTML out.

Nothing is computed here but how values are written. Charts are in ``drawings``, the shell in ``assets.page``.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from assets.page.charts import EmbeddedChart, embed
from assets.page.shell import render_page
from assets.reproduction.drawings import draw
from traffic.reproduction.section import VERDICTS, Comparison, Section, Sentence, Table

TITLE: Final = "The two documents, reproduced"
_TEMPLATE: Final = Path(__file__).resolve().parent / "reproduction.html"


@dataclass(frozen=True)
class Document:
    """One document as the page has it.

    Parameters
    ----------
    key : str
        Its name in a link.
    name, about : str
        Heading, and where it comes from.
    data : str
        What it is reproduced from.
    sections : tuple of Section
        In its own order; none where it could not be reproduced.
    is_simulated : bool
        Whether the data are simulated.
    reason : str or None
        Why it could not be reproduced.
    """

    key: str
    name: str
    about: str
    data: str = ""
    sections: tuple[Section, ...] = ()
    is_simulated: bool = False
    reason: str | None = None


@dataclass(frozen=True)
class _ShownTable:
    title: str
    columns: list[tuple[str, bool]]
    rows: list[list[tuple[str, bool]]]


@dataclass(frozen=True)
class _ShownSection:
    key: str
    title: str
    theirs: str
    comparisons: tuple[Comparison, ...]
    findings: tuple[Sentence, ...]
    charts: list[EmbeddedChart]
    tables: list[_ShownTable]


@dataclass(frozen=True)
class _ShownDocument:
    key: str
    name: str
    about: str
    data: str
    is_simulated: bool
    reason: str | None
    tally: str
    sections: list[_ShownSection]


def reproduction_page(documents: tuple[Document, ...]) -> str:
    """Write the page.

    Parameters
    ----------
    documents : tuple of Document
        In order.

    Returns
    -------
    str
        HTML that asks for nothing outside itself.
    """
    return render_page(_TEMPLATE, title=TITLE, documents=[_shown(document) for document in documents])


def tally(sections: tuple[Section, ...]) -> str:
    """Count the findings of each verdict.

    Parameters
    ----------
    sections : tuple of Section
        Of one document.

    Returns
    -------
    str
        In words.
    """
    counts = Counter(finding.verdict for section in sections for finding in section.findings)
    return ", ".join(f"{counts[verdict]} × {verdict}" for verdict in VERDICTS if counts[verdict])


def _shown(document: Document) -> _ShownDocument:
    sections = [_shown_section(document.key, section) for section in document.sections]
    return _ShownDocument(
        document.key,
        document.name,
        document.about,
        document.data,
        document.is_simulated,
        document.reason,
        tally(document.sections),
        sections,
    )


def _shown_section(document: str, section: Section) -> _ShownSection:
    charts = [
        embed(f"{document}-{section.key}-{number}", draw(picture), picture.title, picture.alt.text)
        for number, picture in enumerate(section.pictures, start=1)
    ]
    tables = [_shown_table(table) for table in section.tables]
    return _ShownSection(
        section.key, section.title, section.theirs, section.comparisons, section.findings, charts, tables
    )


def _shown_table(table: Table) -> _ShownTable:
    is_number = {name: kind.is_numeric() for name, kind in table.frame.schema.items()}
    rows = [
        [(_cell(value, table.formats.get(name)), is_number[name]) for name, value in row.items()]
        for row in table.frame.iter_rows(named=True)
    ]
    return _ShownTable(table.title, list(is_number.items()), rows)


def _cell(value: Any, form: str | None) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return format(value, form or ".4g")
    return format(value, form or "") if not isinstance(value, str) else value
