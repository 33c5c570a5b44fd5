"""What a page is built of: sentences, tables and figures, as values that the template lays out.

What they say belongs to the sections.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

MAX_ROWS: Final = 50
"""Rows of a table at most: it ends with a sentence that says where the others are."""


@dataclass(frozen=True)
class Cell:
    """A cell of a table.

    Parameters
    ----------
    text : str
        What it says.
    href : str or None
        Where it leads.
    tone : str
        ``bad``, ``warn`` or nothing; the words say the same.
    """

    text: str
    href: str | None = None
    tone: str = ""


@dataclass(frozen=True)
class Line:
    """A sentence in a list.

    Parameters
    ----------
    label : str
        One or two words on what it is about.
    text : str
        The sentence.
    tone : str
        ``bad``, ``warn`` or nothing.
    subject : str
        Name of the series or source that it speaks of, shown before it.
    href : str or None
        Where to read on.
    """

    label: str
    text: str
    tone: str = ""
    subject: str = ""
    href: str | None = None


@dataclass(frozen=True)
class Table:
    """A table; the first cell of each row is its heading.

    Parameters
    ----------
    caption : str
        What it shows.
    columns : tuple of str
        Headings. One that begins with ``#`` is of numbers, and set flush right; the mark is not shown.
    rows : tuple of tuple of Cell
        At most ``MAX_ROWS``.
    rest : str
        What was left out, in a sentence.
    is_folded : bool
        Whether it opens on request.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    rest: str = ""
    is_folded: bool = False

    @property
    def headings(self) -> list[tuple[str, bool]]:
        """Headings, and whether each is of numbers."""
        return [(name.removeprefix("#"), name.startswith("#")) for name in self.columns]


@dataclass(frozen=True)
class Figure:
    """A chart in the page.

    Parameters
    ----------
    key : str
        Its name in the page; letters, digits and hyphens.
    title : str
        Caption.
    alt : str
        What it shows in words, with the numbers, for those who do not see it.
    note : str
        The same below the chart, where its heading has said of what.
    specification : str
        Vega-Lite as JSON that may stand inside a script element.
    drawing : str
        SVG markup of the same, which stands where no script runs, and in print.
    """

    key: str
    title: str
    alt: str
    note: str
    specification: str
    drawing: str


@dataclass(frozen=True)
class Section:
    """A part of the page with a heading.

    Parameters
    ----------
    key : str
        Its name in a link.
    title : str
        Heading.
    lead : str
        What it is, or why it is empty, in a sentence or two.
    lines : tuple of Line
        Findings, the most important first.
    more : tuple of Line
        Findings that open on request.
    tables : tuple of Table
        In order.
    figures : tuple of Figure
        In order.
    """

    key: str
    title: str
    lead: str = ""
    lines: tuple[Line, ...] = ()
    more: tuple[Line, ...] = ()
    tables: tuple[Table, ...] = ()
    figures: tuple[Figure, ...] = ()


@dataclass(frozen=True)
class SeriesBlock:
    """What the page says of one series.

    Parameters
    ----------
    key : str
        Its name in a link.
    name : str
        The series.
    about : str
        Unit and step.
    lines : tuple of str
        Facts in sentences.
    risk : str
        The most pressing of them, empty if nothing presses.
    forecast : Figure or None
        None where nothing was measured and nothing is forecast.
    days : Figure or None
        Phases of its days.
    tables : tuple of Table
        Folded.
    """

    key: str
    name: str
    about: str
    lines: tuple[str, ...] = ()
    risk: str = ""
    forecast: Figure | None = None
    days: Figure | None = None
    tables: tuple[Table, ...] = field(default=())


def table_of(
    caption: str,
    columns: tuple[str, ...],
    rows: Sequence[tuple[Cell, ...]],
    elsewhere: str,
    is_folded: bool = False,
) -> Table:
    """Make a table of the first rows, and say where the others are.

    Parameters
    ----------
    caption, columns, is_folded
        As of ``Table``.
    rows : sequence of tuple of Cell
        The most important first.
    elsewhere : str
        Table of the database that has them all.
    """
    left_out = len(rows) - MAX_ROWS
    rest = f"{left_out:,} more rows: see {elsewhere}." if left_out > 0 else ""
    return Table(caption, columns, tuple(rows[:MAX_ROWS]), rest, is_folded)
