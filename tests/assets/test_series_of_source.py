"""From raw rows to series: what a log's silence means, which of two files stands, and what can be used."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import pytest

Table = Callable[..., str]
Line = Callable[..., str]


Series = Any
Make = Callable[..., dict[str, Series]]


@pytest.fixture
def make(home: Any) -> Make:
    """Ingest, and make the series of all sources at a night."""

    def series(night: date = date(2025, 11, 14)) -> dict[str, Series]:
        home.ingest()
        made: dict[str, Series] = home.series(night)
        return made

    return series


def values(one: Series) -> dict[str, float | None]:
    """Values by clock time, None where missing."""
    assert one.observations is not None
    assert one.observations["is_observed"].to_list() == one.observations["value"].is_not_null().to_list()
    return {f"{at_utc:%H:%M}": value for at_utc, value in one.observations.select("at_utc", "value").rows()}


def samples(first: datetime, count: int, step: timedelta, column: str = "a", value: float = 1.0) -> str:
    """A CSV of one series."""
    lines = [f"{first + k * step:%Y-%m-%d %H:%M:%S},{value + k % 7}" for k in range(count)]
    return "\n".join([f"time,{column}", *lines, ""])


HOUR = timedelta(hours=1)


def test_a_log_sums_bytes_and_requests_and_a_window_without_any_is_zero(
    home: Any, web_log: Table, log_line: Line, make: Make
) -> None:
    clocks = (("10:00:30", "100"), ("10:01:59", "-"), ("10:02:00", "7"), ("10:08:10", "3"))
    home.put("landing/www/a", "".join(log_line(clock, size) for clock, size in clocks))
    home.declare(web_log())
    made = make()
    assert values(made["www/bytes"]) == {
        "10:00": 100.0,
        "10:02": 7.0,
        "10:04": 0.0,
        "10:06": 0.0,
        "10:08": 3.0,
    }
    assert values(made["www/requests"]) == {
        "10:00": 2.0,
        "10:02": 1.0,
        "10:04": 0.0,
        "10:06": 0.0,
        "10:08": 1.0,
    }
    assert {name: one.entry["unit"] for name, one in made.items()} == {
        "www/bytes": "byte",
        "www/requests": "request",
    }


def test_a_silence_within_one_file_is_zero_however_long(
    home: Any, web_log: Table, log_line: Line, make: Make
) -> None:
    home.put("landing/www/a", log_line("02:00:00") + log_line("20:00:00"))
    home.declare(web_log(step="1h"))
    found = values(make()["www/requests"])
    assert list(found.values()) == [1.0] + [0.0] * 17 + [1.0]


@pytest.mark.parametrize(
    ("second", "silence", "expected"),
    [
        ("11:00:00", "1h", 0.0),  # just the hour
        ("11:00:01", "1h", None),
        ("13:59:00", "1h", None),
        ("13:59:00", "4h", 0.0),
        ("10:30:00", "10m", None),
    ],
)
def test_a_silence_between_two_files_is_zero_up_to_the_limit_and_missing_beyond(
    home: Any, web_log: Table, log_line: Line, make: Make, second: str, silence: str, expected: float | None
) -> None:
    home.put("landing/www/a", log_line("09:58:00") + log_line("10:00:00"))
    home.put("landing/www/b", log_line(second) + log_line("14:10:00"))
    home.declare(web_log(silence=silence))
    for one in make().values():
        found = values(one)
        assert found["10:00"] is not None
        assert found["10:02"] == expected
        assert found["14:08"] == 0.0  # within the second file


def test_a_file_within_the_span_of_another_leaves_no_gap(
    home: Any, web_log: Table, log_line: Line, make: Make
) -> None:
    home.put("landing/www/a", log_line("08:00:00") + log_line("20:00:00"))
    home.put("landing/www/b", log_line("09:00:00") + log_line("10:00:00"))
    home.declare(web_log(step="1h"))
    assert None not in values(make()["www/bytes"]).values()


def test_a_log_that_was_rejected_covers_nothing(home: Any, web_log: Table, make: Make) -> None:
    home.put("landing/www/a", "no log at all\n")
    home.declare(web_log())
    assert make() == {}


def test_the_file_that_was_read_later_stands(home: Any, export: Table, make: Make) -> None:
    home.put("landing/isp/b.csv", "time,a\n2025-11-13 00:00,1\n2025-11-13 00:05,2\n2025-11-13 00:10,3\n")
    home.declare(export())
    assert list(values(make()["isp/a"]).values()) == [1.0, 2.0, 3.0]
    home.put("landing/isp/a.csv", "time,a\n2025-11-13 00:05,20\n2025-11-13 00:15,40\n")
    one = make()["isp/a"]
    assert list(values(one).values()) == [1.0, 20.0, 3.0, 40.0]
    (former,) = home.rows("raw.provider_samples", "value", superseded_by=home.ledger()["a.csv"]["file_id"])
    assert former["value"] == 2.0


def test_of_files_that_arrive_together_the_last_by_name_stands(home: Any, export: Table, make: Make) -> None:
    for name, value in (("1.csv", 1), ("2.csv", 2), ("3.csv", 3)):
        home.put(f"landing/isp/{name}", f"time,a\n2025-11-13 00:00,{value}\n")
    home.declare(export())
    assert list(values(make()["isp/a"]).values()) == [3.0]


def test_a_file_that_is_touched_is_not_delivered_anew(home: Any, export: Table, make: Make) -> None:
    first, correction = "time,a\n2025-11-13 00:00,1\n", "time,a\n2025-11-13 00:00,2\n"
    home.put("landing/isp/a.csv", first)
    home.put("landing/isp/b.csv", correction)
    home.declare(export())
    make()
    home.put("landing/isp/a.csv", first, minute=9)
    assert list(values(make()["isp/a"]).values()) == [2.0]


def test_a_copy_of_an_older_file_is_not_delivered_anew(home: Any, export: Table, make: Make) -> None:
    first, correction = "time,a\n2025-11-13 00:00,1\n", "time,a\n2025-11-13 00:00,2\n"
    home.put("landing/isp/a.csv", first)
    home.put("landing/isp/b.csv", correction)
    home.declare(export())
    make()
    home.put("landing/isp/c.csv", first)
    assert list(values(make()["isp/a"]).values()) == [2.0]


def test_the_samples_of_a_rejected_file_do_not_count(home: Any, export: Table, make: Make) -> None:
    home.put("landing/isp/a.csv", "time,a\n2025-11-13 00:00,1\n")
    home.put("landing/isp/b.csv", "when,a\n2025-11-13 00:05,2\n")
    home.declare(export())
    assert list(values(make()["isp/a"]).values()) == [1.0]


def test_gaps_are_rows_without_a_value_and_the_grid_has_the_phase_of_the_data(
    home: Any, export: Table, make: Make
) -> None:
    home.put(
        "landing/isp/a.csv",
        "time,a\n2025-11-13 00:04,1\n2025-11-13 00:14,0\n2025-11-13 00:24,\n2025-11-13 00:29,4\n",
    )
    home.declare(export())
    one = make()["isp/a"]
    assert values(one) == {
        "00:04": 1.0,
        "00:09": None,
        "00:14": 0.0,
        "00:19": None,
        "00:24": None,
        "00:29": 4.0,
    }
    assert (one.entry["phase_seconds"], one.entry["step_seconds"]) == (240, 300)
    assert (one.entry["n_observations"], one.entry["observed_share"]) == (3, 0.5)
    assert (one.entry["first_utc"], one.entry["last_utc"]) == (
        datetime(2025, 11, 13, 0, 4),
        datetime(2025, 11, 13, 0, 29),
    )


def test_a_series_that_fits_no_grid_is_set_aside_and_the_others_live(
    home: Any, export: Table, make: Make
) -> None:
    text = "time,link,bps\n2024-01-01 00:00,mad,1\n2025-11-13 00:00,mad,1\n"
    text += "".join(f"2025-11-13 00:{minute:02d},good,{minute}\n" for minute in range(60))
    home.put("landing/isp/a.csv", text)
    home.declare(export(shape="long", series_column="link", value_column="bps", step="1s"))
    made = make()
    mad, good = made["isp/mad"], made["isp/good"]
    assert (mad.entry["status"], mad.observations, mad.days) == ("set_aside", None, None)
    assert "is the step or a year wrong?" in mad.entry["reason"]
    assert good.observations is not None
    assert good.entry["n_observations"] == 60


def test_a_log_that_fits_no_grid_is_set_aside_with_both_its_series(
    home: Any, web_log: Table, log_line: Line, make: Make
) -> None:
    home.put("landing/www/a", log_line() + log_line().replace("2025", "2021"))
    home.declare(web_log(step="1s"))
    made = make()
    assert made.keys() == {"www/bytes", "www/requests"}
    for one in made.values():
        assert (one.entry["status"], one.observations) == ("set_aside", None)
        assert one.entry["reason"]


@pytest.mark.parametrize(
    ("n_hours", "night", "status", "reason"),
    [
        (200, date(2025, 11, 9), "ok", None),
        (200, date(2025, 11, 11), "ok", None),  # two days after the last value, to the hour
        (200, date(2025, 11, 12), "stale", "the newest value is of 2025-11-09 07:00:00 UTC"),
        (72, date(2025, 11, 4), "ok", None),  # three cycles
        (71, date(2025, 11, 4), "short", "71 values are known, and models that are fitted need 72"),
        (200, date(2025, 11, 3), "short", "48 values are known, and models that are fitted need 72"),
        (200, date(2025, 11, 1), "short", "no value is known before 2025-11-01 00:00:00 UTC"),
        (200, date(1995, 9, 1), "short", "no value is known before 1995-09-01 00:00:00 UTC"),
    ],
)
def test_a_night_finds_a_series_usable_stale_or_short(
    home: Any, export: Table, make: Make, n_hours: int, night: date, status: str, reason: str | None
) -> None:
    home.put("landing/isp/a.csv", samples(datetime(2025, 11, 1), n_hours, HOUR))
    home.declare(export(step="1h"))
    entry = make(night)["isp/a"].entry
    assert (entry["status"], entry["reason"]) == (status, reason)
    assert entry["n_observations"] == n_hours  # what lies behind the night stays in the tables


def test_the_limit_of_staleness_is_the_platforms_and_the_night_begins_at_its_midnight(
    home: Any, export: Table, make: Make
) -> None:
    home.put("landing/isp/a.csv", samples(datetime(2025, 11, 1), 200, HOUR))
    for zone, status in (("Asia/Tokyo", "ok"), ("America/New_York", "stale")):
        home.declare(f'[platform]\ntime_zone = "{zone}"\nstale_after = "60h"', export(step="1h"))
        # In Tokyo the 12th begins 55 hours after the last value, at 15:00 UTC; in New York 69 hours after.
        assert make(date(2025, 11, 12))["isp/a"].entry["status"] == status


def test_capacity_is_in_the_unit_of_the_series(
    home: Any, web_log: Table, export: Table, log_line: Line, make: Make
) -> None:
    home.put("landing/www/a", log_line())
    home.put("landing/isp/a.csv", "time,a,b\n2025-11-13 00:00,1,2\n")
    home.declare(web_log(capacity="8 Mbit/s"), export(unit="kB/s", capacity='{ a = "1 Gbit/s" }'))
    capacity = {name: one.entry["capacity"] for name, one in make().items()}
    assert capacity == {
        "www/bytes": 1e6 * 120,  # byte in a step of two minutes
        "www/requests": None,
        "isp/a": 125_000.0,
        "isp/b": None,
    }


def test_a_capacity_that_a_units_header_contradicts_sets_its_series_aside_alone(
    home: Any, export: Table, make: Make
) -> None:
    home.put("landing/isp/a.csv", "time,a (bit/s),b (bit/s)\n2025-11-13 00:00,1,2\n2025-11-13 00:05,1,2\n")
    home.declare(export(unit="header", capacity='{ a = "10 GB", b = "10 Gbit/s" }'))
    made = make()
    one, other = (made[f"isp/{label}"].entry for label in "ab")
    assert (one["status"], one["capacity"]) == ("set_aside", None)
    assert one["reason"] == (
        "its capacity cannot be read: '10 GB' is a volume, and isp/a is a rate in bit/s: write '10 Gbit/s'"
    )
    assert (other["status"], other["capacity"]) == ("short", 1e10)


def test_days_are_those_of_the_series_own_zone(home: Any, export: Table, make: Make) -> None:
    home.put("landing/isp/a.csv", samples(datetime(2025, 10, 25), 96, HOUR))
    home.declare(export(step="1h", time_zone="Europe/Berlin"))
    days = make()["isp/a"].days
    assert days is not None
    lengths = dict(days.group_by("local_date").len().sort("local_date").rows())
    # The file has 24 lines a day: on the 26th the repeated hour stands once, and its second one is a gap.
    assert lengths == {
        date(2025, 10, 25): 24,
        date(2025, 10, 26): 25,
        date(2025, 10, 27): 24,
        date(2025, 10, 28): 24,
    }
    repeated = days.filter(pl.col("local_date") == date(2025, 10, 26), pl.col("slot") == 2)
    assert repeated["value"].is_null().to_list() == [False, True]
