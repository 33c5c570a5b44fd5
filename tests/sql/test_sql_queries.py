from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

QUERIES = sorted((Path(__file__).parents[2] / "sql" / "queries").glob("*.sql"))
NIGHT = datetime(2024, 6, 30)

Ask = Callable[[str], list[dict[str, Any]]]
Insert = Callable[..., None]
AddSeries = Callable[..., None]


def code(file: Path) -> str:
    return re.sub(r"--.*", "", file.read_text(encoding="utf-8"))


def test_there_are_ten_questions_in_order() -> None:
    assert [file.name[:3] for file in QUERIES[:10]] == [f"{number:02}_" for number in range(1, 11)]
    assert all(re.fullmatch(r"\d\d_[a-z0-9]+(_[a-z0-9]+)+", file.stem) for file in QUERIES)


@pytest.mark.parametrize("file", QUERIES, ids=lambda file: file.stem)
def test_each_file_states_its_question_and_is_one_select(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert re.match(r"-- Question: .*\?\n-- Answers with: ", text)
    (statement,) = duckdb.connect().extract_statements(text)
    assert statement.type == duckdb.StatementType.SELECT


@pytest.mark.parametrize("file", QUERIES, ids=lambda file: file.stem)
def test_each_query_runs_on_an_empty_published_copy(published: duckdb.DuckDBPyConnection, file: Path) -> None:
    assert published.execute(file.read_text(encoding="utf-8")).fetchall() == []
    assert published.description


def test_no_sql_asks_the_clock_or_uses_the_old_lambda(sql_files: Callable[[str], list[Path]]) -> None:
    for file in sql_files("[tvq]*/**/*.sql"):
        assert not re.search(
            r"\b(now\(|today\(|current_(date|time)|get_current_|random\()", code(file), re.I
        ), file
        assert "->" not in code(file), f"{file}: DuckDB 2 wants lambda x: ..."


def test_order_of_rows_is_stated_by_every_query() -> None:
    assert [file.name for file in QUERIES if not re.search(r"^ORDER BY ", code(file), re.M)] == []


@pytest.fixture
def point(insert: Insert) -> Callable[..., None]:
    def enter(series_id: str, hour: int, q50: float, q90: float, night: datetime = NIGHT) -> None:
        insert(
            "forecasts.points",
            series_id=series_id,
            model="periodic",
            is_champion=True,
            issued_at_utc=night,
            step_seconds=3600,
            target_utc=night + timedelta(hours=hour),
            horizon=hour + 1,
            q50=q50,
            q90=q90,
        )

    return enter


@pytest.fixture
def observe(published: duckdb.DuckDBPyConnection) -> Callable[..., None]:
    """Enter a run of observations that ends with the catalogue's last five-minute step."""

    def enter(series_id: str, steps: int, value: str, flag: str | None = None) -> None:
        published.execute(
            "INSERT INTO series.observations "
            "(series_id, at_utc, value, is_observed, flag, is_outlier, value_clean) "
            "SELECT ?, TIMESTAMP '2024-06-29 23:55:00' - to_minutes(5 * ago), "
            f"{value}, true, ?, false, {value} FROM range(?) AS steps(ago)",
            [series_id, flag, steps],
        )

    return enter


def test_01_puts_the_fullest_link_first_with_its_local_peak(
    ask: Ask, add_series: AddSeries, point: Callable[..., None]
) -> None:
    add_series("isp/a", capacity=200.0, time_zone="America/New_York", step_seconds=3600)
    add_series("isp/b", capacity=1000.0, step_seconds=3600)
    add_series("isp/no_capacity", step_seconds=3600)
    add_series("isp/stale", capacity=1.0, step_seconds=3600)
    for series_id in ("isp/a", "isp/b", "isp/no_capacity"):
        point(series_id, 0, 50.0, 60.0)
        point(series_id, 20, 90.0, 150.0)
        point(series_id, 21, 100.0, 140.0)
    point("isp/stale", 0, 1.0, 1.0, night=NIGHT - timedelta(days=1))
    rows = ask("01")
    assert [(r["series_id"], r["high_peak_percent"]) for r in rows] == [
        ("isp/a", 75.0),
        ("isp/b", 15.0),
        ("isp/no_capacity", None),
    ]
    assert (rows[0]["expected_peak"], rows[0]["expected_peak_local"]) == (100.0, datetime(2024, 6, 30, 17))
    assert (rows[0]["high_peak"], rows[0]["high_peak_local"]) == (150.0, datetime(2024, 6, 30, 16))


@pytest.fixture
def score(insert: Insert) -> Callable[..., None]:
    """Enter one score of isp/a in the unit of its errors: five minutes, at issue, unless told otherwise."""

    def enter(night: datetime, model: str, error: float, **changes: Any) -> None:
        row: dict[str, Any] = {
            "series_id": "isp/a",
            "model": model,
            "issued_at_utc": night,
            "step_seconds": 300,
            "target_utc": night,
            "horizon": 1,
            "actual": 1.0,
            "error": error,
            "scaled_error": error,
            "naive_error": 1.0,
            "mean_error": -4.0,
            "pinball": abs(error) / 4,
            "covered_80": abs(error) < 0.6,
            "is_champion": model != "periodic",
            "covered_95": True,
        }
        insert("forecasts.scores", **(row | changes))

    return enter


def test_02_scores_the_newest_day_that_is_over(
    ask: Ask, add_series: AddSeries, score: Callable[..., None]
) -> None:
    add_series("isp/a")
    for night in (NIGHT - timedelta(days=1), NIGHT):
        score(night, "periodic", 0.5)
        score(night, "selected", -0.8)
    # Neither the hours of the week ahead nor its later days are the last forecast at the step of the series.
    score(NIGHT, "selected", 9.0, step_seconds=3600)
    score(NIGHT + timedelta(days=1), "selected", 9.0, step_seconds=3600)
    rows = ask("02")
    assert {r["issued_at_utc"] for r in rows} == {NIGHT}
    figures = [(r["model"], r["is_champion"], r["scaled_error"], r["within_80_percent"]) for r in rows]
    assert figures == [("selected", True, 0.8, 0.0), ("periodic", False, 0.5, 100.0)]
    assert [(r["skill_over_naive"], r["skill_over_mean"]) for r in rows] == [(0.2, 0.8), (0.5, 0.875)]


def test_03_counts_files_and_lines_by_reason(ask: Ask, insert: Insert) -> None:
    for number, reason in enumerate(["no date", "no date", "no quote"], start=1):
        insert(
            "raw.rejected_lines",
            source="www",
            file_id="f",
            line_number=number,
            reason=reason,
            line=f"line {number}",
        )
    numbers = (
        "bytes_read lines_skipped records_read records_loaded records_rejected records_duplicate rows_written"
    )
    for path, status, reason in [("a", "loaded", None), ("b", "rejected", "binary"), ("c", "copy", "as a")]:
        insert(
            "raw.ingested_files",
            file_id=path,
            source="isp",
            kind="export",
            path=path,
            status=status,
            reason=reason,
            loaded_at_utc=NIGHT,
            **dict.fromkeys(numbers.split(), 0),
        )
    assert [tuple(row.values()) for row in ask("03")] == [
        ("www", "line", "rejected", "no date", 2, "line 1"),
        ("isp", "file", "copy", "as a", 1, "c"),
        ("isp", "file", "rejected", "binary", 1, "b"),
        ("www", "line", "rejected", "no quote", 1, "line 3"),
    ]


def test_04_lists_the_longest_gaps_of_each_series_and_counts_them_all(
    ask: Ask, add_series: AddSeries, insert: Insert
) -> None:
    missing = {"isp/a": {1, 3, 5, 6, 8, 10}, "isp/b": {2}}
    for series_id, steps in missing.items():
        add_series(series_id, observed_share=0.5)
        for step in range(12):
            insert(
                "series.observations",
                series_id=series_id,
                at_utc=NIGHT + timedelta(minutes=5 * step),
                value=None if step in steps else 1.0,
                is_observed=step not in steps,
                is_outlier=False,
            )
    rows = ask("04")
    begins = [(r["series_id"], (r["start_utc"] - NIGHT) // timedelta(minutes=5), r["minutes"]) for r in rows]
    # Of the five gaps the longest, then the newest; the other series is not crowded out.
    assert begins == [("isp/a", 5, 10.0), ("isp/a", 10, 5.0), ("isp/a", 8, 5.0), ("isp/b", 2, 5.0)]
    assert {(r["series_id"], r["series_gaps"], r["series_gap_hours"]) for r in rows} == {
        ("isp/a", 5, 0.5),
        ("isp/b", 1, 0.1),
    }
    assert rows[0]["series_newest_end_utc"] == NIGHT + timedelta(minutes=55)
    assert rows[0]["series_observed_percent"] == 50.0


def test_14_names_the_clock_of_the_hour(ask: Ask, add_series: AddSeries, insert: Insert) -> None:
    add_series("isp/a", time_zone="America/New_York", capacity=100.0)
    for window in ("night", "hour"):
        insert(
            "planning.congestion",
            series_id="isp/a",
            issued_at_utc=NIGHT,
            window=window,
            target_utc=NIGHT,
            threshold=0.9,
            capacity=100.0,
            probability_above=0.5,
            expected_peak=80.0,
        )
    (row,) = ask("14")
    assert (row["local_riskiest"], row["local_zone"]) == (NIGHT - timedelta(hours=4), "America/New_York")


@pytest.mark.parametrize(
    ("peaks", "typical"),
    [
        ([time(20, 0), time(21, 0)], time(20, 30)),
        ([time(23, 50), time(0, 10)], time(0, 0)),
        ([time(23, 30), time(23, 50)], time(23, 40)),
    ],
)
def test_05_averages_peak_times_on_the_circle(
    ask: Ask, add_series: AddSeries, insert: Insert, peaks: list[time], typical: time
) -> None:
    add_series("isp/a")
    for day, (peak, phase) in enumerate(zip(peaks, (-10.0, 20.0), strict=True)):
        insert(
            "diagnostics.daily_peaks",
            series_id="isp/a",
            local_date=date(2024, 6, 1 + day),
            peak_local_time=peak,
            peak_value=100.0 * (day + 1),
            phase_minutes=phase,
        )
    (row,) = ask("05")
    assert (row["n_days"], row["typical_peak_local_time"], row["mean_peak_value"]) == (2, typical, 150.0)
    assert (row["earliest_drift_minutes"], row["latest_drift_minutes"]) == (-10.0, 20.0)


def test_06_drops_the_top_five_percent_of_thirty_days(
    ask: Ask, add_series: AddSeries, observe: Callable[..., None]
) -> None:
    add_series("isp/a", capacity=10_000.0)
    add_series("www/bytes", unit="byte", kind="weblog")
    samples = 30 * 288
    for series_id in ("isp/a", "www/bytes"):
        # 1 to 8,640 over thirty days, and higher ones before them, which must not count.
        observe(series_id, samples + 500, "1.0 + ago")
    rate, count = ask("06")
    # The top 432 of 8,640 samples are dropped; the next is billed.
    assert (rate["samples"], rate["p95"], rate["maximum"]) == (samples, 8_208.0, 8_640.0)
    assert (rate["p95_mbit_per_s"], rate["p95_percent_of_capacity"]) == (0.008, 82.1)
    assert rate["first_utc"] == datetime(2024, 5, 31)
    assert count["p95_mbit_per_s"] == round(8 * 8_208 / 300 / 1e6, 3)


def test_07_gives_bytes_and_requests_of_a_day_beside_each_other(
    ask: Ask, add_series: AddSeries, insert: Insert
) -> None:
    for label, unit, value in [("bytes", "byte", 1000.0), ("requests", "request", 4.0)]:
        series_id = f"www/{label}"
        add_series(series_id, unit=unit, kind="weblog", step_seconds=3600)
        for hour in range(6):
            at_utc = NIGHT + timedelta(hours=hour)
            observation = {"series_id": series_id, "at_utc": at_utc}
            insert("series.observations", **observation, value=value, is_observed=True, is_outlier=False)
            insert("series.day_ensemble", **observation, local_date=NIGHT.date(), weekday=7, slot=hour)
    assert [tuple(row.values()) for row in ask("07")] == [("www", NIGHT.date(), 6000, 24, 250.0, 25.0)]


def test_08_takes_the_newest_night(ask: Ask, insert: Insert) -> None:
    for night, verdict in [(NIGHT - timedelta(days=1), "old"), (NIGHT, "The volatility is not constant.")]:
        for model in ("selected", "reference"):
            insert(
                "diagnostics.residual_tests",
                series_id="isp/a",
                issued_at_utc=night,
                model=model,
                test="ARCH-LM",
                statistic=50.0,
                p_value=0.00001,
                verdict=verdict,
            )
    rows = ask("08")
    assert [(r["model"], r["p_value"], r["verdict"]) for r in rows] == [
        ("reference", 0.0, "The volatility is not constant."),
        ("selected", 0.0, "The volatility is not constant."),
    ]


def test_09_lists_the_newest_event_first_and_none_older_than_eight_weeks(
    ask: Ask, add_series: AddSeries, insert: Insert
) -> None:
    add_series("isp/a")
    for days_ago, flag in [(60, "outlier"), (40, "outage"), (2, "outlier")]:
        insert(
            "series.observations",
            series_id="isp/a",
            at_utc=NIGHT - timedelta(days=days_ago),
            value=0.0 if flag == "outage" else 90.0,
            is_observed=True,
            flag=flag,
            is_outlier=flag == "outlier",
            value_clean=None if flag == "outage" else 70.0,
        )
    rows = ask("09")
    assert [(r["flag"], r["minutes"], r["largest_excess"]) for r in rows] == [
        ("outlier", 5.0, 20.0),
        ("outage", 5.0, None),
    ]


def test_10_compares_whole_weeks_back_from_the_newest_value(
    ask: Ask, add_series: AddSeries, observe: Callable[..., None]
) -> None:
    add_series("isp/a")
    week = 7 * 288
    # 121 in the last week, 110 in the one before, 100 before that; of a fourth, too little to count.
    observe("isp/a", 3 * week + week // 3, f"round(100 * power(1.1, 2 - least(ago // {week}, 3)), 6)")
    rows = ask("10")
    assert [(r["week_ends_utc"], r["mean"], r["growth_percent"]) for r in rows] == [
        (datetime(2024, 6, 23), 110.0, 10.0),
        (datetime(2024, 6, 30), 121.0, 10.0),
    ]


def test_11_says_which_order_and_why_and_what_it_leaves(ask: Ask, insert: Insert) -> None:
    for night, verdict in [(NIGHT - timedelta(days=1), "old"), (NIGHT, "It does not hold.")]:
        key = {"series_id": "isp/a", "issued_at_utc": night}
        for model in ("selected", "reference"):
            insert(
                "models.constant_volatility",
                **key,
                model=model,
                is_selected=model == "selected",
                is_reference=model == "reference",
                p=1,
                d=1,
                q=2,
                status="ok",
                reason="d = 1: ADF does not reject.",
            )
            law = {"test": "lognormal", "p_value": 0.001, "verdict": f"{verdict} ({model})"}
            insert("diagnostics.residual_tests", **key, model=model, **law)
        # (p, AICc above the selected order's, whether it is admissible)
        for p, delta, is_admissible in [(0, 7.26, True), (1, 0.0, True), (2, 3.14, True), (3, -1.0, False)]:
            facts = {"delta_aicc": delta, "is_admissible": is_admissible, "is_selected": p == 1}
            insert("models.order_candidates", **key, p=p, d=1, q=2, **facts)
        insert("models.variable_volatility", **key, status="ok", volatility="garch", reason="The least BIC.")
    insert(
        "models.constant_volatility",
        series_id="isp/short",
        issued_at_utc=NIGHT,
        model="selected",
        is_selected=True,
        is_reference=False,
        status="too_short",
        reason="9 of 100",
    )
    assert [tuple(row.values()) for row in ask("11")] == [
        (
            "isp/a",
            "ARIMA(1,1,2)",
            "d = 1: ADF does not reject.",
            "ARIMA(2,1,2)",
            3.1,
            "garch",
            "The least BIC.",
            "It does not hold. (selected)",
        )
    ]


def test_12_says_what_the_day_explains_and_whether_the_step_is_right(ask: Ask, insert: Insert) -> None:
    for night, sentence in [(NIGHT - timedelta(days=1), "old"), (NIGHT, "The label is wrong.")]:
        key = {"series_id": "isp/a", "issued_at_utc": night}
        facts = {"explained_share": 0.81234, "n_harmonics_mean": 4, "period_verdict": "step_wrong"}
        insert("models.periodic", **key, **facts, status="ok")
        for test, p_value, verdict in [
            ("mean_by_slot", 0.7, "not asked for"),
            ("mean_by_slot_bootstrap", 0.005, "."),
            ("variance_by_slot_bootstrap", 0.25, "."),
            ("period", None, sentence),
        ]:
            insert("diagnostics.periodicity_tests", **key, test=test, p_value=p_value, verdict=verdict)
        for centring, lag, correlation in [
            ("grand", 2, 0.1),
            ("periodic", 2, 0.8),
            ("periodic", 4, 0.49),
            ("periodic", 6, 0.3),
        ]:
            insert(
                "diagnostics.continuous_correlation",
                **key,
                centring=centring,
                lag=lag,
                correlation=correlation,
            )
    insert(
        "models.periodic", series_id="isp/b", issued_at_utc=NIGHT, status="too_short", reason="2 of 3 cycles"
    )
    assert [tuple(row.values()) for row in ask("12")] == [
        ("isp/a", 0.812, 0.005, 0.25, 4, 4, "step_wrong", "The label is wrong.")
    ]


def test_13_puts_the_forecast_first_that_beat_the_naive_most(
    ask: Ask, insert: Insert, add_series: AddSeries, score: Callable[..., None]
) -> None:
    for series_id, error in (("isp/a", 0.5), ("isp/b", 0.25), ("isp/new", None)):
        add_series(series_id)
        key = {"series_id": series_id, "issued_at_utc": NIGHT, "model": "combination"}
        insert("models.champions", **key, reason="the least error")
        if error is None:
            continue
        score(NIGHT, "combination", error, series_id=series_id)
        insert(
            "models.backtests",
            **key,
            step_seconds=300,
            horizon=288,
            is_champion=True,
            n_origins=14,
            skill_naive=0.625,
            coverage_80=0.81,
        )
    names = ("series_id", "n_nights", "backtest_skill_over_naive", "skill_over_naive", "within_80_percent")
    assert [tuple(row[name] for name in names) for row in ask("13")] == [
        ("isp/b", 1, 0.625, 0.75, 100.0),
        ("isp/a", 1, 0.625, 0.5, 100.0),
        ("isp/new", 0, None, None, None),
    ]
    assert ask("13")[0]["backtest_within_80_percent"] == 81.0


def test_17_puts_what_never_arrived_first_and_says_what_still_holds(insert: Insert, ask: Ask) -> None:
    for night in (NIGHT - timedelta(days=1), NIGHT):
        insert("alerts.evaluations", issued_at_utc=night, evaluated_at_utc=night, is_told=True, n_held=1)
    for name, first, last in (("old", 3, 2), ("open", 1, 0), ("new", 0, 0)):
        insert(
            "alerts.events",
            event_id=name,
            rule="full",
            kind="congestion",
            subject=name,
            first_issued_at_utc=NIGHT - timedelta(days=first),
            last_issued_at_utc=NIGHT - timedelta(days=last),
            sentence=f"{name} is full.",
        )
    letter = {"channel": "ops", "n_attempts": 5, "last_attempt_utc": NIGHT}
    insert("alerts.deliveries", event_id="old", status="dead_letter", error="503", **letter)
    insert("alerts.deliveries", event_id="open", status="sent", **letter)
    rows = ask("17")
    assert [(row["sentence"], row["delivery"], row["still_holds"]) for row in rows] == [
        ("old is full.", "dead_letter", False),
        ("new is full.", "none", True),
        ("open is full.", "sent", True),
    ]
    assert rows[0]["error"] == "503"


def test_15_puts_the_link_first_that_is_full_first(ask: Ask, insert: Insert, add_series: AddSeries) -> None:
    ahead = {
        "isp/late": (0.4, date(2024, 9, 1)),
        "isp/soon": (0.9, date(2024, 7, 8)),
        "isp/never": (0.0, None),
    }
    for name, (probability, week) in ahead.items():
        add_series(name, capacity=1e9)
        row = {"series_id": name, "capacity": 1e9, "headroom": 0.25, "growth_per_week": 0.012}
        row |= {"runout_threshold": 0.9, "runout_probability": probability, "runout_date_q50": week}
        insert("planning.outlook", issued_at_utc=NIGHT, **row)
        insert(
            "planning.outlook", issued_at_utc=NIGHT - timedelta(days=1), **(row | {"runout_probability": 1.0})
        )
    add_series("isp/free")
    insert("planning.outlook", series_id="isp/free", issued_at_utc=NIGHT, reason="No capacity is given.")
    rows = ask("15")
    assert [(row["series_id"], row["probability"], row["expected"]) for row in rows] == [
        ("isp/soon", 0.9, date(2024, 7, 8)),
        ("isp/late", 0.4, date(2024, 9, 1)),
        ("isp/never", 0.0, None),
    ]
    assert (rows[0]["headroom_percent"], rows[0]["growth_percent_a_week"]) == (25.0, 1.2)


def test_16_shows_the_method_that_is_paid_of_the_newest_night(ask: Ask, insert: Insert) -> None:
    row = {
        "bill": "transit",
        "local_month": date(2024, 6, 1),
        "n_samples": 8_000,
        "n_missing": 2,
        "n_dropped": 400,
    }
    row |= {"unit": "bit/s", "p95_to_date": 80.0, "p95_q10": 90.0, "p95_q50": 100.0, "p95_q90": 110.0}
    for night in (NIGHT, NIGHT - timedelta(days=1)):
        for method in ("in", "max"):
            paid = {"method": method, "is_billed": method == "max", "commitment": 70.0}
            insert("planning.bills", issued_at_utc=night, **(row | paid))
    (found,) = ask("16")
    assert (found["method"], found["so_far"], found["expected"]) == ("max", 80.0, 100.0)
    assert found["expected_above_commitment"] == 30.0
