"""What the check of the bills says: of the night that its run is for, and what is missing of each bill."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
import pytest

from assets.checks.bills import SHOWN_BILLS, bills_can_be_counted
from assets.landing import Landing
from assets.partitions import nights_of
from assets.sources import Sources
from assets.table_specs import key_of
from warehouse import Warehouse, open_warehouse

ZONE = "Europe/Berlin"
OLD, NEW = datetime(2025, 11, 15, 23), datetime(2025, 11, 16, 23)


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with open_warehouse(tmp_path / "w.duckdb", holder="a test", wait_seconds=0) as opened:
        yield opened


def add(
    warehouse: Warehouse, night: datetime, method: str, reason: str | None = None, bill: str = "transit"
) -> None:
    row: dict[str, Any] = {"bill": bill, "issued_at_utc": night, "method": method, "reason": reason}
    row |= dict.fromkeys(("n_samples", "n_missing", "n_dropped"), 0) | {"is_billed": method == "max"}
    row |= {"local_month": night.date().replace(day=1), "unit": None if reason else "bit/s"}
    warehouse.insert("planning.bills", pl.DataFrame([row]))


def checked(warehouse: Warehouse, night: str | None) -> dg.AssetCheckEvaluation:
    """Evaluate the check in a run for a night, as a job of nights does."""

    @dg.asset(key=key_of("planning.bills"), partitions_def=nights_of(ZONE))
    def bills() -> None:
        """Nothing: the rows are there."""

    landing = Landing(Path(), Sources.model_validate({"platform": {"time_zone": ZONE}}))
    done = dg.materialize(
        [bills, bills_can_be_counted],
        partition_key=night,
        resources={"warehouse": warehouse, "landing": landing},
        selection=None if night else dg.AssetSelection.checks(bills_can_be_counted),
    )
    (evaluation,) = done.get_asset_check_evaluations()
    return evaluation


def test_the_check_speaks_of_the_night_of_its_run(warehouse: Warehouse) -> None:
    for night in (OLD, NEW):
        series = {"series_id": "isp/a", "issued_at_utc": night, "reason": "It is young."}
        warehouse.insert("planning.outlook", pl.DataFrame([series]))
    add(warehouse, OLD, "in")
    for method in ("max", "aggregate"):
        add(warehouse, OLD, method, "There is no series 'isp/out'.")
    for method in ("in", "max", "aggregate"):
        add(warehouse, NEW, method)
    evaluation = checked(warehouse, "2025-11-16")
    assert not evaluation.passed
    sentence = "1 bill cannot be counted whole: transit (aggregate, max): There is no series 'isp/out'"
    assert evaluation.description == sentence
    found = str(evaluation.metadata["found"].value)
    assert "aggregate, max" in found
    assert "There is no series" in found
    assert checked(warehouse, "2025-11-17").passed
    assert checked(warehouse, None).passed


def test_many_bills_are_named_up_to_a_bound(warehouse: Warehouse) -> None:
    for number in range(SHOWN_BILLS + 2):
        add(warehouse, NEW, "in", "It is young.", f"b{number}")
    said = str(checked(warehouse, "2025-11-17").description)
    assert said.startswith("7 bills cannot be counted whole: b0 (in): It is young; b1 (in): It is young;")
    assert said.endswith("b4 (in): It is young; and 2 more")


def test_a_fault_of_one_direction_is_told_once(warehouse: Warehouse) -> None:
    add(warehouse, NEW, "in", "isp/in: Its step is 3,600 s.")
    add(warehouse, NEW, "out", "isp/out: There is no such series.")
    for method in ("max", "aggregate"):
        add(warehouse, NEW, method, "isp/in: Its step is 3,600 s. isp/out: There is no such series.")
    assert checked(warehouse, "2025-11-17").description == (
        "1 bill cannot be counted whole: transit (aggregate, in, max, out): "
        "isp/in: Its step is 3,600 s. isp/out: There is no such series"
    )
