"""The adapter tells failures from errors, loses nothing in slices, and leaves the machine alone."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from assets.expectations import adapter
from assets.expectations.adapter import run_suite
from assets.expectations.claims import complete, mostly_complete, within
from assets.expectations.library import load_library
from assets.expectations.results import ExpectationResult
from assets.expectations.suite import Suite

REPOSITORY = Path(__file__).parents[2]


def _claims(gxe: Any) -> list[Any]:
    return [
        *complete(gxe, "series_id"),
        within(gxe, "value", "value is not negative", min_value=0),
        within(gxe, "change", "values never fall", min_value=0),
        mostly_complete(gxe, "note", 0.9),
    ]


SUITE = Suite(
    name="levels",
    table_name="demo.levels",
    schema={"series_id": pl.String(), "number": pl.Int64(), "value": pl.Float64(), "note": pl.String()},
    key=("series_id", "number"),
    grouped_by="series_id",
    derived=(pl.col("value").diff().over("series_id", order_by="number").alias("change"),),
    claims=_claims,
)


def _frame(rows: int = 30) -> pl.DataFrame:
    number = pl.int_range(rows, eager=True)
    return pl.DataFrame(
        {"series_id": ["a"] * rows, "number": number, "value": number.cast(pl.Float64)}
    ).with_columns(note=pl.lit("fine"))


def _by_column(results: list[ExpectationResult], kind: str = "") -> dict[str, ExpectationResult]:
    return {result.column_name: result for result in results if kind in result.expectation}


def test_results_come_in_the_order_of_the_suite() -> None:
    expected = [expectation.configuration.type for expectation in SUITE.expectations()]
    assert [result.expectation for result in run_suite(SUITE, _frame())] == expected


def test_a_failure_says_how_many_which_and_where() -> None:
    frame = _frame().with_columns(value=pl.when(pl.col("number") < 4).then(-7.5).otherwise("value"))
    failed = _by_column(run_suite(SUITE, frame, source="isp"), "between")["value"]
    assert failed.success is False
    assert failed.is_error is False
    assert failed.observed == "4 of 30 unexpected, e.g. -7.5, -7.5, -7.5"
    assert failed.details == (
        "value is not negative; not so at series_id=a, number=0; series_id=a, number=1; series_id=a, number=2"
    )
    assert failed.source == "isp"
    assert failed.faulty == ("a",)


def test_a_missing_column_is_a_fault_of_the_schema_and_an_error_of_its_claims() -> None:
    results = run_suite(SUITE, _frame().drop("value"))
    table = results[0]
    assert (table.column_name, table.success, table.concerns_schema) == ("", False, True)
    assert table.observed == "missing: value"
    errors = {result.column_name: result for result in results if result.is_error}
    assert set(errors) == {"value", "change"}
    assert all(error.success is None and not error.faulty for error in errors.values())
    assert "value" in errors["value"].details
    assert "derived from value, series_id, number" in errors["change"].details
    assert all(result.success for result in results[1:] if not result.is_error)


def test_a_claim_that_cannot_be_judged_of_such_a_type_is_an_error_and_the_type_a_failure() -> None:
    results = run_suite(SUITE, _frame().with_columns(pl.lit("much").alias("value")))
    assert _by_column(results, "type")["value"].success is False
    assert _by_column(results, "type")["value"].observed == "str"
    between = _by_column(results, "between")["value"]
    assert (between.success, between.is_error) == (None, True)
    assert "same type" in between.details


def test_a_run_that_breaks_is_one_error_for_each_expectation(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(frame: pl.DataFrame) -> None:
        raise RuntimeError("no\x1bmemory")

    monkeypatch.setattr(adapter, "to_pandas", broken)
    results = run_suite(SUITE, _frame(), source="isp")
    assert len(results) == len(SUITE.expectations())
    assert all(result.is_error and result.success is None for result in results)
    assert {result.details for result in results} == {r"RuntimeError: no\x1bmemory"}
    assert {result.source for result in results} == {"isp"}


def test_a_result_that_never_comes_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapter, "_slices", lambda frame: iter(()))
    assert all(result.is_error for result in run_suite(SUITE, _frame()))


def test_a_suite_that_cannot_be_built_is_one_error() -> None:
    def claims(gxe: Any) -> list[Any]:
        return [gxe.ExpectNothingOfTheKind(column="value")]

    (only,) = run_suite(dataclasses.replace(SUITE, claims=claims), _frame())
    assert (only.expectation, only.is_error, only.success) == ("suite", True, None)
    assert "ExpectNothingOfTheKind" in only.details


def _spoilt() -> pl.DataFrame:
    number = pl.col("number")
    return _frame(50).with_columns(
        series_id=pl.when(number == 33)
        .then(None)
        .otherwise(pl.when(number < 25).then(pl.lit("a")).otherwise(pl.lit("b"))),
        number=pl.when(number == 9).then(2).otherwise(number),
        value=pl.when(number.is_in([3, 44])).then(-1.0).otherwise("value"),
        note=pl.when(number.is_between(20, 26)).then(None).otherwise("note"),
    )


@pytest.mark.parametrize("rows", [7, 49])
@pytest.mark.parametrize("frame", [_frame(50), _spoilt()], ids=["good", "spoilt"])
def test_slices_do_not_change_a_result(
    monkeypatch: pytest.MonkeyPatch, rows: int, frame: pl.DataFrame
) -> None:
    whole = run_suite(SUITE, frame)
    monkeypatch.setattr(adapter, "SLICE_ROWS", rows)
    assert run_suite(SUITE, frame) == whole


def test_a_share_is_judged_over_all_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapter, "SLICE_ROWS", 5)
    few = _frame().with_columns(note=pl.when(pl.col("number") < 3).then(None).otherwise("note"))
    many = _frame().with_columns(note=pl.when(pl.col("number") < 4).then(None).otherwise("note"))
    assert _by_column(run_suite(SUITE, few), "null")["note"].success is True
    assert _by_column(run_suite(SUITE, many), "null")["note"].success is False


def test_what_a_row_says_is_escaped_and_cut() -> None:
    hostile = "\x1b[31m\u202e|\n" + "x" * 5_000
    frame = _frame().with_columns(series_id=pl.lit(hostile), value=-1.0)
    failed = _by_column(run_suite(SUITE, frame), "between")["value"]
    assert failed.details.isprintable()
    assert len(failed.details) <= 1_000
    assert len(failed.observed) <= 300


def test_loading_leaves_warnings_where_they_were() -> None:
    load_library()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warnings.warn("seen", UserWarning, stacklevel=1)
    assert [str(warning.message) for warning in caught] == ["seen"]


IN_A_FRESH_PROCESS = """
import sys, warnings
reached = []
watched = {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "urllib.Request"}
sys.addaudithook(lambda event, values: reached.append((event, str(values))) if event in watched else None)
shown_by = warnings.showwarning
import polars as pl
from assets.expectations.adapter import run_suite
from assets.expectations.web_requests import SUITE
assert "great_expectations" not in sys.modules, "loaded before it is needed"
results = run_suite(SUITE, pl.DataFrame(schema=SUITE.schema))
assert all(result.success for result in results), results
assert warnings.showwarning is shown_by, "later warnings would be lost"
assert not reached, reached
"""


def test_a_run_writes_nothing_reaches_nothing_and_says_nothing(tmp_path: Path) -> None:
    folders = {name: str(tmp_path / name) for name in ("HOME", "TMPDIR", "cwd")}
    for folder in folders.values():
        Path(folder).mkdir()
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", IN_A_FRESH_PROCESS],
        cwd=folders["cwd"],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), **folders},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    assert {str(path) for path in tmp_path.rglob("*")} == set(folders.values())
