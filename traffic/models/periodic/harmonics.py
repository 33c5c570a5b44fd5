"""Fourier coefficients over the period: between a course by slot and its harmonics.

The algebra that every estimator shares belongs here. How coefficients are estimated belongs to
``components``, which of them are there at all to ``harmonic_tests``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def harmonics_of(course: NDArray[np.float64], n_harmonics: int) -> NDArray[np.complex128]:
    """Fourier coefficients of a course by slot.

    Parameters
    ----------
    course : ndarray of shape (..., slots)
        One value a slot.
    n_harmonics : int
        Highest harmonic K wanted, 0 to slots // 2.

    Returns
    -------
    ndarray of complex of shape (..., n_harmonics + 1)
        c_k = (1 / S) sum_s f(s) exp(-j 2 pi k s / S), k = 0 to K, as B_k(u) of b(t, u); NaN for a course
        with a missing slot. c_{-k} is the conjugate of c_k.

    Raises
    ------
    ValueError
        If there are not that many harmonics.
    """
    refuse_harmonics(n_harmonics, course.shape[-1])
    return np.asarray(np.fft.rfft(course, axis=-1, norm="forward")[..., : n_harmonics + 1])


def course_of(harmonics: NDArray[np.complex128], n_slots: int) -> NDArray[np.float64]:
    """Trigonometric polynomial of given coefficients, slot by slot.

    Parameters
    ----------
    harmonics : ndarray of complex of shape (..., harmonics)
        c_0 to c_K.
    n_slots : int
        Number of slots in the period.

    Returns
    -------
    ndarray of shape (..., slots)
        f(s) = c_0 + 2 Re sum_k c_k exp(j 2 pi k s / S); the harmonic S / 2 counts once, being its own
        conjugate. Khvostivskyi et al. 2021, eq. 5, with constant coefficients.

    Raises
    ------
    ValueError
        If there are more harmonics than the slots can tell apart.
    """
    refuse_harmonics(harmonics.shape[-1] - 1, n_slots)
    k = np.arange(harmonics.shape[-1])
    weight = np.where((k == 0) | (2 * k == n_slots), 1.0, 2.0)
    basis = np.exp(2j * np.pi * np.outer(k, np.arange(n_slots)) / n_slots)
    return np.asarray(((harmonics * weight) @ basis).real, dtype=np.float64)


def refuse_harmonics(n_harmonics: int, n_slots: int) -> None:
    """Refuse harmonics beyond half the number of slots.

    Parameters
    ----------
    n_harmonics : int
        Highest harmonic wanted.
    n_slots : int
        Number of slots in the period.

    Raises
    ------
    ValueError
        If there are not that many.
    """
    if not 0 <= n_harmonics <= n_slots // 2:
        raise ValueError(f"{n_slots} slots tell 0 to {n_slots // 2} harmonics apart; got {n_harmonics}.")
