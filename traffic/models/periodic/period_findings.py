"""What can be said of a record's stated step: the kinds of verdict, and their sentences.

The words belong here. Which of them holds for a record belongs to ``period_verdict``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

DAY_SECONDS: Final = 86_400

AGREES: Final = "agrees"
CLOCK_DRIFT: Final = "clock_drift"
STEP_WRONG: Final = "step_wrong"
SAMPLES_DROPPED: Final = "samples_dropped"
CLOCK_CHANGE: Final = "clock_change"
NO_DAILY_PERIOD: Final = "no_daily_period"
TOO_SHORT: Final = "too_short"
KINDS: Final = (AGREES, CLOCK_DRIFT, STEP_WRONG, SAMPLES_DROPPED, CLOCK_CHANGE, NO_DAILY_PERIOD, TOO_SHORT)

MIN_DAYS: Final = 14
"""With one weekend, a weekend that comes later is taken for a drift."""

MAX_CLOCK_ERROR: Final = 0.005
"""A clock that is wrong by more, seven minutes a day, is none: the step is another than stated."""

HOUR_TOLERANCE_MINUTES: Final = 15.0
"""For each hour: habits change with the season as well."""


@dataclass(frozen=True)
class PhaseStep:
    """A place where the day moves for good.

    Parameters
    ----------
    time_index : int
        First time of the first day after it: the step lies within a day or so before.
    minutes : float
        By how much the day comes later from there on; earlier if negative.
    """

    time_index: int
    minutes: float


@dataclass(frozen=True)
class PeriodVerdict:
    """What a record says about its stated step.

    Parameters
    ----------
    kind : str
        One of ``KINDS``.
    sentence : str
        What was found, where, and how to mend it.
    period_steps : float
        Estimated length of the day in steps; NaN without one.
    lower_95, upper_95 : float
        Its 95 % interval, in steps.
    step_seconds : float
        The step with which the day would have 24 hours; NaN without a day.
    phase_steps : tuple of PhaseStep
        Where the day moves for good; empty where it does not.
    week_steps : float
        Estimated length of the week in steps, of a record without a daily period; NaN otherwise.
    """

    kind: str
    sentence: str
    period_steps: float = math.nan
    lower_95: float = math.nan
    upper_95: float = math.nan
    step_seconds: float = math.nan
    phase_steps: tuple[PhaseStep, ...] = ()
    week_steps: float = math.nan


@dataclass(frozen=True)
class StatedDay:
    """The stated step of one series beside what was found of its day.

    Parameters
    ----------
    step_seconds : float
        The stated step.
    period_steps, lower_95, upper_95 : float
        Length of the day as estimated, and its interval, in steps.
    n_days : int
        Days with enough values.
    """

    step_seconds: float
    period_steps: float
    lower_95: float
    upper_95: float
    n_days: int

    @property
    def stated_steps(self) -> float:
        """Length of a day in steps of the stated length."""
        return DAY_SECONDS / self.step_seconds

    @property
    def true_step(self) -> float:
        """The step with which the day would have 24 hours, in seconds."""
        return DAY_SECONDS / self.period_steps

    def minutes_a_day(self, period_steps: float) -> float:
        """By how much a day of that length comes later each day."""
        return (period_steps / self.stated_steps - 1.0) * 1440.0

    def verdict(self, kind: str, sentence: str, phase_steps: tuple[PhaseStep, ...] = ()) -> PeriodVerdict:
        """Make a verdict with these figures."""
        figures = (self.period_steps, self.lower_95, self.upper_95, self.true_step)
        return PeriodVerdict(kind, sentence, *figures, phase_steps)


def too_short(day: StatedDay) -> PeriodVerdict:
    """Say that the record cannot tell."""
    return PeriodVerdict(
        TOO_SHORT,
        f"{day.n_days} days have enough values; the length of the day can be told from {MIN_DAYS} on.",
    )


def agreeing(day: StatedDay) -> PeriodVerdict:
    """Say that the day is as long as stated, and how surely."""
    low, high = day.minutes_a_day(day.lower_95), day.minutes_a_day(day.upper_95)
    return day.verdict(
        AGREES,
        f"{_length(day)}, {day.stated_steps:g} as stated: from day to day it moves by "
        f"{low:+.2f} to {high:+.2f} minutes.",
    )


def of_another_length(day: StatedDay) -> PeriodVerdict:
    """Say by how much the day is longer or shorter: by a clock, or by another step."""
    found = f"{_length(day)} and not {day.stated_steps:g}"
    minutes = day.minutes_a_day(day.period_steps)
    if abs(day.period_steps / day.stated_steps - 1.0) >= MAX_CLOCK_ERROR:
        return day.verdict(STEP_WRONG, f"{found}. {_mended(day)}")
    way = "later" if minutes > 0 else "earlier"
    return day.verdict(
        CLOCK_DRIFT,
        f"{found}: it comes {abs(minutes):.2f} minutes {way} every day, as by a clock that is wrong by "
        f"{abs(minutes) * 60:.0f} s a day. Set that clock by NTP, or stamp the samples anew with a step of "
        f"{day.true_step:.3f} s.",
    )


def of_another_step(day: StatedDay) -> PeriodVerdict:
    """Say that the day is of quite another length than stated."""
    return day.verdict(
        STEP_WRONG,
        f"There is a period of {day.period_steps:.2f} steps and none of {day.stated_steps:g}. {_mended(day)}",
    )


def of_phase_steps(
    day: StatedDay, phase_steps: tuple[PhaseStep, ...], name_time: Callable[[int], str]
) -> PeriodVerdict:
    """Say where the day moves for good, and why it may."""
    places = ", ".join(
        f"{abs(step.minutes):.0f} minutes {'later' if step.minutes > 0 else 'earlier'} from about "
        f"{name_time(step.time_index)} on"
        for step in phase_steps
    )
    if all(_is_of_hours(step.minutes) for step in phase_steps):
        return day.verdict(
            CLOCK_CHANGE,
            f"The day moves for good by whole hours: {places}. So it does where people change their clocks "
            "and the time stamps do not (nothing is wrong then: set the series' time_zone), where a change "
            "was applied twice, and where an hour of samples is missing without a mark.",
            phase_steps,
        )
    counts = ", ".join(f"{abs(step.minutes) * 60 / day.step_seconds:.0f}" for step in phase_steps)
    return day.verdict(
        SAMPLES_DROPPED,
        f"The day moves for good: {places}. About {counts} samples are missing there without a mark, or "
        "doubled where it comes later. Give each sample its own time, or mark the gap, and read the file "
        "again.",
        phase_steps,
    )


def of_part_of_day(day: StatedDay, week_steps: float) -> PeriodVerdict:
    """Say that something repeats by a whole part of the stated day."""
    times = round(day.stated_steps / day.period_steps)
    return PeriodVerdict(
        NO_DAILY_PERIOD,
        f"No daily period is found, but one of {day.period_steps:.2f} steps: something runs {times} times "
        f"a day, or the step is really {day.true_step:.1f} s; set step then.{_week(day, week_steps)}",
        week_steps=week_steps,
    )


def without_day(day: StatedDay, week_steps: float) -> PeriodVerdict:
    """Say that there is no daily period."""
    sentence = f"No daily period is found: the stated step cannot be judged by it.{_week(day, week_steps)}"
    return PeriodVerdict(NO_DAILY_PERIOD, sentence, week_steps=week_steps)


def _length(day: StatedDay) -> str:
    interval = f"({day.lower_95:.2f} to {day.upper_95:.2f}, 95 %)"
    return f"The day is {day.period_steps:.2f} steps long {interval}"


def _mended(day: StatedDay) -> str:
    return (
        f"With a step of {day.true_step:.1f} s ({day.true_step / 60:.3f} minutes) it would have 24 hours: "
        f"the label of {day.step_seconds:g} s is wrong, or samples are left out evenly. Set step to what the "
        "sender really takes, or use its own time stamps."
    )


def _is_of_hours(minutes: float) -> bool:
    hours = abs(minutes) / 60.0
    whole = round(hours)
    return 1 <= whole <= 2 and abs(hours - whole) * 60.0 <= HOUR_TOLERANCE_MINUTES * whole


def _week(day: StatedDay, week_steps: float) -> str:
    if math.isnan(week_steps):
        return ""
    return f" A week is there, {week_steps / day.stated_steps:.2f} of the stated days long."
