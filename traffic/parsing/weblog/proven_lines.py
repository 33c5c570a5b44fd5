"""The fast path of the common and combined formats: lines that one pass over their bytes proves well formed.

A line is proven if it has the separators of its format and no other, words of visible ASCII between them,
and a time and numbers that read at once. Of such a line the expressions of the format find the same fields;
all other lines are left to them. Most lines of most logs are proven, at a hundredth of the expressions' cost.
"""

from __future__ import annotations

import numpy as np
import polars as pl
import pyarrow as pa

from traffic.parsing.content import LineBlock
from traffic.parsing.weblog import line_scan


def prove_common(block: LineBlock) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Read the proven lines of the common format.

    Parameters
    ----------
    block : LineBlock
        Lines of a log.

    Returns
    -------
    requests : polars.DataFrame
        ``REQUEST_SCHEMA``, in the lines' order; the texts share the memory of the block.
    others : polars.DataFrame
        ``line_number`` and ``line`` of the lines that are not proven.
    """
    return _prove(block, is_combined=False)


def prove_combined(block: LineBlock) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Read the proven lines of the combined format; as ``prove_common``."""
    return _prove(block, is_combined=True)


def _prove(block: LineBlock, *, is_combined: bool) -> tuple[pl.DataFrame, pl.DataFrame]:
    room = min(block.n_lines, len(block.content) // line_scan.SHORTEST_LINE_BYTES + 1)
    rows = np.empty((room, line_scan.ROW_WIDTH), dtype=np.int64)
    others = np.empty((block.n_lines, line_scan.OTHER_WIDTH), dtype=np.int64)
    content = block.content
    n_scanned = content.rfind(b"\n", 0, max(0, len(content) - line_scan.LOOKAHEAD)) + 1
    array = np.frombuffer(content, dtype=np.uint8)
    n_proven, n_others = line_scan.scan(array, n_scanned, is_combined, rows, others)
    places = others[:n_others]
    last = LineBlock(content[n_scanned:], block.first_line + n_proven + n_others)
    return (
        _requests(rows[:n_proven], content, block.first_line),
        pl.concat([_lines(places, block), last.lines]),
    )


def _requests(rows: line_scan.Rows, content: bytes, first_line: int) -> pl.DataFrame:
    def text(column: int) -> pl.Series:
        views = np.ascontiguousarray(rows[:, column : column + 2])
        buffers = [None, pa.py_buffer(views), pa.py_buffer(content)]
        return pl.Series(pa.StringViewArray.from_buffers(pa.string_view(), len(rows), buffers))

    at_utc, host, method, path, protocol, status, bytes_sent, place = line_scan.COLUMNS
    return pl.DataFrame(
        {
            "at_utc": pl.Series(rows[:, at_utc]).cast(pl.Datetime("us")),
            "host": text(host),
            "method": text(method),
            "path": text(path),
            "protocol": text(protocol),
            "status": pl.Series(rows[:, status]).cast(pl.Int16),
            "bytes_sent": rows[:, bytes_sent],
            "line_number": rows[:, place] + first_line,
        }
    ).with_columns(
        host=pl.when(pl.col("host") != "-").then("host"),
        bytes_sent=pl.when(pl.col("bytes_sent") != line_scan.NO_SIZE).then("bytes_sent"),
    )


def _lines(others: line_scan.Rows, block: LineBlock) -> pl.DataFrame:
    places = zip(others[:, 0].tolist(), others[:, 1].tolist(), strict=True)
    content = b"".join([block.content[start:end] for start, end in places])
    lines = LineBlock(content, block.first_line).lines
    return lines.with_columns(line_number=others[:, 2] + block.first_line)
