"""All four methods side by side: the harmonics of mean and covariance, and how many a test keeps.

What is estimated by which method, at which lags, for the tables of a night belongs here. The methods belong
to ``components`` and ``narrowband``, the tests to ``harmonic_tests``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, get_args

import numpy as np
from numpy.typing import NDArray

from traffic.models.periodic.components import (
    Method,
    covariance_harmonics,
    harmonics_from_moments,
    mean_harmonics,
    product_moments,
)
from traffic.models.periodic.covariance import lagged_products
from traffic.models.periodic.harmonic_tests import highest_kept, kept_harmonics, neighbour_f_test
from traffic.models.periodic.slot_sums import starts_of_runs

METHODS: Final[tuple[Method, ...]] = get_args(Method)

MAX_HARMONICS: Final = 12
"""A day's course is smooth at the scale of two hours; what is faster is in the covariance."""

SIGNIFICANCE: Final = 0.05
MIN_CYCLES: Final = 3
"""With fewer whole periods a line of the spectrum has no neighbours to be compared with."""


@dataclass(frozen=True, eq=False)
class HarmonicEstimates:
    """Harmonics of a periodic mean or covariance by every method, for many series.

    Parameters
    ----------
    lags : tuple of int
        Lags u in steps; 0 alone for the mean.
    harmonics : dict of str to ndarray of complex of shape (series, lags, n_harmonics + 1)
        By method; m_k in the series' unit, B_k(u) in its square. NaN where a method cannot be used: the
        filter where the clock changes, any where slots are missing.
    p_value : ndarray of shape (series, lags, n_harmonics + 1)
        Of the F test that the harmonic is zero, against the frequencies next to it; NaN where not tested.
    n_kept : ndarray of int of shape (series,)
        Highest harmonic that the test keeps at any lag.
    """

    lags: tuple[int, ...]
    harmonics: dict[Method, NDArray[np.complex128]]
    p_value: NDArray[np.float64]
    n_kept: NDArray[np.int64]


def estimate_mean_harmonics(
    values: NDArray[np.float64], slot: NDArray[np.int64], n_slots: int
) -> HarmonicEstimates:
    """Estimate m_k by every method, and test each.

    Parameters
    ----------
    values : ndarray of shape (series, time)
        NaN where missing.
    slot : ndarray of int of shape (time,)
        Slot of each time.
    n_slots : int
        Number of slots in the period.

    Returns
    -------
    HarmonicEstimates
        Of at most ``MAX_HARMONICS`` harmonics; kept by Holm's procedure at 5 %.

    Raises
    ------
    ValueError
        If the shapes do not match or a slot is out of range.

    Notes
    -----
    Methods and their sources as in ``mean_harmonics``, tests as in ``neighbour_f_test`` (Hurd and Miamee
    2007) and ``kept_harmonics`` (Holm 1979).
    """
    n_harmonics = min(MAX_HARMONICS, n_slots // 2)
    harmonics = {
        method: mean_harmonics(values, slot, n_slots, n_harmonics, method)[:, None] for method in METHODS
    }
    p_value = _p_values(values, slot, n_slots, n_harmonics)[:, None]
    return HarmonicEstimates((0,), harmonics, p_value, _n_kept(p_value))


def estimate_covariance_harmonics(
    centred: NDArray[np.float64], slot: NDArray[np.int64], n_slots: int, lags: Sequence[int]
) -> HarmonicEstimates:
    """Estimate B_k(u) by every method, and test each.

    Parameters
    ----------
    centred : ndarray of shape (series, time)
        Deviations from the periodic mean, NaN where missing.
    slot : ndarray of int of shape (time,)
        Slot of each time.
    n_slots : int
        Number of slots in the period.
    lags : sequence of int
        Lags u in steps, 0 or more.

    Returns
    -------
    HarmonicEstimates
        Of at most ``MAX_HARMONICS`` harmonics; kept by Holm's procedure at 5 % over all lags.

    Raises
    ------
    ValueError
        If the shapes do not match, a slot is out of range or a lag is negative.

    Notes
    -----
    Methods and their sources as in ``covariance_harmonics``, tests as in ``neighbour_f_test`` (Hurd and
    Miamee 2007) of the products x(t) x(t + u), and ``kept_harmonics`` (Holm 1979).
    """
    n_harmonics = min(MAX_HARMONICS, n_slots // 2)
    shape = (centred.shape[0], len(lags), n_harmonics + 1)
    harmonics: dict[Method, NDArray[np.complex128]] = {
        method: np.full(shape, np.nan + 0j) for method in METHODS
    }
    p_value = np.full(shape, np.nan)
    for column, lag in enumerate(lags):
        whole = product_moments(centred, slot, n_slots, lag, is_cut=False)
        cut = product_moments(centred, slot, n_slots, lag, is_cut=True)
        harmonics["synphase"][:, column] = harmonics_from_moments(whole, n_harmonics, "synphase")
        harmonics["least_squares"][:, column] = harmonics_from_moments(whole, n_harmonics, "least_squares")
        harmonics["component"][:, column] = harmonics_from_moments(cut, n_harmonics, "component")
        products = lagged_products(centred, lag)
        p_value[:, column] = _p_values(products, slot[: products.shape[1]], n_slots, n_harmonics)
    if starts_of_runs(slot, n_slots).size <= 1:
        harmonics["filter"] = covariance_harmonics(centred, slot, n_slots, lags, n_harmonics, "filter")
    return HarmonicEstimates(tuple(lags), harmonics, p_value, _n_kept(p_value))


def _p_values(
    values: NDArray[np.float64], slot: NDArray[np.int64], n_slots: int, n_harmonics: int
) -> NDArray[np.float64]:
    if values.shape[1] // n_slots < MIN_CYCLES:
        return np.full((values.shape[0], n_harmonics + 1), np.nan)
    return neighbour_f_test(values, slot, n_slots, n_harmonics).p_value


def _n_kept(p_value: NDArray[np.float64]) -> NDArray[np.int64]:
    kept = kept_harmonics(p_value, SIGNIFICANCE / p_value.shape[1])
    return np.asarray(highest_kept(kept).max(axis=1), dtype=np.int64)
