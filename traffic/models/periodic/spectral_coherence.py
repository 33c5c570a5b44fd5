"""Squared spectral coherence of Hurd and Gerr: which frequencies of a series go together.

The coherence of pairs of frequencies, its law and what it asks of a record belong here. The test on the lines
that a period draws belongs to ``coherence_lines``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import fft
from scipy.special import ndtri
from scipy.stats import rankdata

MAX_MISSING: Final = 0.1
"""Share of missing values beyond which a series is not tested."""

MAX_SQUARE: Final = 1024
"""Frequencies a side of the square: 8 MB a series."""

RELATIVE_ZERO: Final = 1e-24
"""Power of a window below this part of the whole is rounding."""


def normal_scores(centred: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bring each series to the normal law by the ranks of its values.

    Parameters
    ----------
    centred : ndarray of shape (series, time)
        NaN where missing.

    Returns
    -------
    ndarray of shape (series, time)
        Normal quantile of (rank - 1/2) / n among the n values of the whole record; NaN where missing. Equal
        values have equal scores.

    Notes
    -----
    The same function of every value leaves a stationary series stationary, and one whose amplitude swells
    with the hour periodically correlated; large values lose their weight.
    """
    is_there = ~np.isnan(centred)
    rank = rankdata(np.where(is_there, centred, np.inf), axis=1)
    n = np.maximum(is_there.sum(axis=1, keepdims=True), 1)
    return np.where(is_there, ndtri(np.where(is_there, (rank - 0.5) / n, 0.5)), np.nan)


def coherence_threshold(window: int, alpha: float = 0.05, n_points: int = 1) -> float:
    """Threshold that squared coherence passes by chance with a given probability.

    Parameters
    ----------
    window : int
        Frequencies M of a window, 2 or more.
    alpha : float
        Probability, of any of the points.
    n_points : int
        Points looked at. Of 1, each point passes with probability ``alpha``; of all points of a picture,
        any of them does (Bonferroni, as perARMA's ``scoh`` on request).

    Returns
    -------
    float
        1 - (alpha / n_points)^(1 / (M - 1)), 0 to 1.

    Raises
    ------
    ValueError
        If the window has fewer than two frequencies or ``alpha`` is not between 0 and 1.

    Notes
    -----
    Goodman 1963; Hurd and Gerr 1991. Between independent complex normal vectors of length M squared coherence
    has the law Beta(1, M - 1), whatever one of the two is.
    """
    if window < 2 or n_points < 1 or not 0.0 < alpha < 1.0:
        raise ValueError(
            f"A threshold needs 2 frequencies, 1 point and alpha between 0 and 1; got {window}, {n_points}, "
            f"{alpha}."
        )
    return float(1.0 - (alpha / n_points) ** (1.0 / (window - 1)))


def coherence_square(
    centred: NDArray[np.float64], n_slots: int, window: int, starts: Sequence[int]
) -> NDArray[np.float64]:
    """Squared coherence of all pairs of some frequencies, for a picture.

    Parameters
    ----------
    centred : ndarray of shape (series, time)
        Deviations from the periodic mean on a clock without changes, NaN where missing; cut to whole periods.
    n_slots : int
        Number of slots in the period.
    window : int
        Frequencies M of a window, 2 or more.
    starts : sequence of int
        First frequencies of the windows, in cycles per record, at most ``MAX_SQUARE`` of them. Support
        lines show where their differences take the value C, the number of cycles.

    Returns
    -------
    ndarray of shape (series, starts, starts)
        |sum_m I(p + m) conj I(q + m)|^2 / (sum_m |I(p + m)|^2 sum_m |I(q + m)|^2), m = 0 to M - 1, I the
        discrete Fourier transform. NaN where one window overlaps the other's mirror image (p + q near n),
        as I(n - p) is the conjugate of I(p); and for a series without power or with too many values missing.

    Raises
    ------
    ValueError
        If the record is shorter than a period, the window does not fit, or there are too many frequencies.

    Notes
    -----
    Hurd and Gerr 1991; Hurd and Miamee 2007. Windows nearer to each other than M overlap, and are coherent
    for that reason alone: the broad main diagonal. Missing values count as deviations of zero.
    """
    n = centred.shape[1] // n_slots * n_slots
    if not 2 <= window <= n:
        raise ValueError(f"A window has 2 to {n} frequencies, those of the whole periods; got {window}.")
    if len(starts) > MAX_SQUARE:
        raise ValueError(f"A square has at most {MAX_SQUARE} frequencies a side; got {len(starts)}.")
    first = np.array(starts, dtype=np.int64)
    filled, is_tested = filled_with_zero(centred[:, :n])
    windows = fft.fft(filled, axis=1)[:, (first[:, None] + np.arange(window)) % n]
    cross = np.abs(windows @ windows.conj().swapaxes(1, 2)) ** 2
    power = (np.abs(windows) ** 2).sum(axis=2)
    coherence = squared_coherence(cross, power[:, :, None], power[:, None, :], (filled**2).sum(axis=1) * n)
    apart = (first[:, None] + first + window - 1) % n
    coherence[:, np.minimum(apart, n - apart) < window] = np.nan
    coherence[~is_tested] = np.nan
    return coherence


def filled_with_zero(centred: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Put zero in the place of missing deviations, and say which series can be tested.

    Parameters
    ----------
    centred : ndarray of shape (series, time)
        NaN where missing.

    Returns
    -------
    filled : ndarray of shape (series, time)
        Without missing values.
    is_tested : ndarray of bool of shape (series,)
        Whether at most ``MAX_MISSING`` of the values are missing and any is not zero.
    """
    is_missing = np.isnan(centred)
    filled = np.where(is_missing, 0.0, centred)
    return filled, (is_missing.mean(axis=1) <= MAX_MISSING) & filled.any(axis=1)


def squared_coherence(
    cross: NDArray[np.float64],
    power: NDArray[np.float64],
    other: NDArray[np.float64],
    total: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Divide squared cross sums of windows by their powers.

    Parameters
    ----------
    cross : ndarray of shape (series, ..., ...)
        |sum_m I(p + m) conj I(q + m)|^2.
    power, other : ndarray that broadcasts with ``cross``
        sum_m |I(p + m)|^2 and sum_m |I(q + m)|^2.
    total : ndarray of shape (series,)
        Power of the whole record.

    Returns
    -------
    ndarray of the shape of ``cross``
        Zero where a window has no power but rounding; below 1, so that the logarithm of the rest is finite.
    """
    floor = RELATIVE_ZERO * total[:, None, None]
    has_power = (power > floor) & (other > floor)
    coherence = cross / np.where(has_power, power, 1.0) / np.where(has_power, other, 1.0)
    return np.where(has_power, np.minimum(coherence, 1.0 - 1e-15), 0.0)
