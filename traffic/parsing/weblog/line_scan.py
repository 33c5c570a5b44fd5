"""The compiled pass over the bytes of common and combined lines, one byte after the other.

What is proven here, and why that is enough, is said in ``proven_lines``, which alone calls it. A line feed
ends every word, and no fixed place lies further than ``LOOKAHEAD`` from the line that is read: behind the
lines that are scanned stand as many bytes more, so that nothing here has to ask where the content ends.
"""

from __future__ import annotations

from datetime import date

import numpy as np
from numpy.typing import NDArray

from traffic.compiled import compiled
from traffic.parsing.content import MAX_LINE_BYTES
from traffic.parsing.local_time import EARLIEST_YEAR, LATEST_YEAR

LOOKAHEAD = 64
NO_SIZE = -1
_NOT_PROVEN = -1
_LINE_FEED, _RETURN, _BLANK, _QUOTE, _HASH, _PLUS, _HYPHEN, _SLASH, _COLON = b'\n\r "#+-/:'
_ZERO, _NINE, _A, _Z, _OPENING, _BACKSLASH, _CLOSING, _TILDE = b"09AZ[\\]~"
_H, _T, _P = b"HTP"
_TIME_BYTES = len("[01/Jan/1970:00:00:00 +0000]")
_SIZE_DIGITS = 18
SHORTEST_LINE_BYTES = len('h - - [01/Jan/1970:00:00:00 +0000] "G / HTTP/1" 200 -\n')
# A view of Arrow's holds up to 12 bytes of text itself, and the first 4 of longer text before its place.
_VIEW_BYTES = 12
_EPOCH = date(1970, 1, 1).toordinal()
_IS_OF_WORD = np.array([_BLANK < byte <= _TILDE and byte != _QUOTE for byte in range(256)])
_MASKS = np.array([(1 << 8 * count) - 1 for count in range(8)] + [-1])
_FIRST_DAYS = np.array(
    [
        date(year, month, 1).toordinal() - _EPOCH
        for year in range(1970, LATEST_YEAR + 1)
        for month in range(1, 13)
    ]
)
_MONTHS = np.array(
    [int.from_bytes(name, "big") for name in b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()]
)
# The columns of a proven line's row; a text takes two, its view.
COLUMNS = AT_UTC, HOST, METHOD, PATH, PROTOCOL, STATUS, BYTES_SENT, PLACE = 0, 1, 3, 5, 7, 9, 10, 11
ROW_WIDTH = 12
# The columns of another line's row: where it begins, where it ends with its line feed, its place.
OTHER_WIDTH = 3

Bytes = NDArray[np.uint8]
Rows = NDArray[np.int64]


@compiled
def scan(content: Bytes, n_bytes: int, is_combined: bool, rows: Rows, others: Rows) -> tuple[int, int]:
    """Prove the lines of a content.

    Parameters
    ----------
    content : ndarray of uint8
        ``n_bytes`` of whole lines, and ``LOOKAHEAD`` bytes more.
    n_bytes : int
        Bytes of the lines that are scanned; the last of them is a line feed.
    is_combined : bool
        Whether referrer and user agent follow the size.
    rows, others : ndarray of int64, shapes (lines, ROW_WIDTH) and (lines, OTHER_WIDTH)
        Filled from the top: microseconds since 1970, texts as Arrow's views into the content, numbers, and
        the line's place from 0.

    Returns
    -------
    n_proven, n_others : int
        How many rows of each were filled.
    """
    at = proven = unproven = 0
    while at < n_bytes:
        start = at
        at = _proven_line(content, start, is_combined, rows, proven)
        if at != _NOT_PROVEN and at - start <= MAX_LINE_BYTES:
            rows[proven, PLACE] = proven + unproven
            proven += 1
            continue
        at = start
        while content[at] != _LINE_FEED:
            at += 1
        at += 1
        others[unproven, 0] = start
        others[unproven, 1] = at
        others[unproven, 2] = proven + unproven
        unproven += 1
    return proven, unproven


@compiled
def _proven_line(content: Bytes, start: int, is_combined: bool, rows: Rows, row: int) -> int:
    """Fill a row with the fields of a line; return where the next line begins, if this one is proven."""
    at = _client_end(content, start, rows, row)
    if at == _NOT_PROVEN:
        return _NOT_PROVEN
    rows[row, AT_UTC] = _microseconds(content, at + 1)
    if rows[row, AT_UTC] < 0:
        return _NOT_PROVEN
    at = _request_end(content, at + 1 + _TIME_BYTES, rows, row)
    if at == _NOT_PROVEN:
        return _NOT_PROVEN
    at = _numbers_end(content, at, rows, row)
    if is_combined:
        for _ in range(2):  # referrer and user agent
            if at != _NOT_PROVEN:
                at = _quoted_end(content, at)
    if at == _NOT_PROVEN:
        return _NOT_PROVEN
    if content[at] == _RETURN:
        at += 1
    return at + 1 if content[at] == _LINE_FEED else _NOT_PROVEN


@compiled
def _client_end(content: Bytes, start: int, rows: Rows, row: int) -> int:
    """Expect client, identity and user, each with a blank behind; return the place of the last blank."""
    at = _word_end(content, start)
    if at == start or content[start] == _HASH:
        return _NOT_PROVEN
    _point(rows, row, HOST, content, start, at)
    for _ in range(2):
        if content[at] != _BLANK:
            return _NOT_PROVEN
        begin = at + 1
        at = _word_end(content, begin)
        if at == begin:
            return _NOT_PROVEN
    return at if content[at] == _BLANK else _NOT_PROVEN


@compiled
def _quoted_end(content: Bytes, at: int) -> int:
    """Expect a blank and a text in quotes, without one inside; return the place after it."""
    if content[at] != _BLANK or content[at + 1] != _QUOTE:
        return _NOT_PROVEN
    at += 2
    while content[at] != _QUOTE and content[at] != _LINE_FEED:
        at += 1
    return at + 1 if content[at] == _QUOTE else _NOT_PROVEN


@compiled
def _request_end(content: Bytes, at: int, rows: Rows, row: int) -> int:
    """Expect a blank and a quoted method, path and protocol; return the place after the closing quote."""
    if content[at] != _BLANK or content[at + 1] != _QUOTE:
        return _NOT_PROVEN
    method = at + 2
    at = method
    while _A <= content[at] <= _Z:
        at += 1
    path = at + 1
    if at == method or content[at] != _BLANK:
        return _NOT_PROVEN
    _point(rows, row, METHOD, content, method, at)
    at = _word_end(content, path)
    if at == path or content[at] != _BLANK:
        return _NOT_PROVEN
    _point(rows, row, PATH, content, path, at)
    protocol = at + 1
    at = _word_end(content, protocol)
    is_http = (
        at > protocol + 5
        and content[protocol] == _H
        and content[protocol + 1] == _T
        and content[protocol + 2] == _T
        and content[protocol + 3] == _P
        and content[protocol + 4] == _SLASH
    )
    # A backslash before the quote would make it a part of the request.
    if not is_http or content[at] != _QUOTE or content[at - 1] == _BACKSLASH:
        return _NOT_PROVEN
    _point(rows, row, PROTOCOL, content, protocol, at)
    return at + 1


@compiled
def _numbers_end(content: Bytes, at: int, rows: Rows, row: int) -> int:
    """Expect a blank, a status, a blank and a size; return the place after them."""
    status = _number(content, at + 1, 3)
    if content[at] != _BLANK or status < 0 or content[at + 4] != _BLANK:
        return _NOT_PROVEN
    rows[row, STATUS] = status
    at += 5
    if content[at] == _HYPHEN:
        rows[row, BYTES_SENT] = NO_SIZE
        return at + 1
    begin = at
    while _ZERO <= content[at] <= _NINE and at <= begin + _SIZE_DIGITS:
        at += 1
    if at == begin or at > begin + _SIZE_DIGITS:
        return _NOT_PROVEN
    rows[row, BYTES_SENT] = _number(content, begin, at - begin)
    return at


@compiled
def _microseconds(content: Bytes, at: int) -> int:
    """Read ``[dd/Mon/yyyy:hh:mm:ss +hhmm]`` as microseconds since 1970; negative if it is not proven."""
    day, year = _number(content, at + 1, 2), _number(content, at + 8, 4)
    hour, minute, second = (
        _number(content, at + 13, 2),
        _number(content, at + 16, 2),
        _number(content, at + 19, 2),
    )
    east_hours, east_minutes = _number(content, at + 23, 2), _number(content, at + 25, 2)
    is_formed = (
        content[at] == _OPENING
        and content[at + 3] == _SLASH
        and content[at + 7] == _SLASH
        and content[at + 12] == _COLON
        and content[at + 15] == _COLON
        and content[at + 18] == _COLON
        and content[at + 21] == _BLANK
        and (content[at + 22] == _PLUS or content[at + 22] == _HYPHEN)
        and content[at + 27] == _CLOSING
    )
    # Local times are checked: a year less at each end of what is plausible in UTC is no loss.
    is_time = EARLIEST_YEAR < year < LATEST_YEAR and 0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 60
    if not is_formed or not is_time or not 0 <= east_hours < 24 or not 0 <= east_minutes < 60:
        return _NOT_PROVEN
    month = _month(content, at + 4)
    if month < 0:
        return _NOT_PROVEN
    index = (year - 1970) * 12 + month
    if not 1 <= day <= _FIRST_DAYS[index + 1] - _FIRST_DAYS[index]:
        return _NOT_PROVEN
    local = (_FIRST_DAYS[index] + day - 1) * 86_400 + hour * 3_600 + minute * 60 + second
    east = east_hours * 3_600 + east_minutes * 60
    return int(local - east if content[at + 22] == _PLUS else local + east) * 1_000_000


@compiled
def _month(content: Bytes, at: int) -> int:
    name = (np.int64(content[at]) << 16) | (np.int64(content[at + 1]) << 8) | np.int64(content[at + 2])
    for month in range(12):
        if _MONTHS[month] == name:
            return month
    return _NOT_PROVEN


@compiled
def _number(content: Bytes, at: int, digits: int) -> int:
    number = 0
    for place in range(at, at + digits):
        if content[place] < _ZERO or content[place] > _NINE:
            return _NOT_PROVEN
        number = number * 10 + content[place] - _ZERO
    return number


@compiled
def _word_end(content: Bytes, at: int) -> int:
    """Return the end of a run of visible ASCII without a quote."""
    while _IS_OF_WORD[content[at]]:
        at += 1
    return at


@compiled
def _point(rows: Rows, row: int, column: int, content: Bytes, start: int, end: int) -> None:
    """Write the view of a text: its length and itself, or its length, first bytes, buffer (0) and place."""
    length = end - start
    rows[row, column] = length | (_first_bytes(content, start, min(length, 4)) << 32)
    itself = _first_bytes(content, start + 4, length - 4)
    rows[row, column + 1] = itself if length <= _VIEW_BYTES else start << 32


@compiled
def _first_bytes(content: Bytes, at: int, count: int) -> int:
    """Return up to eight bytes as a number."""
    # Written out, these become one load; there are bytes behind the last.
    eight = (
        np.int64(content[at])
        | np.int64(content[at + 1]) << 8
        | np.int64(content[at + 2]) << 16
        | np.int64(content[at + 3]) << 24
        | np.int64(content[at + 4]) << 32
        | np.int64(content[at + 5]) << 40
        | np.int64(content[at + 6]) << 48
        | np.int64(content[at + 7]) << 56
    )
    return int(eight & _MASKS[min(max(count, 0), 8)])
