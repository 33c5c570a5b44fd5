"""Reads the blocks of one log in order: each line is a request, or is rejected with its reason.

Where a line's fields stand is its layout's affair; which layouts there are, that of ``formats``.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import polars as pl

from traffic.parsing.content import LineBlock
from traffic.parsing.local_time import WallClock, within_plausible_years
from traffic.parsing.rejected_lines import REJECTED_SCHEMA, TOO_LONG
from traffic.parsing.weblog.layout import Layout
from traffic.parsing.weblog.requests import (
    REQUEST_SCHEMA,
    ParsedLines,
    client_fault,
    number_fault,
    requests_of,
)
from traffic.parsing.weblog.text_layout import NO_SUCH_TIME

# The compiled fast path takes a second to load: a short log is read before that.
FAST_FROM_BYTES = 4 << 20
_THREADS = 2
_IS_SKIPPED = pl.col("line").str.contains(r"^\s*(#.*)?$")


class WebLogReader:
    """Reads the blocks of one log in order.

    Parameters
    ----------
    layout : Layout
        The lines' layout.
    time_zone : str
        IANA name of the zone of lines without an offset.
    month : str, optional
        ``yyyy-mm`` for formats whose lines carry no month.
    """

    def __init__(self, layout: Layout, time_zone: str, month: str | None = None) -> None:
        if layout.needs_month and month is None:
            raise ValueError(f'format {layout.name!r} carries no month: say month = "yyyy-mm"')
        self._layout = layout
        self._month = month
        self._parser = layout.parser(month)
        self._clock = WallClock(time_zone)

    def needs_history(self, lines: pl.DataFrame) -> bool:
        """Whether earlier lines of a file decide how these are read.

        So they do where a line may say how those after it are laid out, and where a time says no distance
        from UTC, since the clock may repeat it. In UTC no time comes twice.

        Parameters
        ----------
        lines : polars.DataFrame
            ``line_number`` and ``line``. They are not counted as read.

        Returns
        -------
        bool
        """
        if self._layout.has_directives:
            return True
        if self._clock.time_zone == "UTC" or self._layout.lacks_offset:
            return self._clock.time_zone != "UTC"
        lines, comments = _told_apart(lines)
        fields = self._layout.parser(self._month).parse(lines, comments)
        return bool((fields["local"].is_not_null() & fields["offset_minutes"].is_null()).any())

    def read_blocks(self, blocks: Iterable[LineBlock]) -> Iterator[ParsedLines]:
        """Turn the next blocks into requests and rejected lines.

        The fast path, where the layout has one, runs ahead in threads: its lines need no others. The rest
        is read in the lines' order.

        Parameters
        ----------
        blocks : iterable of LineBlock
            In order.

        Yields
        ------
        ParsedLines
            One a block; every line is counted once.
        """
        with ThreadPoolExecutor(_THREADS) as pool:
            ahead: deque[Future[tuple[pl.DataFrame, pl.DataFrame]]] = deque()
            for block in blocks:
                ahead.append(pool.submit(self._proven, block))
                if len(ahead) > _THREADS:
                    yield self._completed(*ahead.popleft().result())
            while ahead:
                yield self._completed(*ahead.popleft().result())

    def read(self, lines: pl.DataFrame) -> ParsedLines:
        """Turn the next lines into requests and rejected lines, by the layout's expressions alone.

        Parameters
        ----------
        lines : polars.DataFrame
            ``line_number`` and ``line``, as of ``LineBlock.lines``; a null stands for a line that was longer
            than a line may be.

        Returns
        -------
        ParsedLines
            Every line is counted once.
        """
        return self._completed(pl.DataFrame(schema=REQUEST_SCHEMA), lines)

    def _proven(self, block: LineBlock) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Return the requests that the fast path finds, and the other lines."""
        if self._layout.fast is None or len(block.content) < FAST_FROM_BYTES:
            return pl.DataFrame(schema=REQUEST_SCHEMA), block.lines
        return self._layout.fast(block)

    def _completed(self, proven: pl.DataFrame, others: pl.DataFrame) -> ParsedLines:
        n_lines = proven.height + others.height
        too_long = others.filter(pl.col("line").is_null())
        lines, comments = _told_apart(others)
        fields = self._judged(self._parser.parse(lines, comments))
        is_good = pl.col("reason").is_null()
        requests = requests_of(fields.filter(is_good))
        rejected = fields.filter(~is_good).select(REJECTED_SCHEMA.keys())
        if not too_long.is_empty():
            long = too_long.select("line_number", reason=pl.lit(TOO_LONG), line=pl.lit(""))
            rejected = pl.concat([rejected, long]).sort("line_number")
        if not proven.is_empty():
            requests = pl.concat([proven.select(REQUEST_SCHEMA.keys()), requests]).sort("line_number")
        return ParsedLines(requests, rejected, n_lines, comments.height)

    def _judged(self, fields: pl.DataFrame) -> pl.DataFrame:
        at_utc = self._at_utc(fields)
        is_time = (at_utc.is_not_null() & within_plausible_years(pl.col("at_utc"))).fill_null(value=False)
        no_such_time = pl.when(~is_time).then(pl.format(NO_SUCH_TIME, pl.col("time").fill_null("")))
        return fields.with_columns(at_utc=at_utc).with_columns(
            reason=pl.coalesce("reason", client_fault(), no_such_time, number_fault())
        )

    def _at_utc(self, fields: pl.DataFrame) -> pl.Series:
        by_offset = fields.select(pl.col("local") - pl.duration(minutes="offset_minutes")).to_series()
        has_offset = fields["offset_minutes"].is_not_null()
        is_local = ~has_offset & fields["local"].is_not_null()
        if not is_local.any():
            return by_offset
        return by_offset.zip_with(has_offset, self._clock.to_utc(fields["local"].set(has_offset, None)))


def _told_apart(block: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the lines that may be records, and those that are blank or comments."""
    block = block.select("line_number", "line").rechunk()
    is_skipped = block.select(_IS_SKIPPED).to_series()
    return block.filter(~is_skipped), block.filter(is_skipped)
