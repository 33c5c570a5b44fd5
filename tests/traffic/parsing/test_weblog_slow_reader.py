"""The fast reader finds the fields that a slow reader finds, which shares no code or pattern with it."""

from __future__ import annotations

import io
import re
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from traffic.parsing.content import lines_of
from traffic.parsing.weblog import FORMATS, WebLogReader
from traffic.simulation.weblog import simulate_weblog_day
from traffic.simulation.weblog_content import WEBSITES

MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
BLANKS = " \t\n\r\x0b\x0c\x85\xa0"
Fields = tuple[datetime, str, str | None, str, str | None, int | None, int | None]


def split_request(request: str) -> tuple[str | None, str, str | None]:
    method, space, rest = request.partition(" ")
    if not (space and method.isascii() and method.isalpha()):
        return None, request, None
    rest = rest.lstrip(" ").rstrip(BLANKS)
    path, space, protocol = rest.rpartition(" ")
    if space and protocol.startswith("HTTP/") and protocol != "HTTP/":
        return method, path.rstrip(" "), protocol
    return method, rest, None


def number(text: str) -> int | None:
    return None if text == "-" else int(text)


def holds_control(host: str) -> bool:
    return any(sign < " " or "\x7f" <= sign <= "\x9f" for sign in host)


def read_epa(line: str) -> Fields | None:
    host, _, rest = line.partition(" ")
    if holds_control(host):
        return None
    day, hour, minute, second = (int(part) for part in rest[1:12].split(":"))
    new_york = ZoneInfo("America/New_York")
    at = datetime(1995, 8, day, hour, minute, second, tzinfo=new_york).astimezone(UTC)
    opening, _, ending = rest.rpartition('" ')
    status, *size = ending.split()
    request = opening.partition('] "')[2]
    return (
        at.replace(tzinfo=None),
        host,
        *split_request(request),
        int(status),
        number(size[0]) if size else None,
    )


def quoted_field(text: str, start: int) -> int:
    """Index of the quote that closes the field which begins at ``start``; a backslash hides what follows."""
    while text[start] != '"':
        start += 2 if text[start] == "\\" else 1
    return start


def split_escaped(text: str, n_fields: int) -> tuple[str, str, str] | None:
    """Request, status and size of a line whose quotes are escaped: a walk from field to field."""
    try:
        end = quoted_field(text, 0)
        status, size, *more = text[end + 2 :].split(" ", 2)
        rest = more[0] if more else ""
        for _ in range(n_fields):
            if rest[0] != '"':
                return None
            closing = quoted_field(rest, 1)
            rest = rest[closing + 1 :].removeprefix(" ")
    except (IndexError, ValueError):
        return None
    is_clean = not rest and re.fullmatch("[0-9]{3}|-", status) and re.fullmatch("[0-9]+|-", size)
    return (text[:end], status, size) if is_clean else None


def split_bare(text: str, n_fields: int) -> tuple[str, str, str] | None:
    """The same where quotes stand bare: the first place, or the last one of a line that ends there."""
    places = [
        (text[: match.start()], match[1], match[2])
        for match in re.finditer(r'" ([0-9]{3}|-) ([0-9]+|-)(?=( ?))', text)
        if (text[match.end() :].startswith(' "') and text.count('"', match.end()) >= 2 * n_fields)
        == bool(n_fields)
    ]
    if not places:
        return None
    return places[0] if n_fields else places[-1]


def read_clf(line: str, n_fields: int) -> Fields | None:
    match = re.search(r'\[(\d\d)/(\w+)/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)\] "', line, re.ASCII)
    if match is None or line[0] in BLANKS:
        return None
    day, month, year, hour, minute, second, sign, hours, minutes = match.groups()
    offset = timedelta(hours=int(hours), minutes=int(minutes)) * (-1 if sign == "-" else 1)
    try:
        clock = [int(part) for part in (day, hour, minute, second)]
        at = datetime(int(year), MONTHS.index(month) + 1, *clock, tzinfo=timezone(offset)).astimezone(UTC)
    except ValueError:
        return None
    text = line[match.end() :].rstrip(BLANKS)
    found = split_escaped(text, n_fields) or split_bare(text, n_fields)
    if found is None:
        return None
    request, status, size = found
    host = line.partition(" ")[0]
    if holds_control(host):
        return None
    return at.replace(tzinfo=None), host, *split_request(request), number(status), number(size)


SLOW = {
    "epa": read_epa,
    "common": lambda line: read_clf(line, n_fields=0),
    "combined": lambda line: read_clf(line, n_fields=2),
}
REAL = [
    ("epa", "weblogs/epa/epa-http.log.gz"),
    ("epa", "weblogs/epa/epa-http-raw-first-half.log.gz"),
    ("combined", "weblogs/elastic/apache_combined.log.gz"),
    *(("combined", f"weblogs/erddap/access.log.{n}.gz") for n in range(1, 8)),
]


def check_agreement(name: str, lines: pl.DataFrame) -> None:
    parsed = WebLogReader(FORMATS[name], "America/New_York", "1995-08").read(lines)
    assert parsed.lines_skipped == 0
    fast = {row[-1]: row[:-1] for row in parsed.requests.iter_rows()}
    rejected = set(parsed.rejected["line_number"])
    assert fast.keys().isdisjoint(rejected)
    slow = {line_number: SLOW[name](line) for line_number, line in lines.iter_rows()}
    differing = [
        (line_number, fields, fast.get(line_number))
        for line_number, fields in slow.items()
        if fields != fast.get(line_number) or (fields is None) != (line_number in rejected)
    ]
    assert differing == []


@pytest.mark.real_data
@pytest.mark.parametrize(("name", "path"), REAL, ids=str)
def test_real_logs(real_lines, name, path):
    check_agreement(name, real_lines(path))


@pytest.mark.parametrize("name", SLOW)
@pytest.mark.parametrize("before", ["\0" * 5_000, "a\x1b", "\x7f", "\x9f", "\u200b", "é"])
def test_signs_before_a_client(numbered, name, before):
    line = {
        "epa": 'h [30:10:00:00] "GET / HTTP/1.0" 200 5',
        "common": 'h - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" 200 5',
        "combined": 'h - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" 200 5 "-" "a"',
    }[name]
    check_agreement(name, numbered([line, f"{before}{line}", f"h{before}{line}"]))


@pytest.mark.parametrize("website", WEBSITES, ids=lambda website: website.source)
def test_simulated_logs(website):
    log = simulate_weblog_day(website, date(2025, 11, 16), seed=7, is_compressed=False)
    lines = lines_of(io.BytesIO(log.content))
    check_agreement(website.format, lines)
    parsed = WebLogReader(FORMATS[website.format], "UTC").read(lines)
    assert parsed.requests.height == log.day_truth.requests == log.file_truth.records_loaded
    assert parsed.rejected.height == log.file_truth.records_rejected
    assert parsed.requests["bytes_sent"].sum() == log.day_truth.bytes_sent
    assert parsed.requests["bytes_sent"].null_count() == log.day_truth.missing_sizes
