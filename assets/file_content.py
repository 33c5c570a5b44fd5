"""The content of a landing file: identified in one pass, read in another, and never more than its limit.

Which files there are is ``landing``'s affair; which of their bytes are new, ``ingestion``'s.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator

from assets.landing import LandingFile
from traffic.parsing.content import UnreadableContentError, decompressed_chunks
from traffic.parsing.content_identity import Beginning, ContentIdentity, after, beginnings, identify


class ChangedFileError(OSError):
    """A file that was written to while it was read."""


class TooLargeContentError(UnreadableContentError):
    """A content beyond the limit of its source."""


def identity_of(file: LandingFile, max_bytes: int) -> ContentIdentity:
    """Identify what a file holds.

    Raises
    ------
    UnreadableContentError
        If it is damaged, or larger than the limit.
    OSError
        If the file cannot be read.
    """
    return identify(_limited(_decompressed(file), max_bytes))


def beginnings_of(file: LandingFile, lengths: Collection[int]) -> list[Beginning]:
    """Identify the beginnings of what a file holds; see ``content_identity.beginnings``."""
    return beginnings(_decompressed(file), lengths)


def content_of(file: LandingFile, identity: ContentIdentity, skipped_bytes: int = 0) -> Iterator[bytes]:
    """Yield the content that was identified, but for its first bytes.

    What was written to the file since then is left to another night.

    Raises
    ------
    ChangedFileError
        At the end, if the file holds another content now.
    """
    digest = hashlib.sha256()

    def watched() -> Iterator[bytes]:
        left = identity.n_bytes
        for chunk in _decompressed(file):
            piece = chunk[:left]
            digest.update(piece)
            left -= len(piece)
            yield piece
            if not left:
                return

    yield from after(watched(), skipped_bytes)
    if digest.hexdigest() != identity.file_id:
        raise ChangedFileError("it changed while it was read; the next night tries again")


def first_of(file: LandingFile, n_bytes: int) -> Iterator[bytes]:
    """Yield the first bytes of what a file holds."""
    for chunk in _decompressed(file):
        yield chunk[:n_bytes]
        n_bytes -= len(chunk)
        if n_bytes <= 0:
            return


def _decompressed(file: LandingFile) -> Iterator[bytes]:
    with file.path.open("rb") as stream:
        yield from decompressed_chunks(stream)


def _limited(chunks: Iterator[bytes], max_bytes: int) -> Iterator[bytes]:
    n_bytes = 0
    for chunk in chunks:
        n_bytes += len(chunk)
        if n_bytes > max_bytes:
            raise TooLargeContentError(
                f"it holds more than {max_bytes:,} bytes, unpacked; if it is what you expect, say max_size"
            )
        yield chunk
