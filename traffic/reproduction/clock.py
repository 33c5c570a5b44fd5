"""Times of day on the circle that they lie on: half a day late is half a day early.

Distances, intervals and stretches on the clock belong here; where they come from, to the sections.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

DAY_MINUTES: Final = 1440


def within_half_a_day(minutes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bring differences to (-720, 720].

    Parameters
    ----------
    minutes : ndarray
        Differences of times of day.

    Returns
    -------
    ndarray
        The same on the circle.
    """
    half = DAY_MINUTES / 2.0
    return np.asarray(half - np.mod(half - minutes, DAY_MINUTES), dtype=np.float64)


def intervals_overlap(one: tuple[float, float], other: tuple[float, float]) -> bool:
    """Whether two intervals share a time of the circle.

    Parameters
    ----------
    one, other : (float, float)
        Lower and upper end in minutes; they may reach beyond half a day.

    Returns
    -------
    bool
        True also where they only touch.
    """
    apart = float(np.abs(within_half_a_day(np.array((sum(one) - sum(other)) / 2.0))))
    return apart <= (one[1] - one[0] + other[1] - other[0]) / 2.0


def least_arc(hours: NDArray[np.float64]) -> tuple[float, float]:
    """Find the shortest stretch of the clock that holds some times.

    Parameters
    ----------
    hours : ndarray of shape (times,)
        Hours of the day, 0 to 24; at least one.

    Returns
    -------
    first, length : float
        Where it begins, and how long it is, in hours.
    """
    ordered = np.sort(hours)
    gaps = np.diff(np.r_[ordered, ordered[0] + 24.0])
    widest = int(np.argmax(gaps))
    return float(ordered[(widest + 1) % ordered.size]), float(24.0 - gaps[widest])


def clock_text(hour: float) -> str:
    """Write an hour as on a clock.

    Parameters
    ----------
    hour : float
        Of the day, with its fraction.

    Returns
    -------
    str
        Such as ``07:45``.
    """
    minutes = round(hour * 60) % DAY_MINUTES
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
