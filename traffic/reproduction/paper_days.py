"""The paper's days: the week, the peak of each day, and how far each day is shifted.

Figures 1 to 3 and equation 1 belong here; densities and correlations are in their own modules.
"""

from __future__ import annotations

from itertools import combinations
from typing import Final

import numpy as np
import polars as pl
from scipy.stats import chi2, norm

from traffic.diagnostics.daily_peaks import BLOCK_SECONDS, DailyPeak, daily_peaks
from traffic.reproduction.clock import (
    DAY_MINUTES,
    clock_text,
    intervals_overlap,
    least_arc,
    within_half_a_day,
)
from traffic.reproduction.section import (
    AGREES,
    DIFFERS,
    OPEN,
    Comparison,
    Picture,
    Section,
    Sentence,
    Value,
    judged,
)
from traffic.reproduction.series_week import SeriesWeek

BOOTSTRAP_SEED: Final = 2021
SIGNIFICANCE: Final = 0.05
THEIR_PHASES: Final = (
    "The phase φ_n measures the time variation of each day's onset against (n - 1) T; the phases of the "
    "seven days all differ (equation 1)."
)


def week_section(week: SeriesWeek) -> Section:
    """Show the week.

    Parameters
    ----------
    week : SeriesWeek
        The week.

    Returns
    -------
    Section
        Figure 1.
    """
    seen = week.ensemble[~np.isnan(week.ensemble)]
    facts: dict[str, Value] = {
        "series": week.series_id,
        "first": week.dates[0],
        "last": week.dates[-1],
        "zone": week.time_zone,
        "days": len(week.dates),
        "n": seen.size,
        "of": week.ensemble.size,
        "clipped": week.n_clipped,
        "minutes": week.step_seconds / 60,
        "unit": week.unit,
        "mean": float(seen.mean()),
        "least": float(seen.min()),
        "most": float(seen.max()),
    }
    alt = Sentence(
        "{series} over {days} days: mean {mean:.4g}, from {least:.4g} to {most:.4g} {unit}.", facts
    )
    what = Sentence("{series}, {first:%d.%m.%Y} to {last:%d.%m.%Y}, in {zone}", facts)
    values = Sentence(
        "{n:,} of {of:,} values in steps of {minutes:g} minutes, in {unit}; {clipped} clipped as outliers",
        facts,
    )
    frame = pl.DataFrame({"at": week.local, "value": pl.Series(week.values[0], nan_to_null=True)})
    picture = Picture(
        "course", "The week", alt, frame.with_columns(course=pl.lit(week.series_id)), "local time", week.unit
    )
    return Section(
        key="week",
        title="The traffic of a week (figure 1)",
        theirs="Computer network traffic of the provider UFONet in Ternopil (residential complex Park "
        "complex) from 01.09.2021 to 07.09.2021, registered within seven days.",
        comparisons=(
            Comparison("traffic", "UFONet, Ternopil, 01.09.2021 to 07.09.2021", what),
            Comparison("days K", "7", Sentence("{days}", facts)),
            Comparison("values", "step and unit not stated", values),
        ),
        findings=(
            Sentence(
                "The paper's own data are not published; its statements are tried on {series}.", facts, OPEN
            ),
        ),
        pictures=(picture,),
    )


def days_sections(week: SeriesWeek) -> tuple[Section, Section]:
    """Show the peaks and the phases of the days.

    Parameters
    ----------
    week : SeriesWeek
        The week.

    Returns
    -------
    tuple of Section
        Figure 2, and figure 3 with equation 1.
    """
    peaks = daily_peaks(week.ensemble, week.step_seconds, BOOTSTRAP_SEED)
    return _peaks_section(week, peaks), _phases_section(week, peaks)


def _peaks_section(week: SeriesWeek, peaks: list[DailyPeak]) -> Section:
    facts = _peak_facts(week, peaks)
    in_time = Sentence(
        "The peaks of {days} days fall at {distinct} different times between {first} and {last}, {arc:.0f} "
        "minutes apart, in steps of {step:g} minutes.",
        facts,
        judged(facts["distinct"] != 1),
    )
    in_height = Sentence(
        "Their heights go from {least:.4g} to {most:.4g} {unit}, a coefficient of variation of {spread:.1%}.",
        facts,
        judged(facts["least"] != facts["most"]),
    )
    alt = Sentence(
        "Time and height of the peak of each of {days} days: from {first} to {last}, {least:.4g} to "
        "{most:.4g} {unit}.",
        facts,
    )
    marked = Picture("peaks", "The peak of each day", alt, _marked(week, peaks), "local time", week.unit)
    return Section(
        key="peaks",
        title="The peaks of the days (figure 2)",
        theirs="Each day has a distinct peak, which varies from day to day in its time and in its amplitude.",
        comparisons=(
            Comparison("peak times", "vary; no numbers", Sentence("{first} to {last}", facts)),
            Comparison(
                "peak heights", "vary; no numbers", Sentence("{least:.4g} to {most:.4g} {unit}", facts)
            ),
        ),
        findings=(in_time, in_height),
        pictures=(marked,),
    )


def _peak_facts(week: SeriesWeek, peaks: list[DailyPeak]) -> dict[str, Value]:
    slots = np.array([peak.peak_slot for peak in peaks if peak.peak_slot is not None])
    heights = np.array([peak.peak_value for peak in peaks if peak.peak_value is not None])
    first, arc = least_arc(slots * week.step_seconds / 3600.0)
    return {
        "days": slots.size,
        "first": clock_text(first),
        "last": clock_text((first + arc) % 24),
        "arc": arc * 60,
        "step": week.step_seconds / 60,
        "least": float(heights.min()),
        "most": float(heights.max()),
        "spread": float(heights.std(ddof=1) / heights.mean()),
        "unit": week.unit,
        "distinct": int(np.unique(slots).size),
    }


def _marked(week: SeriesWeek, peaks: list[DailyPeak]) -> pl.DataFrame:
    """Lay the course out, with the clock times of the peaks where they are."""
    at = {
        day * week.n_slots + peak.peak_slot: peak.peak_slot * week.step_seconds / 3600.0
        for day, peak in enumerate(peaks)
        if peak.peak_slot is not None
    }
    value = pl.Series(week.values[0], nan_to_null=True)
    clock = [clock_text(at[place]) if place in at else None for place in range(value.len())]
    frame = pl.DataFrame({"at": week.local, "value": value, "clock": pl.Series(clock, dtype=pl.String)})
    return frame.with_columns(peak=pl.when(pl.col("clock").is_not_null()).then("value"))


def _phases_section(week: SeriesWeek, peaks: list[DailyPeak]) -> Section:
    title = "The phases of the days (figure 3, equation 1)"
    frame = _phase_frame(week, peaks)
    if frame.height < 2:
        words = Sentence("No phase can be told: the days have no course that could be shifted.", verdict=OPEN)
        return Section(key="phases", title=title, theirs=THEIR_PHASES, findings=(words,))
    minutes = frame["minutes"].to_numpy()
    facts: dict[str, Value] = {
        "days": frame.height,
        "least": float(minutes.min()),
        "most": float(minutes.max()),
    }
    alt = Sentence(
        "Shift of each of {days} days against the mean of the others, with 95 % intervals: from "
        "{least:+.0f} to {most:+.0f} minutes.",
        facts,
    )
    ours = Sentence("{least:+.1f} to {most:+.1f} minutes", facts)
    reference = Sentence("the mean course of the other days, by the maximum of the cross-correlation")
    return Section(
        key="phases",
        title=title,
        theirs=THEIR_PHASES,
        comparisons=(
            Comparison("equation 1", "φ_1 ≠ φ_2 ≠ … ≠ φ_n = var", ours),
            Comparison("measured against", "the beginning of the period, (n - 1) T", reference),
        ),
        findings=(_homogeneity(frame), _pairs_apart(frame), _second_estimate(frame)),
        pictures=(
            Picture("phases", "The phase of each day", alt, frame.drop("harmonic"), "day", "minutes later"),
        ),
    )


def _phase_frame(week: SeriesWeek, peaks: list[DailyPeak]) -> pl.DataFrame:
    rows = [
        (
            f"{day:%a %d}",
            peak.phase_minutes,
            peak.phase_lower_95,
            peak.phase_upper_95,
            peak.phase_harmonic_minutes,
        )
        for day, peak in zip(week.dates, peaks, strict=True)
        if peak.phase_minutes is not None
    ]
    numbers = dict.fromkeys(("minutes", "lower", "upper", "harmonic"), pl.Float64)
    return pl.DataFrame(rows, {"day": pl.String, **numbers}, orient="row")


def _homogeneity(frame: pl.DataFrame) -> Sentence:
    minutes, lower, upper = (frame[name].to_numpy() for name in ("minutes", "lower", "upper"))
    error = (upper - lower) / (2.0 * norm.ppf(0.975))
    if not (error > 0).all():
        return Sentence("The intervals have no width; whether the phases differ is not tested.", verdict=OPEN)
    # Half a day late is half a day early: mean and distances are those on the circle.
    weighted = np.sum(np.exp(2j * np.pi * minutes / DAY_MINUTES) * error**-2)
    mean = float(np.angle(weighted)) * DAY_MINUTES / (2.0 * np.pi)
    statistic = float(((within_half_a_day(minutes - mean) / error) ** 2).sum())
    p_value = float(chi2.sf(statistic, minutes.size - 1))
    return Sentence(
        "Are all phases one? A chi-square of {statistic:.1f} with {freedom} degrees of freedom, p = "
        "{p:.3g}: {conclusion}. The intervals are by bootstrap in blocks of {hours:g} hours.",
        {
            "statistic": statistic,
            "freedom": minutes.size - 1,
            "p": p_value,
            "hours": BLOCK_SECONDS / 3600,
            "conclusion": "the days are shifted, as the paper says"
            if p_value < SIGNIFICANCE
            else "the shifts cannot be told from noise",
        },
        AGREES if p_value < SIGNIFICANCE else OPEN,
    )


def _pairs_apart(frame: pl.DataFrame) -> Sentence:
    intervals = frame.select("lower", "upper").rows()
    pairs = list(combinations(intervals, 2))
    apart = sum(not intervals_overlap(one, other) for one, other in pairs)
    return Sentence(
        "That every phase differs from every other is more than the data say: of {pairs} pairs of days "
        "{apart} have intervals that do not overlap."
        if apart < len(pairs)
        else "All {pairs} pairs of days have intervals that do not overlap.",
        {"pairs": len(pairs), "apart": apart},
        AGREES if apart == len(pairs) else DIFFERS,
    )


def _second_estimate(frame: pl.DataFrame) -> Sentence:
    both = frame.drop_nulls("harmonic")
    if both.is_empty():
        return Sentence("The first harmonic is too weak for a second estimate of the phases.")
    away = np.abs(both["minutes"].to_numpy() - both["harmonic"].to_numpy())
    return Sentence(
        "The argument of the first harmonic, a second estimate, is {mean:.0f} minutes off on average and "
        "{most:.0f} at most: it moves with the form of a day as well as with its shift.",
        {"mean": float(away.mean()), "most": float(away.max())},
    )
