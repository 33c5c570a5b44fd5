"""The peak and the phase of every day of many series at once.

The definitions are those of ``daily_peaks``, which takes one series and resamples; arrays of many series and
an interval that needs no resampling belong here. What the phases do over time belongs to ``phase_drift``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import fft
from scipy.stats import t as student_t

from traffic.diagnostics.daily_peaks import BLOCK_SECONDS, MIN_DAY_SHARE, MIN_DAYS
from traffic.diagnostics.phase import COURSE_COEFFICIENTS, RELATIVE_ZERO, smoothed, wrapped

SERIES_AT_ONCE: Final = 20
TINY: Final = 1e-300


@dataclass(frozen=True, eq=False)
class DayPhases:
    """Peaks and phases of days; each field of shape (series, days), NaN where the day does not tell.

    Parameters
    ----------
    peak_slot : ndarray of int
        Slot of the day's largest value, the first of them if it occurs twice; -1 without values.
    peak_value : ndarray
        That value, in the series' own unit.
    phase_minutes : ndarray
        Shift of the day against the mean of the other days, positive = later, in (-720, 720].
    phase_lower_95, phase_upper_95 : ndarray
        95 % interval of the shift, around it.
    phase_harmonic_minutes : ndarray
        Shift of the day's first harmonic against that of the mean of the other days, in (-720, 720].
    shape_distance : ndarray
        Root of the share of the day's variance that the shifted mean leaves, whatever level and height it is
        given: 0 for a copy of it, 1 for a day that has nothing of it.
    """

    peak_slot: NDArray[np.int64]
    peak_value: NDArray[np.float64]
    phase_minutes: NDArray[np.float64]
    phase_lower_95: NDArray[np.float64]
    phase_upper_95: NDArray[np.float64]
    phase_harmonic_minutes: NDArray[np.float64]
    shape_distance: NDArray[np.float64]


def day_phases(ensembles: NDArray[np.float64], step_seconds: int) -> DayPhases:
    """Find the peak of every day of each series, and its shift against the series' other days.

    Parameters
    ----------
    ensembles : ndarray of shape (series, days, slots)
        NaN where missing.
    step_seconds : int
        Length of a slot.

    Returns
    -------
    DayPhases
        Which days have a phase is as in ``daily_peaks``.

    Raises
    ------
    ValueError
        If ``ensembles`` is not three-dimensional.

    Notes
    -----
    Khvostivskyi et al. 2021, figures 2 and 3 and eq. 1, as ``daily_peaks`` restates it; the shifts are equal
    to its. The interval is linear instead of resampled, which costs a thirtieth: near the maximum the error
    of the shift is a weighted sum of the day's deviations from the shifted mean, the weights being the slope
    of the mean freed from its level and height. Its variance has the day's own variance and the
    autocorrelation of all days' deviations, tapered to zero over the three hours of a block; it is enlarged
    for the coefficients fitted to so many blocks and for the error of the mean of the other days, and the
    quantile is Student's with the blocks left. Over simulated days with autoregressive noise it covers 0.86
    to 0.99 where resampling covers 0.62 to 0.98, and always more (steps of five minutes with coefficients of
    0 to 0.98, of an hour with 0 to 0.8; 7 and 28 days).
    """
    if ensembles.ndim != 3:
        raise ValueError(f"The ensembles must have shape (series, days, slots); got {ensembles.shape}.")
    is_observed = ~np.isnan(ensembles)
    filled = np.where(is_observed, ensembles, -np.inf)
    has_values = is_observed.any(axis=2)
    slot = filled.argmax(axis=2) if ensembles.shape[2] else np.zeros(has_values.shape, dtype=np.int64)
    value = filled.max(axis=2, initial=-np.inf)
    phases = np.full((5, *has_values.shape), np.nan)
    for start in range(0, ensembles.shape[0], SERIES_AT_ONCE):
        rows = slice(start, start + SERIES_AT_ONCE)
        phases[:, rows] = _phases(ensembles[rows], step_seconds)
    return DayPhases(
        np.where(has_values, slot, -1).astype(np.int64), np.where(has_values, value, np.nan), *phases
    )


def _phases(ensembles: NDArray[np.float64], step_seconds: int) -> NDArray[np.float64]:
    """Phase, ends of its interval and phase of the first harmonic, in minutes, and the shape's distance."""
    n_slots = ensembles.shape[2]
    found = np.full((5, *ensembles.shape[:2]), np.nan)
    if n_slots < 3:
        return found
    is_usable = (~np.isnan(ensembles)).mean(axis=2) >= MIN_DAY_SHARE
    is_usable &= is_usable.sum(axis=1, keepdims=True) >= MIN_DAYS
    if not is_usable.any():
        return found
    values = _scaled(np.where(is_usable[..., None], ensembles, np.nan))
    references = _means_of_others(values)[is_usable]
    days, series = values[is_usable], np.nonzero(is_usable)[0]
    is_observed = ~np.isnan(days)
    template = smoothed(references)
    shift = _best_shifts(days, is_observed, template)
    is_shaped = ~(_are_flat(days, is_observed) | _are_flat(template, np.ones_like(is_observed)))
    shift[~is_shaped] = np.nan
    reach, distance = _reach(days, is_observed, template, np.nan_to_num(shift), series, step_seconds)
    phase = wrapped(shift, n_slots)
    harmonic = _harmonic_shifts(days, is_observed, references)
    parts = np.stack([phase, phase - reach, phase + reach, harmonic]) * step_seconds / 60.0
    found[:4, is_usable] = parts
    found[4, is_usable] = np.where(is_shaped, distance, np.nan)
    return found


def _scaled(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Centre each series and scale it to the order of 1."""
    size = np.nanmax(np.abs(values), axis=(1, 2), keepdims=True, initial=0.0)
    values = values / np.where(size > 0, size, 1.0)
    is_observed = ~np.isnan(values)
    n = np.maximum(is_observed.sum(axis=(1, 2), keepdims=True), 1)
    centred = values - np.where(is_observed, values, 0.0).sum(axis=(1, 2), keepdims=True) / n
    size = np.nanmax(np.abs(centred), axis=(1, 2), keepdims=True, initial=0.0)
    return np.asarray(centred / np.where(size > 0, size, 1.0))


def _means_of_others(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Average, for each day, the other days; slots that none of them has are interpolated on the circle."""
    is_observed = ~np.isnan(values)
    filled = np.where(is_observed, values, 0.0)
    others = is_observed.sum(axis=1, keepdims=True) - is_observed
    sums = filled.sum(axis=1, keepdims=True) - filled
    means = np.where(others > 0, sums / np.maximum(others, 1), np.nan)
    at = np.arange(values.shape[2])
    has_some = (others > 0).any(axis=2)
    for series, day in np.argwhere(np.isnan(means).any(axis=2) & has_some):
        known = ~np.isnan(means[series, day])
        means[series, day] = np.interp(at, at[known], means[series, day, known], period=at.size)
    return means


def _are_flat(values: NDArray[np.float64], is_observed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    high = np.where(is_observed, values, -np.inf).max(axis=1)
    low = np.where(is_observed, values, np.inf).min(axis=1)
    return np.asarray(high - low <= RELATIVE_ZERO * np.maximum(np.abs(high), np.abs(low)))


def _best_shifts(
    days: NDArray[np.float64], is_observed: NDArray[np.bool_], template: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Shift of the highest correlation of each day with its template, refined by a parabola."""
    n_slots = days.shape[1]
    n = is_observed.sum(axis=1, keepdims=True)
    level = np.where(is_observed, days, 0.0).sum(axis=1, keepdims=True) / n
    centred = np.where(is_observed, days - level, 0.0)
    course = template - template.mean(axis=1, keepdims=True)
    turned = np.conj(fft.rfft(course, axis=1))
    likeness = fft.irfft(fft.rfft(centred, axis=1) * turned, n_slots, axis=1)
    gapped = np.flatnonzero(n[:, 0] < n_slots)
    likeness[gapped] /= _spread_under(is_observed[gapped], course[gapped], turned[gapped])
    best = likeness.argmax(axis=1)
    row = np.arange(best.size)
    before, at, after = (likeness[row, (best + step) % n_slots] for step in (-1, 0, 1))
    curvature = before - 2.0 * at + after
    with np.errstate(invalid="ignore", divide="ignore"):
        vertex = 0.5 * (before - after) / curvature
    return np.asarray(best + np.where(curvature < 0, np.clip(vertex, -0.5, 0.5), 0.0), dtype=np.float64)


def _spread_under(
    is_observed: NDArray[np.bool_], course: NDArray[np.float64], turned: NDArray[np.complex128]
) -> NDArray[np.float64]:
    """Spread of the shifted template over the slots that a day has: a gap then pulls it neither way."""
    n_slots = course.shape[1]
    mask = fft.rfft(is_observed.astype(np.float64), axis=1)
    total = fft.irfft(mask * turned, n_slots, axis=1)
    squares = fft.irfft(mask * np.conj(fft.rfft(course**2, axis=1)), n_slots, axis=1)
    n = is_observed.sum(axis=1, keepdims=True)
    spread = np.sqrt(np.maximum(squares - total**2 / n, 0.0))
    floor = np.maximum(RELATIVE_ZERO * spread.max(axis=1, keepdims=True), TINY)
    return np.asarray(np.maximum(spread, floor), dtype=np.float64)


def _reach(
    days: NDArray[np.float64],
    is_observed: NDArray[np.bool_],
    template: NDArray[np.float64],
    shift: NDArray[np.float64],
    series: NDArray[np.int64],
    step_seconds: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Half width of the interval of each day's shift, in slots, and the distance of its shape."""
    n_slots = days.shape[1]
    frequency = 2.0 * np.pi * np.arange(n_slots // 2 + 1) / n_slots
    delayed = fft.rfft(template, axis=1) * np.exp(-1j * frequency * shift[:, None])
    course = _freed(fft.irfft(delayed, n_slots, axis=1), is_observed)
    slope = _freed(fft.irfft(-1j * frequency * delayed, n_slots, axis=1), is_observed)
    centred = _freed(np.where(is_observed, days, 0.0), is_observed)
    power = np.maximum((course**2).sum(axis=1, keepdims=True), TINY)
    height = (centred * course).sum(axis=1, keepdims=True) / power
    slope -= course * ((slope * course).sum(axis=1, keepdims=True) / power)
    deviations = centred - height * course
    block = max(1, round(BLOCK_SECONDS / step_seconds))
    n_blocks = np.maximum(is_observed.sum(axis=1) / block, COURSE_COEFFICIENTS + 1.0)
    variance = (deviations**2).sum(axis=1) / is_observed.sum(axis=1)
    correlation = _pooled_correlation(deviations, is_observed, series, block)
    products = fft.irfft(np.abs(fft.rfft(slope, axis=1)) ** 2, n_slots, axis=1)
    noise = np.maximum((products * correlation[series]).sum(axis=1), 0.0) * variance
    noise *= n_blocks / (n_blocks - COURSE_COEFFICIENTS)
    # The mean of the others errs as well.
    n_days = np.bincount(series)[series]
    noise *= n_days / (n_days - 1.0)
    # How sharply the likeness bends: noise of the template would make the slope's square too large.
    bend = fft.irfft(-(frequency**2) * delayed, n_slots, axis=1)
    information = np.maximum(-(centred * bend).sum(axis=1), TINY)
    quantile = student_t.ppf(0.975, n_blocks - COURSE_COEFFICIENTS)
    # A day that hardly follows the others may have any phase: no interval is longer than the circle.
    reach = np.minimum(quantile * np.sqrt(noise) / information, n_slots / 2)
    left = (deviations**2).sum(axis=1) / np.maximum((centred**2).sum(axis=1), TINY)
    return np.asarray(reach, dtype=np.float64), np.sqrt(np.clip(left, 0.0, 1.0))


def _freed(courses: NDArray[np.float64], is_observed: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Courses less their mean over the observed slots, zero elsewhere."""
    masked = np.where(is_observed, courses, 0.0)
    level = masked.sum(axis=1, keepdims=True) / is_observed.sum(axis=1, keepdims=True)
    return np.where(is_observed, masked - level, 0.0)


def _pooled_correlation(
    deviations: NDArray[np.float64], is_observed: NDArray[np.bool_], series: NDArray[np.int64], block: int
) -> NDArray[np.float64]:
    """Circular autocorrelation of the deviations of each series' days, tapered to zero over a block."""
    n_slots = deviations.shape[1]
    size = np.sqrt((deviations**2).mean(axis=1, keepdims=True))
    scaled = deviations / np.maximum(size, TINY)
    sums = np.zeros((2, int(series.max()) + 1, n_slots // 2 + 1))
    for part, values in enumerate((scaled, is_observed.astype(np.float64))):
        np.add.at(sums[part], series, np.abs(fft.rfft(values, axis=1)) ** 2)
    products, pairs = fft.irfft(sums, n_slots, axis=2)
    covariance = products / np.maximum(pairs, 0.5)
    lag = np.minimum(np.arange(n_slots), n_slots - np.arange(n_slots))
    taper = np.maximum(1.0 - lag / block, 0.0)
    return np.asarray(taper * covariance / np.maximum(covariance[:, :1], TINY))


def _harmonic_shifts(
    days: NDArray[np.float64], is_observed: NDArray[np.bool_], references: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Shift of the first harmonic, fitted to the slots observed of the day in both courses."""
    n_slots = days.shape[1]
    angle = 2.0 * np.pi * np.arange(n_slots) / n_slots
    design = np.column_stack([np.ones(n_slots), np.cos(angle), np.sin(angle)])
    products = (design[:, :, None] * design[:, None, :]).reshape(n_slots, 9)
    normal = (is_observed @ products).reshape(-1, 3, 3)
    courses = [np.where(is_observed, course, 0.0) for course in (days, references)]
    right = np.stack([course @ design for course in courses], axis=2)
    found = np.linalg.solve(normal, right)
    size = np.stack([np.abs(course).max(axis=1) for course in courses], axis=1)
    is_nothing = (np.hypot(found[:, 1], found[:, 2]) <= RELATIVE_ZERO * size).any(axis=1)
    argument = np.arctan2(found[:, 2], found[:, 1])
    shift = wrapped((argument[:, 0] - argument[:, 1]) * n_slots / (2.0 * np.pi), n_slots)
    return np.where(is_nothing, np.nan, shift)
