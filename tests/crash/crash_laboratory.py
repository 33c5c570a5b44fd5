"""Undisturbed nights, disturbed ones, and the comparison: in one folder, each night a process of its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from crash_landing import NIGHTS, cut_short, land
from crash_moments import Moment
from crash_state import JUDGED, State, differences, same_tables, state_of, tables_of
from dying_night import NOT_REACHED

REPOSITORY = Path(__file__).resolve().parents[2]
TIME_LIMIT_SECONDS = 300
_NIGHT = (sys.executable, "-c", "import sys; from orchestration.cli import main; main(sys.argv[1:])")
_DYING_NIGHT = (sys.executable, str(Path(__file__).with_name("dying_night.py")))
_DEADLY = (-signal.SIGKILL, -signal.SIGXFSZ)


class CrashError(AssertionError):
    """A night that did not end as it should."""


@dataclass(frozen=True)
class Ended:
    """How a night ended, and after how many seconds."""

    code: int
    output: str
    seconds: float


class Laboratory:
    """Runs the two nights undisturbed, and keeps the home and the state after each.

    Parameters
    ----------
    folder : Path
        Empty. All homes lie at one and the same path in it, since the ledger names paths.
    """

    def __init__(self, folder: Path) -> None:
        self._home = folder / "home"
        self._published = self._home / "published" / "traffic.duckdb"
        self._before = [folder / f"before_night_{night}" for night in range(len(NIGHTS))]
        self._undisturbed: list[State] = []
        self.seconds: list[float] = []
        for night, before in enumerate(self._before):
            land(self._home, night)
            shutil.copytree(self._home, before)
            self.seconds.append(self._whole_night(night))
            self._undisturbed.append(state_of(self._home))

    def kill_at(self, night: int, seconds: float) -> bool:
        """Kill a night so many seconds after its begin, run it again and compare.

        Returns
        -------
        bool
            False if the night was over before that.

        Raises
        ------
        CrashError
            If the night that follows does not end as an undisturbed one.
        """
        self._prepare(night)
        process = self._start(_NIGHT, night)
        try:
            process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
        self._check_published(night)
        self._check_next_night(night)
        return process.returncode in _DEADLY

    def disturb(self, moment: Moment) -> None:
        """Run a night that dies at a moment, or meets a full disk; run it again and compare.

        Raises
        ------
        CrashError
            If the moment was never reached, or the night that follows does not end as an undisturbed one.
        """
        self._prepare(moment.night)
        ended = self._run((*_DYING_NIGHT, moment.name), moment.night)
        if ended.code == NOT_REACHED:
            raise CrashError(f"no night comes to this moment any more; adapt it\n{ended.output}")
        # DuckDB 1.5 ends its process where it cannot take a failed commit back: then this is a death as well.
        told = ended.code == 1 and "Traceback" not in ended.output
        if moment.fate == "full" and not told and ended.code != -signal.SIGABRT:
            raise CrashError(f"on a full disk the night ended with code {ended.code}\n{ended.output}")
        if moment.fate != "full" and ended.code not in _DEADLY:
            raise CrashError(f"the night outlived its death, with code {ended.code}\n{ended.output}")
        self._check_published(moment.night)
        # A night that goes on to its end without some file has judged what it had.
        self._check_next_night(moment.night, {JUDGED} if moment.fate == "full" else ())

    def complete_late(self) -> None:
        """Run the first night on a compressed log that is still being copied, and again on the whole one.

        Raises
        ------
        CrashError
            If the second one does not end as an undisturbed one.
        """
        self._prepare(0)
        cut_short(self._home)
        self._run(_NIGHT, 0)
        land(self._home, 0)
        # The rows of the other files were judged without those of this one.
        self._check_next_night(0, {JUDGED})

    def _prepare(self, night: int) -> None:
        shutil.rmtree(self._home)
        shutil.copytree(self._before[night], self._home)

    def _check_next_night(self, night: int, leaving_out: Iterable[str] = ()) -> None:
        self._whole_night(night)
        faults = differences(state_of(self._home), self._undisturbed[night], frozenset(leaving_out))
        if faults:
            raise CrashError("\n".join(["the next night did not end as an undisturbed one:", *faults]))

    def _check_published(self, night: int) -> None:
        """After a death readers have a whole copy: the former night's, or this one's."""
        if not self._published.exists():
            if night:
                raise CrashError("the published copy is gone")
            return
        found = tables_of(self._published)
        if not any(same_tables(found, state.published) for state in self._undisturbed[: night + 1]):
            raise CrashError("the published copy is of no night")

    def _whole_night(self, night: int) -> float:
        ended = self._run(_NIGHT, night)
        if ended.code != 0:
            raise CrashError(f"an undisturbed night ended with code {ended.code}\n{ended.output}")
        return ended.seconds

    def _run(self, command: Sequence[str], night: int) -> Ended:
        begin = time.monotonic()
        process = self._start(command, night)
        try:
            output, _ = process.communicate(timeout=TIME_LIMIT_SECONDS)
        except subprocess.TimeoutExpired as error:
            os.killpg(process.pid, signal.SIGKILL)
            raise CrashError(f"a night did not end within {TIME_LIMIT_SECONDS} s") from error
        return Ended(process.returncode, output, time.monotonic() - begin)

    def _start(self, command: Sequence[str], night: int) -> subprocess.Popen[str]:
        words = ("nightly", "--home", str(self._home), "--as-of", NIGHTS[night])
        return subprocess.Popen(
            (*command, *words),
            cwd=REPOSITORY,
            env=os.environ | {"PYTHONPATH": str(REPOSITORY), "COLUMNS": "200"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
