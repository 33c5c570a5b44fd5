"""Work on many batches at once, in threads of the night's one process.

How batches are shared out belongs here. What is done to one belongs to the modules of the families.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Batch = TypeVar("Batch")
Result = TypeVar("Result")


def fan_out(work: Callable[[Batch], Result], batches: Iterable[Batch]) -> Iterator[Result]:
    """Do the same work to each batch, a thread a processor, and yield the results in order.

    Parameters
    ----------
    work : callable
        Made of large array operations, which leave the interpreter to the other threads; it must not touch
        the warehouse, whose connection belongs to the caller's thread.
    batches : iterable
        Drawn in the caller's thread, one more than there are workers: memory is bounded by that.

    Yields
    ------
    result
        Of each batch. What ``work`` raises is raised here, at its place in the order.
    """
    n_workers = os.cpu_count() or 1
    waiting: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(n_workers) as pool:
        try:
            for batch in batches:
                waiting.append(pool.submit(work, batch))
                if len(waiting) > n_workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
