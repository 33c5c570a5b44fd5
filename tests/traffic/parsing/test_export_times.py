"""Times of exports: the formats that are tried, the years that are believed, and the clock's changes."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from traffic.parsing.export import DEFAULT_TIME_FORMATS, ExportLayout, parse_export


@pytest.fixture(scope="session")
def read_times(numbered):
    """Times that an export of one series is read to; None for a record that is rejected."""

    def read(*times, time_formats=DEFAULT_TIME_FORMATS, time_zone="UTC"):
        layout = ExportLayout(
            "single",
            "time",
            time_formats=time_formats,
            time_zone=time_zone,
            value_columns=("value",),
            label="x",
        )
        lines = ["time,value", *(f"{time},{n}" for n, time in enumerate(times))]
        parsed = parse_export(numbered(lines), layout)
        found = {line_number: at_utc for _, at_utc, _, line_number in parsed.samples.rows()}
        assert found.keys().isdisjoint(parsed.rejected["line_number"])
        return [found.get(line_number) for line_number in range(2, len(lines) + 1)]

    return read


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        ("2024-05-01 10:20", datetime(2024, 5, 1, 8, 20)),
        ("2024-05-01T10:20", datetime(2024, 5, 1, 8, 20)),
        ("2024-05-01 10:20:30", datetime(2024, 5, 1, 8, 20, 30)),
        ("2024-05-01T10:20:30.25", datetime(2024, 5, 1, 8, 20, 30, 250_000)),
        ("2024-05-01T10:20:30.123456789", datetime(2024, 5, 1, 8, 20, 30, 123_456)),
        ("2024-05-01T10:20:30Z", datetime(2024, 5, 1, 10, 20, 30)),
        ("2024-05-01 10:20z", datetime(2024, 5, 1, 10, 20)),
        ("2024-05-01 10:20:30 UTC", datetime(2024, 5, 1, 10, 20, 30)),
        ("2024-05-01 10:20 GMT", datetime(2024, 5, 1, 10, 20)),
        ("2024-05-01 10:20:30+05:30", datetime(2024, 5, 1, 4, 50, 30)),
        ("2024-05-01T10:20-0330", datetime(2024, 5, 1, 13, 50)),
        ("2024-02-30 10:20", None),
        ("2024-05-01 24:00", None),
        ("2024-05-01", None),
        ("01.05.2024 10:20", None),
        ("1969-12-31 10:20", None),
        ("2101-01-01 10:20", None),
        ("0018-01-13 10:20", None),
        ("262143-01-01 00:00", None),
        ("2024-05-01 10:20+99:99", None),
    ],
)
def test_default_formats(read_times, time, expected):
    assert read_times(time, time_zone="Europe/Berlin") == [expected]


def test_two_spellings_in_one_column_and_the_year_18(read_times):
    formats = ("%m/%d/%Y %H:%M", "%m/%d/%y %H:%M")
    times = ["01/02/2018 00:00", "1/13/18 0:00", "12/31/69 0:00", "1/1/70 0:00", "13/01/2018 00:00"]
    # Two figures of a year mean 1970 to 2069.
    expected = [
        datetime(2018, 1, 2),
        datetime(2018, 1, 13),
        datetime(2069, 12, 31),
        datetime(1970, 1, 1),
        None,
    ]
    assert read_times(*times, time_formats=formats) == expected
    # The other order of the formats reads the same.
    assert read_times(*times, time_formats=formats[::-1]) == expected


def test_the_format_of_four_figures_alone_refuses_the_year_18(read_times):
    assert read_times("1/13/18 0:00", time_formats=("%m/%d/%Y %H:%M",)) == [None]


def test_the_first_format_that_fits_is_taken(read_times):
    day_first, month_first = "%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M"
    times = ["02/01/2018 00:00", "13/01/2018 00:00", "01/13/2018 00:00"]
    february, january = datetime(2018, 2, 1), datetime(2018, 1, 2)
    thirteenth = datetime(2018, 1, 13)
    assert read_times(*times, time_formats=(day_first, month_first)) == [january, thirteenth, thirteenth]
    assert read_times(*times, time_formats=(month_first, day_first)) == [february, thirteenth, thirteenth]


@pytest.mark.parametrize(
    ("time", "form", "expected"),
    [
        ("1714558830", "%s", datetime(2024, 5, 1, 10, 20, 30)),
        ("01-May-24 10.20 PM", "%d-%b-%y %I.%M %p", datetime(2024, 5, 1, 22, 20)),
        ("2024-05-01", "%Y-%m-%d", datetime(2024, 5, 1)),
        ("20240501T1020+0200", "%Y%m%dT%H%M%z", datetime(2024, 5, 1, 8, 20)),
        ("2024-05-01 10:20", "%Q nonsense", None),
        ("10:20", "%H:%M", None),
    ],
)
def test_other_formats(read_times, time, form, expected):
    assert read_times(time, time_formats=(form,)) == [expected]


def test_lines_with_and_without_an_offset_may_mix(read_times):
    got = read_times(
        "2024-05-01 10:00", "2024-05-01 10:00Z", "2024-05-01 10:00-01:00", time_zone="Asia/Tokyo"
    )
    assert [at.hour for at in got] == [1, 10, 11]


def quarters(begin: datetime, hours: float) -> list[datetime]:
    return [begin + timedelta(minutes=15 * n) for n in range(int(hours * 4))]


# The day of 25 hours in Berlin: what the wall clock shows, and when that was.
SHOWN = [f"2025-10-26 {h:02}:{m:02}" for h in (0, 1, 2, 2, 3, 4) for m in (0, 15, 30, 45)]
WAS = quarters(datetime(2025, 10, 25, 22), 6)


def test_the_hour_that_comes_twice(read_times):
    assert read_times(*SHOWN, time_zone="Europe/Berlin") == WAS


def test_the_hour_that_comes_twice_in_a_file_with_the_newest_first(read_times):
    assert read_times(*SHOWN[::-1], time_zone="Europe/Berlin") == WAS[::-1]


def test_the_hour_that_comes_twice_where_a_line_is_out_of_order(read_times):
    assert read_times("2025-10-27 12:00", *SHOWN, "2025-10-20 12:00", time_zone="Europe/Berlin")[1:-1] == WAS


def test_the_half_hour_that_comes_twice(read_times):
    shown = ["01:00", "01:15", "01:30", "01:45", "01:30", "01:45", "02:00"]
    got = read_times(*(f"2025-04-06 {time}" for time in shown), time_zone="Australia/Lord_Howe")
    assert got == quarters(datetime(2025, 4, 5, 14), 7 / 4)


def test_the_hour_that_comes_twice_stands_once_in_each_series(numbered):
    layout = ExportLayout("long", "time", time_zone="Europe/Berlin", value_columns=("v",), series_column="s")
    lines = [f"{shown},{label},{n}" for n, shown in enumerate(SHOWN) for label in ("a", "b")]
    parsed = parse_export(numbered(["time,s,v", *lines]), layout)
    assert parsed.rejected.is_empty()
    for label in ("a", "b"):
        series = parsed.samples.filter(label=label)
        assert series["at_utc"].to_list() == WAS
        assert series["value"].to_list() == list(range(len(WAS)))


def test_an_hour_that_the_clock_skipped_is_rejected(numbered):
    layout = ExportLayout("single", "time", time_zone="Europe/Berlin", value_columns=("v",), label="x")
    lines = [
        "time,v",
        "2025-03-30 01:59,1",
        "2025-03-30 02:30,2",
        "2025-03-30 03:00,3",
        "2025-03-30 02:30+01:00,4",
    ]
    parsed = parse_export(numbered(lines), layout)
    assert parsed.rejected["reason"].to_list() == [
        "the clock of Europe/Berlin skipped the time '2025-03-30 02:30'"
    ]
    assert parsed.samples["at_utc"].to_list() == [
        datetime(2025, 3, 30, 0, 59),
        datetime(2025, 3, 30, 1),
        datetime(2025, 3, 30, 1, 30),
    ]
