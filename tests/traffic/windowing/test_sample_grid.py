"""Samples of an export on their own phase: gaps marked, jitter taken in, of two samples the later one."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traffic.parsing.content import decompressed_chunks, lines_of
from traffic.parsing.export import ExportLayout, parse_export
from traffic.windowing.grid import GRID_SCHEMA, UnfitForGridError, sample_grid

START = datetime(2024, 5, 1)
EPOCH = datetime(1970, 1, 1)


def samples(seconds, values=None):
    """Samples at some seconds after START, worth their own position unless values are given."""
    at = [START + timedelta(seconds=second) for second in seconds]
    value = [float(n) for n in range(len(at))] if values is None else values
    return pl.DataFrame({"at_utc": at, "value": value}, {"at_utc": pl.Datetime("us"), "value": pl.Float64})


def rows(grid):
    assert grid.frame.schema == GRID_SCHEMA
    return [((at - START).total_seconds(), value, seen) for at, value, seen in grid.frame.rows()]


def test_a_regular_export():
    grid = sample_grid(samples([0, 300, 600]), 300)
    assert rows(grid) == [(0, 0.0, True), (300, 1.0, True), (600, 2.0, True)]
    assert (grid.phase_seconds, grid.moved, grid.shared) == (0, 0, 0)


def test_the_phase_follows_the_data():
    grid = sample_grid(samples([240, 540, 840]), 300)
    assert [second for second, _, _ in rows(grid)] == [240, 540, 840]
    assert (grid.phase_seconds, grid.moved) == (240, 0)


def test_a_gap_is_marked_and_never_zero():
    grid = sample_grid(samples([240, 540, 1440]), 300)
    assert rows(grid)[2:5] == [(840, None, False), (1140, None, False), (1440, 2.0, True)]


def test_jitter_goes_to_the_nearest_point():
    grid = sample_grid(samples([240, 535, 850, 1140, 1440 + 149, 1740 - 150]), 300)
    assert [(second, value) for second, value, _ in rows(grid)] == [
        *((240, 0.0), (540, 1.0), (840, 2.0), (1140, 3.0), (1440, 4.0), (1740, 5.0))
    ]
    assert (grid.phase_seconds, grid.moved, grid.shared) == (240, 4, 0)


def test_jitter_about_a_whole_step_does_not_move_the_grid_by_one():
    grid = sample_grid(samples([0, 298, 600, 902, 1200]), 300)
    assert [second for second, _, _ in rows(grid)] == [0, 300, 600, 900, 1200]


def test_of_two_samples_at_one_point_the_last_row_stands():
    grid = sample_grid(samples([300, 0, 300, 290, 600], [1.0, 2.0, 3.0, 4.0, 5.0]), 300)
    assert rows(grid) == [(0, 2.0, True), (300, 4.0, True), (600, 5.0, True)]
    assert (grid.moved, grid.shared) == (1, 2)


def test_one_sample_makes_a_grid_of_one_point():
    grid = sample_grid(samples([77]), 300)
    assert rows(grid) == [(77, 0.0, True)]
    assert grid.phase_seconds == 77


def test_daily_samples_of_a_zone_whose_clock_changes_stay_days():
    # Midnight in Berlin: 23:00 UTC in winter, 22:00 in summer.
    at = [
        datetime(2025, 3, 28, 23),
        datetime(2025, 3, 29, 23),
        datetime(2025, 3, 30, 22),
        datetime(2025, 3, 31, 22),
    ]
    grid = sample_grid(pl.DataFrame({"at_utc": at, "value": [1.0, 2.0, 3.0, 4.0]}), 86_400)
    assert grid.frame["value"].to_list() == [1.0, 2.0, 3.0, 4.0]


@pytest.mark.parametrize("seconds", [[0, 6 * 10**9], [0, 10, 5_000_001 * 300]])
def test_a_span_that_a_wrong_year_makes_is_refused(seconds):
    with pytest.raises(
        UnfitForGridError, match=r"steps of 300 s, more than 5,000,000: is the step or a year wrong\?"
    ):
        sample_grid(samples(seconds), 300)


def slow_grid(at_utc, values, step):
    """The rule as a loop: commonest remainder, nearest point, later rows over earlier ones."""
    microseconds = [(at - EPOCH) // timedelta(microseconds=1) for at in at_utc]
    width = step * 1_000_000
    remainders = Counter(micro % width for micro in microseconds)
    phase = min(r for r, count in remainders.items() if count == max(remainders.values()))
    placed, moved = {}, 0
    for micro, value in zip(microseconds, values, strict=True):
        below = (micro - phase) // width * width + phase
        point = below if micro - below < below + width - micro else below + width
        moved += point != micro
        placed[point] = value
    points = range(min(placed), max(placed) + 1, width)
    frame = [(EPOCH + timedelta(microseconds=p), placed.get(p), p in placed) for p in points]
    return frame, phase // 1_000_000, moved, len(values) - len(placed)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 40), st.sampled_from([0, 0, 0, 1, 29, 30, 31, 59])), min_size=1, max_size=25
    ),
    st.sampled_from([1, 60, 300, 420, 3600]),
    st.integers(0, 10**6),
    st.sampled_from([0, 250_000]),
)
def test_grids_are_those_of_a_slow_loop(places, step, offset, microsecond):
    at_utc = [
        START + timedelta(seconds=offset + k * step + late * step // 60, microseconds=microsecond)
        for k, late in places
    ]
    values = [float(n) for n in range(len(at_utc))]
    grid = sample_grid(pl.DataFrame({"at_utc": at_utc, "value": values}), step)
    frame, phase, moved, shared = slow_grid(at_utc, values, step)
    assert grid.frame.rows() == frame
    assert (grid.phase_seconds, grid.moved, grid.shared, grid.step_seconds) == (phase, moved, shared, step)


@pytest.fixture(scope="module")
def real_grids(real_data):
    def grids(name, layout, step):
        with real_data(f"exports/{name}").open("rb") as stream:
            parsed = parse_export(lines_of(decompressed_chunks(stream)), layout)
        return {label: sample_grid(part, step) for (label,), part in parsed.samples.group_by("label")}

    return grids


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "phase_seconds", "gaps"),
    [
        ("ec2_network_in_257a54", 240, ["2014-04-10 03:14", "2014-04-13 21:04"]),
        (
            "elb_request_count_8c0756",
            240,
            [
                *("2014-04-10 11:34", "2014-04-13 03:44", "2014-04-14 00:04", "2014-04-16 05:04"),
                *("2014-04-16 11:04", "2014-04-17 15:14", "2014-04-18 07:54", "2014-04-20 04:14"),
            ],
        ),
        ("iio_us-east-1_i-a2eb1cd9_NetworkIn", 0, []),
    ],
)
def test_cloudwatch(real_grids, name, phase_seconds, gaps):
    layout = ExportLayout("single", "timestamp", value_columns=("value",), label="x")
    grid = real_grids(f"cloudwatch/{name}.csv", layout, 300)["x"]
    assert (grid.phase_seconds, grid.moved, grid.shared) == (phase_seconds, 0, 0)
    missing = grid.frame.filter(~pl.col("is_observed"))
    assert missing["at_utc"].dt.strftime("%Y-%m-%d %H:%M").to_list() == gaps
    assert missing["value"].null_count() == len(gaps)
    assert grid.frame["value"].null_count() == len(gaps)


@pytest.mark.real_data
def test_esnet_is_whole_and_cesnet_lacks_one_hour(real_grids):
    esnet = ExportLayout("wide", "Time", time_formats=("%m/%d/%Y %H:%M", "%m/%d/%y %H:%M"))
    grids = real_grids("esnet/trans_atl_links.csv", esnet, 3600)
    assert len(grids) == 8
    assert all(grid.frame["is_observed"].all() and grid.frame.height == 8_760 for grid in grids.values())
    for grid in real_grids("cesnet/ip103_hourly.csv", ExportLayout("wide", "time"), 3600).values():
        missing = grid.frame.filter(~pl.col("is_observed"))["at_utc"].to_list()
        assert missing == [datetime(2023, 10, 29, 0)]


def test_a_sample_with_a_wrong_year_is_left_out_and_counted():
    steady = [300 * n for n in range(288)]
    grid = sample_grid(samples([*steady, 3_650 * 86_400]), 300)
    assert (grid.frame.height, grid.stray) == (288, 1)
    assert grid.frame["is_observed"].all()


def test_the_same_value_delivered_twice_gives_way_to_nothing():
    twice = samples([0, 300, 300, 600], [1.0, 2.0, 2.0, 3.0])
    assert sample_grid(twice, 300).shared == 0
    assert sample_grid(samples([0, 300, 300, 600], [1.0, 2.0, 2.5, 3.0]), 300).shared == 1
