r"""Patterns of the user's own: Apache's LogFormat and nginx's log_format, read back as they were written."""

from __future__ import annotations

import re
from datetime import datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traffic.parsing.weblog import FORMATS, LogPatternError, WebLogReader, pattern_layout

AT_UTC = datetime(2000, 10, 10, 20, 55, 36)
COMBINED = r"%h %l %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-Agent}i\""
NGINX = '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent'
# Names, order as in REQUEST_SCHEMA without the line's number.
FIELDS = ("at_utc", "host", "method", "path", "protocol", "status", "bytes_sent")
ALL = (AT_UTC, "192.0.2.7", "GET", "/a?b=c", "HTTP/1.1", 200, 5)


@pytest.fixture(scope="session")
def read_with(numbered):
    """What a pattern makes of some lines."""

    def read(pattern, *lines, time_zone="UTC", month=None):
        return WebLogReader(pattern_layout(pattern), time_zone, month).read(numbered(lines))

    return read


@pytest.fixture(scope="session")
def fields_with(read_with):
    """The fields of the one request of one line."""

    def read(pattern, line, **reading):
        parsed = read_with(pattern, line, **reading)
        assert parsed.rejected.is_empty(), parsed.rejected.rows()
        return parsed.requests.select(FIELDS).row(0)

    return read


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        # Apache HTTP Server 2.4, mod_log_config: common, combined with I/O, and directives of each kind.
        (
            r"%h %l %u %t \"%r\" %>s %b",
            '192.0.2.7 - - [10/Oct/2000:13:55:36 -0700] "GET /a?b=c HTTP/1.1" 200 5',
        ),
        (
            rf"%v:%p {COMBINED} %I %O",
            'e:80 192.0.2.7 - x [10/Oct/2000:13:55:36 -0700] "GET /a?b=c HTTP/1.1" 200 5 "-" "a b" 9 99',
        ),
        (
            "%a %{c}a %t %m %U%q %H %s %>s %D %{ms}T %X %O",
            "192.0.2.7 198.51.100.1 [10/Oct/2000:13:55:36 -0700] GET /a?b=c HTTP/1.1 301 200 7 8 + 5",
        ),
        (
            r'%{c}h\t%a\t%{%s}t\t"%m %U%q %H"\t%>s\t%B',
            '-\t192.0.2.7\t971211336\t"GET /a?b=c HTTP/1.1"\t200\t5',
        ),
        (
            "%!200,304{X}i %200{Y}i %% %{Cookie}n %^FB %t %h %r %>s %b",
            "- y % z - {t} 192.0.2.7 GET /a?b=c HTTP/1.1 200 5",
        ),
        (
            "%h [%{begin:%d/%b/%Y:%T}t %{%z}t] %r %>s %b %{end:%T}t",
            "192.0.2.7 [10/Oct/2000:13:55:36 -0700] GET /a?b=c HTTP/1.1 200 5 13:55:37",
        ),
        (
            "%{%D %I:%M:%S %p %z}t %h %r %>s %b",
            "10/10/00 01:55:36 PM -0700 192.0.2.7 GET /a?b=c HTTP/1.1 200 5",
        ),
        (
            "%{%a %e %B %y %k:%M:%S %z}t %h %r %>s %b",
            "Tue 10 October 00 20:55:36 +0000 192.0.2.7 GET /a?b=c HTTP/1.1 200 5",
        ),
        (
            '%{sec}t %h "%r" %>s %b %t',
            '971211336 192.0.2.7 "GET /a?b=c HTTP/1.1" 200 5 [31/Dec/1999:00:00:00 +0000]',
        ),
        # nginx, ngx_http_log_module: combined, and variables of each kind.
        (NGINX, '192.0.2.7 - - [10/Oct/2000:13:55:36 -0700] "GET /a?b=c HTTP/1.1" 200 5'),
        (
            f'{NGINX} "$http_referer" "$http_user_agent" "$gzip_ratio"',
            '192.0.2.7 - - [10/Oct/2000:13:55:36 -0700] "GET /a?b=c HTTP/1.1" 200 5 "-" "a b" "-"',
        ),
        (
            "$time_iso8601|${remote_addr}|$request_method|$request_uri|$server_protocol|$status|$bytes_sent",
            "2000-10-10T13:55:36-07:00|192.0.2.7|GET|/a?b=c|HTTP/1.1|200|5",
        ),
        (
            '$msec $remote_addr "$request_method $uri$is_args$args $server_protocol" $status $bytes_sent '
            "$body_bytes_sent",
            '971211336.000 192.0.2.7 "GET /a?b=c HTTP/1.1" 200 77 5',
        ),
    ],
)
def test_lines_are_read_as_the_pattern_says(fields_with, pattern, line):
    line = line.replace("{t}", "[10/Oct/2000:13:55:36 -0700]")
    assert fields_with(pattern, line, time_zone="Europe/Berlin") == ALL


@pytest.mark.parametrize(
    ("pattern", "line", "microsecond"),
    [
        (
            "[%{%d/%b/%Y:%T}t.%{msec_frac}t %{%z}t] %r %>s",
            "[10/Oct/2000:13:55:36.123 -0700] GET / 200",
            123_000,
        ),
        ("%{usec_frac}t %t %r %>s", "123456 [10/Oct/2000:13:55:36 -0700] GET / 200", 123_456),
        ("%{msec}t %r %>s", "971211336123 GET / 200", 123_000),
        ("%{usec}t %r %>s", "971211336123456 GET / 200", 123_456),
        ("%{sec}t.%{usec_frac}t %r %>s", "971211336.123456 GET / 200", 123_456),
        ("$msec $request $status", "971211336.123 GET / 200", 123_000),
    ],
)
def test_fractions_of_a_second_are_kept(fields_with, pattern, line, microsecond):
    at_utc, host, method, path, protocol, status, size = fields_with(pattern, line)
    assert at_utc == AT_UTC.replace(microsecond=microsecond)
    assert (host, method, path, protocol, status, size) == (None, "GET", "/", None, 200, None)


def test_times_without_an_offset_are_the_wall_clocks(read_with):
    lines = [f"{clock} / 200" for clock in ("02:50:00", "02:10:00", "02:30:00")]
    pattern = "%{%F %T}t %U %>s"
    parsed = read_with(pattern, *(f"2025-10-26 {line}" for line in lines), time_zone="Europe/Berlin")
    assert [at.hour for at in parsed.requests["at_utc"]] == [0, 1, 1]
    assert pattern_layout(pattern).lacks_offset


def test_a_pattern_without_month_needs_one(fields_with):
    layout = pattern_layout(r"%h [%{%d:%T}t] \"%r\" %>s %b")
    assert layout.needs_month
    with pytest.raises(ValueError, match='say month = "yyyy-mm"'):
        WebLogReader(layout, "UTC")
    line = '192.0.2.7 [30:23:53:25] "GET /a?b=c HTTP/1.1" 200 5'
    got = fields_with(r"%h [%{%d:%T}t] \"%r\" %>s %b", line, month="1995-08")
    assert got == (datetime(1995, 8, 30, 23, 53, 25), *ALL[1:])


@pytest.mark.parametrize(
    ("pattern", "sentence"),
    [
        ("%h %t %r %>s %b %y", "'%y' is no directive of LogFormat that is known"),
        ("%h %t %r %>s %b 100%", "'%' is no directive of LogFormat; write %% for a percent sign"),
        ("%h %t %r %>s %b %{x", "'%{x' is no directive of LogFormat; write %% for a percent sign"),
        ("$remote_addr $time_local $request $my_own", "'$my_own' is no variable of nginx that is known"),
        ("%h %{%c}t %r", "'%c' in the time %{%c}t cannot be read back"),
        ("%h %{%Y-%m %T}t %r", "the pattern has no whole time (no day)"),
        ("%h %{%Y-%d %T}t %r", "the pattern has no whole time (no month)"),
        ("%h %{%F %I:%M}t %r", "the pattern has no whole time (no hour)"),
        ("%h %{msec_frac}t %r", "the pattern has no whole time (no day, hour, minute)"),
        ("%h %r %>s %b", "the pattern has no whole time (no day, hour, minute)"),
        ("%h %t", "the pattern has neither a request nor a status nor a size"),
        ("", "the pattern has no whole time"),
        ("nonsense", "the pattern has no whole time"),
        ('LogFormat "%h %t %r" common', "write only what stands between the quotes"),
        ("log_format main '$remote_addr'", "write only what stands between the quotes"),
        ("# %t %r", "begins with '#'"),
        ("%t\n%r", "has a line end"),
        ("%t %r" + "x" * 2_000, "longer than 2,000 characters"),
    ],
)
def test_what_is_no_pattern_is_refused_with_a_sentence(pattern, sentence):
    with pytest.raises(LogPatternError, match=re.escape(sentence)):
        pattern_layout(pattern)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("", None),
        (
            'x y [10/Oct/2000:13:55:36 -0700] "GET /" 200 5 "-" "a"',
            "no '[' after %u, where the pattern has it (line cut off?)",
        ),
        ("192.0.2.7 - - 10/Oct/2000", "no '[' after %u"),
        ("192.0.2.7 - - [10/10/2000:13:55:36 -0700]", "no %b of the time where the pattern has %t"),
        ("192.0.2.7 - - [10/Oct/2000:13:55:36]", "no ' ' after %t"),
        ('192.0.2.7 - - [10/Oct/2000:13:55:36 -0700] "GET /', "no '\" ' after %r"),
        (
            '192.0.2.7 - - [10/Oct/2000:13:55:36 -0700] "GET /" x',
            "no status of three digits where the pattern has %>s",
        ),
        (
            f'192.0.2.7 - - [10/Oct/2000:13:55:36 -0700] "GET /" 200 {"9" * 19} "-" "a"',
            "no ' \"' after %b",
        ),
        ('192.0.2.7 - - [10/Oct/2000:13:55:36 -0700] "GET /" 200 5 "-" "a', "no '\"' after %{User-Agent}i"),
        (
            '192.0.2.7 - - [10/Oct/2000:13:55:36 -0700] "GET /" 200 5 "-" "a" more',
            "more text follows where the pattern ends",
        ),
        (
            '192.0.2.7 - - [31/Feb/2000:13:55:36 -0700] "GET /" 200 5 "-" "a"',
            "the time 2000-Feb-31 13:55:36 -0700 does not exist or lies outside 1970 to 2100",
        ),
    ],
)
def test_reason(read_with, line, reason):
    parsed = read_with(COMBINED, line)
    assert parsed.requests.is_empty()
    if reason is None:
        assert parsed.lines_skipped == 1
    else:
        [(_, said, kept)] = parsed.rejected.rows()
        assert said.startswith(reason)
        assert kept == line


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("common", r"%h %l %u %t \"%r\" %>s %b"),
        ("combined", COMBINED),
        ("combined", f'{NGINX} "$http_referer" "$http_user_agent"'),
        ("combined_vhost", rf"%v:%p {COMBINED}"),
    ],
)
def test_a_known_format_written_as_a_pattern_reads_the_same(read_with, read_lines, name, pattern):
    front = "v:80 " if name == "combined_vhost" else ""
    end = "" if name == "common" else ' "-" "a "b" c"'
    lines = [
        f'{front}{host} - {user} [10/Oct/2000:13:55:36 -0700] "{request}" {numbers}{end}'
        for host in ("192.0.2.7", "2001:db8::7", "host.example.org")
        for user in ("-", "frank")
        for request in (
            "GET / HTTP/1.1",
            "GET /",
            "-",
            r"\x16\x03",
            'GET /"x" y HTTP/1.0',
            r"GET /\"",
            "GET /\t\x01 HTTP/1.0",
        )
        for numbers in ("200 5", "304 -", "- -", "200 0")
    ]
    mine, known = read_with(pattern, *lines), read_lines(name, *lines)
    assert known.rejected.is_empty()
    assert mine.requests.equals(known.requests)


@pytest.mark.real_data
def test_a_known_format_written_as_a_pattern_reads_a_real_log_the_same(real_lines):
    lines = real_lines("weblogs/elastic/apache_combined.log.gz")
    mine, known = (
        WebLogReader(x, "UTC").read(lines) for x in (pattern_layout(COMBINED), FORMATS["combined"])
    )
    assert mine.requests.equals(known.requests)
    assert mine.rejected["line_number"].equals(known.rejected["line_number"])


DIRECTIVES = (
    "%h %t %r %>s %b %U%q %{%F}t %{%T}t %{x}i %{sec}t %{msec_frac}t $status $time_local $request ${uri}"
)
PARTS = st.sampled_from([*DIRECTIVES.split(), *'"[] \\%{(|$*^\t', "%{%z %p %y}t"]) | st.text(max_size=3)


@settings(deadline=None)
@given(st.lists(PARTS, max_size=10).map("".join), st.lists(st.text(max_size=30), max_size=4))
def test_any_pattern_is_refused_or_reads_every_line_once(pattern, lines):
    try:
        layout = pattern_layout(pattern)
    except LogPatternError:
        return
    block = pl.DataFrame(
        {"line_number": range(len(lines)), "line": lines}, {"line_number": pl.Int64, "line": pl.String}
    )
    parsed = WebLogReader(layout, "Europe/Berlin", "1995-08").read(block)
    assert parsed.requests.height + parsed.rejected.height + parsed.lines_skipped == len(lines)
