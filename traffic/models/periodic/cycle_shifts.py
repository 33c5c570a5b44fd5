"""Where the phase of a record's cycles moves for good: steps, as against noise, weekends and slow drift.

The phase of each cycle and the places where it steps belong here, for many series at once. What a step means
belongs to ``period_verdict``; the shift of a day's whole course, with its interval, to the diagnostics.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from traffic.models.periodic.cycle_components import CycleComponents
from traffic.models.periodic.phase_slope import CYCLES_A_WEEK, MIN_WEEKS
from traffic.windowing.medians import MAD_TO_STD, row_medians

N_LEVELS: Final = 144
"""Phases that a level may have: ten minutes of a day apart."""

FINE_LEVELS: Final = 288
"""Phases that a cycle's whole course may have: five minutes of a day apart."""

MIN_SPREAD: Final = 10.0 / 1440.0
"""Ten minutes of a day, in cycles: people are no more punctual."""

LARGEST_LOSS: Final = 3.0
"""No cycle counts for more, in spreads: a day off is no step."""

MAX_SPREAD: Final = 2.0 / 24.0
"""Cycles whose phases scatter by more, two hours of a day, show no step of use to anyone."""

STEP_COST: Final = 21.0
"""What a step must gain: the largest loss of a week. Holidays of a week or so are no step then."""

MIN_LINE: Final = 0.5 / 24.0
"""A line that leads to less than this over the record, half an hour of a day, is no drift."""

MIN_LEVEL_CYCLES: Final = 14
"""A level that is held for less may be a holiday."""


@dataclass(frozen=True, eq=False)
class PhaseLevels:
    """Phases of the cycles as levels with steps between them.

    Parameters
    ----------
    level : ndarray of shape (series, cycles)
        Level that each cycle is on, in cycles, later = positive; constant but for steps.
    loss_constant : ndarray of shape (series,)
        Loss of one level for all cycles, in spreads.
    loss_line : ndarray of shape (series,)
        Loss of a line of the given deviation, and one step's cost for its slope.
    loss_steps : ndarray of shape (series,)
        Loss of the levels, and the cost of their steps; equal to ``loss_constant`` without any.
    loss_one_step : ndarray of shape (series,)
        Loss of two levels, however shortly one of them is held, and one step's cost.
    """

    level: NDArray[np.float64]
    loss_constant: NDArray[np.float64]
    loss_line: NDArray[np.float64]
    loss_steps: NDArray[np.float64]
    loss_one_step: NDArray[np.float64]


def phase_levels(components: CycleComponents, deviation: NDArray[np.float64]) -> PhaseLevels:
    """Lay a constant, a line, and levels with steps through the phases of the cycles.

    Parameters
    ----------
    components : CycleComponents
        Harmonics of the cycles, of daily ones for the weekdays to be told apart.
    deviation : ndarray of shape (series,)
        Deviation of the frequency, as a share, that the line has.

    Returns
    -------
    PhaseLevels
        Of each series.

    Notes
    -----
    The phase is that of all harmonics together, by their likeness to the mean course. That is taken along the
    weekly means of the first harmonic's phase, so that steps and drift do not blur it; or of the second's,
    modulo half a cycle, where that is much steadier. What each day of the week differs by is taken away
    first, from three weeks on. Distances are taken around the circle, over their spread, and count up to
    ``LARGEST_LOSS``. The levels are the cheapest path through ``N_LEVELS`` phases with ``STEP_COST`` for
    each step (Viterbi 1967), so any number of steps is found together.
    """
    first, turn = _first_phases(components)
    if first.shape[1] == 0:
        nothing = np.zeros(first.shape[0])
        return PhaseLevels(first, nothing, nothing + STEP_COST, nothing.copy(), nothing + STEP_COST)
    weekly = _running_mean(_without_weekdays(first, turn, deviation), turn)
    shifts = _wrapped(_course_shifts(components.coefficients, weekly), turn)
    shifts = _without_weekdays(shifts, turn, deviation)
    weekly = _running_mean(shifts, turn)
    spread = np.maximum(_spread(shifts - weekly, turn), MIN_SPREAD)
    constant, loss_constant = _best_level(shifts, turn, spread)
    _, loss_line = _best_level(_along_line(shifts, deviation), turn, spread)
    level = np.repeat(constant[:, None], first.shape[1], axis=1)
    loss_steps, loss_one_step = loss_constant.copy(), loss_constant + STEP_COST
    # No levels follow the cycles more closely than the mean of each week: where that gains less than a step
    # costs, no step does.
    could_gain = loss_constant - _loss(shifts, weekly, turn, spread).sum(axis=1)
    for row in np.flatnonzero((could_gain > STEP_COST) & (spread < MAX_SPREAD)):
        path = _cheapest_path(shifts[row], turn[row], spread[row])
        path = _without_short_levels(path, shifts[row])
        level[row], loss_steps[row] = _settled(path, shifts[row], turn[row], spread[row])
    # A line gains by a single step as well: the two are told apart wherever it leads far.
    for row in np.flatnonzero(np.abs(deviation) * first.shape[1] > MIN_LINE):
        loss_one_step[row] = _loss_of_one_step(shifts[row], turn[row], spread[row]) + STEP_COST
    return PhaseLevels(level, loss_constant, loss_line + STEP_COST, loss_steps, loss_one_step)


def _first_phases(components: CycleComponents) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Phase of the first or second harmonic of each cycle, in cycles; and what it is modulo."""
    first = components.coefficients[..., 0]
    second = components.coefficients[..., min(1, components.n_harmonics - 1)]
    order = np.where(steadiness(second) > 2.0 * steadiness(first), 2, 1)
    used = np.where((order == 2)[:, None], second, first)
    return -np.angle(used) / (2.0 * np.pi * order[:, None]), 1.0 / order


def _without_weekdays(
    shifts: NDArray[np.float64], turn: NDArray[np.float64], deviation: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Take away what each day of the week differs by from the week about it."""
    if shifts.shape[1] < MIN_WEEKS * CYCLES_A_WEEK:
        return shifts
    # Along the line a week's mean is the middle of the week, whatever the slope.
    level = _along_line(shifts, deviation)
    apart = _wrapped(level - _running_mean(level, turn), turn)
    found = shifts.copy()
    for weekday in range(CYCLES_A_WEEK):
        found[:, weekday::CYCLES_A_WEEK] -= row_medians(apart[:, weekday::CYCLES_A_WEEK])[:, None]
    return _wrapped(found, turn)


def _along_line(shifts: NDArray[np.float64], deviation: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(shifts + deviation[:, None] * np.arange(shifts.shape[1]))


def _course_shifts(coefficients: NDArray[np.complex128], level: NDArray[np.float64]) -> NDArray[np.float64]:
    """Phase of each cycle by all harmonics, against the mean course along given levels.

    The first harmonic alone moves with the shape of the night as much as with the time of day.
    """
    k = np.arange(1, coefficients.shape[2] + 1)
    is_known = ~np.isnan(coefficients[..., :1].real)
    n = np.maximum(is_known.sum(axis=1), 1)
    known = np.where(is_known, coefficients, 0.0)
    aligned = known * np.exp(2j * np.pi * level[..., None] * k)
    mean = aligned.sum(axis=1) / n
    scatter = np.where(is_known, aligned - mean[:, None, :], 0.0)
    noise = (np.abs(scatter) ** 2).sum(axis=1) / n
    floor = 1e-6 * (np.abs(mean) ** 2).max(axis=1, keepdims=True)
    weighted = known * (mean.conj() / np.maximum(noise, np.maximum(floor, 1e-300)))[:, None, :]
    at = np.arange(FINE_LEVELS) / FINE_LEVELS - 0.5
    turns = np.exp(2j * np.pi * np.outer(k, at))
    best = [at[(one.real @ turns.real - one.imag @ turns.imag).argmax(axis=1)] for one in weighted]
    return np.where(is_known[..., 0], np.array(best).reshape(level.shape), np.nan)


def steadiness(coefficients: NDArray[np.complex128]) -> NDArray[np.float64]:
    """How far a harmonic of one cycle foretells that of the next.

    Parameters
    ----------
    coefficients : ndarray of complex of shape (series, cycles)
        NaN for a cycle that does not tell.

    Returns
    -------
    ndarray of shape (series,)
        |sum_n c(n + 1) conj c(n)| / sum_n |c(n)|^2, 0 to 1, whatever steps or drift the phases have.
    """
    known = np.where(np.isnan(coefficients.real), 0.0, coefficients)
    products = np.abs((known[:, 1:] * known[:, :-1].conj()).sum(axis=1))
    return np.asarray(products / np.maximum((np.abs(known) ** 2).sum(axis=1), 1e-300))


def _running_mean(shifts: NDArray[np.float64], turn: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean around the circle of the week about each cycle; of the nearest whole week at the ends."""
    n_cycles = shifts.shape[1]
    width = min(CYCLES_A_WEEK, n_cycles)
    arrows = np.where(np.isnan(shifts), 0.0, np.exp(2j * np.pi * shifts / turn[:, None]))
    sums = np.cumsum(np.pad(arrows, ((0, 0), (1, 0))), axis=1)
    start = np.clip(np.arange(n_cycles) - width // 2, 0, n_cycles - width)
    return np.asarray(np.angle(sums[:, start + width] - sums[:, start]) / (2.0 * np.pi) * turn[:, None])


def _spread(apart: NDArray[np.float64], turn: NDArray[np.float64]) -> NDArray[np.float64]:
    return MAD_TO_STD * np.nan_to_num(row_medians(np.abs(_wrapped(apart, turn))))


def _best_level(
    shifts: NDArray[np.float64], turn: NDArray[np.float64], spread: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Level of the smallest loss of each series, and the loss."""
    levels = np.arange(N_LEVELS) / N_LEVELS - 0.5
    losses = np.stack([_loss(shifts, turn * level, turn, spread).sum(axis=1) for level in levels], axis=1)
    return turn * levels[losses.argmin(axis=1)], losses.min(axis=1)


def _loss(
    shifts: NDArray[np.float64],
    level: NDArray[np.float64],
    turn: NDArray[np.float64],
    spread: NDArray[np.float64],
) -> NDArray[np.float64]:
    level = level if level.ndim == 2 else level[:, None]
    distance = np.abs(_wrapped(shifts - level, turn)) / spread[:, None]
    return np.where(np.isnan(distance), 0.0, np.minimum(distance, LARGEST_LOSS))


def _losses_of_levels(
    shifts: NDArray[np.float64], turn: float, spread: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Levels that are tried, and the loss of each cycle of one series on each."""
    levels = turn * (np.arange(N_LEVELS) / N_LEVELS - 0.5)
    distance = np.abs(_wrapped(shifts[:, None] - levels, np.full(shifts.size, turn))) / spread
    return levels, np.where(np.isnan(distance), 0.0, np.minimum(distance, LARGEST_LOSS))


def _loss_of_one_step(shifts: NDArray[np.float64], turn: float, spread: float) -> float:
    """Loss of the two levels and the place between them that lose least."""
    _, losses = _losses_of_levels(shifts, turn, spread)
    before = np.cumsum(losses, axis=0)
    return float((before.min(axis=1) + (before[-1] - before).min(axis=1)).min())


def _cheapest_path(shifts: NDArray[np.float64], turn: float, spread: float) -> NDArray[np.float64]:
    """Levels of one series by dynamic programming."""
    levels, losses = _losses_of_levels(shifts, turn, spread)
    total, came_from = losses[0], np.zeros(losses.shape, dtype=np.int64)
    for cycle in range(1, shifts.size):
        cheapest = int(total.argmin())
        stays = total <= total[cheapest] + STEP_COST
        came_from[cycle] = np.where(stays, np.arange(N_LEVELS), cheapest)
        total = losses[cycle] + np.where(stays, total, total[cheapest] + STEP_COST)
    path = np.empty(shifts.size, dtype=np.int64)
    path[-1] = total.argmin()
    for cycle in range(shifts.size - 1, 0, -1):
        path[cycle - 1] = came_from[cycle, path[cycle]]
    return levels[path]


def _runs(level: NDArray[np.float64]) -> NDArray[np.int64]:
    """Where the levels begin, and the end."""
    return np.concatenate([[0], np.flatnonzero(np.diff(level)) + 1, [level.size]])


def _without_short_levels(level: NDArray[np.float64], shifts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the cycles of levels that are held too shortly to the nearer neighbour, the shortest first."""
    level = level.copy()
    while (edges := _runs(level)).size > 2:
        known = np.array([np.count_nonzero(~np.isnan(shifts[a:b])) for a, b in pairwise(edges)])
        shortest = int(known.argmin())
        if known[shortest] >= MIN_LEVEL_CYCLES:
            break
        start, end = edges[shortest], edges[shortest + 1]
        neighbours = [level[at] for at in (start - 1, end) if 0 <= at < level.size]
        level[start:end] = min(neighbours, key=lambda other: abs(other - level[start]))
    return level


def _settled(
    level: NDArray[np.float64], shifts: NDArray[np.float64], turn: float, spread: float
) -> tuple[NDArray[np.float64], float]:
    """Levels at the medians of their cycles, and their loss with the cost of the steps."""
    one_turn, one_spread = np.array([turn]), np.array([spread])
    edges = _runs(level)
    settled = level.copy()
    for start, end in pairwise(edges):
        apart = _wrapped(shifts[None, start:end] - level[start], one_turn)
        settled[start:end] += np.nan_to_num(row_medians(apart))[0]
    loss = float(_loss(shifts[None, :], settled[None, :], one_turn, one_spread).sum())
    return settled, loss + STEP_COST * (edges.size - 2)


def _wrapped(shift: NDArray[np.float64], turn: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bring shifts to within half a turn of zero."""
    whole = turn.reshape(-1, *[1] * (shift.ndim - 1))
    return np.asarray(shift - whole * np.rint(shift / whole))
