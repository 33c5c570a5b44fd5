"""Which rules hold in a night, for what, and with which words: tables filled by hand."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from assets.alerting.failed_checks import FailedCheck
from assets.alerting.held import Tables
from assets.alerts import judge_night
from assets.nights import Night

NIGHT = Night(date(2025, 11, 15), datetime(2025, 11, 15))
LEDGER_ROW: dict[str, Any] = {
    **{"file_id": "f", "source": "isp", "kind": "export", "path": "p", "status": "loaded"},
    **dict.fromkeys(("bytes_read", "lines_skipped", "records_read", "records_loaded"), 0),
    **dict.fromkeys(("records_rejected", "records_duplicate", "rows_written"), 0),
    "loaded_at_utc": datetime(2025, 11, 15),
}


def after(days: int) -> date:
    return NIGHT.date + timedelta(days=days)


def insert(home: Any, table: str, *rows: dict[str, Any]) -> None:
    home.warehouse.insert(table, pl.DataFrame(list(rows), infer_schema_length=None))


def judged(home: Any, rule: str, *failed: FailedCheck) -> list[tuple[str, str, float | None]]:
    home.put("landing/isp/a.csv", "x")
    source = (
        '[[export]]\nname = "isp"\nfiles = "landing/isp/*"\nshape = "wide"\ntime_column = "t"\nstep = "5m"\n'
    )
    home.declare(source, f'[[alert]]\nname = "rule"\n{rule}')
    landing = home.landing
    judge_night(home.warehouse, landing, Tables(home.warehouse, landing, NIGHT, failed))
    return [
        (row["subject"], row["sentence"], row["value"])
        for row in home.rows("alerts.events", "subject", "sentence", "value")
    ]


@pytest.mark.parametrize("window", ["hour", "slot"])
def test_a_link_that_is_full_tonight_says_of_what_and_when(home: Any, window: str) -> None:
    link = entry("isp/a", NIGHT.issued_at_utc) | {"time_zone": "America/New_York", "capacity": 1e10}
    insert(home, "series.catalog", link)
    midnight = NIGHT.issued_at_utc
    row = {"series_id": "isp/a", "issued_at_utc": midnight, "capacity": 1e10, "expected_peak": 7.9e9}
    windows = [("night", 0, 0.93), (window, 0, 0.1), (window, 3, 0.8), (window, 5, 0.8), (window, 7, None)]
    rows = [
        row
        | {"window": name, "target_utc": midnight + timedelta(hours=hour)}
        | {"threshold": threshold, "probability_above": probability if threshold == 0.7 else 0.01}
        for name, hour, probability in windows
        for threshold in (0.7, 1.0)
    ]
    insert(home, "planning.congestion", *rows)
    sentence = (
        "isp/a: 93 % to exceed 70 % of its 10 Gbit/s at some moment of the night, most likely around "
        "Fri 14 Nov 22:00 (America/New_York, UTC-5); its peak is expected at 79 %."
    )
    rule = 'when = "congestion"\nthreshold = 0.7\n'
    assert judged(home, rule) == [("isp/a", sentence, pytest.approx(0.93))]
    assert judged(home, rule.replace("0.7", "1.0")) == []


def test_a_link_that_is_full_within_some_weeks(home: Any) -> None:
    weeks = [
        {
            "series_id": series_id,
            "issued_at_utc": NIGHT.issued_at_utc,
            "threshold": threshold,
            "local_week_start": after(7 * week),
            "probability_first": 0.1,
            "probability_by_end": 0.1 * (week + 1) if threshold == 0.9 else 1.0,
        }
        for series_id in ("isp/a", "isp/b")
        for threshold in (0.7, 0.9)
        for week in range(10)
    ]
    insert(home, "planning.runouts", *weeks)
    rule = 'when = "runout"\nweeks = 4\nprobability = 0.4\nseries = ["isp/a"]\n'
    sentence = "isp/a: its busy hour passes 90 % of the capacity within 4 weeks with a probability of 40 %."
    assert judged(home, rule) == [("isp/a", sentence, pytest.approx(0.4))]
    assert judged(home, rule.replace("weeks = 4", "weeks = 3")) == []


def test_a_source_without_files_and_one_without_news(home: Any) -> None:
    found = judged(home, 'when = "source"\n')
    assert [subject for subject, _, _ in found] == ["isp"]
    assert found[0][1].startswith("source isp: no file matches") or "landing/isp" in found[0][1]


def entry(series_id: str, last_utc: datetime) -> dict[str, Any]:
    row = {"series_id": series_id, "source": "isp", "kind": "export", "unit": "bit/s", "status": "ok"}
    return row | {"time_zone": "UTC", "step_seconds": 300, "phase_seconds": 0, "last_utc": last_utc}


@pytest.mark.parametrize(
    ("ends", "subjects"),
    [
        ({"isp/a": 0, "isp/b": 1}, []),
        ({"isp/a": 0, "isp/b": 24}, ["isp/b"]),
        ({"isp/a": 24, "isp/b": 50}, ["isp"]),
        ({"isp/a": -24, "isp/b": -24}, []),
    ],
)
def test_a_source_that_is_silent_as_a_whole_or_in_part(
    home: Any, ends: dict[str, int], subjects: list[str]
) -> None:
    midnight = NIGHT.issued_at_utc
    insert(home, "raw.ingested_files", LEDGER_ROW)
    rows = [entry(name, midnight - timedelta(hours=hours, minutes=5)) for name, hours in ends.items()]
    insert(home, "series.catalog", *rows)
    found = judged(home, 'when = "source"\n')
    assert [subject for subject, _, _ in found] == subjects
    if subjects:
        assert found[0][2] == 24
        assert found[0][1].endswith(": nothing since 2025-11-14 00:00 UTC, 24 hours before the night.")


def test_a_day_that_does_not_look_like_a_day(home: Any) -> None:
    day = {"series_id": "isp/a", "is_unusual": True, "reason": "The day lies 40% higher than days like it."}
    days = [
        day | {"local_date": after(-1), "level_score": -7.5, "shape_score": 2.0},
        day | {"local_date": after(-2), "is_unusual": False},
        day | {"local_date": after(-3)},
        day | {"local_date": after(0)},
    ]
    insert(home, "diagnostics.daily_peaks", *days)
    sentence = "isp/a on Fri 2025-11-14: The day lies 40% higher than days like it."
    assert judged(home, 'when = "unusual_day"\n') == [("isp/a 2025-11-14", sentence, 7.5)]


def test_an_outage_of_the_last_two_days_is_told_once_whatever_its_day_looks_like(home: Any) -> None:
    insert(home, "series.catalog", *(entry(name, NIGHT.issued_at_utc) for name in ("isp/a", "isp/b")))
    midnight = NIGHT.issued_at_utc
    begins = {"isp/a": midnight - timedelta(hours=1), "isp/b": midnight - timedelta(days=3)}
    zeros = [
        {"series_id": name, "at_utc": begin + k * timedelta(minutes=5), "value": 0.0}
        | {"is_observed": True, "is_outlier": False, "flag": "outage"}
        for name, begin in begins.items()
        for k in range(24)
    ]
    insert(home, "series.observations", *zeros)
    # The night knows the hour before it, and not the one after.
    sentence = "isp/a: an outage, it carried nothing for 1 h from 2025-11-14 23:00 UTC on."
    assert judged(home, 'when = "unusual_day"\n') == [("isp/a 2025-11-14 23:00", sentence, 1.0)]


def test_a_check_that_failed_by_its_name(home: Any) -> None:
    failed = [
        FailedCheck("ledger_accounts_for_every_line", "1 file."),
        FailedCheck("series.points/isp", "2."),
    ]
    found = judged(home, 'when = "check"\nchecks = ["ledger*"]\n', *failed)
    sentence = "check ledger_accounts_for_every_line failed: 1 file."
    assert found == [("ledger_accounts_for_every_line", sentence, None)]
