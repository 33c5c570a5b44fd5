"""Series take up new files, late ones and corrections: the same as made anew, and no more than is touched."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

Table = Callable[..., str]
NIGHT = date(2025, 12, 31)
FIRST = datetime(2025, 10, 1)
COLUMNS = ("series_id", "at_utc", "value", "is_observed", "cause")


def day_of_samples(day: int, step_minutes: int = 60, without: range = range(0), factor: float = 1.0) -> str:
    """A CSV of one day of two series."""
    rows = [
        f"{at:%Y-%m-%d %H:%M},{factor * (100 + 10 * (at.hour % 7) + day)},{factor * (5 + at.hour)}"
        for k in range(24 * 60 // step_minutes)
        if k not in without
        for at in [FIRST + timedelta(days=day, minutes=k * step_minutes)]
    ]
    return "\n".join(["time,a,b", *rows, ""])


def day_of_log(day: int, hours: range = range(24)) -> str:
    lines = []
    for hour in hours:
        for minute in range(0, 60, 20):
            at = FIRST + timedelta(days=day, hours=hour, minutes=minute)
            time = f"{at:%d/%b/%Y:%H:%M:%S} +0000"
            lines.append(f'10.0.0.{hour} - - [{time}] "GET /{day} HTTP/1.0" 200 {hour + minute}\n')
    return "".join(lines)


def observations(home: Any, *columns: str) -> pl.DataFrame:
    rows: pl.DataFrame = home.warehouse.read("series.observations", columns)
    return rows.sort("series_id", "at_utc")


def ensemble(home: Any) -> pl.DataFrame:
    rows: pl.DataFrame = home.warehouse.read("series.day_ensemble").drop("value")
    return rows.sort("series_id", "at_utc")


def nightly(home: Any, *days: int) -> None:
    for day in days:
        home.put(f"landing/isp/{day:02d}.csv", day_of_samples(day), minute=day)
        home.ingest()
        home.series(NIGHT)


@pytest.fixture
def isp(home: Any, export: Table) -> Any:
    home.declare(export(step="1h"))
    return home


def test_day_by_day_gives_the_values_and_days_of_all_at_once(
    isp: Any, make_home: Any, tmp_path: Path
) -> None:
    nightly(isp, *range(12))
    once = make_home(tmp_path / "once")
    once.put("sources.toml", (isp.path / "sources.toml").read_text())
    for day in range(12):
        once.put(f"landing/isp/{day:02d}.csv", day_of_samples(day))
    once.ingest()
    made = once.series(NIGHT)
    assert observations(isp, *COLUMNS).equals(observations(once, *COLUMNS))
    assert ensemble(isp).equals(ensemble(once))
    told = isp.series(NIGHT)
    assert {name: one.entry for name, one in told.items()} == {name: one.entry for name, one in made.items()}
    once.close()


def test_a_late_day_changes_its_own_rows_and_no_others(isp: Any) -> None:
    nightly(isp, *range(8), *range(9, 20))
    before = observations(isp)
    missing = before.filter(pl.col("at_utc").dt.date() == date(2025, 10, 9))
    assert missing["is_observed"].to_list() == [False] * 48
    nightly(isp, 8)
    after = observations(isp)
    is_late = pl.col("at_utc").dt.date() == date(2025, 10, 9)
    assert after.filter(~is_late).equals(before.filter(~is_late))
    assert after.filter(is_late)["is_observed"].all()
    assert after.height == before.height


def test_days_before_the_first_reach_back_over_a_marked_gap(isp: Any) -> None:
    nightly(isp, *range(10, 20), 6)
    found = observations(isp, "series_id", "at_utc", "is_observed").filter(pl.col("series_id") == "isp/a")
    assert found.height == 14 * 24
    assert found["is_observed"].to_list() == [True] * 24 + [False] * 72 + [True] * 240


def test_a_quiet_night_rewrites_nothing(isp: Any) -> None:
    nightly(isp, *range(8))
    place = "SELECT series_id, at_utc, rowid FROM series.observations ORDER BY rowid"
    before = isp.warehouse.query(place)
    isp.series(NIGHT)
    assert isp.warehouse.query(place).equals(before)


def test_a_correction_replaces_the_sample_and_the_old_one_names_its_successor(isp: Any) -> None:
    nightly(isp, *range(8))
    isp.put("landing/isp/03-again.csv", day_of_samples(3, factor=2.0), minute=59)
    isp.ingest()
    isp.series(NIGHT)
    row = isp.ledger()["03-again.csv"]
    old = isp.rows("raw.provider_samples", "value", superseded_by=row["file_id"])
    assert len(old) == 48
    current = isp.warehouse.query(
        "SELECT sum(value) AS total FROM raw.provider_samples WHERE superseded_by IS NULL AND file_id = ?",
        [row["file_id"]],
    ).item()
    found = observations(isp, "series_id", "at_utc", "value")
    of_day = found.filter(pl.col("at_utc").dt.date() == date(2025, 10, 4))
    assert of_day["value"].sum() == current == 2 * sum(old_row["value"] for old_row in old)


def test_what_is_sent_again_unchanged_is_duplicate(isp: Any) -> None:
    nightly(isp, *range(8))
    again = day_of_samples(3).rstrip().split("\n")
    # One value of a wide line differs: the line is loaded for it, and the other value stays where it was.
    again[5] = again[5].rsplit(",", 1)[0] + ",-1"
    isp.put("landing/isp/03-again.csv", "\n".join(again) + "\n", minute=59)
    isp.ingest()
    row = isp.ledger()["03-again.csv"]
    assert (row["records_read"], row["records_loaded"], row["records_duplicate"]) == (24, 1, 23)
    assert row["rows_written"] == 1
    (old,) = isp.rows("raw.provider_samples", "series_id", "line_number", superseded_by=row["file_id"])
    assert tuple(old.values()) == ("isp/b", 6)
    isp.series(NIGHT)
    changed = observations(isp).filter(pl.col("cause").is_not_null())
    assert changed.select("series_id", "value", "flag", "cause").rows() == [
        ("isp/b", -1.0, "impossible", "negative")
    ]


def test_a_value_above_the_capacity_is_impossible_by_name(home: Any, export: Table) -> None:
    home.declare(export(step="1h", capacity="{ b = '25 bit/s' }"))
    nightly(home, 0)
    found = observations(home, "series_id", "at_utc", "value", "flag", "cause", "value_clean")
    odd = found.filter(pl.col("cause").is_not_null())
    assert odd.select("series_id", "value", "flag", "cause", "value_clean").rows() == [
        ("isp/b", float(value), "impossible", "above_capacity", None) for value in (27, 28)
    ]


def test_other_settings_make_the_series_anew(home: Any, export: Table) -> None:
    home.declare(export(step="1h"))
    nightly(home, *range(8))
    home.declare(export(step="2h"))
    made = home.series(NIGHT)
    spacing = made["isp/a"].observations["at_utc"].diff().drop_nulls().unique()
    assert spacing.to_list() == [timedelta(hours=2)]
    assert {one.entry["step_seconds"] for one in made.values()} == {7_200}


LOGS = st.permutations(range(9)).flatmap(
    lambda order: st.tuples(st.just(order), st.lists(st.booleans(), min_size=9, max_size=9))
)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(delivery=LOGS, silent=st.sets(st.integers(0, 8), max_size=3))
def test_a_log_in_any_order_gives_the_windows_of_all_at_once(
    tmp_path: Path, make_home: Any, web_log: Table, delivery: Any, silent: set[int]
) -> None:
    order, is_night = delivery
    with tempfile.TemporaryDirectory(dir=tmp_path) as place, ExitStack() as opened:
        once, often = (make_home(Path(place) / name) for name in ("once", "often"))
        for home in (once, often):
            opened.callback(home.close)
            home.declare(web_log(step="10m"))
        for day in range(9):
            # Some days end early: a silence that is longer than an hour is missing, not zero.
            once.put(f"landing/www/{day}", day_of_log(day, range(20 if day in silent else 24)))
        once.ingest()
        once.series(NIGHT)
        for day, ingests in zip(order, is_night, strict=True):
            often.put(f"landing/www/{day}", (once.path / f"landing/www/{day}").read_bytes())
            if ingests:
                often.ingest()
                often.series(NIGHT)
        often.ingest()
        often.series(NIGHT)
        assert observations(often, *COLUMNS).equals(observations(once, *COLUMNS))
        assert ensemble(often).equals(ensemble(once))
