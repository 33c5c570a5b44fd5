"""Times as places on a clock that is never changed: days times the slots of a day, plus the slot.

What is laid out by them belongs to those who forecast; days that a change of the clock makes shorter or
longer belong to ``local_days``.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from traffic.windowing.local_days import slots_a_day
from traffic.windowing.regular_series import DAY_SECONDS

_MICROSECONDS: Final = 1_000_000


def local_microseconds(times: pl.Series) -> NDArray[np.int64]:
    """Microseconds since 1970-01-01 of times by their own wall clock."""
    return times.dt.replace_time_zone(None).dt.epoch("us").to_numpy()


def phase_of(local: NDArray[np.int64], step_seconds: int) -> NDArray[np.int64]:
    """Microseconds by which times of the day lie behind the last multiple of the step."""
    return local % (DAY_SECONDS * _MICROSECONDS) % (step_seconds * _MICROSECONDS)


def cells(local: NDArray[np.int64], phase: NDArray[np.int64], step_seconds: int) -> NDArray[np.int64]:
    """Places of times on a clock that is never changed, the nearest on the grid of a phase.

    Parameters
    ----------
    local : ndarray of int
        Microseconds since 1970-01-01 by the wall clock.
    phase : ndarray of int
        From ``phase_of``.
    step_seconds : int

    Returns
    -------
    ndarray of int
        Days times the slots of a day, plus the slot.
    """
    step = step_seconds * _MICROSECONDS
    day, within = np.divmod(local - phase + step // 2, DAY_SECONDS * _MICROSECONDS)
    return np.asarray(day * slots_a_day(step_seconds) + within // step, dtype=np.int64)
