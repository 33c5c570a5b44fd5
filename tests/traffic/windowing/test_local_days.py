"""Days of 23, 24, 25 and 24.5 hours: which slots they have, and how they lie under one another."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traffic.windowing.local_days import days_of, ensemble_matrix, local_days, slots_a_day, wall_clock
from traffic.windowing.observations import align_days

# Zone, local date, hours of that day, and the slots of five minutes that are left out or come twice.
CHANGES = [
    ("Europe/Berlin", date(2025, 3, 30), 23, range(24, 36), range(0)),
    ("Europe/Berlin", date(2025, 10, 26), 25, range(0), range(24, 36)),
    ("America/New_York", date(2025, 3, 9), 23, range(24, 36), range(0)),
    ("America/New_York", date(2025, 11, 2), 25, range(0), range(12, 24)),
    ("Australia/Lord_Howe", date(2025, 10, 5), 23.5, range(24, 30), range(0)),
    ("Australia/Lord_Howe", date(2025, 4, 6), 24.5, range(0), range(18, 24)),
    ("America/Sao_Paulo", date(2018, 11, 4), 23, range(12), range(0)),
    ("Europe/Berlin", date(2025, 6, 1), 24, range(0), range(0)),
]


def times_around(day: date, step_seconds: int, days: int = 3) -> pl.Series:
    start = datetime(day.year, day.month, day.day) - timedelta(days=1)
    count = days * 86_400 // step_seconds
    return pl.Series("at_utc", [start + timedelta(seconds=k * step_seconds) for k in range(count)])


@pytest.mark.parametrize(("zone", "day", "hours", "left_out", "twice"), CHANGES, ids=str)
def test_slots_of_the_day_on_which_the_clock_changes(zone, day, hours, left_out, twice):
    at_utc = times_around(day, 300, days=4)
    calendar = local_days(at_utc, zone, 300).with_columns(at_utc)
    today = calendar.filter(local_date=day)
    assert today.height == hours * 12
    counts = Counter(today["slot"].to_list())
    expected = {slot: 2 if slot in twice else 1 for slot in range(288) if slot not in left_out}
    assert counts == expected
    # A slot may repeat; a time never does.
    assert today["at_utc"].n_unique() == today.height
    assert today["weekday"].unique().to_list() == [day.isoweekday()]


@settings(deadline=None)
@given(
    st.datetimes(datetime(1971, 1, 1), datetime(2036, 1, 1)).map(lambda at: at.replace(microsecond=0)),
    st.sampled_from([*sorted({zone for zone, *_ in CHANGES}), "UTC", "Asia/Kathmandu"]),
    st.sampled_from([60, 120, 300, 420, 3600, 5400, 86_400, 172_800]),
)
def test_any_time_stands_where_the_standard_library_puts_it(at_utc, zone, step_seconds):
    local = at_utc.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
    second = local.hour * 3600 + local.minute * 60 + local.second
    [row] = local_days(pl.Series([at_utc]), zone, step_seconds).rows()
    assert row == (local.date(), local.isoweekday(), second // step_seconds)
    assert row[2] < slots_a_day(step_seconds)


def test_columns_have_their_types():
    calendar = local_days(pl.Series([datetime(2024, 5, 1)]), "UTC", 300)
    assert calendar.schema == {"local_date": pl.Date, "weekday": pl.Int8, "slot": pl.Int32}
    assert local_days(pl.Series([], dtype=pl.Datetime("us")), "Europe/Berlin", 300).height == 0


@pytest.mark.parametrize(
    ("step_seconds", "slots"),
    [(60, 1440), (120, 720), (300, 288), (420, 206), (3600, 24), (86_400, 1), (172_800, 1)],
)
def test_slots_a_day(step_seconds, slots):
    assert slots_a_day(step_seconds) == slots


def test_aligned_days_keep_every_time_once_and_nothing_is_made_up():
    at_utc = times_around(date(2025, 10, 26), 3600)
    clean = pl.Series([None if k % 5 == 0 else float(k) for k in range(at_utc.len())])
    observations = pl.DataFrame({"at_utc": at_utc, "value_clean": clean})
    days = align_days(observations, "Europe/Berlin", 3600)
    assert days.columns == ["local_date", "weekday", "slot", "at_utc", "value"]
    assert days["at_utc"].equals(observations["at_utc"])
    assert days["value"].equals(clean, check_names=False, null_equal=True)


@pytest.mark.parametrize(("zone", "day", "hours", "left_out", "twice"), CHANGES, ids=str)
def test_the_ensemble_has_a_hole_or_a_mean_where_the_clock_changes(zone, day, hours, left_out, twice):
    at_utc = times_around(day, 300, days=4)
    values = np.arange(at_utc.len(), dtype=np.float64)
    days = align_days(pl.DataFrame({"at_utc": at_utc, "value_clean": values}), zone, 300)
    local_dates, ensemble = ensemble_matrix(days, 300)
    assert local_dates == sorted(set(days["local_date"]))
    assert ensemble.shape == (len(local_dates), 288)
    row = ensemble[local_dates.index(day)]
    slots = days.filter(local_date=day).group_by("slot").agg(pl.col("value").mean())
    expected = np.full(288, np.nan)
    expected[slots["slot"].to_numpy()] = slots["value"].to_numpy()
    np.testing.assert_array_equal(row, expected)
    assert np.flatnonzero(np.isnan(row)).tolist() == list(left_out)
    # The two values of a repeated slot stand as far apart as the clock went back.
    for slot in twice:
        both = days.filter(local_date=day, slot=slot)["value"].to_list()
        assert row[slot] == sum(both) / 2
        assert both[1] - both[0] == len(twice)


def slow_ensemble(rows, n_slots):
    cells = {}
    for local_date, slot, value in rows:
        cells.setdefault(local_date, {}).setdefault(slot, [])
        if value is not None and value == value:
            cells[local_date][slot].append(value)
    dates = sorted(cells)
    mean = [[cells[d].get(s, []) for s in range(n_slots)] for d in dates]
    return dates, [[sum(cell) / len(cell) if cell else float("nan") for cell in row] for row in mean]


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.dates(date(2025, 1, 1), date(2025, 1, 5)),
            st.integers(0, 5),
            st.none() | st.just(float("nan")) | st.integers(-100, 100).map(float),
        ),
        max_size=40,
    )
)
def test_the_ensemble_is_that_of_a_slow_loop(rows):
    schema = {"local_date": pl.Date, "slot": pl.Int32, "value": pl.Float64}
    dates, ensemble = ensemble_matrix(pl.DataFrame(rows, schema, orient="row"), 14_400)
    slow_dates, slow = slow_ensemble(rows, 6)
    assert dates == slow_dates
    np.testing.assert_allclose(ensemble, np.array(slow).reshape(-1, 6), rtol=1e-12)


@given(
    zone=st.sampled_from(["UTC", "Europe/Berlin", "America/Havana", "Australia/Lord_Howe"]),
    start=st.datetimes(datetime(2025, 1, 1), datetime(2025, 12, 1)),
    hours=st.integers(1, 24 * 9),
    seed=st.integers(0, 99),
)
@settings(deadline=None)
def test_days_of_many_series_are_the_ensemble_of_each(zone, start, hours, seed):
    start = start.replace(minute=0, second=0, microsecond=0)
    at_utc = pl.Series([start + timedelta(minutes=30 * k) for k in range(2 * hours)])
    calendar = local_days(at_utc, zone, 1_800)
    rng = np.random.default_rng(seed)
    values = np.where(rng.random((3, at_utc.len())) < 0.2, np.nan, rng.standard_normal((3, at_utc.len())))
    slot = calendar["slot"].to_numpy().astype(np.int64)
    dates, days = days_of(values, calendar["local_date"].to_numpy(), slot, 48)
    for row in range(3):
        rows = calendar.with_columns(value=pl.Series(values[row], nan_to_null=True))
        expected_dates, expected = ensemble_matrix(rows, 1_800)
        assert dates.tolist() == expected_dates
        np.testing.assert_allclose(days[row], expected, atol=1e-12)


def test_no_time_has_no_day():
    dates, days = days_of(np.empty((2, 0)), np.empty(0, "datetime64[D]"), np.empty(0, np.int64), 24)
    assert (dates.size, days.shape) == (0, (2, 0, 24))


def test_the_wall_clock_shows_a_repeated_hour_twice_and_leaves_the_skipped_one_out() -> None:
    start = datetime(2025, 10, 25, 23)
    at_utc = pl.Series("at_utc", [start + timedelta(minutes=30 * k) for k in range(8)])
    shown = wall_clock(at_utc, "Europe/Berlin").astype("datetime64[us]").tolist()
    assert [f"{each:%d %H:%M}" for each in shown] == [
        *("26 01:00", "26 01:30", "26 02:00", "26 02:30", "26 02:00", "26 02:30", "26 03:00", "26 03:30"),
    ]
    skipped = wall_clock(pl.Series([datetime(2025, 3, 30, 0, 59), datetime(2025, 3, 30, 1)]), "Europe/Berlin")
    assert np.diff(skipped).tolist() == [61 * 60 * 1_000_000]
