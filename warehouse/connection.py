"""DuckDB connections, locked down: no extension is fetched or loaded, no file outside is touched.

Every connection of the project is opened here. Locks between processes are in ``lock``.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from warehouse.errors import WarehouseBusyError, WarehouseError

# A quarter of the smallest machine that the project is meant for, since frames need the rest; DuckDB spills
# to disk beyond it.
MEMORY_LIMIT = "512MB"


def connect(
    path: Path | None, *, read_only: bool = False, folders: Sequence[Path] = ()
) -> duckdb.DuckDBPyConnection:
    """Open a DuckDB database and lock its configuration.

    Parameters
    ----------
    path : Path or None
        The database file; None for one in memory.
    read_only : bool
        Whether writing is refused.
    folders : sequence of Path
        The only folders that ATTACH and COPY may reach.

    Returns
    -------
    duckdb.DuckDBPyConnection
        Close it when done.

    Raises
    ------
    WarehouseBusyError
        If another process has the file open for writing.
    WarehouseError
        If the file is no DuckDB database of a version that this release reads.
    """
    switches: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    try:
        connection = duckdb.connect(str(path or ":memory:"), read_only=read_only, config=switches)
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]  # what follows is DuckDB's own stack
        if reason.startswith("IO Error: Could not set lock"):
            raise WarehouseBusyError(f"{path} is open in another process: {reason}") from error
        raise WarehouseError(f"{path} cannot be opened: {reason}{_remedy(path, reason)}") from error
    # The folders must be named before external access is switched off: afterwards the list is closed.
    # As text: for a list among the parameters DuckDB loads pandas, and `diurnal sql` waits for it.
    listed = ", ".join(quoted(str(folder)) for folder in folders)
    connection.execute(f"SET allowed_directories = [{listed}]")
    connection.execute("SET enable_external_access = false")
    connection.execute(f"SET memory_limit = '{MEMORY_LIMIT}'")
    connection.execute("SET enable_progress_bar = false")
    connection.execute("SET lock_configuration = true")
    return connection


def quoted(text: str) -> str:
    """Write a text as SQL does, for statements that take no parameters."""
    return "'" + text.replace("'", "''") + "'"


def _remedy(path: Path | None, reason: str) -> str:
    if "not a valid DuckDB" not in reason:
        return ""
    return "; put a backup in its place, or move it away, and `diurnal nightly` makes it anew"
