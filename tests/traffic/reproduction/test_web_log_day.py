"""The day of a log that the post is reproduced from."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import polars as pl
import pytest

from traffic.reproduction.post_log import THEIR_LINES, log_section
from traffic.reproduction.section import AGREES
from traffic.reproduction.web_log_day import busiest_day, web_log_day


def requests(lines: list[tuple[datetime, str, int | None]]) -> pl.DataFrame:
    rows = [
        {
            "at_utc": at,
            "method": "GET",
            "path": path,
            "protocol": "HTTP/1.0",
            "status": 200,
            "bytes_sent": size,
            "line_number": number,
        }
        for number, (at, path, size) in enumerate(lines, start=3)
    ]
    return pl.DataFrame(rows, schema_overrides={"at_utc": pl.Datetime("us"), "bytes_sent": pl.Int64})


# New York, 30 August 1995: four hours behind UTC.
MIDNIGHT = datetime(1995, 8, 30, 4)
PRINTED = [
    (5, "/logos/small_gopher.gif", 935),
    (6, "/logos/small_ftp.gif", 124),
    (6, "/icons/ok2-0.gif", 231),
    (9, "/logos/us-flag.gif", 2788),
    (17, "/icons/ok2-0.gif", 231),
]


@pytest.fixture
def of_the_post() -> pl.DataFrame:
    later = [(MIDNIGHT + timedelta(minutes=7), "/late", None)]
    printed = [(MIDNIGHT + timedelta(seconds=at), path, size) for at, path, size in PRINTED]
    return requests([(MIDNIGHT, "/before", 10), *printed, *later])


def test_the_lines_that_the_post_prints_are_found_in_their_place(of_the_post: pl.DataFrame) -> None:
    coverage = of_the_post.select(first_utc=pl.col("at_utc").min(), last_utc=pl.col("at_utc").max())
    day = web_log_day("epa", of_the_post, coverage, "America/New_York", 3600)
    section = log_section(day)
    assert section.comparisons[1].ours.text.split("\n") == list(THEIR_LINES)
    assert section.findings[0].verdict == AGREES
    assert "from line 4 on" in section.findings[0].text


def test_windows_are_of_two_minutes_and_silence_is_zero(of_the_post: pl.DataFrame) -> None:
    coverage = of_the_post.select(first_utc=pl.col("at_utc").min(), last_utc=pl.col("at_utc").max())
    day = web_log_day("epa", of_the_post, coverage, "America/New_York", 3600)
    assert day.value.tolist() == [10 + 935 + 124 + 231 + 2788 + 231, 0, 0, 0]
    assert (day.n_requests, day.n_without_size) == (7, 1)
    assert day.local_date == date(1995, 8, 30)


def test_the_busiest_local_day_is_taken_and_the_first_of_equals() -> None:
    counts = pl.DataFrame(
        {
            # The same UTC date, two dates in New York.
            "at_utc": [datetime(1995, 8, 30, 3, 45), datetime(1995, 8, 30, 4), datetime(1995, 8, 30, 20)],
            "requests": [5, 2, 3],
        }
    )
    assert busiest_day(counts, "America/New_York") == date(1995, 8, 29)
    assert busiest_day(counts, "UTC") == date(1995, 8, 30)
    with pytest.raises(ValueError, match="no request"):
        busiest_day(counts.clear(), "UTC")
