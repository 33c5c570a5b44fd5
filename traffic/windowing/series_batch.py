"""Series that share a grid, side by side: what batched estimators take, from rows of observations.

Grouping, the common calendar and the flags belong here; one series by itself is a ``RegularSeries``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import polars as pl
from numpy.typing import NDArray

from traffic.windowing.flags import flag_values
from traffic.windowing.local_days import local_days
from traffic.windowing.regular_series import RegularSeries, day_steps, grid_times


@dataclass(frozen=True, eq=False)
class SeriesBatch:
    """Series on one regular grid.

    Parameters
    ----------
    series_ids : tuple of str
        One a row of the arrays.
    start_utc : datetime
        Time of the first grid point, naive UTC.
    step_seconds : int
        Spacing of the grid.
    time_zone : str
        IANA name of the zone in which the series' days begin and end.
    value, value_clean : ndarray of shape (series, time)
        As in ``RegularSeries``.
    slot : ndarray of int of shape (time,)
        Slot of the local day.
    local_date : ndarray of datetime64[D] of shape (time,)
        Local calendar day.
    """

    series_ids: tuple[str, ...]
    start_utc: datetime
    step_seconds: int
    time_zone: str
    value: NDArray[np.float64]
    value_clean: NDArray[np.float64]
    slot: NDArray[np.int64]
    local_date: NDArray[np.datetime64]

    def series(self) -> Iterator[RegularSeries]:
        """Yield the series one by one."""
        for row, series_id in enumerate(self.series_ids):
            yield RegularSeries(
                series_id,
                self.start_utc,
                self.step_seconds,
                self.time_zone,
                self.value[row],
                self.value_clean[row],
            )

    def part(self, rows: Sequence[int]) -> SeriesBatch:
        """Return the batch of some of its series.

        Parameters
        ----------
        rows : sequence of int
            Which of the series, in the order wanted.

        Returns
        -------
        SeriesBatch
            With copies of their values.
        """
        chosen = list(rows)
        return replace(
            self,
            series_ids=tuple(self.series_ids[row] for row in chosen),
            value=self.value[chosen],
            value_clean=self.value_clean[chosen],
        )

    @property
    def day_steps(self) -> int | None:
        """Number of steps in a day of 24 hours, or None if the step does not divide it."""
        return day_steps(self.step_seconds)


def known_before(
    observations: pl.DataFrame,
    series_ids: Sequence[str],
    time_zone: str,
    step_seconds: int,
    issued_at_utc: datetime,
) -> Iterator[SeriesBatch]:
    """Cut series at a midnight, with the flags that their past alone gives, and put like beside like.

    Parameters
    ----------
    observations : polars.DataFrame
        ``series_id``, ``at_utc``, ``value``, ``cause``; by series and ascending in time, each without holes.
    series_ids : sequence of str
        The series wanted.
    time_zone : str
        IANA name of the series' zone.
    step_seconds : int
        The grid's spacing.
    issued_at_utc : datetime
        Nothing at or after this time is known.

    Yields
    ------
    SeriesBatch
        Series with the same first and last point; those without any in a batch of no points.
    """
    past = observations.filter(pl.col("at_utc") < issued_at_utc)
    spans = (
        past.with_row_index("first_row")
        .group_by("series_id", maintain_order=True)
        .agg(pl.col("first_row").first(), pl.col("at_utc").first(), pl.len().alias("size"))
    )
    nothing = {"at_utc": issued_at_utc, "size": 0, "first_row": 0}
    wanted = pl.DataFrame({"series_id": series_ids}, {"series_id": pl.String})
    spans = wanted.join(spans, on="series_id", how="left", maintain_order="left").with_columns(
        pl.col(name).fill_null(value) for name, value in nothing.items()
    )
    value = past["value"].cast(pl.Float64).fill_null(np.nan).to_numpy()
    is_impossible = past["cause"].is_not_null().to_numpy()
    for key, members in spans.group_by("at_utc", "size", maintain_order=True):
        rows = members["first_row"].to_numpy().astype(np.int64)[:, None] + np.arange(key[1])
        yield _batch(
            tuple(members["series_id"]), key[0], step_seconds, time_zone, value[rows], is_impossible[rows]
        )


def _batch(
    series_ids: tuple[str, ...],
    start_utc: datetime,
    step_seconds: int,
    time_zone: str,
    value: NDArray[np.float64],
    is_impossible: NDArray[np.bool_],
) -> SeriesBatch:
    days = local_days(grid_times(start_utc, step_seconds, value.shape[1]), time_zone, step_seconds)
    slot = days["slot"].to_numpy()
    clean = [
        flag_values(one, slot, step_seconds, impossible).value_clean
        for one, impossible in zip(value, is_impossible, strict=True)
    ]
    return SeriesBatch(
        series_ids,
        start_utc,
        step_seconds,
        time_zone,
        value,
        np.stack(clean),
        slot.astype(np.int64),
        days["local_date"].to_numpy(),
    )
