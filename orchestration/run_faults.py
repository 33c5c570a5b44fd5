"""Why a run failed, in the words of its first cause, and whether it only found the warehouse held by another.

Who is told of it stands in ``night_sensors`` and ``terminal``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import dagster as dg

from assets.sources import SourcesError
from warehouse import WarehouseBusyError, WarehouseError

# These say what to do; what caused them says only what happened.
_SPEAKS_FOR_ITSELF = frozenset({WarehouseError.__name__, WarehouseBusyError.__name__, SourcesError.__name__})


def faults_of_run(events: Sequence[dg.DagsterEvent]) -> tuple[str, ...]:
    """Say why a run failed.

    Parameters
    ----------
    events : sequence of DagsterEvent
        All of a run's.

    Returns
    -------
    tuple of str
        A sentence for each step that failed, or one for the run; none if it did not fail.
    """
    steps = [event for event in events if event.is_step_failure]
    if steps:
        return tuple(f"{event.step_key}: {_step_sentence(event)}" for event in steps)
    runs = [event for event in events if event.is_failure]
    return tuple(_sentence(_error_of(event)) for event in runs[:1])


def found_warehouse_held(events: Sequence[dg.DagsterEvent]) -> bool:
    """Whether a run failed for no other reason than that another run held the warehouse.

    Parameters
    ----------
    events : sequence of DagsterEvent
        All of a run's, or those of its failure.
    """
    errors = [_error_of(event) for event in events if event.is_failure or event.is_step_failure]
    return bool(errors) and all(_is_busy(error) for error in errors)


def _error_of(event: dg.DagsterEvent) -> Any:
    data: Any = event.event_specific_data
    if data.error is None and event.is_failure and data.first_step_failure_event is not None:
        return data.first_step_failure_event.event_specific_data.error
    return data.error


def _is_busy(error: Any) -> bool:
    while error is not None:
        if error.cls_name == WarehouseBusyError.__name__:
            return True
        error = error.cause
    return False


def _step_sentence(event: dg.DagsterEvent) -> str:
    data = event.step_failure_data
    told = data.user_failure_data.description if data.user_failure_data else None
    return told or _sentence(data.error)


def _sentence(error: Any) -> str:
    while error is not None and error.cause is not None and error.cls_name not in _SPEAKS_FOR_ITSELF:
        error = error.cause
    if error is None:
        return "the run failed"
    if error.cls_name == dg.DagsterExecutionInterruptedError.__name__:
        return "interrupted; what was committed stays, and running the night again does the rest"
    said = str(error.message).strip()
    words = re.sub(rf"^(\w+\.)*{re.escape(error.cls_name or '')}: ", "", said)
    # The name of a class tells a reader nothing, unless there is no sentence beside it.
    return words if " " in words else said
