"""The state of a home after a night, and in what two states differ.

Left out are clocks alone: ``loaded_at_utc`` (when a ledger row was written), ``run_at_utc`` and
``evaluated_at_utc`` (when rows and rules were judged), ``applied_at_utc`` (when the schema was made) and
``published_at_utc``. Everything else is compared, in the warehouse and in the published copy, row by row,
with the names of the files that are left and with what Dagster believes.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

CLOCKS = frozenset({"loaded_at_utc", "run_at_utc", "evaluated_at_utc", "applied_at_utc", "published_at_utc"})
# A night that is run again judges again: the same verdicts stand there twice, under two clocks.
JUDGED = "quality.expectations"
ENDED = frozenset({"SUCCESS", "FAILURE", "CANCELED"})
_SHOWN_ROWS = 5
_TABLES = (
    "SELECT schema_name || '.' || table_name AS name, list(column_name ORDER BY column_index) AS columns "
    "FROM duckdb_columns() SEMI JOIN duckdb_tables() USING (schema_name, table_name) "
    "WHERE NOT internal GROUP BY ALL ORDER BY ALL"
)

Tables = dict[str, pl.DataFrame]


@dataclass(frozen=True)
class State:
    """What a night leaves in a home.

    Parameters
    ----------
    warehouse, published : mapping of str to polars.DataFrame
        Each table without clocks, its rows in order.
    files : set of str
        The names of the files of the home, but for the landing zone and the records of single runs.
    settings : str
        Dagster's.
    runs_at_work : tuple of str
        States of the runs that Dagster believes not to have ended.
    """

    warehouse: Tables
    published: Tables
    files: frozenset[str]
    settings: str
    runs_at_work: tuple[str, ...]


def state_of(home: Path) -> State:
    """Read the state of a home that no night is at work on."""
    # How often a night was published is its own affair: the copies' numbers are left out.
    names = (
        re.sub(r"/copies/\d+/", "/copies/", str(path.relative_to(home)))
        for path in home.rglob("*")
        if path.is_file()
    )
    return State(
        warehouse=tables_of(home / "warehouse" / "traffic.duckdb"),
        published=tables_of(home / "published" / "traffic.duckdb"),
        files=frozenset(name for name in names if not name.startswith(("landing/", "dagster/"))),
        settings=(home / "dagster" / "dagster.yaml").read_text(encoding="utf-8"),
        runs_at_work=tuple(_runs_at_work(home)),
    )


def tables_of(database: Path) -> Tables:
    """Read every table of a database file, without clocks and in order."""
    with duckdb.connect(str(database), read_only=True) as connection:
        tables = {}
        for name, columns in connection.execute(_TABLES).fetchall():
            kept = ", ".join(f'"{column}"' for column in columns if column not in CLOCKS)
            distinct = "DISTINCT" if name == JUDGED else ""
            tables[name] = connection.execute(f"SELECT {distinct} {kept} FROM {name} ORDER BY ALL").pl()
        return tables


def differences(found: State, expected: State, leaving_out: frozenset[str] = frozenset()) -> list[str]:
    """Say in what a state differs from the one that it should be; nothing if it does not.

    Parameters
    ----------
    found, expected : State
        Of the disturbed home, and of the undisturbed one.
    leaving_out : set of str
        Tables that are not compared.
    """
    told = []
    for where in ("warehouse", "published"):
        faults = _table_differences(getattr(found, where), getattr(expected, where), leaving_out)
        told += [f"{where}: {fault}" for fault in faults]
    if found.files != expected.files:
        told.append(f"files: {sorted(found.files ^ expected.files)} in one home only")
    if found.settings != expected.settings:
        told.append(f"dagster.yaml: {found.settings!r}")
    told += [f"Dagster believes a run {state}" for state in found.runs_at_work]
    return told


def same_tables(found: Tables, expected: Tables) -> bool:
    """Whether every table has the same rows."""
    return not list(_table_differences(found, expected, frozenset()))


def _table_differences(found: Tables, expected: Tables, leaving_out: frozenset[str]) -> Iterator[str]:
    if found.keys() != expected.keys():
        yield f"tables {sorted(found.keys() ^ expected.keys())} in one of them only"
    for name in sorted(found.keys() & expected.keys() - leaving_out):
        have, want = found[name], expected[name]
        if have.columns != want.columns:
            yield f"{name} has the columns {have.columns}, not {want.columns}"
        elif not have.equals(want):
            yield "\n".join([f"{name} has {have.height} rows, not {want.height}", *_rows_of_one(have, want)])


def _rows_of_one(have: pl.DataFrame, want: pl.DataFrame) -> Iterator[str]:
    for sign, one, other in (("+", have, want), ("-", want, have)):
        rows = one.join(other, on=one.columns, how="anti", nulls_equal=True)
        for row in rows.head(_SHOWN_ROWS).iter_rows():
            yield f"    {sign} {row}"


def _runs_at_work(home: Path) -> list[str]:
    with closing(sqlite3.connect(home / "dagster" / "history" / "runs.db")) as records:
        states = [state for (state,) in records.execute("SELECT status FROM runs")]
    return sorted(state for state in states if state not in ENDED)
