"""What the rest of a month may be: joint five-minute paths of the directions of a link.

Past days, mostly alike by their weekday, are drawn for both directions at once, and moved to where their
levels may have gone by then. Percentiles belong to ``bills``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import ndtri

from traffic.planning.five_minutes import SAMPLE_SECONDS
from traffic.planning.level_draws import draw_levels
from traffic.planning.level_trends import LevelTrend, fit_level
from traffic.planning.week_levels import weekday_effects
from traffic.windowing.local_days import days_of, local_days, slots_a_day

SOURCE_DAYS: Final = 56
LEAST_SOURCE_DAYS: Final = 8
"""A week and a day: before that no weekday was seen twice."""

_LEAST_SHARE: Final = 0.75
"""Of a day's samples that must be known before it is drawn again."""

_HALF_LIFE_DAYS: Final = 28.0
_USUAL_GROWTH: Final = 0.002
"""A day, as a logarithm: half of all links change by less than 1.4 % a week."""

_KINSHIP: Final = 0.5
"""How often another workday (or day of the weekend) is drawn, moved by what the weekdays differ, for a day of
the same weekday: the eight of those alone spread too little, and miss where their mean is."""

_FARTHEST: Final = 4.0
_DAYS_A_WEEK: Final = 7


@dataclass(frozen=True, eq=False)
class _Days:
    """Past days and the samples to come, on the local clock."""

    values: NDArray[np.float64]
    """Of shape (directions, days, slots), every day of the last eight weeks."""
    weekday: NDArray[np.int64]
    is_source: NDArray[np.bool_]
    ahead_day: NDArray[np.int64]
    """Of each sample to come: 0 for the first local day of which one is to come."""
    ahead_slot: NDArray[np.int64]
    ahead_weekday: NDArray[np.int64]
    lead: NDArray[np.int64]
    """Days from the last of the past to each day ahead."""


def rest_of_month(
    history: NDArray[np.float64],
    issued: int,
    end: int,
    time_zone: str,
    n_paths: int,
    rng: np.random.Generator,
) -> NDArray[np.float64] | None:
    """Draw the samples from an issue to the end of a month, for all directions of a link together.

    Parameters
    ----------
    history : ndarray of shape (directions, samples)
        Five-minute samples up to the issue, NaN where missing.
    issued, end : int
        Numbers of the first sample to draw and of the first one after the month.
    time_zone : str
        Whose days they are.
    n_paths : int
    rng : numpy.random.Generator

    Returns
    -------
    ndarray of shape (directions, n_paths, end - issued) or None
        In the unit of the history; None if fewer than ``LEAST_SOURCE_DAYS`` days are known.

    Notes
    -----
    Each day ahead of a path is a past day of the same weekday or, each half as often, another workday (day of
    the weekend) moved by what the weekdays differ; it is the same one for every direction, so that what
    goes together (spikes, holidays, the shape of a day) stays together; recent days come more often
    (half-life four weeks). It is moved by the ratio of two levels: where a path of the day's level has gone
    by then, over the smoothed level of the past day. These paths are draws of ``fit_level`` over the daily
    levels of eight weeks, with the uncertainty of level and drift; those of two directions are put in an
    order in which they rank together as their daily changes have done (Iman and Conover 1982).
    """
    days = _laid_out(history, issued, end, time_zone)
    if np.count_nonzero(days.is_source) < LEAST_SOURCE_DAYS:
        return None
    drawn = _drawn_days(days, n_paths, rng)
    levels, effects = _day_levels(days)
    trends = [_trend(level) for level in levels]
    n_ahead = int(days.lead[-1]) if days.lead.size else 0
    moved = _moves(trends, levels, n_ahead, n_paths, rng)
    paths = np.empty((history.shape[0], n_paths, end - issued))
    for row, (values, trend) in enumerate(zip(days.values, trends, strict=True)):
        filled = _filled(values, days)
        factor = np.ones(drawn.shape)
        if trend is not None:
            smoothed = np.interp(
                np.arange(values.shape[0]), np.flatnonzero(~np.isnan(levels[row])), trend.smoothed
            )
            change = moved[row][:, days.lead - 1] - smoothed[drawn]
            change += effects[row][days.ahead_weekday] - effects[row][days.weekday][drawn]
            factor = np.exp(np.clip(change, -_FARTHEST, _FARTHEST))
        paths[row] = filled[drawn[:, days.ahead_day], days.ahead_slot] * factor[:, days.ahead_day]
    return paths


def _laid_out(history: NDArray[np.float64], issued: int, end: int, time_zone: str) -> _Days:
    n_slots = slots_a_day(SAMPLE_SECONDS)
    n_past = min(history.shape[1], SOURCE_DAYS * n_slots)
    number = np.arange(issued - n_past, end, dtype=np.int64)
    at = pl.Series(number * (SAMPLE_SECONDS * 1_000_000)).cast(pl.Datetime("us"))
    calendar = local_days(at, time_zone, SAMPLE_SECONDS)
    date, slot = calendar["local_date"].to_numpy(), calendar["slot"].to_numpy().astype(np.int64)
    past = history[:, history.shape[1] - n_past :]
    dates, values = days_of(past, date[:n_past], slot[:n_past], n_slots)
    known = (~np.isnan(values)).mean(axis=2).min(axis=0)
    # Of the day in which the night is issued, where its midnight is another one's, only a part is past.
    is_over = dates < date[n_past] if end > issued else np.ones(dates.size, dtype=np.bool_)
    ahead = (date[n_past:] - date[n_past]).astype(np.int64) if end > issued else np.empty(0, dtype=np.int64)
    days_ahead = date[n_past] + np.arange(int(ahead[-1]) + 1) if ahead.size else date[:0]
    lead = (days_ahead - dates[-1]).astype(np.int64) if dates.size else np.arange(1, days_ahead.size + 1)
    return _Days(
        values,
        _weekday(dates),
        (known >= _LEAST_SHARE) & is_over,
        ahead,
        slot[n_past:],
        _weekday(days_ahead),
        np.maximum(lead, 1),
    )


def _weekday(dates: NDArray[np.datetime64]) -> NDArray[np.int64]:
    # 1 January 1970 was a Thursday.
    return np.asarray((dates.astype("datetime64[D]").astype(np.int64) + 3) % _DAYS_A_WEEK)


def _drawn_days(days: _Days, n_paths: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Past days that stand for each day ahead, shape (paths, days ahead)."""
    sources = np.flatnonzero(days.is_source)
    recency = 0.5 ** ((days.is_source.size - 1 - sources) / _HALF_LIFE_DAYS)
    drawn = np.empty((n_paths, days.ahead_weekday.size), dtype=np.int64)
    for day, weekday in enumerate(days.ahead_weekday):
        is_alike = (days.weekday[sources] >= 5) == (weekday >= 5)
        kinship = np.where(days.weekday[sources] == weekday, 1.0, _KINSHIP * is_alike)
        weight = recency * (kinship if kinship.any() else 1.0)
        drawn[:, day] = rng.choice(sources, n_paths, p=weight / weight.sum())
    return drawn


def _filled(values: NDArray[np.float64], days: _Days) -> NDArray[np.float64]:
    """Put the mean of the days for what is missing of a day that is drawn: every path has as many samples."""
    sources = values[days.is_source]
    n_known = np.count_nonzero(~np.isnan(sources), axis=0)
    mean = np.nansum(sources, axis=0) / np.maximum(n_known, 1)
    mean = np.where(n_known > 0, mean, np.nanmean(sources))
    return np.where(np.isnan(values), mean, values)


def _day_levels(days: _Days) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Logarithms of the days' means without their weekdays, and what these are.

    Shapes (directions, days), NaN where unknown, and (directions, 7).
    """
    n_known = np.count_nonzero(~np.isnan(days.values), axis=2)
    mean = np.nansum(days.values, axis=2) / np.maximum(n_known, 1)
    is_usable = days.is_source & (mean > 0)
    logs = np.where(is_usable, np.log(np.where(is_usable, mean, 1.0)), np.nan)
    monday = int(days.weekday[0])
    pad = ((0, 0), (monday, -(logs.shape[1] + monday) % _DAYS_A_WEEK))
    weeks = np.pad(logs, pad, constant_values=np.nan).reshape(logs.shape[0], -1, _DAYS_A_WEEK)
    effects = weekday_effects(weeks)
    return np.asarray(logs - effects[:, days.weekday]), effects


def _trend(level: NDArray[np.float64]) -> LevelTrend | None:
    known = np.flatnonzero(~np.isnan(level))
    if known.size < LEAST_SOURCE_DAYS:
        return None
    return fit_level(level[known], (known - level.size).astype(np.float64))


def _moves(
    trends: list[LevelTrend | None],
    levels: NDArray[np.float64],
    n_ahead: int,
    n_paths: int,
    rng: np.random.Generator,
) -> list[NDArray[np.float64]]:
    """Draw paths of the levels, shape (paths, days ahead) each; the second direction ranks as it should."""
    moved = []
    for trend in trends:
        if trend is None:
            moved.append(np.zeros((n_paths, n_ahead)))
            continue
        behind = int(-1 - trend.last_time)
        drawn = draw_levels(trend, n_ahead + behind, n_paths, rng, _USUAL_GROWTH)
        moved.append(drawn.level[:, behind:])
    if len(moved) == 2 and n_ahead:
        moved[1] = _ordered_with(moved[1], moved[0], _together(levels), rng)
    return moved


def _together(levels: NDArray[np.float64]) -> float:
    """Correlation of the ranks of the daily changes of two levels."""
    changes = np.diff(levels, axis=1)
    changes = changes[:, ~np.isnan(changes).any(axis=0)]
    if changes.shape[1] < LEAST_SOURCE_DAYS or (np.ptp(changes, axis=1) == 0).any():
        return 0.0
    first, second = changes.argsort(axis=1).argsort(axis=1)
    return float(np.asarray(np.corrcoef(first, second))[0, 1])


def _ordered_with(
    paths: NDArray[np.float64], leading: NDArray[np.float64], together: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    n_paths = paths.shape[0]
    rank = leading.mean(axis=1).argsort().argsort()
    deviate = ndtri((rank + 0.5) / n_paths)
    wanted = together * deviate + np.sqrt(1.0 - together**2) * rng.standard_normal(n_paths)
    return np.asarray(paths[paths.mean(axis=1).argsort()][wanted.argsort().argsort()])
