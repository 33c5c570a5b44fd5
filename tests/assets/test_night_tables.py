"""A night's rows replace those of an earlier run for it, all or none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

from assets.night_tables import NightTables
from assets.nights import Night
from warehouse import Warehouse, open_warehouse

TABLE = "models.champions"
FIRST, SECOND = (Night(date(2025, 11, day), datetime(2025, 11, day)) for day in (16, 17))


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with open_warehouse(tmp_path / "w.duckdb", holder="a test") as opened:
        yield opened


def rows(*names: str) -> dict[str, pl.DataFrame]:
    return {
        TABLE: pl.DataFrame({"series_id": names}).with_columns(model=pl.lit("periodic"), reason=pl.lit("why"))
    }


def stored(warehouse: Warehouse) -> list[tuple[object, ...]]:
    return warehouse.read(TABLE, ("series_id", "issued_at_utc")).sort("issued_at_utc", "series_id").rows()


def test_batches_add_up_and_a_second_run_replaces_its_own_night_alone(warehouse: Warehouse) -> None:
    for night, batches in ((FIRST, ["a"]), (SECOND, ["a", "b"]), (SECOND, ["b", "c"])):
        with NightTables(warehouse, night, (TABLE,)) as tables:
            for name in batches:
                tables.add(rows(name))
    assert stored(warehouse) == [
        ("a", FIRST.issued_at_utc),
        ("b", SECOND.issued_at_utc),
        ("c", SECOND.issued_at_utc),
    ]
    (result,) = tables.written({TABLE: {"plot": "a picture"}})
    assert result.metadata is not None
    assert result.metadata["dagster/row_count"] == 2
    assert result.metadata["plot"] == "a picture"


def test_a_night_that_breaks_off_leaves_the_earlier_rows(warehouse: Warehouse) -> None:
    with NightTables(warehouse, SECOND, (TABLE,)) as tables:
        tables.add(rows("a"))
    with (
        pytest.raises(ValueError, match="no column 'nonsense'"),
        NightTables(warehouse, SECOND, (TABLE,)) as t,
    ):
        t.add(rows("b", "c") | {"models.periodic": pl.DataFrame({"nonsense": [1]})})
    assert stored(warehouse) == [("a", SECOND.issued_at_utc)]
