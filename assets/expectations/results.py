"""What became of an expectation: the row of ``quality.expectations`` and how it is worded.

Reading Great Expectations' own results belongs to ``adapter``.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from assets.printable import printable

OBSERVED_LIMIT = 300
DETAILS_LIMIT = 1_000
EXAMPLES = 3

SCHEMA_EXPECTATIONS = frozenset(
    {
        "expect_table_columns_to_match_set",
        "expect_column_values_to_be_of_type",
        "expect_column_values_to_be_in_type_list",
    }
)
"""Expectations about a table's columns and types: a fault here is one of the schema, not of some rows."""


@dataclass(frozen=True)
class ExpectationResult:
    """What became of one expectation.

    Parameters
    ----------
    table_name : str
        Table that was checked.
    suite : str
        Suite that the expectation belongs to.
    expectation : str
        What was expected, by its name in Great Expectations.
    column_name : str
        Column it is about, ``''`` for the table as a whole; several are joined by commas.
    success : bool or None
        Whether the data met it; None when the check could not run.
    is_error : bool
        Whether the check could not run, which says nothing of the data.
    observed : str
        The value observed, or how many rows were unexpected with up to three examples.
    details : str
        The claim, with the keys of the first faulty rows, or the message of the error.
    source : str
        Source or series whose rows were checked; ``''`` for all.
    faulty : tuple of str
        Sources or series (whichever the suite groups by) with faulty rows, sorted; empty unless it failed.
    """

    table_name: str
    suite: str
    expectation: str
    column_name: str
    success: bool | None
    is_error: bool
    observed: str
    details: str
    source: str = ""
    faulty: tuple[str, ...] = ()

    @property
    def concerns_schema(self) -> bool:
        """Whether it is about columns and types rather than about rows."""
        return self.expectation in SCHEMA_EXPECTATIONS


def describe_unexpected(unexpected: int, considered: int, examples: pl.Series) -> str:
    """Word how many values were unexpected, and name some.

    Parameters
    ----------
    unexpected : int
        Number of unexpected values.
    considered : int
        Number of rows judged.
    examples : polars.Series
        Unexpected values, of which the first three are shown.

    Returns
    -------
    str
        At most 300 printable characters.
    """
    counts = f"{unexpected:,} of {considered:,} unexpected"
    if not unexpected:
        return counts
    shown = ", ".join(_show(value) for value in examples.head(EXAMPLES))
    return printable(f"{counts}, e.g. {shown}", OBSERVED_LIMIT)


def describe_rows(rows: pl.DataFrame) -> str:
    """Word which rows are meant, by the columns given.

    Parameters
    ----------
    rows : polars.DataFrame
        Key columns of the rows, of which the first three are shown.

    Returns
    -------
    str
        ``source=www, line_number=3; source=www, line_number=7``.
    """
    return "; ".join(
        ", ".join(f"{name}={_show(value)}" for name, value in row.items())
        for row in rows.head(EXAMPLES).iter_rows(named=True)
    )


def _show(value: object) -> str:
    """One value, short enough that three of them fit."""
    return "null" if value is None else printable(str(value), OBSERVED_LIMIT // (EXAMPLES + 1))
