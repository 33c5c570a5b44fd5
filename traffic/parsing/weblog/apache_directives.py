"""The directives of Apache's LogFormat.

Source: Apache HTTP Server 2.4, mod_log_config ("Custom Log Formats"), mod_logio (%I, %O, %S, %^FB).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from traffic.parsing.weblog.pattern_pieces import (
    Literal,
    LogPatternError,
    Piece,
    client_text,
    host,
    passed_over,
    path,
    query,
    size,
    status,
    word,
)
from traffic.parsing.weblog.time_directives import CLF, apache_time, strftime_pieces

_DIRECTIVE = re.compile(
    r"%(?P<condition>!?[0-9,]*)(?P<before>[<>]?)(?:\{(?P<argument>[^}]*)\})?(?P<after>[<>]?)"
    r"(?P<letter>\^FB|\^t[io]|%|[A-Za-z])"
)
# Local address, cookie, durations, environment, file, bytes received, keep-alive count, log id, names, port,
# process, handler, transferred, server's names, connection's status, variables of mod_ssl.
_PASSED_OVER = frozenset("ACDefIikLlnopPRSTuVvXxc") | {"^FB", "^ti", "^to"}


def apache_pieces(pattern: str) -> Iterator[Piece | Literal]:
    r"""Yield the pieces of a LogFormat, as it stands between the quotes of httpd.conf.

    Parameters
    ----------
    pattern : str
        Such as ``%h %l %u %t \"%r\" %>s %b``; quotes may be escaped or not.

    Raises
    ------
    LogPatternError
        If a directive is not known.
    """
    pattern = re.sub(r'\\(["\\t])', lambda found: "\t" if found[1] == "t" else found[1], pattern)
    position, n_quotes = 0, 0
    while position < len(pattern):
        found = _DIRECTIVE.match(pattern, position)
        if found is None:
            end = pattern.find("%", position + 1)
            text = pattern[position : end if end >= 0 else len(pattern)]
            if text.startswith("%"):
                raise LogPatternError(
                    f"{text[:20]!r} is no directive of LogFormat; write %% for a percent sign"
                )
            n_quotes += text.count('"')
            yield Literal(text)
            position += len(text)
        else:
            yield from _meaning(found, is_quoted=n_quotes % 2 == 1)
            position = found.end()


def _meaning(found: re.Match[str], *, is_quoted: bool) -> Iterator[Piece | Literal]:
    text, letter, argument = found[0], found["letter"], found["argument"]
    if letter == "%":
        yield Literal("%")
    elif letter == "t" and argument is None:
        yield Literal("[")
        yield from strftime_pieces(text, CLF)
        yield Literal("]")
    elif letter == "t":
        yield from apache_time(text, argument)
    elif letter in "has":
        # %{c}a is the peer of the connection, the last proxy; %s the status before an internal redirect.
        yield status(text, rank=">" not in text) if letter == "s" else host(text, rank=argument == "c")
    elif letter in "bBO":
        # The body's size, as in the formats common and combined; with the headers if there is no other.
        yield size(text, rank=letter == "O")
    else:
        yield _part_of_request(text, letter, is_quoted=is_quoted)


def _part_of_request(text: str, letter: str, *, is_quoted: bool) -> Piece:
    if letter == "r":
        return client_text(text, "request", "request", is_quoted=is_quoted)
    if letter in "mH":
        return word(text, "method" if letter == "m" else "protocol")
    if letter == "U":
        return path(text, is_quoted=is_quoted, has_query=False)
    if letter == "q":
        return query(text, is_quoted=is_quoted, has_mark=True)
    if letter in _PASSED_OVER:
        return passed_over(text, is_quoted=is_quoted)
    raise LogPatternError(f"{text!r} is no directive of LogFormat that is known")
