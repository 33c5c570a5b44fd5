"""The warehouse as the assets see it: whole frames in, whole frames out, in transactions.

No statement here knows what a table means. Publishing is in ``publishing``, the schema in ``schema``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl
import polars.selectors as cs
from duckdb import ColumnExpression, ConstantExpression

from warehouse import schema
from warehouse.building import built_beside
from warehouse.connection import connect
from warehouse.lock import hold
from warehouse.publishing import publish

Where = Mapping[str, object]


@dataclass(frozen=True)
class Within:
    """A half-open range of values, for a condition: ``start`` <= value < ``end``."""

    start: object
    end: object


BATCH_ROWS = 1_000_000
DEFAULT_WAIT_SECONDS = 3_600.0


@contextmanager
def open_warehouse(
    path: Path,
    *,
    holder: str,
    published: Path | None = None,
    wait_seconds: float = DEFAULT_WAIT_SECONDS,
    on_wait: Callable[[str], None] | None = None,
) -> Iterator[Warehouse]:
    """Open the warehouse for writing; others wait until it is closed.

    Parameters
    ----------
    path : Path
        The DuckDB file; created, with its folder, if absent.
    holder : str
        Who writes, for the messages of those who wait.
    published : Path, optional
        Where ``Warehouse.publish`` puts the readers' copy.
    wait_seconds : float
        How long to wait for another writer.
    on_wait : callable, optional
        Told once, in a sentence, who is being waited for.

    Yields
    ------
    Warehouse
        Its schema is the one of this release.

    Raises
    ------
    WarehouseBusyError
        If another process holds the warehouse for longer.
    WarehouseError
        If the file is not a warehouse that this release can use.
    """
    folders = [path.parent, *([published.parent] if published else [])]
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
    lock = path.with_suffix(".lock")
    with hold(lock, holder, wait_seconds=wait_seconds, on_wait=on_wait):
        if not path.exists():
            _create(path)
        connection = connect(path, folders=folders)
        try:
            schema.prepare(connection)
            yield Warehouse(connection, published)
        finally:
            connection.close()


def _create(path: Path) -> None:
    # DuckDB 1.5 cannot replay the creation of our tables from its log (its issues 18259 and 20543): a first
    # night that is killed would leave a file that nothing opens.
    with built_beside(path) as building, connect(building) as fresh:
        schema.prepare(fresh)


class Warehouse:
    """An open warehouse.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        A database with the schema of this release.
    published : Path or None
        Where ``publish`` puts the readers' copy.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, published: Path | None = None) -> None:
        self._connection = connection
        self._published = published
        self._in_transaction = False

    def query(self, sql: str, parameters: Sequence[object] | Mapping[str, object] = ()) -> pl.DataFrame:
        """Run a query with its parameters bound and return the rows."""
        return self._connection.execute(sql, parameters).pl()

    def read(
        self,
        table: str,
        columns: Sequence[str] = (),
        where: Where | None = None,
        order_by: str | Sequence[str] = (),
    ) -> pl.DataFrame:
        """Read columns of a table.

        Parameters
        ----------
        table : str
            Qualified name.
        columns : sequence of str
            All columns if empty.
        where : mapping, optional
            Column to the value (None: null), the list of values, or the range (``Within``) that it must have.
        order_by : str or sequence of str
            Column or columns to sort by.

        Returns
        -------
        polars.DataFrame
            The rows.
        """
        chosen = [_column(table, name) for name in columns] or ["*"]
        condition, values = _condition(table, where or {})
        keys = [order_by] if isinstance(order_by, str) else order_by
        order = f" ORDER BY {', '.join(_column(table, name) for name in keys)}" if keys else ""
        return self.query(f"SELECT {', '.join(chosen)} FROM {_table(table)}{condition}{order}", values)

    def batches(self, table: str, columns: Sequence[str], where: Where) -> Iterator[pl.DataFrame]:
        """Read columns of a table a million rows at a time, in no particular order.

        The last batch must be taken before the warehouse is asked for anything else.

        Parameters
        ----------
        table : str
            Qualified name.
        columns : sequence of str
            Its columns.
        where : mapping
            As of ``read``.

        Yields
        ------
        polars.DataFrame
            Some of the rows.
        """
        condition, values = _condition(table, where)
        chosen = ", ".join(_column(table, name) for name in columns)
        found = self._connection.execute(f"SELECT {chosen} FROM {_table(table)}{condition}", values)
        for batch in found.to_arrow_reader(BATCH_ROWS):
            yield pl.DataFrame(pl.from_arrow(batch))

    def count(self, table: str, where: Where | None = None) -> int:
        """Count the rows of a table that meet a condition."""
        condition, values = _condition(table, where or {})
        return int(self.query(f"SELECT count(*) AS n FROM {_table(table)}{condition}", values).item())

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit what the block writes together, or nothing of it. A block within a block joins it."""
        if self._in_transaction:
            yield
            return
        self._connection.begin()
        self._in_transaction = True
        try:
            yield
            self._connection.commit()
        except BaseException:
            self._connection.rollback()
            raise
        finally:
            self._in_transaction = False

    def insert(self, table: str, frame: pl.DataFrame) -> None:
        """Add rows; columns go by name, and a missing number is stored as null."""
        if frame.is_empty():
            return
        for name in frame.columns:
            _column(table, name)
        rows = frame.with_columns(cs.float().fill_nan(None)).to_arrow(compat_level=pl.CompatLevel.newest())
        # A frame that is registered is held until the transaction ends; a relation lets go of it.
        self._connection.from_arrow(rows).select(
            *(
                ColumnExpression(name) if name in frame.columns else ConstantExpression(None)
                for name in self._connection.table(table).columns
            )
        ).insert_into(table)

    def delete(self, table: str, where: Where) -> None:
        """Remove the rows that meet a condition."""
        condition, values = _condition(table, where)
        self._connection.execute(f"DELETE FROM {_table(table)}{condition}", values)

    def update(self, table: str, values: Mapping[str, object], where: Where) -> None:
        """Set columns of the rows that meet a condition."""
        condition, bound = _condition(table, where)
        settings = ", ".join(f"{_column(table, name)} = ?" for name in values)
        self._connection.execute(
            f"UPDATE {_table(table)} SET {settings}{condition}", [*values.values(), *bound]
        )

    def update_matching(
        self, table: str, keys: pl.DataFrame, values: Mapping[str, object], where: Where
    ) -> None:
        """Set columns of the rows that meet a condition and have the keys of a frame's rows.

        Parameters
        ----------
        table : str
            Qualified name.
        keys : polars.DataFrame
            Columns of the table.
        values : mapping of str to object
            Column to its new value.
        where : mapping
            As of ``read``.
        """
        if keys.is_empty():
            return
        condition, bound = _condition(table, where)
        settings = ", ".join(f"{_column(table, name)} = ?" for name in values)
        on = " AND ".join(
            f"{_table(table)}.{_column(table, name)} = matching.{name}" for name in keys.columns
        )
        statement = (
            f"UPDATE {_table(table)} SET {settings} FROM matching {condition or 'WHERE true'} AND {on}"
        )
        with self._registered("matching", keys):
            self._connection.execute(statement, [*values.values(), *bound])

    def delete_spans(self, table: str, spans: pl.DataFrame) -> None:
        """Remove the rows of series within spans of time.

        Parameters
        ----------
        table : str
            A table with ``series_id`` and ``at_utc``.
        spans : polars.DataFrame
            ``series_id``, ``first_utc`` and ``last_utc``, both ends included.
        """
        if spans.is_empty():
            return
        with self._registered("spans", spans):
            self._connection.execute(
                f"DELETE FROM {_table(table)} AS kept USING spans WHERE kept.series_id = spans.series_id "
                "AND kept.at_utc BETWEEN spans.first_utc AND spans.last_utc"
            )

    @contextmanager
    def _registered(self, name: str, frame: pl.DataFrame) -> Iterator[None]:
        """Let statements see a frame; DuckDB holds it until the transaction ends, so it should be small."""
        self._connection.register(name, frame)
        try:
            yield
        finally:
            self._connection.unregister(name)

    def replace(self, table: str, frame: pl.DataFrame, where: Where) -> None:
        """Put rows in the place of those that meet a condition, in one transaction."""
        with self.transaction():
            self.delete(table, where)
            self.insert(table, frame)

    def keep_newest(self, table: str, column: str, count: int) -> None:
        """Remove all rows but those with the newest ``count`` values of a column."""
        name, of = _column(table, column), _table(table)
        self._connection.execute(
            f"DELETE FROM {of} WHERE {name} NOT IN "
            f"(SELECT DISTINCT {name} FROM {of} ORDER BY {name} DESC LIMIT ?)",
            [count],
        )

    def schema_differences(self) -> list[str]:
        """Compare the tables with ``sql/tables``; empty if they agree."""
        return schema.differences(self._connection)

    def publish(self) -> Path:
        """Swap a fresh readers' copy in, in one atomic rename.

        Returns
        -------
        Path
            The published file.
        """
        if self._published is None:
            raise ValueError("the warehouse was opened without a place to publish to")
        publish(self._connection, self._published)
        return self._published


def _table(table: str) -> str:
    schema.declaration(table)  # refuses a name that is not declared
    return ".".join(f'"{part}"' for part in table.split("."))


def _column(table: str, name: str) -> str:
    if name not in schema.declaration(table).types:
        raise ValueError(f"table {table} has no column {name!r}")
    return f'"{name}"'


def _condition(table: str, where: Where) -> tuple[str, list[object]]:
    parts: list[str] = []
    values: list[object] = []
    for name, value in where.items():
        if isinstance(value, list | tuple | set | frozenset):
            parts.append(f"{_column(table, name)} IN (SELECT unnest(?))")
            values.append(list(value))
        elif isinstance(value, Within):
            parts.append(f"{_column(table, name)} >= ? AND {_column(table, name)} < ?")
            values += [value.start, value.end]
        elif value is None:
            parts.append(f"{_column(table, name)} IS NULL")
        else:
            parts.append(f"{_column(table, name)} = ?")
            values.append(value)
    return (f" WHERE {' AND '.join(parts)}" if parts else ""), values
