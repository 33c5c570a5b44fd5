"""What notices that a night failed or did not come: nothing within the night can tell.

They exist where sources.toml has a rule with ``when = "night"``; what is told, and that it is told once, is
``assets.alerting.night_events``'s.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import dagster as dg

from assets.alerting.night_events import tell_night
from assets.alerting.sending import Outcome, Patience
from assets.partitions import NIGHT_TAG
from assets.sources import Sources
from orchestration.home import Home
from orchestration.jobs import NIGHTLY, nightly_job
from orchestration.late_nights import punctuality
from orchestration.run_faults import found_warehouse_held

# Dagster ends a sensor after a minute.
PATIENCE = Patience(total_seconds=40.0)


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
    def night_is_late(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        found = punctuality(context.instance, clock(), sources.platform.time_zone, late_after)
        if found.is_in_time or found.night is None:
            return dg.SkipReason(found.sentence)
        told = tell_night(home.path, sources, found.night, found.sentence, patience)
        return dg.SkipReason(_told(told))

    @dg.run_failure_sensor(
        name="night_failed",
        monitored_jobs=[nightly_job],
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Tells once when the run of a night fails.",
    )
    def night_failed(context: dg.RunFailureSensorContext) -> dg.SkipReason:
        key = context.dagster_run.tags.get(NIGHT_TAG)
        if key is None:
            return dg.SkipReason(f"a run of {NIGHTLY} without a night failed")
        if found_warehouse_held([context.failure_event]):
            return dg.SkipReason(f"the run for {key} only found the warehouse held by another")
        sentence = f"the night of {key} failed (run {context.dagster_run.run_id[:8]}): see its run in the UI."
        night = date.fromisoformat(key)
        return dg.SkipReason(_told(tell_night(home.path, sources, night, sentence, patience)))

    return [night_is_late, night_failed]


def _told(outcomes: list[Outcome] | None) -> str:
    if outcomes is None:
        return "it was told before"
    return "; ".join(f"{one.channel}: {one.error or 'sent'}" for one in outcomes) or "there is no channel"
