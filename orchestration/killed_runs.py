"""Runs whose process is gone: Dagster believes them at work until someone says otherwise."""

from __future__ import annotations

import dagster as dg

from orchestration.home import Home
from warehouse import WarehouseBusyError
from warehouse.lock import hold

_UNENDED = [
    dg.DagsterRunStatus.NOT_STARTED,  # recorded by ``diurnal nightly``, which was killed before it began
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


def report_killed_runs(instance: dg.DagsterInstance, home: Home) -> list[str]:
    """Report every run as failed whose process no longer holds its lock.

    Parameters
    ----------
    instance : DagsterInstance
        Of the home.
    home : Home
        The installation.

    Returns
    -------
    list of str
        Their ids.
    """
    killed = []
    for run in instance.get_runs(dg.RunsFilter(statuses=_UNENDED)):
        lock = home.run_lock(run.run_id)
        if not lock.exists():  # one of the daemon's that has not opened the warehouse yet
            continue
        try:
            with hold(lock, "a look for killed runs", wait_seconds=0):
                instance.report_run_failed(
                    run, "The process of this run is gone; what it had committed stays."
                )
                killed.append(run.run_id)
        except WarehouseBusyError:  # its process lives
            continue
        lock.unlink(missing_ok=True)
    return killed
