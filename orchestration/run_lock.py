"""The lock that a run's process holds for as long as it lives: a run whose lock is free was killed.

Who looks for such runs is ``killed_runs``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orchestration.home import Home
from warehouse.lock import hold

_HELD: set[Path] = set()


@contextmanager
def hold_run(home: Home, run_id: str) -> Iterator[None]:
    """Hold the lock of a run while the block runs; a block within a block of the same run joins it.

    The lock file goes when the block ends well. After a fault it stays, free, so that a run whose end could
    not be recorded is found.

    Parameters
    ----------
    home : Home
        The installation.
    run_id : str
        Dagster's.
    """
    lock = home.run_lock(run_id)
    if lock in _HELD:
        yield
        return
    lock.parent.mkdir(parents=True, exist_ok=True)
    with hold(lock, f"run {run_id[:8]}", wait_seconds=0):
        _HELD.add(lock)
        try:
            yield
        finally:
            _HELD.discard(lock)
    lock.unlink(missing_ok=True)
