"""Whether a record's day is as long as its stated step makes it, and what is wrong if not.

The decision belongs here. The estimates that it rests on belong to ``period_estimate``, ``cycle_shifts`` and
``period_search``; the words, to ``period_findings``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from traffic.models.periodic.cycle_components import CycleComponents, cycle_components
from traffic.models.periodic.cycle_shifts import PhaseLevels, phase_levels, steadiness
from traffic.models.periodic.period_estimate import (
    SIGNIFICANCE,
    PeriodEstimate,
    estimate_from_components,
    estimate_period,
    harmonic_evidence,
    recut,
)
from traffic.models.periodic.period_findings import (
    DAY_SECONDS,
    MAX_CLOCK_ERROR,
    MIN_DAYS,
    PeriodVerdict,
    PhaseStep,
    StatedDay,
    agreeing,
    of_another_length,
    of_another_step,
    of_part_of_day,
    of_phase_steps,
    too_short,
    without_day,
)
from traffic.models.periodic.period_search import (
    FoundPeriod,
    estimate_multiple,
    longer_period,
    search_period,
)
from traffic.models.periodic.phase_slope import CYCLES_A_WEEK

STATED_SIGNIFICANCE: Final = 1e-3
"""What the p-value at the stated period must fall below for that period to be there."""

MIN_TOTAL_MINUTES: Final = 60.0
"""What a drift must add up to over the record. Habits move by the seasons: the day of CESNET's address 103
by 45 minutes from April to July 2024, about half a minute a day."""

MIN_ERRORS: Final = 5.0
"""Standard errors, the larger of the two, by which a period must differ from the stated one."""

STRONG: Final = 14.0
WEAK: Final = 4.6
"""Evidence for a harmonic that chance gives once in a million times, and once in a hundred."""

WEEK_HARMONICS: Final = 3
"""The seventh is the day; the fourth lies too near to it in a short record."""

WEEK_MULTIPLES: Final = (7.0, 7.0 / 2, 7.0 / 3, 7.0 / 4, 7.0 / 5, 7.0 / 6)
SAME: Final = 0.02
"""Ratios of periods that differ by less, as a share, are taken for the same."""


def _by_index(time_index: int) -> str:
    return f"time {time_index}"


def period_verdicts(
    values: NDArray[np.float64], step_seconds: float, name_time: Callable[[int], str] = _by_index
) -> list[PeriodVerdict]:
    """Judge whether the day of each series is as long as its stated step makes it.

    Parameters
    ----------
    values : ndarray of shape (series, time)
        One row a series on a regular grid of the stated step, NaN where missing.
    step_seconds : float
        The stated step.
    name_time : callable, optional
        Names the time of an index in the sentences, by its date for example; "time 123" unless told.

    Returns
    -------
    list of PeriodVerdict
        One a series.

    Raises
    ------
    ValueError
        If ``values`` is not of shape (series, time), or the step is not above 0 and at most 6 hours.

    Notes
    -----
    A drift is told from steps by which of a line and of levels with steps lies nearer to the phases of the
    days (``phase_levels``). A drift of less than an hour over the record, and a level that is held for less
    than two weeks, are left alone: seasons and holidays do as much. A step of a whole hour may be a clock
    that was changed: where the zone is known, lay the record out by its clock first (``days_of``).
    """
    if not 0.0 < step_seconds <= DAY_SECONDS / 4:
        raise ValueError(f"The step must lie above 0 and be at most 6 hours; got {step_seconds:g} s.")
    stated = DAY_SECONDS / step_seconds
    components = cycle_components(values, stated)
    estimate = recut(values, components, estimate_from_components(components))
    levels = phase_levels(components, np.nan_to_num(stated / estimate.period_steps - 1.0))
    multiple = longer_period(values, stated)
    is_elsewhere = (multiple > 0) | _is_divided(components) | ~_is_there(estimate)
    verdicts = []
    for row in range(values.shape[0]):
        day = StatedDay(step_seconds, *_length(estimate, row), int(estimate.n_cycles[row]))
        if day.n_days < MIN_DAYS:
            verdicts.append(too_short(day))
        elif is_elsewhere[row]:
            verdicts.append(_of_another_day(values[row], day, int(multiple[row])))
        elif (steps := _phase_steps(levels, row, stated)) and levels.loss_steps[row] < levels.loss_line[row]:
            verdicts.append(of_phase_steps(_between_steps(day, components, levels, row), steps, name_time))
        elif _is_off(day, estimate, row) and levels.loss_line[row] < levels.loss_one_step[row]:
            verdicts.append(of_another_length(day))
        elif abs(day.period_steps / day.stated_steps - 1.0) >= MAX_CLOCK_ERROR and _is_off(
            day, estimate, row
        ):
            # Neither a drift nor a step, and not the stated day: what was found is a part of something else.
            verdicts.append(_of_another_day(values[row], day, 0))
        else:
            verdicts.append(agreeing(day))
    return verdicts


def _length(estimate: PeriodEstimate, row: int) -> tuple[float, float, float]:
    found = (estimate.period_steps, estimate.lower_95, estimate.upper_95)
    period, lower, upper = (float(field[row]) for field in found)
    return period, lower, upper


def _is_there(estimate: PeriodEstimate) -> NDArray[np.bool_]:
    is_stated = estimate.p_value_stated < STATED_SIGNIFICANCE
    return np.asarray(is_stated | (estimate.p_value < SIGNIFICANCE))


def _is_divided(components: CycleComponents) -> NDArray[np.bool_]:
    """Whether the true day is half, a third or a quarter of the stated one: and not the whole."""
    evidence = harmonic_evidence(components)
    n_cycles = components.is_known.sum(axis=1)[:, None]
    each = [steadiness(_without_week(components.coefficients[..., k])) for k in range(components.n_harmonics)]
    # A step may cancel a harmonic over the record, but not from one day to the next.
    lasting = np.maximum(evidence / WEAK, np.stack(each, axis=1) ** 2 * n_cycles / STRONG)
    found = np.zeros(evidence.shape[0], dtype=np.bool_)
    for k in range(2, components.n_harmonics + 1):
        others = np.delete(lasting, slice(k - 1, None, k), axis=1)
        found |= (evidence[:, k - 1] > STRONG) & (others < 1.0).all(axis=1)
    return found


def _without_week(coefficients: NDArray[np.complex128]) -> NDArray[np.complex128]:
    """Take away what returns every seven cycles: the week of a day that is a part of the stated one does."""
    if coefficients.shape[1] < 2 * CYCLES_A_WEEK:
        return coefficients
    left = coefficients.copy()
    overall = _known_mean(coefficients)
    for weekday in range(CYCLES_A_WEEK):
        left[:, weekday::CYCLES_A_WEEK] -= _known_mean(coefficients[:, weekday::CYCLES_A_WEEK]) - overall
    return left


def _known_mean(coefficients: NDArray[np.complex128]) -> NDArray[np.complex128]:
    is_known = ~np.isnan(coefficients.real)
    sums = np.where(is_known, coefficients, 0.0).sum(axis=1, keepdims=True)
    return np.asarray(sums / np.maximum(is_known.sum(axis=1, keepdims=True), 1))


def _is_off(day: StatedDay, estimate: PeriodEstimate, row: int) -> bool:
    total = abs(day.minutes_a_day(day.period_steps)) * day.n_days
    error = max(float(estimate.std_error[row]), float(estimate.std_error_white[row]), 1e-12)
    errors = abs(day.period_steps - day.stated_steps) / error
    return bool(estimate.p_value[row] < SIGNIFICANCE and total > MIN_TOTAL_MINUTES and errors > MIN_ERRORS)


def _phase_steps(levels: PhaseLevels, row: int, stated: float) -> tuple[PhaseStep, ...]:
    rises = np.diff(levels.level[row])
    at = np.flatnonzero(rises)
    rises = rises[at] - np.rint(rises[at])
    return tuple(
        PhaseStep(round((int(cycle) + 1) * stated), float(rise) * 1440.0)
        for cycle, rise in zip(at, rises, strict=True)
    )


def _between_steps(day: StatedDay, components: CycleComponents, levels: PhaseLevels, row: int) -> StatedDay:
    """Length of the day with the steps taken away."""
    k = np.arange(1, components.n_harmonics + 1)
    back = np.exp(2j * np.pi * (levels.level[row] - levels.level[row, 0])[:, None] * k)
    settled = CycleComponents((components.coefficients[row] * back)[None], components.period_steps)
    period, lower, upper = _length(estimate_from_components(settled), 0)
    return replace(day, period_steps=period, lower_95=lower, upper_95=upper)


def _of_another_day(values: NDArray[np.float64], day: StatedDay, multiple: int) -> PeriodVerdict:
    """Judge a record that does not repeat by its stated day, or all the more by several of them."""
    found = (
        estimate_multiple(values, day.stated_steps, multiple)
        if multiple
        else search_period(values, day.stated_steps)
    )
    if found is None or _is_near(found.period_steps / day.stated_steps, WEEK_MULTIPLES):
        return without_day(day, _week_steps(values, day))
    reach = 2.0 * found.std_error
    other = replace(
        day,
        period_steps=found.period_steps,
        lower_95=found.period_steps - reach,
        upper_95=found.period_steps + reach,
    )
    parts = day.stated_steps / found.period_steps
    if _is_near(parts, (1.0,)):
        return agreeing(other)
    # Jobs run every few hours; a week of the shorter days tells that they are days.
    if round(parts) >= 2 and _is_near(parts, (round(parts),)) and not _has_week(values, found):
        return of_part_of_day(other, _week_steps(values, day))
    return of_another_step(other)


def _is_near(ratio: float, others: tuple[float, ...]) -> bool:
    return any(abs(ratio / other - 1.0) < SAME for other in others)


def _has_week(values: NDArray[np.float64], found: FoundPeriod) -> bool:
    week = estimate_period(values[None, :], 7.0 * found.period_steps, WEEK_HARMONICS)
    return bool(week.p_value_stated[0] < SIGNIFICANCE)


def _week_steps(values: NDArray[np.float64], day: StatedDay) -> float:
    week = estimate_period(values[None, :], 7.0 * day.stated_steps, WEEK_HARMONICS)
    return float(week.period_steps[0]) if week.p_value_stated[0] < STATED_SIGNIFICANCE else math.nan
