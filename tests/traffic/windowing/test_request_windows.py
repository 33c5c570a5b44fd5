"""Windows of requests: sums, true zeros where files cover the time, and missing where they do not."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from traffic.parsing.content import decompressed_chunks, line_blocks
from traffic.parsing.weblog import FORMATS, WebLogReader
from traffic.windowing.grid import GRID_SCHEMA, UnfitForGridError, request_windows

START = datetime(2024, 5, 1)
HOUR = 3_600
REQUESTS = {"at_utc": pl.Datetime("us"), "bytes_sent": pl.Int64}
COVERAGE = {"first_utc": pl.Datetime("us"), "last_utc": pl.Datetime("us")}
# A file is a list of requests: seconds after START, and bytes or None.
File = list[tuple[int, int | None]]


def window(files: list[File], step_seconds: int, silence_seconds: int = HOUR):
    """Windows of the requests of some files, each of which covers from its first to its last request."""
    parts = [[(START + timedelta(seconds=at), sent) for at, sent in file] for file in files]
    spans = [
        [START + timedelta(seconds=bound) for bound in (min(file)[0], max(file)[0])]
        for file in files_with(files)
    ]
    return request_windows(
        [pl.DataFrame(rows, REQUESTS, orient="row") for rows in parts],
        pl.DataFrame(spans, COVERAGE, orient="row"),
        step_seconds,
        silence_seconds,
    )


def files_with(files: list[File]) -> list[list[tuple[int, int]]]:
    return [[(at, 0) for at, _ in file] for file in files]


def slow_windows(files: list[File], step_seconds: int, silence_seconds: int):
    """The same by a loop over windows; START is a whole number of any step used here since midnight."""
    spans: list[list[int]] = []
    for first, last in sorted((min(file)[0], max(file)[0]) for file in files_with(files)):
        if spans and first - spans[-1][1] <= silence_seconds:
            spans[-1][1] = max(spans[-1][1], last)
        else:
            spans.append([first, last])
    sent, count = defaultdict(int), defaultdict(int)
    for file in files:
        for at, size in file:
            sent[at // step_seconds] += size or 0
            count[at // step_seconds] += 1
    rows = []
    for k in range(spans[0][0] // step_seconds, spans[-1][1] // step_seconds + 1):
        is_covered = any(first // step_seconds <= k <= last // step_seconds for first, last in spans)
        at_utc = START + timedelta(seconds=k * step_seconds)
        rows.append((at_utc, *((sent[k], count[k]) if is_covered else (None, None)), is_covered))
    return rows


FILES = st.lists(
    st.lists(
        st.tuples(st.integers(0, 3 * HOUR), st.none() | st.integers(0, 10**12)), min_size=1, max_size=10
    ),
    min_size=1,
    max_size=5,
)


@settings(deadline=None)
@given(FILES, st.sampled_from([1, 30, 60, 120, 300, 3600]), st.sampled_from([0, 60, 600, HOUR]))
@example([[(0, 1)], [(0, 1)]], 60, 0)
@example([[(0, None), (9000, 5)], [(60, 1), (61, 1)]], 60, 0)
def test_windows_are_those_of_a_slow_loop(files, step_seconds, silence_seconds):
    grids = window(files, step_seconds, silence_seconds)
    assert list(grids) == ["bytes", "requests"]
    for grid in grids.values():
        assert grid.frame.schema == GRID_SCHEMA
        assert (grid.step_seconds, grid.phase_seconds, grid.moved, grid.shared) == (step_seconds, 0, 0, 0)
    both = grids["bytes"].frame.join(
        grids["requests"].frame, on=["at_utc", "is_observed"], maintain_order="left"
    )
    got = both.select("at_utc", "value", "value_right", "is_observed").rows()
    assert got == slow_windows(files, step_seconds, silence_seconds)


def test_a_window_is_half_open():
    grid = window([[(0, 1), (119, 2), (120, 4), (239, 8), (240, 16)]], 120)["bytes"]
    assert grid.frame["value"].to_list() == [3.0, 12.0, 16.0]
    assert grid.frame["at_utc"].to_list() == [START + timedelta(seconds=s) for s in (0, 120, 240)]


def test_windows_stand_on_the_clock_and_not_on_the_first_request():
    grid = window([[(61, 1), (130, 1)]], 60)["requests"]
    assert grid.frame["at_utc"].to_list() == [START + timedelta(seconds=s) for s in (60, 120)]


def test_a_fraction_of_a_second_stays_in_its_window():
    at = [START + timedelta(seconds=59, microseconds=999_999), START + timedelta(seconds=60)]
    requests = [pl.DataFrame({"at_utc": at, "bytes_sent": [1, 2]}, REQUESTS)]
    coverage = pl.DataFrame({"first_utc": at[:1], "last_utc": at[1:]}, COVERAGE)
    assert request_windows(requests, coverage, 60, HOUR)["bytes"].frame["value"].to_list() == [1.0, 2.0]


def test_silence_within_a_file_is_zero_however_long():
    grid = window([[(0, 5), (5 * HOUR, 5)]], HOUR)["bytes"]
    assert grid.frame["value"].to_list() == [5.0, 0.0, 0.0, 0.0, 0.0, 5.0]
    assert grid.frame["is_observed"].all()


@pytest.mark.parametrize(("pause", "is_observed"), [(HOUR, True), (HOUR + 1, False)])
def test_silence_between_files_is_zero_up_to_the_limit_and_missing_beyond(pause, is_observed):
    frame = window([[(0, 5), (59, 5)], [(59 + pause, 7)]], 60)["bytes"].frame
    between = frame.filter(
        pl.col("at_utc").is_between(START, START + timedelta(seconds=59 + pause), closed="none")
    )
    quiet = between.filter(pl.col("value").fill_null(0) == 0)
    assert quiet["is_observed"].unique().to_list() == [is_observed]
    assert quiet["value"].unique().to_list() == [0.0 if is_observed else None]


def test_a_short_file_within_a_long_one_does_not_end_what_is_covered():
    long, short, after = [(0, 1), (3 * HOUR, 1)], [(600, 1), (1200, 1)], [(3 * HOUR + 1800, 1)]
    frame = window([long, short, after], 60)["requests"].frame
    assert frame["is_observed"].all()
    assert frame["value"].sum() == 5


def test_a_request_without_a_size_counts_as_a_request_and_adds_no_bytes():
    grids = window([[(0, None), (1, None), (60, 5)]], 60)
    assert grids["bytes"].frame["value"].to_list() == [0.0, 5.0]
    assert grids["requests"].frame["value"].to_list() == [2.0, 1.0]


@pytest.mark.parametrize("stray", [-54 * 365 * 86_400, 75 * 365 * 86_400], ids=["1970", "2099"])
def test_a_span_that_a_wrong_year_makes_is_refused(stray):
    with pytest.raises(
        UnfitForGridError, match=r"steps of 120 s, more than 5,000,000: is the step or a year wrong\?"
    ):
        window([[(0, 1), (stray, 1)]], 120)


@pytest.mark.real_data
def test_epa_windows_of_30_august_new_york_time(real_data):
    with real_data("weblogs/epa/epa-http.log.gz").open("rb") as stream:
        reader = WebLogReader(FORMATS["epa"], "America/New_York", "1995-08")
        requests = pl.concat(
            parsed.requests for parsed in reader.read_blocks(line_blocks(decompressed_chunks(stream)))
        )
    coverage = requests.select(first_utc=pl.col("at_utc").min(), last_utc=pl.col("at_utc").max())
    grids = request_windows([requests], coverage, 120, HOUR)
    # New York was four hours behind UTC.
    in_august_30 = pl.col("at_utc").is_between(
        datetime(1995, 8, 30, 4), datetime(1995, 8, 31, 4), closed="left"
    )
    day = {name: grid.frame.filter(in_august_30) for name, grid in grids.items()}
    assert day["bytes"]["is_observed"].sum() == day["requests"]["is_observed"].sum() == 717
    assert (day["requests"]["value"] > 0).sum() == 710
    # In these 710 windows something was sent; where only sizes are missing the bytes would be zero.
    assert (day["bytes"]["value"] > 0).sum() == 710
    assert grids["bytes"].frame["value"].sum() == 311_863_990
    assert grids["requests"].frame["value"].sum() == 47_748
    assert grids["bytes"].frame.height == 717 + 4  # and from 23:53 the day before


@pytest.mark.parametrize("days", [-3_650, 3_650], ids=["ten years before", "ten years after"])
def test_one_line_with_a_wrong_year_is_left_out_and_makes_no_zeros(days):
    steady = [(minute * 60, 5) for minute in range(300)]
    alone = window([steady], 60)["requests"].frame
    grid = window([[*steady, (days * 86_400, 5)]], 60)["requests"]
    assert grid.frame.equals(alone)
    assert (grid.stray, grid.frame["is_observed"].all()) == (1, True)


def test_a_small_part_of_a_log_that_lasts_or_is_near_is_no_stray():
    steady = [(minute * 60, 5) for minute in range(300)]
    lasting = [(30 * 86_400, 5), (30 * 86_400 + HOUR, 5)]
    near = [(6 * 86_400, 5)]
    for part in (lasting, near):
        grid = window([[*steady, *part]], 60)["requests"]
        assert grid.stray == 0
        assert grid.frame["value"].sum() == 300 + len(part)
