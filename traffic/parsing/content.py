"""The bytes of a landing file: decompression by magic number, and the split into numbered lines.

Works on open binary streams; where they come from is the caller's affair, what the lines mean is
``weblog``'s and ``export``'s.
"""

from __future__ import annotations

import bz2
import gzip
import zlib
from collections.abc import Iterable, Iterator
from typing import BinaryIO

import polars as pl
import zstandard

CHUNK_BYTES = 1 << 20
BLOCK_BYTES = 16 << 20
_GZIP, _BZIP2, _ZSTD = b"\x1f\x8b", b"BZh", b"\x28\xb5\x2f\xfd"


class UnreadableContentError(ValueError):
    """A stream that cannot be decompressed to its end; the message says why."""


def decompressed_chunks(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the decompressed content of a stream, whatever its name.

    Parameters
    ----------
    stream : binary file, seekable
        Plain, gzip, bzip2 or Zstandard content, told apart by its first bytes.

    Yields
    ------
    bytes
        Non-empty pieces of at most a few MiB.

    Raises
    ------
    UnreadableContentError
        If the compressed content is damaged or ends early.
    """
    magic = stream.read(4)
    stream.seek(0)
    try:
        if magic.startswith(_GZIP):
            yield from _pieces(gzip.GzipFile(fileobj=stream))
        elif magic.startswith(_BZIP2):
            yield from _pieces(bz2.BZ2File(stream))
        elif magic.startswith(_ZSTD):
            yield from _zstd_pieces(stream)
        else:
            yield from _pieces(stream)
    except (EOFError, gzip.BadGzipFile, zlib.error, zstandard.ZstdError) as error:
        raise UnreadableContentError(f"the compressed content is damaged or ends early ({error})") from error
    except OSError as error:
        if error.errno is None:  # bz2 reports damaged data as an OSError without a number
            raise UnreadableContentError(f"the compressed content is damaged ({error})") from error
        raise


def _pieces(stream: BinaryIO | gzip.GzipFile | bz2.BZ2File) -> Iterator[bytes]:
    while piece := stream.read(CHUNK_BYTES):
        yield piece


def _zstd_pieces(stream: BinaryIO) -> Iterator[bytes]:
    # zstandard's own stream reader takes a truncated frame for the end of the file: follow the frames here.
    frame = zstandard.ZstdDecompressor().decompressobj()
    pending = stream.read(CHUNK_BYTES)
    while pending:
        piece = frame.decompress(pending)
        if piece:
            yield piece
        pending = frame.unused_data if frame.eof else b""
        if frame.eof:
            frame = zstandard.ZstdDecompressor().decompressobj()
            started = False
        else:
            started = True
        if not pending:
            pending = stream.read(CHUNK_BYTES)
            if not pending and started:
                raise EOFError("the Zstandard frame is not complete")


def line_blocks(chunks: Iterable[bytes], block_bytes: int = BLOCK_BYTES) -> Iterator[pl.DataFrame]:
    r"""Split content into blocks of numbered lines.

    Lines end at ``\n``; one ``\r`` before it belongs to the ending. A final line without an ending
    counts. Bytes that are not UTF-8 are kept as ``\xNN``, so that a line can be found again.

    Parameters
    ----------
    chunks : iterable of bytes
        Decompressed content in order.
    block_bytes : int
        A block is closed at the first line end after this many bytes.

    Yields
    ------
    polars.DataFrame
        Columns ``line_number`` (Int64, from 1) and ``line`` (String).
    """
    first_line, parts, size = 1, [], 0
    for chunk in chunks:
        parts.append(chunk)
        size += len(chunk)
        if size < block_bytes or b"\n" not in chunk:
            continue
        content = b"".join(parts)
        end = content.rindex(b"\n") + 1
        block = _numbered_lines(content[:end], first_line)
        yield block
        first_line += block.height
        parts, size = [content[end:]], len(content) - end
    if size:
        yield _numbered_lines(b"".join(parts), first_line)


def _numbered_lines(content: bytes, first_line: int) -> pl.DataFrame:
    text = content.decode("utf-8", errors="backslashreplace")
    if first_line == 1:
        text = text.removeprefix("\ufeff")
    lines = pl.Series("line", [text.removesuffix("\n")], dtype=pl.String).str.split("\n").explode()
    frame = pl.DataFrame({"line": lines}).with_columns(pl.col("line").str.strip_suffix("\r"))
    return frame.with_row_index("line_number", offset=first_line).select(
        pl.col("line_number").cast(pl.Int64), "line"
    )
