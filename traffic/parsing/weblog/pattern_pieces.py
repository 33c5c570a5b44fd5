"""The pieces of a user's own pattern: what each stands for, and the expression that it matches.

How Apache and nginx spell them stands in ``apache_directives`` and ``nginx_variables``; what a whole pattern
becomes, in ``log_pattern``.
"""

from __future__ import annotations

from dataclasses import dataclass

QUOTED = r'(?:[^"\\]|\\.)*'


class LogPatternError(ValueError):
    """A pattern that cannot be used; the message says which part, and what would be right."""


@dataclass(frozen=True)
class Piece:
    """A part of a pattern.

    Parameters
    ----------
    text : str
        As the pattern has it.
    role : str or None
        The group that it fills (``text_layout.TextLayout``), None if it is matched and passed over.
    strict, lenient : str
        What it matches, as a well-behaved server writes it, and at all.
    what : str
        What it is called when a line lacks it.
    rank : int
        Of the pieces with one role, that of the lowest rank fills it; of equals, the first.
    """

    text: str
    role: str | None
    strict: str
    lenient: str
    what: str
    rank: int = 0


@dataclass(frozen=True)
class Literal:
    """Characters that stand in each line as they are."""

    text: str


def host(text: str, rank: int = 0) -> Piece:
    """Return a client's name or address."""
    return Piece(text, "host", r"\S+", r"\S+", "client", rank)


def status(text: str, rank: int = 0) -> Piece:
    """Return a status code."""
    return Piece(text, "status", "[0-9]{3}|-", "[0-9]{3}|-", "status of three digits", rank)


def size(text: str, rank: int = 0) -> Piece:
    """Return a count of bytes."""
    digits = "[0-9]{1,18}|-"
    return Piece(text, "bytes", digits, digits, "size of up to 18 digits", rank)


def client_text(text: str, role: str | None, what: str, *, is_quoted: bool, rank: int = 0) -> Piece:
    """Return a text that a client may choose: a whole request, a path, a header."""
    free = QUOTED if is_quoted else (".*?" if role == "request" else r"\S*")
    return Piece(text, role, free, ".*?", what, rank)


def path(text: str, *, is_quoted: bool, has_query: bool, rank: int = 0) -> Piece:
    """Return the target of a request, with its query or without."""
    if has_query:
        return client_text(text, "path", "path", is_quoted=is_quoted, rank=rank)
    strict = r'(?:[^"\\?]|\\.)*' if is_quoted else r"[^?\s]*"
    return Piece(text, "path", strict, "[^?]*", "path", rank)


def word(text: str, role: str) -> Piece:
    """Return a method or a protocol."""
    return Piece(text, role, r"[^\s\"]*", r"\S*?", role)


def query(text: str, *, is_quoted: bool, has_mark: bool) -> Piece:
    """Return the query of a request, with its question mark or without."""
    free = r'(?:[^"\\ ]|\\.)*' if is_quoted else r"\S*"
    strict, lenient = (rf"(?:\?{one})?" if has_mark else one for one in (free, r"\S*?"))
    return Piece(text, "query", strict, lenient, "query")


def passed_over(text: str, *, is_quoted: bool) -> Piece:
    """Return a field that has no use here."""
    return client_text(text, None, "value", is_quoted=is_quoted)
