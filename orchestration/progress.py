"""What a person sees while a night runs: on a terminal a bar and an estimate, elsewhere a line a run."""

from __future__ import annotations

import logging
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
from orchestration.estimate import Estimate, in_words

_ENDED = frozenset({"STEP_SUCCESS", "STEP_FAILURE", "STEP_SKIPPED"})
# What is too long for the line is cut there: a second line would be left standing.
_CUT = Column(no_wrap=True, overflow="ellipsis", ratio=1)


class Progress:
    """Shows runs on a console.

    Parameters
    ----------
    console : rich.console.Console
        Where; nothing moves on it unless it is a terminal.
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
        if not self._console.is_terminal:
            self._console.print(f"{title} …", markup=False)
        estimate = Estimate(steps, before or {}, time.monotonic())
        columns = (
            TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True)),
            BarColumn(bar_width=12),
            TimeElapsedColumn(),
            _Remaining(estimate, then),
            TextColumn("{task.fields[step]}", style="dim", markup=False, table_column=_CUT),
        )
        with Bar(*columns, console=self._console, disable=not self._console.is_terminal) as bar:
            shown = _Shown(bar, bar.add_task(title, total=estimate.whole, step=""), estimate)
            with watched(estimate.tell):
                yield shown.tell
            bar.update(shown.task, completed=estimate.whole)


class _Shown:
    """One run on the bar."""

    def __init__(self, bar: Bar, task: Any, estimate: Estimate) -> None:
        self._bar, self.task, self._estimate = bar, task, estimate

    def tell(self, entry: dg.EventLogEntry) -> None:
        event = entry.dagster_event
        if event is None:
            if int(entry.level) >= logging.WARNING:
                self._bar.console.print(printable_lines(entry.user_message), markup=False)
        elif event.event_type_value == "STEP_START":
            self._estimate.begin(str(event.step_key), time.monotonic())
            self._bar.update(self.task, step=str(event.step_key).replace("__", "."))
        elif event.event_type_value in _ENDED:
            self._estimate.end(str(event.step_key))


class _Remaining(ProgressColumn):
    """The estimate in words; it moves the bar too, which knows only whole steps."""

    def __init__(self, estimate: Estimate, then: int) -> None:
        super().__init__(table_column=Column(no_wrap=True))
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
