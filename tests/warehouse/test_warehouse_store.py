"""Whole frames in, whole frames out: by name, in transactions, and nothing else gets in."""

from __future__ import annotations

import gc
import math
import shutil
import weakref
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse import Warehouse, WarehouseError, Within, open_warehouse, store

NIGHT = datetime(2024, 5, 1)
Row = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def shared(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """One warehouse for many examples; each clears what it uses."""
    path = tmp_path_factory.mktemp("shared") / "traffic.duckdb"
    shutil.copy(template, path)
    with open_warehouse(path, holder="a test", wait_seconds=0) as opened:
        yield opened


def line(number: int, reason: str = "r", **more: Any) -> pl.DataFrame:
    return pl.DataFrame([{"source": "www", "file_id": "f", "line_number": number, "reason": reason} | more])


def lines_of(warehouse: Warehouse) -> list[int]:
    return warehouse.read("raw.rejected_lines", ["line_number"], order_by="line_number")[
        "line_number"
    ].to_list()


def test_columns_go_by_name_and_those_that_are_absent_are_null(warehouse: Warehouse) -> None:
    warehouse.insert("raw.rejected_lines", line(7).select("reason", "line_number", "file_id", "source"))
    row = warehouse.read("raw.rejected_lines").row(0, named=True)
    assert row == {"source": "www", "file_id": "f", "line_number": 7, "reason": "r", "line": None}


def test_a_missing_number_is_stored_as_null(warehouse: Warehouse, observation: Row) -> None:
    times = [NIGHT + timedelta(minutes=k) for k in range(3)]
    rows = [observation("www/bytes", at_utc, 1.0) for at_utc in times]
    frame = pl.DataFrame(rows).with_columns(value_clean=pl.Series([1.0, math.nan, None]))
    warehouse.insert("series.observations", frame)
    stored = warehouse.read("series.observations", ["value_clean"], order_by="at_utc")
    assert stored["value_clean"].to_list() == [1.0, None, None]


def test_a_frame_without_rows_adds_none(warehouse: Warehouse) -> None:
    warehouse.insert("raw.rejected_lines", pl.DataFrame())
    warehouse.insert("raw.rejected_lines", line(1).clear())
    assert warehouse.count("raw.rejected_lines") == 0


def test_a_frame_is_let_go_of_before_its_transaction_ends(warehouse: Warehouse) -> None:
    numbers = np.arange(1, 100_001)
    held = weakref.ref(numbers)
    with warehouse.transaction():
        rows = pl.DataFrame({"line_number": numbers}).with_columns(source=pl.lit("www"), file_id=pl.lit("f"))
        warehouse.insert("raw.rejected_lines", rows.with_columns(reason=pl.lit("r")))
        del numbers, rows
        gc.collect()
        assert held() is None
    assert warehouse.count("raw.rejected_lines") == 100_000


def test_batches_have_every_row_that_is_asked_for_once(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "BATCH_ROWS", 2_048)
    warehouse.insert(
        "raw.rejected_lines",
        pl.concat([line(0).drop("line_number")] * 9_000).with_row_index("line_number", offset=1),
    )
    wanted = {"source": "www", "line_number": Within(1_000, 8_000)}
    batches = list(warehouse.batches("raw.rejected_lines", ("line_number", "reason"), wanted))
    assert all(0 < batch.height <= 2_048 and batch.columns == ["line_number", "reason"] for batch in batches)
    assert pl.concat(batches)["line_number"].sort().to_list() == list(range(1_000, 8_000))
    none = warehouse.batches("raw.rejected_lines", ("line_number",), {"source": "another"})
    assert sum(batch.height for batch in none) == 0


@settings(max_examples=50)
@given(text=st.text(max_size=40), value=st.floats(), seconds=st.integers(-(10**9), 10**9))
def test_what_is_written_is_read_back(
    shared: Warehouse, observation: Row, text: str, value: float, seconds: int
) -> None:
    at_utc = NIGHT + timedelta(seconds=seconds)
    number = None if math.isnan(value) else value
    frame = pl.DataFrame([observation(text, at_utc, number)]).cast({"value": pl.Float64})
    shared.replace("series.observations", frame.with_columns(value_clean=pl.lit(value)), {"series_id": text})
    (row,) = shared.read("series.observations", where={"series_id": text}).rows(named=True)
    assert (row["series_id"], row["at_utc"]) == (text, at_utc)
    assert (row["value"], row["value_clean"]) == (number, number)


@settings(max_examples=50)
@given(
    rows=st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 20)), max_size=30),
    start=st.integers(-2, 22),
    end=st.integers(-2, 22),
    series=st.one_of(st.sampled_from("abc"), st.lists(st.sampled_from("abcd"), max_size=3)),
)
def test_conditions_select_what_a_loop_selects(
    shared: Warehouse,
    observation: Row,
    rows: list[tuple[str, int]],
    start: int,
    end: int,
    series: str | list[str],
) -> None:
    times = {k: NIGHT + timedelta(hours=k) for k in range(-2, 23)}
    shared.delete("series.observations", {})
    shared.insert("series.observations", pl.DataFrame([observation(name, times[k]) for name, k in rows]))
    where = {"series_id": series, "at_utc": Within(times[start], times[end])}
    expected = sorted((name, times[k]) for name, k in rows if name in list(series) and start <= k < end)
    found = shared.read("series.observations", ("series_id", "at_utc"), where)
    assert sorted(found.rows()) == expected
    assert shared.count("series.observations", where) == len(expected)
    shared.delete("series.observations", where)
    assert shared.count("series.observations") == len(rows) - len(expected)


@settings(max_examples=50)
@given(days=st.lists(st.integers(0, 9), max_size=20), count=st.integers(0, 5))
def test_the_newest_values_are_kept(shared: Warehouse, observation: Row, days: list[int], count: int) -> None:
    shared.delete("series.observations", {})
    times = [NIGHT + timedelta(days=day) for day in days]
    shared.insert("series.observations", pl.DataFrame([observation("a", at_utc) for at_utc in times]))
    shared.keep_newest("series.observations", "at_utc", count)
    newest = sorted(set(times), reverse=True)[:count]
    kept = shared.read("series.observations", ["at_utc"])["at_utc"].to_list()
    assert sorted(kept) == sorted(time for time in times if time in newest)


def test_sets_and_tuples_of_values_do_as_lists(warehouse: Warehouse) -> None:
    for number in range(4):
        warehouse.insert("raw.rejected_lines", line(number + 1))
    for values in ([1, 3], (1, 3), {1, 3}, frozenset({1, 3})):
        assert warehouse.count("raw.rejected_lines", {"line_number": values}) == 2


def test_replace_takes_the_place_of_the_rows_that_meet_the_condition(warehouse: Warehouse) -> None:
    for number in (1, 2, 3):
        warehouse.insert("raw.rejected_lines", line(number))
    new = pl.concat([line(2, "new"), line(9, "new")])
    warehouse.replace("raw.rejected_lines", new, {"line_number": [2, 3]})
    found = warehouse.read("raw.rejected_lines", ("line_number", "reason"), order_by="line_number")
    assert found.rows() == [(1, "r"), (2, "new"), (9, "new")]


def test_a_replacement_that_fails_leaves_the_former_rows(warehouse: Warehouse) -> None:
    warehouse.insert("raw.rejected_lines", line(1))
    with pytest.raises(duckdb.ConstraintException):
        warehouse.replace("raw.rejected_lines", pl.concat([line(2), line(-1)]), {"source": "www"})
    assert lines_of(warehouse) == [1]
    warehouse.insert("raw.rejected_lines", line(2))
    assert lines_of(warehouse) == [1, 2]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, GeneratorExit])
def test_an_exception_inside_a_transaction_leaves_nothing_of_it(
    warehouse: Warehouse, error: type[BaseException]
) -> None:
    warehouse.insert("raw.rejected_lines", line(1))

    @warehouse.transaction()
    def fail() -> None:
        warehouse.insert("raw.rejected_lines", line(2))
        warehouse.delete("raw.rejected_lines", {"line_number": 1})
        assert lines_of(warehouse) == [2]
        raise error

    with pytest.raises(error):
        fail()
    assert lines_of(warehouse) == [1]


def test_a_transaction_within_another_commits_with_it_and_not_before(warehouse: Warehouse) -> None:
    @warehouse.transaction()
    def fail() -> None:
        with warehouse.transaction():
            warehouse.insert("raw.rejected_lines", line(1))
        warehouse.replace("raw.rejected_lines", line(2), {"line_number": 1})
        raise ValueError("after")

    with pytest.raises(ValueError, match="after"):
        fail()
    assert lines_of(warehouse) == []
    with warehouse.transaction(), warehouse.transaction():
        warehouse.insert("raw.rejected_lines", line(3))
    assert lines_of(warehouse) == [3]


def test_after_a_failed_statement_the_next_transaction_is_a_fresh_one(warehouse: Warehouse) -> None:
    @warehouse.transaction()
    def fail() -> None:
        warehouse.insert("raw.rejected_lines", line(1))
        warehouse.insert("raw.rejected_lines", line(1))

    with pytest.raises(duckdb.ConstraintException):
        fail()
    with warehouse.transaction():
        warehouse.insert("raw.rejected_lines", line(2))
    assert lines_of(warehouse) == [2]


INJECTIONS = [
    "raw.nothing",
    "rejected_lines",
    'raw.rejected_lines"; DROP TABLE raw.rejected_lines; --',
    "raw.rejected_lines WHERE 1=1; DROP TABLE raw.rejected_lines",
    "raw.rejected_lines --",
    "(SELECT 1)",
    "",
]


@pytest.mark.parametrize("table", INJECTIONS)
def test_a_table_that_is_not_declared_is_refused(shared: Warehouse, table: str) -> None:
    shared.delete("raw.rejected_lines", {})
    refusing: list[Callable[[], object]] = [
        lambda: shared.read(table),
        lambda: shared.count(table),
        lambda: shared.insert(table, line(1)),
        lambda: shared.delete(table, {}),
        lambda: shared.replace(table, line(1), {}),
        lambda: shared.keep_newest(table, "line_number", 1),
    ]
    for call in refusing:
        with pytest.raises(WarehouseError, match="declares no table"):
            call()
    assert lines_of(shared) == []


@pytest.mark.parametrize(
    "column", ["nothing", 'line" OR 1=1 --', "line, reason", "*", "1=1; DROP TABLE raw.x", ""]
)
def test_a_column_that_is_not_declared_is_refused(shared: Warehouse, column: str) -> None:
    shared.delete("raw.rejected_lines", {})
    table = "raw.rejected_lines"
    shared.insert(table, line(1))
    refusing: list[Callable[[], object]] = [
        lambda: shared.read(table, [column]),
        lambda: shared.read(table, where={column: 1}),
        lambda: shared.count(table, {column: Within(0, 1)}),
        lambda: shared.delete(table, {column: [1]}),
        lambda: shared.insert(table, line(2).with_columns(pl.lit(1).alias(column))),
        lambda: shared.replace(table, line(2), {column: 1}),
        lambda: shared.keep_newest(table, column, 0),
    ]
    for call in refusing:
        with pytest.raises(ValueError, match="has no column"):
            call()
    if column:  # the empty one means no order
        with pytest.raises(ValueError, match="has no column"):
            shared.read(table, order_by=column)
    assert lines_of(shared) == [1]


@pytest.mark.parametrize(
    "value", ["' OR '1'='1", '"; DROP TABLE raw.rejected_lines; --', "%", "$1", "?", "\0", "é\n"]
)
def test_a_value_is_data_whatever_it_says(shared: Warehouse, value: str) -> None:
    shared.delete("raw.rejected_lines", {})
    shared.insert("raw.rejected_lines", pl.concat([line(1, value), line(2)]))
    for where in ({"reason": value}, {"reason": [value]}, {"reason": Within(value, value + "\0")}):
        found = shared.read("raw.rejected_lines", ("line_number", "reason"), where)
        assert found.rows() == [(1, value)]
    assert shared.query("SELECT ? AS said", [value]).item() == value
    shared.delete("raw.rejected_lines", {"reason": value})
    assert lines_of(shared) == [2]


def test_the_warehouse_reaches_no_file_of_others_and_loads_nothing(
    warehouse: Warehouse, tmp_path: Path, reaching_out: list[str]
) -> None:
    assert reaching_out
    for statement in reaching_out:
        with pytest.raises(
            (duckdb.PermissionException, duckdb.InvalidInputException, duckdb.CatalogException)
        ):
            warehouse.query(statement)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["published", "secret.csv", "warehouse"]
    assert warehouse.query("SELECT 1 AS one").item() == 1


def test_a_name_of_the_program_is_no_table(warehouse: Warehouse) -> None:
    sql = pl.DataFrame({"a": [1]})  # what the library would find under this name, were it let
    with pytest.raises(duckdb.CatalogException, match="sql"):
        warehouse.query("SELECT * FROM sql")
    assert sql.height == 1


def test_publishing_needs_a_place(path: Path) -> None:
    with (
        open_warehouse(path, holder="a test", wait_seconds=0) as warehouse,
        pytest.raises(ValueError, match="without a place to publish to"),
    ):
        warehouse.publish()
