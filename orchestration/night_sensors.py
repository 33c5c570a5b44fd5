"""What notices that a night failed or did not come: nothing within the night can tell.

They exist where sources.toml has a rule with ``when = "night"``; what is told, and that it is told once, is
``assets.alerting.night_events``'s.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import dagster as dg

from assets.alerting.night_events import tell_night
from assets.alerting.sending import Outcome, Patience
from assets.partitions import issued_at_utc
from assets.sources import Sources
from orchestration.home import Home
from orchestration.jobs import NIGHTLY, nightly_job
from warehouse import QueryError, WarehouseError, read_query

SCHEDULED_AT = time(2)
"""Local time of ``schedules.NIGHTLY_CRON``."""

# Dagster ends a sensor after a minute.
PATIENCE = Patience(total_seconds=40.0)
_PARTITION_TAG = "dagster/partition"
_NEWEST = "SELECT max(issued_at_utc) AS newest FROM alerts.evaluations"


def _now() -> datetime:
    return datetime.now(tz=UTC)


def night_sensors_of(
    home: Home, sources: Sources, patience: Patience = PATIENCE, clock: Callable[[], datetime] = _now
) -> list[dg.SensorDefinition]:
    """Return the sensors of the rules on the night itself; none without such a rule.

    Parameters
    ----------
    home : Home
        The installation.
    sources : Sources
        Its ``sources.toml``.
    patience : Patience
        How long a channel is tried.
    clock : callable
        Tells the time, with its zone.
    """
    rules = [rule for rule in sources.alert if rule.when == "night"]
    if not rules:
        return []
    late_after = timedelta(seconds=min(rule.of("late_after") for rule in rules))

    @dg.sensor(
        name="night_is_late",
        minimum_interval_seconds=300,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Tells once when tonight's results are not published in time.",
    )
    def night_is_late(_: dg.SensorEvaluationContext) -> dg.SkipReason:
        late = late_night(clock(), sources.platform.time_zone, newest_published(home), late_after)
        if late is None:
            return dg.SkipReason("the night is published, or not due yet")
        night, sentence = late
        return dg.SkipReason(_told(tell_night(home.path, sources, night, sentence, patience)))

    @dg.run_failure_sensor(
        name="night_failed",
        monitored_jobs=[nightly_job],
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Tells once when the run of a night fails.",
    )
    def night_failed(context: dg.RunFailureSensorContext) -> dg.SkipReason:
        key = context.dagster_run.tags.get(_PARTITION_TAG)
        if key is None:
            return dg.SkipReason(f"a run of {NIGHTLY} without a night failed")
        sentence = f"the night of {key} failed (run {context.dagster_run.run_id[:8]}): see its run in the UI."
        night = date.fromisoformat(key)
        return dg.SkipReason(_told(tell_night(home.path, sources, night, sentence, patience)))

    return [night_is_late, night_failed]


def late_night(
    now: datetime, time_zone: str, published_utc: datetime | None, late_after: timedelta
) -> tuple[date, str] | None:
    """Say whether tonight's results are late.

    Parameters
    ----------
    now : datetime
        With its zone.
    time_zone : str
        IANA name of the platform's zone.
    published_utc : datetime or None
        Midnight of the newest night that is published, naive UTC; None where none ever was: no night is
        expected of a new home.
    late_after : timedelta
        From the schedule on.

    Returns
    -------
    tuple of datetime.date and str, or None
        The night and a sentence.
    """
    tonight = now.astimezone(ZoneInfo(time_zone)).date()
    due = datetime.combine(tonight, SCHEDULED_AT, tzinfo=ZoneInfo(time_zone)).astimezone(UTC) + late_after
    if published_utc is None or published_utc >= issued_at_utc(tonight, time_zone) or now < due:
        return None
    return tonight, (
        f"the night of {tonight} is late: nothing is published {late_after / timedelta(hours=1):g} hours "
        f"after its schedule; the newest is that of {published_utc:%Y-%m-%d %H:%M} UTC."
    )


def newest_published(home: Home) -> datetime | None:
    """Return the midnight of the newest night of the published copy, or None if there is no such copy."""
    try:
        newest: datetime | None = read_query(home.published, _NEWEST)["newest"].item()
    except (WarehouseError, QueryError):
        return None
    return newest


def _told(outcomes: list[Outcome] | None) -> str:
    if outcomes is None:
        return "it was told before"
    return "; ".join(f"{one.channel}: {one.error or 'sent'}" for one in outcomes) or "there is no channel"
