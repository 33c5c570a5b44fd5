"""The peak and the phase of every day of a series.

What one day has to say belongs here: when it peaked, and by how many minutes its course is shifted
against the other days'. The shift and its interval are computed in ``phase``; local clock times are
given by whoever knows the calendar.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from traffic.diagnostics.phase import bootstrap_errors, correlation_phase, harmonic_phase

MIN_DAYS: Final = 3
"""The mean of the other days is one other day with two, and then it is unclear which of them is shifted."""

MIN_DAY_SHARE: Final = 0.75
"""A day with more than a quarter missing may have lost its peak."""

BLOCK_SECONDS: Final = 10_800
"""Deviations of traffic from its daily course last for an hour or two; longer blocks keep them whole. In
simulations with autoregressive noise 3 h came closer to 95 % coverage (0.86 to 0.94) than 2 h."""

DEFAULT_REPLICATIONS: Final = 199


@dataclass(frozen=True)
class DailyPeak:
    """Peak and phase of one day; None where the day does not tell.

    Parameters
    ----------
    peak_slot : int or None
        Slot of the day's largest value, the first of them if it occurs twice.
    peak_value : float or None
        That value, in the series' own unit.
    phase_minutes : float or None
        Shift of the day against the mean of the other days, positive = later, in (-720, 720].
    phase_lower_95, phase_upper_95 : float or None
        Block-bootstrap 95 % interval of the shift. It surrounds ``phase_minutes`` and may reach beyond
        -720 or 720 where the phase lies near them.
    phase_harmonic_minutes : float or None
        Shift of the day's first harmonic against that of the mean of the other days, in (-720, 720].
    """

    peak_slot: int | None
    peak_value: float | None
    phase_minutes: float | None = None
    phase_lower_95: float | None = None
    phase_upper_95: float | None = None
    phase_harmonic_minutes: float | None = None


def daily_peaks(
    ensemble: NDArray[np.float64],
    step_seconds: int,
    seed: int,
    n_replications: int = DEFAULT_REPLICATIONS,
) -> list[DailyPeak]:
    """Find the peak of every day and its shift against the other days.

    Parameters
    ----------
    ensemble : ndarray of shape (days, slots)
        One row a day, NaN where missing.
    step_seconds : int
        Length of a slot.
    seed : int
        Of the bootstrap; the same seed gives the same intervals.
    n_replications : int
        Bootstrap replications a day.

    Returns
    -------
    list of DailyPeak
        One a day. No phase for days with less than ``MIN_DAY_SHARE`` of their slots observed, for constant
        days, and where fewer than ``MIN_DAYS`` days remain.

    Raises
    ------
    ValueError
        If ``ensemble`` is not two-dimensional.

    Notes
    -----
    Khvostivskyi et al. 2021, figures 2 and 3 and eq. 1. The shift is the maximum of the cross-correlation
    with the mean of the other days (the day itself would pull its phase to zero), refined between slots
    by a parabola. The interval resamples the day's deviations from the shifted mean in blocks of three
    hours; deviations that last longer than a block make it too narrow.
    """
    if ensemble.ndim != 2:
        raise ValueError(f"The ensemble must have shape (days, slots); got {ensemble.shape}.")
    peaks = [_peak(day) for day in ensemble]
    slots = ensemble.shape[1]
    observed_share = (~np.isnan(ensemble)).mean(axis=1) if slots else np.zeros(len(peaks))
    usable = np.flatnonzero(observed_share >= MIN_DAY_SHARE)
    if usable.size < MIN_DAYS or slots < 3:
        return peaks
    days = _scaled(ensemble[usable])
    references = _means_of_others(days)
    rng = np.random.default_rng(seed)
    block_slots = max(1, round(BLOCK_SECONDS / step_seconds))
    for index, day, reference in zip(usable, days, references, strict=True):
        phases = _phases(day, reference, block_slots, n_replications, rng)
        minutes = [None if phase is None else phase * step_seconds / 60.0 for phase in phases]
        peaks[index] = DailyPeak(peaks[index].peak_slot, peaks[index].peak_value, *minutes)
    return peaks


def _peak(day: NDArray[np.float64]) -> DailyPeak:
    if np.isnan(day).all():
        return DailyPeak(None, None)
    slot = int(np.nanargmax(day))
    return DailyPeak(slot, float(day[slot]))


def _scaled(days: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scale the days to the order of 1, so that squares neither overflow nor vanish."""
    centred = days - np.nanmean(days)
    size = float(np.nanmax(np.abs(centred)))
    return centred / size if size > 0 else centred


def _means_of_others(days: NDArray[np.float64]) -> NDArray[np.float64]:
    """Average, for each day, the other days; slots that none of them has are interpolated on the circle."""
    is_observed = ~np.isnan(days)
    filled = np.where(is_observed, days, 0.0)
    others = is_observed.sum(axis=0) - is_observed
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.asarray((filled.sum(axis=0) - filled) / np.where(others > 0, others, np.nan))
    at = np.arange(days.shape[1])
    for row in np.flatnonzero(np.isnan(means).any(axis=1)):
        known = ~np.isnan(means[row])
        means[row] = np.interp(at, at[known], means[row, known], period=at.size)
    return means


def _phases(
    day: NDArray[np.float64],
    reference: NDArray[np.float64],
    block_slots: int,
    n_replications: int,
    rng: np.random.Generator,
) -> tuple[float | None, float | None, float | None, float | None]:
    """Phase, its interval and the phase of the first harmonic, in slots."""
    harmonic = harmonic_phase(day, reference)
    phase = correlation_phase(day, reference)
    if phase is None:
        return None, None, None, harmonic
    errors = bootstrap_errors(day, reference, block_slots, n_replications, rng)
    low, high = np.quantile(errors, (0.025, 0.975))
    # The estimate belongs to its own interval even where every replication errs to one side.
    return phase, phase + min(float(low), 0.0), phase + max(float(high), 0.0), harmonic
