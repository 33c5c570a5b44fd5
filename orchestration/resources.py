"""Builds what assets are handed: the open warehouse and the landing zone of the home."""

from __future__ import annotations

from collections.abc import Iterator

import dagster as dg

from assets.landing import Landing
from assets.sources import read_sources
from orchestration.home import Home
from orchestration.run_lock import hold_run
from warehouse import Warehouse, open_warehouse
from warehouse.store import DEFAULT_WAIT_SECONDS


def resources_of(home: Home, wait_seconds: float = DEFAULT_WAIT_SECONDS) -> dict[str, dg.ResourceDefinition]:
    """Return the resources of a home.

    Parameters
    ----------
    home : Home
        The installation.
    wait_seconds : float
        How long a run waits for another one that holds the warehouse.
    """

    def warehouse(context: dg.InitResourceContext) -> Iterator[Warehouse]:
        run_id = context.run.run_id if context.run else "no-run"
        holder = f"run {run_id[:8]}"
        log = context.log.warning if context.log else print
        with (
            hold_run(home, run_id),
            open_warehouse(
                home.warehouse,
                holder=holder,
                published=home.published,
                wait_seconds=wait_seconds,
                on_wait=log,
            ) as opened,
        ):
            yield opened

    def landing(_: dg.InitResourceContext) -> Landing:
        return Landing(home.path, read_sources(home.sources_toml))

    return {
        "warehouse": dg.ResourceDefinition(warehouse, description="The DuckDB file of the home, locked."),
        "landing": dg.ResourceDefinition(landing, description="sources.toml of the home, checked."),
    }
