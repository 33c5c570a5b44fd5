"""One writer at a time: a lock between processes that dies with its holder and says who holds it.

DuckDB locks its file as well, but fails at once and without a name; a night should wait.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from warehouse.errors import WarehouseBusyError

_POLL_SECONDS = 0.2


@contextmanager
def hold(
    path: Path,
    holder: str,
    *,
    shared: bool = False,
    wait_seconds: float,
    on_wait: Callable[[str], None] | None = None,
) -> Iterator[None]:
    """Hold the lock file while the block runs.

    Parameters
    ----------
    path : Path
        The lock file; created if absent. Its content names who took it last.
    holder : str
        Who takes it, for the others' messages.
    shared : bool
        Whether other shared holders may hold it as well (readers).
    wait_seconds : float
        How long to wait for another holder.
    on_wait : callable, optional
        Told once, in a sentence, who is being waited for.

    Raises
    ------
    WarehouseBusyError
        If the lock is not free within ``wait_seconds``.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        _take(descriptor, fcntl.LOCK_SH if shared else fcntl.LOCK_EX, wait_seconds, on_wait)
        # One of several readers speaks for all of them, so its own process says nothing.
        signature = holder if shared else f"{holder} (process {os.getpid()})"
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, signature.encode(), 0)
        yield
    finally:
        os.close(descriptor)  # closing releases the lock


def _take(descriptor: int, kind: int, wait_seconds: float, on_wait: Callable[[str], None] | None) -> None:
    deadline = time.monotonic() + wait_seconds
    told = False
    while True:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            who = os.pread(descriptor, 200, 0).decode(errors="replace") or "another process"
            if time.monotonic() >= deadline:
                raise WarehouseBusyError(
                    f"the warehouse is held by {who}; wait until it ends, or ask the published copy"
                ) from None
            if on_wait is not None and not told:
                on_wait(f"waiting for the warehouse, held by {who}")
                told = True
            time.sleep(_POLL_SECONDS)
        else:
            return
