"""Periodic autoregression PAR(p): each slot regressed on what came just before it.

Fits and residuals belong here. The law that given coefficients imply, and drawing from it, belong to
``autoregression_law``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from traffic.models.periodic.covariance import periodic_covariance
from traffic.models.periodic.lag_windows import (
    RELATIVE_ZERO,
    complete_products,
    lag_window,
    solved_symmetric,
)
from traffic.models.periodic.slot_sums import refuse_misfit


@dataclass(frozen=True, eq=False)
class PeriodicAutoregression:
    """Coefficients of PAR(p) by slot, for many series: x(t) = sum_i phi_i(s) x(t - i) + sigma(s) w(t).

    Parameters
    ----------
    coefficients : ndarray of shape (series, slots, p)
        phi_i(s), s the slot of the value explained; NaN where not estimable.
    std : ndarray of shape (series, slots)
        sigma(s), standard deviation of the innovations, in the series' unit.
    n_cycles : ndarray of int of shape (series, slots)
        Cycles behind each slot's estimates (the fewest pairs of any lag, for Yule-Walker).
    """

    coefficients: NDArray[np.float64]
    std: NDArray[np.float64]
    n_cycles: NDArray[np.int64]


def fit_least_squares(
    centred: NDArray[np.float64], slot: NDArray[np.int64], n_slots: int, p: int
) -> PeriodicAutoregression:
    """Fit PAR(p) by least squares, slot by slot.

    Parameters
    ----------
    centred : ndarray of shape (series, time)
        Deviations from the periodic mean, NaN where missing.
    slot : ndarray of int of shape (time,)
        Slot of each time.
    n_slots : int
        Number of slots in the period.
    p : int
        Order, 1 or more, the same for all slots.

    Returns
    -------
    PeriodicAutoregression
        NaN for a slot with no more than p + 1 complete cycles: as deviations sum to zero over the cycles,
        p + 1 of them leave nothing to a regression on p.

    Raises
    ------
    ValueError
        If the shapes do not match, a slot is out of range or p is less than 1.

    Notes
    -----
    phi(s) minimises sum_t (x(t) - sum_i phi_i x(t - i))^2 over the cycles in which x(t) to x(t - p) are all
    there; sigma(s)^2 is the minimum over their number N (not N - p). With the sample covariances of these
    same cycles it is also the Yule-Walker solution: perARMA's ``perYW`` gives these numbers, its ``del``
    being sigma(s). Jones and Brelsford 1967; Pagano 1978.
    """
    _refuse_order(p)
    refuse_misfit(centred, slot, n_slots)
    coefficients = np.full((centred.shape[0], n_slots, p), np.nan)
    variance = np.full((centred.shape[0], n_slots), np.nan)
    n_cycles = np.zeros((centred.shape[0], n_slots), dtype=np.int64)
    for at_slot in range(n_slots):
        products, n = complete_products(lag_window(centred, slot, at_slot, p))
        solution, left = _regression(products)
        enough = n > p + 1
        coefficients[:, at_slot] = np.where(enough[:, None], solution, np.nan)
        variance[:, at_slot] = np.where(enough, np.maximum(left, 0.0) / np.maximum(n, 1), np.nan)
        n_cycles[:, at_slot] = n
    return PeriodicAutoregression(coefficients, np.sqrt(variance), n_cycles)


def fit_yule_walker(
    centred: NDArray[np.float64], slot: NDArray[np.int64], n_slots: int, p: int
) -> PeriodicAutoregression:
    """Fit PAR(p) by the periodic Yule-Walker equations.

    Parameters
    ----------
    centred : ndarray of shape (series, time)
        Deviations from the periodic mean, NaN where missing.
    slot : ndarray of int of shape (time,)
        Slot of each time.
    n_slots : int
        Number of slots in the period.
    p : int
        Order, 1 or more, the same for all slots.

    Returns
    -------
    PeriodicAutoregression
        NaN where a covariance has no pair. ``std`` is NaN as well where the covariances, each from its own
        pairs, contradict each other (a negative variance of the innovations).

    Raises
    ------
    ValueError
        If the shapes do not match, a slot is out of range or p is less than 1.

    Notes
    -----
    ``yule_walker`` of ``periodic_covariance``: every pair that is there is used, where least squares drops a
    cycle for one missing value. On a complete record the two are equal but for slots whose lags reach back
    before the record.
    """
    _refuse_order(p)
    estimate = periodic_covariance(centred, slot, n_slots, range(p + 1))
    coefficients, std = yule_walker(estimate.covariance)
    return PeriodicAutoregression(coefficients, std, estimate.n_pairs.min(axis=2))


def yule_walker(covariance: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Solve the periodic Yule-Walker equations of given covariances.

    Parameters
    ----------
    covariance : ndarray of shape (..., slots, p + 1)
        b(t, u) at lags 0 to p, t the slot of the earlier value.

    Returns
    -------
    coefficients : ndarray of shape (..., slots, p)
        phi_i(t), which solve sum_j phi_j(t) Cov(x(t - i), x(t - j)) = Cov(x(t), x(t - i)), i = 1 to p.
    std : ndarray of shape (..., slots)
        sigma(t) = sqrt(b(t, 0) - sum_i phi_i(t) Cov(x(t), x(t - i))); NaN where that is negative
        beyond rounding.

    Notes
    -----
    Pagano 1978; Vecchia 1985. Cov(x(t - i), x(t - j)) = b(t - max(i, j), |i - j|).
    """
    n_slots, p = covariance.shape[-2], covariance.shape[-1] - 1
    lag = np.arange(p + 1)
    separation = np.abs(lag[:, None] - lag)
    earlier = np.arange(n_slots)[:, None, None] - np.maximum(lag[:, None], lag)
    products = covariance[..., earlier % n_slots, separation]
    coefficients, variance = _regression(products)
    rounding = RELATIVE_ZERO * covariance[..., 0]
    return coefficients, np.sqrt(np.where(variance >= -rounding, np.maximum(variance, 0.0), np.nan))


def autoregression_residuals(
    centred: NDArray[np.float64], slot: NDArray[np.int64], model: PeriodicAutoregression
) -> NDArray[np.float64]:
    """One-step errors of a periodic autoregression.

    Parameters
    ----------
    centred : ndarray of shape (series, time)
        Deviations from the periodic mean, NaN where missing.
    slot : ndarray of int of shape (time,)
        Slot of each time.
    model : PeriodicAutoregression
        Of as many series.

    Returns
    -------
    ndarray of shape (series, time)
        x(t) - sum_i phi_i(s(t)) x(t - i), in the series' unit; over ``std[:, slot]`` they are of one size.
        NaN where x(t) or one of the p values before it is missing.

    Raises
    ------
    ValueError
        If the shapes do not match or a slot is out of range.
    """
    refuse_misfit(centred, slot, model.std.shape[1])
    residuals = centred.copy()
    p = model.coefficients.shape[2]
    residuals[:, :p] = np.nan
    for lag in range(1, p + 1):
        expected = model.coefficients[:, slot[lag:], lag - 1] * centred[:, :-lag]
        residuals[:, lag:] -= expected
    return residuals


def _regression(products: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Regress the first column on the others: coefficients, and what is left of its squares."""
    across = products[..., 1:, :1]
    solution = solved_symmetric(products[..., 1:, 1:], across)
    left = products[..., 0, 0] - (solution * across).sum(axis=(-2, -1))
    return solution[..., 0], np.asarray(left)


def _refuse_order(p: int) -> None:
    if p < 1:
        raise ValueError(f"An autoregression has order 1 or more; got {p}.")
