"""Keeps texts in a CSV from being formulas: a spreadsheet runs what begins like one.

The characters are those of OWASP's page on CSV injection. How a CSV is written, and where to, is decided
elsewhere.
"""

from __future__ import annotations

import polars as pl
import polars.selectors as cs

GUARD = "'"
"""Put before a text that a spreadsheet would run: it then shows the text as it is."""

_BEGINS_A_FORMULA = r"^[=+\-@\t\r\n＝＋－＠]"
_IS_A_NUMBER = r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?$"
_IS_GUARDED = r"^'+[=+\-@\t\r\n＝＋－＠]"
_TEXTS = cs.string(include_categorical=True) | cs.enum()


def guarded(rows: pl.DataFrame) -> pl.DataFrame:
    """Put a quote before the texts that begin like a formula, in cells and in the names of columns.

    Only columns of text are touched: a number is never a formula, negative ones included, nor is a text that
    is a number. A text that a guard would be mistaken in gets one more, so that ``unguarded`` gives all back.

    Parameters
    ----------
    rows : polars.DataFrame
        What a query returned.

    Returns
    -------
    polars.DataFrame
        The same rows, fit to be opened in a spreadsheet.
    """
    text = _TEXTS.cast(pl.String)
    is_odd = text.str.contains(_BEGINS_A_FORMULA) & ~text.str.contains(_IS_A_NUMBER)
    is_odd |= text.str.contains(_IS_GUARDED)
    cells = rows.with_columns(pl.when(is_odd).then(text.str.replace("^", GUARD)).otherwise(text))
    names = pl.Series(cells.columns, dtype=pl.String)
    odd = names.str.contains(_BEGINS_A_FORMULA) | names.str.contains(_IS_GUARDED)
    return cells.rename({name: GUARD + name for name in names.filter(odd)})


def unguarded(rows: pl.DataFrame) -> pl.DataFrame:
    """Take the guards off again.

    Parameters
    ----------
    rows : polars.DataFrame
        As ``guarded`` returned them, or as they were read back.

    Returns
    -------
    polars.DataFrame
        The rows as they were.
    """
    text = _TEXTS.cast(pl.String)
    cells = rows.with_columns(pl.when(text.str.contains(_IS_GUARDED)).then(text.str.slice(1)).otherwise(text))
    names = pl.Series(cells.columns, dtype=pl.String)
    return cells.rename({name: name[1:] for name in names.filter(names.str.contains(_IS_GUARDED))})
