"""How long each step of an earlier run took, as Dagster's records have it."""

from __future__ import annotations

import dagster as dg


def seconds_before(instance: dg.DagsterInstance, job_name: str) -> dict[str, float]:
    """Return the seconds of each step of the newest run of a job that ended well.

    Parameters
    ----------
    instance : DagsterInstance
        Of the home.
    job_name : str
        The job.

    Returns
    -------
    dict of str to float
        By step; empty if no run of the job has ended well.
    """
    wanted = dg.RunsFilter(job_name=job_name, statuses=[dg.DagsterRunStatus.SUCCESS])
    for run in instance.get_runs(wanted, limit=1):
        return {
            step.step_key: step.end_time - step.start_time
            for step in instance.get_run_step_stats(run.run_id)
            if step.start_time is not None and step.end_time is not None
        }
    return {}
