"""Claims that several suites make of a column: complete, within limits, finite, a plausible time.

A claim that only one table makes belongs to that table's module. Every function is given the module
``great_expectations.expectations``, so that writing a claim does not load the library.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

FIRST_TIME_UTC = datetime(1970, 1, 1)
"""Times before this are refused by the parsers: one that comes later was made by a fault of ours."""

LAST_TIME_UTC = datetime(2100, 1, 1)
"""Times after this are a mistake in a clock or a format."""

LARGEST_NUMBER = 1.7976931348623157e308
"""Finite numbers lie between minus this and this: the largest double."""


def complete(gxe: Any, *columns: str) -> list[Any]:
    """Expect each of some columns to have a value in every row.

    Parameters
    ----------
    gxe : module
        ``great_expectations.expectations``.
    *columns : str
        Names of the columns.

    Returns
    -------
    list of Expectation
        One a column.
    """
    return [
        gxe.ExpectColumnValuesToNotBeNull(column=column, description=f"{column} is never missing")
        for column in columns
    ]


def mostly_complete(gxe: Any, column: str, share: float) -> Any:
    """Expect a column to have a value in most rows: a column that is nearly empty was not understood.

    Parameters
    ----------
    gxe : module
        ``great_expectations.expectations``.
    column : str
        Name of the column.
    share : float
        Least share of rows with a value, 0 to 1.

    Returns
    -------
    Expectation
    """
    claim = f"{column} is there in at least {share:.0%} of the rows"
    return gxe.ExpectColumnValuesToNotBeNull(column=column, mostly=share, description=claim)


def within(gxe: Any, column: str, description: str, **limits: Any) -> Any:
    """Expect the values of a column that are there to lie within limits.

    Parameters
    ----------
    gxe : module
        ``great_expectations.expectations``.
    column : str
        Name of the column.
    description : str
        The claim as a sentence.
    **limits : object
        ``min_value`` and ``max_value``, inclusive, and ``strict_min`` or ``strict_max`` to exclude them.

    Returns
    -------
    Expectation
    """
    return gxe.ExpectColumnValuesToBeBetween(column=column, description=description, **limits)


def plausible_time(gxe: Any, column: str) -> Any:
    """Expect a column of times to lie within `FIRST_TIME_UTC` and `LAST_TIME_UTC`.

    Parameters
    ----------
    gxe : module
        ``great_expectations.expectations``.
    column : str
        Name of the column, naive UTC.

    Returns
    -------
    Expectation
    """
    claim = f"{column} lies between {FIRST_TIME_UTC:%Y} and {LAST_TIME_UTC:%Y}"
    return within(gxe, column, claim, min_value=FIRST_TIME_UTC, max_value=LAST_TIME_UTC)


def finite(gxe: Any, column: str) -> Any:
    """Expect the numbers of a column to be finite; missing ones are left to `complete`.

    Parameters
    ----------
    gxe : module
        ``great_expectations.expectations``.
    column : str
        Name of the column.

    Returns
    -------
    Expectation
    """
    return within(gxe, column, f"{column} is finite", min_value=-LARGEST_NUMBER, max_value=LARGEST_NUMBER)


def always(gxe: Any, column: str, description: str) -> Any:
    """Expect a derived column of truth values to be true throughout.

    Parameters
    ----------
    gxe : module
        ``great_expectations.expectations``.
    column : str
        Name of the derived column.
    description : str
        The claim as a sentence.

    Returns
    -------
    Expectation
    """
    return gxe.ExpectColumnValuesToBeInSet(column=column, value_set=[True], description=description)
