"""Days: their peaks, how much later than usual they are, and which do not look like a day."""

from __future__ import annotations

import numpy as np

from gallery.drawing import SAMPLE, THEORY, beside, dots, level, line, panel, spans
from gallery.picture import Drawn, picture
from gallery.processes import Floats, arma, stream
from traffic.diagnostics.daily_peaks import daily_peaks
from traffic.diagnostics.day_phases import day_phases
from traffic.diagnostics.phase import (
    bootstrap_errors,
    correlation_phase,
    harmonic_phase,
    smoothed,
    wrapped,
)
from traffic.diagnostics.phase_drift import phase_drift
from traffic.diagnostics.unusual_days import UnusualDays, unusual_days
from traffic.windowing.medians import MAD_TO_STD, row_medians

SLOTS = 96


def shifted_days(name: str, shift: Floats, noise: float) -> Floats:
    """Days of 96 slots, each later than the course by so many slots, in AR(1) noise of 0.5."""
    hour = (np.arange(SLOTS) - shift[:, None]) / 4.0
    course = (
        6.0 + 2.5 * np.cos(2.0 * np.pi * (hour - 20.0) / 24.0) + np.cos(4.0 * np.pi * (hour - 20.0) / 24.0)
    )
    return course + noise * arma(name, shift.size * SLOTS, ar=(0.5,)).reshape(-1, SLOTS)


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


@picture(smoothed, wrapped)
def courses_and_the_circle() -> Drawn:
    """A course smoothed, and shifts round the circle.

    Left: a day in noise and its first twelve harmonics, which leave what is finer than two hours behind.
    Right: shifts of any size brought to within half a day of zero: a day that is 20 hours late is four hours
    early.
    """
    day = shifted_days("courses_and_the_circle", np.zeros(1), 0.8)[0]
    true = shifted_days("courses_and_the_circle", np.zeros(1), 0.0)[0]
    smooth = smoothed(day)
    hour = np.arange(SLOTS) / 4.0
    left = panel(
        line(hour, day, "day"), line(hour, smooth, "smoothed"), line(hour, true, THEORY), x="hour", y="Gbit/s"
    )
    shift = np.arange(-144.0, 145.0, 3.0)
    right = panel(
        dots(shift / 4.0, wrapped(shift, SLOTS) / 4.0, "wrapped", 12), x="shift, hours", y="wrapped, hours"
    )
    holds = np.abs(wrapped(shift, SLOTS)).max() <= 48.0 and wrapped(np.array([80.0]), SLOTS)[0] == -16.0
    return Drawn(beside(left, right), bool(holds and (smooth - true).std() < 0.8 * (day - true).std()))


@picture(row_medians)
def spread_that_bursts_do_not_move() -> Drawn:
    """A spread that bursts do not move.

    Median and 1.4826 times the median absolute deviation of 400 rows of 200 standard normal values, of which
    a share is replaced by bursts of 10 to 20, and the usual mean and standard deviation. Theory is that of
    the values without bursts, which the first two leave late and the others at once.
    """
    rng = stream("spread_that_bursts_do_not_move")
    share = np.arange(0.0, 0.31, 0.05)
    rows = []
    for part in share:
        x = rng.standard_normal((400, 200))
        x = np.where(rng.random(x.shape) < part, rng.uniform(10.0, 20.0, x.shape), x)
        middle = row_medians(x)
        spreads = MAD_TO_STD * row_medians(np.abs(x - middle[:, None]))
        rows.append([middle.mean(), spreads.mean(), x.mean(), x.std(axis=1).mean()])
    median, spread, mean, std = np.array(rows).T
    panels = [
        panel(
            line(share, robust, name),
            line(share, usual, other),
            level(true, THEORY),
            x="share of bursts",
            y=title,
        )
        for robust, usual, name, other, true, title in (
            (median, mean, "median", "mean", 0.0, "middle"),
            (spread, std, "median deviation", "standard deviation", 1.0, "spread"),
        )
    ]
    near = abs(spread[0] - 1.0) < 0.03 and abs(median[0]) < 0.03
    return Drawn(beside(*panels), bool(near and spread[2] < 1.3 and std[2] > 3.0 and median[2] < 0.25))


@picture(day_phases, daily_peaks)
def shifts_of_many_series() -> Drawn:
    """Shifts of the days of many series.

    Left: shifts of 14 days of 12 series, drawn with a standard deviation of an hour, on the true shift less
    that of the other days. Right: the half width of the intervals of one series by the linear formula, and by
    resampling, which costs thirty times as much and is too narrow; the shifts of both are the same.
    """
    rng = stream("shifts_of_many_series")
    shift = rng.normal(0.0, 4.0, (12, 14))
    days = np.stack([shifted_days(f"shifts_of_many_series {i}", row, 0.5) for i, row in enumerate(shift)])
    found = day_phases(days, 900)
    theory = 15.0 * (shift - (shift.sum(axis=1, keepdims=True) - shift) / 13.0)
    resampled = daily_peaks(days[0], 900, seed=1)
    widths = [
        0.5 * (float(peak.phase_upper_95 or 0.0) - float(peak.phase_lower_95 or 0.0)) for peak in resampled
    ]
    linear = (found.phase_upper_95 - found.phase_minutes)[0]
    left = panel(
        dots(theory.ravel(), found.phase_minutes.ravel(), SAMPLE, 12),
        line([-180.0, 180.0], [-180.0, 180.0], THEORY),
        x="true shift against the others, minutes",
        y="estimate, minutes",
    )
    number = np.arange(1, 15)
    right = panel(
        dots(number, linear, "linear", 40),
        dots(number, widths, "resampled", 40, is_hollow=True),
        x="day",
        y="half width, minutes",
        y_scale={"zero": True},
    )
    same = np.allclose(found.phase_minutes[0], [float(peak.phase_minutes or 0.0) for peak in resampled])
    near = np.abs(found.phase_minutes - theory).max() < 45.0
    return Drawn(beside(left, right), bool(same and near and linear.mean() > np.mean(widths)))


@picture(phase_drift)
def drift_of_the_days() -> Drawn:
    """Days that come later and later.

    Phases of 56 days that drift by two minutes a day, with noise of ten minutes, weekends an hour later and
    three days that are far out. The robust slope compares each day with the same day of other weeks, and is
    the true one within its interval; a line by least squares is drawn off.
    """
    rng = stream("drift_of_the_days")
    day = np.arange(56)
    minutes = 2.0 * day + 10.0 * rng.standard_normal(56) + 60.0 * (day % 7 >= 5)
    minutes[[50, 52, 54]] -= 300.0
    found = phase_drift(minutes[None], day)
    slope = float(found.minutes_a_day[0])
    usual = np.polynomial.polynomial.polyfit(day, minutes, 1)
    chart = panel(
        dots(day, minutes, "phase"),
        line(day, np.median(minutes - slope * day) + slope * day, "robust slope"),
        line(day, usual[0] + usual[1] * day, "least squares"),
        line(day, 2.0 * day + np.median(minutes - 2.0 * day), THEORY),
        x="day",
        y="minutes later",
        width=560,
    )
    is_inside = found.lower_95[0] <= 2.0 <= found.upper_95[0]
    return Drawn(chart, bool(is_inside and abs(slope - 2.0) < 0.3 and abs(usual[1] - 2.0) > 0.6))


@picture(unusual_days, UnusualDays.reason, day_phases)
def days_unlike_the_others() -> Drawn:
    """Days that do not look like a day.

    Scores of phase, level and shape of 42 days. Day 10 comes three hours later, day 20 carries half as much
    again, and on day 30 the evening is missing, which is another shape and a lower level; each stands out
    beyond 6 spreads.
    """
    shift = np.zeros(42)
    shift[10] = 12.0
    days = shifted_days("days_unlike_the_others", shift, 0.4)
    days[20] *= 1.5
    days[30, 64:92] = 5.0
    weekday = np.arange(42) % 7 + 1
    found = unusual_days(days[None], weekday, day_phases(days[None], 900))
    number = np.arange(42)
    chart = panel(
        dots(number, found.phase_score[0], "phase", 40),
        dots(number, found.level_score[0], "level", 40, is_hollow=True),
        dots(number, found.shape_score[0], "shape", 40),
        level(6.0, "6 spreads"),
        level(-6.0, "6 spreads"),
        x="day",
        y="score",
        width=560,
        y_scale={"type": "symlog", "constant": 5},
    )
    said = [found.reason(0, at) for at in (10, 20, 30, 5)]
    words = ("later", "higher", "shape")
    holds = all(part in (sentence or "") for part, sentence in zip(words, said[:3], strict=True))
    return Drawn(chart, holds and np.flatnonzero(found.is_unusual[0]).tolist() == [10, 20, 30])
