from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

# What other programs may rely on: columns may be added, never renamed.
AGREED_COLUMNS = {
    "raw.ingested_files": "file_id source kind path format status reason bytes_read lines_read lines_skipped "
    "records_read records_loaded records_rejected records_duplicate rows_written first_utc last_utc "
    "loaded_at_utc",
    "raw.web_requests": "source at_utc host method path protocol status bytes_sent file_id line_number",
    "raw.provider_samples": "source series_id at_utc value unit file_id line_number",
    "raw.rejected_lines": "file_id line_number reason line",
    "series.catalog": "series_id source kind unit step_seconds phase_seconds time_zone capacity first_utc "
    "last_utc observed_share status reason",
    "series.observations": "series_id at_utc value is_observed flag is_outlier value_clean",
    "series.day_ensemble": "series_id local_date weekday slot at_utc value",
    "models.constant_volatility": "series_id issued_at_utc p d q is_selected is_reference sigma2 loglik aicc "
    "n_observations is_stationary is_invertible converged status reason",
    "models.coefficients": "series_id issued_at_utc model name estimate std_error lower_95 upper_95",
    "models.periodic": "series_id issued_at_utc period_steps transform n_harmonics_mean "
    "n_harmonics_covariance par_lags explained_share estimated_period_steps status reason",
    "models.periodic_moments": "series_id issued_at_utc slot mean std lower_95 upper_95 n_cycles",
    "models.periodic_components": "series_id issued_at_utc method k lag re im p_value",
    "models.backtests": "series_id model issued_at_utc step_seconds horizon n_origins is_champion mae mase "
    "rmse bias pinball skill_naive skill_mean coverage_80 coverage_95",
    "models.champions": "series_id issued_at_utc model reason",
    "forecasts.points": "series_id model is_champion issued_at_utc step_seconds target_utc horizon mean q025 "
    "q10 q25 q50 q75 q90 q975",
    "forecasts.scores": "series_id model issued_at_utc step_seconds target_utc horizon actual error "
    "scaled_error covered_80 covered_95 naive_error mean_error pinball is_champion",
    "diagnostics.autocorrelation": "series_id issued_at_utc stage lag acf pacf band_95 theoretical_acf "
    "theoretical_pacf fitted_model",
    "diagnostics.stationarity_tests": "series_id issued_at_utc stage test statistic p_value critical_value "
    "n_lags is_rejected verdict",
    "diagnostics.outlier_effects": "series_id issued_at_utc rule handling n_outliers share lower_least "
    "lower_most upper_least upper_most ar_l1 ar_l1_std_error ar_l2 ar_l2_std_error ma_l1 ma_l1_std_error "
    "sigma2 sigma2_std_error converged reason",
    "models.order_candidates": "series_id issued_at_utc p d q sigma2 aicc delta_aicc is_admissible "
    "is_selected",
    "models.variable_volatility": "series_id issued_at_utc status reason volatility persistence "
    "arch_lm_statistic arch_lm_p_value",
    "models.volatility_candidates": "series_id issued_at_utc volatility loglik bic persistence converged "
    "is_selected",
    "diagnostics.residual_tests": "series_id issued_at_utc model test statistic p_value verdict",
    "diagnostics.residual_histogram": "series_id issued_at_utc model bin_left bin_right count normal_density "
    "lognormal_density t_density",
    "diagnostics.periodicity_tests": "series_id issued_at_utc test statistic p_value verdict",
    "diagnostics.daily_peaks": "series_id local_date peak_local_time peak_value phase_minutes phase_lower_95 "
    "phase_upper_95 phase_harmonic_minutes is_unusual reason phase_score level_score shape_score level_share "
    "phase_difference is_shifted has_other_level has_other_shape",
    "diagnostics.density": "series_id issued_at_utc local_date local_hour value gaussian_density "
    "empirical_density",
    "diagnostics.ensemble_correlation": "series_id issued_at_utc slot lag covariance correlation",
    "diagnostics.continuous_correlation": "series_id issued_at_utc centring lag covariance correlation",
    "planning.congestion": "series_id issued_at_utc window target_utc threshold capacity probability_above "
    "expected_peak",
    "planning.outlook": "series_id issued_at_utc busy_hour_local growth_per_week p95_billing_q10 "
    "p95_billing_q50 p95_billing_q90 runout_date_q10 runout_date_q50 runout_date_q90 reason",
    "quality.expectations": "table_name suite expectation column_name success is_error observed run_at_utc",
    "platform.published_night": "issued_at_utc published_at_utc release",
}

# The keys, in order. True: an index holds it. False: the table says that its writer does.
AGREED_KEYS = {
    "raw.ingested_files": (True, "source path file_id"),
    "raw.web_requests": (False, "source file_id line_number"),
    "raw.provider_samples": (False, "series_id at_utc file_id line_number"),
    "raw.rejected_lines": (True, "source file_id line_number"),
    "series.catalog": (True, "series_id"),
    "series.observations": (False, "series_id at_utc"),
    "series.day_ensemble": (False, "series_id at_utc"),
    "models.constant_volatility": (True, "series_id issued_at_utc model"),
    "models.coefficients": (True, "series_id issued_at_utc model name"),
    "models.periodic": (True, "series_id issued_at_utc"),
    "models.periodic_moments": (True, "series_id issued_at_utc slot"),
    "models.periodic_components": (False, "series_id issued_at_utc method moment k lag"),
    "models.backtests": (True, "series_id model issued_at_utc step_seconds horizon"),
    "models.champions": (True, "series_id issued_at_utc"),
    "forecasts.points": (False, "series_id model issued_at_utc step_seconds target_utc"),
    "forecasts.scores": (False, "series_id model issued_at_utc step_seconds target_utc"),
    "diagnostics.autocorrelation": (True, "series_id issued_at_utc stage lag"),
    "diagnostics.stationarity_tests": (True, "series_id issued_at_utc stage test"),
    "diagnostics.outlier_effects": (True, "series_id issued_at_utc rule handling"),
    "models.order_candidates": (True, "series_id issued_at_utc p d q"),
    "models.variable_volatility": (True, "series_id issued_at_utc"),
    "models.volatility_candidates": (True, "series_id issued_at_utc volatility"),
    "diagnostics.residual_tests": (True, "series_id issued_at_utc model test"),
    "diagnostics.residual_histogram": (True, "series_id issued_at_utc model bin_left"),
    "diagnostics.periodicity_tests": (True, "series_id issued_at_utc test"),
    "diagnostics.daily_peaks": (True, "series_id local_date"),
    "diagnostics.density": (False, "series_id issued_at_utc local_date local_hour value"),
    "diagnostics.ensemble_correlation": (False, "series_id issued_at_utc slot lag"),
    "diagnostics.continuous_correlation": (False, "series_id issued_at_utc centring lag"),
    "planning.congestion": (False, "series_id issued_at_utc window target_utc threshold"),
    "planning.outlook": (True, "series_id issued_at_utc"),
    "planning.reliability": (True, "issued_at_utc window bin_left"),
    "planning.runouts": (True, "series_id issued_at_utc threshold local_week_start"),
    "planning.bills": (True, "bill issued_at_utc method local_month"),
    "alerts.events": (True, "event_id"),
    "alerts.deliveries": (True, "event_id channel"),
    "alerts.evaluations": (True, "issued_at_utc"),
    "platform.published_night": (False, "published_at_utc"),
    "quality.expectations": (True, "run_at_utc table_name source expectation column_name"),
}

NUMBERS = {"DOUBLE", "BIGINT", "INTEGER", "SMALLINT", "INTEGER[]"}
UNIT = re.compile(
    r"\b(in (the unit of|unit\b|byte|lines|records|rows|points|steps|seconds|minutes|days|cycles|origins)"
    r"|in (harmonics|nats|attempts|events|samples|forecasts|weeks|hours)"
    r"|per unit|\d to \d+|-1 to 1|at most 1|counted from [01]|pure number|as a share|Share of|cycles a period"
    r"|1 = Monday|criterion|in the unit of its kind|Status code|Number of differences|Version of)"
)


def columns_of(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str, str | None]]:
    return connection.execute(
        "SELECT schema_name || '.' || table_name, column_name, data_type, comment FROM duckdb_columns() "
        "WHERE NOT internal AND (schema_name, table_name) IN (SELECT (schema_name, table_name) "
        "FROM duckdb_tables()) ORDER BY schema_name, table_name, column_index"
    ).fetchall()


@pytest.fixture(scope="module")
def described(sql_files: Callable[[str], list[Path]]) -> Iterator[duckdb.DuckDBPyConnection]:
    """All tables, to be looked at and not written to."""
    with duckdb.connect() as connection:
        create(connection, sql_files("tables/*/*.sql"))
        yield connection


def create(connection: duckdb.DuckDBPyConnection, files: list[Path]) -> None:
    for file in files:
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {file.parent.name}")
        connection.execute(file.read_text(encoding="utf-8"))


def test_each_file_creates_the_table_it_is_named_for_and_needs_no_other(sql_files) -> None:
    for file in sql_files("tables/*/*.sql"):
        with duckdb.connect() as connection:
            create(connection, [file])
            made = connection.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall()
        assert made == [(file.parent.name, file.stem)]
        assert file.read_text(encoding="utf-8").startswith("-- ")


@pytest.mark.parametrize("table", AGREED_COLUMNS)
def test_agreed_columns_are_there_in_their_order(described: duckdb.DuckDBPyConnection, table: str) -> None:
    agreed = AGREED_COLUMNS[table].split()
    present = [name for owner, name, _, _ in columns_of(described) if owner == table]
    assert [name for name in present if name in agreed] == sorted(agreed, key=present.index)
    assert set(agreed) <= set(present)


def test_every_table_and_column_has_a_comment(described: duckdb.DuckDBPyConnection) -> None:
    tables = described.execute(
        "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE coalesce(comment, '') = ''"
    ).fetchall()
    columns = [(table, name) for table, name, _, comment in columns_of(described) if not comment]
    assert (tables, columns) == ([], [])


def test_every_number_says_its_unit(described: duckdb.DuckDBPyConnection) -> None:
    silent = [
        f"{table}.{name}: {comment}"
        for table, name, kind, comment in columns_of(described)
        if kind in NUMBERS and not UNIT.search(comment or "")
    ]
    assert silent == []


def test_times_say_whose_clock_they_follow(described: duckdb.DuckDBPyConnection) -> None:
    for table, name, kind, comment in columns_of(described):
        where = f"{table}.{name}"
        assert kind.startswith("TIMESTAMP") == name.endswith("_utc"), where
        assert kind != "TIMESTAMP WITH TIME ZONE", where
        if kind == "TIMESTAMP":
            assert "UTC" in (comment or ""), where
        if kind in {"DATE", "TIME"}:
            assert "local" in name or name.startswith("runout_date"), where


def test_every_table_states_its_key(described: duckdb.DuckDBPyConnection) -> None:
    keys = {
        f"{schema}.{table}": (True, " ".join(names))
        for schema, table, names in described.execute(
            "SELECT schema_name, table_name, constraint_column_names FROM duckdb_constraints() "
            "WHERE constraint_type = 'PRIMARY KEY'"
        ).fetchall()
    }
    for table, comment in described.execute(
        "SELECT schema_name || '.' || table_name, comment FROM duckdb_tables()"
    ).fetchall():
        stated = re.search(r"Key: \(([^)]*)\), kept by the writer", comment)
        assert (table in keys) != bool(stated), f"{table} must state its key in exactly one place"
        if stated:
            keys[table] = (False, stated[1].replace(",", ""))
    assert AGREED_KEYS.items() <= keys.items()


def test_key_columns_exist(described: duckdb.DuckDBPyConnection) -> None:
    present = {(table, name) for table, name, _, _ in columns_of(described)}
    assert {(table, name) for table, (_, key) in AGREED_KEYS.items() for name in key.split()} <= present


FILE: dict[str, Any] = {
    "file_id": "f1",
    "source": "www",
    "kind": "weblog",
    "path": "landing/a.log",
    "status": "loaded",
    "bytes_read": 500,
    "lines_read": 10,
    "lines_skipped": 1,
    "records_read": 9,
    "records_loaded": 6,
    "records_rejected": 2,
    "records_duplicate": 1,
    "rows_written": 6,
    "loaded_at_utc": "2024-06-01 02:00:00",
}
VOLATILITY: dict[str, Any] = {
    "series_id": "isp/a",
    "issued_at_utc": "2024-06-01",
    "status": "ok",
    "reason": "ARCH-LM rejects.",
    "volatility": "garch",
}
CANDIDATE: dict[str, Any] = {
    "series_id": "isp/a",
    "issued_at_utc": "2024-06-01",
    "p": 1,
    "d": 1,
    "q": 1,
    "is_admissible": True,
    "is_selected": False,
}
EFFECT: dict[str, Any] = {
    "series_id": "isp/a",
    "issued_at_utc": "2024-06-01",
    "rule": "none",
    "handling": "removed",
    "converged": True,
}
POINT: dict[str, Any] = {
    "series_id": "isp/a",
    "model": "periodic",
    "is_champion": True,
    "issued_at_utc": "2024-06-01",
    "step_seconds": 300,
    "target_utc": "2024-06-01",
    "horizon": 1,
}
OBSERVATION: dict[str, Any] = {
    "series_id": "isp/a",
    "at_utc": "2024-06-01",
    "value": 1.0,
    "is_observed": True,
    "is_outlier": False,
    "value_clean": 1.0,
}
FIT: dict[str, Any] = {
    "series_id": "isp/a",
    "issued_at_utc": "2024-06-01",
    "model": "reference",
    "p": 2,
    "d": 1,
    "q": 1,
    "is_selected": False,
    "is_reference": True,
    "status": "ok",
}
EXPECTATION: dict[str, Any] = {
    "table_name": "series.observations",
    "suite": "observations",
    "expectation": "expect_column_to_exist",
    "column_name": "value",
    "success": True,
    "is_error": False,
    "run_at_utc": "2024-06-01 02:00:00",
    "source": "",
}


@pytest.fixture
def lone_table(
    bare: duckdb.DuckDBPyConnection, sql_files: Callable[[str], list[Path]]
) -> Callable[[str], None]:
    """Create one table in a database of its own."""
    return lambda table: create(bare, sql_files(f"tables/{table.replace('.', '/')}.sql"))


def add(connection: duckdb.DuckDBPyConnection, table: str, row: dict[str, Any]) -> None:
    marks = ", ".join("?" for _ in row)
    connection.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", list(row.values()))


@pytest.mark.parametrize(
    ("table", "row", "fault"),
    [
        ("raw.ingested_files", FILE, {"status": "skipped"}),
        ("raw.ingested_files", FILE, {"kind": "netflow"}),
        ("raw.ingested_files", FILE, {"status": "rejected"}),
        ("raw.ingested_files", FILE, {"lines_read": 11}),
        ("raw.ingested_files", FILE, {"records_loaded": 7}),
        ("raw.ingested_files", FILE, {"file_id": None}),
        ("series.observations", OBSERVATION, {"value": None}),
        ("series.observations", OBSERVATION, {"is_observed": False}),
        ("series.observations", OBSERVATION, {"value": float("nan")}),
        ("series.observations", OBSERVATION, {"value_clean": float("nan")}),
        ("series.observations", OBSERVATION, {"flag": "odd"}),
        ("models.constant_volatility", FIT, {"model": "best"}),
        ("models.constant_volatility", FIT, {"is_selected": True}),
        ("models.constant_volatility", FIT, {"status": "failed"}),
        ("models.constant_volatility", FIT, {"p": None}),
        ("models.variable_volatility", VOLATILITY, {"status": "constant"}),
        ("models.variable_volatility", VOLATILITY, {"volatility": None}),
        ("models.variable_volatility", VOLATILITY, {"volatility": "arch"}),
        ("models.order_candidates", CANDIDATE, {"d": 2}),
        ("diagnostics.outlier_effects", EFFECT, {"converged": None}),
        ("diagnostics.outlier_effects", EFFECT, {"handling": "kept"}),
        ("forecasts.points", POINT, {"target_utc": "2024-05-31 23:55:00"}),
        ("forecasts.points", POINT, {"model": None}),
        ("quality.expectations", EXPECTATION, {"is_error": True}),
        ("quality.expectations", EXPECTATION, {"column_name": None}),
    ],
)
def test_a_fault_of_the_program_is_refused(
    bare: duckdb.DuckDBPyConnection,
    lone_table: Callable[[str], None],
    table: str,
    row: dict[str, Any],
    fault: dict[str, Any],
) -> None:
    lone_table(table)
    with pytest.raises(duckdb.ConstraintException):
        add(bare, table, row | fault)
    add(bare, table, row)
    assert bare.execute(f"SELECT count(*) FROM {table}").fetchall() == [(1,)]


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("raw.ingested_files", FILE | {"status": "rejected", "reason": "no time column", "lines_read": None}),
        ("series.observations", OBSERVATION | {"value": None, "value_clean": None, "is_observed": False}),
        (
            "models.constant_volatility",
            FIT | dict.fromkeys("pdq") | {"status": "too_short", "reason": "9 of 50"},
        ),
        ("quality.expectations", EXPECTATION | {"success": None, "is_error": True}),
    ],
)
def test_what_the_data_can_bring_about_is_accepted(
    bare: duckdb.DuckDBPyConnection, lone_table: Callable[[str], None], table: str, row: dict[str, Any]
) -> None:
    lone_table(table)
    add(bare, table, row)
    assert bare.execute(f"SELECT count(*) FROM {table}").fetchall() == [(1,)]


def test_a_night_can_replace_its_rows_within_one_transaction(
    bare: duckdb.DuckDBPyConnection, lone_table: Callable[[str], None]
) -> None:
    lone_table("forecasts.points")
    add(bare, "forecasts.points", POINT)
    bare.begin()
    bare.execute("DELETE FROM forecasts.points WHERE issued_at_utc = '2024-06-01'")
    add(bare, "forecasts.points", POINT | {"mean": 2.0})
    bare.commit()
    assert bare.execute("SELECT mean FROM forecasts.points").fetchall() == [(2.0,)]
