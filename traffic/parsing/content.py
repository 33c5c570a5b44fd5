"""The bytes of a landing file: decompression by magic number, and the split into numbered lines.

Works on open binary streams; where they come from is the caller's affair, what the lines mean is
``weblog``'s and ``export``'s.
"""

from __future__ import annotations

import bz2
import gzip
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import BinaryIO, Protocol

import numpy as np
import polars as pl
import zstandard

CHUNK_BYTES = 1 << 20
BLOCK_BYTES = 16 << 20
# A line that is split takes many times the memory of a blank one's single byte.
BLOCK_LINES = 1 << 18
# A few KiB of either format can unfold to 100 MiB: compressed content is taken in small bites.
FRAME_BYTES = 1 << 12
MAGIC_BYTES = 10
# No record is this long; what is came from a bomb or a disk error, and would fill the memory.
MAX_LINE_BYTES = 1 << 20
_LINE_FEED = ord("\n")
_COUNTED_BYTES = 1 << 20
_MARK = b"\xef\xbb\xbf"
_GZIP = re.compile(rb"\x1f\x8b")
# "BZh" alone may begin a host's name; a block or the end of an empty stream follows it in bzip2.
_BZIP2 = re.compile(rb"BZh[1-9](1AY&SY|\x17rE8P\x90)")
# A frame, or a skippable one, with which parallel compressors begin.
_ZSTD = re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18")


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
        Non-empty pieces, of a MiB or less unless the content is compressed to next to nothing.

    Raises
    ------
    UnreadableContentError
        If the compressed content is damaged or ends early.
    """
    magic = stream.read(MAGIC_BYTES)
    stream.seek(0)
    try:
        if _GZIP.match(magic):
            yield from _pieces(gzip.GzipFile(fileobj=stream))
        elif _BZIP2.match(magic):
            yield from _frames(stream, bz2.BZ2Decompressor)
        elif _ZSTD.match(magic):
            yield from _frames(stream, zstandard.ZstdDecompressor().decompressobj)
        else:
            yield from _pieces(stream)
    except (EOFError, gzip.BadGzipFile, zlib.error, zstandard.ZstdError) as error:
        raise UnreadableContentError(f"the compressed content is damaged or ends early ({error})") from error
    except OSError as error:
        if error.errno is None:  # bz2 reports damaged data as an OSError without a number
            raise UnreadableContentError(f"the compressed content is damaged ({error})") from error
        raise


def _pieces(stream: BinaryIO | gzip.GzipFile) -> Iterator[bytes]:
    while piece := stream.read(CHUNK_BYTES):
        yield piece


class _Frame(Protocol):
    """What bz2 and zstandard offer for one frame of compressed content."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


def _frames(stream: BinaryIO, new_frame: Callable[[], _Frame]) -> Iterator[bytes]:
    # The libraries' own readers of whole files hide damage: zstandard's takes a truncated frame for the end
    # of the file, and bz2's leaves out a damaged later frame. Frame by frame, neither can be lost.
    frame, is_begun = new_frame(), False
    while bite := stream.read(FRAME_BYTES):
        while bite:
            if piece := frame.decompress(bite):
                yield piece
            is_begun, bite = True, b""
            if frame.eof:
                bite, frame, is_begun = frame.unused_data, new_frame(), False
    if is_begun:
        raise EOFError("the last frame is not complete")


@dataclass(frozen=True)
class LineBlock:
    r"""Consecutive whole lines of a content.

    Parameters
    ----------
    content : bytes
        The lines with their endings, which the last may lack; no byte order mark in front.
    first_line : int
        Number of the first line.
    """

    content: bytes
    first_line: int

    @cached_property
    def n_lines(self) -> int:
        """How many lines there are."""
        pieces = (
            self.content[start : start + _COUNTED_BYTES]
            for start in range(0, len(self.content), _COUNTED_BYTES)
        )
        return sum(map(_line_feeds, pieces)) + (not self.content.endswith(b"\n"))

    @cached_property
    def lines(self) -> pl.DataFrame:
        r"""The lines, split and numbered.

        Columns ``line_number`` (Int64) and ``line`` (String; null for a line of more than a MiB, of which no
        more than that is held). Bytes that are not UTF-8 stand as ``\xNN``, so that a line can be found
        again.
        """
        # A line end in front keeps polars from taking "x^" for compressed content.
        content = b"\n" + self.content
        try:
            lines = pl.read_lines(content)
        except pl.exceptions.ComputeError:
            lines = pl.read_lines(content.decode("utf-8", errors="backslashreplace").encode())
        line = pl.when(pl.col("line").str.len_bytes() <= MAX_LINE_BYTES).then("line")
        return (
            lines[1:]
            .rechunk()  # the regular expressions of polars 2.1 take columns of one chunk only
            .with_row_index("line_number", offset=self.first_line)
            .select(pl.col("line_number").cast(pl.Int64), line.alias("line"))
        )


def line_blocks(
    chunks: Iterable[bytes], block_bytes: int = BLOCK_BYTES, first_line: int = 1
) -> Iterator[LineBlock]:
    r"""Cut content into blocks of whole lines.

    Lines end at ``\n``; one ``\r`` before it belongs to the ending. A final line without an ending
    counts.

    Parameters
    ----------
    chunks : iterable of bytes
        Decompressed content in order.
    block_bytes : int
        A block is closed at the first line end after this many bytes, or after ``BLOCK_LINES`` line ends.
    first_line : int
        Number of the first line.

    Yields
    ------
    LineBlock
        In order, none without a line.
    """
    parts, size, n_lines, tail = [], 0, 0, 0
    for chunk in _pieces_of(chunks):
        end = chunk.rfind(b"\n") + 1
        if tail > MAX_LINE_BYTES:  # the rest of a line that is too long already
            chunk = chunk[chunk.find(b"\n") :] if end else b""
            end = chunk.rfind(b"\n") + 1
        tail = len(chunk) - end if end else tail + len(chunk)
        parts.append(chunk)
        size += len(chunk)
        n_lines += _line_feeds(chunk)
        if end and (size >= block_bytes or n_lines >= BLOCK_LINES):
            parts[-1] = chunk[:end]
            if block := _block(parts, first_line):
                yield block
            first_line += n_lines
            parts, size, n_lines = [chunk[end:]], tail, 0
    if block := _block(parts, first_line):
        yield block


def _pieces_of(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Cut what was compressed to next to nothing."""
    for chunk in chunks:
        for start in range(0, len(chunk), CHUNK_BYTES):
            yield chunk[start : start + CHUNK_BYTES] if len(chunk) > CHUNK_BYTES else chunk


def _line_feeds(content: bytes) -> int:
    # On a piece that fits the processor's cache this is faster than bytes.count.
    return int(np.count_nonzero(np.frombuffer(content, dtype=np.uint8) == _LINE_FEED))


def _block(parts: list[bytes], first_line: int) -> LineBlock | None:
    content = b"".join(parts)
    if first_line == 1:
        content = content.removeprefix(_MARK)
    return LineBlock(content, first_line) if content else None


def lines_of(chunks: Iterable[bytes]) -> pl.DataFrame:
    """Split a whole content into numbered lines.

    Parameters
    ----------
    chunks : iterable of bytes
        Decompressed content in order.

    Returns
    -------
    polars.DataFrame
        As of ``LineBlock.lines``; without rows if the content is empty.
    """
    blocks = [block.lines for block in line_blocks(chunks)]
    return pl.concat(blocks) if blocks else pl.DataFrame(schema={"line_number": pl.Int64, "line": pl.String})
