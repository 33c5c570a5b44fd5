"""A capacity that the load contradicts sets its series aside, fails its check and keeps its alert."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import dagster as dg
import polars as pl
import pytest

from assets.alerting.held import Tables
from assets.alerts import judge_night
from assets.checks.sources import source_checks
from assets.nights import Night

Table = Callable[..., str]
NIGHT = Night(date(2025, 11, 14), datetime(2025, 11, 14))
DOUBT = "100 % of the last week's values lie above the capacity of 80 bit/s: is it right?"
N_DAYS = 13


def put_load(home: Any, n_above: int, newest_above: bool = True) -> None:
    """Thirteen days by the hour of 100 bit/s, of which some of the first or the last hours carry 200."""
    begin, count = NIGHT.issued_at_utc - timedelta(days=N_DAYS), 24 * N_DAYS
    above = range(count - n_above, count) if newest_above else range(n_above)
    lines = [
        f"{begin + timedelta(hours=k):%Y-%m-%d %H:%M},{200 if k in above else 100}" for k in range(count)
    ]
    home.put("landing/isp/a.csv", "\n".join(["time,a", *lines, ""]))


def standing(home: Any) -> tuple[str, str | None]:
    home.ingest()
    home.series(NIGHT.date)
    [row] = home.rows("series.catalog", "status", "reason")
    return row["status"], row["reason"]


def check(home: Any) -> dg.AssetCheckResult:
    [source] = home.landing.sources.all
    of_series = source_checks(home.landing.sources)[1]
    assert next(iter(of_series.check_keys)).name == f"{source.name}_series_can_be_used"
    result = of_series(home.warehouse)
    assert isinstance(result, dg.AssetCheckResult)
    return result


def test_a_capacity_that_is_too_low_is_doubted_and_nothing_is_lost(home: Any, export: Table) -> None:
    put_load(home, 0)
    home.declare(export(step="1h", capacity="80 bit/s"))
    assert standing(home) == ("set_aside", DOUBT)
    kept = home.warehouse.query("SELECT DISTINCT value, flag, cause FROM series.observations")
    assert kept.rows() == [(100.0, "impossible", "above_capacity")]
    failed = check(home)
    assert not failed.passed
    assert failed.description == f"1 of 1 series cannot be used as they are, such as isp/a ({DOUBT})"

    home.declare(export(step="1h", capacity="120 bit/s"))
    assert standing(home) == ("ok", None)
    assert check(home).passed


@pytest.mark.parametrize(
    ("n_above", "newest_above", "status"),
    [
        (9, True, "set_aside"),  # of 168 hours more than one in twenty
        (8, True, "ok"),
        (9, False, "ok"),  # another week than the newest
    ],
)
def test_a_twentieth_of_the_newest_week_is_the_limit(
    home: Any, export: Table, n_above: int, newest_above: bool, status: str
) -> None:
    put_load(home, n_above, newest_above)
    home.declare(export(step="1h", capacity="120 bit/s"))
    assert standing(home)[0] == status


def test_what_lies_behind_the_night_is_not_judged(home: Any, export: Table) -> None:
    put_load(home, 48)
    home.declare(export(step="1h", capacity="120 bit/s"))
    home.ingest()
    home.series(NIGHT.date - timedelta(days=2))
    assert [row["status"] for row in home.rows("series.catalog", "status")] == ["ok"]


@pytest.mark.parametrize("when", ["congestion", "runout"])
def test_a_doubted_capacity_is_an_event_of_its_own(home: Any, export: Table, when: str) -> None:
    put_load(home, 0)
    rule = f'[[alert]]\nname = "full"\nwhen = "{when}"'
    home.declare(export(step="1h", capacity="80 bit/s"), rule)
    standing(home)
    former = NIGHT.issued_at_utc - timedelta(days=1)
    event = {"event_id": "e", "rule": "full", "kind": when, "subject": "isp/a", "sentence": "isp/a: full."}
    nights = {"first_issued_at_utc": former, "last_issued_at_utc": former}
    judged = {"issued_at_utc": former, "evaluated_at_utc": former, "is_told": True, "n_held": 1}
    home.warehouse.insert("alerts.events", pl.DataFrame([event | nights]))
    home.warehouse.insert("alerts.evaluations", pl.DataFrame([judged]))
    judge = Tables(home.warehouse, home.landing, NIGHT)
    judge_night(home.warehouse, home.landing, judge)
    known = {"subject": "isp/a", "last_issued_at_utc": former}
    doubted = {"subject": "isp/a (capacity)", "last_issued_at_utc": NIGHT.issued_at_utc}
    seen = home.rows("alerts.events", "subject", "last_issued_at_utc")
    assert sorted(seen, key=lambda row: row["subject"]) == [known, doubted]

    # What holds for the link itself is not taken for the doubt, and so is told.
    home.declare(export(step="1h", capacity="120 bit/s"), rule)
    standing(home)
    judge_night(home.warehouse, home.landing, judge)
    assert home.rows("alerts.events", "subject", "last_issued_at_utc") == [known]


def test_a_rule_tells_of_a_doubted_capacity_by_itself(home: Any, export: Table) -> None:
    put_load(home, 0)
    home.declare(
        export(step="1h", capacity="80 bit/s"),
        '[[alert]]\nname = "full"\nwhen = "congestion"\nseries = ["isp/*"]',
    )
    standing(home)
    judge_night(home.warehouse, home.landing, Tables(home.warehouse, home.landing, NIGHT))
    assert home.rows("alerts.events", "sentence") == [{"sentence": f"isp/a: {DOUBT}"}]
