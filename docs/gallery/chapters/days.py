"""Days: densities by hour, peaks, and how much later than usual a day is."""

from __future__ import annotations

import numpy as np
from scipy.stats import norm

from gallery.drawing import THEORY, beside, dots, line, panel, spans
from gallery.picture import Drawn, picture
from gallery.processes import Floats, arma, link, stream
from traffic.diagnostics.daily_peaks import daily_peaks
from traffic.diagnostics.density import density_by_day_and_hour, density_by_hour
from traffic.diagnostics.phase import bootstrap_errors, correlation_phase, harmonic_phase

SLOTS = 96


def shifted_days(name: str, shift: Floats, noise: float) -> Floats:
    """Days of 96 slots, each later than the course by so many slots, in AR(1) noise of 0.5."""
    hour = (np.arange(SLOTS) - shift[:, None]) / 4.0
    course = (
        6.0 + 2.5 * np.cos(2.0 * np.pi * (hour - 20.0) / 24.0) + np.cos(4.0 * np.pi * (hour - 20.0) / 24.0)
    )
    return course + noise * arma(name, shift.size * SLOTS, ar=(0.5,)).reshape(-1, SLOTS)


@picture(density_by_hour)
def density_of_the_hour() -> Drawn:
    """The density of the hour.

    Density of the values at four hours over 56 days: Gaussian, from kernels, and the truth. That it moves and
    widens with the hour shows that the process is not stationary.
    """
    truth = link("density_of_the_hour", 56)
    found = density_by_hour(truth.values, truth.slot)
    x = found.value[0]
    marks, near = [], []
    for hour in (4, 14, 17, 20):
        theory = norm.pdf(x, truth.mean[hour], truth.std[hour])
        marks += [
            line(x, found.empirical[0, hour], "kernels"),
            line(x, found.gaussian[0, hour], "Gaussian"),
            line(x, theory, THEORY),
        ]
        near.append(np.abs(found.gaussian[0, hour] - theory).max() < 0.3 * theory.max())
    chart = panel(
        *marks, x="Gbit/s (at 4, 14, 17 and 20 o'clock, from the left)", y="density", width=560, height=220
    )
    return Drawn(chart, all(near))


@picture(density_by_day_and_hour)
def density_of_single_days() -> Drawn:
    """The density of single days.

    p_k(x, t) at eight in the evening of three days of one-minute values whose level is 8, 9 and 10: each day
    has a density of its own, about its own level, and all days together one that is wider.
    """
    hour = np.arange(3 * 1_440) // 60 % 24
    day = np.arange(3 * 1_440) // 1_440
    x = (8.0 + day + 0.4 * stream("density_of_single_days").standard_normal(day.size))[None]
    single = density_by_day_and_hour(x, hour, day, 3)
    together = density_by_hour(x, hour)
    grid = single.value[0]
    chart = panel(
        *(line(grid, single.gaussian[0, k, 20], f"day {k + 1}") for k in range(3)),
        line(grid, together.empirical[0, 20], "all days"),
        *(line(grid, norm.pdf(grid, 8.0 + k, 0.4), THEORY) for k in range(3)),
        x="value",
        y="density",
        width=560,
    )
    tops = grid[np.argmax(single.gaussian[0, :, 20], axis=1)]
    return Drawn(chart, bool(np.abs(tops - [8.0, 9.0, 10.0]).max() < 0.2))


@picture(daily_peaks)
def peaks_of_days() -> Drawn:
    """The peaks and the shifts of days.

    Twenty days of which every fifth is two hours late. Left: time and height of each day's largest value,
    which noise moves by an hour. Right: each day's shift against the mean of the others, with its bootstrap
    interval. That mean holds late days too, so that theory is the true shift less the others' mean shift: 25
    minutes early for a usual day.
    """
    shift = np.where(np.arange(20) % 5 == 2, 8.0, 0.0)
    found = daily_peaks(shifted_days("peaks_of_days", shift, 0.4), 900, seed=1)
    day = np.arange(1, 21)
    late = shift > 0
    time = np.array([peak.peak_slot or 0 for peak in found]) / 4.0
    height = np.array([peak.peak_value for peak in found], dtype=np.float64)
    phase, low, high = (
        np.array([getattr(peak, name) for peak in found], dtype=np.float64)
        for name in ("phase_minutes", "phase_lower_95", "phase_upper_95")
    )
    theory = 15.0 * (shift - (shift.sum() - shift) / 19)
    left = panel(
        dots(time[~late], height[~late], "usual", 40),
        dots(time[late], height[late], "two hours late", 60, is_hollow=True),
        x="hour of the peak",
        y="Gbit/s",
    )
    right = panel(
        spans(day, low, high, "95 % interval"),
        dots(day, phase, "shift", 40),
        dots(day, theory, THEORY, 60, is_hollow=True),
        x="day",
        y="minutes later than the others",
    )
    return Drawn(beside(left, right), bool(np.abs(phase - theory).max() < 25.0))


@picture(correlation_phase, harmonic_phase, bootstrap_errors)
def shift_of_a_day() -> Drawn:
    """The shift of a day.

    Days shifted by -6 to 6 hours against a known course, by cross-correlation with its bootstrap interval and
    by the argument of the first harmonic: both lie on the diagonal.
    """
    shift = np.linspace(-24.0, 24.0, 17)
    reference = shifted_days("shift_of_a_day, reference", np.zeros(1), 0.0)[0]
    days = shifted_days("shift_of_a_day", shift, 0.5)
    rng = stream("shift_of_a_day, bootstrap")
    found = np.array([correlation_phase(day, reference) for day in days], dtype=np.float64)
    harmonic = np.array([harmonic_phase(day, reference) for day in days], dtype=np.float64)
    errors = [np.quantile(bootstrap_errors(day, reference, 12, 199, rng), [0.025, 0.975]) for day in days]
    low, high = found + np.array(errors).T
    chart = panel(
        spans(shift / 4.0, low / 4.0, high / 4.0, "95 % interval"),
        dots(shift / 4.0, found / 4.0, "cross-correlation", 40),
        dots(shift / 4.0, harmonic / 4.0, "first harmonic", 40, is_hollow=True),
        line([-6.0, 6.0], [-6.0, 6.0], THEORY),
        x="true shift, hours",
        y="estimate, hours",
        width=420,
        height=220,
    )
    near = max(np.abs(found - shift).max(), np.abs(harmonic - shift).max())
    return Drawn(chart, bool(near < 4.0))
