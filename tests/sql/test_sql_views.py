from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import pytest

START = datetime(2024, 6, 1)
STEP = timedelta(minutes=5)
NIGHT = datetime(2024, 6, 2)

Ask = Callable[[str], list[dict[str, Any]]]
Insert = Callable[..., None]
AddSeries = Callable[..., None]


@pytest.fixture
def observe(insert: Insert) -> Callable[..., None]:
    """Enter one observation, in five-minute steps after START."""

    def enter(
        series_id: str, step: int, value: float | None, flag: str | None = None, **changes: Any
    ) -> None:
        row: dict[str, Any] = {
            "series_id": series_id,
            "at_utc": START + step * STEP,
            "value": value,
            "is_observed": value is not None,
            "flag": flag,
            "is_outlier": flag == "outlier",
            "value_clean": value if flag is None else None,
        }
        insert("series.observations", **(row | changes))

    return enter


@pytest.fixture
def forecast(insert: Insert) -> Callable[..., None]:
    """Enter one forecast point with the quantiles 70, 80, 90, 100, 110, 120 and 130."""

    def enter(series_id: str, step: int, **changes: Any) -> None:
        names = ("q025", "q10", "q25", "q50", "q75", "q90", "q975")
        quantiles = dict(zip(names, range(70, 131, 10), strict=True))
        row: dict[str, Any] = {
            "series_id": series_id,
            "model": "periodic",
            "is_champion": True,
            "issued_at_utc": NIGHT,
            "step_seconds": 300,
            "target_utc": NIGHT + step * STEP,
            "horizon": step + 1,
            "mean": 101.0,
        }
        insert("forecasts.points", **(row | quantiles | changes))

    return enter


def test_each_file_makes_the_view_it_is_named_for(
    sql_files: Callable[[str], list[Any]], published: duckdb.DuckDBPyConnection
) -> None:
    made = published.execute(
        "SELECT schema_name, view_name FROM duckdb_views() WHERE NOT internal"
    ).fetchall()
    assert sorted(made) == [(file.parent.name, file.stem) for file in sql_files("views/*/*.sql")]


def test_views_answer_on_an_empty_published_copy(ask: Ask) -> None:
    views = ask("SELECT schema_name || '.' || view_name AS name FROM duckdb_views() WHERE NOT internal")
    assert {view["name"]: ask(f"SELECT * FROM {view['name']}") for view in views} == {
        view["name"]: [] for view in views
    }


def test_views_can_be_made_again(
    published: duckdb.DuckDBPyConnection, sql_files: Callable[[str], list[Any]], ask: Ask
) -> None:
    before = ask("SELECT view_name, comment FROM duckdb_views() WHERE NOT internal ORDER BY view_name")
    for file in sql_files("views/*/*.sql"):
        published.execute(file.read_text(encoding="utf-8"))
    assert (
        ask("SELECT view_name, comment FROM duckdb_views() WHERE NOT internal ORDER BY view_name") == before
    )


def test_every_view_and_column_has_a_comment(ask: Ask) -> None:
    silent = ask(
        "SELECT view_name, NULL AS column_name FROM duckdb_views() WHERE NOT internal AND comment IS NULL "
        "UNION ALL SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal "
        "AND (schema_name, table_name) IN (SELECT (schema_name, view_name) FROM duckdb_views()) "
        "AND comment IS NULL"
    )
    assert silent == []


def test_latest_forecast_is_the_champion_of_the_newest_night_of_each_series(
    ask: Ask, add_series: AddSeries, forecast: Callable[..., None]
) -> None:
    add_series("isp/a", capacity=200.0, time_zone="Europe/Kyiv")
    add_series("isp/stale")
    old = {"issued_at_utc": START, "target_utc": START}
    forecast("isp/a", 0, **old)
    forecast("isp/a", 0)
    forecast("isp/a", 1)
    forecast("isp/a", 0, model="selected", is_champion=False)
    forecast("isp/stale", 0, **old)
    rows = ask("SELECT * FROM forecasts.latest_forecast ORDER BY series_id, target_utc")
    assert [(row["series_id"], row["issued_at_utc"], row["horizon"]) for row in rows] == [
        ("isp/a", NIGHT, 1),
        ("isp/a", NIGHT, 2),
        ("isp/stale", START, 1),
    ]
    assert (rows[0]["unit"], rows[0]["capacity"], rows[0]["model"]) == ("bit/s", 200.0, "periodic")
    # Kyiv keeps summer time in June: three hours ahead.
    assert rows[1]["local_target"] == NIGHT + STEP + timedelta(hours=3)


def test_latest_forecast_survives_a_time_zone_that_duckdb_does_not_know(
    ask: Ask, add_series: AddSeries, forecast: Callable[..., None]
) -> None:
    add_series("isp/a", time_zone="Mars/Base")
    forecast("isp/a", 0)
    (row,) = ask("SELECT local_target, q50 FROM forecasts.latest_forecast")
    assert row == {"local_target": None, "q50": 100.0}


def test_forecast_against_actual_joins_what_was_measured(
    ask: Ask, add_series: AddSeries, forecast: Callable[..., None], observe: Callable[..., None]
) -> None:
    add_series("isp/a")
    for step in range(4):
        forecast("isp/a", step)
    forecast("isp/a", 0, step_seconds=3600)  # a coarser step has no single measurement to stand beside
    observe("isp/a", 288, 115.0)
    observe("isp/a", 289, 125.0, "outlier")
    observe("isp/a", 290, None)
    rows = ask(
        "SELECT actual, flag, error, covered_80, covered_95 "
        "FROM forecasts.forecast_against_actual ORDER BY horizon"
    )
    assert [tuple(row.values()) for row in rows] == [
        (115.0, None, 14.0, True, True),
        (125.0, "outlier", 24.0, False, True),
        (None, None, None, None, None),
    ]


def test_accuracy_averages_what_could_be_scored(ask: Ask, insert: Insert) -> None:
    insert("models.champions", series_id="isp/a", issued_at_utc=NIGHT, model="periodic", reason="first")
    score = {"series_id": "isp/a", "issued_at_utc": NIGHT, "step_seconds": 300}
    for model, step, error in [
        ("periodic", 0, 2.0),
        ("periodic", 1, -4.0),
        ("periodic", 2, None),
        ("selected", 0, 1.0),
    ]:
        known = {"actual": 100.0, "covered_80": error == 2.0, "covered_95": True} if error else {}
        insert(
            "forecasts.scores",
            **score,
            model=model,
            target_utc=NIGHT + step * STEP,
            horizon=step + 1,
            error=error,
            scaled_error=error and error / 4,
            **known,
        )
    rows = ask("SELECT * FROM forecasts.accuracy ORDER BY model")
    figures = [(r["model"], r["is_champion"], r["n_scored"], r["mae"], r["mase"], r["bias"]) for r in rows]
    assert figures == [("periodic", True, 2, 3.0, 0.75, -1.0), ("selected", False, 1, 1.0, 0.25, 1.0)]
    assert (rows[0]["coverage_80"], rows[0]["coverage_95"]) == (0.5, 1.0)


def test_data_gaps_are_runs_of_unobserved_steps(
    ask: Ask, add_series: AddSeries, observe: Callable[..., None]
) -> None:
    add_series("isp/a")
    add_series("isp/b")
    for step in range(10):
        observe("isp/a", step, None if step in {2, 3, 4, 7} else 1.0)
        observe("isp/b", step, 0.0, "outage")
    rows = ask("SELECT * FROM series.data_gaps ORDER BY start_utc")
    assert [tuple(row.values()) for row in rows] == [
        ("isp/a", START + 2 * STEP, START + 5 * STEP, 3, 900),
        ("isp/a", START + 7 * STEP, START + 8 * STEP, 1, 300),
    ]


def test_flagged_runs_split_by_flag_and_by_distance(
    ask: Ask, add_series: AddSeries, observe: Callable[..., None]
) -> None:
    add_series("isp/a")
    flags = ["outlier", "outlier", "outage", "outlier", None, "outlier"]
    for step, flag in enumerate(flags):
        observe("isp/a", step, 10.0 + step, flag, value_clean=8.0 if flag == "outlier" else None)
    rows = ask("SELECT * FROM series.flagged_runs ORDER BY start_utc")
    figures = [
        (r["flag"], r["steps"], r["lowest_value"], r["highest_value"], r["largest_excess"]) for r in rows
    ]
    assert figures == [
        ("outlier", 2, 10.0, 11.0, 3.0),
        ("outage", 1, 12.0, 12.0, None),
        ("outlier", 1, 13.0, 13.0, 5.0),
        ("outlier", 1, 15.0, 15.0, 7.0),
    ]
    assert rows[0]["end_utc"] == START + 2 * STEP


def test_daily_load_adds_up_counts_but_not_rates(
    ask: Ask, add_series: AddSeries, insert: Insert, observe: Callable[..., None]
) -> None:
    for series_id, unit in [("isp/a", "bit/s"), ("www/bytes", "byte")]:
        add_series(series_id, unit=unit)
        values: list[tuple[float | None, str | None]] = [(1.0, None), (5.0, "outlier"), (None, None)]
        values += [(-3.0, "impossible"), (7.0, None)]
        for step, (value, flag) in enumerate(values):
            observe(series_id, step, value, flag)
            # The fifth step is the first of the next local day.
            insert(
                "series.day_ensemble",
                series_id=series_id,
                local_date=date(2024, 6, 1 + step // 4),
                weekday=6,
                slot=step % 4,
                at_utc=START + step * STEP,
            )
    rows = ask("SELECT * FROM series.daily_load ORDER BY series_id, local_date")
    figures = [(r["n_steps"], r["n_observed"], r["mean"], r["peak"], r["p95"], r["total"]) for r in rows]
    assert figures == [
        (4, 2, 3.0, 5.0, 5.0, None),
        (1, 1, 7.0, 7.0, 7.0, None),
        (4, 2, 3.0, 5.0, 5.0, 6.0),
        (1, 1, 7.0, 7.0, 7.0, 7.0),
    ]


def test_ingestion_summary_adds_up_by_source(ask: Ask, insert: Insert) -> None:
    counts = {"lines_skipped": 1, "records_loaded": 6, "records_rejected": 2, "records_duplicate": 1}
    sizes = {"bytes_read": 50, "lines_read": 10, "records_read": 9, "rows_written": 6}
    for number, status in enumerate(["loaded", "loaded", "copy", "rejected"]):
        insert(
            "raw.ingested_files",
            source="www",
            kind="weblog",
            path=f"landing/{number}.log",
            file_id=f"f{number}",
            status=status,
            reason=None if status == "loaded" else "a reason",
            first_utc=START + number * STEP,
            last_utc=START + (number + 1) * STEP,
            loaded_at_utc=NIGHT + number * STEP,
            **counts,
            **sizes,
        )
    (row,) = ask("SELECT * FROM raw.ingestion_summary")
    files = {name: row[name] for name in row if name.startswith("files")}
    assert files == {
        "files": 4,
        "files_loaded": 2,
        "files_growth": 0,
        "files_copy": 1,
        "files_rejected": 1,
    }
    assert {name: row[name] for name in counts | sizes} == {
        name: 4 * count for name, count in (counts | sizes).items()
    }
    assert (row["first_utc"], row["last_utc"]) == (START, START + 4 * STEP)
    assert row["last_loaded_at_utc"] == NIGHT + 3 * STEP


def test_model_status_says_of_every_series_what_was_fitted_and_why_not(
    ask: Ask, add_series: AddSeries, insert: Insert
) -> None:
    add_series("isp/a")
    add_series("isp/short", status="short", reason="only 9 values")
    fit = {"p": 2, "d": 1, "q": 1, "status": "ok"}
    for night in (START, NIGHT):
        key = {"series_id": "isp/a", "issued_at_utc": night}
        insert(
            "models.constant_volatility",
            **key,
            **fit,
            model="reference",
            is_reference=True,
            is_selected=False,
        )
        insert(
            "models.constant_volatility",
            **key,
            **(fit | {"p": 1}),
            model="selected",
            is_reference=False,
            is_selected=True,
        )
        insert("models.variable_volatility", **key, status="ok", volatility="gjr", reason="The least BIC.")
        insert("models.periodic", **key, status="too_short", reason="two days of three")
        insert("models.champions", **key, model="selected", reason="the only one")
    rows = ask("SELECT * FROM models.model_status ORDER BY series_id")
    assert [(r["series_id"], r["selected_order"], r["champion"], r["periodic_reason"]) for r in rows] == [
        ("isp/a", "ARIMA(1,1,1)", "selected", "two days of three"),
        ("isp/short", None, None, None),
    ]
    assert [(r["volatility_status"], r["volatility"]) for r in rows] == [("ok", "gjr"), (None, None)]
    assert {r["issued_at_utc"] for r in rows} == {NIGHT}
    assert rows[1]["series_reason"] == "only 9 values"


def test_latest_expectations_tell_an_error_from_a_failure(ask: Ask, insert: Insert) -> None:
    row = {"suite": "s", "expectation": "e", "source": ""}
    for table, run, column, success, is_error in [
        ("series.observations", START, "value", False, False),
        ("series.observations", NIGHT, "value", True, False),
        ("series.observations", NIGHT, "flag", False, False),
        ("forecasts.points", START, "mean", None, True),
    ]:
        insert(
            "quality.expectations",
            **row,
            table_name=table,
            run_at_utc=run,
            column_name=column,
            success=success,
            is_error=is_error,
        )
    rows = ask("SELECT table_name, column_name, outcome FROM quality.latest_expectations ORDER BY ALL")
    assert [tuple(row.values()) for row in rows] == [
        ("forecasts.points", "mean", "error"),
        ("series.observations", "flag", "failed"),
        ("series.observations", "value", "met"),
    ]
