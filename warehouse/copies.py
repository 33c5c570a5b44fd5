"""Numbered copies in a folder, of which one stands: a copy is built whole, then one rename makes it stand.

What a copy holds is the caller's affair. Who opened a file of an earlier copy keeps it, and that copy's files
stay in place until the next one is built, so that files opened one after the other are of one copy.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from warehouse.building import sync

COPIES, CURRENT = "copies", "current"


@contextmanager
def new_copy(folder: Path, links: Mapping[str, str]) -> Iterator[Path]:
    """Yield an empty folder to build a copy in; when the block ends, it stands in the former one's place.

    If the block fails, the former copy goes on standing, and the next one clears what was left.

    Parameters
    ----------
    folder : Path
        Holds ``copies/<number>`` and the link ``current`` to the one that stands.
    links : mapping of str to str
        Names in the folder that people know, and what they are in a copy.

    Yields
    ------
    Path
        ``copies/<number>`` in the folder. Its files must be closed when the block ends.
    """
    copies = folder / COPIES
    copies.mkdir(parents=True, exist_ok=True)
    standing = _standing(folder)
    for other in copies.iterdir():
        if other.name != standing:
            _remove(other)
    building = copies / str(int(standing or 0) + 1)
    building.mkdir()
    yield building
    for path in (*sorted(building.rglob("*")), building, copies):
        sync(path)
    _link(folder / CURRENT, f"{COPIES}/{building.name}")
    for name, inside in links.items():
        _link(folder / name, f"{CURRENT}/{inside}")
    sync(folder)


def _standing(folder: Path) -> str | None:
    """Return the name of the copy that stands; None where there is none that this module made."""
    current = folder / CURRENT
    name = current.readlink().name if current.is_symlink() else ""
    return name if name.isdecimal() and (folder / COPIES / name).is_dir() else None


def _link(place: Path, target: str) -> None:
    """Put a link in a place, in one rename, whatever stood there."""
    if place.is_symlink() and str(place.readlink()) == target:
        return
    building = place.with_name(f".{place.name}.building")
    building.unlink(missing_ok=True)
    building.symlink_to(target)
    if place.is_dir() and not place.is_symlink():
        _remove(place)  # a folder that was copied with its links followed; no rename replaces it
    building.replace(place)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
