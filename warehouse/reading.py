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
        If DuckDB refuses the query, or its answer has a type that no frame holds.
    """
    if not path.exists():
        raise WarehouseError(f"{path} does not exist yet; `diurnal nightly` makes it")
    with connect(path, read_only=True) as connection:
        try:
            statements = connection.extract_statements(sql)
            if not statements:  # nothing but blanks and comments
                raise QueryError("the query is empty; write one such as SELECT * FROM series.catalog")
            if len(statements) > 1:
                raise QueryError(f"these are {len(statements)} statements; ask one at a time")
            return connection.execute(statements[0], parameters).pl()
        except duckdb.Error as error:
            raise QueryError(str(error)) from error
        except pl.exceptions.PolarsError as error:
            raise QueryError(
                f"a column has a type that cannot be shown (an interval?): CAST it AS VARCHAR ({error})"
            ) from error
