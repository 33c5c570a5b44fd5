"""What sets a run off besides the clock: a new landing file; and the event that a run was killed."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import dagster as dg

from assets.landing import Landing
from assets.sources import Sources
from orchestration.home import Home
from orchestration.jobs import nightly_job
from orchestration.killed_runs import report_killed_runs


def sensors_of(home: Home, sources: Sources) -> list[dg.SensorDefinition]:
    """Return the sensors of a home.

    Parameters
    ----------
    home : Home
        The installation.
    sources : Sources
        Its ``sources.toml``.
    """

    @dg.sensor(
        name="new_landing_file",
        job=nightly_job,
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.STOPPED,
        description="Asks for one run of tonight's night when files have landed and stopped growing.",
    )
    def new_landing_file(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        night = datetime.now(tz=UTC).astimezone(ZoneInfo(sources.platform.time_zone)).date().isoformat()
        return ask_once(context.cursor, _fingerprint(Landing(home.path, sources)), night)

    @dg.sensor(
        name="killed_run",
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Reports runs whose process is gone as failed, so that they do not hold the queue.",
    )
    def killed_run(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        killed = report_killed_runs(context.instance, home)
        return dg.SkipReason(f"{len(killed)} killed runs were reported")

    return [new_landing_file, killed_run]


def ask_once(cursor: str | None, fingerprint: str, night: str) -> dg.SensorResult | dg.SkipReason:
    """Ask for a run when the landing zone has changed and then stayed as it is for one look.

    Parameters
    ----------
    cursor : str or None
        What the last look left: the fingerprint seen, and the one that a run was asked for.
    fingerprint : str
        Of the files as they are now.
    night : str
        Partition key of the night to run.

    Returns
    -------
    SensorResult or SkipReason
        One run request, however many files arrived.
    """
    former = json.loads(cursor) if cursor else {"seen": None, "asked": None}
    state = {"seen": fingerprint, "asked": former["asked"]}
    if fingerprint == former["asked"]:
        return dg.SensorResult(skip_reason="nothing has landed", cursor=json.dumps(state))
    if fingerprint != former["seen"]:
        return dg.SensorResult(skip_reason="files are landing; waiting for them", cursor=json.dumps(state))
    state["asked"] = fingerprint
    request = dg.RunRequest(run_key=f"{night} {fingerprint[:16]}", partition_key=night)
    return dg.SensorResult(run_requests=[request], cursor=json.dumps(state))


def _fingerprint(landing: Landing) -> str:
    files = [
        (source.name, str(file.path), file.size_bytes, file.modified_utc.isoformat())
        for source in landing.sources.all
        for file in landing.files_of(source)
    ]
    return hashlib.sha256(json.dumps(files).encode()).hexdigest()
