"""A warehouse of an older release is brought to this one step by step, or stays as it was."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from warehouse import WarehouseError, read_query, schema
from warehouse.connection import connect


def columns_of(file: Path) -> list[tuple[object, ...]]:
    return read_query(file, "FROM duckdb_columns() SELECT * EXCLUDE (database_oid) ORDER BY ALL").rows()


def versions_of(file: Path) -> list[int]:
    return read_query(file, "SELECT version FROM platform.schema_versions ORDER BY ALL")["version"].to_list()


def prepare(file: Path, migrations: Path) -> None:
    with closing(connect(file)) as connection:
        schema.prepare(connection, migrations)


@pytest.fixture
def older(changed: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> tuple[Path, Path]:
    """A warehouse two versions back with a row in it, and a folder for migrations.

    It lacks a column of ``models.champions`` and has the table of scores under another name.
    """
    file = changed(
        "ALTER TABLE models.champions DROP COLUMN reason",
        "ALTER TABLE forecasts.scores RENAME TO grades",
        "INSERT INTO models.champions VALUES ('www/bytes', TIMESTAMP '2024-05-01', 'periodic')",
    )
    monkeypatch.setattr(schema, "SCHEMA_VERSION", schema.SCHEMA_VERSION + 2)
    migrations = tmp_path / "migrations"
    migrations.mkdir()
    return file, migrations


def write_migrations(folder: Path, first: str, second: str) -> None:
    version = schema.SCHEMA_VERSION
    (folder / f"{version - 1:04d}_reasons.sql").write_text(first, encoding="utf-8")
    (folder / f"{version:04d}_scores.sql").write_text(second, encoding="utf-8")


ADD_REASON = (
    "ALTER TABLE models.champions ADD COLUMN reason VARCHAR; UPDATE models.champions SET reason = '?';"
)
RENAME_SCORES = "ALTER TABLE forecasts.grades RENAME TO scores;"


def test_an_older_warehouse_is_migrated_step_by_step(older: tuple[Path, Path]) -> None:
    file, migrations = older
    write_migrations(migrations, ADD_REASON, RENAME_SCORES)
    prepare(file, migrations)
    champion = read_query(file, "SELECT series_id, model, reason FROM models.champions")
    assert champion.rows() == [("www/bytes", "periodic", "?")]
    assert versions_of(file) == [schema.SCHEMA_VERSION - 2, schema.SCHEMA_VERSION]
    prepare(file, migrations)  # and once only
    assert versions_of(file) == [schema.SCHEMA_VERSION - 2, schema.SCHEMA_VERSION]


@pytest.mark.parametrize(
    ("first", "second", "phrase"),
    [
        (
            ADD_REASON,
            RENAME_SCORES + "SELECT nonsense FROM nowhere;",
            r"the migration 00\d\d_scores.sql failed",
        ),
        (ADD_REASON + "this is no SQL;", RENAME_SCORES, r"the migration 00\d\d_reasons.sql failed"),
        (ADD_REASON, "SELECT 1;", "table forecasts.scores is missing"),
    ],
    ids=["second fails", "first fails", "leads elsewhere"],
)
def test_a_migration_that_fails_is_rolled_back_whole(
    older: tuple[Path, Path], first: str, second: str, phrase: str
) -> None:
    file, migrations = older
    before = columns_of(file)
    write_migrations(migrations, first, second)
    with pytest.raises(WarehouseError, match=phrase):
        prepare(file, migrations)
    assert columns_of(file) == before
    assert versions_of(file) == [schema.SCHEMA_VERSION - 2]
    assert read_query(file, "FROM models.champions").height == 1


def test_an_older_warehouse_without_a_migration_is_refused(older: tuple[Path, Path]) -> None:
    file, migrations = older
    version = schema.SCHEMA_VERSION
    (migrations / f"{version - 1:04d}_reasons.sql").write_text(ADD_REASON, encoding="utf-8")
    with pytest.raises(
        WarehouseError, match=f"no migration leads to {version}: move the warehouse file away"
    ):
        prepare(file, migrations)
    assert versions_of(file) == [version - 2]


# What version 5 added, undone: the warehouse as version 4 left it.
UNDO_VERSION_5 = (
    *(f"DROP TABLE planning.{name}" for name in ("congestion", "outlook", "reliability", "runouts", "bills")),
    "CREATE TABLE planning.congestion (series_id VARCHAR)",
    "CREATE TABLE planning.outlook (series_id VARCHAR)",
    "DROP SCHEMA alerts CASCADE",
    *(
        f"ALTER TABLE diagnostics.daily_peaks DROP COLUMN {name}"
        for name in (
            *("phase_score", "level_score", "shape_score", "level_share"),
            *("phase_difference", "is_shifted", "has_other_level", "has_other_shape"),
        )
    ),
    "DROP TABLE platform.published_night",
    *(
        f"ALTER TABLE forecasts.{name} ADD PRIMARY KEY "
        "(series_id, model, issued_at_utc, step_seconds, target_utc)"
        for name in ("points", "scores")
    ),
    "COMMENT ON TABLE forecasts.points IS 'old'",
    "COMMENT ON TABLE forecasts.scores IS 'old'",
    "UPDATE platform.schema_versions SET version = 4",
)

# What version 4 added, undone: the warehouse as version 3 left it.
UNDO_VERSION_4 = (
    *UNDO_VERSION_5,
    "DROP TABLE models.backtests",
    """
    CREATE TABLE models.backtests (
        series_id VARCHAR NOT NULL, model VARCHAR NOT NULL, issued_at_utc TIMESTAMP NOT NULL,
        n_origins INTEGER, horizon INTEGER NOT NULL, mae DOUBLE, mase DOUBLE, rmse DOUBLE, pinball DOUBLE,
        coverage_80 DOUBLE, coverage_95 DOUBLE,
        PRIMARY KEY (series_id, model, issued_at_utc, horizon), CHECK (horizon > 0)
    )
    """,
    *(
        f"ALTER TABLE forecasts.scores DROP COLUMN {name}"
        for name in ("naive_error", "mean_error", "pinball", "is_champion")
    ),
    *(
        f"COMMENT ON COLUMN {column} IS 'old'"
        for column in (
            "forecasts.scores.model",
            "forecasts.scores.step_seconds",
            "forecasts.scores.actual",
            "forecasts.scores.scaled_error",
            "forecasts.points.model",
            "forecasts.points.step_seconds",
            "forecasts.points.mean",
            "models.champions.model",
        )
    ),
    "COMMENT ON TABLE forecasts.points IS 'old'",
    "INSERT INTO forecasts.scores (series_id, model, issued_at_utc, step_seconds, target_utc, horizon, "
    "error) VALUES ('www/bytes', 'periodic', TIMESTAMP '2024-05-01', 120, TIMESTAMP '2024-05-01', 1, -2.5), "
    "('www/bytes', 'selected', TIMESTAMP '2024-05-01', 120, TIMESTAMP '2024-05-01', 1, 3.5)",
    "INSERT INTO models.champions VALUES ('www/bytes', TIMESTAMP '2024-05-01', 'periodic', 'the rule')",
    "UPDATE platform.schema_versions SET version = 3",
)

# What version 3 added, undone: the warehouse as version 2 left it.
UNDO_VERSION_3 = (
    *UNDO_VERSION_4,
    "DROP VIEW models.model_status",
    "DROP TABLE diagnostics.stationarity_tests",
    "DROP TABLE diagnostics.outlier_effects",
    "DROP TABLE models.order_candidates",
    "DROP TABLE models.variable_volatility",
    "DROP TABLE models.volatility_candidates",
    "ALTER TABLE diagnostics.residual_histogram DROP COLUMN t_density",
    "ALTER TABLE diagnostics.autocorrelation DROP COLUMN fitted_model",
    "ALTER TABLE diagnostics.autocorrelation DROP COLUMN theoretical_pacf",
    "ALTER TABLE diagnostics.autocorrelation DROP COLUMN theoretical_acf",
    "COMMENT ON COLUMN diagnostics.autocorrelation.band_95 IS 'old'",
    "COMMENT ON COLUMN diagnostics.autocorrelation.stage IS 'old'",
    "COMMENT ON COLUMN diagnostics.residual_tests.test IS 'old'",
    "COMMENT ON COLUMN models.constant_volatility.reason IS 'old'",
    "COMMENT ON COLUMN models.coefficients.model IS 'old'",
    "COMMENT ON COLUMN models.coefficients.name IS 'old'",
    "COMMENT ON COLUMN models.coefficients.estimate IS 'old'",
    *(
        f"ALTER TABLE models.periodic DROP COLUMN {name}"
        for name in ("period_lower_95", "period_upper_95", "period_verdict")
    ),
    "ALTER TABLE diagnostics.daily_peaks DROP COLUMN is_unusual",
    "ALTER TABLE diagnostics.daily_peaks DROP COLUMN reason",
    *(
        f"COMMENT ON COLUMN {column} IS 'old'"
        for column in (
            "models.periodic.transform",
            "models.periodic.n_harmonics_mean",
            "models.periodic.n_harmonics_covariance",
            "diagnostics.periodicity_tests.test",
            "diagnostics.periodicity_tests.statistic",
            "diagnostics.periodicity_tests.p_value",
        )
    ),
    *(
        f"COMMENT ON TABLE {table} IS 'old'"
        for table in (
            "models.periodic_components",
            "diagnostics.ensemble_correlation",
            "diagnostics.continuous_correlation",
        )
    ),
    "INSERT INTO diagnostics.autocorrelation (series_id, issued_at_utc, stage, lag, acf) "
    "VALUES ('www/bytes', TIMESTAMP '2024-05-01', 'clean', 1, 0.5)",
    "UPDATE platform.schema_versions SET version = 2",
)


def tables_of(file: Path) -> set[tuple[object, ...]]:
    tables = "SELECT schema_name, table_name, comment, has_primary_key, check_constraint_count "
    return set(read_query(file, tables + "FROM duckdb_tables()").rows())


def keys_of(file: Path) -> set[tuple[object, ...]]:
    keys = "SELECT schema_name, table_name, constraint_column_names::VARCHAR FROM duckdb_constraints() "
    return set(read_query(file, keys + "WHERE constraint_type = 'PRIMARY KEY'").rows())


@pytest.mark.parametrize(("version", "undo"), [(2, UNDO_VERSION_3), (3, UNDO_VERSION_4), (4, UNDO_VERSION_5)])
def test_a_warehouse_of_an_older_version_becomes_the_one_of_this_release(
    changed: Callable[..., Path], template: Path, version: int, undo: tuple[str, ...]
) -> None:
    file = changed(*undo)
    prepare(file, schema.SQL / "migrations")
    assert columns_of(file) == columns_of(template)  # types, constraints and comments among them
    assert versions_of(file) == [version, schema.SCHEMA_VERSION]
    assert tables_of(file) == tables_of(template)
    assert keys_of(file) == keys_of(template)


def test_a_warehouse_of_version_2_keeps_its_rows(changed: Callable[..., Path]) -> None:
    file = changed(*UNDO_VERSION_3)
    prepare(file, schema.SQL / "migrations")
    row = read_query(file, "SELECT acf, theoretical_acf, fitted_model FROM diagnostics.autocorrelation")
    assert row.rows() == [(0.5, None, None)]
    scores = read_query(file, "SELECT error, naive_error, is_champion FROM forecasts.scores ORDER BY error")
    assert scores.rows() == [(-2.5, None, True), (3.5, None, False)]
