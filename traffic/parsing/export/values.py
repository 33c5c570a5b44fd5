"""The values of an export: numbers with a decimal point or comma, in groups or not, and what is missing.

Which mark is the decimals' is told from all cells of a file together, and only where they leave no doubt.
"""

from __future__ import annotations

from typing import Literal

import polars as pl

from traffic.parsing.export.layout import AUTO, SHOWN_CHARACTERS, Decimal

MISSING_WORDS = ("", "-", "na", "n/a", "nan", "none", "null")
# Groups of thousands stand between blanks (of three kinds) or apostrophes in either writing.
_BLANKS = "    '’"
_EXPONENT = r"(?:[eE][+-]?\d+)?"
_GROUPED = {
    ".": rf"^[+-]?\d{{1,3}}(?:(?:,\d{{3}})+|(?:[{_BLANKS}]\d{{3}})+)(?:\.\d*)?{_EXPONENT}$",
    ",": rf"^[+-]?\d{{1,3}}(?:(?:\.\d{{3}})+|(?:[{_BLANKS}]\d{{3}})+)(?:,\d*)?{_EXPONENT}$",
}
_PLAIN_COMMA = rf"^[+-]?(?:\d+(?:,\d*)?|,\d+){_EXPONENT}$"
# A mark that cannot stand between thousands: too few or too many figures after it, or before it, or groups
# of the other mark.
_ONLY_DECIMAL = {
    mark: rf"^[+-]?(?:(?:\d*{here}(?:\d{{0,2}}|\d{{4,}})|(?:0|\d{{4,}}|0\d+)?{here}\d{{3}})"
    rf"|\d{{1,3}}(?:[{other}{_BLANKS}]\d{{3}})+{here}\d*){_EXPONENT}$"
    for mark, here, other in ((".", r"\.", ","), (",", ",", r"\."))
}
# Two groups of the same mark: it cannot be the decimals'.
_ONLY_GROUPS = {".": r"^[+-]?\d{1,3}(?:\.\d{3}){2,}$", ",": r"^[+-]?\d{1,3}(?:,\d{3}){2,}$"}
_WITH_UNIT = r"^[+-]?\d[\d.,]*\s*[A-Za-z%µ][A-Za-z/%]*$"


def read_values(cells: pl.DataFrame, decimal: Decimal) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Read the values of all cells.

    Parameters
    ----------
    cells : polars.DataFrame
        ``text`` and ``label``.
    decimal : {"auto", ".", ","}
        Mark before the decimals; with ``auto`` a cell that may be read in two ways is no number.

    Returns
    -------
    polars.DataFrame
        The cells with ``value`` (null where missing or no number), ``is_bad`` (neither missing nor a
        number) and ``bad_text`` (a sentence on it).
    tuple of str
        What was told from the cells.
    """
    mark, told = (decimal, ()) if decimal != AUTO else _tell_decimal(cells["text"])
    text = pl.col("text")
    is_missing = text.str.to_lowercase().is_in(MISSING_WORDS) | text.is_null()
    number = _number(mark)
    is_number = number.is_finite().fill_null(value=False)
    is_bad = ~is_missing & ~is_number
    return cells.with_columns(
        value=pl.when(~is_missing & is_number).then(number), is_bad=is_bad, bad_text=_fault(mark)
    ), told


def _fault(mark: str) -> pl.Expr:
    shown, label = (pl.col(name).str.head(SHOWN_CHARACTERS) for name in ("text", "label"))
    is_unclear = pl.lit(mark == AUTO) & pl.col("text").str.contains(_GROUPED["."])
    fault = (
        pl.when(is_unclear)
        .then(pl.lit("may be thousands or decimals: say decimal = '.' or ','"))
        .when(pl.col("text").str.contains(_WITH_UNIT))
        .then(pl.lit("is a number with a unit: export the bare values"))
        .otherwise(pl.lit("is not a number"))
    )
    return pl.format("'{}' for series '{}' {}", shown, label, fault)


def decimal_mark(text: pl.Series) -> Literal[".", ",", None]:
    """Tell the decimals' mark from the texts of a file's values.

    Returns
    -------
    {".", ",", None}
        None if the texts hold commas that may be either, and nothing that shows which.
    """
    if not text.str.contains(",", literal=True).any():
        # Without a comma a point is the decimals', unless it stands twice in one number.
        return "," if _any(text, _ONLY_GROUPS["."]) and not _any(text, _ONLY_DECIMAL["."]) else "."
    shows_comma = _any(text, _ONLY_DECIMAL[","]) or _any(text, _ONLY_GROUPS["."])
    shows_point = _any(text, _ONLY_DECIMAL["."]) or _any(text, _ONLY_GROUPS[","])
    if shows_point:  # also where both are shown: the cells with commas are then no numbers
        return "."
    return "," if shows_comma else None


def _tell_decimal(text: pl.Series) -> tuple[Literal["auto", ".", ","], tuple[str, ...]]:
    mark = decimal_mark(text)
    if mark == ",":
        return mark, ("decimal commas",)
    return mark or "auto", ()


def _any(text: pl.Series, pattern: str) -> bool:
    return bool(text.str.contains(pattern).any())


def _number(mark: str) -> pl.Expr:
    text = pl.col("text")
    if mark == ",":
        without = pl.when(text.str.contains(_PLAIN_COMMA) | text.str.contains(_GROUPED[","])).then(
            text.str.replace_all(rf"[.{_BLANKS}]", "").str.replace(",", ".", literal=True)
        )
        return without.cast(pl.Float64, strict=False)
    plain = text.cast(pl.Float64, strict=False)
    if mark == AUTO:
        return plain
    grouped = pl.when(text.str.contains(_GROUPED["."])).then(text.str.replace_all(rf"[,{_BLANKS}]", ""))
    return pl.coalesce(plain, grouped.cast(pl.Float64, strict=False))
