"""Many regular series one after the other in one array, and means over stretches of any of them at once.

For questions about single times of thousands of series. Series side by side on one calendar are a
``SeriesBatch``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class FlatSeries:
    """Series with one step, each without holes on a grid of its own.

    Parameters
    ----------
    value : ndarray of shape (points,)
        The values of the first series, of the second, and so on; NaN where missing.
    first : ndarray of int of shape (series,)
        Where each begins in ``value``.
    size : ndarray of int of shape (series,)
        Points of each; may be 0.
    start : ndarray of int of shape (series,)
        Time of the first point of each, in seconds since 1970 (UTC).
    step_seconds : int
        Spacing of every grid.
    """

    value: Floats
    first: Integers
    size: Integers
    start: Integers
    step_seconds: int

    def mean_within(self, owner: Integers, begin: Integers, width: int) -> Floats:
        """Mean of the values within stretches of one width, each of some series.

        Parameters
        ----------
        owner : ndarray of int of shape (stretch,)
            Which series.
        begin : ndarray of int of shape (stretch,)
            Seconds since 1970 (UTC), included.
        width : int
            In seconds; the end is excluded.

        Returns
        -------
        ndarray of shape (stretch,)
            NaN where less than half of the stretch was measured, or where it is shorter than the step.
        """
        if width < self.step_seconds:
            return np.full(owner.size, np.nan)
        ahead = -((self.start[owner] - begin) // self.step_seconds)  # the first point at or after begin
        point = ahead[:, None] + np.arange(-(-width // self.step_seconds))
        is_within = (point >= 0) & (point < self.size[owner, None])
        is_within &= self.start[owner, None] + point * self.step_seconds < (begin + width)[:, None]
        at = np.where(is_within, self.first[owner, None] + point, self.value.size)
        members = np.append(self.value, np.nan)[at]
        is_missing = np.isnan(members)
        count = members.shape[1] - is_missing.sum(axis=1)
        total = np.where(is_missing, 0.0, members).sum(axis=1)
        return _ratio(total, count, (count > 0) & (2 * count * self.step_seconds >= width))

    def mean_between(self, owner: Integers, begin: Integers, end: Integers) -> Floats:
        """Mean of the values between two times, of some series each.

        Parameters
        ----------
        owner : ndarray of int of shape (stretch,)
            Which series.
        begin, end : ndarray of int of shape (stretch,)
            Seconds since 1970 (UTC), ``begin`` included and ``end`` excluded.

        Returns
        -------
        ndarray of shape (stretch,)
            NaN where nothing was measured.
        """
        ends = [
            self.first[owner]
            + np.clip(-((self.start[owner] - time) // self.step_seconds), 0, self.size[owner])
            for time in (begin, end)
        ]
        stretches = np.stack(ends, axis=1).ravel()
        is_missing = np.isnan(self.value)
        # A number more at the end, for reduceat takes no stretch that begins behind the last.
        padded = np.append(np.where(is_missing, 0.0, self.value), 0.0)
        counted = np.append(~is_missing, False).astype(np.int64)
        if owner.size == 0:
            return np.empty(0)
        total = np.add.reduceat(padded, stretches)[::2]
        count = np.where(ends[0] < ends[1], np.add.reduceat(counted, stretches)[::2], 0)
        return _ratio(total, count, count > 0)


def flat_series(observations: pl.DataFrame, series_ids: Sequence[str], step_seconds: int) -> FlatSeries:
    """Lay the rows of series that share a step one after the other.

    Parameters
    ----------
    observations : polars.DataFrame
        ``series_id``, ``at_utc``, ``value``; by series and ascending in time, each without holes.
    series_ids : sequence of str
        The series wanted, in this order.
    step_seconds : int
        Their step.

    Returns
    -------
    FlatSeries
        A series without rows has no points.
    """
    spans = (
        observations.with_row_index("first")
        .group_by("series_id", maintain_order=True)
        .agg(pl.col("first").first(), pl.len().alias("size"), pl.col("at_utc").first().dt.epoch("s"))
    )
    wanted = pl.DataFrame({"series_id": series_ids}, {"series_id": pl.String})
    found = wanted.join(spans, on="series_id", how="left", maintain_order="left").fill_null(0)
    first, size, start = (found[name].cast(pl.Int64).to_numpy() for name in ("first", "size", "at_utc"))
    value = observations["value"].cast(pl.Float64).fill_null(np.nan).to_numpy()
    return FlatSeries(value, first, size, start, step_seconds)


def _ratio(total: Floats, count: Integers, is_enough: NDArray[np.bool_]) -> Floats:
    return np.where(is_enough, total / np.maximum(count, 1), np.nan)
