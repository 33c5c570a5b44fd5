"""The times of a user's own pattern: strftime, and what Apache adds to it.

A time may stand in several places of a line, its fraction in another than its date: each directive fills a
group of its own, named after it, and ``time_reading`` puts them together.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import polars as pl

from traffic.parsing.weblog.pattern_pieces import Literal, LogPatternError, Piece

_TWO = "[0-9]{2}"
_BLANK_TWO = "[ 0-9][0-9]"
_GROUPS = {
    "Y": "[0-9]{4}",
    "y": _TWO,
    "m": _TWO,
    "b": "[A-Z][a-z]{2}",
    "B": "[A-Z][a-z]+",
    "d": _TWO,
    "H": _TWO,
    "I": _TWO,
    "M": _TWO,
    "S": _TWO,
    "p": "[AaPp][Mm]",
}
_SAME_AS = {"h": ("b", _GROUPS["b"]), "e": ("d", _BLANK_TWO), "k": ("H", _BLANK_TWO), "l": ("I", _BLANK_TWO)}
_PASSED_OVER = {
    "a": "[A-Za-z]+",
    "A": "[A-Za-z]+",
    "j": "[0-9]{3}",
    "u": "[0-9]",
    "w": "[0-9]",
    "Z": r"[^\s\]]*",
}
_COMPOUND = {"D": "%m/%d/%y", "F": "%Y-%m-%d", "R": "%H:%M", "T": "%H:%M:%S"}
_OFFSET = r"Z|[+-][0-9]{2}:?[0-9]{2}"
_EPOCH = {
    "sec": r"(?P<epoch>[0-9]{1,11})",
    "msec": r"(?P<epoch>[0-9]{1,11})(?P<fraction>[0-9]{3})",
    "usec": r"(?P<epoch>[0-9]{1,11})(?P<fraction>[0-9]{6})",
    "msec_frac": r"(?P<fraction>[0-9]{3})",
    "usec_frac": r"(?P<fraction>[0-9]{6})",
}
CLF = "%d/%b/%Y:%H:%M:%S %z"
ISO = "%Y-%m-%dT%H:%M:%S%z"
MSEC = r"(?P<epoch>[0-9]{1,11})\.(?P<fraction>[0-9]{3})"


def time_piece(text: str, expression: str) -> Piece:
    """Return a time whose expression names its groups itself."""
    return Piece(text, "time", expression, expression, "time")


def apache_time(text: str, form: str) -> Iterator[Piece | Literal]:
    """Yield the pieces of Apache's ``%{form}t``.

    Raises
    ------
    LogPatternError
        If a directive of the form cannot be read back.
    """
    form = form.removeprefix("begin:").removeprefix("end:")
    if form in _EPOCH:
        yield time_piece(text, _EPOCH[form])
    else:
        yield from strftime_pieces(text, form)


def strftime_pieces(text: str, form: str) -> Iterator[Piece | Literal]:
    """Yield the pieces of a time as strftime writes it.

    Raises
    ------
    LogPatternError
        If a directive of the form cannot be read back.
    """
    for compound, expanded in _COMPOUND.items():
        form = form.replace(f"%{compound}", expanded)
    for found in re.finditer(r"%(.?)|[^%]+", form, re.DOTALL):
        letter = found[1]
        if letter is None:
            yield Literal(found[0])
        elif letter == "%":
            yield Literal("%")
        elif letter in _PASSED_OVER:
            yield Piece(text, None, _PASSED_OVER[letter], _PASSED_OVER[letter], f"%{letter} of the time")
        elif letter == "z":
            yield Piece(
                text, "time", f"(?P<offset>{_OFFSET})", f"(?P<offset>{_OFFSET})", "offset of the time"
            )
        elif letter == "s":
            yield time_piece(text, _EPOCH["sec"])
        else:
            group, expression = _SAME_AS.get(letter, (letter, _GROUPS.get(letter)))
            if expression is None:
                raise LogPatternError(
                    f"'%{letter}' in the time {text} cannot be read back; write %Y, %m and the like"
                )
            named = f"(?P<{group}>{expression})"
            yield Piece(text, "time", named, named, f"%{letter} of the time")


@dataclass(frozen=True)
class TimeReading:
    """How the groups of a line's time are read (``text_layout.TextLayout``)."""

    time_text: pl.Expr | None
    time_format: str
    needs_month: bool
    lacks_offset: bool


def time_reading(groups: Collection[str]) -> TimeReading:
    """Say how the time of a pattern is put together from its groups.

    Raises
    ------
    LogPatternError
        If a part of the time is nowhere in the pattern.
    """
    if "epoch" in groups:
        return TimeReading(None, "", needs_month=False, lacks_offset=False)
    year, month, hour = (_first(names, groups) for names in ("Yy", "mbB", "HI" if "p" in groups else "H"))
    lacking = {"day": "d" not in groups, "hour": hour is None, "minute": "M" not in groups}
    if (year is None) != (month is None):
        lacking |= {"year": year is None, "month": month is None}
    if any(lacking.values()):
        names = ", ".join(name for name, is_lacking in lacking.items() if is_lacking)
        everything = "write %t or %{…}t, or $time_local, $time_iso8601 or $msec"
        raise LogPatternError(f"the pattern has no whole time (no {names}); {everything}")
    date = [group for group in (year, month, "d") if group]
    clock = [group for group in (hour, "M", "S") if group in groups]
    text = pl.concat_str([_two(group) for group in date], separator="-")
    text += pl.lit(" ") + pl.concat_str([_two(group) for group in clock if group], separator=":")
    form = "-".join(f"%{group}" for group in (date if year else "Ymd"))
    form += " " + ":".join(f"%{group}" for group in clock)
    if hour == "I":
        text, form = text + pl.lit(" ") + pl.col("p"), f"{form} %p"
    return TimeReading(text, form, needs_month=year is None, lacks_offset="offset" not in groups)


def _first(names: str, groups: Collection[str]) -> str | None:
    return next((name for name in names if name in groups), None)


def _two(group: str) -> pl.Expr:
    """Fill up what strftime pads with a blank."""
    return pl.col(group).str.strip_chars().str.zfill(2)
