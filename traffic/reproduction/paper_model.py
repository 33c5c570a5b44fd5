"""The paper's model: a sum of harmonics with stationary components, its four methods, and what it is for.

Equation 5 and the conclusions belong here.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from traffic.models.periodic.components import Method, covariance_harmonics, mean_harmonics
from traffic.models.periodic.harmonic_tests import kept_harmonics, neighbour_f_test
from traffic.models.periodic.harmonics import course_of
from traffic.models.periodic.moments import (
    PeriodicMoments,
    deviations,
    explained_share,
    filled_with_mean,
    periodic_moments,
)
from traffic.models.periodic.narrowband import narrowband_components
from traffic.reproduction.section import (
    AGREES,
    OPEN,
    Comparison,
    Picture,
    Section,
    Sentence,
    Table,
    Value,
    judged,
)
from traffic.reproduction.series_week import SeriesWeek

METHODS: Final[tuple[Method, ...]] = ("synphase", "component", "filter", "least_squares")
NAMES: Final = {
    "synphase": "in-phase",
    "component": "component",
    "filter": "filter",
    "least_squares": "least squares",
}
N_HARMONICS: Final = 12
SHOWN_COMPONENTS: Final = (1, 2, 3)
MIN_GAIN: Final = 0.05
"""A smaller part of the error, gained or lost on one day, says nothing."""

RELATIVE_ROUNDING: Final = 1e-9


def model_section(week: SeriesWeek) -> Section:
    """Fit the model by the methods that the paper names.

    Parameters
    ----------
    week : SeriesWeek
        The week.

    Returns
    -------
    Section
        Equation 5.
    """
    n_harmonics = min(N_HARMONICS, week.n_slots // 2)
    kept = _kept(week, n_harmonics)
    moments = periodic_moments(week.values, week.slot, week.n_slots)
    harmonics = {
        method: mean_harmonics(week.values, week.slot, week.n_slots, n_harmonics, method)
        for method in METHODS
    }
    polynomial = course_of(np.where(kept, harmonics["component"], 0.0), week.n_slots)[0]
    facts = _shares(week, moments, polynomial) | {
        "n": n_harmonics,
        "kept": ", ".join(str(k) for k in np.flatnonzero(kept)[1:]) or "none",
        "count": int(kept.sum()) - 1,
    }
    share = Sentence(
        "The mean of the days explains {explained:.1%} of the variance with {slots} values ({chance:.1%} "
        "would be chance). Of its harmonics 1 to {n} the F test keeps {count} ({kept}); they explain "
        "{polynomial:.1%}.",
        facts,
        AGREES if kept[1:].any() else OPEN,
    )
    return Section(
        key="model",
        title="The model (equation 5) and its methods",
        theirs="ξ(t) = Σ_k ξ_k(t) exp(j 2π k t / T), ξ_k stationary components, T = 24 hours; with in-phase "
        "(with and without the relations between components), component and filter methods of analysis.",
        comparisons=(
            Comparison(
                "period T",
                "24 hours",
                Sentence("{hours:g} hours, {slots} slots", facts),
            ),
            Comparison("harmonics", "k ∈ Z, all", Sentence("{count} of 1 to {n} by test: {kept}", facts)),
        ),
        findings=(share, _methods_agree(week, harmonics), _relations(week, n_harmonics)),
        pictures=(_mean_picture(week, moments.mean[0], polynomial), *_component_pictures(week)),
        tables=(_harmonics_table(harmonics),),
    )


def purpose_section(week: SeriesWeek) -> Section:
    """Try what the model is for: the last day from the days before it.

    Parameters
    ----------
    week : SeriesWeek
        The week.

    Returns
    -------
    Section
        The conclusions.
    """
    past, last = week.ensemble[:-1], week.ensemble[-1]
    with np.errstate(invalid="ignore"):
        mean = np.nansum(past, axis=0) / np.sum(~np.isnan(past), axis=0)
    both = ~np.isnan(mean) & ~np.isnan(past[-1]) & ~np.isnan(last)
    flat = np.full(mean.size, np.nanmean(past))
    courses = {"mean": mean, "day": past[-1], "flat": flat}
    errors = {name: float(np.abs(last - course)[both].mean()) for name, course in courses.items()}
    gain = errors["flat"] - errors["mean"]
    foretells = None if abs(gain) < MIN_GAIN * errors["flat"] else gain > 0
    facts: dict[str, Value] = {
        "last": week.dates[-1],
        "n": past.shape[0],
        "unit": week.unit,
        "conclusion": {
            True: "the daily course foretells, as the paper expects",
            False: "on this day the daily course misleads",
            None: "on this day the daily course makes no difference",
        }[foretells],
        **errors,
    }
    alt = Sentence("The last day, {last:%A %d %B}, and the mean of the {n} days before it.", facts)
    shown = ((last, "last day"), (mean, "mean of the days before"))
    frame = pl.concat(
        pl.DataFrame({"at": week.hour, "value": pl.Series(values, nan_to_null=True)}).with_columns(
            course=pl.lit(name)
        )
        for values, name in shown
    )
    tried = Sentence(
        "The mean course of {n} days foretells the last with a mean absolute error of {mean:.4g} {unit}; "
        "their flat mean with {flat:.4g}, the day before alone with {day:.4g}: {conclusion}. Forecasts with "
        "bands are every night's work, in forecasts.points.",
        facts,
        judged(foretells),
    )
    return Section(
        key="purpose",
        title="What it is for",
        theirs="The study of relationships between different days provides for determining the modes of "
        "operation of network resources ahead: forecasting congestion, to optimise their allocation.",
        findings=(tried,),
        pictures=(Picture("course", "The last day, foretold", alt, frame, "local hour", week.unit),),
    )


def _shares(week: SeriesWeek, moments: PeriodicMoments, polynomial: NDArray[np.float64]) -> dict[str, Value]:
    """Shares of the variance that the mean of the days and a polynomial explain, and that chance would."""
    left = np.nansum((week.ensemble - polynomial) ** 2)
    total = np.nansum((week.ensemble - np.nanmean(week.ensemble)) ** 2)
    return {
        "explained": float(explained_share(week.values, week.slot, moments)[0]),
        "polynomial": max(1.0 - float(left / total), 0.0),
        "slots": week.n_slots,
        "hours": week.n_slots * week.step_seconds / 3600,
        "chance": (week.n_slots - 1) / (week.ensemble.size - 1),
    }


def _kept(week: SeriesWeek, n_harmonics: int) -> NDArray[np.bool_]:
    test = neighbour_f_test(week.values, week.slot, week.n_slots, n_harmonics)
    return np.asarray(kept_harmonics(test.p_value)[0], dtype=np.bool_)


def _methods_agree(week: SeriesWeek, harmonics: dict[Method, NDArray[np.complex128]]) -> Sentence:
    std = float(np.nanstd(week.ensemble))
    gaps = {
        method: float(np.abs(found - harmonics["synphase"]).max() / std)
        for method, found in harmonics.items()
        if method != "synphase"
    }
    n_missing = int(np.isnan(week.ensemble).sum())
    largest = max(gaps.values())
    is_same = largest < RELATIVE_ROUNDING
    return Sentence(
        "Component, filter and least-squares methods give the in-phase method's harmonics to {gaps} "
        "standard deviations of the series, with {missing} values missing: {conclusion}.",
        {
            "gaps": ", ".join(f"{gap:.1e}" for gap in gaps.values()),
            "missing": n_missing,
            "conclusion": "on whole days they are one method"
            if is_same
            else "what is missing weighs differently in each",
        },
        judged(None if np.isnan(largest) else is_same or n_missing > 0),
    )


def _relations(week: SeriesWeek, n_harmonics: int) -> Sentence:
    centred = deviations(week.values, week.slot, periodic_moments(week.values, week.slot, week.n_slots))
    found = covariance_harmonics(centred, week.slot, week.n_slots, [0], n_harmonics, "component")[0, 0]
    if not np.any(found):
        return Sentence(
            "Every day is like the others: less the periodic mean nothing is left, and no covariance with it."
        )
    k = np.arange(found.size)
    # The harmonic of half the slots is its own conjugate and counts once.
    power = np.abs(found) ** 2 * np.where((k == 0) | (2 * k == week.n_slots), 1.0, 2.0)
    share = float(power[1:].sum() / power.sum())
    return Sentence(
        "Without the relations between components the covariance is B_0(u) alone; with them, of b(t, 0) to "
        "harmonic {n}, {share:.0%} of the mean square lies in B_1 and on, part of it the scatter of a week.",
        {"n": n_harmonics, "share": share},
    )


def _mean_picture(week: SeriesWeek, mean: NDArray[np.float64], polynomial: NDArray[np.float64]) -> Picture:
    frame = pl.concat(
        pl.DataFrame({"at": week.hour, "value": pl.Series(values, nan_to_null=True)}).with_columns(
            course=pl.lit(name)
        )
        for values, name in (
            (mean, "mean of the days (in-phase)"),
            (polynomial, "harmonics kept (component)"),
        )
    )
    alt = Sentence(
        "The mean course of the day from {least:.4g} at {low:.1f} h to {most:.4g} {unit} at {high:.1f} h, "
        "and the polynomial of the harmonics kept.",
        {
            "least": float(np.nanmin(mean)),
            "low": float(week.hour[int(np.nanargmin(mean))]),
            "most": float(np.nanmax(mean)),
            "high": float(week.hour[int(np.nanargmax(mean))]),
            "unit": week.unit,
        },
    )
    return Picture("course", "The periodic mean (not in the paper)", alt, frame, "local hour", week.unit)


def _component_pictures(week: SeriesWeek) -> list[Picture]:
    moments = periodic_moments(week.values, week.slot, week.n_slots)
    filled = filled_with_mean(week.values, week.slot, moments)
    if np.isnan(filled).any():
        return []
    components = np.abs(narrowband_components(filled, week.slot, week.n_slots, SHOWN_COMPONENTS)[0])
    frame = pl.concat(
        pl.DataFrame({"at": week.local, "value": amplitude}).with_columns(course=pl.lit(f"k = {k}"))
        for k, amplitude in zip(SHOWN_COMPONENTS, components, strict=True)
    )
    alt = Sentence(
        "Amplitudes of the components ξ_1, ξ_2, ξ_3 by the filter method over the week, {one:.4g}, "
        "{two:.4g} and {three:.4g} {unit} on average.",
        dict(zip(("one", "two", "three"), components.mean(axis=1).tolist(), strict=True))
        | {"unit": week.unit},
    )
    return [
        Picture(
            "course", "|ξ_k(t)| by the filter method (not in the paper)", alt, frame, "local time", week.unit
        )
    ]


def _harmonics_table(harmonics: dict[Method, NDArray[np.complex128]]) -> Table:
    columns = {f"|m_k| {NAMES[method]}": np.abs(found[0]) for method, found in harmonics.items()}
    frame = pl.DataFrame({"k": np.arange(harmonics["synphase"].shape[1])} | columns)
    return Table("Harmonics of the mean by the four methods", frame, dict.fromkeys(columns, ".6g"))
