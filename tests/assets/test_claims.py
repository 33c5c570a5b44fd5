"""Claims on tables: each passes on empty tables, and is contradicted by a row that breaks it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import dagster as dg
import polars as pl
import pytest

from assets.checks.claims import claim_checks
from assets.table_specs import key_of
from warehouse import Warehouse, declaration, open_warehouse

NIGHT = datetime(2025, 11, 17)
SERIES = {"series_id": "isp/a", "issued_at_utc": NIGHT}
CHECKS = {(check.check_key.asset_key, check.check_key.name): check for check in claim_checks()}
# Of each claim, by its table: rows that stand, and one more that contradicts it.
BROKEN: dict[tuple[str, str], tuple[dict[str, Any], dict[str, Any]]] = {
    ("models.coefficients", "estimates_lie_in_their_intervals"): (
        SERIES | {"model": "reference", "name": "a", "estimate": 1.0, "lower_95": 0.0, "upper_95": 2.0},
        SERIES | {"model": "reference", "name": "b", "estimate": 3.0, "lower_95": 0.0, "upper_95": 2.0},
    ),
    ("models.backtests", "one_model_at_most_is_champion"): (
        SERIES | {"model": "a", "step_seconds": 300, "is_champion": True, "horizon": 288, "n_origins": 1},
        SERIES | {"model": "b", "step_seconds": 300, "is_champion": True, "horizon": 288, "n_origins": 1},
    ),
    ("diagnostics.autocorrelation", "autocorrelations_lie_within_one"): (
        SERIES | {"stage": "clean", "lag": 1, "acf": -1.0},
        SERIES | {"stage": "clean", "lag": 2, "acf": 1.5},
    ),
    ("diagnostics.residual_histogram", "bins_follow_each_other"): (
        SERIES | {"model": "reference", "bin_left": 0.0, "bin_right": 1.0, "count": 2},
        SERIES | {"model": "reference", "bin_left": 1.5, "bin_right": 2.5, "count": 1},
    ),
    ("diagnostics.residual_tests", "p_values_are_probabilities"): (
        SERIES | {"model": "reference", "test": "runs", "p_value": None, "verdict": "Not told."},
        SERIES | {"model": "selected", "test": "runs", "p_value": 1.2, "verdict": "Random."},
    ),
    ("diagnostics.density", "each_key_stands_once"): (
        SERIES | {"local_hour": 1, "value": 2.0},
        SERIES | {"local_hour": 1, "value": 2.0},
    ),
    ("series.day_ensemble", "days_hold_every_observation"): (
        {},
        {"series_id": "isp/a", "local_date": NIGHT, "weekday": 1, "slot": 0, "at_utc": NIGHT},
    ),
    ("models.champions", "every_series_has_a_champion_or_a_reason"): (
        SERIES | {"model": "combination", "reason": "Best of all."},
        {"series_id": "isp/b", "issued_at_utc": NIGHT, "model": "none", "reason": " "},
    ),
}


@pytest.fixture
def warehouse(tmp_path: Any) -> Iterator[Warehouse]:
    with open_warehouse(tmp_path / "traffic.duckdb", holder="a test", wait_seconds=0) as opened:
        yield opened


def passes(warehouse: Warehouse, table: str, name: str) -> bool:
    result = CHECKS[key_of(table), name](warehouse=warehouse)
    assert isinstance(result, dg.AssetCheckResult)
    assert bool(result.metadata) != result.passed
    return bool(result.passed)


@pytest.mark.parametrize(("key", "name"), CHECKS, ids=str)
def test_an_empty_table_contradicts_nothing(warehouse: Warehouse, key: dg.AssetKey, name: str) -> None:
    assert passes(warehouse, ".".join(key.path), name)


@pytest.mark.parametrize(("table", "name"), BROKEN)
def test_a_row_that_breaks_a_claim_is_found(warehouse: Warehouse, table: str, name: str) -> None:
    stands, breaks = BROKEN[table, name]
    worked_on = {"models.champions": ["isp/a", "isp/b"]}.get(table, [])
    for series_id in worked_on:
        row = {"series_id": series_id, "issued_at_utc": NIGHT, "status": "ok"}
        insert(warehouse, "models.periodic", row)
    if stands and table != "models.champions":
        insert(warehouse, table, stands)
        assert passes(warehouse, table, name)
    elif stands:
        insert(warehouse, table, stands)
    insert(warehouse, table, breaks)
    assert not passes(warehouse, table, name)


def test_what_an_older_night_broke_is_over(warehouse: Warehouse) -> None:
    table, name = "diagnostics.autocorrelation", "autocorrelations_lie_within_one"
    stands, breaks = BROKEN[table, name]
    insert(warehouse, table, breaks | {"issued_at_utc": NIGHT - timedelta(days=1)})
    assert not passes(warehouse, table, name)
    insert(warehouse, table, stands)
    assert passes(warehouse, table, name)


def insert(warehouse: Warehouse, table: str, row: dict[str, Any]) -> None:
    """Insert a row; columns that the test does not speak of get a value of their type."""
    usual = {"VARCHAR": "x", "BOOLEAN": False, "TIMESTAMP": NIGHT, "DATE": NIGHT.date()}
    types = declaration(table).types
    filled = {
        name: row.get(name, [] if types[name].endswith("]") else usual.get(types[name], 1)) for name in types
    }
    warehouse.insert(table, pl.DataFrame([filled]))
