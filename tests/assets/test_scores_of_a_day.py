"""A night scores the day before: every earlier forecast, of every usable series, replacing an earlier run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from assets import scores
from assets.nights import Night
from assets.scores import write_scores
from traffic.models.quantiles import QUANTILE_COLUMNS
from warehouse import Warehouse, Within, open_warehouse

NIGHT = Night(date(2024, 6, 30), datetime(2024, 6, 30))
DAY = Within(NIGHT.issued_at_utc - timedelta(days=1), NIGHT.issued_at_utc)
FIVE, HOUR = timedelta(minutes=5), timedelta(hours=1)


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with open_warehouse(tmp_path / "w.duckdb", holder="a test") as opened:
        yield opened


def add_series(warehouse: Warehouse, series_id: str, step: timedelta, status: str = "ok") -> None:
    """Three days before the night and one after; the value is the hour of the day."""
    entry = {"series_id": series_id, "source": "isp", "kind": "export", "unit": "bit/s", "time_zone": "UTC"}
    entry |= {"step_seconds": int(step.total_seconds()), "status": status, "reason": "a reason"}
    warehouse.insert("series.catalog", pl.DataFrame([entry]))
    begin = NIGHT.issued_at_utc - timedelta(days=3)
    times = pl.datetime_range(begin, begin + timedelta(days=4), step, closed="left", eager=True)
    warehouse.insert(
        "series.observations",
        pl.DataFrame({"at_utc": times}).with_columns(
            series_id=pl.lit(series_id),
            value=times.dt.hour().cast(pl.Float64),
            is_observed=True,
            is_outlier=False,
            cause=pl.when(times.dt.minute() == 55).then(pl.lit("above_capacity")),
        ),
    )


def add_points(
    warehouse: Warehouse, series_id: str, days_ago: int, step: timedelta, count: int, **changes: Any
) -> None:
    issued = NIGHT.issued_at_utc - timedelta(days=days_ago)
    times = pl.datetime_range(issued, issued + count * step, step, closed="left", eager=True)
    quantiles = {name: pl.lit(float(k)) for k, name in enumerate(QUANTILE_COLUMNS)}
    columns = {
        "series_id": pl.lit(series_id),
        "model": pl.lit("combination"),
        "is_champion": pl.lit(value=True),
        "issued_at_utc": pl.lit(issued, pl.Datetime("us")),
        "step_seconds": pl.lit(int(step.total_seconds())),
        "horizon": pl.int_range(1, count + 1),
        "mean": pl.lit(3.0),
    }
    warehouse.insert(
        "forecasts.points",
        pl.DataFrame({"target_utc": times}).with_columns(**(columns | quantiles | changes)),
    )


@pytest.fixture
def filled(warehouse: Warehouse) -> Warehouse:
    add_series(warehouse, "isp/five", FIVE)
    add_series(warehouse, "isp/hourly", HOUR)
    add_series(warehouse, "isp/stale", FIVE, status="stale")
    for series_id in ("isp/five", "isp/stale"):
        add_points(warehouse, series_id, 1, FIVE, 288)
        for days_ago in (0, 1, 2, 8):
            add_points(warehouse, series_id, days_ago, HOUR, 168)
    add_points(warehouse, "isp/hourly", 1, HOUR, 168)
    add_points(
        warehouse, "isp/hourly", 1, HOUR, 24, model=pl.lit("selected"), is_champion=pl.lit(value=False)
    )
    return warehouse


COUNTED = """
    SELECT series_id, model, is_champion, step_seconds,
        date_diff('day', issued_at_utc, DATE '2024-06-30') AS ago, count(*)
    FROM forecasts.scores GROUP BY ALL ORDER BY ALL
"""
SCORED = [
    ("isp/five", "combination", True, 300, 1, 288),
    ("isp/five", "combination", True, 3600, 1, 24),
    ("isp/five", "combination", True, 3600, 2, 24),
    ("isp/hourly", "combination", True, 3600, 1, 24),
    ("isp/hourly", "selected", False, 3600, 1, 24),
]


def test_every_earlier_forecast_of_the_day_is_scored_and_no_later_one(filled: Warehouse) -> None:
    first, row_count = write_scores(filled, NIGHT, DAY)
    assert filled.query(COUNTED).rows() == SCORED
    assert row_count == sum(row[-1] for row in SCORED)
    assert 0 < first.height <= row_count


def test_an_hour_of_five_minutes_is_scored_without_what_cannot_have_been(filled: Warehouse) -> None:
    write_scores(filled, NIGHT, DAY)
    rows = filled.query(
        "SELECT step_seconds, target_utc, actual, error, naive_error FROM forecasts.scores "
        "WHERE series_id = 'isp/five' AND target_utc IN (TIMESTAMP '2024-06-29 07:00', '2024-06-29 07:55') "
        "AND issued_at_utc = '2024-06-29' ORDER BY ALL"
    ).rows()
    at = datetime(2024, 6, 29, 7)
    assert rows == [
        (300, at, 7.0, 4.0, 0.0),
        (300, at + timedelta(minutes=55), None, None, None),
        (3600, at, 7.0, 4.0, 0.0),
    ]


def test_a_second_run_replaces_the_day_and_leaves_the_others(filled: Warehouse) -> None:
    row = pl.DataFrame([{"series_id": "x", "model": "m", "step_seconds": 300, "horizon": 1}])
    for target in (DAY.start, DAY.end):
        issued = pl.lit(target, pl.Datetime("us"))
        filled.insert("forecasts.scores", row.with_columns(issued_at_utc=issued, target_utc=issued))
    for _ in range(2):
        write_scores(filled, NIGHT, DAY)
    assert filled.query(COUNTED).rows() == [*SCORED, ("x", "m", None, 300, 0, 1)]


def test_the_scores_do_not_depend_on_the_size_of_the_batches(
    filled: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    for k in range(5):
        add_series(filled, f"isp/more{k}", HOUR)
        add_points(filled, f"isp/more{k}", 1, HOUR, 24, mean=pl.lit(float(k)))
    write_scores(filled, NIGHT, DAY)
    order = ("series_id", "model", "issued_at_utc", "step_seconds", "target_utc")
    at_once = filled.read("forecasts.scores", order_by=order)
    monkeypatch.setattr(scores, "POINTS_AT_ONCE", 3_000)
    write_scores(filled, NIGHT, DAY)
    assert filled.read("forecasts.scores", order_by=order).equals(at_once, null_equal=True)
    assert at_once.height == sum(row[-1] for row in SCORED) + 5 * 24


def test_a_night_without_forecasts_for_its_day_scores_nothing(warehouse: Warehouse) -> None:
    add_series(warehouse, "isp/five", FIVE)
    first, row_count = write_scores(warehouse, NIGHT, DAY)
    assert (first.is_empty(), row_count) == (True, 0)
