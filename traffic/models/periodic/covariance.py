"""Periodic covariance b(t, u) and correlation rho(t, u): how a slot depends on what follows it.

Estimates slot by slot, from the pairs that are there (the synphase method with the relations between
components), belong here. Their harmonics belong to ``components``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from traffic.models.periodic.slot_sums import refuse_misfit, sum_by_slot


@dataclass(frozen=True, eq=False)
class PeriodicCovariance:
    """Covariance and correlation of every slot with what follows it, for many series.

    Parameters
    ----------
    lags : tuple of int
        Lags u in steps.
    covariance : ndarray of shape (series, slots, lags)
        b(t, u), in the square of the series' unit; NaN where no pair is there.
    correlation : ndarray of shape (series, slots, lags)
        rho(t, u), -1 to 1; NaN where no pair is there or one of its sides does not vary.
    n_pairs : ndarray of int of shape (series, slots, lags)
        Pairs behind each value.
    """

    lags: tuple[int, ...]
    covariance: NDArray[np.float64]
    correlation: NDArray[np.float64]
    n_pairs: NDArray[np.int64]


def periodic_covariance(
    centred: NDArray[np.float64], slot: NDArray[np.int64], n_slots: int, lags: Sequence[int]
) -> PeriodicCovariance:
    """Estimate the periodic covariance and correlation by the in-phase (synphase) method.

    b(t, u) = (1 / N) sum_k x(t + kT) x(t + u + kT) over the N pairs of which both values are observed, and
    rho(t, u) = b(t, u) / sqrt(v_0 v_u), v_0 and v_u the mean squares of the first and the second values of
    these same pairs, so that |rho| <= 1.

    Parameters
    ----------
    centred : ndarray of shape (series, time)
        Deviations from the periodic mean, NaN where missing.
    slot : ndarray of int of shape (time,)
        Slot of each time; a pair belongs to the slot of its earlier value.
    n_slots : int
        Number of slots in the period.
    lags : sequence of int
        Lags u in steps, 0 or more.

    Returns
    -------
    PeriodicCovariance
        Arrays of shape (series, slots, lags).

    Raises
    ------
    ValueError
        If the shapes do not match, a slot is out of range or a lag is negative.

    Notes
    -----
    Khvostivskyi et al. 2021, eq. 3; Javorskyj, Isayev, Zakrzewski and Brooks 2007 (coherent covariance
    analysis); Hurd and Miamee 2007. The conventions are those of perARMA's ``peracf``: divisor N, the
    centring of the whole record for both sides. b(t + T, u) = b(t, u) by construction; the other direction of
    time is b(t, -u) = b(t - u, u).
    """
    refuse_misfit(centred, slot, n_slots)
    refuse_negative(lags)
    shape = (centred.shape[0], n_slots, len(lags))
    covariance, correlation, n_pairs = np.full(shape, np.nan), np.full(shape, np.nan), np.zeros(shape)
    for column, lag in enumerate(lags):
        first, second, is_pair = _pairs(centred, lag)
        earlier = slot[: first.shape[1]]
        products, squares_first, squares_second, n = (
            sum_by_slot(summand, earlier, n_slots)
            for summand in (first * second, first**2, second**2, is_pair.astype(np.float64))
        )
        with np.errstate(invalid="ignore", divide="ignore"):
            covariance[:, :, column] = products / n
            # Root by root: the product of two sums of squares may leave what a float can hold.
            scale = np.sqrt(squares_first) * np.sqrt(squares_second)
            correlation[:, :, column] = np.clip(products / np.where(scale > 0, scale, np.nan), -1.0, 1.0)
        n_pairs[:, :, column] = n
    return PeriodicCovariance(tuple(lags), covariance, correlation, n_pairs.astype(np.int64))


def lagged_products(centred: NDArray[np.float64], lag: int) -> NDArray[np.float64]:
    """Products x(t) x(t + u) of a series with itself.

    Parameters
    ----------
    centred : ndarray of shape (series, time)
        NaN where missing.
    lag : int
        u in steps, 0 or more.

    Returns
    -------
    ndarray of shape (series, time - lag)
        At the time of the earlier value; NaN where either is missing. Empty for a lag beyond the record.
    """
    n = max(centred.shape[1] - lag, 0)
    return np.asarray(centred[:, :n] * centred[:, lag : lag + n], dtype=np.float64)


def refuse_negative(lags: Sequence[int]) -> None:
    """Refuse lags that look backwards.

    Parameters
    ----------
    lags : sequence of int
        In steps.

    Raises
    ------
    ValueError
        If one is negative.
    """
    if any(lag < 0 for lag in lags):
        raise ValueError(f"Lags are 0 or more, as b(t, -u) = b(t - u, u); got {min(lags)}.")


def _pairs(
    centred: NDArray[np.float64], lag: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Earlier and later values of each pair, zero in both where one is missing, and which pairs are there."""
    n = max(centred.shape[1] - lag, 0)
    first, second = centred[:, :n], centred[:, lag : lag + n]
    is_pair = ~(np.isnan(first) | np.isnan(second))
    return np.where(is_pair, first, 0.0), np.where(is_pair, second, 0.0), is_pair
