"""One query of a person: read-only, and a sentence where there is no answer."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from warehouse import QueryError, WarehouseError, read_query


@pytest.fixture
def made(template: Path, path: Path) -> Path:
    path.parent.mkdir()
    shutil.copy(template, path)
    return path


def test_a_query_and_its_parameters(made: Path) -> None:
    assert read_query(made, "SELECT ? || '!' AS said", ["it's"]).item() == "it's!"
    tables = read_query(made, "SHOW ALL TABLES")
    assert {"raw", "series", "forecasts"} <= set(tables["schema"])


def test_a_file_that_is_not_there_yet(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="does not exist yet; `diurnal nightly` makes it"):
        read_query(tmp_path / "traffic.duckdb", "SELECT 1")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("query", "phrase"),
    [
        ("SELEC 1", "syntax error"),
        ("SELECT nothing FROM series.catalog", "nothing"),
        ("SELECT * FROM series.nothing", "series.nothing|nothing does not exist"),
        ("SELECT CAST('a' AS INTEGER)", "Could not convert"),
        ("SELECT ?", "parameter"),
        ("", "the query is empty"),
        (" ; -- nothing here", "the query is empty"),
        ("SELECT INTERVAL 1 DAY AS span", "CAST it AS VARCHAR"),
        ("SELECT 1; SELECT 2", "2 statements; ask one at a time"),
    ],
)
def test_what_has_no_answer_is_refused_with_a_sentence(made: Path, query: str, phrase: str) -> None:
    with pytest.raises(QueryError, match=phrase):
        read_query(made, query)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (a INTEGER)",
        "INSERT INTO platform.schema_versions VALUES (9, 'x', TIMESTAMP '2024-01-01')",
        "DELETE FROM platform.schema_versions",
        "UPDATE platform.schema_versions SET version = 9",
        "DROP TABLE raw.web_requests",
        "ALTER TABLE series.catalog ADD COLUMN a INTEGER",
        "TRUNCATE platform.schema_versions",
    ],
)
def test_nothing_is_written(made: Path, statement: str) -> None:
    before = made.read_bytes()
    with pytest.raises(QueryError, match="read-only"):
        read_query(made, statement)
    assert made.read_bytes() == before


def test_no_file_of_others_is_reached_and_nothing_is_loaded(
    made: Path, tmp_path: Path, reaching_out: list[str]
) -> None:
    folders = sorted(file.name for file in tmp_path.iterdir())
    for statement in reaching_out:
        with pytest.raises(QueryError):
            read_query(made, statement)
    assert sorted(file.name for file in tmp_path.iterdir()) == folders


def test_a_name_of_the_program_is_no_table(made: Path) -> None:
    for name in ("path", "sql", "parameters", "connection", "duckdb"):
        with pytest.raises(QueryError, match=f"Table with name {name} does not exist"):
            read_query(made, f"SELECT * FROM {name}")
