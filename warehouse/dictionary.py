"""The data dictionary: every table and view of a database, in Markdown, from its own comments.

Only the layout belongs here. What a catalogue says is read in ``relations``; how ``sql/`` is applied, and
where the text is written to, is decided elsewhere.
"""

from __future__ import annotations

import duckdb

from warehouse.connection import connect
from warehouse.relations import Relation, read_relations
from warehouse.schema import create_tables, create_views

INTRODUCTION = """\
# Data dictionary

Every table and view of the warehouse, generated from the comments in `sql/`: change them there, not here.
Times ending in `_utc` are naive UTC, local ones say `local_`; missing is null, never zero. The database
enforces each key, unless the table says that its writer keeps it. The published copy leaves out
`raw.web_requests` and `raw.provider_samples`, and has the last 60 days of `series.observations`.
"""


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
