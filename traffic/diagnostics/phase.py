"""The shift of one day's course against another course, and how sure one can be of it.

Shifts on the circle of the day, in slots, belong here: by cross-correlation, by the first harmonic, and
the bootstrap of the former. Which days are compared with what belongs to ``daily_peaks``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import fft

TEMPLATE_HARMONICS: Final = 12
"""Two hours: what is finer in the mean of a few days is mostly noise. In white noise of a tenth of the daily
swing and five-minute slots this halves the error of the phase."""

COURSE_COEFFICIENTS: Final = 3
"""Level, height and shift of a day's course, which its deviations are left by."""

RELATIVE_ZERO: Final = 1e-9
"""Spread, or amplitude of a harmonic, below this part of the values' size is rounding."""


def correlation_phase(day: NDArray[np.float64], reference: NDArray[np.float64]) -> float | None:
    """Shift of a day that maximises its cross-correlation with a reference.

    Parameters
    ----------
    day : ndarray of shape (slots,)
        Values, NaN where missing: each shift is judged on the slots observed.
    reference : ndarray of shape (slots,)
        Course to compare with, without missing values.

    Returns
    -------
    float or None
        In slots, positive = the day is later, in (-slots / 2, slots / 2]; None if either is constant.

    Notes
    -----
    Khvostivskyi et al. 2021, eq. 1. The reference is smoothed to its first ``TEMPLATE_HARMONICS`` harmonics:
    that moves no shifted copy, and keeps the noise of few days out of the comparison. The maximum over whole
    slots is refined by the vertex of the parabola through it and its neighbours.
    """
    if _is_flat(day[~np.isnan(day)]) or _is_flat(smoothed(reference)):
        return None
    matcher = _Matcher.of(~np.isnan(day), reference)
    return float(wrapped(matcher.best_shifts(day[None, :]), day.size)[0])


def harmonic_phase(day: NDArray[np.float64], reference: NDArray[np.float64]) -> float | None:
    """Shift of a day's first harmonic against that of a reference.

    Parameters
    ----------
    day : ndarray of shape (slots,)
        Values, NaN where missing.
    reference : ndarray of shape (slots,)
        Course to compare with, without missing values.

    Returns
    -------
    float or None
        In slots, positive = the day is later, in (-slots / 2, slots / 2]; None without first harmonics.

    Notes
    -----
    Level, cosine and sine are fitted by least squares to the slots observed in the day, in both courses: with
    a cos(2 pi s / S) + b sin(2 pi s / S), S slots a day, the shift is S / (2 pi) times the difference of the
    arguments of a + j b. On a complete day that is the first Fourier coefficient.
    """
    is_observed = ~np.isnan(day)
    angle = 2.0 * np.pi * np.flatnonzero(is_observed) / day.size
    design = np.column_stack([np.ones(angle.size), np.cos(angle), np.sin(angle)])
    courses = np.column_stack([day[is_observed], reference[is_observed]])
    coefficients = np.linalg.lstsq(design, courses, rcond=None)[0]
    size = np.abs(courses).max(axis=0)
    if (np.hypot(coefficients[1], coefficients[2]) <= RELATIVE_ZERO * size).any():
        return None
    argument = np.arctan2(coefficients[2], coefficients[1])
    shift = (argument[0] - argument[1]) * day.size / (2.0 * np.pi)
    return float(wrapped(np.array([shift]), day.size)[0])


def bootstrap_errors(
    day: NDArray[np.float64],
    reference: NDArray[np.float64],
    block_slots: int,
    n_replications: int,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Errors of ``correlation_phase`` under resampled deviations.

    The day is taken as the reference at its best shift, stretched and lifted to fit, plus deviations. The
    deviations are drawn anew in blocks of successive observed slots, from a random start each, the last of
    the day followed by its first, and enlarged for the three coefficients of the fit; the phase of every
    such day less the shift is one error.

    Parameters
    ----------
    day : ndarray of shape (slots,)
        Values, NaN where missing; not constant.
    reference : ndarray of shape (slots,)
        Course to compare with; not constant.
    block_slots : int
        Length of a block.
    n_replications : int
        Number of resampled days.
    rng : numpy.random.Generator
        Source of the blocks' starts.

    Returns
    -------
    ndarray of shape (n_replications,)
        In slots, in (-slots / 2, slots / 2].
    """
    is_observed = ~np.isnan(day)
    matcher = _Matcher.of(is_observed, reference)
    shift = float(matcher.best_shifts(day[None, :])[0])
    shifted = _delayed(smoothed(reference), shift)[is_observed]
    design = np.column_stack([np.ones(shifted.size), shifted])
    fitted = design @ np.linalg.lstsq(design, day[is_observed], rcond=None)[0]
    n_blocks = max(shifted.size / block_slots, COURSE_COEFFICIENTS + 1.0)
    # Blocks are what is independent: with few of them the fit has taken a good part of the deviations away.
    deviations = (day[is_observed] - fitted) * np.sqrt(n_blocks / (n_blocks - COURSE_COEFFICIENTS))
    resampled = np.full((n_replications, day.size), np.nan)
    resampled[:, is_observed] = (
        fitted + deviations[_block_indices(deviations.size, block_slots, n_replications, rng)]
    )
    return wrapped(matcher.best_shifts(resampled) - shift, day.size)


@dataclass(frozen=True, eq=False)
class _Matcher:
    """Correlates days that miss the same slots with one reference at every whole-slot shift."""

    is_observed: NDArray[np.bool_]
    reference_transform: NDArray[np.complex128]
    reference_spread: NDArray[np.float64]

    @classmethod
    def of(cls, is_observed: NDArray[np.bool_], reference: NDArray[np.float64]) -> _Matcher:
        centred = smoothed(reference) - reference.mean()
        mask_transform = fft.rfft(is_observed.astype(np.float64))
        n = reference.size
        total = fft.irfft(mask_transform * np.conj(fft.rfft(centred)), n)
        squares = fft.irfft(mask_transform * np.conj(fft.rfft(centred**2)), n)
        spread = np.sqrt(np.maximum(squares - total**2 / is_observed.sum(), 0.0))
        return cls(is_observed, np.conj(fft.rfft(centred)), spread)

    def similarity(self, days: NDArray[np.float64]) -> NDArray[np.float64]:
        """Correlation of each day with the reference shifted later by 0, 1, ... slots, up to the day's scale.

        For a complete day this is the circular cross-correlation; otherwise the Pearson correlation over the
        observed slots, so that a missing stretch pulls the day neither way.
        """
        n = self.is_observed.size
        level = np.nanmean(days, axis=1, keepdims=True)
        centred = np.where(self.is_observed, days - level, 0.0)
        products = fft.irfft(fft.rfft(centred, axis=1) * self.reference_transform, n, axis=1)
        floor = RELATIVE_ZERO * self.reference_spread.max()
        return np.asarray(products / np.maximum(self.reference_spread, floor), dtype=np.float64)

    def best_shifts(self, days: NDArray[np.float64]) -> NDArray[np.float64]:
        """Shift of the highest similarity of each day, refined between slots."""
        similarity = self.similarity(days)
        n = similarity.shape[1]
        best = np.argmax(similarity, axis=1)
        row = np.arange(best.size)
        before, at, after = (similarity[row, (best + step) % n] for step in (-1, 0, 1))
        curvature = before - 2.0 * at + after
        with np.errstate(invalid="ignore", divide="ignore"):
            vertex = 0.5 * (before - after) / curvature
        refinement = np.where(curvature < 0, np.clip(vertex, -0.5, 0.5), 0.0)
        return np.asarray(best + refinement, dtype=np.float64)


def smoothed(courses: NDArray[np.float64]) -> NDArray[np.float64]:
    """Keep the first ``TEMPLATE_HARMONICS`` harmonics of courses.

    Parameters
    ----------
    courses : ndarray of shape (..., slots)
        Without missing values.

    Returns
    -------
    ndarray of shape (..., slots)
        In the same unit; a course of no more slots than harmonics tell is returned as it is.
    """
    coefficients = fft.rfft(courses, axis=-1)
    coefficients[..., TEMPLATE_HARMONICS + 1 :] = 0.0
    return np.asarray(fft.irfft(coefficients, courses.shape[-1], axis=-1), dtype=np.float64)


def _delayed(course: NDArray[np.float64], shift: float) -> NDArray[np.float64]:
    """Shift a course later by a number of slots that need not be whole, by its Fourier coefficients."""
    frequency = np.arange(course.size // 2 + 1) / course.size
    delayed = fft.rfft(course) * np.exp(-2j * np.pi * frequency * shift)
    return np.asarray(fft.irfft(delayed, course.size), dtype=np.float64)


def _block_indices(
    n_values: int, block_slots: int, n_replications: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Draw indices of circular moving blocks that fill ``n_values`` places, one row a replication."""
    n_blocks = -(-n_values // block_slots)
    starts = rng.integers(0, n_values, size=(n_replications, n_blocks, 1))
    indices = (starts + np.arange(block_slots)) % n_values
    return np.asarray(indices.reshape(n_replications, -1)[:, :n_values], dtype=np.int64)


def _is_flat(values: NDArray[np.float64]) -> bool:
    """Whether values differ by no more than rounding, or there are none."""
    return bool(values.size == 0 or np.ptp(values) <= RELATIVE_ZERO * np.abs(values).max())


def wrapped(shift: NDArray[np.float64], n_slots: int) -> NDArray[np.float64]:
    """Bring shifts around the circle of the day.

    Parameters
    ----------
    shift : ndarray
        In slots.
    n_slots : int
        Slots n of a day.

    Returns
    -------
    ndarray
        Of the same shape, in (-n / 2, n / 2].
    """
    return np.asarray(n_slots / 2 - np.mod(n_slots / 2 - shift, n_slots), dtype=np.float64)
