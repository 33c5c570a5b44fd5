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
    forecast("isp/a", 0, step_seconds=3600)  # of the week ahead
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


def test_latest_forecast_of_an_hourly_series_is_the_first_of_its_seven_days(
    ask: Ask, add_series: AddSeries, forecast: Callable[..., None]
) -> None:
    add_series("isp/a", step_seconds=3600)
    for hour in (0, 23, 24, 167):
        forecast("isp/a", 0, step_seconds=3600, target_utc=NIGHT + timedelta(hours=hour), horizon=hour + 1)
    rows = ask("SELECT horizon FROM forecasts.latest_forecast ORDER BY horizon")
    assert [row["horizon"] for row in rows] == [1, 24]


def test_latest_forecast_of_a_step_longer_than_a_day_is_its_first_target(
    ask: Ask, add_series: AddSeries, forecast: Callable[..., None]
) -> None:
    add_series("isp/a", step_seconds=7 * 86_400)
    forecast("isp/a", 0, step_seconds=7 * 86_400, target_utc=NIGHT + timedelta(days=3))
    assert [row["horizon"] for row in ask("FROM forecasts.latest_forecast")] == [1]


def test_week_ahead_is_the_champions_hours_of_the_newest_night(
    ask: Ask, add_series: AddSeries, forecast: Callable[..., None]
) -> None:
    add_series("isp/a", time_zone="Europe/Kyiv", capacity=200.0)
    add_series("isp/hourly", step_seconds=3600)
    hours = [
        (hour, {"target_utc": NIGHT + timedelta(hours=hour), "horizon": hour + 1})
        for hour in (0, 23, 24, 167)
    ]
    for series_id in ("isp/a", "isp/hourly"):
        for _, at in hours:
            forecast(series_id, 0, step_seconds=3600, **at)
            forecast(series_id, 0, step_seconds=3600, model="selected", is_champion=False, **at)
    forecast("isp/a", 0)
    forecast("isp/a", 0, step_seconds=3600, issued_at_utc=START, target_utc=START)
    rows = ask("SELECT * FROM forecasts.week_ahead ORDER BY series_id, target_utc")
    expected = [(hour + 1, day) for (hour, _), day in zip(hours, (1, 1, 2, 7), strict=True)]
    assert [(row["horizon"], row["day_ahead"]) for row in rows] == 2 * expected
    assert {(row["series_id"], row["issued_at_utc"], row["model"]) for row in rows} == {
        ("isp/a", NIGHT, "periodic"),
        ("isp/hourly", NIGHT, "periodic"),
    }
    assert (rows[0]["local_target"], rows[0]["capacity"]) == (NIGHT + timedelta(hours=3), 200.0)


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


@pytest.fixture
def score(insert: Insert) -> Callable[..., None]:
    """Enter one score of isp/a; without an error nothing was measured."""

    def enter(night: datetime, model: str, step: int, error: float | None, **changes: Any) -> None:
        row: dict[str, Any] = {
            "series_id": "isp/a",
            "model": model,
            "issued_at_utc": night,
            "step_seconds": 300,
            "target_utc": night + step * STEP,
            "horizon": step + 1,
            "is_champion": model not in ("selected", "mean"),
        }
        if error is not None:
            row |= {"actual": 100.0, "error": error, "scaled_error": error / 4, "pinball": abs(error) / 16}
            row |= {"naive_error": -8.0, "mean_error": 12.0, "covered_80": error == 2.0, "covered_95": True}
        insert("forecasts.scores", **(row | changes))

    return enter


def test_accuracy_averages_what_could_be_scored(ask: Ask, score: Callable[..., None]) -> None:
    for step, error in enumerate([2.0, -4.0, None]):
        score(NIGHT, "periodic", step, error)
    score(NIGHT, "selected", 0, 1.0)
    rows = ask("SELECT * FROM forecasts.accuracy ORDER BY model")
    figures = [(r["model"], r["is_champion"], r["n_scored"], r["mae"], r["mase"], r["bias"]) for r in rows]
    assert figures == [("periodic", True, 2, 3.0, 0.75, -1.0), ("selected", False, 1, 1.0, 0.25, 1.0)]
    assert (rows[0]["coverage_80"], rows[0]["coverage_95"]) == (0.5, 1.0)
    assert (rows[0]["mae_naive"], rows[0]["skill_naive"]) == (8.0, 1 - 3 / 8)
    assert (rows[0]["mae_mean"], rows[0]["skill_mean"]) == (12.0, 1 - 3 / 12)
    assert rows[0]["pinball"] == 3 / 16


def test_accuracy_tells_the_days_ahead_and_the_steps_apart(ask: Ask, score: Callable[..., None]) -> None:
    for hour, error in [(0, 1.0), (23, 3.0), (24, 5.0), (167, 7.0)]:
        at = {"target_utc": NIGHT + timedelta(hours=hour), "horizon": hour + 1}
        score(NIGHT, "periodic", 0, error, step_seconds=3600, **at)
    score(NIGHT, "periodic", 0, 9.0)
    rows = ask("SELECT step_seconds, day_ahead, mae FROM forecasts.accuracy ORDER BY ALL")
    assert [tuple(row.values()) for row in rows] == [
        (300, 1, 9.0),
        (3600, 1, 2.0),
        (3600, 2, 5.0),
        (3600, 7, 7.0),
    ]


def test_skill_is_null_where_the_naive_makes_no_error_and_leaves_out_what_it_cannot_say(
    ask: Ask, score: Callable[..., None]
) -> None:
    score(NIGHT, "exact", 0, 1.0, naive_error=0.0, mean_error=None)
    score(NIGHT, "partly", 0, 4.0)
    score(NIGHT, "partly", 1, 1000.0, naive_error=None)
    rows = ask("SELECT model, skill_naive, skill_mean FROM forecasts.accuracy ORDER BY model")
    assert [tuple(row.values()) for row in rows] == [("exact", None, None), ("partly", 0.5, 1 - 502 / 12)]


def test_model_skill_lays_the_backtest_beside_the_last_seven_nights(
    ask: Ask, add_series: AddSeries, insert: Insert, score: Callable[..., None]
) -> None:
    add_series("isp/a")
    key = {"series_id": "isp/a", "model": "combination"}
    for days in range(9):
        night = NIGHT + timedelta(days=days)
        insert("models.champions", **key, issued_at_utc=night, reason="the least error")
        if days < 8:  # the day after the newest night is not over
            score(night, "combination", 0, 800.0 if days == 0 else 2.0, covered_80=days > 1)
            score(night, "mean", 0, 50.0)
            score(night, "combination", 0, 70.0, step_seconds=3600)
    backtest = {**key, "is_champion": True, "n_origins": 14}
    for night, step, horizon, skill in [(8, 300, 288, 0.5), (8, 3600, 168, 0.3), (7, 300, 288, 0.1)]:
        insert(
            "models.backtests",
            **backtest,
            issued_at_utc=NIGHT + timedelta(days=night),
            step_seconds=step,
            horizon=horizon,
            skill_naive=skill,
        )
    (row,) = ask("FROM models.model_skill")
    assert (row["model"], row["issued_at_utc"]) == ("combination", NIGHT + timedelta(days=8))
    assert (row["backtest_skill_naive"], row["n_origins"]) == (0.5, 14)
    assert (row["n_nights"], row["last_night_utc"]) == (7, NIGHT + timedelta(days=7))
    assert (row["skill_naive"], row["skill_mean"]) == (1 - 2 / 8, 1 - 2 / 12)
    assert row["coverage_80"] == pytest.approx(6 / 7)


def test_model_skill_of_an_hourly_series_is_of_its_first_day(
    ask: Ask, add_series: AddSeries, insert: Insert, score: Callable[..., None]
) -> None:
    add_series("isp/a", step_seconds=3600)
    add_series("isp/none")
    insert("models.champions", series_id="isp/a", issued_at_utc=NIGHT, model="level", reason="short")
    insert("models.champions", series_id="isp/none", issued_at_utc=NIGHT, model="none", reason="no value")
    hours = {"step_seconds": 3600}
    score(NIGHT, "level", 0, 4.0, **hours)
    score(NIGHT, "level", 0, 99.0, **hours, target_utc=NIGHT + timedelta(days=1), horizon=25)
    for horizon, skill in [(168, 0.1), (24, 0.2)]:
        run = {"issued_at_utc": NIGHT, "horizon": horizon, "skill_naive": skill}
        insert("models.backtests", series_id="isp/a", model="level", is_champion=True, **hours, **run)
    rows = ask(
        "SELECT series_id, n_nights, skill_naive, backtest_skill_naive FROM models.model_skill ORDER BY ALL"
    )
    assert [tuple(row.values()) for row in rows] == [("isp/a", 1, 0.5, 0.2), ("isp/none", 0, None, None)]


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
