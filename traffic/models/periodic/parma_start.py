"""Coefficients that a search for the likelihood's maximum starts from, by regressions.

Courses of coefficients over the period and first estimates of them belong here; the search belongs to
``parma``.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from traffic.models.periodic.autoregression import fit_yule_walker
from traffic.models.periodic.harmonics import refuse_harmonics
from traffic.models.periodic.parma_law import PeriodicArma, parma_transitions
from traffic.models.periodic.slot_sums import sum_by_slot
from traffic.models.periodic.state_covariance import largest_multiplier

LARGEST_START: Final = 0.95
"""Multiplier round the period that a start may have: the search needs room on both sides."""

SMALLEST_STD: Final = 1e-6
"""Of innovations, as a part of the series' own size: less is rounding, and has no logarithm."""


def course_basis(n_slots: int, n_harmonics: int | None) -> NDArray[np.float64]:
    """Courses over the period of which a coefficient's course is a sum.

    Parameters
    ----------
    n_slots : int
        Number of slots in the period.
    n_harmonics : int or None
        Harmonics K of a trigonometric polynomial; None for a coefficient of each slot's own.

    Returns
    -------
    ndarray of shape (slots, terms)
        1, cos(2 pi k s / S), sin(2 pi k s / S), k = 1 to K, without the sine that is zero throughout; or the
        identity.

    Raises
    ------
    ValueError
        If there are not that many harmonics.
    """
    if n_harmonics is None:
        return np.eye(n_slots)
    refuse_harmonics(n_harmonics, n_slots)
    angle = 2.0 * np.pi * np.outer(np.arange(n_slots), np.arange(1, n_harmonics + 1)) / n_slots
    columns = np.stack([np.cos(angle), np.sin(angle)], axis=2).reshape(n_slots, -1)
    is_all_zero = 2 * n_harmonics == n_slots
    return np.column_stack([np.ones(n_slots), columns[:, : columns.shape[1] - is_all_zero]])


def starting_models(
    centred: NDArray[np.float64], slot: NDArray[np.int64], basis: NDArray[np.float64], p: int, q: int
) -> list[PeriodicArma]:
    """Models to start from: the Yule-Walker autoregression, and Hannan and Rissanen's regression.

    Parameters
    ----------
    centred : ndarray of shape (time,)
        Of size about 1, NaN where missing.
    slot : ndarray of int of shape (time,)
        Slot of each time.
    basis : ndarray of shape (slots, terms)
        As from ``course_basis``.
    p, q : int
        Orders.

    Returns
    -------
    list of PeriodicArma
        Periodically stationary and invertible.

    Notes
    -----
    Hannan and Rissanen 1982: a long autoregression gives errors, and the series is regressed on its past and
    theirs. Here each regressor is multiplied by every course of the basis.
    """
    n_slots = basis.shape[0]
    to_courses = basis @ np.linalg.pinv(basis)
    by_slot = np.zeros((n_slots, p))
    if p:
        found = fit_yule_walker(centred[None], slot, n_slots, p).coefficients[0]
        by_slot = to_courses @ np.nan_to_num(found)
    models = [_tamed(by_slot, np.zeros((n_slots, q)), centred, slot, to_courses)]
    if q:
        _, errors = _regression(centred, slot, basis, [(centred, lag) for lag in range(1, p + q + 3)])
        past = [(centred, lag) for lag in range(1, p + 1)] + [(errors, lag) for lag in range(1, q + 1)]
        courses, _ = _regression(centred, slot, basis, past)
        models.append(_tamed(courses[:, :p], courses[:, p:], centred, slot, to_courses))
    return models


def _regression(
    centred: NDArray[np.float64],
    slot: NDArray[np.int64],
    basis: NDArray[np.float64],
    past: list[tuple[NDArray[np.float64], int]],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Courses of the coefficients, shape (slots, past), and errors, NaN where a value is missing."""
    columns = []
    for values, lag in past:
        shifted = np.full(centred.size, np.nan)
        shifted[lag:] = values[: max(centred.size - lag, 0)]
        columns.append(shifted[:, None] * basis[slot])
    design = np.concatenate(columns, axis=1)
    is_complete = ~(np.isnan(design).any(axis=1) | np.isnan(centred))
    solution = np.linalg.lstsq(design[is_complete], centred[is_complete], rcond=None)[0]
    return basis @ solution.reshape(len(past), -1).T, centred - design @ solution


def _tamed(
    ar: NDArray[np.float64],
    ma: NDArray[np.float64],
    centred: NDArray[np.float64],
    slot: NDArray[np.int64],
    to_courses: NDArray[np.float64],
) -> PeriodicArma:
    """Shrink both parts until they are stable, and give them the innovations that are left."""
    ar, ma = _stable(ar), -_stable(-ma)
    left = centred.copy()
    for lag in range(1, ar.shape[1] + 1):
        left[lag:] -= ar[slot[lag:], lag - 1] * centred[:-lag]
    is_there = ~np.isnan(left)
    n_slots = ar.shape[0]
    sums = sum_by_slot(np.stack([np.where(is_there, left, 0.0) ** 2, is_there]), slot, n_slots)
    with np.errstate(invalid="ignore", divide="ignore"):
        variance = sums[0] / sums[1]
    variance = np.where(np.isfinite(variance), variance, sums[0].sum() / max(sums[1].sum(), 1.0))
    # What a moving average leaves is less than this by its own squares.
    variance = np.maximum(variance, SMALLEST_STD**2) / (1.0 + (ma**2).sum(axis=1))
    return PeriodicArma(ar, ma, np.exp(to_courses @ (0.5 * np.log(variance))))


def _stable(coefficients: NDArray[np.float64]) -> NDArray[np.float64]:
    n_slots, order = coefficients.shape
    none, ones = np.empty((n_slots, 0)), np.ones(n_slots)
    shrunk = np.clip(coefficients, -1e3, 1e3)
    while order and largest_multiplier(parma_transitions(PeriodicArma(shrunk, none, ones))) > LARGEST_START:
        shrunk = 0.9 * shrunk
    return shrunk
