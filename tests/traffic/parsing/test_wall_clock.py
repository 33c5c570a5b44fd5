"""Wall-clock times become UTC as the standard library reads them, skipped and repeated hours included."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from traffic.parsing.local_time import WallClock, local_to_utc, within_plausible_years

# When the clock goes back: an hour, half an hour, two hours, and an hour that ends with its date.
CLOCK_GOES_BACK = {
    "Europe/Berlin": datetime(2025, 10, 26, 1),
    "America/New_York": datetime(2024, 11, 3, 6),
    "Australia/Lord_Howe": datetime(2025, 4, 5, 15),
    "Antarctica/Troll": datetime(2024, 10, 27, 1),
    "America/Sao_Paulo": datetime(2018, 2, 18, 2),
    "America/Havana": datetime(2024, 11, 3, 5),
}
ZONES = [*CLOCK_GOES_BACK, "UTC", "Asia/Kathmandu", "America/St_Johns", "Pacific/Apia", "Africa/Casablanca"]


def local_time(at_utc: datetime, zone: str) -> datetime:
    return at_utc.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def slow_utc(local: datetime, zone: str, *, is_repeat: bool) -> datetime | None:
    """The standard library's reading; None where the way back does not lead to the same time."""
    at_utc = local.replace(tzinfo=ZoneInfo(zone), fold=is_repeat).astimezone(UTC).replace(tzinfo=None)
    return at_utc if local_time(at_utc, zone) == local else None


@settings(deadline=None, max_examples=200)
@given(
    st.datetimes(datetime(1970, 1, 2), datetime(2036, 12, 31)).map(lambda at: at.replace(microsecond=0)),
    st.sampled_from(ZONES),
    st.booleans(),
)
@example(datetime(2025, 3, 30, 2, 30), "Europe/Berlin", False)
@example(datetime(2025, 10, 26, 2, 30), "Europe/Berlin", True)
@example(datetime(2025, 10, 5, 2, 15), "Australia/Lord_Howe", False)
@example(datetime(2011, 12, 30, 12, 0), "Pacific/Apia", True)  # a whole day that Samoa skipped
def test_any_time_is_read_as_the_standard_library_reads_it(local, zone, is_repeat):
    frame = pl.DataFrame({"local": [local]})
    got = frame.select(local_to_utc(pl.col("local"), zone, is_repeat=pl.lit(is_repeat))).item()
    assert got == slow_utc(local, zone, is_repeat=is_repeat)


@pytest.mark.parametrize("zone", ZONES)
def test_every_minute_around_the_changes_of_a_year(zone):
    change = CLOCK_GOES_BACK.get(zone, datetime(2025, 10, 26))
    days = [change + timedelta(days=182), change]
    local = [day + timedelta(minutes=minute) for day in days for minute in range(-2880, 2880, 7)]
    for is_repeat in (False, True):
        expression = local_to_utc(pl.col("local"), zone, is_repeat=pl.lit(is_repeat))
        got = pl.DataFrame({"local": local}).select(expression).to_series().to_list()
        assert got == [slow_utc(at, zone, is_repeat=is_repeat) for at in local]


def test_a_column_without_rows_or_without_times():
    empty = pl.Series([], dtype=pl.Datetime("us"))
    assert WallClock("Europe/Berlin").to_utc(empty).to_list() == []
    nothing = pl.Series([None, None], dtype=pl.Datetime("us"))
    assert WallClock("Europe/Berlin").to_utc(nothing).to_list() == [None, None]


def lines_around_the_change(zone: str, seed: int) -> tuple[list[datetime], list[datetime]]:
    """Times of lines, three hours before the change to three after, some stamped seconds too early."""
    rng = np.random.default_rng(seed)
    seconds = np.cumsum(rng.integers(1, 90, size=900))
    seconds = seconds[seconds < 6 * 3600] - 3 * 3600
    late = np.where(rng.random(seconds.size) < 0.1, rng.integers(0, 20, size=seconds.size), 0)
    at_utc = [CLOCK_GOES_BACK[zone] + timedelta(seconds=int(second)) for second in seconds - late]
    # A line of before the change that is written after it cannot be told from one an hour later.
    changed = next(k for k, at in enumerate(at_utc) if at >= CLOCK_GOES_BACK[zone])
    kept = [at for k, at in enumerate(at_utc) if k < changed or at >= CLOCK_GOES_BACK[zone]]
    return kept, [local_time(at, zone) for at in kept]


@settings(deadline=None, max_examples=40)
@given(
    st.sampled_from(sorted(CLOCK_GOES_BACK)),
    st.integers(0, 2**32 - 1),
    st.lists(st.integers(0, 500), max_size=6),
)
def test_a_repeated_hour_is_told_apart_by_the_order_of_lines(zone, seed, cuts):
    at_utc, local = lines_around_the_change(zone, seed)
    change = CLOCK_GOES_BACK[zone]
    assert local_time(change, zone) < local_time(change - timedelta(seconds=1), zone)
    clock = WallClock(zone)
    bounds = [0, *sorted(min(cut, len(local)) for cut in cuts), len(local)]
    got = []
    for begin, end in pairwise(bounds):
        block = pl.Series(local[begin:end], dtype=pl.Datetime("us"))
        got += clock.to_utc(block).to_list()
    assert got == at_utc


@pytest.mark.parametrize(
    "between", [[], [None] * 3, [datetime(2025, 10, 25, 12)]], ids=["empty", "nulls", "other date"]
)
def test_the_clock_remembers_across_a_block_without_its_date(between):
    clock = WallClock("Europe/Berlin")
    read = [
        clock.to_utc(pl.Series(block, dtype=pl.Datetime("us"))).to_list()
        for block in (
            [datetime(2025, 10, 26, 2, 59), datetime(2025, 10, 26, 2, 1)],
            between,
            [datetime(2025, 10, 26, 2, 45)],
        )
    ]
    assert read[0] == [datetime(2025, 10, 26, 0, 59), datetime(2025, 10, 26, 1, 1)]
    assert read[2] == [datetime(2025, 10, 26, 1, 45)]


def test_a_late_line_before_the_repeated_hour_does_not_turn_the_clock_back():
    # A download of 50 minutes is stamped with its beginning when it ends at 01:55.
    minutes = [(1, 55), (1, 5), (2, 0), (2, 30)]
    local = pl.Series([datetime(2025, 10, 26, *at) for at in minutes])
    got = WallClock("Europe/Berlin").to_utc(local).to_list()
    assert got == [
        datetime(2025, 10, 25, 23, 55),
        datetime(2025, 10, 25, 23, 5),
        *(datetime(2025, 10, 26, 0, minute) for minute in (0, 30)),
    ]


def test_lines_that_only_grow_stand_in_the_first_pass():
    local = [datetime(2025, 10, 26, 2, minute) for minute in range(0, 60, 5)]
    got = WallClock("Europe/Berlin").to_utc(pl.Series(local)).to_list()
    assert got == [slow_utc(at, "Europe/Berlin", is_repeat=False) for at in local]


def test_a_clock_that_changes_year_after_year():
    at_utc = [
        datetime(year, 10, day, hour, minute)
        for year, day in ((2023, 29), (2024, 27), (2025, 26))
        for hour in (0, 1)
        for minute in (0, 20, 40, 59)
    ]
    local = pl.Series([local_time(at, "Europe/Berlin") for at in at_utc])
    assert WallClock("Europe/Berlin").to_utc(local).to_list() == at_utc


@pytest.mark.parametrize(
    ("at", "is_plausible"),
    [
        (datetime(1969, 12, 31, 23, 59, 59), False),
        (datetime(1970, 1, 1), True),
        (datetime(2100, 12, 31, 23, 59, 59), True),
        (datetime(2101, 1, 1), False),
        (datetime(18, 1, 13), False),
        (None, None),
    ],
)
def test_plausible_years(at, is_plausible):
    frame = pl.DataFrame({"at": [at]}, {"at": pl.Datetime("us")})
    assert frame.select(within_plausible_years(pl.col("at"))).item() is is_plausible
