"""Batches are worked on side by side, come back in order, and never pile up."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from collections.abc import Iterator

import pytest

from assets.fan_out import fan_out


def test_results_come_in_the_order_of_the_batches() -> None:
    second_began = threading.Event()

    def work(batch: int) -> int:
        if batch == 0 and (os.cpu_count() or 1) > 1:
            assert second_began.wait(30)  # the first batch ends after the second began
        second_began.set()
        return batch * batch

    assert list(fan_out(work, range(20))) == [batch * batch for batch in range(20)]


def test_batches_are_drawn_in_the_callers_thread_and_few_ahead() -> None:
    drawn: list[int] = []

    def batches() -> Iterator[int]:
        for batch in range(50):
            assert threading.current_thread() is threading.main_thread()
            drawn.append(batch)
            yield batch

    for result in fan_out(lambda batch: batch, batches()):
        assert len(drawn) - result <= (os.cpu_count() or 1) + 1


def test_a_failure_comes_at_its_place_and_ends_the_work() -> None:
    def work(batch: int) -> int:
        if batch == 3:
            raise ValueError("the third")
        return batch

    results = fan_out(work, range(1_000))
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match="the third"):
        next(results)
    assert threading.active_count() < 50


def test_nothing_gives_nothing() -> None:
    assert list(fan_out(len, [])) == []


def _squared_in_its_process(batch: int) -> tuple[int, int]:
    if batch == 0:
        time.sleep(0.5)  # the second batch is done before the first
    return batch * batch, os.getpid()


def _fails_at_three(batch: int) -> int:
    if batch == 3:
        raise ValueError(f"batch {batch}")
    return batch


def test_processes_give_results_in_the_order_of_the_batches() -> None:
    done: list[int] = []
    results = list(
        fan_out(_squared_in_its_process, range(9), in_processes=True, on_done=lambda: done.append(1))
    )
    assert [square for square, _ in results] == [batch * batch for batch in range(9)]
    assert os.getpid() not in {process for _, process in results}
    assert len(done) == 9


def test_a_failure_in_a_process_comes_at_its_place_with_its_own_error() -> None:
    results = fan_out(_fails_at_three, range(1_000), in_processes=True)
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match="batch 3"):
        next(results)
    assert multiprocessing.active_children() == []


def test_processes_are_gone_where_the_caller_stops_early() -> None:
    results = fan_out(_squared_in_its_process, range(1_000), in_processes=True)
    assert next(results)[0] == 0
    results.close()  # type: ignore[attr-defined]
    assert multiprocessing.active_children() == []


def test_a_single_batch_is_worked_on_where_the_caller_is() -> None:
    ((square, process),) = fan_out(_squared_in_its_process, [3], in_processes=True)
    assert (square, process) == (9, os.getpid())
    (thread,) = fan_out(lambda _: threading.current_thread(), [0])
    assert thread is threading.current_thread()
