from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from warehouse.dictionary import data_dictionary
from warehouse.relations import read_relations

DICTIONARY = Path(__file__).parents[2] / "docs" / "data_dictionary.md"


@pytest.fixture(scope="module")
def warehouse(sql_files: Callable[[str], list[Path]]) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        for file in [*sql_files("tables/*/*.sql"), *sql_files("views/*/*.sql")]:
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {file.parent.name}")
            connection.execute(file.read_text(encoding="utf-8"))
        yield connection


def test_the_committed_dictionary_is_fresh(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert DICTIONARY.read_text(encoding="utf-8") == data_dictionary(warehouse), (
        "sql/ has changed since docs/data_dictionary.md was written: `make dictionary` writes it anew"
    )


def test_every_table_view_and_column_is_in_it(warehouse: duckdb.DuckDBPyConnection) -> None:
    sections = data_dictionary(warehouse).split("\n### ")[1:]
    described = {section.partition("\n")[0]: section for section in sections}
    relations = read_relations(warehouse)
    assert list(described) == [f"{relation.schema}.{relation.name}" for relation in relations]
    for relation in relations:
        section = described[f"{relation.schema}.{relation.name}"]
        assert all(f"| `{column.name}` | {column.type} |" in section for column in relation.columns)
        assert relation.is_view or "Key: (" in section


def test_schemas_follow_the_flow_of_data_and_unknown_ones_come_last(bare: duckdb.DuckDBPyConnection) -> None:
    for schema in ("zeta", "alpha", "quality", "raw"):
        bare.execute(f"CREATE SCHEMA {schema}; CREATE TABLE {schema}.t (x INTEGER)")
    bare.execute("CREATE VIEW raw.a AS SELECT x FROM raw.t; CREATE TEMP TABLE scratch (x INTEGER)")
    names = [f"{relation.schema}.{relation.name}" for relation in read_relations(bare)]
    assert names == ["raw.t", "raw.a", "quality.t", "alpha.t", "zeta.t"]


def test_comments_stay_as_they_are_written(bare: duckdb.DuckDBPyConnection) -> None:
    bare.execute(
        """
        CREATE SCHEMA raw;
        CREATE TABLE raw.t (a INTEGER, b VARCHAR, PRIMARY KEY (b, a));
        COMMENT ON TABLE raw.t IS 'Rows of <source>.';
        COMMENT ON COLUMN raw.t.a IS 'Mean of |x|, 2 * x,
        and so on.';
        """
    )
    text = data_dictionary(bare)
    assert "Rows of \\<source\\>." in text
    assert "Key: (b, a)." in text
    row = next(line for line in text.splitlines() if line.startswith("| `a` |"))
    assert row.startswith("| `a` | INTEGER | no | Mean of \\|x\\|, 2 \\* x, ")
    assert row.endswith("and so on. |")


def test_an_attached_database_is_not_described(bare: duckdb.DuckDBPyConnection) -> None:
    bare.execute("CREATE SCHEMA raw; CREATE TABLE raw.t (x INTEGER)")
    before = data_dictionary(bare)
    bare.execute("ATTACH ':memory:' AS other; CREATE SCHEMA other.raw; CREATE TABLE other.raw.t (y INTEGER)")
    assert data_dictionary(bare) == before
