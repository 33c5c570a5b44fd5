"""Whether the night that the schedule asked for is there in time, by Dagster's own records alone.

Neither the check nor the sensor opens the warehouse: a night that hangs holds it, and the queue as well, and
that is when somebody wants to know. So the sensor reports the check itself, without a run.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import dagster as dg
from dagster._core.definitions.run_request import InstigatorType

from assets.partitions import NIGHT_TAG
from orchestration.jobs import NIGHTLY
from orchestration.schedules import NIGHTLY_HOUR

LATE_AFTER = timedelta(hours=2)
"""How long a night may take, from when it is due; then it is late."""

CHECK = "newest_night_is_not_late"
_PUBLISHED = dg.AssetKey(["published", "traffic"])
_WORDS = {
    "QUEUED": "waits in the queue",
    "STARTED": "is at work",
    "FAILURE": "failed",
    "CANCELED": "was stopped",
}


@dataclass(frozen=True)
class Punctuality:
    """What is known of the newest night that should be there.

    Parameters
    ----------
    night : datetime.date or None
        The night; None if none is due.
    is_in_time : bool
        Whether it is published, or none is due.
    sentence : str
        What a person is told.
    """

    night: date | None
    is_in_time: bool
    sentence: str


def due_night(
    now: datetime, asked_since: datetime | None, time_zone: str, late_after: timedelta = LATE_AFTER
) -> date | None:
    """Return the newest night that must be there by now.

    Parameters
    ----------
    now : datetime
        With a zone.
    asked_since : datetime or None
        With a zone: since when the schedule asks for nights; None if it does not.
    time_zone : str
        IANA name of the platform's zone.
    late_after : timedelta
        How long a night may take.

    Returns
    -------
    datetime.date or None
        None if the schedule has not asked for one that has had its time.
    """
    if asked_since is None:
        return None
    night = now.astimezone(ZoneInfo(time_zone)).date()
    while _due(night, time_zone) + late_after > now:
        night -= timedelta(days=1)
    return night if _due(night, time_zone) >= asked_since else None


def punctuality(
    instance: dg.DagsterInstance, now: datetime, time_zone: str, late_after: timedelta = LATE_AFTER
) -> Punctuality:
    """Say whether the newest night that is due has been published.

    Parameters
    ----------
    instance : DagsterInstance
        Dagster's records.
    now : datetime
        With a zone.
    time_zone : str
        IANA name of the platform's zone.
    late_after : timedelta
        How long a night may take.
    """
    asked_since = _asked_since(instance)
    night = due_night(now, asked_since, time_zone, late_after)
    if asked_since is None:
        return Punctuality(None, True, "the schedule is not at work: no night is expected")
    if night is None:
        return Punctuality(
            None, True, f"no night has been due since the schedule began at {asked_since:%Y-%m-%d %H:%M} UTC"
        )
    key = night.isoformat()
    wanted = dg.AssetRecordsFilter(asset_key=_PUBLISHED, asset_partitions=[key])
    if instance.fetch_materializations(wanted, limit=1).records:
        return Punctuality(night, True, f"the night of {key} is published")
    due = f"{NIGHTLY_HOUR:02}:00 ({time_zone})"
    hours = late_after / timedelta(hours=1)
    run = _run(instance, key)
    sentence = f"the night of {key} was due at {due} and is not published {hours:g} hours later; {run}"
    return Punctuality(night, False, sentence)


def punctuality_check(time_zone: str) -> dg.AssetChecksDefinition:
    """Return the check, as a run that publishes makes it.

    Parameters
    ----------
    time_zone : str
        IANA name of the platform's zone.
    """

    @dg.asset_check(
        asset=_PUBLISHED,
        name=CHECK,
        description=f"The night that the schedule asked for at {NIGHTLY_HOUR:02}:00 is published by "
        f"{(datetime.min + timedelta(hours=NIGHTLY_HOUR) + LATE_AFTER):%H:%M}. Looked at every minute, "
        "without a run, while `diurnal ui` is up.",
    )
    def check(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
        found = punctuality(context.instance, datetime.now(tz=UTC), time_zone)
        # This run's own night is done, whichever other one is late.
        return dg.AssetCheckResult(
            passed=found.is_in_time, severity=dg.AssetCheckSeverity.WARN, description=found.sentence
        )

    return check


def late_night_sensor(time_zone: str) -> dg.SensorDefinition:
    """Return the sensor that reports the check when a night has become late, and when it has come.

    Parameters
    ----------
    time_zone : str
        IANA name of the platform's zone.
    """

    @dg.sensor(
        name="late_night",
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Says on the published copy's check when the night that was due is not there.",
    )
    def late_night(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        return report_once(context.cursor, punctuality(context.instance, datetime.now(tz=UTC), time_zone))

    return late_night


def report_once(cursor: str | None, found: Punctuality) -> dg.SensorResult:
    """Report what has changed since the last look, and nothing else.

    Parameters
    ----------
    cursor : str or None
        What the last look left.
    found : Punctuality
        What this look sees.
    """
    if found.sentence == cursor:
        return dg.SensorResult(skip_reason=found.sentence, cursor=cursor)
    report = dg.AssetCheckEvaluation(
        asset_key=_PUBLISHED,
        check_name=CHECK,
        passed=found.is_in_time,
        severity=dg.AssetCheckSeverity.ERROR,
        description=found.sentence,
    )
    return dg.SensorResult(asset_events=[report], cursor=found.sentence)


def _due(night: date, time_zone: str) -> datetime:
    return datetime.combine(night, time(NIGHTLY_HOUR), tzinfo=ZoneInfo(time_zone)).astimezone(UTC)


def _asked_since(instance: dg.DagsterInstance) -> datetime | None:
    """Return since when the schedule has been at work, or None if it is not."""
    states = [
        state
        for state in instance.all_instigator_state(instigator_type=InstigatorType.SCHEDULE)
        if state.instigator_name == NIGHTLY and state.is_running
    ]
    return _newest_start([state.instigator_data for state in states])


def _newest_start(found: Sequence[object]) -> datetime | None:
    starts = [start for one in found if (start := getattr(one, "start_timestamp", None))]
    return datetime.fromtimestamp(max(starts), tz=UTC) if starts else None


def _run(instance: dg.DagsterInstance, night: str) -> str:
    runs = instance.get_runs(dg.RunsFilter(tags={NIGHT_TAG: night}), limit=1)
    if not runs:
        return "no run was begun for it"
    state = runs[0].status.value
    return f"its run {runs[0].run_id[:8]} {_WORDS.get(state, f'is {state.lower()}')}"
