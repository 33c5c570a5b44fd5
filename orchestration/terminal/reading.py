"""Reads the warehouse itself between two writers. The published copy needs no such care."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack, suppress

import polars as pl

from orchestration.home import Home
from warehouse import read_query
from warehouse.lock import hold


def read_when_free(
    home: Home, sql: str, parameters: Sequence[object] = (), wait_seconds: float = 0.0
) -> pl.DataFrame:
    """Run one query on the warehouse while nobody writes; who wants to write waits until it is answered.

    Parameters
    ----------
    home : Home
        The installation.
    sql : str
        The query.
    parameters : sequence
        Values for its placeholders.
    wait_seconds : float
        How long to wait for a run that writes.

    Returns
    -------
    polars.DataFrame
        Its rows.

    Raises
    ------
    WarehouseBusyError
        If a run holds the warehouse for longer; the message says which.
    WarehouseError
        If there is no warehouse, or it cannot be read.
    QueryError
        If DuckDB refuses the query.
    """
    with ExitStack() as held:
        if home.warehouse.exists():
            lock = hold(home.warehouse_lock, "a reader", shared=True, wait_seconds=wait_seconds)
            with suppress(PermissionError):  # who may only read the home cannot hold off a writer
                held.enter_context(lock)
        return read_query(home.warehouse, sql, parameters)
