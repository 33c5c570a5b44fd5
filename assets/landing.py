"""The landing zone: which files a source names, and which of them the ledger knows already.

What a file holds is read in ``ingestion``.
"""

from __future__ import annotations

import glob
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePath

import polars as pl

from assets.printable import printable
from assets.sources import Source, Sources

COMPRESSED_ENDINGS = (".gz", ".bz2", ".zst")


@dataclass(frozen=True)
class LandingFile:
    """A file as it lies in the landing zone.

    Parameters
    ----------
    path : Path
        Where it is.
    size_bytes : int
        Its size on disk.
    modified_utc : datetime
        When it was last changed, naive UTC.
    refusal : str or None
        Why it is not to be opened.
    """

    path: Path
    size_bytes: int
    modified_utc: datetime
    refusal: str | None = None

    @classmethod
    def of(cls, path: Path, facts: os.stat_result, refusal: str | None = None) -> LandingFile:
        """Return a file with what its file system says of it."""
        modified = datetime.fromtimestamp(facts.st_mtime, tz=UTC).replace(tzinfo=None)
        return cls(path, facts.st_size, modified, refusal)

    @property
    def listed_path(self) -> str:
        """The path as the ledger has it: names of files may hold line ends, and bytes that are no text."""
        return printable(str(self.path))

    @property
    def stem(self) -> str:
        """The name without its endings, which may name a series."""
        name = PurePath(printable(self.path.name))
        return PurePath(name.stem if name.suffix in COMPRESSED_ENDINGS else name).stem


@dataclass(frozen=True)
class Landing:
    """The sources of one home.

    Parameters
    ----------
    home : Path
        The folder that relative ``files`` patterns start from.
    sources : Sources
        The content of its ``sources.toml``.
    """

    home: Path
    sources: Sources

    def files_of(self, source: Source) -> list[LandingFile]:
        """Return the files that a source's pattern matches, by name."""
        return list(self._files(source))

    def why_no_files(self, source: Source) -> str:
        """Say why a pattern matches nothing: no folder, or no file in it."""
        folder, wildcards = self._split(source.files)
        if not wildcards:
            folder = folder.parent
        if not folder.is_dir():
            return (
                f'the folder {folder} of files = "{source.files}" does not exist; create it or correct files'
            )
        return f'no file matches files = "{source.files}" in {folder}'

    def _split(self, files: str) -> tuple[Path, tuple[str, ...]]:
        """Split a pattern into the path before its first wildcard, and the rest.

        What looks like a wildcard in the name of the home itself is none.
        """
        parts = Path(files).parts
        fixed = next((place for place, part in enumerate(parts) if glob.has_magic(part)), len(parts))
        return self.home.absolute().joinpath(*parts[:fixed]), parts[fixed:]

    def _files(self, source: Source) -> Iterator[LandingFile]:
        folder, wildcards = self._split(source.files)
        found = folder.glob("/".join(wildcards)) if wildcards else [folder]
        for path in sorted(found):
            # Copying tools write to hidden names first: those files are not there yet.
            if any(part.startswith(".") and part != ".." for part in path.relative_to(folder).parts):
                continue
            try:
                facts = path.stat()
            except OSError as error:
                # Of a link to nothing and of a closed folder, reading will say so, in the ledger.
                if not isinstance(error, FileNotFoundError) or path.is_symlink():
                    yield LandingFile(path, 0, datetime(1970, 1, 1))
                continue
            # A folder has no content of its own, and that of a pipe may never end.
            if stat.S_ISREG(facts.st_mode):
                yield LandingFile.of(path, facts, _why_outside(path, folder if wildcards else folder.parent))


def _why_outside(path: Path, folder: Path) -> str | None:
    """Say why a file may not be read: who may write into a landing zone must not choose what is read."""
    target = path.resolve()
    if target.is_relative_to(folder.resolve()):
        return None
    return f"it is, or lies behind, a symbolic link that leads out of {folder}; name {target.parent} in files"


def unread(files: list[LandingFile], source: Source, ledger: pl.DataFrame) -> list[LandingFile]:
    """Return the files that the ledger does not know as they are now.

    A file is known if its path, size, time of change and the settings that read it are unchanged.

    Parameters
    ----------
    files : list of LandingFile
        What lies in the landing zone.
    source : WebLog or Export
        Their source.
    ledger : polars.DataFrame
        ``path``, ``file_size_bytes``, ``modified_utc`` and ``reader`` of the source's ledger rows.

    Returns
    -------
    list of LandingFile
        In the files' order.
    """
    known = set(ledger.select("path", "file_size_bytes", "modified_utc", "reader").iter_rows())
    return [
        file
        for file in files
        if (file.listed_path, file.size_bytes, file.modified_utc, source.reader) not in known
    ]
