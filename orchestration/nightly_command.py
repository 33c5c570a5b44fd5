"""What ``diurnal nightly`` does: nights in order, the summary, and the exit code."""

from __future__ import annotations

import sys
from datetime import date

from rich.console import Console

from assets.landing import Landing
from assets.partitions import FIRST_NIGHT, issued_at_utc
from assets.sources import Sources
from orchestration.home import Home
from orchestration.nightly import NightlyRunner, NothingToReadError, Outcome, nights_to_run, tonight
from orchestration.progress import Progress
from orchestration.summary import show_next, show_summary

DONE, FAILED, MISUSED = 0, 1, 2


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
    console, progress = Console(soft_wrap=True), Console(stderr=True)
    runner = NightlyRunner(home, wait_seconds, Progress(progress))
    outcomes: list[Outcome] = []
    nights: list[date] = []
    if as_of is None:
        outcomes.append(runner.ingest())
    if not outcomes or not outcomes[0].failures:
        try:
            nights = nights_to_run(home, sources, as_of, count)
        except NothingToReadError:
            return _nothing_to_read(console, home, sources, outcomes)
        outcomes += [runner.night(night) for night in nights]
    last = issued_at_utc(nights[-1], sources.platform.time_zone) if nights else None
    show_summary(console, home, outcomes, last)
    is_done = all(outcome.is_good for outcome in outcomes)
    if is_done:
        show_next(console, home)
    else:
        console.print("\nThe night is not done: see what failed above.", style="bold red")
    return DONE if is_done else FAILED


def _nothing_to_read(console: Console, home: Home, sources: Sources, outcomes: list[Outcome]) -> int:
    landing = Landing(home.path, sources)
    without_files = [source for source in sources.all if not landing.files_of(source)]
    if not sources.all:
        print(
            f"Error: {home.sources_toml} names no source; add a [[weblog]] or an [[export]]", file=sys.stderr
        )
        return MISUSED
    for source in without_files:
        print(f"Error: source {source.name}: {landing.why_no_files(source)}", file=sys.stderr)
    if len(without_files) == len(sources.all):
        return MISUSED
    show_summary(console, home, outcomes, None)
    return FAILED
