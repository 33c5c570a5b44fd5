"""The paper's correlations: over the ensemble of days, and over the record as a whole.

Figures 5 and 6 with equations 3 and 4 belong here.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from traffic.models.periodic.continuous_correlation import continuous_correlation
from traffic.models.periodic.covariance import PeriodicCovariance, lagged_products, periodic_covariance
from traffic.models.periodic.harmonic_tests import kept_harmonics, neighbour_f_test
from traffic.models.periodic.moments import deviations, periodic_moments
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

N_HARMONICS: Final = 6
"""Down to four hours: a week's lines are too few for more."""

NEAR: Final = 0.05
"""A maximum counts as being at a multiple of the period within so much of it: 72 minutes."""

EQUATION_3: Final = (
    Comparison(
        "equation 3",
        "r(t, u) = 1/T ∫_0..T ξ°(t + kT) ξ°(t + kT + u) dt, k = 0 … K - 1",
        Sentence("b(t, u) = mean over k of ξ°(t + kT) ξ°(t + u + kT), ξ° less the periodic mean"),
    ),
    Comparison(
        "periodicity",
        "r(t, u) = r(t + T, u + T)",
        Sentence("b(t + T, u) = b(t, u) for a lag u, which T does not move"),
    ),
)

BY_CONSTRUCTION: Final = Sentence(
    "Averaging over days makes r(t + T, u) = r(t, u) by construction, so that the figure cannot show it. "
    "The paper's formula integrates over t, which leaves a function of u alone; here t stays, as its text "
    "means.",
    verdict=DIFFERS,
)


def ensemble_section(week: SeriesWeek) -> Section:
    """Show the correlation over the ensemble of days.

    Parameters
    ----------
    week : SeriesWeek
        The week.

    Returns
    -------
    Section
        Figure 5 and equation 3.
    """
    centred = _centred(week)
    found, picture = _ensemble_picture(week, centred)
    pairs = Sentence(
        "Each value rests on {least} to {most} pairs of days: single ones say little, however high.",
        {"least": int(found.n_pairs.min()), "most": int(found.n_pairs.max())},
    )
    return Section(
        key="ensemble",
        title="Correlation over the ensemble of days (figure 5, equation 3)",
        theirs="The correlation function r(t, u) as an ensemble of implementations is periodic, r(t, u) = "
        "r(t + T, u + T).",
        comparisons=EQUATION_3,
        findings=(BY_CONSTRUCTION, _depends_on_time(week, centred), pairs),
        pictures=(picture,),
    )


def continuous_section(week: SeriesWeek) -> Section:
    """Show the correlation of the whole record with itself, under both centrings.

    Parameters
    ----------
    week : SeriesWeek
        The week.

    Returns
    -------
    Section
        Figure 6 and equation 4.
    """
    lags = range(week.values.shape[1])
    grand, periodic = (
        continuous_correlation(week.values, week.slot, week.n_slots, lags, centring).correlation[0]
        for centring in ("grand", "periodic")
    )
    hours = np.arange(len(lags)) * week.step_seconds / 3600.0
    frames = [
        pl.DataFrame({"at": hours, "value": pl.Series(values, nan_to_null=True)}).with_columns(
            course=pl.lit(name)
        )
        for values, name in ((grand, "less the grand mean"), (periodic, "less the periodic mean"))
    ]
    at_day = week.n_slots
    less_periodic = "{periodic:.2f}" if np.isfinite(periodic[at_day]) else "none"
    alt = Sentence(
        "Correlation of the record with itself against the lag: a day later {grand:.2f} less the grand mean "
        f"and {less_periodic} less the periodic mean.",
        {"grand": float(grand[at_day]), "periodic": float(periodic[at_day])},
    )
    return Section(
        key="continuous",
        title="Correlation of the continuous record (figure 6, equation 4)",
        theirs="The correlation function of the continuous implementation, periodically disappearing: it "
        "shows the iterations of the signal and that it is finite, R(u) < ∞.",
        comparisons=(
            Comparison(
                "equation 4",
                "R(u) = ∫ ξ(t) ξ(t + u) dt, without a divisor and with no centring stated",
                Sentence("R(u) = 1/θ ∫_0..θ-u x(t) x(t + u) dt, x less its grand or its periodic mean"),
            ),
        ),
        findings=(*_maxima(week, grand), _damping(week, grand), _centring(week, grand, periodic)),
        pictures=(Picture("course", "R(u) / R(0)", alt, pl.concat(frames), "lag (hours)", "correlation"),),
    )


def _ensemble_picture(week: SeriesWeek, centred: NDArray[np.float64]) -> tuple[PeriodicCovariance, Picture]:
    per_hour = max(1, round(3600 / week.step_seconds))
    lags = list(range(0, week.n_slots + 1, per_hour))
    found = periodic_covariance(centred, week.slot, week.n_slots, lags)
    correlation = found.correlation[0, ::per_hour]
    hours = week.hour[::per_hour]
    frame = pl.DataFrame(
        {
            "hour": np.repeat(hours, len(lags)),
            "lag": np.tile(np.asarray(lags) * week.step_seconds / 3600.0, hours.size),
            "correlation": correlation.ravel(),
        }
    )
    title, x, y = "ρ(t, u) over the ensemble", "local hour t", "lag u (hours)"
    if np.isnan(correlation).all():
        nothing = Sentence(
            "No correlation: every day is like the others, and nothing deviates from their mean."
        )
        return found, Picture("surface", title, nothing, frame, x, y)
    first, last = (float(np.nanmean(correlation[:, column])) for column in (1, -1))
    facts: dict[str, Value] = {
        "hours": per_hour * week.step_seconds / 3600.0,
        "first": first,
        "last": last,
    }
    alt = Sentence(
        "Correlation of each hour of the day with what follows it, up to a day later: {first:.2f} on "
        "average after {hours:g} h, {last:.2f} after a day.",
        facts,
    )
    return found, Picture("surface", title, alt, frame, x, y)


def _centred(week: SeriesWeek) -> NDArray[np.float64]:
    return deviations(week.values, week.slot, periodic_moments(week.values, week.slot, week.n_slots))


def _depends_on_time(week: SeriesWeek, centred: NDArray[np.float64]) -> Sentence:
    products = lagged_products(centred, 0)
    n_harmonics = min(N_HARMONICS, week.n_slots // 2)
    try:
        test = neighbour_f_test(products, week.slot, week.n_slots, n_harmonics)
    except ValueError:
        return Sentence("Whether b(t, 0) depends on t is not tested here.", verdict=OPEN)
    kept = np.flatnonzero(kept_harmonics(test.p_value)[0])[1:]
    tested = test.p_value[0, 1:]
    if np.isnan(tested).all():
        return Sentence("Whether b(t, 0) depends on t is not tested here.", verdict=OPEN)
    return Sentence(
        "Does it depend on t at all? Of the harmonics 1 to {n} of b(t, 0), tested against the frequencies "
        "next to each, {kept} are kept (least p = {p:.3g}; by Holm's procedure): {conclusion}.",
        {
            "n": n_harmonics,
            "kept": int(kept.size),
            "p": float(np.nanmin(tested)),
            "conclusion": "the variance goes with the time of day, and the process is periodically correlated"
            if kept.size
            else "a week does not show a covariance that goes with the time of day beyond the mean",
        },
        AGREES if kept.size else OPEN,
    )


def _maxima(week: SeriesWeek, correlation: NDArray[np.float64]) -> list[Sentence]:
    day = week.n_slots
    reach = day // 4
    found = []
    for multiple in range(1, len(week.dates) - 1):
        near = correlation[multiple * day - reach : multiple * day + reach + 1]
        found.append((int(np.argmax(near)) - reach) * week.step_seconds / 60.0)
    away = np.abs(found)
    minutes = NEAR * day * week.step_seconds / 60.0
    at = int(np.sum(away <= minutes))
    return [
        Sentence(
            "Within six hours of 1 to {n} days the highest values stand {offsets} minutes from the whole "
            "day: {at} of {n} within {near:.0f} minutes.",
            {
                "n": len(found),
                "offsets": ", ".join(f"{offset:+.0f}" for offset in found),
                "at": at,
                "near": minutes,
            },
            judged(at == len(found)),
        )
    ]


def _damping(week: SeriesWeek, correlation: NDArray[np.float64]) -> Sentence:
    n_days = len(week.dates)
    at_days = correlation[week.n_slots :: week.n_slots]
    factors = 1.0 - np.arange(1, n_days) / n_days
    falls = int(np.sum(np.diff(at_days) < 0))
    undamped = at_days / factors
    return Sentence(
        "At whole days it is {values}: it falls at {falls} of {steps}. A part of that is the divisor's, 1 - "
        "u/θ: without it the values are {undamped}, {conclusion}.",
        {
            "values": ", ".join(f"{value:.2f}" for value in at_days),
            "falls": falls,
            "steps": at_days.size - 1,
            "undamped": ", ".join(f"{value:.2f}" for value in undamped),
            "conclusion": "so the dependence itself fades"
            if (np.diff(undamped) < 0).all()
            else "and nothing disappears but the pairs",
        },
        judged(falls == at_days.size - 1),
    )


def _centring(week: SeriesWeek, grand: NDArray[np.float64], periodic: NDArray[np.float64]) -> Sentence:
    day = week.n_slots
    if np.isnan(periodic[day]):
        return Sentence(
            "The paper does not say what ξ is centred by. A day later the correlation is {grand:.2f} less "
            "the grand mean; less the periodic mean nothing is left to correlate: the maxima come from it.",
            {"grand": float(grand[day])},
            OPEN,
        )
    return Sentence(
        "The paper does not say what ξ is centred by. A day later the correlation is {grand:.2f} less the "
        "grand mean and {periodic:+.2f} less the periodic mean: {conclusion}.",
        {
            "grand": float(grand[day]),
            "periodic": float(periodic[day]),
            "conclusion": "the maxima come from the periodic mean, and its figure needs the grand one"
            if grand[day] > 2.0 * abs(periodic[day])
            else "the periodic mean does not account for them alone",
        },
        OPEN,
    )
