"""Seven days of one series under one another: what the paper on daily traffic works on.

Choosing the week and laying it out belong here. Aligning days by local clock time belongs to
``traffic.windowing``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from traffic.parsing.quantity import UNKNOWN_UNIT
from traffic.windowing.local_days import ensemble_matrix, slots_a_day

N_DAYS: Final = 7
"""The paper's week, 1 to 7 September 2021."""

MIN_DAY_SHARE: Final = 0.9
"""A day with more missing has no place in a week of seven that every estimate leans on."""

MIN_SLOTS: Final = 12
"""A course of fewer points a day has no shape to speak of."""


@dataclass(frozen=True, eq=False)
class SeriesWeek:
    """A week of a series.

    Parameters
    ----------
    series_id, unit : str
        Name of the series, and its unit as it is read in a sentence.
    time_zone : str
        IANA name of the zone in which its days begin.
    step_seconds : int
        Length of a slot; it divides the day.
    first_date : datetime.date
        The first of the days.
    ensemble : ndarray of shape (days, slots)
        Clean values, one row a local day; NaN where missing.
    n_clipped : int
        Values of the week that are clipped as outliers.
    """

    series_id: str
    unit: str
    time_zone: str
    step_seconds: int
    first_date: date
    ensemble: NDArray[np.float64]
    n_clipped: int

    @property
    def n_slots(self) -> int:
        """Slots a day."""
        return int(self.ensemble.shape[1])

    @property
    def dates(self) -> list[date]:
        """The local days."""
        return [self.first_date + timedelta(days=day) for day in range(self.ensemble.shape[0])]

    @property
    def values(self) -> NDArray[np.float64]:
        """The days one after the other, as one record of shape (1, time)."""
        return self.ensemble.reshape(1, -1)

    @property
    def slot(self) -> NDArray[np.int64]:
        """Slot of each value of the record, shape (time,)."""
        return np.tile(np.arange(self.n_slots, dtype=np.int64), self.ensemble.shape[0])

    @property
    def local(self) -> pl.Series:
        """Local clock time of each value of the record."""
        start = np.datetime64(datetime.combine(self.first_date, time.min), "us")
        steps = np.arange(self.ensemble.size, dtype=np.int64) * np.int64(self.step_seconds * 1_000_000)
        return pl.Series("local", start + steps.astype("timedelta64[us]"))

    @property
    def hour(self) -> NDArray[np.float64]:
        """Local hour of each slot, with its fraction, shape (slots,)."""
        return np.asarray(np.arange(self.n_slots) * self.step_seconds / 3600.0)


def newest_full_week(days: pl.DataFrame, step_seconds: int) -> date | None:
    """Find the newest seven days in a row that are all but whole.

    Parameters
    ----------
    days : polars.DataFrame
        ``local_date`` and ``n_observed``, one row a local day.
    step_seconds : int
        The series' step.

    Returns
    -------
    datetime.date or None
        The first of the seven; None without such days, or where the step does not divide the day.
    """
    slots = slots_a_day(step_seconds)
    if slots * step_seconds != 86_400 or slots < MIN_SLOTS:
        return None
    full = days.filter(pl.col("n_observed") >= MIN_DAY_SHARE * slots)["local_date"].sort().to_list()
    ends = (
        end for first, end in zip(full, full[N_DAYS - 1 :], strict=False) if (end - first).days == N_DAYS - 1
    )
    newest = max(ends, default=None)
    return None if newest is None else newest - timedelta(days=N_DAYS - 1)


def daily_share(slots: pl.DataFrame) -> float:
    """Part of a series' variance that lies between the slots of its day: how much of a daily course it has.

    Parameters
    ----------
    slots : polars.DataFrame
        ``n``, ``mean`` and ``variance`` (divisor n) of the values of each slot.

    Returns
    -------
    float
        0 to 1; 0 for a series without variation.
    """
    n, mean, variance = (slots[name].to_numpy() for name in ("n", "mean", "variance"))
    between = float((n * (mean - np.average(mean, weights=n)) ** 2).sum())
    total = between + float((n * variance).sum())
    return between / total if total > 0 else 0.0


def series_week(
    series_id: str, unit: str, time_zone: str, step_seconds: int, days: pl.DataFrame, n_clipped: int
) -> SeriesWeek:
    """Lay seven days out.

    Parameters
    ----------
    series_id, unit, time_zone : str
        Of the series.
    step_seconds : int
        Its step.
    days : polars.DataFrame
        ``local_date``, ``slot`` and ``value`` of seven days, as in ``series.day_ensemble``.
    n_clipped : int
        Values of them that are clipped as outliers.

    Returns
    -------
    SeriesWeek
        A repeated hour by its mean; a skipped one missing.

    Raises
    ------
    ValueError
        If they are not seven days, or the values do not vary.
    """
    dates, ensemble = ensemble_matrix(days, step_seconds)
    if len(dates) != N_DAYS:
        raise ValueError(f"A week has {N_DAYS} days; {series_id} has {len(dates)} here.")
    if not np.nanstd(ensemble) > 1e-9 * np.nanmax(np.abs(ensemble)):
        raise ValueError(f"The week of {series_id} has no variation.")
    first = dates[0]
    assert isinstance(first, date)
    shown = "units" if unit == UNKNOWN_UNIT else unit
    return SeriesWeek(series_id, shown, time_zone, step_seconds, first, ensemble, n_clipped)
