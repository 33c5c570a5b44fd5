"""What a database's own catalogue says of its tables and views: columns, types, keys and comments.

What is made of it, a page or a description of files, is written elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

# The order in which data flow; a schema that is not named here follows in alphabetical order.
SCHEMA_ORDER = (
    "raw",
    "series",
    "models",
    "forecasts",
    "diagnostics",
    "planning",
    "alerts",
    "quality",
    "platform",
)


@dataclass(frozen=True)
class Column:
    """One column of a table or view.

    Parameters
    ----------
    name, type, comment : str
        As the database has them; an absent comment is empty.
    is_nullable : bool
        Whether the database accepts null.
    """

    name: str
    type: str
    is_nullable: bool
    comment: str


@dataclass(frozen=True)
class Relation:
    """One table or view with its columns.

    Parameters
    ----------
    schema, name, comment : str
        As the database has them; an absent comment is empty.
    is_view : bool
        Whether it is a view.
    key : tuple of str
        Columns of the primary key in order; empty where there is none.
    columns : tuple of Column
        In the order of the table.
    """

    schema: str
    name: str
    is_view: bool
    comment: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def qualified_name(self) -> str:
        """``schema.name``."""
        return f"{self.schema}.{self.name}"


def read_relations(connection: duckdb.DuckDBPyConnection) -> list[Relation]:
    """Read the tables and views of a database with their comments.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        An open database; only its current catalogue is read.

    Returns
    -------
    list of Relation
        In the order of the data's flow: by schema, tables before views, then by name.
    """
    columns = _read_columns(connection)
    keys = _read_keys(connection)
    rows = connection.execute(
        """
        SELECT schema_name, table_name, false AS is_view, coalesce(comment, '')
        FROM duckdb_tables()
        WHERE database_name = current_database() AND NOT internal AND NOT temporary
        UNION ALL
        SELECT schema_name, view_name, true AS is_view, coalesce(comment, '')
        FROM duckdb_views()
        WHERE database_name = current_database() AND NOT internal AND NOT temporary
        """
    ).fetchall()
    relations = [
        Relation(
            schema,
            name,
            is_view,
            comment,
            keys.get((schema, name), ()),
            tuple(columns.get((schema, name), ())),
        )
        for schema, name, is_view, comment in rows
    ]
    return sorted(relations, key=_reading_order)


def _reading_order(relation: Relation) -> tuple[int, str, bool, str]:
    known = relation.schema in SCHEMA_ORDER
    place = SCHEMA_ORDER.index(relation.schema) if known else len(SCHEMA_ORDER)
    return place, relation.schema, relation.is_view, relation.name


def _read_columns(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], list[Column]]:
    rows = connection.execute(
        """
        SELECT schema_name, table_name, column_name, data_type, is_nullable, coalesce(comment, '')
        FROM duckdb_columns()
        WHERE database_name = current_database() AND NOT internal
        ORDER BY schema_name, table_name, column_index
        """
    ).fetchall()
    columns: dict[tuple[str, str], list[Column]] = {}
    for schema, table, name, data_type, is_nullable, comment in rows:
        columns.setdefault((schema, table), []).append(Column(name, data_type, is_nullable, comment))
    return columns


def _read_keys(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], tuple[str, ...]]:
    rows = connection.execute(
        """
        SELECT schema_name, table_name, constraint_column_names
        FROM duckdb_constraints()
        WHERE database_name = current_database() AND constraint_type = 'PRIMARY KEY'
        """
    ).fetchall()
    return {(schema, table): tuple(names) for schema, table, names in rows}
