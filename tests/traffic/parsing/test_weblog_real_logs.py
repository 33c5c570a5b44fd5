"""Public logs are read to the last line, with the counts that were found by hand."""

from __future__ import annotations

from datetime import datetime

import polars as pl
import pytest

from traffic.parsing.weblog import recognise_format

pytestmark = pytest.mark.real_data

EPA = ("weblogs/epa/epa-http.log.gz", "epa", "America/New_York", "1995-08")
EPA_RAW = ("weblogs/epa/epa-http-raw-first-half.log.gz", "epa", "America/New_York", "1995-08")
ELASTIC = ("weblogs/elastic/apache_combined.log.gz", "combined")
# Requests and orphan tails of lines, the oldest file last.
ERDDAP = {
    1: (760, 146),
    2: (1068, 130),
    3: (1004, 145),
    4: (1026, 138),
    5: (1770, 608),
    6: (1145, 363),
    7: (1407, 425),
}


def test_epa(read_log):
    parsed = read_log(*EPA)
    sizes = parsed.requests["bytes_sent"]
    assert (parsed.lines_read, parsed.lines_skipped) == (47_748, 0)
    assert (parsed.requests.height, parsed.rejected.height) == (47_748, 0)
    assert sizes.sum() == 311_863_990
    assert sizes.null_count() == 5_331
    at_utc = parsed.requests["at_utc"]
    assert at_utc.min() == datetime(1995, 8, 30, 3, 53, 25)
    assert at_utc.max() == datetime(1995, 8, 31, 3, 53, 7)
    assert at_utc[0] == at_utc.min()


def test_epa_lines_run_back_in_time_15_times(read_log):
    steps = read_log(*EPA).requests["at_utc"].diff().drop_nulls()
    assert (steps < pl.Series([0], dtype=pl.Duration("us"))).sum() == 15


def test_21_epa_lines_lack_their_size_and_keep_their_status(real_lines, read_log):
    ends_in_status = real_lines(EPA[0])["line"].str.contains(r'" \d{3}$')
    assert ends_in_status.sum() == 21
    cut = read_log(*EPA).requests.filter(ends_in_status)
    assert cut["status"].unique().to_list() == [404]
    assert cut["bytes_sent"].null_count() == 21


def test_epa_as_it_was_written(real_lines, read_log):
    parsed = read_log(*EPA_RAW)
    assert (parsed.lines_read, parsed.requests.height, parsed.rejected.height) == (15_754, 15_754, 0)
    assert parsed.requests["at_utc"].min() == datetime(1995, 8, 30, 4)
    assert parsed.requests["at_utc"].max() == datetime(1995, 8, 30, 15, 59, 59)
    assert real_lines(EPA_RAW[0])["line"].str.contains(r"[\x00-\x1f]").any()


def test_the_cleaned_and_the_raw_trace_agree_where_they_overlap(read_log):
    until_noon = pl.col("at_utc").is_between(datetime(1995, 8, 30, 4), datetime(1995, 8, 30, 15, 59, 59))
    columns = ("at_utc", "status", "bytes_sent")
    cleaned = read_log(*EPA).requests.filter(until_noon).select(columns)
    assert cleaned.equals(read_log(*EPA_RAW).requests.select(columns))


def test_elastic(read_log):
    parsed = read_log(*ELASTIC)
    assert (parsed.lines_read, parsed.requests.height) == (10_000, 9_999)
    [(line_number, reason, line)] = parsed.rejected.rows()
    assert line_number == 8899
    assert reason == "no quoted user agent at the end (line cut off, or more fields)"
    assert line.endswith("(compatible; Googlebot/2.1; +http://www.google.com/bot.html")
    assert parsed.requests["at_utc"].dt.minute().unique().to_list() == [5]


@pytest.mark.parametrize("number", ERDDAP)
def test_erddap(read_log, number):
    parsed = read_log(f"weblogs/erddap/access.log.{number}.gz", "combined")
    requests, orphans = ERDDAP[number]
    assert (parsed.requests.height, parsed.rejected.height) == (requests, orphans)
    assert parsed.lines_read == requests + orphans
    [reason] = parsed.rejected["reason"].unique()
    assert reason == "the line does not begin with a client, an identity and a user"
    # What is rejected is the end of a line whose front was cut off, and nothing else.
    assert parsed.rejected["line"].str.contains(r'^ "[^"]*"$').all()
    # 7 is of 14 May 2024, and 1 of 20 May.
    assert parsed.requests["at_utc"].dt.date().unique().to_list() == [datetime(2024, 5, 21 - number).date()]


@pytest.mark.parametrize(
    ("path", "name"), [EPA[:2], EPA_RAW[:2], ELASTIC, ("weblogs/erddap/access.log.5.gz", "combined")]
)
def test_formats_are_recognised(real_lines, path, name):
    assert recognise_format(real_lines(path)["line"].head(1_000)).name == name
