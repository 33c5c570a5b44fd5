"""How long forecasts and scores are kept, and that their keys, which no index holds, stand once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
import pytest

from assets.checks.claims import claim_checks
from assets.forecasts import champions_and_points
from assets.landing import Landing
from assets.partitions import nights_of
from assets.scores import scores_of_the_day_before
from assets.sources import read_sources
from warehouse import Warehouse, open_warehouse

NIGHT = datetime(2024, 6, 30)
DAY = timedelta(days=1)
TABLES = ("forecasts.points", "forecasts.scores")


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with open_warehouse(tmp_path / "w.duckdb", holder="a test") as opened:
        yield opened


@pytest.fixture
def run(warehouse: Warehouse, tmp_path: Path) -> Callable[[str], Any]:
    """Run the night's forecasts and scores under a ``[platform]``."""

    def begin(platform: str) -> None:
        toml = tmp_path / "sources.toml"
        toml.write_text(f"[platform]\n{platform}\n", encoding="utf-8")
        nights = nights_of("UTC")
        assets = (champions_and_points, scores_of_the_day_before)
        result = dg.materialize(
            [*dg.map_asset_specs(lambda spec: spec.replace_attributes(partitions_def=nights), assets)],
            partition_key=NIGHT.date().isoformat(),
            resources={"warehouse": warehouse, "landing": Landing(tmp_path, read_sources(toml))},
        )
        assert result.success

    return begin


def add(warehouse: Warehouse, table: str, issued: datetime, **changes: Any) -> None:
    row = {"series_id": "isp/a", "model": "m", "issued_at_utc": issued, "step_seconds": 3_600}
    row |= {"target_utc": issued + DAY / 2, "horizon": 12}
    row |= {"is_champion": True} if table == "forecasts.points" else {}
    warehouse.insert(table, pl.DataFrame([row | changes]))


@pytest.mark.parametrize(
    ("platform", "points", "scores"), [("", 60, 400), ("keep_forecasts = 8\nkeep_scores = 28", 8, 28)]
)
def test_the_newest_nights_are_kept(
    warehouse: Warehouse, run: Callable[[str], Any], platform: str, points: int, scores: int
) -> None:
    nights = pl.datetime_range(NIGHT - 449 * DAY, NIGHT, "1d", eager=True)
    rows = pl.DataFrame({"issued_at_utc": nights, "target_utc": nights + 2 * DAY}).with_columns(
        series_id=pl.lit("isp/a"), model=pl.lit("m"), step_seconds=3_600, horizon=48
    )
    warehouse.insert("forecasts.points", rows.with_columns(is_champion=True))
    warehouse.insert("forecasts.scores", rows)
    run(platform)
    # The night itself was made anew, and there is no series to forecast.
    assert warehouse.query("SELECT min(issued_at_utc), count(*) FROM forecasts.points").rows() == [
        (NIGHT - points * DAY, points)
    ]
    oldest, newest = warehouse.query(
        "SELECT min(issued_at_utc), max(issued_at_utc) FROM forecasts.scores"
    ).row(0)
    # One of them had its target in the day that was scored anew.
    assert (oldest, newest) == (NIGHT - scores * DAY, NIGHT)


def tables_with_a_key_twice(warehouse: Warehouse) -> list[str]:
    checks = {
        check.check_key: check for check in claim_checks() if check.check_key.name == "each_key_stands_once"
    }
    results = {".".join(key.asset_key.path): check(warehouse) for key, check in checks.items()}
    assert results.keys() >= set(TABLES)
    return [table for table, result in results.items() if not result.passed]


@pytest.mark.parametrize("table", TABLES)
def test_a_key_that_stands_twice_fails_the_check(warehouse: Warehouse, table: str) -> None:
    assert tables_with_a_key_twice(warehouse) == []
    for each in TABLES:
        add(warehouse, each, NIGHT)
        add(warehouse, each, NIGHT, model="other")
        add(warehouse, each, NIGHT, step_seconds=300)
    assert tables_with_a_key_twice(warehouse) == []
    add(warehouse, table, NIGHT)
    assert tables_with_a_key_twice(warehouse) == [table]


def test_a_score_that_a_later_day_wrote_again_fails_the_check(warehouse: Warehouse) -> None:
    """Of one target seven nights are scored: the day of the targets counts, not the night."""
    add(warehouse, "forecasts.scores", NIGHT - 5 * DAY, target_utc=NIGHT)
    add(warehouse, "forecasts.scores", NIGHT, target_utc=NIGHT)
    assert tables_with_a_key_twice(warehouse) == []
    add(warehouse, "forecasts.scores", NIGHT - 5 * DAY, target_utc=NIGHT)
    assert tables_with_a_key_twice(warehouse) == ["forecasts.scores"]
