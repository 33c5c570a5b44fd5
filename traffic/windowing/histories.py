"""Series cut into days that end where a forecast begins: what the forecasters take.

Laying values on the clock and cutting them belongs here. Which days are holidays is said by the caller (the
days' kinds); what is made of the days belongs to ``traffic.models.forecasting``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

DAYS_A_WEEK: Final = 7
SUNDAY: Final = 6
MONDAY_OFFSET: Final = 3
"""1970-01-01, from which dates are counted, was a Thursday."""


@dataclass(frozen=True, eq=False)
class Histories:
    """Histories of series, day under day, and the days to forecast.

    A day here is as many steps as a calendar day has, counted back from the first target: if the forecast
    begins at 10:00, each runs from 10:00 to 10:00.

    Parameters
    ----------
    values : ndarray of shape (series, days, day_steps)
        In the series' own unit, NaN where missing. The last value stands one step before the first target.
    kinds : ndarray of int of shape (days + days ahead,)
        The weekday, 0 = Monday; 7 more for a public holiday.
    """

    values: NDArray[np.float64]
    kinds: NDArray[np.int64]

    def __post_init__(self) -> None:
        if self.values.ndim != 3 or self.kinds.size <= self.values.shape[1]:
            raise ValueError(
                f"Histories need values of shape (series, days, day_steps) and a kind for each day and each "
                f"day ahead; got {self.values.shape} and {self.kinds.shape}."
            )

    @property
    def n_series(self) -> int:
        """Number of series."""
        return int(self.values.shape[0])

    @property
    def n_days(self) -> int:
        """Number of days of the past."""
        return int(self.values.shape[1])

    @property
    def day_steps(self) -> int:
        """Steps of a day."""
        return int(self.values.shape[2])

    @property
    def days_ahead(self) -> int:
        """Days that are to be forecast."""
        return int(self.kinds.size - self.values.shape[1])

    def ahead(self, days: int) -> Histories:
        """Return the histories with fewer days to forecast."""
        return replace(self, kinds=self.kinds[: self.n_days + days])

    def part(self, rows: slice | NDArray[np.intp]) -> Histories:
        """Return the histories of some of the series."""
        return replace(self, values=self.values[rows])

    def coarser(self, factor: int) -> Histories:
        """Return the histories at a coarser step.

        Parameters
        ----------
        factor : int
            Steps that become one; it must divide the day.

        Returns
        -------
        Histories
            Means of the values observed, NaN unless at least half of them are.
        """
        if factor == 1:
            return self
        blocks = self.values.reshape(*self.values.shape[:2], -1, factor)
        n_seen = np.count_nonzero(~np.isnan(blocks), axis=3)
        means = np.nansum(blocks, axis=3) / np.maximum(n_seen, 1)
        return replace(self, values=np.where(2 * n_seen >= factor, means, np.nan))


def cut_into_days(
    values: NDArray[np.float64],
    cell: NDArray[np.int64],
    first_target: int,
    day_steps: int,
    n_days: int,
    days_ahead: int,
    day_kinds: NDArray[np.int64] | None = None,
) -> Histories:
    """Cut series into the days before a forecast.

    Parameters
    ----------
    values : ndarray of shape (series, time)
        NaN where missing.
    cell : ndarray of int of shape (time,)
        Place of each value on a clock that is never changed: days since 1970-01-01 times ``day_steps``, plus
        the slot. A cell that comes twice (an hour that the clock repeats) takes the mean; one that never
        comes is missing.
    first_target : int
        Cell of the first time to forecast; nothing at or after it is known.
    day_steps : int
        Slots of a day.
    n_days, days_ahead : int
        Days of the past, and days to forecast.
    day_kinds : ndarray of int, optional
        Kind of each calendar date, from the date of the first day's middle on, by default its weekday.

    Returns
    -------
    Histories
        Values before the first of these days are left out.
    """
    at = cell - (first_target - n_days * day_steps)
    is_in = (at >= 0) & (at < n_days * day_steps)
    at, known = at[is_in], values[:, is_in]
    laid = np.full((values.shape[0], n_days * day_steps), np.nan)
    laid[:, at] = known
    places, counts = np.unique(at, return_counts=True)
    for place in places[counts > 1]:
        same = known[:, at == place]
        n_seen = np.count_nonzero(~np.isnan(same), axis=1)
        laid[:, place] = np.where(n_seen > 0, np.nansum(same, axis=1) / np.maximum(n_seen, 1), np.nan)
    laid[np.isinf(laid)] = np.nan
    if day_kinds is None:
        day_kinds = (block_dates(first_target, day_steps, n_days, days_ahead) + MONDAY_OFFSET) % DAYS_A_WEEK
    return Histories(laid.reshape(values.shape[0], n_days, day_steps), day_kinds)


def block_dates(first_target: int, day_steps: int, n_days: int, days_ahead: int) -> NDArray[np.int64]:
    """Calendar date that the middle of each day of ``cut_into_days`` lies in.

    Parameters
    ----------
    first_target, day_steps, n_days, days_ahead : int
        As there.

    Returns
    -------
    ndarray of int of shape (n_days + days_ahead,)
        Days since 1970-01-01.
    """
    middle = first_target + np.arange(-n_days, days_ahead, dtype=np.int64) * day_steps + day_steps // 2
    return middle // day_steps


def serving_columns(ahead: NDArray[np.int64], day_steps: int, days_ahead: int) -> NDArray[np.int64]:
    """Say which of the steps that are forecast serve targets on a clock that changes.

    Parameters
    ----------
    ahead : ndarray of int
        Steps of each target behind the first one, on a clock that is never changed; negative for a time
        that the clock repeats.
    day_steps : int
        Slots of a day.
    days_ahead : int
        Days that are forecast.

    Returns
    -------
    ndarray of int of the same shape
        0 to ``day_steps * days_ahead - 1``: a time before the first is served by the same time of tomorrow,
        one that a change of the clock has put behind the last day by that of the day before.
    """
    later = np.where(ahead < 0, ahead + day_steps, ahead)
    return np.where(later < day_steps * days_ahead, later, later - day_steps)
