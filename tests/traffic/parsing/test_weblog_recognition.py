"""A log's format is told from its first lines, with the reason why."""

from __future__ import annotations

import pytest

from traffic.parsing.weblog import FORMATS, recognise_format

TIME = "[10/Oct/2000:13:55:36 -0700]"
CLF = f'{TIME} "GET / HTTP/1.0" 200 5'
LOGS = {
    "epa": ['h [31:10:00:00] "GET / HTTP/1.0" 200 5'],
    "common": [f"h - - {CLF}"],
    "combined": [f'h - frank b {CLF} "-" "agent"'],
    "combined_vhost": [f'e.org:80 h - frank b {CLF} "-" "agent"'],
    "traefik_clf": [f'h - - {CLF} "-" "agent" 7 "router" "http://h:80" 3ms'],
    "json": ['{"time":"2000-10-10T13:55:36","request":"GET /","status":200,"request_time":1}'],
    "caddy": ['{"ts":971211336.5,"request":{"method":"GET","uri":"/"},"status":200,"size":5}'],
    "traefik": ['{"time":"2000-10-10T13:55:36Z","RequestPath":"/","DownstreamStatus":200}'],
    "w3c": ["#Fields: date time cs-uri-stem", "2000-10-10 13:55:36 /"],
    "aws_alb": ['http 2000-10-10T13:55:36Z app/x h:1 - 0 0 0 200 200 5 5 "GET / HTTP/1.0" "agent" - -'],
    "squid": ["971211336.123 5 h TCP_MISS/200 5 GET http://e/ - NONE/- -"],
}


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_is_recognised_among_other_lines(numbered, name):
    head, line = LOGS[name][:-1], LOGS[name][-1]
    found = recognise_format(numbered(["# a comment", "", *head, *["junk"] * 10, *[line] * 990])["line"])
    assert (found.name, found.share) == (name, 0.99)
    assert found.sentence == f"990 of the first 1,000 lines read as {name}; no other format reads any"


def test_the_format_of_most_lines_is_recognised(numbered):
    lines = LOGS["common"] * 2 + LOGS["combined"] * 3
    found = recognise_format(numbered(lines)["line"])
    assert found.name == "combined"
    assert found.sentence == "3 of the first 5 lines read as combined; the next best, common, reads 2"


def test_of_formats_that_read_the_same_lines_the_more_specific_is_taken(numbered):
    line = '{"ts":971211336.5,"request":{"method":"GET","uri":"/"},"uri":"/","status":200}'
    found = recognise_format(numbered([line])["line"])
    assert found.sentence == "its only line reads as caddy; the next best, json, reads 1"


@pytest.mark.parametrize(
    ("lines", "name", "sentence"),
    [
        ([], None, "its first lines hold no record"),
        (["", "# a comment"], None, "its first lines hold no record"),
        (
            ["#Version: 1.0", "#Fields: date time"],
            "w3c",
            "its first lines hold no record yet, but a #Fields line, as w3c has",
        ),
        (
            ["#", "time,value", "\x16\x03\0"],
            None,
            "none of the first 2 lines reads as epa, common, combined, combined_vhost, traefik_clf, json, "
            "caddy, traefik, w3c, aws_alb or squid",
        ),
        ([None, *LOGS["squid"]], "squid", "1 of the first 2 lines reads as squid; no other format reads any"),
    ],
    ids=repr,
)
def test_few_lines(numbered, lines, name, sentence):
    found = recognise_format(numbered(lines)["line"])
    assert (found.name, found.sentence) == (name, sentence)


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("epa/epa-http.log.gz", "1,000 of the first 1,000 lines read as epa; no other format reads any"),
        (
            "epa/epa-http-raw-first-half.log.gz",
            "1,000 of the first 1,000 lines read as epa; no other format reads any",
        ),
        (
            "elastic/apache_combined.log.gz",
            "1,000 of the first 1,000 lines read as combined; no other format reads any",
        ),
        (
            "erddap/access.log.5.gz",
            "532 of the first 1,000 lines read as combined; no other format reads any",
        ),
    ],
)
def test_real_logs(real_lines, path, sentence):
    assert recognise_format(real_lines(f"weblogs/{path}")["line"].head(1_000)).sentence == sentence
