"""Harmonics of the periodic mean and covariance: the four estimators of m_k and B_k(u).

A covariance at lag u is the periodic mean of the products x(t) x(t + u), so one estimator of the harmonics
of a mean serves both; the four belong here, but for the filters themselves (``narrowband``). Tests of the
harmonics belong to ``harmonic_tests``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from traffic.models.periodic.covariance import lagged_products, refuse_negative
from traffic.models.periodic.harmonics import harmonics_of, refuse_harmonics
from traffic.models.periodic.moments import PeriodicMoments, filled_with_mean, periodic_moments
from traffic.models.periodic.narrowband import narrowband_covariance_harmonics

Method: TypeAlias = Literal["synphase", "component", "filter", "least_squares"]


def mean_harmonics(
    values: NDArray[np.float64], slot: NDArray[np.int64], n_slots: int, n_harmonics: int, method: Method
) -> NDArray[np.complex128]:
    """Estimate the harmonics m_k of the periodic mean.

    Parameters
    ----------
    values : ndarray of shape (series, time)
        NaN where missing.
    slot : ndarray of int of shape (time,)
        Slot of each time; the phase of every harmonic is counted from slot 0.
    n_slots : int
        Number of slots in the period.
    n_harmonics : int
        Highest harmonic K, 0 to slots // 2. All of them give back the periodic mean itself.
    method : {"synphase", "component", "filter", "least_squares"}
        See the notes.

    Returns
    -------
    ndarray of complex of shape (series, n_harmonics + 1)
        m_0 to m_K in the series' unit; NaN where slots are missing that the method needs. ``course_of``
        turns them into the mean by slot.

    Raises
    ------
    ValueError
        If the shapes do not match, a slot is out of range or there are not that many harmonics.

    Notes
    -----
    * ``synphase``: the harmonics of the mean over cycles, slot by slot: every slot counts alike.
    * ``component``: (1 / n) sum_t x(t) exp(-j k w0 t) over the values observed in the whole periods from the
      first value on: every value counts alike, and harmonics leak into each other where values are missing.
    * ``filter``: the time average of the narrow-band component xi_k(t) of those whole periods, missing
      values being at their periodic mean.
    * ``least_squares``: the polynomial of order K nearest to the observed values; no leakage, no whole
      periods needed.

    Khvostivskyi et al. 2021; Javorskyj, Isayev, Zakrzewski and Brooks 2007 (coherent), Javorskyj, Isayev,
    Majewski and Yuzefovych 2010 (component). On a complete record of whole periods all four are the same
    numbers. In white noise the mean by slot of K harmonics has (2 K + 1) / S of the variance of the full one.
    """
    if method == "filter":
        values = filled_with_mean(values, slot, periodic_moments(values, slot, n_slots))
    is_cut = method in ("component", "filter")
    moments = _moments_of(values, slot, n_slots, is_cut=is_cut)
    # The time average of xi_k(t) is the one line of its spectrum that every low-pass filter leaves as it is.
    return harmonics_from_moments(moments, n_harmonics, "component" if method == "filter" else method)


def covariance_harmonics(
    centred: NDArray[np.float64],
    slot: NDArray[np.int64],
    n_slots: int,
    lags: Sequence[int],
    n_harmonics: int,
    method: Method,
) -> NDArray[np.complex128]:
    """Estimate the harmonics B_k(u) of the periodic covariance.

    Parameters
    ----------
    centred : ndarray of shape (series, time)
        Deviations from the periodic mean, NaN where missing.
    slot : ndarray of int of shape (time,)
        Slot of each time; for ``filter`` each slot must follow the one before.
    n_slots : int
        Number of slots in the period.
    lags : sequence of int
        Lags u in steps, 0 or more.
    n_harmonics : int
        Highest harmonic K. 0 gives the stationary part alone, B_0(u): the method "without relations between
        components"; slots // 2 gives all relations, and ``course_of`` of it b(t, u) slot by slot.
    method : {"synphase", "component", "filter", "least_squares"}
        As in ``mean_harmonics``, applied to the products x(t) x(t + u).

    Returns
    -------
    ndarray of complex of shape (series, lags, n_harmonics + 1)
        B_0(u) to B_K(u), in the square of the series' unit.

    Raises
    ------
    ValueError
        If the shapes do not match, a slot is out of range, a lag is negative, there are not that many
        harmonics, or slots jump under ``filter``.

    Notes
    -----
    ``component`` cuts the products at each lag to whole periods, as perARMA's ``Bcoeff`` does, and is the
    same as the truncated ``synphase`` and ``least_squares`` of products so cut. ``synphase`` and
    ``least_squares`` themselves use every pair, as ``peracf`` does. ``filter`` is
    B_k(u) = sum_l R_{l-k,l}(u) exp(j l w0 u) (see ``narrowband``).
    Dehay and Hurd 1994; Hurd and Miamee 2007, pp. 272-282; Javorskyj et al. 2007, 2010.
    """
    refuse_negative(lags)
    refuse_harmonics(n_harmonics, n_slots)
    if method == "filter":
        return narrowband_covariance_harmonics(centred, slot, n_slots, lags, n_harmonics)
    estimates = [
        harmonics_from_moments(
            product_moments(centred, slot, n_slots, lag, is_cut=method == "component"), n_harmonics, method
        )
        for lag in lags
    ]
    return np.stack(estimates, axis=1)


def product_moments(
    centred: NDArray[np.float64], slot: NDArray[np.int64], n_slots: int, lag: int, *, is_cut: bool
) -> PeriodicMoments:
    """Periodic mean and standard deviation of the products x(t) x(t + u).

    Parameters
    ----------
    centred : ndarray of shape (series, time)
        Deviations from the periodic mean, NaN where missing.
    slot : ndarray of int of shape (time,)
        Slot of each time.
    n_slots : int
        Number of slots in the period.
    lag : int
        u in steps, 0 or more.
    is_cut : bool
        Whether the products are cut to as many whole periods as there are.

    Returns
    -------
    PeriodicMoments
        ``mean`` is b(t, u); ``std`` says how the products scatter about it.
    """
    return _moments_of(lagged_products(centred, lag), slot, n_slots, is_cut=is_cut)


def harmonics_from_moments(
    moments: PeriodicMoments, n_harmonics: int, method: Literal["synphase", "component", "least_squares"]
) -> NDArray[np.complex128]:
    """Harmonics of a periodic mean that is already estimated.

    Parameters
    ----------
    moments : PeriodicMoments
        Mean and number of values, slot by slot: sufficient for all three methods.
    n_harmonics : int
        Highest harmonic K.
    method : {"synphase", "component", "least_squares"}
        How slots are weighed: alike, by their number of values, or by the normal equations.

    Returns
    -------
    ndarray of complex of shape (series, n_harmonics + 1)
        c_0 to c_K.

    Raises
    ------
    ValueError
        If there are not that many harmonics.
    """
    n_slots = moments.mean.shape[1]
    refuse_harmonics(n_harmonics, n_slots)
    if method == "synphase":
        return harmonics_of(moments.mean, n_harmonics)
    if method == "component":
        sums = np.where(moments.n_cycles > 0, moments.mean * moments.n_cycles, 0.0)
        with np.errstate(invalid="ignore", divide="ignore"):
            share = n_slots / moments.n_cycles.sum(axis=1, keepdims=True)
            return np.where(np.isfinite(share), harmonics_of(sums, n_harmonics) * share, np.nan)
    return _least_squares(moments, n_harmonics)


def _moments_of(
    values: NDArray[np.float64], slot: NDArray[np.int64], n_slots: int, *, is_cut: bool
) -> PeriodicMoments:
    n = values.shape[1] // n_slots * n_slots if is_cut else values.shape[1]
    return periodic_moments(values[:, :n], slot[:n], n_slots)


def _least_squares(moments: PeriodicMoments, n_harmonics: int) -> NDArray[np.complex128]:
    """Solve the normal equations of every series, from the means and numbers of its slots."""
    n_slots = moments.mean.shape[1]
    basis, n_cosines = _real_basis(n_slots, n_harmonics)
    is_determined = (moments.n_cycles > 0).sum(axis=1) >= basis.shape[0]
    weight = np.where(is_determined[:, None], moments.n_cycles, 1.0)
    weight = weight / weight.sum(axis=1, keepdims=True)
    sums = weight * np.where(moments.n_cycles > 0, moments.mean, 0.0)
    normal = np.einsum("at,nt,bt->nab", basis, weight, basis, optimize=True)
    solution = np.linalg.solve(normal, (sums @ basis.T)[:, :, None])[:, :, 0]
    harmonics = solution[:, :n_cosines].astype(np.complex128)
    harmonics[:, 1 : 1 + basis.shape[0] - n_cosines] -= 1j * solution[:, n_cosines:]
    is_paired = np.arange(n_cosines) <= basis.shape[0] - n_cosines
    harmonics[:, is_paired & (np.arange(n_cosines) > 0)] /= 2.0
    return np.where(is_determined[:, None], harmonics, np.nan)


def _real_basis(n_slots: int, n_harmonics: int) -> tuple[NDArray[np.float64], int]:
    """Cosines 0 to K over sines 1 to K, without the sine of half the slots, which is zero everywhere."""
    angle = 2.0 * np.pi * np.outer(np.arange(n_harmonics + 1), np.arange(n_slots)) / n_slots
    n_sines = n_harmonics - (2 * n_harmonics == n_slots)
    return np.concatenate([np.cos(angle), np.sin(angle[1 : n_sines + 1])]), n_harmonics + 1
