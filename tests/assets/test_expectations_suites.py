"""Each suite passes on good rows, and each of its claims fails on rows with that one fault."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import datetime, timedelta

import polars as pl
import pytest

from assets.expectations import observations, points, provider_samples, web_requests
from assets.expectations.adapter import run_suite
from assets.expectations.results import ExpectationResult
from assets.expectations.suite import Suite

START = datetime(2024, 3, 10)
SUITES = {
    module.SUITE.name: module.SUITE for module in (web_requests, provider_samples, observations, points)
}
BETWEEN = "expect_column_values_to_be_between"
IN_SET = "expect_column_values_to_be_in_set"
NOT_NULL = "expect_column_values_to_not_be_null"
KEY = (IN_SET, "key_is_unique")
TOO_EARLY, TOO_LATE = datetime(1900, 1, 1), datetime(9999, 12, 31)


def _web_requests() -> pl.DataFrame:
    rows = range(40)
    return pl.DataFrame(
        {
            "source": ["www"] * 40,
            "at_utc": [START + timedelta(seconds=7 * row) for row in rows],
            "host": ["a.example"] * 40,
            "method": ["GET"] * 40,
            "path": ["/"] * 40,
            "protocol": ["HTTP/1.0", None] * 20,
            "status": [200, 404, 304, 500] * 10,
            "bytes_sent": [10, None, 0, 3_000_000_000] * 10,
            "file_id": ["f1"] * 20 + ["f2"] * 20,
            "line_number": [*range(1, 21), *range(1, 21)],
        },
        schema=dict(web_requests.SUITE.schema) | {"status": pl.Int16},
    )


def _provider_samples() -> pl.DataFrame:
    rows = range(20)
    return pl.DataFrame(
        {
            "source": ["isp"] * 20,
            "series_id": ["isp/in", "isp/out"] * 10,
            "at_utc": [START + timedelta(minutes=5 * (row // 2)) for row in rows],
            "value": [-1.0, 2.5] * 10,
            "unit": ["bit/s"] * 20,
            "file_id": ["f1"] * 20,
            "line_number": [row // 2 + 2 for row in rows],
        },
        schema=provider_samples.SUITE.schema,
    )


def _observations() -> pl.DataFrame:
    """Two series of different step: rows 1 to 4 are an outlier, an outage, impossible and missing."""
    at_utc = [START + timedelta(minutes=5 * row) for row in range(12)]
    at_utc += [START + timedelta(minutes=4, hours=row) for row in range(12)]
    oddities = {1: "outlier", 2: "outage", 3: "impossible"}
    frame = pl.DataFrame(
        {
            "series_id": ["isp/in"] * 12 + ["isp/out"] * 12,
            "at_utc": at_utc,
            "value": [5.0, 90.0, 0.0, -4.0, None, *([5.0] * 19)],
            "flag": [oddities.get(row) for row in range(24)],
            "value_clean": [5.0, 20.0, None, None, None, *([5.0] * 19)],
        },
    )
    return frame.with_columns(
        is_observed=pl.col("value").is_not_null(), is_outlier=pl.col("flag").eq_missing("outlier")
    )


def _points() -> pl.DataFrame:
    rows = [
        {
            "series_id": series_id,
            "model": model,
            "is_champion": model == "periodic",
            "issued_at_utc": START,
            "step_seconds": 3600,
            "target_utc": START + timedelta(hours=horizon - 1),
            "horizon": horizon,
            "mean": 4.0,
            **{name: float(place) for place, name in enumerate(points.QUANTILES)},
        }
        for series_id, model, horizon in itertools.product(
            ("isp/in", "isp/out"), ("periodic", "reference"), range(1, 7)
        )
    ]
    return pl.DataFrame(rows, schema=points.SUITE.schema)


GOOD: dict[str, Callable[[], pl.DataFrame]] = {
    "web_requests": _web_requests,
    "provider_samples": _provider_samples,
    "observations": _observations,
    "points": _points,
}


def _failures(results: list[ExpectationResult]) -> set[tuple[str, str]]:
    assert not [result for result in results if result.is_error]
    return {(result.expectation, result.column_name) for result in results if not result.success}


def _put(frame: pl.DataFrame, row: int, **values: object) -> pl.DataFrame:
    """Replace values of one row."""
    is_row = pl.int_range(pl.len()) == row
    return frame.with_columns(
        pl.when(is_row).then(pl.lit(value, dtype=frame.schema[name])).otherwise(pl.col(name)).alias(name)
        for name, value in values.items()
    )


def _without_row(frame: pl.DataFrame, row: int) -> pl.DataFrame:
    return pl.concat([frame.head(row), frame.tail(-row - 1)])


Fault = tuple[str, dict[str, object], set[tuple[str, str]]]

# Values put into row 5, and the claims that then fail: one alone, but where one fault is several by nature.
FAULTS: list[Fault] = [
    *(
        ("web_requests", {name: None}, {(NOT_NULL, name)})
        for name in ("source", "at_utc", "file_id", "line_number")
    ),
    ("web_requests", {"at_utc": TOO_EARLY}, {(BETWEEN, "at_utc")}),
    ("web_requests", {"at_utc": TOO_LATE}, {(BETWEEN, "at_utc")}),
    ("web_requests", {"status": 99}, {(BETWEEN, "status")}),
    ("web_requests", {"status": 600}, {(BETWEEN, "status")}),
    ("web_requests", {"bytes_sent": -1}, {(BETWEEN, "bytes_sent")}),
    ("web_requests", {"line_number": 0}, {(BETWEEN, "line_number")}),
    ("web_requests", {"line_number": 5}, {KEY}),
    *(
        ("provider_samples", {name: None}, {(NOT_NULL, name)})
        for name in ("source", "series_id", "at_utc", "value", "unit", "file_id", "line_number")
    ),
    ("provider_samples", {"value": float("nan")}, {(NOT_NULL, "value")}),
    ("provider_samples", {"value": float("inf")}, {(BETWEEN, "value")}),
    ("provider_samples", {"value": float("-inf")}, {(BETWEEN, "value")}),
    ("provider_samples", {"at_utc": TOO_EARLY}, {(BETWEEN, "at_utc")}),
    ("provider_samples", {"line_number": 0}, {(BETWEEN, "line_number")}),
    (
        "provider_samples",
        {"series_id": "isp/in", "line_number": 4, "at_utc": START + timedelta(minutes=10)},
        {KEY},
    ),
    ("observations", {"series_id": None}, {(NOT_NULL, "series_id"), (BETWEEN, "steps_since_previous")}),
    ("observations", {"at_utc": None}, {(NOT_NULL, "at_utc"), (BETWEEN, "steps_since_previous")}),
    ("observations", {"is_observed": None}, {(NOT_NULL, "is_observed")}),
    ("observations", {"is_outlier": None}, {(NOT_NULL, "is_outlier")}),
    ("observations", {"at_utc": TOO_LATE}, {(BETWEEN, "at_utc"), (BETWEEN, "steps_since_previous")}),
    ("observations", {"value": float("inf")}, {(BETWEEN, "value")}),
    ("observations", {"value_clean": float("inf")}, {(BETWEEN, "value_clean")}),
    ("observations", {"flag": "odd"}, {(IN_SET, "flag")}),
    ("observations", {"value": None, "value_clean": 5.0}, {(IN_SET, "value_agrees_with_is_observed")}),
    ("observations", {"value": float("nan")}, {(IN_SET, "value_agrees_with_is_observed")}),
    ("observations", {"value_clean": None}, {(IN_SET, "value_clean_agrees_with_flag")}),
    ("observations", {"flag": "outage"}, {(IN_SET, "value_clean_agrees_with_flag")}),
    ("observations", {"flag": "outlier"}, {(IN_SET, "outlier_agrees_with_flag")}),
    ("observations", {"is_outlier": True}, {(IN_SET, "outlier_agrees_with_flag")}),
    (
        "observations",
        {"at_utc": START + timedelta(minutes=20)},
        {KEY, (BETWEEN, "seconds_since_previous"), (BETWEEN, "steps_since_previous")},
    ),
    ("observations", {"at_utc": START + timedelta(minutes=26)}, {(BETWEEN, "steps_since_previous")}),
    *(
        ("points", {name: None}, {(NOT_NULL, name)})
        for name in (
            "series_id",
            "model",
            "is_champion",
            "issued_at_utc",
            "step_seconds",
            "target_utc",
        )
    ),
    # Without its horizon a target has no place among the others.
    ("points", {"horizon": None}, {(NOT_NULL, "horizon"), (BETWEEN, "seconds_since_previous")}),
    ("points", {"issued_at_utc": TOO_EARLY}, {(BETWEEN, "issued_at_utc")}),
    ("points", {"target_utc": TOO_LATE}, {(BETWEEN, "target_utc")}),
    ("points", {"step_seconds": 0}, {(BETWEEN, "step_seconds")}),
    ("points", {"horizon": 0}, {(BETWEEN, "horizon"), (BETWEEN, "seconds_since_previous")}),
    ("points", {"mean": float("nan")}, {(BETWEEN, "unusable_numbers")}),
    ("points", {"q50": None}, {(BETWEEN, "unusable_numbers")}),
    ("points", {"q975": float("inf")}, {(BETWEEN, "unusable_numbers")}),
    ("points", {"q25": 0.5}, {(BETWEEN, "smallest_quantile_step")}),
    ("points", {"q975": 4.5}, {(BETWEEN, "smallest_quantile_step")}),
    ("points", {"q025": 1.5}, {(BETWEEN, "smallest_quantile_step")}),
    (
        "points",
        {"target_utc": START + timedelta(hours=3, minutes=30)},
        {(BETWEEN, "seconds_since_previous")},
    ),
    ("points", {"target_utc": START + timedelta(hours=4)}, {KEY, (BETWEEN, "seconds_since_previous")}),
]


def _prepared_for(name: str, values: dict[str, object]) -> pl.DataFrame:
    """Good rows of which some faults need a neighbour to be told from other faults."""
    frame = GOOD[name]()
    if name == "points" and values.get("target_utc") == START + timedelta(hours=3, minutes=30):
        frame = _put(frame, 4, target_utc=START + timedelta(hours=4))
    return frame


@pytest.mark.parametrize("name", SUITES)
def test_a_suite_passes_on_good_rows_in_any_order(name: str) -> None:
    frame = GOOD[name]().sample(fraction=1.0, shuffle=True, seed=1)
    results = run_suite(SUITES[name], frame)
    assert all(result.success and not result.is_error and not result.faulty for result in results)


def _id(value: object) -> str:
    """Name a case alike in every process, whatever the order of its set."""
    return "+".join(sorted(column for _, column in value)) if isinstance(value, set) else str(value)


@pytest.mark.parametrize(("name", "values", "expected"), FAULTS, ids=_id)
def test_a_fault_fails_its_claim_and_no_other(
    name: str, values: dict[str, object], expected: set[tuple[str, str]]
) -> None:
    results = run_suite(SUITES[name], _put(_prepared_for(name, values), 5, **values))
    assert _failures(results) == expected


def _before_the_issue(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.col("target_utc").dt.offset_by("-1h"))


def _two_champions(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(is_champion=True)


def _no_champion(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(is_champion=(pl.col("series_id") == "isp/in") & pl.col("is_champion"))


FAULTS_OF_SEVERAL_ROWS = [
    ("points", _before_the_issue, (BETWEEN, "seconds_after_issue"), ("isp/in", "isp/out")),
    ("points", _two_champions, (BETWEEN, "champions"), ("isp/in", "isp/out")),
    ("points", _no_champion, (BETWEEN, "has_champion"), ("isp/out",)),
    (
        "observations",
        lambda frame: _without_row(frame, 16),
        (BETWEEN, "steps_since_previous"),
        ("isp/out",),
    ),
    *(
        (
            "web_requests",
            lambda frame, name=name: frame.with_columns(pl.col(name).head(37).extend_constant(None, 3)),
            (NOT_NULL, name),
            ("www",),
        )
        for name in ("host", "path", "status")
    ),
]


@pytest.mark.parametrize(("name", "spoil", "expected", "faulty"), FAULTS_OF_SEVERAL_ROWS)
def test_a_fault_of_several_rows_fails_its_claim_and_names_what_is_faulty(
    name: str,
    spoil: Callable[[pl.DataFrame], pl.DataFrame],
    expected: tuple[str, str],
    faulty: tuple[str, ...],
) -> None:
    results = run_suite(SUITES[name], spoil(GOOD[name]()))
    assert _failures(results) == {expected}
    assert [result.faulty for result in results if not result.success] == [faulty]


def test_few_requests_without_host_path_or_status_are_no_fault() -> None:
    frame = _put(_web_requests(), 5, host=None, path=None, status=None, method=None)
    assert _failures(run_suite(web_requests.SUITE, frame)) == set()


@pytest.mark.parametrize("name", SUITES)
def test_every_claim_about_rows_is_seen_to_fail(name: str) -> None:
    claims = {
        (result.expectation, result.column_name)
        for result in run_suite(SUITES[name], GOOD[name]())
        if not result.concerns_schema
    }
    seen = set().union(*(expected for suite, _, expected in FAULTS if suite == name))
    seen |= {expected for suite, _, expected, _ in FAULTS_OF_SEVERAL_ROWS if suite == name}
    assert claims == seen


@pytest.mark.parametrize("name", SUITES)
def test_a_column_of_another_type_fails_its_type(name: str) -> None:
    suite = SUITES[name]
    other = {column: pl.Int64 if dtype == pl.String else pl.String for column, dtype in suite.schema.items()}
    frame = pl.DataFrame({column: [1] for column in suite.schema}).cast(other)
    failed = {result.column_name for result in run_suite(suite, frame) if result.success is False}
    assert failed >= set(suite.schema)


@pytest.mark.parametrize("name", SUITES)
def test_a_time_with_a_zone_is_another_type(name: str) -> None:
    suite = SUITES[name]
    times = [column for column, dtype in suite.schema.items() if dtype == pl.Datetime("us")]
    frame = GOOD[name]().with_columns(pl.col(times).dt.replace_time_zone("UTC"))
    failed = {result.column_name for result in run_suite(suite, frame) if result.success is False}
    assert failed == set(times)


@pytest.mark.parametrize("name", SUITES)
def test_no_rows_are_no_failure(name: str) -> None:
    suite = SUITES[name]
    for empty in (GOOD[name]().clear(), pl.DataFrame({column: [] for column in suite.schema})):
        results = run_suite(suite, empty)
        assert all(result.success for result in results)


@pytest.mark.parametrize("name", SUITES)
def test_expectation_and_column_identify_a_result(name: str) -> None:
    results = run_suite(SUITES[name], GOOD[name]())
    names = [(result.expectation, result.column_name) for result in results]
    assert len(names) == len(set(names))
    assert {result.table_name for result in results} == {SUITES[name].table_name}


def test_the_suites_judge_different_tables() -> None:
    judged: list[Suite] = list(SUITES.values())
    assert {suite.table_name for suite in judged} == {
        "raw.web_requests",
        "raw.provider_samples",
        "series.observations",
        "forecasts.points",
    }
