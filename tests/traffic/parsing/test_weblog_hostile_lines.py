"""No text makes the reader fail or miscount, and what a client writes comes back as it was written."""

from __future__ import annotations

import unicodedata
from datetime import datetime

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from traffic.parsing.content import line_blocks
from traffic.parsing.rejected_lines import REJECTED_SCHEMA
from traffic.parsing.weblog import FORMATS, REQUEST_SCHEMA, WebLogReader, pattern_layout, recognise_format

FIELDS = "#Fields: date time c-ip cs-method cs-uri-stem cs-uri-query sc-status sc-bytes cs(User-Agent)"
GOOD = {
    "epa": 'h [30:10:00:00] "GET / HTTP/1.0" 200 5',
    "common": 'h - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" 200 5',
    "combined": r'h - a b [10/Oct/2000:13:55:36] "GET /\"x\" HTTP/1.0" 200 5 "-" "agent"',
    "combined_vhost": r'v:80 h - a b [10/Oct/2000:13:55:36] "GET /\"x\" HTTP/1.0" 200 5 "-" "agent"',
    "traefik_clf": r'h - - [10/Oct/2000:13:55:36 +0000] "GET / HTTP/1.0" 200 5 "-" "a" 1 "r" "s" 12ms',
    "json": r'{"time":"2000-10-10T13:55:36+02:00","ip":"h","request":"GET /\"x\"","status":200,"bytes":"5"}',
    "caddy": r'{"ts":971.5,"request":{"remote_ip":"h","method":"GET","uri":"/\u0041"},"size":5,"status":200}',
    "traefik": r'{"ClientHost":"h","time":"2000-10-10T13:55:36.1Z","RequestPath":"/","DownstreamStatus":200}',
    "w3c": '2000-10-10 13:55:36 ::1 GET / - 200 5 "a b"',
    "aws_alb": 'h2 2000-10-10T13:55:36.1Z app/x [::1]:48 - 0.1 -1 0 200 - 0 5 "GET / HTTP/2.0" "agent" - -',
    "squid": "971186136.123    502 h TCP_MISS/200 5 GET http://example.org/ - NONE/- text/html",
    "pattern": r'h - frank [10/Oct/2000:13:55:36.123 +0000] "GET / HTTP/1.0" 200 5',
}
LAYOUTS = FORMATS | {
    "pattern": pattern_layout(r"%h %l %u [%{%d/%b/%Y:%T}t.%{msec_frac}t %{%z}t] \"%r\" %>s %b")
}
NAMES = st.sampled_from(sorted(LAYOUTS))
TIMES = ["[30:10:00:00]", "[10/Oct/2000:13:55:36 +0000] ", "[26/Oct/2025:02:30:00] ", "31/Feb/2000"]
ENDINGS = ['" 200 5 "', '" 200 5', "200", " 5 ", "9" * 25, "٠٧٠٠", "+٠٧٠٠", "+9999"]
JSON = ["{", "}", '{"status":', '"request":{', '"time":1e999,', "\\ud800", "\\x00", "[" * 50, "NaN", "null"]
SIGNS = list('[]"-#:/\\ \xa0\x85\u2028\0\r\ud7ff\x1b')
TOKENS = st.sampled_from(
    [
        *TIMES,
        *ENDINGS,
        *SIGNS,
        *JSON,
        FIELDS,
        "#Fields:",
        "2000-02-31 25:00:00",
        "10/Oct/262143",
        "GET / HTTP/1.1",
    ]
)
LINES = st.lists(
    TOKENS | st.text(st.characters(exclude_characters="\n", codec="utf-8"), max_size=5), max_size=12
).map("".join)
BLOCK = {"line_number": pl.Int64, "line": pl.String}
# White space as Unicode defines it; Python's own str.strip takes \x1c to \x1f too.
SPACES = "\t\n\x0b\x0c\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)


@st.composite
def mutated_lines(draw):
    line = draw(st.sampled_from([*GOOD.values(), FIELDS]))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(line)))
        end = draw(st.integers(start, min(len(line), start + 6)))
        line = line[:start] + draw(TOKENS | st.just("")) + line[end:]
    return line


def check_account(block: pl.DataFrame, name: str) -> None:
    parsed = WebLogReader(LAYOUTS[name], "Europe/Berlin", "1995-08").read(block)
    assert parsed.requests.schema == REQUEST_SCHEMA
    assert parsed.rejected.schema == REJECTED_SCHEMA
    requests, rejected = parsed.requests["line_number"].to_list(), parsed.rejected["line_number"].to_list()
    skipped = [n for n, line in block.iter_rows() if not line.strip(SPACES) or line.strip(SPACES)[0] == "#"]
    assert parsed.lines_read == block.height
    assert parsed.lines_skipped == len(skipped)
    assert sorted(requests + rejected + skipped) == block["line_number"].to_list()
    assert parsed.rejected["reason"].null_count() == 0
    at_utc = parsed.requests["at_utc"]
    assert at_utc.null_count() == 0
    if name not in ("json", "caddy", "traefik", "w3c"):  # these may lack any field but the time
        assert parsed.requests["path"].null_count() == 0
    assert not parsed.requests["host"].is_in(["", "-"]).any()
    assert not any(
        unicodedata.category(sign) == "Cc" for host in set(parsed.requests["host"]) for sign in host or ""
    )
    assert at_utc.is_between(datetime(1970, 1, 1), datetime(2100, 12, 31, 23, 59, 59)).all()
    assert (parsed.requests["bytes_sent"].drop_nulls() >= 0).all()
    originals = dict(block.iter_rows())
    assert {n: originals[n] for n in rejected} == dict(
        parsed.rejected.select("line_number", "line").iter_rows()
    )


@settings(deadline=None)
@given(st.lists(LINES, max_size=8), NAMES)
def test_arbitrary_lines_are_counted_once(lines, name):
    check_account(pl.DataFrame({"line_number": range(1, len(lines) + 1), "line": lines}, BLOCK), name)


@settings(deadline=None)
@given(st.lists(mutated_lines(), min_size=1, max_size=8), NAMES)
@example([GOOD["common"].replace("-0700", "+٠٧٠٠")], "common")
@example([FIELDS, GOOD["w3c"], "#Fields:", GOOD["w3c"], "#Fields: time date", "13:55:36 2000-10-10"], "w3c")
@example([GOOD["json"].replace("GET", r"\ud800\x16"), "[" * 100_000, '{"status":1}', "[]"], "json")
def test_mutated_good_lines_are_counted_once(lines, name):
    check_account(pl.DataFrame({"line_number": range(1, len(lines) + 1), "line": lines}, BLOCK), name)


@settings(deadline=None)
@given(st.binary(max_size=300), NAMES)
def test_arbitrary_bytes_are_counted_once(content, name):
    for block in line_blocks([content]):
        check_account(block.lines, name)
        assert recognise_format(block.lines["line"]).name in (None, *FORMATS)


def test_the_good_lines_are_good():
    for name, line in GOOD.items():
        lines = [FIELDS, line] if name == "w3c" else [line]
        block = pl.DataFrame({"line_number": range(len(lines)), "line": lines}, BLOCK)
        parsed = WebLogReader(LAYOUTS[name], "UTC", "1995-08").read(block)
        assert (parsed.requests.height, parsed.rejected.height) == (1, 0), parsed.rejected["reason"].to_list()


CONTROLLED = {
    name: line.replace("h ", "\0h ", 1).replace('"h"', r'"\u0000h"').replace("::1 ", "::\x7f1 ")
    for name, line in GOOD.items()
} | {
    "aws_alb": GOOD["aws_alb"].replace("[::1]", "\0" * 99),
    "squid": GOOD["squid"].replace("502 h", "502 \x9fh"),
}


@pytest.mark.parametrize("name", sorted(LAYOUTS))
def test_a_line_whose_client_holds_control_characters_is_rejected(name):
    line = CONTROLLED[name]
    assert line != GOOD[name]
    block = pl.DataFrame({"line_number": [1, 2, 3], "line": [FIELDS, line, GOOD[name]]}, BLOCK)
    parsed = WebLogReader(LAYOUTS[name], "UTC", "1995-08").read(block)
    assert parsed.requests["line_number"].to_list() == [3]
    reason = "the client holds control characters, such as the zero bytes that a crash leaves"
    assert parsed.rejected.rows() == [(2, reason, line)]


@pytest.mark.parametrize("name", sorted(LAYOUTS))
def test_a_line_that_was_too_long_is_rejected_and_spoils_no_other(name):
    lines = [None, FIELDS, None, GOOD[name], None]
    block = pl.DataFrame({"line_number": range(1, 6), "line": lines}, BLOCK)
    parsed = WebLogReader(LAYOUTS[name], "UTC", "1995-08").read(block)
    assert (parsed.lines_read, parsed.lines_skipped, parsed.requests["line_number"].to_list()) == (5, 1, [4])
    assert parsed.rejected.rows() == [(n, "the line is longer than 1 MiB", "") for n in (1, 3, 5)]


@settings(max_examples=20, deadline=None)
@given(st.lists(mutated_lines() | st.sampled_from([FIELDS, *GOOD.values()]), max_size=12), st.integers(1, 4))
def test_blocks_change_nothing(lines, size):
    block = pl.DataFrame({"line_number": range(1, len(lines) + 1), "line": lines}, BLOCK)
    for name in LAYOUTS:
        whole = WebLogReader(LAYOUTS[name], "UTC", "1995-08").read(block)
        reader = WebLogReader(LAYOUTS[name], "UTC", "1995-08")
        parts = [reader.read(block[start : start + size]) for start in range(0, max(len(lines), 1), size)]
        assert pl.concat(part.requests for part in parts).equals(whole.requests)
        assert pl.concat(part.rejected for part in parts).equals(whole.rejected)


CLIENT_TEXT = st.lists(
    st.sampled_from(
        ['"', '\\"', '" 200 5 "', '" 200 5', " ", "-", "[10/Oct/2000:13:55:36 +0000]", "\t", "\\"]
    )
    | st.text(st.characters(exclude_characters="\n", codec="utf-8"), max_size=4),
    max_size=8,
).map("".join)


def escaped(text: str) -> str:
    """Quotes and backslashes as Apache and nginx write them."""
    return text.replace("\\", "\\\\").replace('"', '\\"')


@settings(max_examples=50, deadline=None)
@given(CLIENT_TEXT, CLIENT_TEXT, CLIENT_TEXT, st.integers(100, 599), st.none() | st.integers(0, 10**18 - 1))
@example("/", '" 200 5 "', '" 200 5 "x" "y', 404, 12)
@example("\\", "\\", "\\", 404, None)
def test_fields_of_a_server_that_escapes_come_back(path, referrer, agent, status, size):
    sent = "-" if size is None else size
    front = f'h - - [10/Oct/2000:13:55:36 -0700] "GET /{escaped(path)} HTTP/1.1" {status} {sent}'
    lines = {"common": front, "combined": f'{front} "{escaped(referrer)}" "{escaped(agent)}"'}
    for name, line in lines.items():
        parsed = WebLogReader(LAYOUTS[name], "UTC").read(pl.DataFrame({"line_number": [1], "line": [line]}))
        [request] = parsed.requests.to_dicts()
        assert request == {
            "at_utc": datetime(2000, 10, 10, 20, 55, 36),
            "host": "h",
            "method": "GET",
            "path": f"/{escaped(path)}".rstrip(" "),
            "protocol": "HTTP/1.1",
            "status": status,
            "bytes_sent": size,
            "line_number": 1,
        }


@settings(max_examples=50, deadline=None)
@given(CLIENT_TEXT, CLIENT_TEXT, CLIENT_TEXT)
@example('GET /" 500 7 ', "-", "-")
@example('" 500 7 ', '" "', '" "')
def test_no_request_of_a_server_that_escapes_shifts_a_field(request, referrer, agent):
    front = f'h - - [10/Oct/2000:13:55:36 -0700] "{escaped(request)}" 404 12'
    lines = {"common": front, "combined": f'{front} "{escaped(referrer)}" "{escaped(agent)}"'}
    for name, line in lines.items():
        parsed = WebLogReader(LAYOUTS[name], "UTC").read(pl.DataFrame({"line_number": [1], "line": [line]}))
        [(at_utc, host, *_, status, size, _)] = parsed.requests.rows()
        assert (at_utc, host, status, size) == (datetime(2000, 10, 10, 20, 55, 36), "h", 404, 12)


@settings(max_examples=50, deadline=None)
@given(CLIENT_TEXT, st.integers(100, 599), st.none() | st.integers(0, 10**18 - 1))
def test_fields_of_a_server_that_does_not_escape_come_back_where_nothing_follows_the_size(path, status, size):
    end = f'"GET /{path} HTTP/1.1" {status} {"-" if size is None else size}'
    lines = {"epa": f"h [30:10:00:00] {end}", "common": f"h - - [10/Oct/2000:13:55:36 -0700] {end}"}
    for name, line in lines.items():
        reader = WebLogReader(LAYOUTS[name], "UTC", "1995-08")
        [request] = reader.read(pl.DataFrame({"line_number": [1], "line": [line]})).requests.to_dicts()
        assert request["path"] == f"/{path}".rstrip(" ")
        assert (request["status"], request["bytes_sent"]) == (status, size)
