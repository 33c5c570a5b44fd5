"""Which days do not look like a day of their series, and in what.

Phase, level and shape of each day against those of the other days belong here, for many series at once. They
are measured in ``day_phases``; single values out of line are flagged in ``traffic.windowing``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from traffic.diagnostics.day_phases import DayPhases
from traffic.windowing.medians import MAD_TO_STD, row_medians

DAY_MINUTES: Final = 1440.0
DAYS_A_WEEK: Final = 7
SATURDAY: Final = 6

MIN_DAYS: Final = 10
MIN_SAME_WEEKDAY: Final = 6
"""Days of the same day of the week that a day is compared with; with fewer, working days or weekends."""

MIN_GROUP_DAYS: Final = 3
"""With fewer of those either, a day is not judged."""

LARGEST_SCORE: Final = 6.0
"""Beyond which a measure is unusual. The spread of a few weeks is itself uncertain: at 5, twice as many
simulated ordinary days were flagged."""

FEW_DAYS: Final = 14
LARGEST_SCORE_OF_FEW: Final = 8.0
"""The same with fewer than ``FEW_DAYS`` days."""

MIN_TREND_DAYS: Final = 21
MAX_WEEKLY_GROWTH: Final = 0.05
"""What is steeper is a step, or a holiday at the end of the record."""

CLOSER_TO_TREND: Final = 0.8
"""The days' distance from the trend over that from their median, below which the trend is the usual level."""

MIN_PHASE_MINUTES: Final = 30.0
MIN_LEVEL_SHARE: Final = 0.1
MIN_SHAPE_DISTANCE: Final = 0.1
"""What a day must differ by to be worth a word, however regular the others are."""


@dataclass(frozen=True, eq=False)
class UnusualDays:
    """How far each day is from the others; fields of shape (series, days), NaN where it was not judged.

    Parameters
    ----------
    phase_score, level_score, shape_score : ndarray
        Difference of the day's phase, level and distance of shape from the median of comparable days (that of
        the level from their trend, where they follow one), over the spread of such differences in the series.
    phase_minutes, level_share : ndarray
        The first two differences themselves: in minutes, and as a share of the usual level.
    is_shifted, has_other_level, has_other_shape : ndarray of bool
        Whether each is unusual, and differs by enough to be worth a word.
    """

    phase_score: NDArray[np.float64]
    level_score: NDArray[np.float64]
    shape_score: NDArray[np.float64]
    phase_minutes: NDArray[np.float64]
    level_share: NDArray[np.float64]
    is_shifted: NDArray[np.bool_]
    has_other_level: NDArray[np.bool_]
    has_other_shape: NDArray[np.bool_]

    @property
    def is_unusual(self) -> NDArray[np.bool_]:
        """Days that are unusual in any way, of shape (series, days)."""
        return self.is_shifted | self.has_other_level | self.has_other_shape

    def reason(self, series: int, day: int) -> str | None:
        """Say in a sentence what is unusual about a day.

        Parameters
        ----------
        series, day : int
            Row and column.

        Returns
        -------
        str or None
            Phase, level and shape, those that are unusual; None where none is.
        """
        at = series, day
        parts = []
        if self.is_shifted[at]:
            minutes = float(self.phase_minutes[at])
            parts.append(f"comes {abs(minutes):.0f} minutes {'later' if minutes > 0 else 'earlier'}")
        if self.has_other_level[at]:
            share = float(self.level_share[at])
            parts.append(f"lies {abs(share):.0%} {'higher' if share > 0 else 'lower'}")
        if self.has_other_shape[at]:
            parts.append("has another shape")
        if not parts:
            return None
        listed = " and ".join([", ".join(parts[:-1]), parts[-1]] if parts[1:] else parts)
        return f"The day {listed} than days like it."


def unusual_days(
    ensembles: NDArray[np.float64], weekday: NDArray[np.int64], phases: DayPhases
) -> UnusualDays:
    """Find the days that do not look like the other days of their series.

    Parameters
    ----------
    ensembles : ndarray of shape (series, days, slots)
        Successive calendar days; NaN where missing.
    weekday : ndarray of int of shape (days,)
        1 = Monday to 7 = Sunday.
    phases : DayPhases
        Of the same ensembles.

    Returns
    -------
    UnusualDays
        Not judged with fewer than ``MIN_DAYS`` days, and where a day lacks a quarter of its slots.

    Raises
    ------
    ValueError
        If the shapes do not match.

    Notes
    -----
    The level is the mean of the day, the shape that of ``DayPhases.shape_distance``. Each is compared with
    the median over the same day of the week, which a few odd days do not move, and the differences with their
    median absolute deviation over all days of the series; those of the phase with its own error beside, and
    it counts only where its interval leaves the usual phase out. Of simulated ordinary days fewer than one in
    a hundred is flagged (ten days to eight weeks, autoregressive noise, lower and later weekends).

    A level that grows is compared with its trend: the median of the slopes of pairs of like days (Theil 1950
    and Sen 1968, within days of the week as Hirsch, Slack and Smith 1982), taken from ``MIN_TREND_DAYS``
    days on and only where the days lie clearly closer to it than to their median, which a level that merely
    wanders does not. docs/planning.md has what both rules find.
    """
    if ensembles.ndim != 3 or weekday.shape != ensembles.shape[1:2]:
        raise ValueError(
            f"The ensembles must have shape (series, days, slots) and weekday (days,); "
            f"got {ensembles.shape} and {weekday.shape}."
        )
    is_judged = ~np.isnan(phases.shape_distance)
    n_days = is_judged.sum(axis=1, keepdims=True)
    is_judged &= n_days >= MIN_DAYS
    level = np.where(is_judged, _levels(ensembles), np.nan)
    groups = _groups(weekday)
    phase = _around_circle(np.where(is_judged, phases.phase_minutes, np.nan), groups)
    level_difference, usual = _from_usual_level(level, groups)
    with np.errstate(divide="ignore"):
        shape = np.where(is_judged, np.log(np.maximum(phases.shape_distance, 1e-6)), np.nan)
    shape_difference, usual_shape = _from_usual(shape, groups)
    half_width = (phases.phase_upper_95 - phases.phase_lower_95) / 2.0
    # Weekends are lower, and their phases known less well: each day has its own error beside the spread.
    scores = [_scores(phase, half_width / 2.0), _scores(level_difference), _scores(shape_difference)]
    with np.errstate(invalid="ignore", divide="ignore"):
        share = level_difference / np.abs(usual)
        farther = np.exp(usual_shape + shape_difference) - np.exp(usual_shape)
        largest = np.where(n_days < FEW_DAYS, LARGEST_SCORE_OF_FEW, LARGEST_SCORE)
        is_far = [np.abs(score) > largest for score in scores]
    return UnusualDays(
        scores[0],
        scores[1],
        scores[2],
        phase,
        share,
        is_far[0] & (np.abs(phase) > np.maximum(half_width, MIN_PHASE_MINUTES)),
        is_far[1] & (np.abs(share) > MIN_LEVEL_SHARE),
        is_far[2] & (farther > MIN_SHAPE_DISTANCE),
    )


def _levels(ensembles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean of each day; NaN without values."""
    is_observed = ~np.isnan(ensembles)
    n = is_observed.sum(axis=2)
    return np.where(n > 0, np.where(is_observed, ensembles, 0.0).sum(axis=2) / np.maximum(n, 1), np.nan)


def _groups(weekday: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Days that are like each other: of one day of the week, or working days and weekends."""
    by_day = [np.flatnonzero(weekday == number) for number in range(1, DAYS_A_WEEK + 1)]
    if all(days.size >= MIN_SAME_WEEKDAY for days in by_day):
        return by_day
    return [np.flatnonzero(weekday < SATURDAY), np.flatnonzero(weekday >= SATURDAY)]


def _from_usual(
    measure: NDArray[np.float64], groups: list[NDArray[np.int64]]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Difference of each day from the median of its group, and that median."""
    usual = np.full(measure.shape, np.nan)
    for days in groups:
        mine = measure[:, days]
        is_enough = (~np.isnan(mine)).sum(axis=1) >= MIN_GROUP_DAYS
        usual[:, days] = np.where(is_enough, row_medians(mine), np.nan)[:, None]
    return measure - usual, usual


def _from_usual_level(
    level: NDArray[np.float64], groups: list[NDArray[np.int64]]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Difference of each day from the median of its group, or from its trend, and that usual level."""
    difference, usual = _from_usual(level, groups)
    share = level / np.where(usual == 0.0, np.nan, np.abs(usual))
    most = MAX_WEEKLY_GROWTH / DAYS_A_WEEK
    growth = np.clip(_growth(share, groups), -most, most)
    day = np.arange(level.shape[1])
    factor = np.exp(growth[:, None] * (day - 0.5 * day.size))
    _, usual_mid = _from_usual(level / factor, groups)
    trend = usual_mid * factor
    distance = row_medians(np.abs(difference))
    is_trend = row_medians(np.abs(level - trend)) < CLOSER_TO_TREND * distance
    is_trend &= (~np.isnan(level)).sum(axis=1) >= MIN_TREND_DAYS
    usual = np.where(is_trend[:, None], trend, usual)
    return level - usual, usual


def _growth(share: NDArray[np.float64], groups: list[NDArray[np.int64]]) -> NDArray[np.float64]:
    """Median slope of pairs of days of one group, weighted by their span, a day; 0 where there is none."""
    pairs = [days[np.stack(np.triu_indices(days.size, 1))] for days in groups]
    first, second = np.concatenate(pairs, axis=1)
    if first.size == 0:
        return np.zeros(share.shape[0])
    span = (second - first).astype(np.float64)
    slope = (share[:, second] - share[:, first]) / span
    weight = np.where(np.isnan(slope), 0.0, span)
    order = slope.argsort(axis=1)
    reached = np.cumsum(np.take_along_axis(weight, order, axis=1), axis=1)
    middle = (reached < 0.5 * reached[:, -1:]).sum(axis=1, keepdims=True)
    found = np.take_along_axis(np.take_along_axis(slope, order, axis=1), middle, axis=1)[:, 0]
    return np.where(np.isnan(found), 0.0, found)


def _around_circle(minutes: NDArray[np.float64], groups: list[NDArray[np.int64]]) -> NDArray[np.float64]:
    """Difference of each phase from the median of its group, the short way around the day."""
    turned = minutes.copy()
    for days in groups:
        arrows = np.exp(
            2j * np.pi * np.where(np.isnan(minutes[:, days]), 0.0, minutes[:, days]) / DAY_MINUTES
        )
        arrows = np.where(np.isnan(minutes[:, days]), 0.0, arrows)
        centre = np.angle(arrows.sum(axis=1)) / (2.0 * np.pi) * DAY_MINUTES
        apart = minutes[:, days] - centre[:, None]
        turned[:, days] = apart - DAY_MINUTES * np.rint(apart / DAY_MINUTES)
    return _from_usual(turned, groups)[0]


def _scores(difference: NDArray[np.float64], error: NDArray[np.float64] | float = 0.0) -> NDArray[np.float64]:
    """Differences over their spread in the series and their own errors; infinite beside days all alike."""
    spread = MAD_TO_STD * row_medians(np.abs(difference))
    with np.errstate(invalid="ignore", divide="ignore"):
        scores = difference / np.hypot(spread[:, None], error)
    return np.where(difference == 0.0, 0.0, scores)
