"""The outlook of links from their histories: busy hour, headroom, growth, and when they are full.

What a what-if asks of a changed link it asks here, with a changed history or capacity. Reading histories and
writing rows belong elsewhere, bills to ``bills``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from traffic.planning.busy_hours import LEAST_BUSY_DAYS, busy_hours
from traffic.planning.level_draws import draw_levels
from traffic.planning.level_trends import LEAST_VALUES, fit_level
from traffic.planning.load_histories import LoadHistory
from traffic.planning.week_levels import week_levels

HORIZON_SHARE: Final = 1.5
"""Weeks ahead for each week of history: half as long again."""

N_PATHS: Final = 4_000
WEEKS_A_YEAR: Final = 365.25 / 7
_LEVELS_95: Final = (0.025, 0.975)
_RATIO_WEEKS: Final = 26
_FITTED_WEEKS: Final = 208
"""Four years: what lies before says nothing of today's trend, and the fit's cost grows with the cube."""
_STEEPEST: Final = 3.0
"""Growth a week, as a logarithm, beyond which nothing is told apart."""


@dataclass(frozen=True, eq=False)
class LinkOutlook:
    """What is ahead of one link.

    Parameters
    ----------
    busy_hour : int or None
        Local hour, 0 to 23.
    busy_hour_spread : float or None
        In hours.
    busy_hour_p95 : float or None
        Of the last seven days, in the unit of the series.
    headroom : float or None
        Share of the capacity that ``busy_hour_p95`` leaves free.
    growth, growth_lower_95, growth_upper_95 : float or None
        A week, as a share of the level.
    first_passage : dict of float to ndarray of shape (horizon_weeks,)
        By threshold: probability that the week is the first one above threshold x capacity. What is left to 1
        is "not within the horizon". Empty without a capacity or a trend.
    horizon_weeks : int or None
        Weeks looked ahead.
    reasons : tuple of str
        A sentence for each figure that is missing.
    """

    busy_hour: int | None
    busy_hour_spread: float | None
    busy_hour_p95: float | None
    headroom: float | None
    growth: float | None
    growth_lower_95: float | None
    growth_upper_95: float | None
    first_passage: dict[float, NDArray[np.float64]]
    horizon_weeks: int | None
    reasons: tuple[str, ...]


def link_outlooks(
    history: LoadHistory,
    capacities: Sequence[float | None],
    thresholds: Sequence[float],
    rngs: Sequence[np.random.Generator],
    n_paths: int = N_PATHS,
) -> list[LinkOutlook]:
    """Look ahead from histories.

    Parameters
    ----------
    history : LoadHistory
        Of all that is known, not only of the last weeks.
    capacities : sequence of float or None
        Of each series, in its unit.
    thresholds : sequence of float
        Shares of the capacity at which a link counts as full.
    rngs : sequence of numpy.random.Generator
        The source of chance of each series.
    n_paths : int
        Paths drawn of each.

    Returns
    -------
    list of LinkOutlook
        In the order of the series.

    Notes
    -----
    The levels of weeks (``week_levels``) follow ``fit_level``; 95 % of its draws of the drift are the
    interval of the growth. In each path the busy hour's 95th percentile of a week ahead is exp(level +
    noise) times the ratio of the two in a past week, drawn in runs of up to four weeks from the last 26; the
    first week above threshold x capacity is the path's. The horizon is floor(1.5 x weeks of history): half
    as long again as the history.
    """
    busy, levels = busy_hours(history), week_levels(history)
    found = []
    for row, (capacity, rng) in enumerate(zip(capacities, rngs, strict=True)):
        reasons = []
        if (hour := int(busy.hour[row])) < 0:
            reasons.append(_no_busy_hour(history.hour_mean[row]))
        p95 = _known(history.week_p95[row, -1]) if history.n_weeks else None
        if p95 is None:
            reasons.append("Fewer than five days of the last seven were measured: no load of the busy hour.")
        if capacity is None:
            reasons.append("No capacity is given: neither headroom nor run-out.")
        growth, passage, horizon, why = _ahead(
            levels[row], history.week_p95[row], capacity, thresholds, rng, n_paths
        )
        found.append(
            LinkOutlook(
                busy_hour=None if hour < 0 else hour,
                busy_hour_spread=_known(busy.spread_hours[row]),
                busy_hour_p95=p95,
                headroom=None if p95 is None or not capacity else 1.0 - p95 / capacity,
                growth=growth[0],
                growth_lower_95=growth[1],
                growth_upper_95=growth[2],
                first_passage=passage,
                horizon_weeks=horizon,
                reasons=(*reasons, *why),
            )
        )
    return found


def _ahead(
    levels: NDArray[np.float64],
    week_p95: NDArray[np.float64],
    capacity: float | None,
    thresholds: Sequence[float],
    rng: np.random.Generator,
    n_paths: int,
) -> tuple[
    tuple[float | None, float | None, float | None], dict[float, NDArray[np.float64]], int | None, list[str]
]:
    """Growth with its interval, first passages, horizon, and the reasons for what is missing."""
    weeks = np.flatnonzero(~np.isnan(levels))
    nothing = (None, None, None)
    if weeks.size < LEAST_VALUES:
        reason = (
            f"{weeks.size} weeks with a load are known and {LEAST_VALUES} are needed: "
            "neither growth nor run-out."
        )
        return nothing, {}, None, [reason]
    fitted = weeks[-_FITTED_WEEKS:]
    trend = fit_level(levels[fitted], (fitted - levels.size).astype(np.float64), WEEKS_A_YEAR)
    if trend is None:
        raise AssertionError("there are values enough")
    behind = levels.size - 1 - int(weeks[-1])
    n_weeks = levels.size - int(weeks[0])
    horizon = int(HORIZON_SHARE * n_weeks)
    paths = draw_levels(trend, horizon + behind, n_paths, rng)
    drift = np.clip(paths.growth, -_STEEPEST, _STEEPEST)
    lower, upper = np.expm1(np.quantile(drift, _LEVELS_95))
    growth = (float(np.expm1(np.median(drift))), float(lower), float(upper))
    is_both = ~np.isnan(levels) & (week_p95 > 0)
    if capacity is None or not is_both.any():
        why = [] if capacity is None else ["No week's busy hour is known: no run-out."]
        return growth, {}, horizon, why
    ratios = (np.log(np.where(is_both, week_p95, 1.0)) - levels)[is_both][-_RATIO_WEEKS:]
    ahead = (paths.level + paths.noise)[:, behind:] + _drawn_ratios(ratios, horizon, n_paths, rng)
    return growth, first_passages(ahead, capacity, thresholds), horizon, []


def first_passages(
    log_load: NDArray[np.float64], capacity: float, thresholds: Sequence[float]
) -> dict[float, NDArray[np.float64]]:
    """Share of the paths that are above a threshold in each week for the first time.

    Parameters
    ----------
    log_load : ndarray of shape (paths, weeks)
        Logarithm of the load, in the unit of the capacity.
    capacity : float
        Above 0.
    thresholds : sequence of float
        Shares of the capacity.

    Returns
    -------
    dict of float to ndarray of shape (weeks,)
        By threshold; they add up to less than 1 where paths stay below to the end.
    """
    n_paths, n_weeks = log_load.shape
    found = {}
    for threshold in thresholds:
        is_above = log_load > np.log(threshold * capacity)
        first = np.argmax(is_above, axis=1)[is_above.any(axis=1)]
        found[threshold] = np.bincount(first, minlength=n_weeks) / n_paths
    return found


def passage_week(first_passage: NDArray[np.float64], level: float) -> int | None:
    """Return the week by whose end the threshold is passed with a probability, or None beyond the horizon.

    Parameters
    ----------
    first_passage : ndarray of shape (weeks,)
    level : float
        Such as 0.1, 0.5 or 0.9.

    Returns
    -------
    int or None
        0 for the first week ahead.
    """
    reached = np.flatnonzero(np.cumsum(first_passage) >= level - 1e-12)
    return int(reached[0]) if reached.size else None


def _drawn_ratios(
    ratios: NDArray[np.float64], n_weeks: int, n_paths: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Draw runs of past ratios, spread a little wider: a short record's own mean is near its values."""
    run = min(4, ratios.size)
    n_runs = -(-n_weeks // run)
    # Runs go around the record, or its middle would come more often than its ends.
    begin = rng.integers(0, ratios.size, (n_paths, n_runs))
    place = (begin[:, :, None] + np.arange(run)).reshape(n_paths, -1)[:, :n_weeks] % ratios.size
    mean = ratios.mean()
    wider = np.sqrt((ratios.size + 1) / max(ratios.size - 1, 1))
    return np.asarray(mean + (ratios[place] - mean) * wider)


def _no_busy_hour(hour_mean: NDArray[np.float64]) -> str:
    known = hour_mean[~np.isnan(hour_mean)]
    if known.size and known.max() == known.min():
        return "It carries the same at every hour: no busy hour."
    return f"Fewer than {LEAST_BUSY_DAYS} days of the last four weeks were measured: no busy hour."


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
