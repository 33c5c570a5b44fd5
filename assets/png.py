"""Makes a chart's PNG small, so that a year of nights stays small in the event log.

Only the bytes of one PNG are looked at. What is drawn belongs to ``charts``.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

SIGNATURE = b"\x89PNG\r\n\x1a\n"
PALETTE_SIZE = 256
MAX_COLOURS = 10_000
CELL_BITS = 4
"""Colours that share the upper bits of each channel are one to the eye."""
_EIGHT_BIT_RGBA = (8, 6, 0, 0, 0)
_EIGHT_BIT_PALETTE = (8, 3, 0, 0, 0)
_FILTER_SUB = 1


def shrink_png(png: bytes) -> bytes:
    """Rewrite an opaque true-colour PNG with a palette of at most 256 of its colours.

    A chart has few colours besides the shades along the edges of its letters and lines, so it looks the same
    and takes a sixth of the bytes or less. Rarer colours become the nearest of the palette.

    Parameters
    ----------
    png : bytes
        A PNG.

    Returns
    -------
    bytes
        A PNG of the same size in pixels; the one given, if it is of another kind than the renderer's.

    Raises
    ------
    ValueError
        If the bytes are no PNG.
    """
    if not png.startswith(SIGNATURE):
        raise ValueError(f"expected a PNG, got bytes that begin with {png[:8]!r}")
    chunks = list(_chunks(png))
    width, height, *kind = struct.unpack(">IIBBBBB", chunks[0][1])
    pixels = _pixels(b"".join(data for name, data in chunks if name == b"IDAT"), width, height, tuple(kind))
    indexed = None if pixels is None else _indexed(pixels)
    if indexed is None:
        return png
    palette, index = indexed
    rows = np.hstack([np.zeros((height, 1), dtype=np.uint8), index])
    return SIGNATURE + b"".join(
        (
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, *_EIGHT_BIT_PALETTE)),
            _chunk(b"PLTE", palette.tobytes()),
            _chunk(b"IDAT", zlib.compress(rows.tobytes(), 9)),
            _chunk(b"IEND", b""),
        )
    )


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    position = len(SIGNATURE)
    while position < len(png):
        length, name = struct.unpack_from(">I4s", png, position)
        yield name, png[position + 8 : position + 8 + length]
        position += 12 + length


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _pixels(compressed: bytes, width: int, height: int, kind: tuple[int, ...]) -> NDArray[np.uint8] | None:
    """Colours of shape (height, width, 3), or None if the PNG is not as the renderer writes it."""
    if kind != _EIGHT_BIT_RGBA:
        return None
    rows = np.frombuffer(zlib.decompress(compressed), dtype=np.uint8).reshape(height, 1 + 4 * width)
    if not np.all(rows[:, 0] == _FILTER_SUB):
        return None
    # The filter stores each pixel's difference from its left neighbour, modulo 256.
    differences = rows[:, 1:].reshape(height, width, 4)
    pixels = np.cumsum(differences, axis=1, dtype=np.uint8)
    is_opaque = bool(np.all(pixels[..., 3] == 255))
    return pixels[..., :3] if is_opaque else None


def _indexed(pixels: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]] | None:
    """Palette of shape (colours, 3) and each pixel's place in it; None for a photograph's many colours."""
    red, green, blue = (pixels[..., channel].astype(np.int64) for channel in range(3))
    codes, place, counts = np.unique(red << 16 | green << 8 | blue, return_inverse=True, return_counts=True)
    if codes.size > MAX_COLOURS:
        return None
    colours = np.stack([codes >> 16, codes >> 8 & 255, codes & 255], axis=1)
    # One of those that look alike comes before their others: the rare colours of a scale find a place.
    ranked = colours[np.argsort(-counts, kind="stable")]
    _, commonest = np.unique(ranked >> (8 - CELL_BITS), axis=0, return_index=True)
    commonest.sort()
    palette = np.concatenate([ranked[commonest], np.delete(ranked, commonest, axis=0)])[:PALETTE_SIZE]
    distance = ((colours[:, None, :] - palette[None, :, :]) ** 2).sum(axis=2)
    nearest = distance.argmin(axis=1).astype(np.uint8)
    return palette.astype(np.uint8), nearest[place].reshape(pixels.shape[:2])
