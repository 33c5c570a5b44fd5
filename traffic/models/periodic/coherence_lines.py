"""The lines on which the spectral coherence of a periodically correlated series lies, and the test for them.

Many series at once on the points that carry the test belong here. The coherence of any frequencies belongs to
``spectral_coherence``; covariances and their harmonics, the same thing in time, to ``components``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import fft
from scipy.stats import chi2

from traffic.models.periodic.spectral_coherence import (
    coherence_threshold,
    filled_with_zero,
    squared_coherence,
)

USUAL_WINDOW: Final = 16
"""Frequencies of a window, about: the threshold of 5 % is then 0.18."""

_VALUES_AT_ONCE: Final = 2**20


@dataclass(frozen=True, eq=False)
class DiagonalCoherence:
    """Coherence on the support lines p - q = j C, C the cycles of the record, for many series.

    Parameters
    ----------
    window : int
        Frequencies M of a window.
    lines : tuple of int
        j of each column.
    n_points : ndarray of int of shape (lines,)
        Points tested on each line, of windows that do not overlap.
    mean_coherence : ndarray of shape (series, lines)
        Mean of the squared coherence, 1 / M on average where there is none.
    share_above : ndarray of shape (series, lines)
        Share of the points above the threshold of 5 % for a single one: 0.05 on average where there is none.
    statistic, p_value : ndarray of shape (series, lines)
        Test that there is no coherence on the line. NaN where the series has no power or too many values
        missing.
    """

    window: int
    lines: tuple[int, ...]
    n_points: NDArray[np.int64]
    mean_coherence: NDArray[np.float64]
    share_above: NDArray[np.float64]
    statistic: NDArray[np.float64]
    p_value: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class CoherenceTest:
    """Result of the test that a series has no coherence on any support line.

    Parameters
    ----------
    statistic, p_value : ndarray of shape (series,)
        Statistic of the line that shows most, and the p-value over all lines. NaN where there is none.
    diagonal : ndarray of int of shape (series,)
        j of that line, from 1; 0 where there is none.
    """

    statistic: NDArray[np.float64]
    p_value: NDArray[np.float64]
    diagonal: NDArray[np.int64]


def diagonal_coherence(
    centred: NDArray[np.float64], n_slots: int, lines: Sequence[int], window: int | None = None
) -> DiagonalCoherence:
    """Test that there is no coherence on the lines p - q = j C that a periodically correlated series has.

    Parameters
    ----------
    centred : ndarray of shape (series, time)
        Deviations from the periodic mean on a clock without changes, NaN where missing; cut to whole periods.
    n_slots : int
        Number of slots T in the period, 3 or more.
    lines : sequence of int
        Lines tested, each j from 1 to (T - 1) // 2: harmonics of the covariance.
    window : int, optional
        Frequencies M of a window, 2 to C - 1, C the number of cycles. Unless told, as many as let equal
        windows of about ``USUAL_WINDOW`` fill C - 1.

    Returns
    -------
    DiagonalCoherence
        With one column a line.

    Raises
    ------
    ValueError
        If there are fewer than three cycles, no such lines, or no such window.

    Notes
    -----
    Hurd and Gerr 1991, on windows that do not overlap: each fills a part of the C - 1 frequencies between two
    multiples of C (these are empty, as the periodic mean is removed) and is compared with the same part j
    multiples away. Of two points that mirror each other one is taken, and none that mirrors itself (p + q
    near n). In stationary normal noise the points of one line are then independent but for closed rings of
    T / gcd(T, j) windows, their squared coherences g are Beta(1, M - 1), and
    -2 (M - 1) sum ln(1 - g) is chi-square with twice as many degrees of freedom as there are points: Fisher's
    combination of their p-values (1 - g)^(M - 1), which tells more than a count above a threshold.

    The null is a stationary series whose spectrum is level within a window. Single large values make all
    frequencies coherent, wherever they stand: Student's law of 3 degrees of freedom is rejected four times in
    ten, its ``normal_scores`` at 5 %. A series that is nearly a random walk leaks the jump between its two
    ends over all frequencies (take differences), and a mean of another period (a week's) leaves lines that
    are coherent by themselves (take it off).

    Missing values count as deviations of zero. Scattered or in long gaps they only add noise; gaps at the
    same time every day make even a stationary series periodically correlated, and it is rejected. Series
    with more than ``MAX_MISSING`` missing are not tested.
    """
    n_cycles = centred.shape[1] // n_slots
    if n_slots < 3 or n_cycles < 3 or not lines or not all(1 <= j <= (n_slots - 1) // 2 for j in lines):
        raise ValueError(
            f"Coherence needs 3 cycles of 3 slots and lines of 1 to {(n_slots - 1) // 2}; got {n_cycles} of "
            f"{n_slots}, and {list(lines)}."
        )
    size = (n_cycles - 1) // max(round((n_cycles - 1) / USUAL_WINDOW), 1) if window is None else window
    if not 2 <= size <= n_cycles - 1:
        raise ValueError(f"A window has 2 to {n_cycles - 1} frequencies, between harmonics; got {size}.")
    pairs = [_mirror_free(n_slots, j) for j in lines]
    n_points = np.array([low.size for low, _ in pairs]) * ((n_cycles - 1) // size)
    mean, share, statistic = (np.full((centred.shape[0], len(lines)), np.nan) for _ in range(3))
    threshold = coherence_threshold(size)
    for rows, windows, total in _windows(centred, n_slots, size):
        power = (windows.real**2 + windows.imag**2).sum(axis=3)
        for column, (low, high) in enumerate(pairs):
            cross = np.abs(np.einsum("sgwm,sgwm->sgw", windows[:, low], windows[:, high].conj())) ** 2
            coherence = squared_coherence(cross, power[:, low], power[:, high], total)
            mean[rows, column] = coherence.mean(axis=(1, 2))
            share[rows, column] = (coherence > threshold).mean(axis=(1, 2))
            statistic[rows, column] = -2.0 * (size - 1) * np.log1p(-coherence).sum(axis=(1, 2))
    p_value = np.asarray(chi2.sf(statistic, 2 * n_points))
    return DiagonalCoherence(size, tuple(lines), n_points.astype(np.int64), mean, share, statistic, p_value)


def coherence_test(lines: DiagonalCoherence) -> CoherenceTest:
    """Test that a series has no coherence on any of its support lines.

    Parameters
    ----------
    lines : DiagonalCoherence
        Of the series.

    Returns
    -------
    CoherenceTest
        The p-value is the least of the lines' times their number (Bonferroni), at most 1: it holds whatever
        the dependence between lines, which share their windows.
    """
    is_tested = ~np.isnan(lines.p_value).all(axis=1)
    n_lines = lines.p_value.shape[1]
    best = np.argmin(np.where(np.isnan(lines.p_value), np.inf, lines.p_value), axis=1)[:, None]
    statistic = np.take_along_axis(lines.statistic, best, axis=1)[:, 0]
    p_value = np.minimum(n_lines * np.take_along_axis(lines.p_value, best, axis=1)[:, 0], 1.0)
    return CoherenceTest(statistic, p_value, np.where(is_tested, np.array(lines.lines)[best[:, 0]], 0))


def _windows(
    centred: NDArray[np.float64], n_slots: int, size: int
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.complex128], NDArray[np.float64]]]:
    """Rows tested, their transforms of shape (rows, slots, windows, size), and their whole power."""
    n_cycles = centred.shape[1] // n_slots
    n = n_cycles * n_slots
    n_windows = (n_cycles - 1) // size
    at_once = max(_VALUES_AT_ONCE // n, 1)
    for start in range(0, centred.shape[0], at_once):
        filled, is_tested = filled_with_zero(centred[start : start + at_once, :n])
        filled = filled[is_tested]
        transform = fft.fft(filled, axis=1).reshape(-1, n_slots, n_cycles)
        between = transform[:, :, 1 : 1 + n_windows * size].reshape(-1, n_slots, n_windows, size)
        yield start + np.flatnonzero(is_tested), between, (filled**2).sum(axis=1) * n


def _mirror_free(n_slots: int, j: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of gaps j apart, one of two that are each other's conjugates, none that is its own."""
    gap = np.arange(n_slots)
    mirrored = (n_slots - 1 - j - gap) % n_slots
    low = gap[gap < mirrored]
    return low, (low + j) % n_slots
