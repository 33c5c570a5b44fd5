"""Run a night that dies at a moment: ``python dying_night.py MOMENT nightly --home HOME --as-of NIGHT``.

The functions that moments name are wrapped from outside, in this process alone; then the product's own
command runs. A night that ends without having reached its moment ends with the code ``NOT_REACHED``.
"""

from __future__ import annotations

import importlib
import os
import resource
import signal
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from crash_moments import WORST, Call, Moment

NOT_REACHED = 97


class Arrival:
    """Watches a night until its moment has come.

    Parameters
    ----------
    moment : Moment
        What is waited for.
    home : Path
        The installation that the night belongs to.
    """

    def __init__(self, moment: Moment, home: Path) -> None:
        self._moment = moment
        self._home = home
        self._counts = {moment.call: 0} | ({moment.once: 0} if moment.once else {})
        self.has_come = False

    def watch(self) -> None:
        """Wrap the functions that the moment names."""
        for function in {call.function for call in self._counts}:
            module, _, path = function.partition(":")
            owner: Any = importlib.import_module(module)
            *classes, name = path.split(".")
            for each in classes:
                owner = getattr(owner, each)
            setattr(owner, name, self._wrapped(getattr(owner, name), function))

    def _wrapped(self, original: Callable[..., Any], function: str) -> Callable[..., Any]:
        @wraps(original)
        def call(*args: Any, **keys: Any) -> Any:
            about = f"{args} {keys}"
            is_now = self._comes_now(function, about)
            if is_now:
                self._die_by("before")
            try:
                return original(*args, **keys)
            finally:
                if is_now:
                    self._die_by("after")
                self._count(self._moment.once, function, about)

        return call

    def _comes_now(self, function: str, about: str) -> bool:
        once = self._moment.once
        if self.has_come or (once is not None and self._counts[once] < once.nth):
            return False
        self._count(self._moment.call, function, about)
        # A call that writes nothing cannot be torn: then the next one is.
        self.has_come = self._counts[self._moment.call] >= self._moment.call.nth
        return self.has_come

    def _count(self, call: Call | None, function: str, about: str) -> None:
        if call is not None and call.function == function and call.about in about:
            self._counts[call] += 1

    def _die_by(self, when: str) -> None:
        fate = self._moment.fate
        if fate == when:
            os.kill(os.getpid(), signal.SIGKILL)
        if fate == "torn" and when == "after":  # it wrote nothing beyond the limit: the next one may
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            self.has_come = False
        elif fate in ("torn", "full") and when == "before":
            self._limit_files()

    def _limit_files(self) -> None:
        """From now on a write beyond the limit kills, or fails as it does where no space is left."""
        file = self._home / self._moment.file if self._moment.file else None
        size = file.stat().st_size if file and file.exists() else 0
        is_deadly = self._moment.fate == "torn"
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL if is_deadly else signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + self._moment.size, resource.RLIM_INFINITY))


def main() -> None:
    name, *words = sys.argv[1:]
    moment = next(moment for moment in WORST if moment.name == name)
    arrival = Arrival(moment, Path(words[words.index("--home") + 1]))
    arrival.watch()
    from orchestration.cli import main as diurnal

    try:
        diurnal(words)
    finally:
        if not arrival.has_come:
            os._exit(NOT_REACHED)


if __name__ == "__main__":
    main()
