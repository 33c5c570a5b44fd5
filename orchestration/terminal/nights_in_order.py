"""What ``diurnal nightly`` does: nights in order, the summary, and the exit code."""

from __future__ import annotations

import errno
import sys
from datetime import date

from rich.console import Console
from sqlalchemy.exc import SQLAlchemyError

from assets.alerting.night_events import tell_night
from assets.alerting.sending import Patience
from assets.landing import Landing
from assets.partitions import FIRST_NIGHT, issued_at_utc
from assets.sources import Sources
from orchestration.home import Home
from orchestration.terminal.command_line import DONE, FAILED, MISUSED
from orchestration.terminal.nightly import (
    NightlyRunner,
    Outcome,
    newest_record_utc,
    night_to_run,
    nights_until,
    tonight,
    why_before_all_records,
)
from orchestration.terminal.progress import Progress, own_console
from orchestration.terminal.summary import show_next, show_summary
from warehouse import WarehouseError

_NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def check_night(night: date, sources: Sources) -> str | None:
    """Say why there is no such night, or return None if there is."""
    if night > tonight(sources):
        return f"{night} has not begun; the newest night is {tonight(sources)}"
    if night < FIRST_NIGHT:
        return f"{night} is too early; the first night is {FIRST_NIGHT}"
    return None


def run_nights(home: Home, sources: Sources, as_of: date | None, count: int, wait_seconds: float) -> int:
    """Run nights and show how they ended.

    Parameters
    ----------
    home : Home
        The installation.
    sources : Sources
        Its sources.
    as_of : datetime.date or None
        The last night; None for the one after the newest record.
    count : int
        How many nights.
    wait_seconds : float
        How long to wait for another run.

    Returns
    -------
    int
        The exit code.
    """
    faults = _why_nothing_can_be_read(home, sources)
    for fault in faults:
        print(f"Error: {fault}", file=sys.stderr)
    if faults:
        return MISUSED
    try:
        return _run_and_show(home, sources, as_of, count, wait_seconds)
    except (SQLAlchemyError, OSError) as error:
        if isinstance(error, OSError) and error.errno not in _NO_SPACE:
            raise
        print(f"Error: {_why_not_recorded(home, error)}", file=sys.stderr)
        return FAILED


def _run_and_show(home: Home, sources: Sources, as_of: date | None, count: int, wait_seconds: float) -> int:
    with own_console() as shown:
        runner = NightlyRunner(home, wait_seconds, Progress(shown))
        return _run_with(runner, home, sources, as_of, count, wait_seconds)


def _run_with(
    runner: NightlyRunner, home: Home, sources: Sources, as_of: date | None, count: int, wait_seconds: float
) -> int:
    console = Console(soft_wrap=True, emoji=False)
    is_early = as_of is not None and _why_too_early(home, sources, as_of) is not None
    # What has landed since may be older than all that was read.
    outcomes = [runner.ingest()] if as_of is None or is_early else []
    if as_of is not None and is_early and (fault := _why_too_early(home, sources, as_of)) is not None:
        return _misused(fault)
    nights: list[date] = []
    if not any(outcome.failures for outcome in outcomes):
        try:
            nights = _nights(home, sources, as_of, count, wait_seconds)
        except WarehouseError as error:
            print(f"Error: {error}", file=sys.stderr)
            return FAILED
    outcomes += [
        runner.night(night, then) for then, night in zip(reversed(range(len(nights))), nights, strict=True)
    ]
    last = issued_at_utc(nights[-1], sources.platform.time_zone) if nights else None
    names = [source.name for source in sources.all]
    show_summary(console, home, outcomes, last, wait_seconds, names)
    # Of a home that had read nothing yet it is known only now.
    if as_of is not None and (fault := _why_too_early(home, sources, as_of)) is not None:
        return _misused(fault)
    if nights and all(outcome.is_good for outcome in outcomes):
        show_next(console, home, nights[-1])
        return DONE
    if nights:
        _tell_failure(home, sources, nights[-1], outcomes[-1])
    console.print("\nThe night is not done: see what failed above.", style="bold red")
    return FAILED


def _misused(fault: str) -> int:
    print(f"Error: {fault}", file=sys.stderr)
    return MISUSED


def _why_too_early(home: Home, sources: Sources, night: date) -> str | None:
    try:
        return why_before_all_records(home, sources, night)
    except WarehouseError:  # held or broken: the run will wait, or say so
        return None


def _tell_failure(home: Home, sources: Sources, night: date, outcome: Outcome) -> None:
    """Tell those whom a rule on the night names; a failed check or source has rules of its own.

    A night that another run kept from beginning has not failed: the other one may be making it.
    """
    if outcome.failures and not outcome.is_busy:
        tell_night(
            home.path, sources, night, f"the night of {night} failed: {outcome.failures[0]}", Patience()
        )


def _why_not_recorded(home: Home, error: SQLAlchemyError | OSError) -> str:
    """Word why the night cannot go on: Dagster's records, or a file beside them, cannot be written."""
    cause = getattr(error, "orig", None) or error
    return (
        f"the records of the night in {home.dagster} cannot be written ({cause}); is the disk full? "
        "What was committed stays, and running the night again does the rest"
    )


def _nights(home: Home, sources: Sources, as_of: date | None, count: int, wait_seconds: float) -> list[date]:
    if as_of is not None:
        return nights_until(as_of, count)
    newest = newest_record_utc(home, wait_seconds)
    # Without a record there is no night; the checks of the sources have said why.
    return [] if newest is None else nights_until(night_to_run(newest, sources), count)


def _why_nothing_can_be_read(home: Home, sources: Sources) -> list[str]:
    """Say why a run would find nothing, neither in the landing zone nor from an earlier night."""
    if not sources.all:
        return [f"{home.sources_toml} names no source; add a [[weblog]] or an [[export]]"]
    landing = Landing(home.path, sources)
    without_files = [source for source in sources.all if not landing.files_of(source)]
    if len(without_files) < len(sources.all) or _was_read_before(home):
        return []
    return [f"source {source.name}: {landing.why_no_files(source)}" for source in without_files]


def _was_read_before(home: Home) -> bool:
    try:
        return newest_record_utc(home, wait_seconds=0) is not None
    except WarehouseError:  # held or broken: the run will wait, or say so
        return True
