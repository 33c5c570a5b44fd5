"""One night after the other, in this process and through Dagster, so that each run shows in the UI.

What the terminal shows at the end is in ``summary``.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import dagster as dg

from assets.ledger import NEWEST_RECORD, OLDEST_RECORD
from assets.partitions import FIRST_NIGHT, issued_at_utc, night_after
from assets.sources import Sources
from orchestration.definitions import definitions_of
from orchestration.home import Home
from orchestration.instance import open_instance
from orchestration.jobs import INGEST, NIGHTLY
from orchestration.killed_runs import report_killed_runs
from orchestration.run_faults import faults_of_run, found_warehouse_held
from orchestration.run_lock import hold_run
from orchestration.terminal.progress import Progress
from orchestration.terminal.reading import read_when_free
from orchestration.terminal.run_seconds import seconds_before

_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass(frozen=True)
class Outcome:
    """How a run ended.

    Parameters
    ----------
    run_id : str
        Dagster's.
    night : datetime.date or None
        None for a run that only read files.
    failures : tuple of str
        A sentence for each step that failed; none if the run succeeded.
    failed_checks : tuple of str
        A sentence for each asset check that failed.
    blocking : bool
        Whether one of the failed checks says that a source failed as a whole or a table cannot be trusted.
    is_busy : bool
        Whether it failed only because another run held the warehouse.
    """

    run_id: str
    night: date | None
    failures: tuple[str, ...]
    failed_checks: tuple[str, ...]
    blocking: bool
    is_busy: bool = False

    @property
    def is_good(self) -> bool:
        """Whether the night is done."""
        return not self.failures and not self.blocking


class NightlyRunner:
    """Runs nights of one home.

    Parameters
    ----------
    home : Home
        The installation.
    wait_seconds : float
        How long to wait for another run that holds the warehouse.
    progress : Progress
        Shows what is going on.
    """

    def __init__(self, home: Home, wait_seconds: float, progress: Progress) -> None:
        self._home = home
        self._instance = open_instance(home)
        self._definitions = definitions_of(home, wait_seconds)
        self._progress = progress
        report_killed_runs(self._instance, home)

    def ingest(self) -> Outcome:
        """Read what has landed."""
        return self._run(INGEST, None)

    def night(self, night: date, then: int = 0) -> Outcome:
        """Make everything for one night, ``then`` more of which follow."""
        return self._run(NIGHTLY, night, then)

    def _run(self, job_name: str, night: date | None, then: int = 0) -> Outcome:
        job = self._definitions.resolve_job_def(job_name)
        run_id = str(uuid.uuid4())
        title = f"night {night}" if night else "reading what has landed"
        steps, before = [node.name for node in job.nodes], seconds_before(self._instance, job_name)
        # Held before the run is recorded: at no moment does Dagster know a run that could die unnoticed.
        with hold_run(self._home, run_id), self._progress.run(title, steps, before, then) as show:
            self._instance.add_event_listener(run_id, show)
            result = job.execute_in_process(
                partition_key=night.isoformat() if night else None,
                instance=self._instance,
                run_id=run_id,
                run_config=_QUIET,
                raise_on_error=False,
            )
        failures, is_busy = faults_of_run(result.all_events), found_warehouse_held(result.all_events)
        return Outcome(run_id, night, failures, *_failed_checks(result), is_busy)


def newest_record_utc(home: Home, wait_seconds: float) -> datetime | None:
    """Return the time of the newest record that was read, or None if none was.

    Parameters
    ----------
    home : Home
        The installation.
    wait_seconds : float
        How long to wait for a run that holds the warehouse.

    Raises
    ------
    WarehouseError
        If the warehouse cannot be read, or is held for longer.
    """
    if not home.warehouse.exists():
        return None
    now = datetime.now(tz=UTC).replace(tzinfo=None)
    newest: datetime | None = read_when_free(home, NEWEST_RECORD, [now], wait_seconds)["newest"].item()
    return newest


def why_before_all_records(home: Home, sources: Sources, night: date) -> str | None:
    """Say that a night has no record before it, or return None if it has, or none was read at all.

    Parameters
    ----------
    home : Home
        The installation.
    sources : Sources
        Its sources.
    night : datetime.date
        The night.

    Raises
    ------
    WarehouseError
        If the warehouse cannot be read now.
    """
    if not home.warehouse.exists():
        return None
    oldest: datetime | None = read_when_free(home, OLDEST_RECORD)["oldest"].item()
    if oldest is None or oldest < issued_at_utc(night, sources.platform.time_zone):
        return None
    first = night_after(oldest, sources.platform.time_zone)
    return (
        f"no record before {night}; the oldest is of {oldest:%Y-%m-%d %H:%M} UTC, and the first night that "
        f"knows it is {first}"
    )


def nights_until(last: date, count: int) -> list[date]:
    """Return the last nights, the oldest first; fewer where there was no night yet.

    Parameters
    ----------
    last : datetime.date
        The last night.
    count : int
        How many nights.
    """
    nights = [last - timedelta(days=back) for back in range(count)]
    return sorted(night for night in nights if night >= FIRST_NIGHT)


def night_to_run(newest_utc: datetime, sources: Sources) -> date:
    """Return the night after the newest record, or the newest night there is."""
    return min(night_after(newest_utc, sources.platform.time_zone), tonight(sources))


def tonight(sources: Sources) -> date:
    """Return the night that began at the last midnight of the platform's zone: the newest there is."""
    return datetime.now(tz=ZoneInfo(sources.platform.time_zone)).date()


def _failed_checks(result: dg.ExecuteInProcessResult) -> tuple[tuple[str, ...], bool]:
    failed = [check for check in result.get_asset_check_evaluations() if not check.passed]
    sentences = tuple(f"{check.check_name}: {check.description or 'failed'}" for check in failed)
    return sentences, any(check.severity == dg.AssetCheckSeverity.ERROR for check in failed)
