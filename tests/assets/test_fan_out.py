"""Batches are worked on side by side, come back in order, and never pile up."""

from __future__ import annotations

import os
import threading
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
