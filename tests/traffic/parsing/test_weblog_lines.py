"""Odd but good lines of web logs give exactly the fields that stand in them."""

from __future__ import annotations

from datetime import datetime

import polars as pl
import pytest

from traffic.parsing.rejected_lines import REJECTED_SCHEMA
from traffic.parsing.weblog import FORMATS, REQUEST_SCHEMA, WebLogReader
from traffic.parsing.weblog.text_formats import COMBINED, COMMON, EPA
from traffic.parsing.weblog.text_layout import TextLayout

TIME = "[10/Oct/2000:13:55:36 -0700]"
AT_UTC = datetime(2000, 10, 10, 20, 55, 36)


@pytest.fixture(scope="session")
def read_one(read_lines):
    """The one request of one line."""

    def read(name, line, **reading):
        parsed = read_lines(name, line, **reading)
        assert parsed.rejected.is_empty(), parsed.rejected.row(0)
        [request] = parsed.requests.to_dicts()
        assert request.pop("line_number") == 1
        return request

    return read


def test_epa_line(read_one):
    assert read_one("epa", '141.243.1.172 [29:23:53:25] "GET /Software.html HTTP/1.0" 200 1497') == {
        "at_utc": datetime(1995, 8, 29, 23, 53, 25),
        "host": "141.243.1.172",
        "method": "GET",
        "path": "/Software.html",
        "protocol": "HTTP/1.0",
        "status": 200,
        "bytes_sent": 1497,
    }


def test_common_line(read_one):
    assert read_one("common", f'127.0.0.1 - frank {TIME} "GET /apache_pb.gif HTTP/1.0" 200 2326') == {
        "at_utc": AT_UTC,
        "host": "127.0.0.1",
        "method": "GET",
        "path": "/apache_pb.gif",
        "protocol": "HTTP/1.0",
        "status": 200,
        "bytes_sent": 2326,
    }


def test_combined_line(read_one):
    line = f'2001:db8::7 - - {TIME} "POST /a?b=c HTTP/2.0" 503 - "https://example.org/" "Mozilla/5.0 (X11)"'
    assert read_one("combined", line) == {
        "at_utc": AT_UTC,
        "host": "2001:db8::7",
        "method": "POST",
        "path": "/a?b=c",
        "protocol": "HTTP/2.0",
        "status": 503,
        "bytes_sent": None,
    }


@pytest.mark.parametrize(
    ("request_text", "method", "path", "protocol"),
    [
        ("GET /", "GET", "/", None),  # HTTP/0.9
        ("GET / HTTP/1.1", "GET", "/", "HTTP/1.1"),
        ("GET /  HTTP/1.1 ", "GET", "/", "HTTP/1.1"),
        ("GET /a b c.pdf HTTP/1.1", "GET", "/a b c.pdf", "HTTP/1.1"),
        ("GET /HTTP/1.0 HTTP/1.1", "GET", "/HTTP/1.0", "HTTP/1.1"),
        ("get /lower http/1.0", "get", "/lower http/1.0", None),
        ("GET /a\tb\x01c\x1c HTTP/1.0", "GET", "/a\tb\x01c\x1c", "HTTP/1.0"),
        ("GET /zażółć HTTP/1.1", "GET", "/zażółć", "HTTP/1.1"),
        ("-", None, "-", None),
        ("", None, "", None),
        ("GET", None, "GET", None),
        (r"\x16\x03\x01\x02\x00", None, r"\x16\x03\x01\x02\x00", None),
        ("M-SEARCH * HTTP/1.1", None, "M-SEARCH * HTTP/1.1", None),
        (r"GET /?q=\"a b\" HTTP/1.1", "GET", r"/?q=\"a b\"", "HTTP/1.1"),
        (r"GET /back\\slash HTTP/1.1", "GET", r"/back\\slash", "HTTP/1.1"),
        (r"GET /\" 500 7 ", "GET", r"/\" 500 7", None),
        ('GET /?q="a b" HTTP/1.1', "GET", '/?q="a b"', "HTTP/1.1"),
        ('GET /" HTTP/1.1', "GET", '/"', "HTTP/1.1"),
        ('"', None, '"', None),
        ("GET /ends-with-backslash\\", "GET", "/ends-with-backslash\\", None),
        ('GET /[01/Jan/1999:00:00:00 +0000] "x', "GET", '/[01/Jan/1999:00:00:00 +0000] "x', None),
    ],
    ids=repr,
)
def test_requests_as_clients_write_them(read_one, request_text, method, path, protocol):
    for name, line in (
        ("epa", f'h [30:10:00:00] "{request_text}" 200 5'),
        ("common", f'h - - {TIME} "{request_text}" 200 5'),
        ("combined", f'h - - {TIME} "{request_text}" 200 5 "-" "agent"'),
    ):
        got = read_one(name, line)
        assert (got["method"], got["path"], got["protocol"]) == (method, path, protocol), name
        assert (got["status"], got["bytes_sent"]) == (200, 5)


@pytest.mark.parametrize(
    "behind",
    [
        '"-" "-"',
        '"" ""',
        '"x" 500 7 "y" "agent"',
        '"-" "x" 500 7 "-" "y"',
        r'"-" "x\" 500 7 \"-\" \"y"',
        '"http://e.org/?q="quoted"" "agent "with" quotes"',
        r'"-" "agent\"',
        '"-" "agent" "192.0.2.1"',
        '"-" "[01/Jan/1999:00:00:00 +0000] "GET /fake HTTP/1.0" 500 7 "-" "y"',
        '"-" "agent"   ',
    ],
)
def test_what_stands_in_referrer_and_agent_shifts_no_field(read_one, behind):
    assert read_one("combined", f'h - - {TIME} "GET /real HTTP/1.1" 404 12 {behind}') == {
        "at_utc": AT_UTC,
        "host": "h",
        "method": "GET",
        "path": "/real",
        "protocol": "HTTP/1.1",
        "status": 404,
        "bytes_sent": 12,
    }


def test_a_request_of_a_server_that_does_not_escape_shifts_no_field_of_the_common_format(read_one):
    got = read_one("common", f'h - - {TIME} "GET /x" 200 5 "y HTTP/1.1" 404 12')
    assert (got["path"], got["status"], got["bytes_sent"]) == ('/x" 200 5 "y', 404, 12)


@pytest.mark.parametrize("name", ["common", "combined"])
def test_a_request_cannot_bring_its_own_time(read_one, name):
    behind = ' "-" "agent"' if name == "combined" else ""
    attack = 'GET /x [01/Jan/1999:00:00:00 +0000] "FAKE'
    got = read_one(name, f'h - - {TIME} "{attack} HTTP/1.0" 404 7{behind}')
    assert (got["at_utc"], got["path"]) == (AT_UTC, attack.removeprefix("GET "))


@pytest.mark.parametrize(
    "user", ["-", "frank", "DOMAIN\\frank", "Frank B. Miller", '""', r"a\"b [c] d", "a [b]"]
)
def test_names_of_users(read_one, user):
    got = read_one("common", f'h - {user} {TIME} "GET / HTTP/1.0" 200 5')
    assert (got["at_utc"], got["host"], got["path"]) == (AT_UTC, "h", "/")


@pytest.mark.parametrize(
    ("status", "size", "expected"),
    [
        ("200", "0", (200, 0)),
        ("304", "-", (304, None)),
        ("-", "-", (None, None)),
        ("999", "9" * 18, (999, 10**18 - 1)),
        ("000", "007", (0, 7)),
    ],
)
def test_status_and_size(read_one, status, size, expected):
    got = read_one("common", f'h - - {TIME} "GET / HTTP/1.0" {status} {size}')
    assert (got["status"], got["bytes_sent"]) == expected


@pytest.mark.parametrize("name", ["epa", "common"])
def test_a_missing_client_is_null(read_one, name):
    front = "- [30:10:00:00]" if name == "epa" else f"- - - {TIME}"
    assert read_one(name, f'{front} "GET / HTTP/1.0" 200 5')["host"] is None


@pytest.mark.parametrize("end", ["404", "404 -", "404  ", "404 - "])
def test_an_epa_line_may_lack_its_size(read_one, end):
    got = read_one("epa", f'h [30:10:00:00] "GET / HTTP/1.0" {end}')
    assert (got["status"], got["bytes_sent"]) == (404, None)


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [
        ("10/Oct/2000:13:55:36 +0000", datetime(2000, 10, 10, 13, 55, 36)),
        ("10/Oct/2000:13:55:36 -0000", datetime(2000, 10, 10, 13, 55, 36)),
        ("10/Oct/2000:13:55:36 +0530", datetime(2000, 10, 10, 8, 25, 36)),
        ("10/Oct/2000:13:55:36 -0330", datetime(2000, 10, 10, 17, 25, 36)),
        ("10/Oct/2000:13:55:36 +0545", datetime(2000, 10, 10, 8, 10, 36)),
        ("10/Oct/2000:13:55:36 +1400", datetime(2000, 10, 9, 23, 55, 36)),
        ("10/Oct/2000:13:55:36 -1200", datetime(2000, 10, 11, 1, 55, 36)),
        ("29/Feb/2024:00:00:00 +0100", datetime(2024, 2, 28, 23, 0, 0)),
        ("31/Dec/2016:23:59:60 +0000", datetime(2017, 1, 1, 0, 0, 0)),  # a leap second
        ("01/Jan/1970:00:00:00 +0000", datetime(1970, 1, 1)),
        ("31/Dec/2100:23:59:59 +0000", datetime(2100, 12, 31, 23, 59, 59)),
        ("01/Jan/1970:00:30:00", datetime(1970, 1, 1, 5, 30)),
        ("10/Oct/2000:13:55:36", datetime(2000, 10, 10, 17, 55, 36)),
        ("10/Jan/2001:13:55:36", datetime(2001, 1, 10, 18, 55, 36)),
    ],
)
def test_times(read_one, stamp, expected):
    line = f'h - - [{stamp}] "GET / HTTP/1.0" 200 5'
    assert read_one("common", line, time_zone="America/New_York")["at_utc"] == expected


def test_lines_with_and_without_an_offset_may_mix(read_lines):
    stamps = ["10/Oct/2000:13:00:00 +0200", "10/Oct/2000:13:00:00", "10/Oct/2000:13:00:00 -0100"]
    lines = [f'h - - [{stamp}] "GET / HTTP/1.0" 200 5' for stamp in stamps]
    got = read_lines("common", *lines, time_zone="Asia/Tokyo").requests["at_utc"].to_list()
    assert [at.hour for at in got] == [11, 4, 14]


def test_a_line_with_an_offset_says_nothing_about_the_local_clock(read_lines):
    # The first line is stamped later by a clock elsewhere; Berlin's clock has not gone back by then.
    stamps = ["26/Oct/2025:23:00:00 +1400", "26/Oct/2025:02:10:00"]
    lines = [f'h - - [{stamp}] "GET / HTTP/1.0" 200 5' for stamp in stamps]
    got = read_lines("common", *lines, time_zone="Europe/Berlin").requests["at_utc"].to_list()
    assert got[1] == datetime(2025, 10, 26, 0, 10)


@pytest.mark.parametrize("name", sorted(FORMATS))
@pytest.mark.parametrize("lines", [[], [""], ["# a comment", "  ", "\t#x"]], ids=repr)
def test_blocks_without_a_record(read_lines, name, lines):
    parsed = read_lines(name, *lines)
    assert (parsed.lines_read, parsed.lines_skipped) == (len(lines), len(lines))
    assert (parsed.requests.schema, parsed.requests.height) == (REQUEST_SCHEMA, 0)
    assert (parsed.rejected.schema, parsed.rejected.height) == (REJECTED_SCHEMA, 0)


def test_line_numbers_are_those_of_the_file(numbered):
    reader = WebLogReader(FORMATS["epa"], "UTC", "1995-08")
    good = 'h [30:10:00:00] "GET / HTTP/1.0" 200 5'
    lines = numbered(["#", good, "junk", "", good, good])
    blocks = [reader.read(lines[:2]), reader.read(lines[2:])]
    assert [block.requests["line_number"].to_list() for block in blocks] == [[2], [5, 6]]
    assert [block.rejected["line_number"].to_list() for block in blocks] == [[], [3]]


def test_a_format_without_month_needs_one():
    with pytest.raises(ValueError, match='say month = "yyyy-mm"'):
        WebLogReader(FORMATS["epa"], "UTC")


def test_a_format_whose_patterns_differ_in_their_groups_is_refused():
    with pytest.raises(ValueError, match="'mine': not every pattern has bytes, host"):
        TextLayout("mine", (r"^(?P<host>\S+) (?P<time>\S+)", r"^(?P<time>\S+) (?P<bytes>\d+)"), ())


def test_every_first_pattern_is_stricter_than_the_last(read_lines):
    """What the strict pattern reads, the lenient one reads too: it only decides which fields they are."""
    lines = pl.Series(
        [
            f'h - - {TIME} "GET / HTTP/1.0" 200 5',
            rf'h - - {TIME} "GET /\" HTTP/1.0" 200 5 "-" "a\"b"',
            'h [30:10:00:00] "GET / HTTP/1.0" 200 5',
        ]
    )
    for layout in (EPA, COMMON, COMBINED):
        strict, lenient = lines.str.contains(layout.patterns[0]), lines.str.contains(layout.patterns[-1])
        assert strict.any()
        assert (lenient | ~strict).all()
