"""Work on many batches at once, in threads or processes of this machine.

How batches are shared out belongs here, and nowhere else: an engine that shares them out over machines would
stand behind the same function. What is done to one batch belongs to the modules of the families.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from itertools import chain, islice
from multiprocessing import get_context
from typing import TypeVar

Batch = TypeVar("Batch")
Result = TypeVar("Result")


def fan_out(
    work: Callable[[Batch], Result],
    batches: Iterable[Batch],
    *,
    in_processes: bool = False,
    on_done: Callable[[], None] | None = None,
) -> Iterator[Result]:
    """Do the same work to each batch, a worker a processor, and yield the results in order.

    Parameters
    ----------
    work : callable
        Made of large array operations, which leave the interpreter to the other threads; it must not touch
        the warehouse, whose connection belongs to the caller's thread. For processes, a function of a module.
    batches : iterable
        Drawn in the caller's thread, one more than there are workers: memory is bounded by that.
    in_processes : bool
        Whether the workers are processes. They take seconds to start, and are worth it where there are
        minutes of work; a single batch is worked on where the caller is.
    on_done : callable, optional
        Called after each batch, in order: where progress is shown.

    Yields
    ------
    result
        Of each batch. What ``work`` raises is raised here, at its place in the order.
    """
    drawn = iter(batches)
    first = list(islice(drawn, 2))
    n_workers = os.cpu_count() or 1
    if len(first) < 2:
        results: Iterator[Result] = map(work, first)
    else:
        results = _shared_out(work, chain(first, drawn), _workers(n_workers, in_processes), n_workers)
    for result in results:
        yield result
        if on_done is not None:
            on_done()


def _workers(n_workers: int, in_processes: bool) -> Executor:
    if in_processes:
        # A fork would copy the threads of polars and DuckDB in the middle of what they do.
        return ProcessPoolExecutor(n_workers, mp_context=get_context("spawn"))
    return ThreadPoolExecutor(n_workers)


def _shared_out(
    work: Callable[[Batch], Result], batches: Iterable[Batch], pool: Executor, n_workers: int
) -> Iterator[Result]:
    waiting: deque[Future[Result]] = deque()
    with pool:
        try:
            for batch in batches:
                waiting.append(pool.submit(work, batch))
                if len(waiting) > n_workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
