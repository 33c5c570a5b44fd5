"""JSON lines: the keys of each server's documentation, what is missing, and what is no JSON."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

AT_UTC = datetime(2024, 1, 2, 3, 4, 5, 678_000)


def told(read_lines, name, record, **reading):
    line = record if isinstance(record, str) else json.dumps(record)
    parsed = read_lines(name, line, **reading)
    assert parsed.rejected.is_empty(), parsed.rejected.rows()
    [request] = parsed.requests.to_dicts()
    del request["line_number"]
    return request


# nginx, ngx_http_log_module: the names of the variables as keys, as escape=json writes them.
NGINX = {
    "msec": "1704164645.678",
    "remote_addr": "2001:db8::7",
    "remote_user": "",
    "time_local": "02/Jan/2024:03:04:05 +0000",
    "time_iso8601": "2024-01-02T03:04:05+00:00",
    "request": 'GET /a?b="c d" HTTP/1.1',
    "request_uri": '/a?b="c d"',
    "status": "200",
    "body_bytes_sent": "612",
    "bytes_sent": "845",
}
EXPECTED = {
    "at_utc": AT_UTC,
    "host": "2001:db8::7",
    "method": "GET",
    "path": '/a?b="c d"',
    "protocol": "HTTP/1.1",
    "status": 200,
    "bytes_sent": 612,
}


def test_nginx(read_lines):
    assert told(read_lines, "json", NGINX) == EXPECTED


@pytest.mark.parametrize(
    "instead",
    [
        {"request": None, "request_method": "GET", "server_protocol": "HTTP/1.1"},
        {
            "request": None,
            "request_uri": None,
            "method": "GET",
            "uri": "/a",
            "args": 'b="c d"',
            "proto": "HTTP/1.1",
        },
        {"request": "/a", "query": '?b="c d"', "request_uri": None, "verb": "GET", "protocol": "HTTP/1.1"},
        {"msec": 1704164645.678},
        {"msec": None, "time_iso8601": None, "timestamp": 1704164645678},
        {"msec": None, "time_iso8601": "2024-01-02T04:04:05,678+01:00"},
        {"msec": "", "time_iso8601": None, "@timestamp": "2024-01-02 03:04:05.678Z"},
        {"msec": None, "time_iso8601": None, "time_local": "02/Jan/2024:03:04:05.678 +0000"},
        {"status": 200, "body_bytes_sent": 612},
        {"remote_addr": None, "clientip": "[2001:db8::7]:4711"},
        {"remote_addr": "-", "remote_host": "2001:db8::7", "host": "www.example.org"},
        {"body_bytes_sent": None, "bytes_sent": None, "bytes": 612},
    ],
    ids=str,
)
def test_other_spellings(read_lines, instead):
    record = {key: value for key, value in (NGINX | instead).items() if value is not None}
    assert told(read_lines, "json", record) == EXPECTED


@pytest.mark.parametrize("size", ["-", "", None])
def test_a_missing_size_is_not_zero(read_lines, size):
    record = NGINX | {"body_bytes_sent": size, "bytes_sent": size}
    assert told(read_lines, "json", record)["bytes_sent"] is None


def test_a_size_of_zero_is_zero(read_lines):
    assert told(read_lines, "json", NGINX | {"body_bytes_sent": 0})["bytes_sent"] == 0


@pytest.mark.parametrize(
    ("written", "path"),
    [
        (r"/\x16\x03", r"/\x16\x03"),  # Apache escapes so, and bytes that are no UTF-8 arrive so
        (r"/\\x16", r"/\x16"),
        (r"/\u00e9\u2028", "/é\u2028"),
        (r"/\ud83d\ude00", "/😀"),
        (r"/\ud800", "/\ufffd"),
        (r"/\u0000", "/\0"),
        ("/a\tb\x01", "/a\tb\x01"),
        (r"/\"x\" y", '/"x" y'),
    ],
)
def test_what_clients_write(read_lines, written, path):
    line = f'{{"msec":"1704164645.678","request":"GET {written} HTTP/1.1","status":400}}'
    got = told(read_lines, "json", line)
    assert (got["path"], got["protocol"], got["host"]) == (path, "HTTP/1.1", None)


@pytest.mark.parametrize("request_text", ["GET /", "-", r"\x16"])
def test_requests_without_a_protocol(read_lines, request_text):
    got = told(read_lines, "json", NGINX | {"request": request_text, "request_uri": None})
    assert got["protocol"] is None
    assert got["path"] == {"GET /": "/"}.get(request_text, request_text)


def test_times_without_an_offset_are_the_wall_clocks(read_lines):
    stamps = ["2025-10-26T02:50:00", "2025-10-26T02:10:00", "2025-10-26T01:20:00Z", "2025-10-26T02:30:00"]
    lines = [json.dumps({"time": stamp, "request": "GET /", "status": 200}) for stamp in stamps]
    got = read_lines("json", *lines, time_zone="Europe/Berlin").requests["at_utc"].to_list()
    assert [(at.hour, at.minute) for at in got] == [(0, 50), (1, 10), (1, 20), (1, 30)]


# Caddy, "How Logging Works" (docs/logging): the example of an access log, shortened.
CADDY = (
    '{"level":"info","ts":1646861401.5241024,"logger":"http.log.access","msg":"handled request","request":'
    '{"remote_ip":"127.0.0.1","remote_port":"41342","client_ip":"198.51.100.7","proto":"HTTP/2.0",'
    '"method":"GET","host":"localhost","uri":"/","headers":{"User-Agent":["curl/7.82.0"]},'
    '"tls":{"resumed":false,"version":772}},"bytes_read":0,"user_id":"","duration":0.000929675,'
    '"size":10900,"status":200,"resp_headers":{"Server":["Caddy"]}}'
)


def test_caddy(read_lines):
    assert told(read_lines, "caddy", CADDY) == {
        "at_utc": datetime(2022, 3, 9, 21, 30, 1, 524_102),
        "host": "198.51.100.7",
        "method": "GET",
        "path": "/",
        "protocol": "HTTP/2.0",
        "status": 200,
        "bytes_sent": 10900,
    }
    for ts in ('"2022-03-09T21:30:01.524Z"', '"2022/03/09 21:30:01.524"', "1646861401524"):
        got = told(read_lines, "caddy", CADDY.replace("1646861401.5241024", ts))
        assert got["at_utc"] == datetime(2022, 3, 9, 21, 30, 1, 524_000)
    older = CADDY.replace('"client_ip":"198.51.100.7",', "").replace(
        '"remote_ip":"127.0.0.1","remote_port"', '"remote_addr":"[::1]:41342","remote_port"'
    )
    assert told(read_lines, "caddy", older)["host"] == "::1"


# Traefik, "Access Logs", the fields of the JSON format; values made up.
TRAEFIK = {
    "ClientAddr": "192.0.2.10:5678",
    "ClientHost": "192.0.2.10",
    "DownstreamContentSize": 75,
    "DownstreamStatus": 404,
    "OriginContentSize": 74,
    "OriginStatus": 403,
    "RequestMethod": "GET",
    "RequestPath": "/500?x=1",
    "RequestProtocol": "HTTP/1.1",
    "StartLocal": "2025-02-28T13:11:34.10912886+01:00",
    "StartUTC": "2025-02-28T12:11:34.10912886Z",
    "level": "info",
    "msg": "",
    "time": "2025-02-28T12:11:35Z",
}


@pytest.mark.parametrize("dropped", [(), ("StartUTC", "ClientHost"), ("StartLocal",)], ids=str)
def test_traefik(read_lines, dropped):
    record = {key: value for key, value in TRAEFIK.items() if key not in dropped}
    assert told(read_lines, "traefik", record) == {
        "at_utc": datetime(2025, 2, 28, 12, 11, 34, 109_128),
        "host": "192.0.2.10",
        "method": "GET",
        "path": "/500?x=1",
        "protocol": "HTTP/1.1",
        "status": 404,
        "bytes_sent": 75,
    }


NO_JSON = "the line is not one JSON object (cut off?)"
GOOD = {"msec": "1704164645.678", "request": "GET /", "status": 200, "bytes": 5}
KNOWN = "dd/Mon/yyyy:hh:mm:ss, ISO 8601, or seconds or milliseconds since 1970"


@pytest.mark.parametrize(
    ("name", "line", "reason"),
    [
        ("json", "junk", NO_JSON),
        ("json", json.dumps(GOOD)[:-1], NO_JSON),
        ("json", json.dumps(GOOD) * 2, NO_JSON),
        ("json", f"{json.dumps(GOOD)},{json.dumps(GOOD)}", NO_JSON),
        ("json", f"[{json.dumps(GOOD)}]", NO_JSON),
        ("json", "[" * 100_000, NO_JSON),
        ("json", '{"a":' * 100_000, NO_JSON),
        ("json", "null", NO_JSON),
        (
            "json",
            "{}",
            "no request, under none of the keys request, request_line, request_uri, uri, url, path, "
            "request_path",
        ),
        (
            "json",
            json.dumps(GOOD | {"msec": None}),
            "no time, under none of the keys msec, time_iso8601, @timestamp, timestamp, time_local, time, "
            "datetime, ts",
        ),
        ("json", json.dumps(GOOD | {"msec": "yesterday"}), f"the time 'yesterday' is not {KNOWN}"),
        ("json", json.dumps(GOOD | {"msec": "-5"}), f"the time '-5' is not {KNOWN}"),
        (
            "json",
            json.dumps(GOOD | {"msec": "2024-02-30T00:00:00Z"}),
            "the time 2024-02-30T00:00:00Z does not exist or lies outside 1970 to 2100",
        ),
        (
            "json",
            json.dumps(GOOD | {"msec": "2024-02-03T00:00:00+99:00"}),
            "the time 2024-02-03T00:00:00+99:00 does not exist or lies outside 1970 to 2100",
        ),
        (
            "json",
            json.dumps(GOOD | {"msec": "9999999999"}),
            "the time 9999999999 does not exist or lies outside 1970 to 2100",
        ),
        (
            "json",
            json.dumps(GOOD | {"status": None}),
            "no status, under none of the keys status, status_code, response, response_code, http_status",
        ),
        (
            "json",
            json.dumps(GOOD | {"status": "ok"}),
            "the status 'ok' is not a number of up to three digits",
        ),
        (
            "json",
            json.dumps(GOOD | {"status": 1200}),
            "the status '1200' is not a number of up to three digits",
        ),
        ("json", json.dumps(GOOD | {"bytes": -5}), "the size '-5' is not a whole number of up to 18 digits"),
        (
            "json",
            json.dumps(GOOD | {"bytes": 1.5}),
            "the size '1.5' is not a whole number of up to 18 digits",
        ),
        (
            "json",
            json.dumps(GOOD | {"bytes": 10**18}),
            "the size '1000000000000000000' is not a whole number of up to 18 digits",
        ),
        # Caddy writes what it does itself to the same file.
        (
            "caddy",
            '{"level":"info","ts":1646861401.5,"logger":"tls","msg":"cleaning storage unit"}',
            "no request, under none of the keys request.uri",
        ),
        (
            "traefik",
            json.dumps(TRAEFIK | {"DownstreamStatus": None, "OriginStatus": None}),
            "no status, under none of the keys DownstreamStatus, OriginStatus",
        ),
    ],
)
def test_reason(read_lines, name, line, reason):
    parsed = read_lines(name, line)
    assert parsed.requests.is_empty(), parsed.requests.row(0)
    assert parsed.rejected.rows() == [(1, reason, line)]


def test_no_line_brings_rows_of_its_own_nor_takes_those_of_others(read_lines):
    good = json.dumps(GOOD)
    parsed = read_lines("json", good, f"{good},{good}", "{", good, "}", good)
    assert parsed.requests["line_number"].to_list() == [1, 4, 6]
    assert parsed.rejected["line_number"].to_list() == [2, 3, 5]
