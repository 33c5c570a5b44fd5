"""A user's own pattern, in the syntax of Apache's LogFormat or nginx's log_format, as a layout.

The pieces of a pattern are told apart in ``apache_directives`` and ``nginx_variables``; how lines are read
with the layout, in ``text_layout``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from traffic.parsing.weblog.apache_directives import apache_pieces
from traffic.parsing.weblog.nginx_variables import VARIABLE, nginx_pieces
from traffic.parsing.weblog.pattern_pieces import Literal, LogPatternError, Piece
from traffic.parsing.weblog.text_layout import TextLayout
from traffic.parsing.weblog.time_directives import time_reading

PATTERN_FORMAT = "pattern"
LONGEST_PATTERN = 2_000
_SPECIAL = re.compile(r"[\\.+*?()|\[\]{}^$]")
_NAMED = re.compile(r"\(\?P<(\w+)>")

__all__ = ["LONGEST_PATTERN", "PATTERN_FORMAT", "LogPatternError", "pattern_layout"]


def pattern_layout(pattern: str) -> TextLayout:
    """Compile a pattern.

    Parameters
    ----------
    pattern : str
        In the syntax of LogFormat, or of log_format if it has a ``$variable``.

    Returns
    -------
    TextLayout
        Named ``pattern``.

    Raises
    ------
    LogPatternError
        If it has a directive that is not known, or no time; the message says which.
    """
    _refuse_what_is_no_pattern(pattern)
    pieces = list(nginx_pieces(pattern) if VARIABLE.search(pattern) else apache_pieces(pattern))
    pieces = _without_rivals(pieces)
    strict = [_expression(piece, is_strict=True) for piece in pieces]
    lenient = [_expression(piece, is_strict=False) for piece in pieces]
    groups = frozenset(_NAMED.findall("".join(strict)))
    reading = time_reading(groups)
    if not groups & {"request", "path", "status", "bytes"}:
        raise LogPatternError(
            "the pattern has neither a request nor a status nor a size; write %r, %>s or %b"
        )
    layout = TextLayout(
        name=PATTERN_FORMAT,
        patterns=tuple(rf"^{''.join(parts)}\s*$" for parts in (strict, lenient)),
        stages=tuple(_stages(pieces, lenient)),
        time_format=reading.time_format,
        time_text=reading.time_text,
        needs_month=reading.needs_month,
        lacks_offset=reading.lacks_offset,
    )
    _refuse_what_does_not_compile(layout)
    return layout


def _refuse_what_is_no_pattern(pattern: str) -> None:
    if len(pattern) > LONGEST_PATTERN:
        raise LogPatternError(f"the pattern is longer than {LONGEST_PATTERN:,} characters")
    if re.match(r"\s*(LogFormat|CustomLog|log_format)\b", pattern):
        raise LogPatternError("write only what stands between the quotes of LogFormat or log_format")
    if pattern.lstrip().startswith("#"):
        raise LogPatternError("the pattern begins with '#': such lines are comments and are skipped")
    if "\n" in pattern or "\r" in pattern:
        raise LogPatternError("the pattern has a line end; a record is one line")


def _without_rivals(pieces: Sequence[Piece | Literal]) -> list[Piece | Literal]:
    """Leave each role to one piece; the others are matched and passed over."""
    holders: dict[str, int] = {}
    for place, piece in enumerate(pieces):
        if isinstance(piece, Piece) and piece.role not in (None, "time"):
            best = holders.setdefault(str(piece.role), place)
            rival = pieces[best]
            if isinstance(rival, Piece) and piece.rank < rival.rank:
                holders[str(piece.role)] = place
    named = _named_times(pieces)
    return [
        replace(piece, role=None)
        if isinstance(piece, Piece) and piece.role not in (None, "time") and holders[str(piece.role)] != place
        else piece
        for place, piece in enumerate(named)
    ]


def _named_times(pieces: Sequence[Piece | Literal]) -> list[Piece | Literal]:
    """Name each group of a time once: seconds since 1970 stand for all others, of two times the first."""
    times = [piece for piece in pieces if isinstance(piece, Piece) and piece.role == "time"]
    groups_of = {id(piece): frozenset(_NAMED.findall(piece.strict)) for piece in times}
    epoch = next((piece for piece in times if "epoch" in groups_of[id(piece)]), None)
    used: set[str] = set()

    def named(piece: Piece | Literal) -> Piece | Literal:
        if isinstance(piece, Literal) or piece.role != "time":
            return piece
        groups = groups_of[id(piece)]
        is_fraction = groups == {"fraction"} and (epoch is None or "fraction" not in groups_of[id(epoch)])
        if groups & used or not (epoch is None or piece is epoch or is_fraction):
            expression = _NAMED.sub("(?:", piece.strict)
            return replace(piece, role=None, strict=expression, lenient=expression)
        used.update(groups)
        return piece

    return [named(piece) for piece in pieces]


def _expression(piece: Piece | Literal, *, is_strict: bool) -> str:
    if isinstance(piece, Literal):
        return _SPECIAL.sub(r"\\\g<0>", piece.text)
    expression = piece.strict if is_strict else piece.lenient
    if piece.role == "time":
        return expression
    return f"(?P<{piece.role}>{expression})" if piece.role else f"(?:{expression})"


def _stages(pieces: Sequence[Piece | Literal], expressions: Sequence[str]) -> list[tuple[str, str]]:
    stages, before, after = [], "^", "at the beginning"
    for piece, expression in zip(pieces, expressions, strict=True):
        before += expression
        if isinstance(piece, Literal):
            sentence = f"no {piece.text!r} {after}, where the pattern has it (line cut off?)"
        else:
            sentence = f"no {piece.what} where the pattern has {piece.text} (line cut off?)"
            after = f"after {piece.text}"
        stages.append((before, sentence))
    stages.append((rf"{before}\s*$", "more text follows where the pattern ends"))
    return stages


def _refuse_what_does_not_compile(layout: TextLayout) -> None:
    probe = pl.DataFrame({"line_number": [1], "line": [""]}, {"line_number": pl.Int64, "line": pl.String})
    try:
        layout.parser("2000-01").parse(probe, probe.clear())
    except pl.exceptions.PolarsError as error:
        raise LogPatternError(f"the pattern cannot be used: {str(error).splitlines()[0]}") from None
