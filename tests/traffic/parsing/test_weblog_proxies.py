"""Logs of proxies, load balancers and servers of many hosts: lines of their documentation, and bad ones."""

from __future__ import annotations

from datetime import datetime

import pytest

from traffic.parsing.weblog import FORMATS

# AWS, "Access logs for your Application Load Balancer", example log entries (HTTP, HTTPS, HTTP/2, WebSockets,
# Lambda); addresses and ids as there.
ALB_FRONT = "app/my-loadbalancer/50dc6c495c0c9188 192.168.131.39:2817"
ALB_END = (
    '"curl/7.46.0" - - arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/my-targets/'
    '73e2d6bc24d8a067 "Root=1-58337262-36d228ad5d99923122bbe354" "-" "-" 0 2018-07-02T22:22:48.364000Z '
    '"forward" "-" "-" "10.0.0.1:80" "200" "-" "-"'
)
ALB = {
    f"http 2018-07-02T22:23:00.186641Z {ALB_FRONT} 10.0.0.1:80 0.000 0.001 0.000 200 200 34 366 "
    f'"GET http://www.example.com:80/ HTTP/1.1" {ALB_END}': (
        "192.168.131.39",
        "GET",
        "http://www.example.com:80/",
        "HTTP/1.1",
        200,
        366,
    ),
    f"ws 2018-07-02T22:23:00.186641Z {ALB_FRONT.replace('39:2817', '39:40914')} 10.0.1.192:8010 0.001 0.003 "
    f'0.000 101 101 218 587 "GET http://10.0.0.30:80/ HTTP/1.1" "-" - - arn "Root=1-58337364" "-" "-" 1': (
        "192.168.131.39",
        "GET",
        "http://10.0.0.30:80/",
        "HTTP/1.1",
        101,
        587,
    ),
    f"http 2018-11-30T22:23:00.186641Z {ALB_FRONT} - 0.000 0.001 0.000 502 - 34 366 "
    f'"GET http://www.example.com:80/ HTTP/1.1" {ALB_END}': (
        "192.168.131.39",
        "GET",
        "http://www.example.com:80/",
        "HTTP/1.1",
        502,
        366,
    ),
    # A client that sent no whole request: no times, no request.
    f'https 2018-07-02T22:23:00.186641Z {ALB_FRONT} - -1 -1 -1 400 - 0 - "- http://x:80- " {ALB_END}': (
        "192.168.131.39",
        None,
        "- http://x:80- ",
        None,
        400,
        None,
    ),
    f"h2 2018-07-02T22:23:00.186641Z app/x [2001:db8::7]:48160 - 0 0 0 200 200 5 257 "
    f'"GET https://[2001:db8::1]:443/a "b" c HTTP/2.0" {ALB_END}': (
        "2001:db8::7",
        "GET",
        'https://[2001:db8::1]:443/a "b" c',
        "HTTP/2.0",
        200,
        257,
    ),
}


@pytest.mark.parametrize(("line", "expected"), ALB.items(), ids=repr)
def test_aws_alb(read_lines, line, expected):
    parsed = read_lines("aws_alb", line)
    assert parsed.rejected.is_empty(), parsed.rejected.rows()
    [(at_utc, *fields, number)] = parsed.requests.rows()
    assert tuple(fields) == expected
    assert (at_utc.time().isoformat(), number) == ("22:23:00.186641", 1)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        # The example of Lire's documentation of Squid's native format.
        (
            "979992041.366    502 192.168.1.160 TCP_IMS_HIT/304 216 GET http://example.com/home2.html - "
            "NONE/- text/html",
            ("192.168.1.160", "GET", "http://example.com/home2.html", 304, 216),
        ),
        # Squid pads the seconds to nine places and the milliseconds elapsed to six.
        (
            " 79992041.366      0 2001:db8::7 TCP_DENIED/000 0 CONNECT example.org:443 frank HIER_NONE/- -",
            ("2001:db8::7", "CONNECT", "example.org:443", 0, 0),
        ),
        (
            "979992041.366 9 h TCP_MISS_ABORTED/200 7 GET http://example.org/a b c - HIER_DIRECT/::1 "
            "text/html; charset=utf-8",
            ("h", "GET", "http://example.org/a b c", 200, 7),
        ),
        (
            "979992041.366 9 h TCP_MISS/200 7 GET http://e/ - HIER_DIRECT/::1 - [Host: e] [HTTP/1.1 200 OK]",
            ("h", "GET", "http://e/", 200, 7),
        ),
    ],
)
def test_squid(read_lines, line, expected):
    parsed = read_lines("squid", line, time_zone="Europe/Berlin")
    assert parsed.rejected.is_empty(), parsed.rejected.rows()
    [request] = parsed.requests.to_dicts()
    assert request["at_utc"].microsecond == 366_000
    assert tuple(request[name] for name in ("host", "method", "path", "status", "bytes_sent")) == expected
    assert request["protocol"] is None


def test_squid_counts_in_utc_whatever_the_zone(read_lines):
    line = "979992041.366 502 h TCP_MISS/304 216 GET http://example.com/ - NONE/- text/html"
    got = read_lines("squid", line, time_zone="Europe/Berlin").requests["at_utc"][0]
    assert got == datetime(2001, 1, 20, 12, 0, 41, 366_000)


# Apache HTTP Server, apache2.conf of Debian: LogFormat "%v:%p %h %l %u %t \"%r\" %>s %O ..." vhost_combined
VHOST = (
    'example.com:443 198.51.100.7 - frank [10/Oct/2000:13:55:36 -0700] "GET /a.gif HTTP/1.0" 200 2326 '
    '"http://www.example.com/start.html" "Mozilla/4.08 [en] (Win98; I ;Nav)"'
)


@pytest.mark.parametrize("host", ["example.com:443", "[2001:db8::1]:443", "192.0.2.1:80"])
def test_combined_with_the_virtual_host(read_lines, host):
    [request] = read_lines("combined_vhost", VHOST.replace("example.com:443", host)).requests.to_dicts()
    assert request == {
        "at_utc": datetime(2000, 10, 10, 20, 55, 36),
        "host": "198.51.100.7",
        "method": "GET",
        "path": "/a.gif",
        "protocol": "HTTP/1.0",
        "status": 200,
        "bytes_sent": 2326,
        "line_number": 1,
    }


@pytest.mark.parametrize("user", ["frank", "-", "Frank B."])
def test_a_virtual_host_is_not_taken_for_the_client(read_lines, user):
    line = VHOST.replace("frank", user)
    assert read_lines("combined", line).rejected["reason"].to_list() == [
        "a field more than client, identity and user before the time: is the format 'combined_vhost'?"
    ]


# Traefik, "Access Logs", Common Log Format; values made up.
TRAEFIK_CLF = (
    '198.51.100.7 - - [10/Oct/2000:13:55:36 +0000] "GET /whoami HTTP/1.1" 200 418 "-" "curl/7.64.1" 1 '
    '"whoami@docker" "http://172.18.0.2:80" 2ms'
)


def test_traefik_in_common_log_format(read_lines):
    for line in (TRAEFIK_CLF, TRAEFIK_CLF.replace('"whoami@docker" "http://172.18.0.2:80"', '"-" "-"')):
        [request] = read_lines("traefik_clf", line).requests.to_dicts()
        got = tuple(request[name] for name in ("host", "method", "path", "status", "bytes_sent"))
        assert got == ("198.51.100.7", "GET", "/whoami", 200, 418)


ALB_GOOD, SQUID_GOOD = (
    next(iter(ALB)),
    "979992041.366 502 h TCP_MISS/304 216 GET http://e/ - NONE/- text/html",
)
REJECTIONS = [
    ("aws_alb", "junk", "the line does not begin with a type and a time"),
    (
        "aws_alb",
        ALB_GOOD.replace("T22", " 22", 1),
        "the second field is not a time as yyyy-mm-ddThh:mm:ss.ffffffZ",
    ),
    ("aws_alb", ALB_GOOD[:70], "no load balancer, client and target after the time (line cut off?)"),
    (
        "aws_alb",
        ALB_GOOD.replace("0.001", "fast"),
        "no three processing times after the target (line cut off?)",
    ),
    ("aws_alb", ALB_GOOD.replace("200 200", "2000 200"), "no two status codes after the processing times"),
    ("aws_alb", ALB_GOOD.replace(" 366 ", " -366 "), "no two sizes after the status codes"),
    ("aws_alb", ALB_GOOD.replace('"GET', "GET"), "no quoted request after the sizes"),
    (
        "aws_alb",
        ALB_GOOD[: ALB_GOOD.index("curl")],
        "no quoted request and user agent after the sizes (line cut off?)",
    ),
    (
        "aws_alb",
        ALB_GOOD.replace("07-02T22:23:00", "02-30T22:23:00"),
        "the time 2018-02-30T22:23:00.186641Z does not exist or lies outside 1970 to 2100",
    ),
    ("squid", "junk", "the line does not begin with seconds since 1970 and their fraction"),
    (
        "squid",
        SQUID_GOOD.replace("979992041.366", "979992041"),
        "the line does not begin with seconds since 1970 and their fraction",
    ),
    ("squid", SQUID_GOOD.replace(" 502 ", " 5s "), "no elapsed milliseconds after the time"),
    ("squid", "979992041.366 502 h", "no client after the elapsed time (line cut off?)"),
    ("squid", SQUID_GOOD.replace("/304", ""), "no result and status as CODE/nnn after the client"),
    ("squid", SQUID_GOOD.replace(" 216 ", " -1 "), "no size of up to 18 digits after the status"),
    ("squid", "979992041.366 502 h TCP/304 216 GET", "no method and URL after the size (line cut off?)"),
    (
        "squid",
        SQUID_GOOD.replace(" - NONE/- text/html", ""),
        "no user, hierarchy and content type after the URL (line cut off?)",
    ),
    (
        "squid",
        SQUID_GOOD.replace("979992041", "99999999999"),
        "the time 99999999999.366 does not exist or lies outside 1970 to 2100",
    ),
    ("combined_vhost", "junk", "the line does not begin with a virtual host and its port"),
    ("combined_vhost", VHOST[16:], "the line does not begin with a virtual host and its port"),
    ("combined_vhost", "e:80 h", "the line does not begin with a client, an identity and a user"),
    ("combined_vhost", VHOST[:-9], "no quoted user agent at the end (line cut off, or more fields)"),
    ("traefik_clf", TRAEFIK_CLF[:80], "no quoted referrer and user agent after the size"),
    (
        "traefik_clf",
        TRAEFIK_CLF[:-4],
        "no count, router, server and duration in ms at the end (line cut off?)",
    ),
]


@pytest.mark.parametrize(("name", "line", "reason"), REJECTIONS, ids=repr)
def test_reason(read_lines, name, line, reason):
    parsed = read_lines(name, line)
    assert parsed.requests.is_empty(), parsed.requests.row(0)
    assert parsed.rejected.rows() == [(1, reason, line)]


@pytest.mark.parametrize("name", ["aws_alb", "squid"])
def test_every_reason_of_a_format_has_a_line(name):
    reasons = {reason for _, reason in FORMATS[name].stages}
    assert reasons <= {reason for layout, _, reason in REJECTIONS if layout == name}
