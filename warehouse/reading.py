"""Reading for people: one query against the published copy or the warehouse, without ever writing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
import polars as pl

from warehouse.connection import connect
from warehouse.errors import QueryError, WarehouseError


def read_query(path: Path, sql: str, parameters: Sequence[object] = ()) -> pl.DataFrame:
    """Run one query on a database file, read-only and without access to other files.

    Parameters
    ----------
    path : Path
        The published copy or the warehouse.
    sql : str
        The query.
    parameters : sequence
        Values for its placeholders.

    Returns
    -------
    polars.DataFrame
        Its rows.

    Raises
    ------
    WarehouseError
        If the file does not exist or cannot be read now.
    QueryError
        If DuckDB refuses the query.
    """
    if not path.exists():
        raise WarehouseError(f"{path} does not exist yet; `diurnal nightly` makes it")
    with connect(path, read_only=True) as connection:
        try:
            return connection.execute(sql, parameters).pl()
        except duckdb.Error as error:
            raise QueryError(str(error)) from error
