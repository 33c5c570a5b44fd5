"""The density of the values at each hour of the day: Gaussian, and as the values themselves show it.

Densities by local hour belong here, over all days and within single days, for many series at once. Which law
residuals follow belongs to ``distributions``; moments by slot belong to the models.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import fft

HOURS: Final = 24
N_VALUES: Final = 60
"""Points of the grid of values, as ``diagnostics.density`` keeps them."""

MIN_VALUES: Final = 8
"""Two moments of fewer values leave nothing to see beside them."""

MARGIN: Final = 0.1
"""How far the grid reaches beyond the extremes, as a share of their distance: room for the tails."""

CELLS_PER_VALUE: Final = 8
"""Cells of the binning between two points of the grid. With the narrowest bandwidth, one spacing of the grid,
binning then changes a density by less than 0.5 % of its peak."""

RELATIVE_ZERO: Final = 1e-12
SERIES_AT_ONCE: Final = 50
"""Fifty series of eight weeks in five-minute steps take some tens of megabytes."""


@dataclass(frozen=True, eq=False)
class HourDensities:
    """Densities by local hour on one grid of values for each series.

    Parameters
    ----------
    value : ndarray of shape (series, N_VALUES)
        Where the densities are taken, ascending, in each series' own unit; NaN for a series without spread.
    gaussian : ndarray of shape (series, ..., 24, N_VALUES)
        Normal density of the mean and the variance (divisor n - 1) of the hour's values, per unit of the
        series; NaN for an hour with fewer than ``MIN_VALUES`` values or without spread.
    empirical : ndarray of shape (series, ..., 24, N_VALUES)
        Kernel estimate from the same values, per unit of the series; NaN as ``gaussian``.
    bandwidth : ndarray of shape (series, ..., 24)
        Standard deviation of the kernel, in the series' unit; NaN as ``gaussian``.
    n_values : ndarray of int of shape (series, ..., 24)
        Values observed in the hour.
    """

    value: NDArray[np.float64]
    gaussian: NDArray[np.float64]
    empirical: NDArray[np.float64]
    bandwidth: NDArray[np.float64]
    n_values: NDArray[np.int64]


def density_by_hour(values: NDArray[np.float64], hour: NDArray[np.int64]) -> HourDensities:
    """Estimate the density of the values at each local hour, over all days.

    Parameters
    ----------
    values : ndarray of shape (series, time)
        One row a series, all on the same grid, NaN where missing.
    hour : ndarray of int of shape (time,)
        Local hour of each time, 0 to 23.

    Returns
    -------
    HourDensities
        Densities of shape (series, 24, N_VALUES).

    Raises
    ------
    ValueError
        If the shapes do not match or an hour is out of range.

    Notes
    -----
    Khvostivskyi et al. 2021, eq. 2 and figure 4: that p(x, t) moves with t shows that the process is not
    stationary. ``gaussian`` is exp(-(x - m)^2 / (2 D)) / sqrt(2 pi D), m and D those of the hour.
    ``empirical`` has a Gaussian kernel with Silverman's (1986, eq. 3.31) bandwidth
    0.9 min(s, IQR / 1.34) n^(-1/5), yet never narrower than the spacing of the grid. The values are shared
    out linearly between fine cells (Wand 1994) and smoothed by Fourier transforms, all hours at once: scipy's
    and statsmodels' estimates, one call an hour, would cost a thousand series many times as much. The values
    of an hour depend on each other, which the bandwidth does not know: the density is a picture, and no test.
    """
    return _densities(values, hour, np.zeros_like(hour), None)


def density_by_day_and_hour(
    values: NDArray[np.float64], hour: NDArray[np.int64], day: NDArray[np.int64], n_days: int
) -> HourDensities:
    """Estimate the density of the values at each local hour of single days.

    Parameters
    ----------
    values : ndarray of shape (series, time)
        One row a series, all on the same grid, NaN where missing.
    hour : ndarray of int of shape (time,)
        Local hour of each time, 0 to 23.
    day : ndarray of int of shape (time,)
        Which day each time belongs to, 0 to ``n_days - 1``; -1 for days that are not wanted, whose values
        only widen the grid. With the same ``values`` the grid is that of ``density_by_hour``.
    n_days : int
        Number of days wanted.

    Returns
    -------
    HourDensities
        Densities of shape (series, n_days, 24, N_VALUES): take few days of many series, or few series.

    Raises
    ------
    ValueError
        If the shapes do not match, or an hour or day is out of range.

    Notes
    -----
    p_k(x, t) of Khvostivskyi et al. 2021, the k-th day alone: its hour has the values of that hour, so steps
    longer than 7 minutes leave fewer than ``MIN_VALUES`` and no density.
    """
    return _densities(values, hour, day, n_days)


def _densities(
    values: NDArray[np.float64], hour: NDArray[np.int64], day: NDArray[np.int64], n_days: int | None
) -> HourDensities:
    _refuse_misfit(values, hour, day, n_days)
    shape = (HOURS,) if n_days is None else (n_days, HOURS)
    at = _times_of_groups(np.where(day < 0, -1, day * HOURS + hour), int(np.prod(shape)))
    scale = np.nanmax(np.abs(values), axis=1, initial=0.0)
    scale = np.where(scale > 0, scale, 1.0)
    grid = _value_grid(values / scale[:, None])
    found = [
        _of_groups(
            _in_groups(values[rows], at) / scale[rows, None, None],
            grid[rows],
        )
        for rows in _chunks(values.shape[0])
    ]
    gaussian, empirical, bandwidth, n = (
        np.concatenate(part).reshape(values.shape[0], *shape, *part[0].shape[2:])
        for part in zip(*found, strict=True)
    )
    unit = scale.reshape(-1, *[1] * len(shape))
    return HourDensities(
        grid * scale[:, None],
        gaussian / unit[..., None],
        empirical / unit[..., None],
        bandwidth * unit,
        n.astype(np.int64),
    )


def _refuse_misfit(
    values: NDArray[np.float64], hour: NDArray[np.int64], day: NDArray[np.int64], n_days: int | None
) -> None:
    if values.ndim != 2 or hour.shape != (values.shape[1],) or day.shape != hour.shape:
        raise ValueError(
            f"values must have shape (series, time), hour and day (time,); "
            f"got {values.shape}, {hour.shape} and {day.shape}."
        )
    if hour.size and (hour.min() < 0 or hour.max() >= HOURS):
        raise ValueError(f"Hours must lie in 0 to {HOURS - 1}; got {hour.min()} to {hour.max()}.")
    if n_days is not None and day.size and day.max() >= n_days:
        raise ValueError(f"Days must lie below {n_days}; got {day.max()}.")


def _chunks(n_series: int) -> list[slice]:
    return [slice(start, start + SERIES_AT_ONCE) for start in range(0, max(n_series, 1), SERIES_AT_ONCE)]


def _value_grid(scaled: NDArray[np.float64]) -> NDArray[np.float64]:
    """Grid of values of each series; NaN without spread."""
    is_observed = ~np.isnan(scaled)
    low = np.where(is_observed, scaled, np.inf).min(axis=1, initial=np.inf)
    high = np.where(is_observed, scaled, -np.inf).max(axis=1, initial=-np.inf)
    has_spread = high - low > RELATIVE_ZERO
    low, high = np.where(has_spread, low, np.nan), np.where(has_spread, high, np.nan)
    margin = MARGIN * (high - low)
    return np.linspace(low - margin, high + margin, N_VALUES, axis=1)


def _times_of_groups(group: NDArray[np.int64], n_groups: int) -> NDArray[np.int64]:
    """Positions in time of each group's values, one row a group, filled up with -1."""
    order = np.argsort(group, kind="stable")[int((group < 0).sum()) :]
    counts = np.bincount(group[order], minlength=n_groups)
    at = np.full((n_groups, int(counts.max(initial=0))), -1, dtype=np.int64)
    at[np.arange(at.shape[1]) < counts[:, None]] = order
    return at


def _in_groups(values: NDArray[np.float64], at: NDArray[np.int64]) -> NDArray[np.float64]:
    """Values of each group, ascending, of shape (series, groups, values); missing ones (NaN) last."""
    if at.size == 0:
        return np.full((values.shape[0], *at.shape), np.nan)
    gathered = values[:, at]
    gathered[:, at < 0] = np.nan
    gathered.sort(axis=2)
    return np.asarray(gathered, dtype=np.float64)


def _of_groups(
    ordered: NDArray[np.float64], grid: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Gaussian density, empirical density, bandwidth and number of values of each group."""
    is_observed = ~np.isnan(ordered)
    n = is_observed.sum(axis=2)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(is_observed, ordered, 0.0).sum(axis=2) / n
        squares = np.where(is_observed, ordered - mean[..., None], 0.0) ** 2
        std = np.sqrt(squares.sum(axis=2) / (n - 1))
        std = np.where((n >= MIN_VALUES) & (std > RELATIVE_ZERO), std, np.nan)
        distance = (grid[:, None, :] - mean[..., None]) / std[..., None]
        gaussian = np.exp(-0.5 * distance**2) / (np.sqrt(2.0 * np.pi) * std[..., None])
    spacing = (grid[:, -1] - grid[:, 0]) / (N_VALUES - 1)
    bandwidth = _bandwidth(ordered, n, std, spacing)
    return gaussian, _kernel_density(ordered, n, bandwidth, grid[:, 0], spacing), bandwidth, n


def _bandwidth(
    ordered: NDArray[np.float64],
    n: NDArray[np.int64],
    std: NDArray[np.float64],
    spacing: NDArray[np.float64],
) -> NDArray[np.float64]:
    if ordered.shape[2] == 0:
        return std
    lower, upper = (_quantile(ordered, n, share) for share in (0.25, 0.75))
    robust = (upper - lower) / 1.34
    with np.errstate(divide="ignore"):
        silverman = 0.9 * np.where(robust > 0, np.minimum(std, robust), std) * n.astype(np.float64) ** -0.2
    return np.where(np.isnan(std), np.nan, np.maximum(silverman, spacing[:, None]))


def _quantile(ordered: NDArray[np.float64], n: NDArray[np.int64], share: float) -> NDArray[np.float64]:
    """Quantile between order statistics, as ``numpy.quantile`` has it by default."""
    position = share * np.maximum(n - 1, 0)
    below = np.floor(position).astype(np.int64)
    above = np.minimum(below + 1, np.maximum(n - 1, 0))
    first, second = (np.take_along_axis(ordered, i[..., None], axis=2)[..., 0] for i in (below, above))
    return np.asarray(first + (position - below) * (second - first), dtype=np.float64)


def _kernel_density(
    ordered: NDArray[np.float64],
    n: NDArray[np.int64],
    bandwidth: NDArray[np.float64],
    lowest: NDArray[np.float64],
    spacing: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Smooth the binned values of each group by a Gaussian kernel, and take them at the grid's points."""
    n_cells = (N_VALUES - 1) * CELLS_PER_VALUE + 1
    # The transform is circular: as much again of empty cells keeps one end's tail out of the other.
    length = fft.next_fast_len(2 * n_cells, real=True)
    cell = spacing / CELLS_PER_VALUE
    weights = _binned(ordered, lowest, cell, length)
    frequency = 2.0 * np.pi * np.arange(length // 2 + 1) / length
    with np.errstate(invalid="ignore", divide="ignore"):
        width = bandwidth / cell[:, None]
        kernel = np.exp(-0.5 * (width[..., None] * frequency) ** 2)
        smooth = fft.irfft(fft.rfft(weights, axis=2) * kernel, length, axis=2)[..., :n_cells:CELLS_PER_VALUE]
        density = smooth / (n[..., None] * cell[:, None, None])
    return np.asarray(np.maximum(density, 0.0), dtype=np.float64)


def _binned(
    ordered: NDArray[np.float64], lowest: NDArray[np.float64], cell: NDArray[np.float64], length: int
) -> NDArray[np.float64]:
    """Share each value out between the two cells that it lies between."""
    with np.errstate(invalid="ignore", divide="ignore"):
        position = (ordered - lowest[:, None, None]) / cell[:, None, None]
    is_placed = np.isfinite(position)
    position = position[is_placed]
    below = position.astype(np.int64)
    row = np.flatnonzero(is_placed) // max(ordered.shape[2], 1)
    flat = row * length + below
    n_groups = ordered.shape[0] * ordered.shape[1]
    part = position - below
    weights = np.bincount(flat, 1.0 - part, n_groups * length) + np.bincount(
        flat + 1, part, n_groups * length
    )
    return np.asarray(weights.reshape(*ordered.shape[:2], length), dtype=np.float64)
