"""How far a long step is, told by who does it to who looks on. Without someone who looks on, nobody is told.

What a terminal shows of it is ``orchestration.terminal.progress``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from traffic.parsing.content import LineBlock

_TOLD: ContextVar[Callable[[float], None] | None] = ContextVar("told", default=None)


@contextmanager
def watched(told: Callable[[float], None]) -> Iterator[None]:
    """Have a function told the share, from 0 to 1, that is done of what runs in the block."""
    token = _TOLD.set(told)
    try:
        yield
    finally:
        _TOLD.reset(token)


def tell(share: float) -> None:
    """Tell who looks on which share is done."""
    told = _TOLD.get()
    if told is not None:
        told(share)


@contextmanager
def part(start: float, end: float) -> Iterator[None]:
    """Have what is told in the block count as the part of the work from one share to another."""
    told = _TOLD.get()
    if told is None:
        yield
        return
    with watched(lambda share: told(start + share * (end - start))):
        yield
    told(end)


def blocks_told(blocks: Iterator[LineBlock], n_bytes: int) -> Iterator[LineBlock]:
    """Pass blocks of lines on, and tell of each which share of the bytes it ends."""
    done = 0
    for block in blocks:
        yield block
        done += len(block.content)
        tell(min(1.0, done / max(1, n_bytes)))
