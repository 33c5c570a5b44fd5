"""A database built from ``sql/`` alone, empty or filled row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

SQL = Path(__file__).parents[2] / "sql"
UNPUBLISHED = {("raw", "web_requests"), ("raw", "provider_samples")}

Insert = Callable[..., None]


def apply_file(connection: duckdb.DuckDBPyConnection, file: Path) -> None:
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {file.parent.name}")
    connection.execute(file.read_text(encoding="utf-8"))


def is_published(file: Path) -> bool:
    return (file.parent.name, file.stem) not in UNPUBLISHED


@pytest.fixture(scope="session")
def sql_files() -> Callable[[str], list[Path]]:
    def files(pattern: str) -> list[Path]:
        found = sorted(SQL.glob(pattern))
        assert found, f"no file matches {pattern} in {SQL}"
        return found

    return files


@pytest.fixture
def bare() -> Iterator[duckdb.DuckDBPyConnection]:
    # As the warehouse opens it: nothing may be fetched, loaded or reached.
    locked = {"enable_external_access": False, "autoload_known_extensions": False}
    with duckdb.connect(config=locked) as connection:
        yield connection


@pytest.fixture
def published(
    bare: duckdb.DuckDBPyConnection, sql_files: Callable[[str], list[Path]]
) -> duckdb.DuckDBPyConnection:
    """The published copy: all tables but the two that it leaves out; views made from last to first."""
    for file in filter(is_published, sql_files("tables/*/*.sql")):
        apply_file(bare, file)
    for file in reversed(sql_files("views/*/*.sql")):
        apply_file(bare, file)
    return bare


@pytest.fixture
def insert(published: duckdb.DuckDBPyConnection) -> Insert:
    """Insert one row: ``insert("series.catalog", series_id="isp/a", ...)``."""

    def insert_row(table: str, **row: Any) -> None:
        names = ", ".join(f'"{name}"' for name in row)
        marks = ", ".join("?" for _ in row)
        published.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(row.values()))

    return insert_row


@pytest.fixture
def add_series(insert: Insert) -> Callable[..., None]:
    """Enter one series in the catalogue: five-minute bit/s that ends on 2024-06-30 unless told otherwise."""

    def add(series_id: str, **changes: Any) -> None:
        row: dict[str, Any] = {
            "series_id": series_id,
            "source": series_id.partition("/")[0],
            "kind": "export",
            "unit": "bit/s",
            "step_seconds": 300,
            "phase_seconds": 0,
            "time_zone": "UTC",
            "last_utc": datetime(2024, 6, 29, 23, 55),
            "observed_share": 1.0,
            "status": "ok",
        }
        insert("series.catalog", **(row | changes))

    return add


@pytest.fixture
def ask(
    published: duckdb.DuckDBPyConnection, sql_files: Callable[[str], list[Path]]
) -> Callable[[str], list[dict[str, Any]]]:
    """Rows of a SELECT, or of the query of a number, as dictionaries."""

    def rows(question: str) -> list[dict[str, Any]]:
        if question.isdigit():
            (file,) = sql_files(f"queries/{question}_*.sql")
            question = file.read_text(encoding="utf-8")
        result = published.execute(question)
        names = [column[0] for column in result.description or []]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    return rows
