"""The published copy: what people query, swapped in by an atomic rename, so that nobody waits for a night.

It holds every table but the raw rows, and of the observations and their days the last sixty of each series.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from warehouse import schema
from warehouse.building import built_beside
from warehouse.connection import connect

OBSERVATION_DAYS = 60
_OF_RECENT_DAYS = ("series.observations", "series.day_ensemble")


def publish(connection: duckdb.DuckDBPyConnection, target: Path) -> None:
    """Build the readers' copy beside its place and rename it into place.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        The warehouse; may reach the target's folder.
    target : Path
        The published file. Readers that have the former one open keep reading it.
    """
    with built_beside(target) as building:
        # The copy's tables and views are made by a connection of its own: made through ATTACH, the views
        # would carry the attached name and break when the file is opened by itself.
        with connect(building) as fresh:
            fresh.begin()  # one transaction, since each waits for the disk
            schema.create_tables(fresh, without=schema.UNPUBLISHED)
            schema.create_views(fresh)
            fresh.commit()
        _fill(connection, building)


def _fill(connection: duckdb.DuckDBPyConnection, copy: Path) -> None:
    quoted = str(copy).replace("'", "''")
    connection.execute(f"ATTACH '{quoted}' AS published")
    try:
        _copy_rows(connection)
        connection.execute("CHECKPOINT published")
    finally:
        connection.execute("DETACH published")


def _copy_rows(connection: duckdb.DuckDBPyConnection) -> None:
    connection.begin()
    try:
        for table in schema.table_files().keys() - schema.UNPUBLISHED:
            rows = _recent(table) if table in _OF_RECENT_DAYS else f"SELECT * FROM {table}"
            connection.execute(f"INSERT INTO published.{table} BY NAME {rows}")
        connection.commit()
    except BaseException:
        connection.rollback()
        raise


def _recent(table: str) -> str:
    return f"""
        SELECT kept.* FROM {table} AS kept
        JOIN (SELECT series_id, max(at_utc) AS newest_utc FROM {table} GROUP BY series_id) USING (series_id)
        WHERE at_utc > newest_utc - INTERVAL {OBSERVATION_DAYS} DAY
    """
