"""Times that are numbers (epochs and serial dates), and the hour of a day in a column of its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traffic.parsing.export import DEFAULT_TIME_FORMATS, ExportLayout, RefusedExportError, parse_export


@pytest.fixture(scope="session")
def read_times(numbered):
    """Times that an export of one series is read to (None: rejected), and what was told of them."""

    def read(*times, separator=";", **keys):
        layout = ExportLayout("single", "t", value_columns=("v",), label="x", separator=separator, **keys)
        lines = [separator.join(["t", "hour", "v"]), *(f"{at}{separator}{n}" for n, at in enumerate(times))]
        if "hour_column" not in keys:
            lines = [line.replace(f"hour{separator}", "") for line in lines]
        parsed = parse_export(numbered(lines), layout)
        found = dict(parsed.samples.select("line_number", "at_utc").iter_rows())
        return [found.get(number) for number in range(2, len(lines) + 1)], parsed

    return read


@pytest.mark.parametrize(
    ("texts", "expected", "form"),
    [
        (["1714558830", "1714558890"], datetime(2024, 5, 1, 10, 20, 30), "epoch_s"),
        (["1714558830.25"], datetime(2024, 5, 1, 10, 20, 30, 250_000), "epoch_s"),
        (["1714558830250"], datetime(2024, 5, 1, 10, 20, 30, 250_000), "epoch_ms"),
        (["1.7145588302e9"], datetime(2024, 5, 1, 10, 20, 30, 200_000), "epoch_s"),
        (["946684800", "Total"], datetime(2000, 1, 1), "epoch_s"),
    ],
)
@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo"])
def test_a_column_of_epochs_is_told_and_needs_no_zone(read_times, texts, expected, form, zone):
    found, parsed = read_times(*texts, time_zone=zone)
    assert found[0] == expected
    assert parsed.told == (f"times as {form}",)


@pytest.mark.parametrize(
    "texts",
    [
        ["20240501", "20240502"],  # dates written as figures
        ["202405010000", "202405010005"],
        ["5", "10"],
        ["45413.5"],
        ["1714558830", "5"],
        ["99999999999999"],
    ],
)
def test_numbers_that_may_be_something_else_are_not_guessed(read_times, texts):
    found, parsed = read_times(*texts)
    assert found == [None] * len(texts)
    assert parsed.told == ()


@pytest.mark.parametrize(
    ("text", "form", "expected"),
    [
        ("0", "epoch_s", datetime(1970, 1, 1)),
        ("4102444799", "epoch_s", datetime(2099, 12, 31, 23, 59, 59)),
        ("1714558830,5", "epoch_s", datetime(2024, 5, 1, 10, 20, 30, 500_000)),
        ("1714558830250.7", "epoch_ms", datetime(2024, 5, 1, 10, 20, 30, 250_700)),
        ("-1", "epoch_s", None),
        ("9e99", "epoch_s", None),
        ("nan", "epoch_ms", None),
        ("inf", "ole", None),
        ("x", "epoch_ms", None),
        # Serial dates: 25,569 is 1 January 1970, and 45,413 is 1 May 2024 (days since 30 December 1899).
        ("25569", "ole", datetime(1970, 1, 1)),
        ("45413", "ole", datetime(2024, 5, 1)),
        ("45413.4309027778", "ole", datetime(2024, 5, 1, 10, 20, 30)),
        ("45413,3333333333", "ole", datetime(2024, 5, 1, 8)),
        ("25568", "ole", None),
        ("45413.4309027778", "ole_utc", datetime(2024, 5, 1, 10, 20, 30)),
    ],
)
def test_formats_of_numbers_that_are_said(read_times, text, form, expected):
    assert read_times(text, time_formats=(form,))[0] == [expected]


def test_serial_dates_are_read_in_the_zone_of_the_source(read_times):
    found, _ = read_times("45413.5", time_formats=("ole",), time_zone="Europe/Berlin")
    assert found == [datetime(2024, 5, 1, 10)]


def test_serial_dates_in_utc_need_no_zone(read_times):
    found, _ = read_times("45413.5", time_formats=("ole_utc",), time_zone="Europe/Berlin")
    assert found == [datetime(2024, 5, 1, 12)]


def test_formats_of_numbers_and_of_text_may_mix(read_times):
    formats = ("epoch_s", "%d.%m.%Y %H:%M")
    found, _ = read_times("1714558830", "01.05.2024 10:21", time_formats=formats)
    assert found == [datetime(2024, 5, 1, 10, 20, 30), datetime(2024, 5, 1, 10, 21)]


@settings(deadline=None)
@given(
    st.datetimes(datetime(1990, 1, 1, 12), datetime(2037, 12, 1)),
    st.sampled_from(["epoch_s", "epoch_ms", "ole"]),
)
def test_times_come_back_from_numbers(at, form):
    at = at.replace(microsecond=0)
    seconds = at.replace(tzinfo=UTC).timestamp()
    text = {
        "epoch_s": f"{seconds:.0f}",
        "epoch_ms": f"{seconds * 1000:.0f}",
        "ole": f"{(at - datetime(1899, 12, 30)) / timedelta(days=1):.10f}",
    }[form]
    frame = pl.DataFrame({"line_number": [1, 2], "line": ["t,v", f"{text},1"]})
    for formats in {(form,), DEFAULT_TIME_FORMATS if form != "ole" else (form,)}:
        layout = ExportLayout("single", "t", time_formats=formats, value_columns=("v",), label="x")
        assert parse_export(frame, layout).samples["at_utc"].to_list() == [at]


HOURS = {"hour_column": "hour"}


@pytest.mark.parametrize(
    ("hours", "first", "told"),
    [
        (range(24), 0, ("hours 0 to 23",)),
        (range(1, 25), 0, ("hours 1 to 24, of which hour 1 begins at midnight",)),
        ((f"{hour:02}:00" for hour in range(24)), 0, ()),
        ((f"{hour}:30" for hour in range(24)), 30, ()),
        ((f"{hour:02}:00:00" for hour in range(24)), 0, ()),
    ],
)
def test_hours_of_their_own_column(read_times, hours, first, told):
    found, parsed = read_times(*(f"2024-05-01;{hour}" for hour in hours), **HOURS)
    begin = datetime(2024, 5, 1) + timedelta(minutes=first)
    assert found == [begin + timedelta(hours=n) for n in range(24)]
    assert parsed.told == told


def test_the_clock_time_24_is_the_next_midnight(read_times):
    assert read_times("2024-05-01;24:00", **HOURS)[0] == [datetime(2024, 5, 2)]


@pytest.mark.parametrize(
    ("hours", "which"), [(range(9, 18), "neither 0 nor 24"), (range(25), "both 0 and 24")]
)
def test_where_the_day_begins_is_not_guessed(read_times, hours, which):
    lines = [f"2024-05-01;{hour}" for hour in hours]
    with pytest.raises(RefusedExportError, match=f"{which}, so that it is not clear where the day begins"):
        read_times(*lines, **HOURS)
    nine = lines.index("2024-05-01;9")
    for first_hour in (0, 1):
        found, _ = read_times(*lines, **HOURS, first_hour=first_hour)
        assert found[nine] == datetime(2024, 5, 1, 9 - first_hour)


@pytest.mark.parametrize("hour", ["25", "-1", "noon", "", "12:60", "24:01", "1.5"])
def test_what_is_no_hour_is_rejected(read_times, hour):
    found, parsed = read_times("2024-05-01;0", f"2024-05-01;{hour}", **HOURS)
    assert found == [datetime(2024, 5, 1), None]
    assert parsed.rejected["reason"].to_list() == [f"'{hour}' is no hour"]


def test_hours_follow_the_formats_and_the_clock_of_the_zone(read_times):
    lines = [f"{date}.03.2025;{hour}" for date in (29, 30) for hour in range(24)]
    found, parsed = read_times(*lines, **HOURS, time_formats=("%d.%m.%Y",), time_zone="Europe/Berlin")
    assert [at for at in found if at] == [datetime(2025, 3, 28, 23) + timedelta(hours=n) for n in range(47)]
    assert parsed.rejected["reason"].to_list() == [
        "the clock of Europe/Berlin skipped the time '30.03.2025 2'"
    ]
