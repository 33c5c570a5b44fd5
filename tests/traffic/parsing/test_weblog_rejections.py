"""Every line that is no request is rejected with a reason that names the first thing wrong with it."""

from __future__ import annotations

import pytest

from traffic.parsing.weblog import FORMATS

TIME = "[10/Oct/2000:13:55:36 -0700]"
GOOD = {
    "epa": 'h [30:10:00:00] "GET / HTTP/1.0" 200 5',
    "common": f'h - - {TIME} "GET / HTTP/1.0" 200 5',
    "combined": f'h - - {TIME} "GET / HTTP/1.0" 200 5 "-" "agent"',
}
OTHERWISE = "the line is not in this format"
EPA = [
    ("junk", "the line does not begin with a client"),
    (' "curl/7.54.0"', "the line does not begin with a client"),
    ("\x16\x03\x01", "the line does not begin with a client"),
    ('h [10/Oct/2000:13:55:36 -0700] "GET /" 200 5', "no time as [dd:hh:mm:ss] after the client"),
    ('h [3:10:00:00] "GET /" 200 5', "no time as [dd:hh:mm:ss] after the client"),
    ('h [٣٠:10:00:00] "GET /" 200 5', "no time as [dd:hh:mm:ss] after the client"),
    ("h [30:10:00:00] GET / 200 5", "no quoted request after the time"),
    ('h [30:10:00:00] "GET /', "the request's closing quote is missing (line cut off?)"),
    ('h [30:10:00:00] "GET / HTTP/1.0"', "no status after the request"),
    ('h [30:10:00:00] "GET / HTTP/1.0" abc 5', "no status after the request"),
    ('h [30:10:00:00] "GET / HTTP/1.0" 2000 5', "no status after the request"),
    (
        f'h [30:10:00:00] "GET / HTTP/1.0" 200 {"9" * 25}',
        "what follows the status is not a size of up to 18 digits alone",
    ),
    ('h [30:10:00:00] "GET /" 200 -5', "what follows the status is not a size of up to 18 digits alone"),
    ('h [30:10:00:00] "GET /" 200 5 5', "what follows the status is not a size of up to 18 digits alone"),
    ('h [32:10:00:00] "GET /" 200 5', "the time 32:10:00:00 does not exist or lies outside 1970 to 2100"),
    ('h [30:24:00:00] "GET /" 200 5', "the time 30:24:00:00 does not exist or lies outside 1970 to 2100"),
    ('h [00:10:00:00] "GET /" 200 5', "the time 00:10:00:00 does not exist or lies outside 1970 to 2100"),
]
# Reasons of both formats with a full date; `{end}` stands where the combined format goes on.
CLF = [
    ("junk", "the line does not begin with a client, an identity and a user"),
    (' "curl/7.54.0"', "the line does not begin with a client, an identity and a user"),
    ("h - -", "no time in [brackets]"),
    (
        f'v h - - {TIME} "GET / HTTP/1.0" 200 5{{end}}',
        "a field more than client, identity and user before the time: is the format 'combined_vhost'?",
    ),
    ("h - - 10/Oct/2000:13:55:36", "no time in [brackets]"),
    *(
        (
            f'h - - [{time}] "GET / HTTP/1.0" 200 5{{end}}',
            "the time in brackets is not dd/Mon/yyyy:hh:mm:ss, with or without +hhmm",
        )
        for time in (
            "10/10/2000:13:55:36 -0700",
            "10/Oct/2000:13:55:36 +٠٧٠٠",
            "10/Oct/2000:13:55:36.123 +0000",
            "10/Oct/99999:13:55:36 +0000",
            "10/Oct/262143:13:55:36",
            "1712345678",
            "",
        )
    ),
    (f"h - - {TIME} GET / 200 5", "no quoted request after the time"),
    (f'h - - {TIME} "GET /', "the request's closing quote is missing (line cut off?)"),
    (f'h - - {TIME} "GET / HTTP/1.0"', "no status and size after the request"),
    (f'h - - {TIME} "GET / HTTP/1.0" 200', "no status and size after the request"),
    (f'h - - {TIME} "GET / HTTP/1.0" 20 5{{end}}', "no status and size after the request"),
    (f'h - - {TIME} "GET / HTTP/1.0" ٢٠٠ ٥{{end}}', "no status and size after the request"),
    (f'h - - {TIME} "GET / HTTP/1.0" 200 -5{{end}}', "no status and size after the request"),
    (f'h - - {TIME} "GET / HTTP/1.0" 200 {"9" * 25}{{end}}', "the size has more than 18 digits"),
    (f'h - a"b c {TIME} "GET / HTTP/1.0" 200 5{{end}}', OTHERWISE),
    *(
        (
            f'h - - [{time}] "GET / HTTP/1.0" 200 5{{end}}',
            f"the time {time} does not exist or lies outside 1970 to 2100",
        )
        for time in (
            "31/Feb/2000:13:55:36 -0700",
            "29/Feb/2023:13:55:36 +0000",
            "10/Okt/2000:13:55:36 +0000",
            "10/Oct/2000:25:55:36 +0000",
            "10/Oct/2000:13:60:36 +0000",
            "31/Dec/1969:23:59:59 +0000",
            "01/Jan/2101:00:00:00 +0000",
            "31/Dec/2100:23:00:00 -0200",
            "10/Oct/0018:13:55:36 +0000",
            "10/Oct/2000:13:55:36 +2400",
            "10/Oct/2000:13:55:36 -0060",
            "10/Oct/2000:13:55:36 +9999",
            "31/Mar/2024:02:30:00",  # the clock of Berlin skipped it
        )
    ),
]
COMMON = [(GOOD["combined"], "further fields follow the size: is the format 'combined'?")]
COMBINED = [
    (GOOD["common"], "no quoted referrer after the size: is the format 'common'?"),
    (GOOD["common"] + ' "-"', "no quoted user agent at the end (line cut off, or more fields)"),
    (
        GOOD["common"] + ' "-" "Mozilla/5.0 (X11',
        "no quoted user agent at the end (line cut off, or more fields)",
    ),
    (GOOD["combined"] + " 0.003", "no quoted user agent at the end (line cut off, or more fields)"),
]
REJECTIONS = [
    *(("epa", line, reason) for line, reason in EPA),
    *(("common", line.format(end=""), reason) for line, reason in CLF),
    *(("common", line, reason) for line, reason in COMMON),
    *(("combined", line.format(end=' "-" "agent"'), reason) for line, reason in CLF),
    *(("combined", line, reason) for line, reason in COMBINED),
]


@pytest.mark.parametrize(("name", "line", "reason"), REJECTIONS, ids=repr)
def test_reason(read_lines, name, line, reason):
    parsed = read_lines(name, line, time_zone="Europe/Berlin")
    assert parsed.requests.is_empty(), parsed.requests.row(0)
    assert parsed.rejected.rows() == [(1, reason, line)]


@pytest.mark.parametrize("name", sorted(GOOD))
def test_every_reason_of_a_format_has_a_line(name):
    reasons = {reason for _, reason in FORMATS[name].stages}
    assert reasons <= {reason for layout, _, reason in REJECTIONS if layout == name}


def test_a_rejected_line_spoils_no_other(read_lines):
    for name, good in GOOD.items():
        bad = [line for layout, line, _ in REJECTIONS if layout == name]
        mixed = [line for pair in zip([good] * len(bad), bad, strict=True) for line in pair]
        parsed = read_lines(name, *mixed, time_zone="Europe/Berlin")
        assert parsed.requests["line_number"].to_list() == list(range(1, 2 * len(bad), 2))
        assert parsed.rejected["line_number"].to_list() == list(range(2, 2 * len(bad) + 1, 2))
