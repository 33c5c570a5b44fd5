"""The tables of a night, written batch by batch in one transaction.

What the rows are belongs to those who make them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Any

import dagster as dg
import polars as pl

from assets.nights import Night
from assets.table_specs import key_of, table_metadata
from warehouse import Warehouse

_PREVIEWED_ROWS = 100


class NightTables:
    """Put a night's rows in the place of those that an earlier run for it wrote, all tables at once.

    Parameters
    ----------
    warehouse : Warehouse
        Where the tables are.
    night : Night
        Whose rows they are.
    tables : sequence of str
        Qualified names.
    """

    def __init__(self, warehouse: Warehouse, night: Night, tables: Sequence[str]) -> None:
        self._warehouse = warehouse
        self._night = night
        self._first = {table: pl.DataFrame() for table in tables}
        self._row_counts = dict.fromkeys(tables, 0)
        self._stack = ExitStack()

    def __enter__(self) -> NightTables:
        self._stack.enter_context(self._warehouse.transaction())
        for table in self._first:
            self._warehouse.delete(table, {"issued_at_utc": self._night.issued_at_utc})
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.__exit__(kind, error, traceback)

    def add(self, frames: Mapping[str, pl.DataFrame]) -> None:
        """Add the rows of a batch, by table; the night's midnight is put beside them."""
        for table, frame in frames.items():
            midnight = pl.lit(self._night.issued_at_utc, pl.Datetime("us"))
            self._warehouse.insert(table, frame.with_columns(issued_at_utc=midnight))
            self._row_counts[table] += frame.height
            if self._first[table].is_empty():
                self._first[table] = frame.head(_PREVIEWED_ROWS)

    def written(
        self, plots: Mapping[str, Mapping[str, Any]] | None = None
    ) -> Iterator[dg.MaterializeResult[Any]]:
        """Yield the materialisation of each table, with its number of rows, a preview and its plots."""
        for table, first in self._first.items():
            metadata = table_metadata(first, row_count=self._row_counts[table])
            yield dg.MaterializeResult(key_of(table), metadata=metadata | dict((plots or {}).get(table, {})))
