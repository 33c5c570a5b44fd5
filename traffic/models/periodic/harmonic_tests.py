"""Tests of which harmonics are there, and how many a polynomial should have.

F tests of m_k = 0 and B_k(u) = 0 belong here, and the choice of the number of harmonics by them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft
from scipy.stats import f as fisher_f

from traffic.models.periodic.harmonics import harmonics_of, refuse_harmonics
from traffic.models.periodic.moments import (
    RELATIVE_ZERO,
    PeriodicMoments,
    filled_with_mean,
    has_spread,
    periodic_moments,
)


@dataclass(frozen=True, eq=False)
class HarmonicTest:
    """Result of the test that each harmonic is zero.

    Parameters
    ----------
    statistic, p_value : ndarray of shape (series, n_harmonics + 1)
        F statistic and its p-value for k = 0 to K; NaN where the test could not be made.
    """

    statistic: NDArray[np.float64]
    p_value: NDArray[np.float64]


def harmonic_f_test(moments: PeriodicMoments, n_harmonics: int) -> HarmonicTest:
    """Test that harmonics of a periodic mean are zero, against all that is not periodic.

    Parameters
    ----------
    moments : PeriodicMoments
        Of the series for m_k, of ``product_moments`` for B_k(u).
    n_harmonics : int
        Highest harmonic K, 0 to slots // 2.

    Returns
    -------
    HarmonicTest
        NaN where a slot was never observed or none twice. Infinite (p-value 0) for a harmonic of values that
        do not vary but with the slot.

    Raises
    ------
    ValueError
        If there are not that many harmonics.

    Notes
    -----
    Wald's F: with c_k = re + j im from the means by slot and V its covariance when the values scatter about
    their slots' means with the pooled variance s^2,
    F_k = (re, im) V^{-1} (re, im)' / 2, of 2 and n - S degrees of freedom; one degree and the real part alone
    for k = 0 and k = S / 2. With equally many values in each slot it is the squared amplitude at the
    frequency k / S over its mean at the frequencies of the record that are no multiple of 1 / S: the test of
    Hurd and Miamee 2007, pp. 288-292, and of perARMA's ``Bcoeff``; here missing values are allowed.

    The background is taken for white. Coloured noise, of which traffic has much, is stronger at low
    frequencies: there the test rejects too often, and ``neighbour_f_test`` is the one to use.
    """
    n_slots = moments.mean.shape[1]
    harmonics = harmonics_of(moments.mean, n_harmonics)
    freedom = np.maximum(moments.n_cycles - 1.0, 0.0)
    residual_freedom = (moments.n_cycles.sum(axis=1) - n_slots)[:, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        std = np.where(has_spread(moments), moments.std, 0.0)
        pooled = (freedom * std**2).sum(axis=1)[:, None] / residual_freedom
        weight = 1.0 / moments.n_cycles / n_slots**2
        angle = 2.0 * np.pi * np.outer(np.arange(n_slots), np.arange(n_harmonics + 1)) / n_slots
        v_re, v_im = weight @ np.cos(angle) ** 2, weight @ np.sin(angle) ** 2
        v_both = -weight @ (np.cos(angle) * np.sin(angle))
        re, im = harmonics.real, harmonics.imag
        squares = (re**2 * v_im - 2.0 * re * im * v_both + im**2 * v_re) / (v_re * v_im - v_both**2)
        is_real = _is_real(n_slots, n_harmonics)
        statistic = np.where(is_real, re**2 / v_re, squares / 2.0) / pooled
    size = np.abs(moments.mean).max(axis=1, keepdims=True)
    is_there = (pooled > 0) | (np.abs(harmonics) > RELATIVE_ZERO * size)
    statistic = np.where((residual_freedom > 0) & is_there, statistic, np.nan)
    return HarmonicTest(
        statistic, np.asarray(fisher_f.sf(statistic, np.where(is_real, 1, 2), residual_freedom))
    )


def neighbour_f_test(
    values: NDArray[np.float64],
    slot: NDArray[np.int64],
    n_slots: int,
    n_harmonics: int,
    n_neighbours: int | None = None,
) -> HarmonicTest:
    """Test that harmonics of a periodic mean are zero, against the frequencies next to each.

    Parameters
    ----------
    values : ndarray of shape (series, time)
        The series for m_k, ``lagged_products`` for B_k(u); NaN where missing. Cut to whole periods.
    slot : ndarray of int of shape (time,)
        Slot of each time.
    n_slots : int
        Number of slots in the period.
    n_harmonics : int
        Highest harmonic K, 0 to slots // 2.
    n_neighbours : int, optional
        Frequencies on each side that make the background, at most (cycles - 1) // 2, which is the default.

    Returns
    -------
    HarmonicTest
        NaN where a slot was never observed or nothing varies. Infinite (p-value 0) for a harmonic without any
        background.

    Raises
    ------
    ValueError
        If the shapes do not match, a slot is out of range, there are not that many harmonics, or the record
        has no such neighbours.

    Notes
    -----
    F_k = |X(k C)|^2 / mean of |X(k C + i)|^2, i = +-1 to +-h, of 2 and 4 h degrees of freedom, X the discrete
    Fourier transform of C cycles; 1 and 2 h for k = 0 and k = S / 2, whose two sides are conjugates. Hurd and
    Miamee 2007, pp. 288-292, with a local background (perARMA's ``meth > 0``): the noise need only be level
    within h / C cycles per period of the harmonic. Missing values are at their periodic mean; that takes
    noise from the background and adds it to the mean of fewer values, and the ratio is multiplied by
    n_observed (n_observed - S) / (n (n - S)), which undoes both in white noise.
    """
    n_cycles = values.shape[1] // n_slots
    refuse_harmonics(n_harmonics, n_slots)
    h = (n_cycles - 1) // 2 if n_neighbours is None else n_neighbours
    if not 1 <= h <= (n_cycles - 1) // 2:
        raise ValueError(
            f"{n_cycles} whole periods have 1 to {(n_cycles - 1) // 2} neighbours a side; got {h}."
        )
    n = n_cycles * n_slots
    whole, whole_slot = values[:, :n], slot[:n]
    filled = filled_with_mean(whole, whole_slot, periodic_moments(whole, whole_slot, n_slots))
    n_observed = (~np.isnan(whole)).sum(axis=1)
    correction = n_observed * np.maximum(n_observed - n_slots, 0) / (n * (n - n_slots))
    amplitude = np.abs(fft.fft(filled, axis=1))
    rounding = RELATIVE_ZERO * np.abs(filled).sum(axis=1, keepdims=True)
    power = np.where(amplitude <= rounding, 0.0, amplitude) ** 2
    line = np.arange(n_harmonics + 1) * n_cycles
    steps = np.concatenate([np.arange(-h, 0), np.arange(1, h + 1)])
    background = power[:, (line[:, None] + steps) % n].mean(axis=2)
    with np.errstate(invalid="ignore", divide="ignore"):
        statistic = power[:, line] / background * correction[:, None]
    is_real = _is_real(n_slots, n_harmonics)
    freedom = np.where(is_real, 1, 2), np.where(is_real, 2 * h, 4 * h)
    return HarmonicTest(statistic, np.asarray(fisher_f.sf(statistic, *freedom)))


def kept_harmonics(p_value: NDArray[np.float64], alpha: float = 0.05) -> NDArray[np.bool_]:
    """Choose the harmonics that a test keeps, by Holm's procedure.

    Parameters
    ----------
    p_value : ndarray of shape (..., n_harmonics + 1)
        Of k = 0 to K; NaN counts as 1.
    alpha : float
        Chance that any harmonic is kept though none is there.

    Returns
    -------
    ndarray of bool of shape (..., n_harmonics + 1)
        Whether k is kept; k = 0 always is. Multiply coefficients by it ahead of ``course_of``.

    Notes
    -----
    Holm 1979: the smallest of the K p-values is compared with alpha / K, the next with alpha / (K - 1), until
    one is not below its bound. It holds whatever the dependence between the tests.
    """
    tested = np.nan_to_num(p_value[..., 1:], nan=1.0)
    n_tests = tested.shape[-1]
    order = np.argsort(tested, axis=-1, kind="stable")
    is_below = np.take_along_axis(tested, order, axis=-1) <= alpha / np.arange(n_tests, 0, -1)
    kept = np.ones(p_value.shape, dtype=np.bool_)
    np.put_along_axis(kept[..., 1:], order, np.logical_and.accumulate(is_below, axis=-1), axis=-1)
    return kept


def highest_kept(kept: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Highest harmonic kept: the order of the polynomial that holds them all.

    Parameters
    ----------
    kept : ndarray of bool of shape (..., n_harmonics + 1)
        As from ``kept_harmonics``.

    Returns
    -------
    ndarray of int of shape (...)
        0 where only the level is kept.
    """
    return np.asarray((kept * np.arange(kept.shape[-1])).max(axis=-1), dtype=np.int64)


def _is_real(n_slots: int, n_harmonics: int) -> NDArray[np.bool_]:
    """Whether a harmonic is its own conjugate, and so has one degree of freedom."""
    k = np.arange(n_harmonics + 1)
    return np.asarray((k == 0) | (2 * k == n_slots), dtype=np.bool_)
