"""The W3C extended format, as its draft, IIS and CloudFront have it: names of values come and change."""

from __future__ import annotations

from datetime import datetime

import polars as pl
import pytest

from traffic.parsing.weblog import FORMATS, WebLogReader

# W3C, WD-logfile-960323, the first example, with the date that it says in a directive.
DRAFT = """\
#Version: 1.0
#Date: 12-Jan-1996 00:00:00
#Fields: date time cs-method cs-uri
1996-01-12 00:34:23 GET /foo/bar.html
1996-01-12 12:21:16 GET /foo/bar.html"""
# Microsoft, "W3C Extended Log File Examples" (Windows Server 2003), an intranet site.
IIS = """\
#Software: Microsoft Internet Information Services 6.0
#Version: 1.0
#Date: 2002-05-02 17:42:15
#Fields: date time c-ip cs-username s-ip s-port cs-method cs-uri-stem cs-uri-query sc-status cs(User-Agent)
2002-05-02 17:42:15 172.22.255.255 - 172.30.255.255 80 GET /images/picture.jpg - 200 Mozilla/4.0+(compatible;\
MSIE+5.5;+Windows+2000+Server)"""
# AWS, CloudFront Developer Guide, "Access logs", example of a web distribution's log; blanks stand for tabs.
CLOUDFRONT = """\
#Version: 1.0
#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) \
cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol \
cs-bytes time-taken x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version \
fle-status fle-encrypted-fields
2014-05-23 01:13:11 FRA2 182 192.0.2.10 GET d111111abcdef8.cloudfront.net /view/my/file.html 200 \
www.displaymyfiles.com Mozilla/4.0%20(compatible;%20MSIE%205.0b1;%20Mac_PowerPC) - zip=98101 RefreshHit \
MRVMF7KydIvxMWfJIglgwHQwZsbG2IhRJ07sn9AkKUFSHS9EXAMPLE== d111111abcdef8.cloudfront.net http - 0.001 - - - \
RefreshHit HTTP/1.1 Processed 1
2014-05-23 01:13:12 LAX1 2390282 2001:db8::202 GET d111111abcdef8.cloudfront.net /soundtrack/happy.mp3 304 \
www.unknownsingers.com Mozilla/4.0%20(compatible;%20MSIE%207.0;%20Windows%20NT%205.1) a=b&c=d zip=50158 Hit \
xGN7KWpVEmB9Dp7ctcVFQC4E-nrcOcEKS3QyAez--06dV7TEXAMPLE== d111111abcdef8.cloudfront.net http - 0.002 - - - \
Hit HTTP/1.1 - -"""


@pytest.fixture
def read(read_lines):
    """Requests of a log that is given as one text, all of them good."""

    def requests(text: str, **reading):
        parsed = read_lines("w3c", *text.split("\n"), **reading)
        assert parsed.rejected.is_empty(), parsed.rejected.rows()
        return parsed.requests

    return requests


def test_the_draft(read):
    rows = read(DRAFT, time_zone="Europe/Berlin").rows()
    assert rows == [
        (datetime(1996, 1, 12, 0, 34, 23), None, "GET", "/foo/bar.html", None, None, None, 4),
        (datetime(1996, 1, 12, 12, 21, 16), None, "GET", "/foo/bar.html", None, None, None, 5),
    ]


@pytest.mark.parametrize("separator", [" ", "\t"])
def test_iis(read, separator):
    *directives, line = IIS.split("\n")
    [row] = read("\n".join([*directives, line.replace(" ", separator)])).rows()
    assert row == (
        datetime(2002, 5, 2, 17, 42, 15),
        "172.22.255.255",
        "GET",
        "/images/picture.jpg",
        None,
        200,
        None,
        5,
    )


def test_cloudfront(read):
    *directives, first, second = CLOUDFRONT.split("\n")
    rows = read("\n".join([*directives, *(line.replace(" ", "\t") for line in (first, second))])).rows()
    assert rows == [
        (
            datetime(2014, 5, 23, 1, 13, 11),
            "192.0.2.10",
            "GET",
            "/view/my/file.html",
            "HTTP/1.1",
            200,
            182,
            3,
        ),
        (
            datetime(2014, 5, 23, 1, 13, 12),
            "2001:db8::202",
            "GET",
            "/soundtrack/happy.mp3?a=b&c=d",
            "HTTP/1.1",
            304,
            2390282,
            4,
        ),
    ]


def test_the_names_change_in_the_middle_and_reach_across_blocks(numbered):
    text = [
        "2024-01-01 00:00:00 /unnamed 1",
        "#Fields: date time cs-uri-stem sc-bytes",
        "2024-01-01 00:00:01 /a 1",
        "",
        "#fields:\tsc-bytes\tCS-URI-stem\ttime\tdate",
        "2 /b 00:00:02 2024-01-01",
        "#Remark: nothing",
        "3\t/c\t00:00:03.25\t2024-01-01",
    ]
    lines = numbered(text)
    for size in (1, 2, 3, 8):
        reader = WebLogReader(FORMATS["w3c"], "UTC")
        assert reader.needs_history(lines[:size])
        blocks = [reader.read(lines[start : start + size]) for start in range(0, len(text), size)]
        requests = pl.concat(block.requests for block in blocks)
        assert requests.select("path", "bytes_sent").rows() == [("/a", 1), ("/b", 2), ("/c", 3)]
        assert requests["at_utc"][2] == datetime(2024, 1, 1, 0, 0, 3, 250_000)
        assert sum(block.lines_skipped for block in blocks) == 4
        [rejected] = [row for block in blocks for row in block.rejected.rows()]
        assert rejected[:2] == (1, "no #Fields line stands before it, so its values have no names")


def test_values_in_quotes_may_hold_blanks_and_single_quotes_stand_for_themselves(read):
    head = "#Fields: date time cs-uri-stem cs(User-Agent) sc-bytes\n2024-01-01 00:00:00 "
    for values in ('/a "Mozilla (X11)" 5', '/a "Mozilla 5', '/a "a ""b"" c" 5', "/a - 5"):
        assert read(head + values).select("path", "bytes_sent").rows() == [("/a", 5)]


FIELDS = "#Fields: date time cs-uri-stem sc-status sc-bytes"


@pytest.mark.parametrize(
    ("fields", "line", "reason"),
    [
        (FIELDS, "2024-01-01 00:00:00 /a", "3 values where the #Fields line names 5 (line cut off?)"),
        (FIELDS, "2024-01-01 00:00:00 /a b 200 5", "6 values where the #Fields line names 5 (line cut off?)"),
        (FIELDS, "- 00:00:00 /a 200 5", "the line has no date or no time"),
        (
            FIELDS,
            "01/02/24 00:00 /a 200 5",
            "the date and time '01/02/24 00:00' are not yyyy-mm-dd and hh:mm:ss",
        ),
        (
            FIELDS,
            "2024-02-30 00:00:00 /a 200 5",
            "the time 2024-02-30 00:00:00 does not exist or lies outside 1970 to 2100",
        ),
        (FIELDS, "2024-01-01 00:00:00 /a ok 5", "the status 'ok' is not a number of up to three digits"),
        (FIELDS, "2024-01-01 00:00:00 /a 200 -5", "the size '-5' is not a whole number of up to 18 digits"),
        ("#Fields: time c-ip", "00:00:00 h", "the #Fields line before it names no date and time"),
        ("#Fields:", "2024-01-01 00:00:00", "the #Fields line before it names no date and time"),
        ("#Date: 2024-01-01", "2024-01-01", "no #Fields line stands before it, so its values have no names"),
    ],
)
def test_reason(read_lines, fields, line, reason):
    parsed = read_lines("w3c", fields, line)
    assert parsed.requests.is_empty(), parsed.requests.row(0)
    assert parsed.rejected.rows() == [(2, reason, line)]


def test_a_missing_size_is_not_zero(read):
    head = "#Fields: date time cs-uri-stem sc-bytes\n2024-01-01 00:00:00 /a "
    assert [read(head + size)["bytes_sent"].item() for size in ("-", "0", "7")] == [None, 0, 7]
