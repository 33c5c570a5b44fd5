"""What a format of a web log is: the texts of a line's fields, or the reason why they cannot be told.

Each format fills the columns of ``FIELD_SCHEMA`` in its own way; what becomes of them (times to UTC,
numbers, the request line) is the same for all, and stands in ``reader`` and ``requests``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import polars as pl

from traffic.parsing.content import LineBlock

FastPath = Callable[[LineBlock], tuple[pl.DataFrame, pl.DataFrame]]
"""Takes a block; returns ``REQUEST_SCHEMA`` of some lines, and ``line_number`` and ``line`` of the others."""

FIELD_SCHEMA = pl.Schema(
    {
        "line_number": pl.Int64(),
        "line": pl.String(),
        "reason": pl.String(),  # what is wrong with the line, null if its fields were found
        "host": pl.String(),
        "time": pl.String(),  # as the line has it, for the sentence that refuses it
        "local": pl.Datetime("us"),  # wall-clock time, null if the text is no time
        "offset_minutes": pl.Int32(),  # east of Greenwich, null if the line has none
        "request": pl.String(),  # the whole request line, or null where it comes in parts
        "method": pl.String(),
        "path": pl.String(),
        "query": pl.String(),  # where it stands apart from the path
        "protocol": pl.String(),
        "status": pl.String(),
        "bytes": pl.String(),
    }
)


class LineParser(Protocol):
    """Finds the fields of one log's lines, block after block."""

    def parse(self, lines: pl.DataFrame, comments: pl.DataFrame) -> pl.DataFrame:
        """Find the fields of the next lines.

        Parameters
        ----------
        lines, comments : polars.DataFrame
            ``line_number`` and ``line`` of the block's records, and of its blank lines and comments.

        Returns
        -------
        polars.DataFrame
            ``FIELD_SCHEMA``, one row a line, in the lines' order.
        """


class Layout(Protocol):
    """One format of a web log."""

    @property
    def name(self) -> str:
        """As written in sources.toml."""

    @property
    def needs_month(self) -> bool:
        """Whether lines carry a day without month and year."""

    @property
    def lacks_offset(self) -> bool:
        """Whether the times of its lines never say their distance from UTC."""

    @property
    def has_directives(self) -> bool:
        """Whether some lines of a file say how those after them are laid out."""

    @property
    def fast(self) -> FastPath | None:
        """A faster way for the lines that it can prove well formed, if there is one."""

    def parser(self, month: str | None) -> LineParser:
        """Begin a log; ``month`` is ``yyyy-mm`` where lines carry none."""


def with_fields(lines: pl.DataFrame, **found: pl.Expr | pl.Series) -> pl.DataFrame:
    """Complete the fields that a format has to ``FIELD_SCHEMA``; those it lacks are null."""
    missing = {name: pl.lit(None) for name in FIELD_SCHEMA if name not in found and name not in lines.columns}
    return lines.with_columns(**found).with_columns(**missing).select(FIELD_SCHEMA.keys()).cast(FIELD_SCHEMA)
