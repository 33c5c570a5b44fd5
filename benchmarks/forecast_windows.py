"""Which days of a record are forecast, and what may be known of the days before each.

The rule is the same for every model. What the records are is in ``forecast_panels``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

HISTORY_DAYS = 56
ORIGINS = 28
LEAST_HISTORY_DAYS = 3
LEAST_ORIGINS = 2
DAY_HOURS = 24


def origins_of(n_steps: int, day_steps: int, hours_back: int = 0) -> NDArray[np.int64]:
    """Where the days to be forecast begin, a day apart, the last of them a day before the record's end.

    Parameters
    ----------
    n_steps : int
        Length of the record.
    day_steps : int
        Steps in a day.
    hours_back : int
        How much earlier than the record's end the last day ends.

    Returns
    -------
    ndarray of int, ascending
        28 origins, or as many as leave three days before the first, but no fewer than two.

    Raises
    ------
    ValueError
        If the record does not hold two days to forecast and one before them.
    """
    end = n_steps - hours_back * day_steps // DAY_HOURS
    n_origins = max(min(ORIGINS, end // day_steps - LEAST_HISTORY_DAYS), LEAST_ORIGINS)
    first = end - n_origins * day_steps
    if first < day_steps:
        raise ValueError(
            f"{n_steps} steps of {day_steps} a day are too few for {LEAST_ORIGINS} daily origins."
        )
    return np.arange(first, end, day_steps)


def history_start(origin: int, day_steps: int) -> int:
    """Return the first step that a forecast issued at ``origin`` may know."""
    return max(0, int(origin) - HISTORY_DAYS * day_steps)


def targets_of(
    values: NDArray[np.float64], origins: NDArray[np.int64], day_steps: int
) -> NDArray[np.float64]:
    """Return what came true in the day after each origin, shape (series, origins, day_steps)."""
    return values[:, origins[:, None] + np.arange(day_steps)]


def every(stride: int, n_origins: int) -> NDArray[np.bool_]:
    """Mark every ``stride``-th origin, counted from the newest; shape (n_origins,)."""
    return np.arange(n_origins)[::-1] % stride == 0
