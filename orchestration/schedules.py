"""When the night runs by itself: at 02:00 of the platform's time zone, for the night that has begun."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import dagster as dg

from orchestration.jobs import nightly_job

NIGHTLY_HOUR = 2
NIGHTLY_CRON = f"0 {NIGHTLY_HOUR} * * *"


def nightly_schedule(time_zone: str) -> dg.ScheduleDefinition:
    """Return the schedule ``nightly``.

    Parameters
    ----------
    time_zone : str
        IANA name of the platform's zone.
    """

    @dg.schedule(
        name="nightly",
        job=nightly_job,
        cron_schedule=NIGHTLY_CRON,
        execution_timezone=time_zone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Every night at 02:00: the night that began at midnight.",
    )
    def nightly(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        night = context.scheduled_execution_time.astimezone(ZoneInfo(time_zone)).date().isoformat()
        return dg.RunRequest(run_key=night, partition_key=night)

    return nightly
