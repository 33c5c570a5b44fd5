"""The data dictionary: every table and view of a database, in Markdown, from its own comments.

Only the reading of a catalogue and its layout belong here. Where a database is kept and how it is opened,
how ``sql/`` is applied, and where the text is written to, do not.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from warehouse.connection import connect
from warehouse.schema import create_tables, create_views

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

INTRODUCTION = """\
# Data dictionary

Every table and view of the warehouse, generated from the comments in `sql/`: change them there, not here.
Times ending in `_utc` are naive UTC, local ones say `local_`; missing is null, never zero. The database
enforces each key, unless the table says that its writer keeps it. The published copy leaves out
`raw.web_requests` and `raw.provider_samples`, and has the last 60 days of `series.observations`.
"""


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


def data_dictionary(connection: duckdb.DuckDBPyConnection) -> str:
    """Describe every table and view of a database in Markdown.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        A database to which ``sql/tables`` and ``sql/views`` have been applied; it may be empty of rows.

    Returns
    -------
    str
        The whole document, ending in one newline. It depends on nothing but the schema.
    """
    relations = read_relations(connection)
    parts = [INTRODUCTION, _contents(relations)]
    schema = None
    for relation in relations:
        if relation.schema != schema:
            schema = relation.schema
            parts.append(f"## {schema}\n")
        parts.append(_section(relation))
    return "\n".join(parts)


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


def _contents(relations: list[Relation]) -> str:
    lines = [_row(["name", "kind", "holds"]), _row(["---"] * 3)]
    for relation in relations:
        # GitHub's anchor of a heading drops the dot between schema and name.
        anchor = f"{relation.schema}{relation.name}"
        kind = "view" if relation.is_view else "table"
        name = f"[`{relation.schema}.{relation.name}`](#{anchor})"
        lines.append(f"| {name} | {kind} | {_cell(relation.comment.partition(' Key: ')[0])} |")
    return "\n".join(lines) + "\n"


def _section(relation: Relation) -> str:
    lines = [f"### {relation.schema}.{relation.name}", ""]
    lines += [("View. " if relation.is_view else "") + _escaped(relation.comment), ""]
    if relation.key:
        lines += [f"Key: ({', '.join(relation.key)}).", ""]
    # A view accepts nothing, so whether a column may be null is said of tables alone.
    heading = ["column", "type", "meaning"] if relation.is_view else ["column", "type", "null", "meaning"]
    lines += [_row(heading), _row(["---"] * len(heading))]
    for column in relation.columns:
        null = [] if relation.is_view else ["yes" if column.is_nullable else "no"]
        lines.append(_row([f"`{column.name}`", column.type, *null, _cell(column.comment)]))
    return "\n".join(lines) + "\n"


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(text: str) -> str:
    return _escaped(text).replace("|", "\\|").replace("\n", " ")


def _escaped(text: str) -> str:
    """Keep what Markdown would read as markup (tags, subscripts, emphasis) as it is written."""
    for mark in "\\<>*":
        text = text.replace(mark, f"\\{mark}")
    return text


def _main() -> None:
    with connect(None) as scratch:
        create_tables(scratch)
        create_views(scratch)
        print(data_dictionary(scratch), end="")


if __name__ == "__main__":
    _main()
