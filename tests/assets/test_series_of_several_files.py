"""However a night's new files lie among those before, the series are those of all files at once."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

Table = Callable[..., str]
Line = Callable[..., str]
NIGHT = date(2025, 12, 31)
FIRST = datetime(2025, 10, 1)
COLUMNS = ("series_id", "at_utc", "value", "is_observed", "cause")


def samples(hours: range, value: Callable[[int], float] = lambda hour: 100.0 + hour % 7) -> str:
    """A CSV of one series."""
    rows = [f"{FIRST + timedelta(hours=hour):%Y-%m-%d %H:%M},{value(hour)}" for hour in hours]
    return "\n".join(["time,a", *rows, ""])


def reading(hour: int) -> float:
    """What a counter that was once reset has counted."""
    return 1_000.0 * hour + hour % 5 - (250_000.0 if hour > 250 else 0.0)


def log(day: int) -> str:
    stamps = [FIRST + timedelta(days=day, minutes=20 * k) for k in range(72)]
    return "".join(f'h - - [{at:%d/%b/%Y:%H:%M:%S} +0000] "GET / HTTP/1.0" 200 {at.hour}\n' for at in stamps)


KINDS: dict[str, Callable[[int], str]] = {
    "log": log,
    "rate": lambda day: samples(range(24 * day, 24 * day + 24)),
    "counter": lambda day: samples(range(24 * day, 24 * day + 24), reading),
    # Files that leave the first and last hours out, and files of one reading alone.
    "counter with gaps": lambda day: samples(range(24 * day + 1, 24 * day + (22 if day % 3 else 2)), reading),
}


def declared(kind: str, web_log: Table, export: Table) -> str:
    if kind == "log":
        return web_log("x", step="20m")
    if kind == "rate":
        return export("x", step="1h")
    return export("x", step="1h", unit="byte", measures="counter")


def night(home: Any) -> None:
    home.ingest()
    home.series(NIGHT)


def observations(home: Any, *columns: str) -> pl.DataFrame:
    rows: pl.DataFrame = home.warehouse.read("series.observations", columns or COLUMNS)
    return rows.sort("series_id", "at_utc")


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    kind=st.sampled_from(sorted(KINDS)),
    first=st.sets(st.integers(3, 10), min_size=2),
    nights=st.lists(st.sets(st.integers(0, 16), min_size=1, max_size=4), min_size=1, max_size=3),
)
@example(kind="rate", first=set(range(3, 11)), nights=[{11, 13}])
@example(kind="log", first=set(range(3, 11)), nights=[{0, 13, 16}])
@example(kind="counter", first=set(range(3, 11)), nights=[{13, 15}, {12}])
@example(kind="counter with gaps", first={3, 6, 10}, nights=[{12}, {0, 9, 15}, {5}])
def test_nights_of_several_files_give_the_series_of_all_at_once(
    tmp_path: Path, make_home: Any, web_log: Table, export: Table, kind: str, first: Any, nights: Any
) -> None:
    with tempfile.TemporaryDirectory(dir=tmp_path) as place, ExitStack() as opened:
        often, once = (make_home(Path(place) / name) for name in ("often", "once"))
        for home in (often, once):
            opened.callback(home.close)
            home.declare(declared(kind, web_log, export))
        for minute, days in enumerate([first, *nights]):
            for day in sorted(days):
                content = KINDS[kind](day)
                often.put(f"landing/x/{day:02}", content, minute=minute)
                once.put(f"landing/x/{day:02}", content)
            night(often)
        night(once)
        assert observations(often).equals(observations(once))


def test_a_lone_reading_deletes_no_series(home: Any, export: Table) -> None:
    home.declare(declared("counter", export, export))
    home.put("landing/x/a", samples(range(480), reading))
    night(home)
    before = observations(home)
    home.put("landing/x/b", samples(range(485, 486), reading), minute=1)
    night(home)
    assert observations(home).filter("is_observed").equals(before.filter("is_observed"))


def test_a_corrected_reading_takes_back_what_it_made(home: Any, export: Table) -> None:
    home.declare(declared("counter", export, export))
    home.put("landing/x/a", samples(range(240), reading))
    night(home)
    home.put("landing/x/b", samples(range(239, 240), lambda _: 7.0), minute=1)
    night(home)
    last = observations(home).row(-1, named=True)
    assert (last["at_utc"], last["is_observed"], last["cause"]) == (
        FIRST + timedelta(hours=238),
        False,
        "counter_reset",
    )


def test_samples_in_another_unit_are_expressed_in_that_of_their_series(home: Any, export: Table) -> None:
    home.declare(export("x", step="1h", unit="kbit/s"))
    home.put("landing/x/a", samples(range(200), lambda _: 5.0))
    night(home)
    (home.path / "landing/x/a").unlink()
    home.declare(export("x", step="1h", unit="Mbit/s"))
    home.put("landing/x/b", samples(range(200, 400), lambda _: 5.0), minute=1)
    night(home)
    assert observations(home)["value"].to_list() == [0.005] * 200 + [5.0] * 200


def test_units_that_do_not_go_together_set_the_series_aside(home: Any, export: Table) -> None:
    home.declare(export("x", step="1h", unit="request"))
    home.put("landing/x/a", samples(range(200)))
    night(home)
    (home.path / "landing/x/a").unlink()
    home.declare(export("x", step="1h", unit="Mbit/s"))
    home.put("landing/x/b", samples(range(200, 400)), minute=1)
    entry = home.series(NIGHT) if home.ingest() else {}
    (one,) = entry.values()
    assert one.entry["status"] == "set_aside"
    assert "units that do not go together, Mbit/s, request" in one.entry["reason"]


@pytest.mark.parametrize("left", ["a", "b", "c", "ab", "ac", "bc", "abc"])
def test_other_settings_bring_no_old_value_back(home: Any, export: Table, left: str) -> None:
    home.declare(export("x", step="1h"))
    for minute, (name, value) in enumerate({"a": 10.0, "b": 99.0, "c": 7.0}.items()):
        hours = range(50) if name == "a" else range(10 * minute, 10 * minute + 20)
        home.put(f"landing/x/{name}", samples(hours, lambda _, value=value: value), minute=minute)
        night(home)
    before = observations(home)
    for name in set("abc") - set(left):
        (home.path / f"landing/x/{name}").unlink()
    home.declare(export("x", step="1h", separator=","), export("y", step="1h"))
    home.declare(export("x", step="1h", separator="auto"))
    night(home)
    assert observations(home).equals(before)
    standing = home.warehouse.query(
        "SELECT at_utc, count(*) AS n FROM raw.provider_samples WHERE superseded_by IS NULL GROUP BY ALL"
    )
    assert standing["n"].to_list() == [1] * 50


def test_a_file_changed_earlier_supersedes_nothing_though_it_comes_later(home: Any, export: Table) -> None:
    home.declare(export("x", step="1h"))
    home.put("landing/x/new", samples(range(50), lambda _: 2.0), minute=9)
    night(home)
    home.put("landing/x/old", samples(range(60), lambda _: 1.0), minute=3)
    night(home)
    assert observations(home)["value"].to_list() == [2.0] * 50 + [1.0] * 10


def test_a_stray_stamp_in_a_short_file_covers_no_gap(home: Any, web_log: Table) -> None:
    home.declare(web_log("x", step="1h"))
    for day in (0, 1, 2, 6, 7, 8, 9):
        home.put(f"landing/x/{day}", log(day))
    night(home)
    missing = observations(home).filter(~pl.col("is_observed"))["at_utc"].to_list()
    assert len(missing) == 2 * 72
    stray = log(10)[: 49 * len(log(10).split("\n")[0])].replace("11/Oct/2025", "11/Oct/1999", 1)
    home.put("landing/x/10", stray, minute=1)
    night(home)
    assert observations(home).filter(~pl.col("is_observed"))["at_utc"].to_list() == missing


def test_a_line_that_is_taken_back_leaves_its_window(home: Any, web_log: Table, log_line: Line) -> None:
    home.declare(web_log("x", step="1h"))
    days = "".join(log(day) for day in range(9))
    home.put("landing/x/access.log", days + log_line("10:00:00").rstrip("\n"))
    night(home)
    home.put("landing/x/access.log", days + log_line("10:00:00").rstrip("\n") + " x junk\n", minute=1)
    night(home)
    counted = observations(home).filter(pl.col("series_id") == "x/requests")["value"].sum()
    assert counted == home.warehouse.count("raw.web_requests") == 9 * 72
