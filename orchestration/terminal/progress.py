"""What a person sees while a night runs: on a terminal a bar and an estimate, elsewhere a line a run."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import dagster as dg
from rich.console import Console
from rich.progress import BarColumn, ProgressColumn, Task, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from rich.table import Column
from rich.text import Text

from assets.printable import printable_lines
from assets.work_done import watched
from orchestration.terminal.estimate import Estimate, in_words

_ENDED = frozenset({"STEP_SUCCESS", "STEP_FAILURE", "STEP_SKIPPED"})
_BAR_WIDTH = 12
_ONE_LINE = Column(no_wrap=True)
# Beside the title, the bar and the step: the clock, the longest estimate, and the spaces between.
_OTHER_WIDTH = 7 + len("about 55 min left, 23 h 55 min in all") + 4


@contextmanager
def own_console() -> Iterator[Console]:
    """Give a console on standard error that is the terminal's even while a step runs.

    Dagster points the descriptors of standard output and error at files of its own then.
    """
    try:
        descriptor = os.dup(sys.stderr.fileno())
    except (OSError, ValueError, AttributeError):  # replaced by something that is no file
        yield Console(stderr=True, emoji=False)
        return
    with os.fdopen(descriptor, "w", encoding=sys.stderr.encoding, errors="replace") as stream:
        yield Console(file=stream, emoji=False)


class Progress:
    """Shows runs on a console.

    Parameters
    ----------
    console : rich.console.Console
        Where; nothing moves on it unless it is a terminal that can.
    """

    def __init__(self, console: Console) -> None:
        self._console = console

    @contextmanager
    def run(
        self, title: str, steps: Sequence[str], before: Mapping[str, float] | None = None, then: int = 0
    ) -> Iterator[Callable[[Any], None]]:
        """Show one run.

        Parameters
        ----------
        title : str
            What runs.
        steps : sequence of str
            Keys of its steps.
        before : mapping of str to float, optional
            Seconds that each took in an earlier run.
        then : int
            How many runs of the same kind follow.

        Yields
        ------
        callable
            To be told of each entry of the run's event log.
        """
        is_quiet = not self._console.is_terminal or self._console.is_dumb_terminal
        if is_quiet:
            self._console.print(f"{title} …", markup=False)
        estimate = Estimate(steps, before or {}, time.monotonic())
        columns = (
            TextColumn("{task.description}", markup=False, table_column=_ONE_LINE),
            BarColumn(bar_width=_BAR_WIDTH),
            TimeElapsedColumn(),
            _Remaining(estimate, then),
            TextColumn("{task.fields[step]}", style="dim", markup=False, table_column=_ONE_LINE),
        )
        with Bar(*columns, console=self._console, disable=is_quiet) as bar:
            room = self._console.width - len(title) - _BAR_WIDTH - _OTHER_WIDTH
            shown = _Shown(bar, bar.add_task(title, total=estimate.whole, step=""), estimate, max(room, 0))
            with watched(estimate.tell):
                yield shown.tell
            bar.update(shown.task, completed=estimate.whole)


class _Shown:
    """One run on the bar."""

    def __init__(self, bar: Bar, task: Any, estimate: Estimate, room: int) -> None:
        self._bar, self.task, self._estimate, self._room = bar, task, estimate, room

    def tell(self, entry: dg.EventLogEntry) -> None:
        event = entry.dagster_event
        if event is None:
            if int(entry.level) >= logging.WARNING:
                self._bar.console.print(printable_lines(entry.user_message), markup=False)
        elif event.event_type_value == "STEP_START":
            self._estimate.begin(str(event.step_key), time.monotonic())
            self._bar.update(self.task, step=str(event.step_key).replace("__", ".")[: self._room])
        elif event.event_type_value in _ENDED:
            self._estimate.end(str(event.step_key))


class _Remaining(ProgressColumn):
    """The estimate in words; it moves the bar too, which knows only whole steps."""

    def __init__(self, estimate: Estimate, then: int) -> None:
        super().__init__(table_column=_ONE_LINE)
        self._estimate, self._then = estimate, then

    def render(self, task: Task) -> Text:
        """Return the words, or none while nothing is known."""
        now = time.monotonic()
        if not task.finished:
            task.completed = self._estimate.done(now)
        left = self._estimate.remaining(now)
        if left is None or task.finished:
            return Text("")
        words = f"about {in_words(left)} left"
        pace = self._estimate.run_seconds(now)
        if self._then and pace is not None:
            words += f", {in_words(left + self._then * pace)} in all"
        return Text(words)
