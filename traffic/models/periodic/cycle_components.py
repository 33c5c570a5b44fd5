"""Harmonics of every single cycle of a record, for many series at once.

The one pass over the record on which the estimate of the period and the shifts of its cycles rest belongs
here. What the harmonics say about the period belongs to ``period_estimate``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from traffic.windowing.medians import row_medians

N_HARMONICS: Final = 4
"""Six hours of a day: finer harmonics of traffic are small, and turn with the phase of the first ones."""

POINTS_PER_CYCLE: Final = 48
"""Means over half an hour of a day. They lower the fourth harmonic by 1 % and move no phase."""

MIN_CYCLE_SHARE: Final = 0.75
"""A cycle with more than a quarter of its points missing says little about its own harmonics."""

MIN_CONDITION: Final = 1e-3
"""Smallest ratio of the extreme eigenvalues of a cycle's normal equations: below, its gap is too long."""

SERIES_AT_ONCE: Final = 100


@dataclass(frozen=True, eq=False)
class CycleComponents:
    """Harmonics of each cycle.

    Parameters
    ----------
    coefficients : ndarray of complex of shape (series, cycles, harmonics)
        c_k(n), k = 1 to K, of the n-th cycle, of the values on a compressed scale; NaN for a cycle that
        does not tell. A course that comes later by a share s of the cycle has them times exp(-j 2 pi k s).
    period_steps : float
        Length of a cycle in steps.
    """

    coefficients: NDArray[np.complex128]
    period_steps: float

    @property
    def n_harmonics(self) -> int:
        """Highest harmonic."""
        return int(self.coefficients.shape[2])

    @property
    def is_known(self) -> NDArray[np.bool_]:
        """Which cycles tell, of shape (series, cycles)."""
        return np.asarray(~np.isnan(self.coefficients[..., 0].real))


def cycle_components(
    values: NDArray[np.float64], period_steps: float, n_harmonics: int = N_HARMONICS
) -> CycleComponents:
    """Fit level and harmonics to each cycle of each series by least squares.

    Parameters
    ----------
    values : ndarray of shape (series, time)
        NaN where missing.
    period_steps : float
        Length of a cycle in steps; need not be whole. The first cycle begins with the record, an incomplete
        one at its end is left out.
    n_harmonics : int
        Highest harmonic; fewer if half the number of steps in a cycle is not above it.

    Returns
    -------
    CycleComponents
        Coefficients of shape (series, cycles, harmonics).

    Raises
    ------
    ValueError
        If ``values`` is not of shape (series, time) or a cycle has fewer than 4 steps.

    Notes
    -----
    Values are first brought to asinh((x - median) / spread), the spread being the median absolute deviation:
    a scale that keeps the order of the values and so their period, on which no burst outweighs a day. They
    are then averaged to at least ``POINTS_PER_CYCLE`` points a cycle, where the step is finer.
    """
    if values.ndim != 2:
        raise ValueError(f"values must have shape (series, time); got {values.shape}.")
    if not period_steps >= 4:
        raise ValueError(f"A cycle needs at least 4 steps; got {period_steps:g}.")
    n_harmonics = min(n_harmonics, int(np.ceil(period_steps / 2)) - 1)
    parts = [
        _of_points(
            *averaged_points(compressed(values[start : start + SERIES_AT_ONCE]), period_steps), n_harmonics
        )
        for start in range(0, max(values.shape[0], 1), SERIES_AT_ONCE)
    ]
    return CycleComponents(np.concatenate(parts), float(period_steps))


def compressed(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bring each series to a scale on which bursts do not outweigh the rest.

    Parameters
    ----------
    values : ndarray of shape (series, time)
        NaN where missing.

    Returns
    -------
    ndarray of shape (series, time)
        asinh((x - median) / spread); NaN where missing and for a series without spread.
    """
    scale = np.nanmax(np.abs(values), axis=1, initial=0.0)
    scaled = values / np.where(scale > 0, scale, 1.0)[:, None]
    centred = scaled - row_medians(scaled)[:, None]
    spread = row_medians(np.abs(centred))
    is_observed = ~np.isnan(centred)
    n = np.maximum(is_observed.sum(axis=1), 1)
    # Where most values are equal the median deviation is nought, and the mean one is not.
    mean_deviation = np.where(is_observed, np.abs(centred), 0.0).sum(axis=1) / n
    spread = np.where(spread > 1e-9, spread, mean_deviation)
    return np.asarray(np.arcsinh(centred / np.where(spread > 1e-12, spread, np.nan)[:, None]))


def averaged_points(
    values: NDArray[np.float64], period_steps: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Average successive values to at least ``POINTS_PER_CYCLE`` points a cycle.

    Parameters
    ----------
    values : ndarray of shape (series, time)
        NaN where missing.
    period_steps : float
        Length of a cycle in steps.

    Returns
    -------
    sums : ndarray of shape (series, points)
        Sum of the values observed; 0 without any.
    weights : ndarray of shape (series, points)
        Number of values observed.
    at : ndarray of shape (points,)
        Middle of each point, in cycles since the beginning of the record.
    """
    block = max(1, int(period_steps // POINTS_PER_CYCLE))
    n_points = values.shape[1] // block
    blocks = values[:, : n_points * block].reshape(values.shape[0], n_points, block)
    is_observed = ~np.isnan(blocks)
    sums = np.where(is_observed, blocks, 0.0).sum(axis=2)
    at = (np.arange(n_points) * block + 0.5 * block) / period_steps
    return sums, is_observed.sum(axis=2).astype(np.float64), at


def _of_points(
    sums: NDArray[np.float64], weights: NDArray[np.float64], at: NDArray[np.float64], n_harmonics: int
) -> NDArray[np.complex128]:
    cycle = np.floor(at + 1e-9).astype(np.int64)
    n_cycles = int(np.floor(at[-1] + at[0] + 1e-9)) if at.size else 0
    shape = (sums.shape[0], n_cycles, n_harmonics)
    if n_cycles == 0:
        return np.full(shape, np.nan, dtype=np.complex128)
    inside = cycle < n_cycles
    starts = np.searchsorted(cycle[inside], np.arange(n_cycles))
    angle = 2.0 * np.pi * (at - cycle)[inside]

    def turned(what: NDArray[np.float64], highest: int) -> NDArray[np.complex128]:
        waves = (np.exp(-1j * k * angle) for k in range(highest + 1))
        return np.stack([np.add.reduceat(what[:, inside] * wave, starts, axis=1) for wave in waves], axis=2)

    n_points = np.diff(np.append(starts, angle.size))
    share = np.add.reduceat((weights[:, inside] > 0).astype(np.float64), starts, axis=1) / n_points
    masses, products = turned(weights, 2 * n_harmonics), turned(sums, n_harmonics)
    return _least_squares(masses, products, share >= MIN_CYCLE_SHARE)


def _least_squares(
    masses: NDArray[np.complex128], products: NDArray[np.complex128], is_known: NDArray[np.bool_]
) -> NDArray[np.complex128]:
    """Solve the normal equations of exp(j k angle), k = -K to K, of every cycle."""
    n_harmonics = products.shape[2] - 1
    k = np.arange(-n_harmonics, n_harmonics + 1)
    difference = k[:, None] - k[None, :]
    signed = np.where(
        difference >= 0, masses[..., np.abs(difference)], masses[..., np.abs(difference)].conj()
    )
    right = np.where(k >= 0, products[..., np.abs(k)], products[..., np.abs(k)].conj())
    found = np.full((*masses.shape[:2], n_harmonics), np.nan, dtype=np.complex128)
    mass = masses[is_known][:, 0].real[:, None]
    matrices, rights = signed[is_known] / mass[..., None], right[is_known] / mass
    extremes = np.linalg.eigvalsh(matrices)[:, [0, -1]] if matrices.size else np.ones((0, 2))
    is_solvable = extremes[:, 0] > MIN_CONDITION * extremes[:, 1]
    matrices[~is_solvable] = np.eye(k.size)
    solved = np.linalg.solve(matrices, rights[..., None])[:, n_harmonics + 1 :, 0]
    found[is_known] = np.where(is_solvable[:, None], solved, np.nan)
    return found
