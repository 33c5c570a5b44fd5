"""Which days of the past speak for a day ahead, and how loudly.

Weights of days belong here: by age, and by kind (weekdays; a holiday among the Sundays). What is averaged
with them belongs to ``profiles``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from traffic.windowing.histories import DAYS_A_WEEK, SUNDAY

N_DAYS: Final = 56
"""Days of a history: eight weeks, as ``requirements.HISTORY_DAYS`` has it."""

FIRST_PROFILE_DAY: Final = 7
"""A week must have been seen before a profile says what the week is like."""

FIRST_FORECAST_DAY: Final = 28
"""From this day of the history on, forecasts are made as if it were tomorrow: half of the eight weeks to
learn from, half to be judged and calibrated on."""

WINDOW_DAYS: Final = 42
"""Six weeks: as old as a day may be that a weighted mean counts."""

DAYS_OF_LEVEL: Final = 7
"""Days whose mean is the level of now: a week, so that no weekday tips it."""

SAME_KIND_DAYS: Final = 8
"""Days of a kind of which the median is taken: as many as eight weeks hold."""

_A_TRIFLE: Final = 1e-9
"""Weight of the days of other kinds where there is none of the wanted kind: enough to stand in, too little to
be heard beside one."""


@dataclass(frozen=True, eq=False)
class DayWeights:
    """Weights of the days of the past (columns) for each day forecast (rows).

    The rows are the days ``FIRST_PROFILE_DAY`` to ``N_DAYS - 1`` of the history, each forecast from what was
    known ``lead`` days before its end, and last the day that is forecast.

    Parameters
    ----------
    last_days, all_days : ndarray of shape (rows, days)
        Half-lives of one and of eight days.
    same_kind : ndarray of shape (rows, days)
        Days of the same kind with a half-life of four of them; others count where there is none.
    joint : ndarray of shape (rows, days)
        ``same_kind`` and, at three tenths, all days with a half-life of four.
    deviations : ndarray of shape (rows, days)
        Days of the same kind with a half-life of two of them.
    last_week, level : ndarray of shape (rows, days)
        The seven newest days, and all of the window, alike.
    newest_same_kind : ndarray of int of shape (rows, SAME_KIND_DAYS)
        Columns of the newest days of the same kind, -1 where there are fewer.
    """

    last_days: NDArray[np.float64]
    all_days: NDArray[np.float64]
    same_kind: NDArray[np.float64]
    joint: NDArray[np.float64]
    deviations: NDArray[np.float64]
    last_week: NDArray[np.float64]
    level: NDArray[np.float64]
    newest_same_kind: NDArray[np.int64]


def day_weights(kinds: NDArray[np.int64], lead: int) -> DayWeights:
    """Weights of the days of the past for each day forecast.

    Parameters
    ----------
    kinds : ndarray of int of shape (N_DAYS + days ahead,)
        Kind of each day, as ``Histories`` has it.
    lead : int
        1 forecasts the day after what is known, 2 the second, and so on.

    Returns
    -------
    DayWeights
        No day younger than ``lead`` has weight.

    Notes
    -----
    A day of age k (1 = the day before) counts 0.5^((k - lead) / half-life) among all days, and the i-th
    newest day of the same weekday 0.5^((i - 1) / half-life) among those. To a
    holiday, Sundays and earlier holidays are alike, and no other day is heard; to other days a holiday is the
    weekday that it is, for what it began may go on. The joint kernel of day and week is
    the two-way weighting of exponential smoothing with two seasons (Taylor 2003).
    """
    return _cached_weights(tuple(int(kind) for kind in kinds), lead)


@lru_cache(maxsize=64)
def _cached_weights(kinds: tuple[int, ...], lead: int) -> DayWeights:
    weekday, is_holiday = np.array(kinds) % DAYS_A_WEEK, np.array(kinds) >= DAYS_A_WEEK
    target = np.append(np.arange(FIRST_PROFILE_DAY, N_DAYS), N_DAYS - 1 + lead)
    age = target[:, None] - np.arange(N_DAYS)
    is_known = age >= lead
    like_sunday = is_holiday[:N_DAYS] | (weekday[:N_DAYS] == SUNDAY)
    same_weekday = weekday[target][:, None] == weekday[:N_DAYS]
    is_alike = is_known & np.where(is_holiday[target][:, None], like_sunday, same_weekday)
    # Newest first: how many alike stand at or after each.
    rank = np.cumsum(is_alike[:, ::-1], axis=1)[:, ::-1]
    in_window = is_known & (age <= WINDOW_DAYS + lead - 1)
    # To a holiday the working days say nothing, unless there is nothing else.
    is_heard = ~is_holiday[target][:, None] | like_sunday | ~(in_window & is_alike).any(axis=1)[:, None]

    def by_age(half_life: float) -> NDArray[np.float64]:
        return np.where(in_window & is_heard, 0.5 ** ((age - lead) / half_life), 0.0)

    def by_kind(half_life: float) -> NDArray[np.float64]:
        return np.where(in_window & is_alike, 0.5 ** ((rank - 1) / half_life), 0.0)

    stand_in = _A_TRIFLE * by_age(4.0)
    newest = np.full((target.size, SAME_KIND_DAYS), -1)
    rows, columns = np.nonzero(is_alike & (rank <= SAME_KIND_DAYS))
    newest[rows, rank[rows, columns] - 1] = columns
    return DayWeights(
        last_days=by_age(1.0),
        all_days=by_age(8.0),
        same_kind=by_kind(4.0) + stand_in,
        joint=by_kind(4.0) + 0.3 * by_age(4.0),
        deviations=by_kind(2.0) + stand_in,
        last_week=(is_known & (age < DAYS_OF_LEVEL + lead)).astype(np.float64),
        level=in_window.astype(np.float64),
        newest_same_kind=newest,
    )
