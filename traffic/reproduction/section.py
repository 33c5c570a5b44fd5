"""One section of a reproduction: what a document states, what is found here, and how far the two agree.

Only containers belong here. Numbers stand in sentences by name, so that whoever shows them can tell a
computed number from a word.
"""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, TypeAlias

import polars as pl

Value: TypeAlias = float | int | str | date | datetime

AGREES: Final = "agrees"
DIFFERS: Final = "differs"
OPEN: Final = "cannot be told"
VERDICTS: Final = (AGREES, DIFFERS, OPEN)


@dataclass(frozen=True)
class Piece:
    """A stretch of a sentence.

    Parameters
    ----------
    text : str
        As it is read.
    is_computed : bool
        Whether it was computed, or taken from a document as a number, and not written as words.
    """

    text: str
    is_computed: bool


@dataclass(frozen=True)
class Sentence:
    """Words with computed values in them.

    Parameters
    ----------
    template : str
        As for ``str.format`` with named fields.
    values : mapping of str to value
        One for each field.
    verdict : str or None
        Whether what is found agrees with the document: one of ``VERDICTS``; None where nothing is compared.
    """

    template: str
    values: Mapping[str, Value] = field(default_factory=dict)
    verdict: str | None = None

    def pieces(self) -> Iterator[Piece]:
        """Yield the words and the values in order.

        Yields
        ------
        Piece
            None of them empty.
        """
        for words, name, form, _ in string.Formatter().parse(self.template):
            if words:
                yield Piece(words, is_computed=False)
            if name is not None:
                yield Piece(format(self.values[name], form or ""), is_computed=True)

    @property
    def text(self) -> str:
        """The whole sentence as it is read."""
        return "".join(piece.text for piece in self.pieces())


@dataclass(frozen=True)
class Comparison:
    """One number or formula of a document beside ours.

    Parameters
    ----------
    what : str
        Its name.
    theirs : str
        As the document has it.
    ours : Sentence
        What is found here.
    """

    what: str
    theirs: str
    ours: Sentence


@dataclass(frozen=True, eq=False)
class Picture:
    """What is to be drawn, and what it shows in words.

    Parameters
    ----------
    kind : str
        Which drawing: ``course``, ``correlogram``, ``histogram``, ``intervals``, ``days``, ``peaks``,
        ``phases``, ``densities``, ``surface``.
    title : str
        Above it.
    alt : Sentence
        The same for those who do not see it, with its numbers.
    frame : polars.DataFrame
        The columns that the kind of drawing asks for.
    x, y : str
        Titles of the axes, with units.
    """

    kind: str
    title: str
    alt: Sentence
    frame: pl.DataFrame
    x: str
    y: str


@dataclass(frozen=True, eq=False)
class Table:
    """Some more numbers, as rows.

    Parameters
    ----------
    title : str
        Above it.
    frame : polars.DataFrame
        Columns named as they are read.
    formats : mapping of str to str
        Format of a column's numbers, where it is not ``.4g``.
    """

    title: str
    frame: pl.DataFrame
    formats: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Section:
    """One step of a document.

    Parameters
    ----------
    key : str
        Its name in a link.
    title : str
        Its heading.
    theirs : str
        What the document shows and says.
    comparisons : tuple of Comparison
        Its numbers and formulas beside ours.
    findings : tuple of Sentence
        How far they agree.
    pictures : tuple of Picture
        Its figures, from our data.
    tables : tuple of Table
        What supports them.
    """

    key: str
    title: str
    theirs: str
    comparisons: tuple[Comparison, ...] = ()
    findings: tuple[Sentence, ...] = ()
    pictures: tuple[Picture, ...] = ()
    tables: tuple[Table, ...] = ()


def judged(agrees: bool | None) -> str:
    """Put a comparison's outcome into a verdict.

    Parameters
    ----------
    agrees : bool or None
        None where it cannot be told.

    Returns
    -------
    str
        One of ``VERDICTS``.
    """
    if agrees is None:
        return OPEN
    return AGREES if agrees else DIFFERS


def plural(count: int, one: str, many: str) -> str:
    """Choose the word that goes with a count.

    Parameters
    ----------
    count : int
        How many.
    one, many : str
        The word for one and for another number.

    Returns
    -------
    str
        One of the two.
    """
    return one if count == 1 else many
