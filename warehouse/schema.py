"""The schema of the warehouse: applies ``sql/``, migrates older versions, refuses what it does not know.

The tables themselves are defined in ``sql/tables``; nothing is defined twice here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import duckdb

from warehouse.connection import connect
from warehouse.errors import WarehouseError

SCHEMA_VERSION = 5
SQL = Path(__file__).resolve().parent.parent / "sql"
# Raw rows stay in the warehouse; readers get what was made of them.
UNPUBLISHED = frozenset({"raw.web_requests", "raw.provider_samples"})


def table_files() -> dict[str, Path]:
    """Return the DDL file of each table, by its qualified name."""
    return {f"{file.parent.name}.{file.stem}": file for file in sorted(SQL.glob("tables/*/*.sql"))}


def create_tables(connection: duckdb.DuckDBPyConnection, *, without: frozenset[str] = frozenset()) -> None:
    """Create all schemas and tables of ``sql/tables`` but some."""
    for name, file in table_files().items():
        connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{file.parent.name}"')
        if name not in without:
            connection.execute(file.read_text(encoding="utf-8"))


def create_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Create or replace the views of ``sql/views``."""
    for file in sorted(SQL.glob("views/*/*.sql")):
        connection.execute(file.read_text(encoding="utf-8"))


def prepare(connection: duckdb.DuckDBPyConnection, migrations: Path = SQL / "migrations") -> None:
    """Bring a database to the schema of this release: create, migrate or refuse.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        A writable database.
    migrations : Path
        Folder with one file for each version, ``0002_<what it does>.sql`` and so on.

    Raises
    ------
    WarehouseError
        If the database is no warehouse, of a newer release, cannot be migrated or has been altered.
    """
    connection.begin()
    try:
        found = _version(connection)
        if found is None:
            create_tables(connection)
            _record(connection)
        else:
            _migrate(connection, found, migrations)
        # The views read the tables: they come after the proof that these are the right ones.
        faults = differences(connection)
        if faults:
            raise WarehouseError(
                f"the tables are not those of this release: {'; '.join(faults[:3])}. Mend them, or move the "
                "warehouse file away and run a night: it is built again from the landing zone"
            )
        create_views(connection)
        connection.commit()
    except duckdb.Error as error:
        connection.rollback()
        raise WarehouseError(f"the schema of the warehouse cannot be brought up to date: {error}") from error
    except BaseException:
        connection.rollback()
        raise
    # Statements that alter tables must not stay in the log: DuckDB 1.5 cannot replay all of them.
    connection.execute("CHECKPOINT")


def differences(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Compare the tables of a database with ``sql/tables``.

    Returns
    -------
    list of str
        A phrase for each table or column that is missing, added or of another type; empty if none is.
    """
    wanted = {name: declared.types for name, declared in _declared().items()}
    found = _columns(connection)
    faults = [f"table {name} is missing" for name in sorted(wanted.keys() - found.keys())]
    for name in sorted(wanted.keys() & found.keys()):
        for column in sorted(wanted[name].keys() | found[name].keys()):
            want, have = wanted[name].get(column), found[name].get(column)
            if want != have:
                faults.append(f"{name}.{column} is {have or 'missing'}, not {want or 'declared'}")
    return faults


@dataclass(frozen=True)
class Declaration:
    """What ``sql/tables`` says of one table.

    Parameters
    ----------
    comment : str
        What the table holds, and its key.
    types : mapping of str to str
        Column to SQL type, in order.
    comments : mapping of str to str
        Column to what it holds, with its unit.
    """

    comment: str
    types: Mapping[str, str]
    comments: Mapping[str, str]

    @property
    def kept_key(self) -> tuple[str, ...]:
        """Columns of a key that the writer keeps, as the comment states it; none where an index keeps it."""
        stated = re.search(r"Key: \(([^)]*)\), kept by the writer", self.comment)
        return tuple(name.strip() for name in stated[1].split(",")) if stated else ()


def declaration(table: str) -> Declaration:
    """Return what ``sql/tables`` says of a table.

    Raises
    ------
    WarehouseError
        If it declares no such table.
    """
    declared = _declared()
    if table not in declared:
        raise WarehouseError(f"sql/tables declares no table {table!r}")
    return declared[table]


@cache
def _declared() -> dict[str, Declaration]:
    with connect(None) as scratch:
        create_tables(scratch)
        rows = scratch.execute(
            "SELECT schema_name || '.' || table_name, column_name, comment FROM duckdb_columns()"
        ).fetchall()
        comments = {(table, column): comment or "" for table, column, comment in rows}
        tables = scratch.execute("SELECT schema_name || '.' || table_name, comment FROM duckdb_tables()")
        about = {table: comment or "" for table, comment in tables.fetchall()}
        return {
            table: Declaration(about[table], types, {column: comments[table, column] for column in types})
            for table, types in _columns(scratch).items()
        }


def _columns(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    rows = connection.execute(
        "SELECT schema_name || '.' || table_name, column_name, data_type FROM duckdb_columns() "
        "SEMI JOIN duckdb_tables() USING (database_name, schema_name, table_name) "
        "WHERE database_name = current_database() ORDER BY schema_name, table_name, column_index"
    ).fetchall()
    result: dict[str, dict[str, str]] = {}
    for table, column, kind in rows:
        result.setdefault(table, {})[column] = kind
    return result


def _version(connection: duckdb.DuckDBPyConnection) -> int | None:
    found = _columns(connection)
    if not found:
        return None
    if "platform.schema_versions" not in found:
        raise WarehouseError("the file is a DuckDB database but no warehouse of Diurnal; use another path")
    row = connection.execute("SELECT max(version) FROM platform.schema_versions").fetchone()
    if row is None or row[0] is None:
        raise WarehouseError("the warehouse does not say which version its schema has")
    return int(row[0])


def _migrate(connection: duckdb.DuckDBPyConnection, found: int, migrations: Path) -> None:
    if found > SCHEMA_VERSION:
        raise WarehouseError(
            f"the warehouse was written by a newer release (schema {found}; this one knows "
            f"{SCHEMA_VERSION}): install that release"
        )
    for target in range(found + 1, SCHEMA_VERSION + 1):
        files = sorted(migrations.glob(f"{target:04d}_*.sql"))
        if not files:
            raise WarehouseError(
                f"the warehouse has schema {found} and this release {SCHEMA_VERSION}, and no migration leads "
                f"to {target}: move the warehouse file away and run a night; it is built again from the "
                "landing zone"
            )
        try:
            connection.execute(files[0].read_text(encoding="utf-8"))
        except duckdb.Error as error:
            raise WarehouseError(
                f"the migration {files[0].name} failed, and the warehouse is as it was before: {error}"
            ) from error
    if found < SCHEMA_VERSION:
        _record(connection)


def release() -> str:
    """Return the release of Diurnal that runs."""
    try:
        return version("diurnal")
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "unreleased"


def _record(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        "INSERT INTO platform.schema_versions VALUES (?, ?, (now() AT TIME ZONE 'UTC')::TIMESTAMP)",
        [SCHEMA_VERSION, release()],
    )
