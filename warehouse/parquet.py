"""Each table of a database as a Parquet file that says by itself what it is.

Which tables, and where the files are described, is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb

from warehouse.connection import quoted


def write_parquet(
    connection: duckdb.DuckDBPyConnection, table: str, path: Path, about: Mapping[str, str]
) -> None:
    """Write a table as one Parquet file.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        May reach the file's folder.
    table : str
        Name that the connection knows the table by.
    path : Path
        The file; its folder exists.
    about : mapping of str to str
        What is written into the file's own metadata, beside the schema.
    """
    entries = ", ".join(f"{quoted(key)}: {quoted(value)}" for key, value in about.items())
    connection.execute(
        f"COPY (FROM {table}) TO {quoted(str(path))} "
        f"(FORMAT parquet, COMPRESSION zstd, KV_METADATA {{{entries}}})"
    )
