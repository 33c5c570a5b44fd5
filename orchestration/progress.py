"""What a person sees while a night runs: on a terminal a bar with the step, elsewhere a line a run."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import dagster as dg
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from assets.printable import printable_lines

_ENDED = frozenset({"STEP_SUCCESS", "STEP_FAILURE", "STEP_SKIPPED"})


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
    def run(self, title: str, steps: int) -> Iterator[Callable[[Any], None]]:
        """Show one run.

        Parameters
        ----------
        title : str
            What runs.
        steps : int
            How many steps it has.

        Yields
        ------
        callable
            To be told of each entry of the run's event log.
        """
        columns = (
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[step]}", style="dim"),
        )
        if not self._console.is_terminal:
            self._console.print(f"{title} …", markup=False)
        with Bar(*columns, console=self._console, disable=not self._console.is_terminal) as bar:
            task = bar.add_task(title, total=steps, step="")

            def show(entry: dg.EventLogEntry) -> None:
                event = entry.dagster_event
                if event is None:
                    if int(entry.level) >= logging.WARNING:
                        bar.console.print(printable_lines(entry.user_message), markup=False)
                elif event.event_type_value == "STEP_START":
                    bar.update(task, step=str(event.step_key).replace("__", "."))
                elif event.event_type_value in _ENDED:
                    bar.advance(task)

            yield show
