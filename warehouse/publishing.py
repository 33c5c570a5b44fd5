"""The published copy: what people query, made to stand by one rename, so that nobody waits for a night.

It holds every table but the raw rows, and of the observations and their days the last sixty of each series:
as a DuckDB file, and as a Parquet file a table beside a ``datapackage.json``, all of one night.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from warehouse import schema
from warehouse.connection import connect, quoted
from warehouse.copies import new_copy
from warehouse.datapackage import PublishedNight, describe, table_files
from warehouse.parquet import write_parquet
from warehouse.relations import Relation, read_relations

OBSERVATION_DAYS = 60
PUBLISHED_NIGHT = "platform.published_night"
_OF_RECENT_DAYS = ("series.observations", "series.day_ensemble")
_PARQUET, _DESCRIPTION = "parquet", "datapackage.json"
# Its paths hold where the link to it lies: opened here it would look for them in vain.
_DESCRIPTION_IN_COPY = "description.json"


def publish(connection: duckdb.DuckDBPyConnection, target: Path) -> None:
    """Build the readers' copy, make it stand, and note in the warehouse which night it is of.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        The warehouse; may reach the target's folder.
    target : Path
        The published file. It becomes a link into the copy that stands, as ``parquet`` and
        ``datapackage.json`` beside it. Readers that have the former one open keep reading it.
    """
    links = {target.name: target.name, _PARQUET: _PARQUET, _DESCRIPTION: _DESCRIPTION_IN_COPY}
    with new_copy(target.parent, links) as building:
        copy = building / target.name
        # The copy's tables and views are made by a connection of its own: made through ATTACH, the views
        # would carry the attached name and break when the file is opened by itself.
        with connect(copy) as fresh:
            fresh.begin()  # one transaction, since each waits for the disk
            schema.create_tables(fresh, without=schema.UNPUBLISHED)
            schema.create_views(fresh)
            fresh.commit()
            relations = [found for found in read_relations(fresh) if not found.is_view]
        with _attached(connection, copy):
            night = _copy_rows(connection)
            connection.execute("CHECKPOINT published")
            _write_package(connection, relations, building, night)
    _note(connection, night)


@contextmanager
def _attached(connection: duckdb.DuckDBPyConnection, copy: Path) -> Iterator[None]:
    connection.execute(f"ATTACH {quoted(str(copy))} AS published")
    try:
        yield
    finally:
        connection.execute("DETACH published")


def _copy_rows(connection: duckdb.DuckDBPyConnection) -> PublishedNight:
    connection.begin()
    try:
        for table in schema.table_files().keys() - schema.UNPUBLISHED - {PUBLISHED_NIGHT}:
            rows = _recent(table) if table in _OF_RECENT_DAYS else f"SELECT * FROM {table}"
            connection.execute(f"INSERT INTO published.{table} BY NAME {rows}")
        now = datetime.now(tz=UTC).replace(tzinfo=None)
        night = PublishedNight(_newest_night(connection), now, schema.release())
        connection.execute(f"INSERT INTO published.{PUBLISHED_NIGHT} VALUES (?, ?, ?)", night)
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
    return night


def _recent(table: str) -> str:
    return f"""
        SELECT kept.* FROM {table} AS kept
        JOIN (SELECT series_id, max(at_utc) AS newest_utc FROM {table} GROUP BY series_id) USING (series_id)
        WHERE at_utc > newest_utc - INTERVAL {OBSERVATION_DAYS} DAY
    """


def _newest_night(connection: duckdb.DuckDBPyConnection) -> datetime | None:
    """Return the newest night that any published table has rows of."""
    tables = [
        table
        for table in schema.table_files().keys() - schema.UNPUBLISHED - {PUBLISHED_NIGHT}
        if "issued_at_utc" in schema.declaration(table).types
    ]
    each = " UNION ALL ".join(f"SELECT max(issued_at_utc) AS night FROM published.{name}" for name in tables)
    found = connection.execute(f"SELECT max(night) FROM ({each})").fetchone()
    night: datetime | None = found[0] if found else None
    return night


def _write_package(
    connection: duckdb.DuckDBPyConnection, relations: list[Relation], building: Path, night: PublishedNight
) -> None:
    """Write the copy's tables as Parquet, and the description of the files."""
    files = table_files(relations, building / _PARQUET)
    rows = {}
    for relation in relations:
        name = relation.qualified_name
        files[name].parent.mkdir(parents=True, exist_ok=True)
        about = {
            "table": name,
            "comment": relation.comment,
            "issued_at_utc": night.issued_at_utc.isoformat() if night.issued_at_utc else "",
            "published_at_utc": night.published_at_utc.isoformat(),
            "release": night.release,
        } | {f"comment:{column.name}": column.comment for column in relation.columns}
        write_parquet(connection, f"published.{name}", files[name], about)
        rows[name] = connection.table(f"published.{name}").count("*").fetchall()[0][0]
    text = describe(relations, files, rows, building.parent.parent, night)
    (building / _DESCRIPTION_IN_COPY).write_text(text, encoding="utf-8")


def _note(connection: duckdb.DuckDBPyConnection, night: PublishedNight) -> None:
    """Keep in the warehouse which night was published last."""
    connection.begin()
    try:
        connection.execute(f"DELETE FROM {PUBLISHED_NIGHT}")
        connection.execute(f"INSERT INTO {PUBLISHED_NIGHT} VALUES (?, ?, ?)", night)
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
