"""A warehouse is created, reopened, migrated or refused, and never half read."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path

import duckdb
import polars as pl
import pytest

from warehouse import (
    Warehouse,
    WarehouseBusyError,
    WarehouseError,
    declaration,
    read_query,
    schema,
)
from warehouse.connection import connect

Opening = Callable[..., AbstractContextManager[Warehouse]]
Start = Callable[..., "subprocess.Popen[str]"]
SQL = Path(__file__).resolve().parents[2] / "sql"
COLUMNS = """
    SELECT schema_name, table_name, column_name, data_type, is_nullable, column_default, comment
    FROM duckdb_columns() WHERE NOT internal ORDER BY ALL
"""
CONSTRAINTS = """
    SELECT schema_name, table_name, constraint_type, constraint_text
    FROM duckdb_constraints() WHERE constraint_type <> 'NOT NULL' ORDER BY ALL
"""
VIEWS = "SELECT schema_name || '/' || view_name FROM duckdb_views() WHERE NOT internal ORDER BY ALL"


def columns_of(file: Path) -> list[tuple[object, ...]]:
    with duckdb.connect(str(file), read_only=True) as connection:
        return connection.execute(COLUMNS).fetchall()


def versions_of(file: Path) -> list[int]:
    rows = read_query(file, "SELECT version FROM platform.schema_versions ORDER BY version")
    return rows["version"].to_list()


def test_a_new_warehouse_has_the_tables_of_sql_tables(template: Path) -> None:
    with duckdb.connect() as reference:
        files = sorted(SQL.glob("tables/*/*.sql"))
        for file in files:
            reference.execute(f"CREATE SCHEMA IF NOT EXISTS {file.parent.name}")
            reference.execute(file.read_text(encoding="utf-8"))
        tables = {(file.parent.name, file.stem) for file in files}
        expected_columns = reference.execute(COLUMNS).fetchall()
        expected_constraints = reference.execute(CONSTRAINTS).fetchall()
    with duckdb.connect(str(template), read_only=True) as connection:
        found = [row for row in connection.execute(COLUMNS).fetchall() if row[:2] in tables]
        assert found == expected_columns
        assert connection.execute(CONSTRAINTS).fetchall() == expected_constraints


def test_a_new_warehouse_has_the_views_of_sql_views(template: Path) -> None:
    with duckdb.connect(str(template), read_only=True) as connection:
        views = [name for (name,) in connection.execute(VIEWS).fetchall()]
    expected = [f"{file.parent.name}/{file.stem}" for file in SQL.glob("views/*/*.sql")]
    assert views == sorted(expected)
    assert views


def test_the_declarations_are_those_of_the_ddl() -> None:
    declared = declaration("raw.rejected_lines")
    assert list(declared.types) == ["source", "file_id", "line_number", "reason", "line"]
    assert declared.types["line_number"] == "BIGINT"
    assert declared.comments["reason"].startswith("Why it was rejected")
    with pytest.raises(WarehouseError, match=r"declares no table 'raw\.nothing'"):
        declaration("raw.nothing")


def test_reopening_keeps_rows_and_version(opening: Opening, path: Path) -> None:
    line = pl.DataFrame([{"source": "www", "file_id": "f", "line_number": 1, "reason": "r"}])
    with opening() as warehouse:
        assert warehouse.schema_differences() == []
        warehouse.insert("raw.rejected_lines", line)
    before = columns_of(path)
    with opening() as warehouse:
        assert warehouse.count("raw.rejected_lines") == 1
    assert columns_of(path) == before
    assert versions_of(path) == [schema.SCHEMA_VERSION]


def test_a_view_that_was_dropped_or_changed_is_made_anew(
    opening: Opening, changed: Callable[..., Path]
) -> None:
    changed(
        "DROP VIEW raw.ingestion_summary",
        "CREATE OR REPLACE VIEW forecasts.latest_forecast AS SELECT 1 AS nonsense",
    )
    with opening() as warehouse:
        assert "files_loaded" in warehouse.query("FROM raw.ingestion_summary").columns
        assert "q50" in warehouse.query("FROM forecasts.latest_forecast").columns


@pytest.mark.parametrize(
    ("statement", "phrase"),
    [
        ("ALTER TABLE forecasts.points DROP COLUMN q50", "forecasts.points.q50 is missing, not DOUBLE"),
        ("ALTER TABLE series.observations DROP COLUMN flag", "series.observations.flag is missing"),
        ("ALTER TABLE models.champions ADD COLUMN mood INTEGER", "mood is INTEGER, not declared"),
        ("ALTER TABLE forecasts.points ALTER q50 TYPE FLOAT", "q50 is FLOAT, not DOUBLE"),
        ("DROP TABLE forecasts.points", "table forecasts.points is missing"),
    ],
)
def test_an_altered_table_is_refused_and_left_alone(
    opening: Opening, changed: Callable[..., Path], statement: str, phrase: str
) -> None:
    file = changed(statement)
    before = columns_of(file)
    with pytest.raises(WarehouseError, match=phrase) as refusal, opening():
        pass
    assert "move the warehouse file away" in str(refusal.value)
    assert columns_of(file) == before


def test_a_table_in_the_place_of_a_view_is_refused(opening: Opening, changed: Callable[..., Path]) -> None:
    changed("DROP VIEW raw.ingestion_summary", "CREATE TABLE raw.ingestion_summary (a INTEGER)")
    with pytest.raises(WarehouseError, match="ingestion_summary"), opening():
        pass


def test_a_table_of_someone_elses_beside_ours_does_no_harm(
    opening: Opening, changed: Callable[..., Path]
) -> None:
    file = changed("CREATE TABLE notes (text VARCHAR)", "INSERT INTO notes VALUES ('mine')")
    with opening() as warehouse:
        assert warehouse.schema_differences() == []
    assert read_query(file, "FROM notes").item() == "mine"


def test_a_foreign_database_is_refused_and_left_alone(opening: Opening, path: Path) -> None:
    path.parent.mkdir()
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE customers AS SELECT 1 AS id")
    with pytest.raises(WarehouseError, match="no warehouse of Diurnal; use another path"), opening():
        pass
    assert read_query(path, "SELECT table_name FROM duckdb_tables()")["table_name"].to_list() == ["customers"]


def test_the_warehouse_of_a_newer_release_is_refused(opening: Opening, changed: Callable[..., Path]) -> None:
    newer = schema.SCHEMA_VERSION + 1
    file = changed(f"INSERT INTO platform.schema_versions VALUES ({newer}, '9.9', TIMESTAMP '2030-01-01')")
    with pytest.raises(WarehouseError, match=rf"newer release \(schema {newer}; this one knows"), opening():
        pass
    assert versions_of(file) == [schema.SCHEMA_VERSION, newer]


def test_a_warehouse_without_a_version_is_refused(opening: Opening, changed: Callable[..., Path]) -> None:
    changed("DELETE FROM platform.schema_versions")
    with pytest.raises(WarehouseError, match="does not say which version"), opening():
        pass


@pytest.mark.parametrize(
    ("folder", "content"),
    [
        ("home", b""),
        ("locked", b"no database\n" * 500),
        ("Could not set lock on file", bytes(8192)),
    ],
)
def test_a_file_that_is_no_database_is_refused_and_not_called_busy(
    tmp_path: Path, opening: Opening, folder: str, content: bytes
) -> None:
    file = tmp_path / folder / "traffic.duckdb"
    file.parent.mkdir()
    file.write_bytes(content)
    with pytest.raises(WarehouseError, match="cannot be opened") as refusal, opening(file):
        pass
    assert not isinstance(refusal.value, WarehouseBusyError)
    with pytest.raises(WarehouseError, match="cannot be opened"):
        read_query(file, "SELECT 1")
    assert file.read_bytes() == content


def test_a_folder_and_a_database_of_another_kind_are_refused(
    opening: Opening, path: Path, tmp_path: Path
) -> None:
    path.mkdir(parents=True)
    with pytest.raises(WarehouseError, match="cannot be opened"), opening():
        pass
    other = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE a (b)")
        connection.commit()
    with pytest.raises(WarehouseError, match="cannot be opened"), opening(other):
        pass


def test_a_first_night_that_is_killed_leaves_a_warehouse_that_opens(
    opening: Opening, path: Path, start: Start
) -> None:
    night = start(
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from warehouse import open_warehouse\n"
        "with open_warehouse(Path(sys.argv[1]), holder='a night', wait_seconds=0):\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n",
        path,
    )
    assert night.wait() == -9
    with opening() as warehouse:
        assert warehouse.schema_differences() == []
    assert versions_of(path) == [schema.SCHEMA_VERSION]


def test_a_night_that_is_killed_while_it_creates_the_warehouse_does_no_harm(
    opening: Opening, path: Path, start: Start
) -> None:
    night = start(
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from warehouse import open_warehouse, schema\n"
        "schema.create_views = lambda connection: os.kill(os.getpid(), signal.SIGKILL)\n"
        "with open_warehouse(Path(sys.argv[1]), holder='a night', wait_seconds=0):\n"
        "    pass\n",
        path,
    )
    assert night.wait() == -9
    assert not path.exists()
    with opening() as warehouse:
        assert warehouse.schema_differences() == []
    assert sorted(file.name for file in path.parent.iterdir()) == ["traffic.duckdb", "traffic.lock"]


def test_the_log_of_a_warehouse_that_was_moved_away_is_not_replayed_on_its_successor(
    opening: Opening, path: Path
) -> None:
    path.parent.mkdir()
    (path.parent / "traffic.duckdb.wal").write_bytes(b"what a killed night left")
    with opening() as warehouse:
        assert warehouse.schema_differences() == []


def test_no_statement_of_the_schema_stays_in_the_log(template: Path, path: Path) -> None:
    path.parent.mkdir()
    shutil.copy(template, path)
    with closing(connect(path)) as connection:
        schema.prepare(connection)
        log = path.with_name("traffic.duckdb.wal")
        assert not log.exists() or log.stat().st_size == 0
