"""A file that is built beside its place and takes it when it is whole: a database, a page, an export.

A file in its place is always one that was finished. What is built is the caller's affair.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def built_beside(target: Path) -> Iterator[Path]:
    """Yield a path to build a file at; when the block ends, it is renamed to its place.

    If the block fails, what is in the place stays; the next one clears what was left beside it.

    Parameters
    ----------
    target : Path
        The place; its folder exists. Who has the former file open keeps reading it.

    Yields
    ------
    Path
        Beside the target, hidden, free. A database must be closed when the block ends.
    """
    building = target.with_name(f".{target.name}.building")
    for leftover in (building, _log_of(building)):
        leftover.unlink(missing_ok=True)
    yield building
    sync(building)
    # What a former file's writer left in its log would be replayed on the new file.
    _log_of(target).unlink(missing_ok=True)
    building.replace(target)
    sync(target.parent)


@contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """Yield a path to write a file at that nobody else holds off; when the block ends, it takes its place.

    Two processes that write the same file do not meet, and the later one's stands. A database, whose writer
    has a lock and whose leftovers are large, is ``built_beside``.

    Parameters
    ----------
    target : Path
        The place; its folder exists.

    Yields
    ------
    Path
        Beside the target, hidden, this process' own. If the block fails, it is removed, and what is in the
        place stays.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    building = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        yield building
        sync(building)
        building.replace(target)
    finally:
        building.unlink(missing_ok=True)


def _log_of(database: Path) -> Path:
    return database.with_name(f"{database.name}.wal")


def sync(path: Path) -> None:
    """Wait until a file or folder is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
