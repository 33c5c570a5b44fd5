"""Text of unknown origin made safe to show: control characters escaped, length limited.

What a log line or a file says may hold anything. Quoting for a language (SQL, Markdown) belongs to those
who write it.
"""

from __future__ import annotations

ELLIPSIS = "…"


def printable(text: str, limit: int | None = None) -> str:
    r"""Escape what does not print, and cut what is too long.

    Line ends, control characters, invisible direction marks and lone surrogates become ``\n``, ``\x1b``,
    ``\u202e`` and the like.

    Parameters
    ----------
    text : str
        Any text.
    limit : int or None
        Longest result in characters, the ellipsis included; None for no limit.

    Returns
    -------
    str
        One line of printable characters.
    """
    # Escaping only lengthens, so what lies beyond the limit cannot come back.
    shortened = text if limit is None else text[: limit + 1]
    escaped = "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
        for character in shortened
    )
    if limit is None or len(escaped) <= limit:
        return escaped
    return escaped[: limit - 1] + ELLIPSIS


def printable_lines(text: str) -> str:
    """Escape what does not print, as ``printable`` does, but keep the line ends."""
    return "\n".join(map(printable, text.split("\n")))
