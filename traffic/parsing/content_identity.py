"""Which content a file has, and whether it begins with all the bytes of a content known before.

Works on decompressed bytes. What follows from it for the ledger is decided in ``assets.ingestion``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

HEAD_BYTES = 4_096


@dataclass(frozen=True)
class ContentIdentity:
    """A content, told apart from all others.

    Parameters
    ----------
    file_id : str
        SHA-256 of the content.
    head_id : str
        SHA-256 of its first ``HEAD_BYTES``, or of all of it if it is shorter.
    n_bytes : int
        Its size.
    """

    file_id: str
    head_id: str
    n_bytes: int


@dataclass(frozen=True)
class Beginning:
    """The first bytes of a content.

    Parameters
    ----------
    file_id : str
        SHA-256 of these bytes.
    n_bytes : int
        How many they are.
    n_lines : int
        Lines that end within them.
    line_bytes : int
        Bytes of these lines: less than ``n_bytes`` where the last line is not finished.
    """

    file_id: str
    n_bytes: int
    n_lines: int
    line_bytes: int


def identify(chunks: Iterable[bytes]) -> ContentIdentity:
    """Identify a content.

    Parameters
    ----------
    chunks : iterable of bytes
        The content in order.
    """
    digest, head, n_bytes = hashlib.sha256(), b"", 0
    for chunk in chunks:
        digest.update(chunk)
        n_bytes += len(chunk)
        if len(head) < HEAD_BYTES:
            head += chunk[: HEAD_BYTES - len(head)]
    return ContentIdentity(digest.hexdigest(), hashlib.sha256(head).hexdigest(), n_bytes)


def beginnings(chunks: Iterable[bytes], lengths: Collection[int]) -> list[Beginning]:
    """Identify the beginnings of a content, in one pass that ends with the longest.

    Parameters
    ----------
    chunks : iterable of bytes
        The content in order.
    lengths : collection of int
        Sizes of the beginnings, in bytes, in any order.

    Returns
    -------
    list of Beginning
        From short to long; none for a length that the content does not have.
    """
    digest = hashlib.sha256()
    found: list[Beginning] = []
    n_bytes = n_lines = line_bytes = 0
    for piece, is_end in _cut(chunks, sorted(set(lengths))):
        digest.update(piece)
        if (last := piece.rfind(b"\n")) >= 0:
            n_lines += piece.count(b"\n")
            line_bytes = n_bytes + last + 1
        n_bytes += len(piece)
        if is_end:
            found.append(Beginning(digest.hexdigest(), n_bytes, n_lines, line_bytes))
    return found


def after(chunks: Iterable[bytes], n_bytes: int) -> Iterator[bytes]:
    """Yield what follows the first bytes of a content.

    Parameters
    ----------
    chunks : iterable of bytes
        The content in order.
    n_bytes : int
        How many bytes to leave out.
    """
    for chunk in chunks:
        if n_bytes < len(chunk):
            yield chunk[n_bytes:] if n_bytes else chunk
        n_bytes = max(0, n_bytes - len(chunk))


def _cut(chunks: Iterable[bytes], places: list[int]) -> Iterator[tuple[bytes, bool]]:
    """Cut a content at ascending places; say of each piece whether it ends at one. The rest is not read."""
    remaining = iter(places)
    place = next(remaining, None)
    position = 0
    for chunk in chunks:
        start = 0
        while place is not None and place <= position + len(chunk):
            end = place - position
            yield chunk[start:end], True
            start, place = end, next(remaining, None)
        if place is None:
            return
        yield chunk[start:], False
        position += len(chunk)
