"""The paper's densities: by time of day and by day, and whether they move.

Figure 4 and equation 2 belong here.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from traffic.diagnostics.density import HourDensities, density_by_day_and_hour, density_by_hour
from traffic.models.periodic.moment_bootstrap import mean_by_slot_bootstrap, variance_by_slot_bootstrap
from traffic.models.periodic.moment_tests import mean_by_slot_test
from traffic.models.periodic.moments import periodic_moments
from traffic.reproduction.section import (
    AGREES,
    OPEN,
    Comparison,
    Picture,
    Section,
    Sentence,
    judged,
)
from traffic.reproduction.series_week import SeriesWeek

HOURS_TOGETHER: Final = 4
"""A week of hourly values has seven an hour, too few for a density; four hours have 28."""

BLOCK_HOURS: Final = 6
BOOTSTRAP_SEED: Final = 2021
SIGNIFICANCE: Final = 0.05
CYCLES_FOR_VARIANCE: Final = 60
"""With fewer cycles the test of the variance rejects more often than it says; see ``moment_bootstrap``."""


def density_section(week: SeriesWeek) -> Section:
    """Show the densities, and test whether they move with the time of day.

    Parameters
    ----------
    week : SeriesWeek
        The week.

    Returns
    -------
    Section
        Figure 4 and equation 2.
    """
    hour = (week.hour.astype(np.int64) // HOURS_TOGETHER)[week.slot]
    by_hour = density_by_hour(week.values, hour)
    day = np.repeat(np.arange(len(week.dates), dtype=np.int64), week.n_slots)
    by_day = density_by_day_and_hour(week.values, np.zeros_like(day), day, len(week.dates))
    names = [f"{start:02d} to {start + HOURS_TOGETHER:02d} h" for start in range(0, 24, HOURS_TOGETHER)]
    dates = [f"{date:%a %d %b}" for date in week.dates]
    pictures = (
        _picture("Density by time of day, all days", week, by_hour, 0, names),
        _picture("Density by day, all times", week, by_day, 1, dates),
    )
    return Section(
        key="densities",
        title="The densities (figure 4, equation 2)",
        theirs="The density of instantaneous values for the k-th days, a Gaussian of mean m and dispersion "
        "D, is transformed in time, which indicates that the traffic is not stationary.",
        comparisons=(
            Comparison(
                "equation 2",
                "p(ξ, t), damaged in the copy that is at hand: an integral over exp of a square by 2 D",
                Sentence(
                    "p(x, t) = exp(-(x - m(t))² / (2 D(t))) / √(2π D(t)), and a kernel estimate beside it"
                ),
            ),
        ),
        findings=(_moves(week), _spreads(week), *_gaussian(by_hour, names), _days(week)),
        pictures=pictures,
    )


def _picture(title: str, week: SeriesWeek, found: HourDensities, axis: int, names: list[str]) -> Picture:
    empirical, gaussian = (
        _groups(density, axis, len(names)) for density in (found.empirical, found.gaussian)
    )
    frames = [
        pl.DataFrame(
            {"value": found.value[0], "empirical": empirical[group], "gaussian": gaussian[group]}
        ).with_columns(group=pl.lit(name))
        for group, name in enumerate(names)
        if np.isfinite(empirical[group]).all()
    ]
    mode = [float(frame["value"][int(frame["empirical"].arg_max() or 0)]) for frame in frames] or [0.0]
    alt = Sentence(
        "Densities of {n} groups, Gaussian (dashed) and empirical: the highest point of the empirical one "
        "moves between {least:.4g} and {most:.4g} {unit}.",
        {"n": len(frames), "least": min(mode), "most": max(mode), "unit": week.unit},
    )
    empty = {"value": pl.Float64, "empirical": pl.Float64, "gaussian": pl.Float64, "group": pl.String}
    frame = pl.concat(frames) if frames else pl.DataFrame(schema=empty)
    return Picture("densities", title, alt, frame, week.unit, "density")


def _groups(density: NDArray[np.float64], axis: int, n: int) -> NDArray[np.float64]:
    """Rows of the groups: hours together along axis 0, days along axis 1."""
    return density[0, :n] if axis == 0 else density[0, :n, 0]


def _moves(week: SeriesWeek) -> Sentence:
    anova = mean_by_slot_test(periodic_moments(week.values, week.slot, week.n_slots))
    rng = np.random.default_rng(BOOTSTRAP_SEED)
    tested = mean_by_slot_bootstrap(week.values, week.slot, week.n_slots, _block(week), rng)
    p_value = float(tested.p_value[0])
    return Sentence(
        "That the mean is the same at all times of day: F = {f:.1f}, p = {anova} for independent values "
        "and {p:.3f} by blocks of {hours} hours, which dependence does not mislead: {conclusion}.",
        {
            "f": float(anova.statistic[0]),
            "anova": f"{anova.p_value[0]:.2g}" if anova.p_value[0] > 0 else "below 1e-300",
            "p": p_value,
            "hours": BLOCK_HOURS,
            "conclusion": "the density moves with the time of day"
            if p_value < SIGNIFICANCE
            else "that it moves is not shown",
        },
        AGREES if p_value < SIGNIFICANCE else OPEN,
    )


def _spreads(week: SeriesWeek) -> Sentence:
    rng = np.random.default_rng(BOOTSTRAP_SEED)
    tested = variance_by_slot_bootstrap(week.values, week.slot, week.n_slots, _block(week), rng)
    p_value = float(tested.p_value[0])
    n = len(week.dates)
    if np.isnan(p_value):
        return Sentence("Whether the dispersion moves too is not tested here.", verdict=OPEN)
    is_moved = p_value < SIGNIFICANCE
    caution = (
        f"; with {n} days the test rejects more often than it says"
        if is_moved and n < CYCLES_FOR_VARIANCE
        else ""
    )
    return Sentence(
        "That the dispersion D is: p = {p:.3f} by the same blocks{caution}.",
        {"p": p_value, "caution": caution},
        OPEN if not is_moved or caution else AGREES,
    )


def _block(week: SeriesWeek) -> int:
    return max(1, round(BLOCK_HOURS * 3600 / week.step_seconds))


def _gaussian(found: HourDensities, names: list[str]) -> list[Sentence]:
    """How far the empirical densities are from the Gaussian ones of the same moments."""
    spacing = float(found.value[0, 1] - found.value[0, 0])
    gap = 0.5 * np.abs(found.empirical[0] - found.gaussian[0]).sum(axis=1)[: len(names)] * spacing
    if np.isnan(gap).all():
        return []
    worst = int(np.nanargmax(gap))
    least = float(np.nanmin(gap))
    return [
        Sentence(
            "Equation 2 is Gaussian. The empirical densities share all but {least:.0%} to {most:.0%} of "
            "their area with the Gaussian ones of the same moments, least at {where}; the kernel alone "
            "accounts for a part.",
            {"least": least, "most": float(gap[worst]), "where": names[worst]},
            judged(bool(gap[worst] < 0.1)),
        )
    ]


def _days(week: SeriesWeek) -> Sentence:
    means = np.nanmean(week.ensemble, axis=1)
    least, most = int(np.argmin(means)), int(np.argmax(means))
    return Sentence(
        "By day the mean goes from {least:.4g} ({least_day:%A}) to {most:.4g} {unit} ({most_day:%A}).",
        {
            "least": float(means[least]),
            "least_day": week.dates[least],
            "most": float(means[most]),
            "most_day": week.dates[most],
            "unit": week.unit,
        },
    )
