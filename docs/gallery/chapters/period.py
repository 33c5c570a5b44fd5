"""The period: how long is the day by the record itself, and is the stated step right?"""

from __future__ import annotations

import numpy as np

from gallery.drawing import SAMPLE, THEORY, bars, beside, dots, heat, level, line, panel, spans
from gallery.picture import Drawn, picture
from gallery.processes import Floats, stream
from traffic.models.periodic.cycle_components import averaged_points, compressed, cycle_components
from traffic.models.periodic.cycle_shifts import phase_levels, steadiness
from traffic.models.periodic.period_estimate import (
    estimate_from_components,
    estimate_period,
    harmonic_evidence,
    recut,
)
from traffic.models.periodic.period_findings import (
    PeriodVerdict,
    StatedDay,
    agreeing,
    of_another_length,
    of_another_step,
    of_part_of_day,
    of_phase_steps,
    too_short,
    without_day,
)
from traffic.models.periodic.period_search import estimate_multiple, longer_period, search_period
from traffic.models.periodic.period_verdict import period_verdicts
from traffic.models.periodic.phase_slope import cycle_phases, degrees_of_freedom, refined_deviation

STATED = 48
"""Steps of a day of half-hours, as the records' labels have it."""


def record(name: str, period: Floats, n: int, noise: float = 0.5, later: Floats | None = None) -> Floats:
    """Courses of two harmonics with periods in steps, shape (series, n); ``later`` by time, in cycles."""
    t = np.arange(n)
    turn = 2.0 * np.pi * (t / period[:, None] - (0.0 if later is None else later))
    return np.cos(turn) + 0.5 * np.cos(2.0 * turn) + noise * stream(name).standard_normal((period.size, n))


@picture(cycle_components, averaged_points, compressed)
def harmonics_of_each_day() -> Drawn:
    """The harmonics of each day.

    Left: two days of a record with a burst, and the scale asinh((x - median) / spread) on which no burst
    outweighs a day. Right: the phase of the first harmonic of every day of 48 steps, of a record whose day
    has 47.5: it leans by 48 / 47.5 - 1 of a turn a day.
    """
    x = record("harmonics_of_each_day", np.array([47.5]), STATED * 40)
    x[0, 30:33] += 15.0
    scaled = compressed(x)
    sums, weights, at = averaged_points(scaled, STATED)
    left = panel(
        line(at[:96], x[0, :96], "value"),
        line(at[:96], (sums / weights)[0, :96], "compressed", is_dashed=True),
        x="day",
        y="value",
    )
    first = cycle_components(x, STATED).coefficients[0, :, 0]
    day = np.arange(first.size)
    phase = np.unwrap(np.angle(first)) / (2.0 * np.pi)
    theory = (STATED / 47.5 - 1.0) * day
    right = panel(
        dots(day, phase - phase.mean(), SAMPLE),
        line(day, theory - theory.mean(), THEORY),
        x="day",
        y="phase, turns",
    )
    lean = float(np.polynomial.polynomial.polyfit(day, phase, 1)[1])
    return Drawn(beside(left, right), bool(abs(lean - STATED / 47.5 + 1.0) < 1e-3 and scaled[0].max() < 5.0))


@picture(refined_deviation, cycle_phases, degrees_of_freedom)
def slope_of_the_phases() -> Drawn:
    """The slope of the phases.

    Left: the phases of 60 days of 48 steps, once the deviation of the frequency that was found, 0.2 %, is
    taken away (level) and before (leaning, as theory says). Right: what a slope's error is made of: the
    scatter of 200 estimates from phases that do not depend on each other, and the two standard errors, which
    agree with it there. The one that allows for dependence has few degrees of freedom.
    """
    period = np.full(200, STATED / 1.002)
    components = cycle_components(record("slope_of_the_phases", period, STATED * 60), STATED)
    coefficients, is_known = components.coefficients, components.is_known
    deviation, error, white = refined_deviation(coefficients, is_known, np.full(200, 0.002))
    day = np.arange(is_known.shape[1], dtype=np.float64)
    centred = np.broadcast_to(day - day.mean(), is_known.shape)
    leaning = cycle_phases(coefficients, is_known, centred, np.zeros(200))[0]
    settled = cycle_phases(coefficients, is_known, centred, deviation)[0]
    left = panel(
        dots(day, leaning, "as stated"),
        dots(day, settled, "deviation taken away", is_hollow=True),
        line(day, 2.0 * np.pi * 0.002 * (day - day.mean()), THEORY),
        x="day",
        y="phase, radians",
    )
    names = ["scatter", "dependent", "independent"]
    sizes = np.array([deviation.std(), np.sqrt((error**2).mean()), np.sqrt((white**2).mean())]) * 1e6
    right = panel(bars(names, sizes, "error"), x="error", y="parts in a million", width=220)
    holds = np.abs(sizes[1:] / sizes[0] - 1.0).max() < 0.2 and np.abs(deviation - 0.002).max() < 5e-4
    return Drawn(beside(left, right), bool(holds and 2.0 < degrees_of_freedom(60) < 20.0))


@picture(estimate_period, estimate_from_components, recut, harmonic_evidence)
def estimated_periods() -> Drawn:
    """Periods by the record itself.

    Left: error of the estimated period, with its 95 % interval, of 25 records of 42 days that are all
    labelled as 48 steps a day and have 45 to 51: the intervals hold zero in about 19 of 20. Right: evidence
    for each harmonic of the stated period, of records that have the first two, to which the compressed scale
    adds weaker ones, and of white noise: 1 in the mean.
    """
    period = np.linspace(45.0, 51.0, 25)
    found = estimate_period(record("estimated_periods", period, STATED * 42), STATED)
    error, reach = found.period_steps - period, found.upper_95 - found.period_steps
    left = panel(
        spans(period, error - reach, error + reach, "95 % interval"),
        dots(period, error, "error"),
        level(0.0, THEORY),
        x="true period, steps",
        y="error, steps",
    )
    n = STATED * 42
    noise = stream("estimated_periods, white").standard_normal((60, n))
    kinds = {"two harmonics": record("estimated_periods, evidence", np.full(60, 48.0), n), "white": noise}
    evidence = {
        name: harmonic_evidence(cycle_components(x, STATED)).mean(axis=0) for name, x in kinds.items()
    }
    k = np.arange(1, 5)
    right = panel(
        *(dots(k, np.maximum(mean, 0.1), name, 50) for name, mean in evidence.items()),
        level(1.0, THEORY),
        x="harmonic k",
        y="mean evidence",
        y_scale={"type": "log"},
        has_whole_x=True,
    )
    inside = float((np.abs(error) <= reach).mean())
    near = np.abs(evidence["white"] - 1.0).max() < 0.5 and evidence["two harmonics"][:2].min() > 50.0
    return Drawn(beside(left, right), bool(inside >= 0.8 and near))


@picture(phase_levels, steadiness)
def levels_of_the_phase() -> Drawn:
    """A day that moves for good.

    Left: the shift of each day of a record that comes an hour later from day 30 on, and once for three days
    only: the step is found, the three days are none. Right: steadiness, how far the first harmonic of a day
    foretells the next, of records with more and more noise; that of white noise alone is near zero.
    """
    n = STATED * 63
    day = np.arange(n) // STATED
    later = np.where(day >= 30, 1.0 / 24.0, 0.0) + np.where((day >= 45) & (day < 48), 2.0 / 24.0, 0.0)
    components = cycle_components(record("levels_of_the_phase", np.full(1, 48.0), n, 0.5, later), STATED)
    found = phase_levels(components, np.zeros(1)).level[0] * 24.0
    shift = -np.angle(components.coefficients[0, :, 0]) / (2.0 * np.pi) * 24.0
    days = np.arange(found.size)
    true = np.where(days >= 30, 1.0, 0.0)
    left = panel(
        dots(days, shift - shift[:30].mean(), "first harmonic"),
        line(days, found - found[0], "level"),
        line(days, true, THEORY),
        x="day",
        y="hours later",
        width=340,
    )
    noise = np.array([0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0])
    steady = np.array(
        [
            steadiness(
                cycle_components(
                    record(f"steadiness {size}", np.full(20, 48.0), n, size), STATED
                ).coefficients[..., 0]
            ).mean()
            for size in noise
        ]
    )
    right = panel(
        line(noise, steady, "steadiness"),
        x="noise over signal",
        y="steadiness",
        width=220,
        x_scale={"type": "log"},
    )
    holds = np.abs(found - found[0] - true).max() < 0.35 and np.count_nonzero(np.diff(found)) == 1
    return Drawn(beside(left, right), bool(holds and steady[0] > 0.9 and steady[-1] < 0.3))


@picture(search_period, longer_period, estimate_multiple)
def periods_far_away() -> Drawn:
    """Periods far from the stated one.

    Left: periods found by the search over all lengths, of records labelled as 48 steps a day whose day has 12
    to 200: on the diagonal. Right: records whose day is so many times the stated one, as steps of 30 minutes
    are that are labelled as 60: the multiple is told, and the period estimated by the harmonics that the
    stated one has not.
    """
    true = np.array([12.0, 20.0, 31.0, 70.0, 110.0, 150.0, 200.0])
    values = record("periods_far_away", true, STATED * 80)
    found = np.array([one.period_steps if (one := search_period(x, STATED)) else np.nan for x in values])
    left = panel(
        line([10.0, 210.0], [10.0, 210.0], THEORY),
        dots(true, found, "found", 40),
        x="true period, steps",
        y="found, steps",
    )
    multiples = np.array([1, 2, 3, 4, 6])
    values = record("periods_far_away, multiples", 48.0 * multiples, STATED * 120)
    told = longer_period(values, STATED)
    lengths = np.array(
        [
            one.period_steps / STATED if m and (one := estimate_multiple(x, STATED, int(m))) else np.nan
            for x, m in zip(values, told, strict=True)
        ]
    )
    right = panel(
        line([1.0, 6.0], [1.0, 6.0], THEORY),
        dots(multiples, told, "multiple, 0 for none", 40),
        dots(multiples, lengths, "period over the stated one", 90, is_hollow=True),
        x="true multiple",
        y="told",
        has_whole_x=True,
    )
    holds = np.abs(found / true - 1.0).max() < 0.01 and told.tolist() == [0, 2, 3, 4, 6]
    return Drawn(beside(left, right), bool(holds and np.abs(lengths[1:] / multiples[1:] - 1.0).max() < 0.01))


def odd_records() -> dict[str, Floats]:
    """Records of half-hours with one thing wrong each, and the verdict on each is known."""
    n = STATED * 56
    day = np.arange(n) // STATED

    def one(name: str, period: float = 48.0, later: float = 0.0) -> Floats:
        return record(name, np.array([period]), n, 0.5, np.where(day >= 28, later / 24.0, 0.0))

    return {
        "as stated": one("odd, as stated"),
        "clock slow by 0.2 %": one("odd, clock", 48.0 / 1.002),
        "step wrong by 2 %": one("odd, step", 47.0),
        "day of six stated ones": record("odd, six", np.array([288.0]), 2 * n),
        "an hour later from day 28": one("odd, hour", later=1.0),
        "80 minutes lost at day 28": one("odd, lost", later=-80.0 / 60.0),
        "repeats twice a day": one("odd, twice", 24.0),
        "white noise": stream("odd, white").standard_normal((1, n)),
        "ten days": one("odd, short")[:, : STATED * 10],
    }


@picture(
    period_verdicts,
    agreeing,
    of_another_length,
    of_another_step,
    of_phase_steps,
    of_part_of_day,
    without_day,
    too_short,
    StatedDay.verdict,
    StatedDay.minutes_a_day,
)
def verdicts_on_a_step() -> Drawn:
    """Verdicts on a stated step.

    What is said of nine records of half-hours with one thing wrong with each: the kind of verdict, and, where
    there is a day, how long the step would have to be for it to have 24 hours.
    """
    records = odd_records()
    verdicts: dict[str, PeriodVerdict] = {name: period_verdicts(x, 1_800.0)[0] for name, x in records.items()}
    kinds = [verdict.kind for verdict in verdicts.values()]
    labels = [
        [verdict.kind.replace("_", " "), "none" if np.isnan(s := verdict.step_seconds) else f"{s:.1f} s"]
        for verdict in verdicts.values()
    ]
    is_well = [[float(kind == "agrees")] * 2 for kind in kinds]
    chart = heat(
        ["verdict", "step by the day"],
        list(records),
        is_well,
        titles=("stated: 1800 s", "record", ""),
        labels=labels,
        width=320,
        height=230,
        domain=(0.0, 1.0),
    )
    expected = ["agrees", "clock_drift", "step_wrong", "step_wrong", "clock_change", "samples_dropped"]
    return Drawn(chart, kinds == [*expected, "no_daily_period", "no_daily_period", "too_short"])
