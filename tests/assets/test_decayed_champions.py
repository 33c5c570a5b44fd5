"""Which champions are told to decay: those of one night, by the scores that it knows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from assets.checks.tables import champions_have_not_decayed
from assets.decayed_champions import decayed_champions
from warehouse import Warehouse, open_warehouse

NIGHT = datetime(2024, 6, 30)
DAY = timedelta(days=1)


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with open_warehouse(tmp_path / "w.duckdb", holder="a test") as opened:
        yield opened


def add_night(
    warehouse: Warehouse, series_id: str, night: datetime, error: float | None = None, **changes: Any
) -> None:
    """A night's champion, its backtest with skill 0.4, and its error beside one of 1 of the naive."""
    key = {"series_id": series_id, "issued_at_utc": night, "model": "combination"}
    champion = warehouse.read("models.champions", ("model",), key)
    if champion.is_empty():
        warehouse.insert("models.champions", pl.DataFrame([key | {"reason": "the least error"}]))
        for step, horizon, skill in ((300, 288, 0.4), (3600, 168, -9.0)):
            run = {"step_seconds": step, "horizon": horizon, "is_champion": True, "skill_naive": skill}
            warehouse.insert("models.backtests", pl.DataFrame([key | run]))
    if error is not None:
        score = key | {
            "step_seconds": 300,
            "target_utc": night,
            "horizon": 1,
            "actual": 5.0,
            "is_champion": True,
        }
        score |= {"error": error, "naive_error": -1.0}
        warehouse.insert("forecasts.scores", pl.DataFrame([score | changes]))


def add_series(warehouse: Warehouse, series_id: str, errors: list[float], step_seconds: int = 300) -> None:
    entry = {"series_id": series_id, "source": "isp", "kind": "export", "unit": "bit/s", "time_zone": "UTC"}
    warehouse.insert("series.catalog", pl.DataFrame([entry | {"status": "ok", "step_seconds": step_seconds}]))
    for ago, error in enumerate(reversed(errors), start=1):
        add_night(warehouse, series_id, NIGHT - ago * DAY, error)
    add_night(warehouse, series_id, NIGHT)


def test_the_champion_that_became_worse_is_named_with_its_figures(warehouse: Warehouse) -> None:
    add_series(warehouse, "isp/good", [0.5] * 5)
    add_series(warehouse, "isp/new", [])
    add_series(warehouse, "isp/worse", [1.5] * 5)
    found = decayed_champions(warehouse.query, NIGHT)
    assert found.columns == ["series_id", "model", "verdict"]
    assert found.rows() == [
        (
            "isp/worse",
            "combination",
            "over the last 5 days its error was 1.50 times the seasonal naive's; in the backtest it was "
            "0.60 times",
        )
    ]
    (check,) = [champions_have_not_decayed(warehouse)]
    assert (check.passed, check.description) == (False, "1 champions whose forecasts have become worse")


def test_the_hours_of_the_week_ahead_and_other_models_are_left_out(warehouse: Warehouse) -> None:
    add_series(warehouse, "isp/good", [0.5] * 5)
    for ago in range(1, 6):
        night = NIGHT - ago * DAY
        add_night(warehouse, "isp/good", night, 90.0, step_seconds=3600)
        add_night(warehouse, "isp/good", night, 90.0, target_utc=night + DAY, horizon=289)
        add_night(warehouse, "isp/good", night, 90.0, model="mean", is_champion=False)
        add_night(warehouse, "isp/good", night, 90.0, target_utc=night + DAY / 2, horizon=2, naive_error=None)
    assert decayed_champions(warehouse.query, NIGHT).is_empty()
    assert champions_have_not_decayed(warehouse).passed


def test_an_earlier_night_does_not_know_what_came_later(warehouse: Warehouse) -> None:
    add_series(warehouse, "isp/a", [*[0.5] * 5, *[9.0] * 4])
    assert decayed_champions(warehouse.query, NIGHT).height == 1
    assert decayed_champions(warehouse.query, NIGHT - 4 * DAY).is_empty()


def test_days_that_lie_long_back_are_left_out(warehouse: Warehouse) -> None:
    add_series(warehouse, "isp/a", [9.0] * 12)
    later = NIGHT + 30 * DAY
    add_night(warehouse, "isp/a", later)
    assert decayed_champions(warehouse.query, later).is_empty()


def test_without_a_night_nothing_decays(warehouse: Warehouse) -> None:
    assert champions_have_not_decayed(warehouse).passed
    assert decayed_champions(warehouse.query, NIGHT).is_empty()
