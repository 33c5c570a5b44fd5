"""Dagster's own records of a home: its runs, events and checks."""

from __future__ import annotations

import dagster as dg

from orchestration.home import Home
from warehouse.lock import hold

_OPENING_SECONDS = 120.0


def open_instance(home: Home) -> dg.DagsterInstance:
    """Open Dagster's records, which are made if absent.

    Parameters
    ----------
    home : Home
        The installation; this process and its children belong to it from now on.

    Raises
    ------
    WarehouseBusyError
        If another process takes more than two minutes to open them.
    """
    home.prepare_dagster()
    # Whoever opens the records first makes their tables, and two that do so at once fail in each other's way.
    with hold(home.dagster / "opening.lock", "an opening", wait_seconds=_OPENING_SECONDS):
        return dg.DagsterInstance.get()
