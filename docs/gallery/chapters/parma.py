"""PARMA: periodic autoregression and moving average by exact likelihood."""

from __future__ import annotations

import numpy as np

from gallery.drawing import SAMPLE, THEORY, band, beside, dots, heat, level, line, panel, stems
from gallery.picture import Drawn, picture
from gallery.processes import stream
from traffic.diagnostics.autocorrelation import autocorrelation
from traffic.models.periodic.parma import fit_parma
from traffic.models.periodic.parma_law import (
    PeriodicArma,
    is_invertible,
    parma_covariance,
    parma_loading,
    parma_state_covariance,
    parma_transitions,
    simulate_parma,
)
from traffic.models.periodic.parma_likelihood import ParmaLikelihood
from traffic.models.periodic.parma_start import course_basis, starting_models
from traffic.models.periodic.state_covariance import (
    largest_multiplier,
    periodic_state_covariance,
    round_the_period,
)


def example(n_slots: int, theta: float = 0.4) -> PeriodicArma:
    """PARMA(1, 1) whose three courses are a level and one harmonic."""
    angle = 2.0 * np.pi * np.arange(n_slots) / n_slots
    ar = (0.5 + 0.3 * np.cos(angle))[:, None]
    ma = (theta + 0.2 * np.sin(angle))[:, None]
    return PeriodicArma(ar, ma, np.exp(0.4 * np.sin(angle)))


@picture(parma_covariance, simulate_parma, parma_state_covariance, periodic_state_covariance)
def law_of_a_parma() -> Drawn:
    """The law of a PARMA.

    Variance by hour, and covariance with the next hour, of 2,000 simulated days of a PARMA(1, 1), on the
    closed form, whose first column is also the first entry of the state's own covariance.
    """
    model = example(24)
    x = simulate_parma(model, 2, 2_000, stream("law_of_a_parma"))
    theory = parma_covariance(model, (0, 1))
    hour = np.arange(24)
    panels = [
        panel(
            line(hour, theory[:, lag], THEORY),
            dots(hour, (x[:, :24] * x[:, lag : 24 + lag]).mean(axis=0), SAMPLE, 30),
            x="hour t",
            y=f"b(t, {lag})",
        )
        for lag in (0, 1)
    ]
    near = np.abs((x[:, :24] ** 2).mean(axis=0) / theory[:, 0] - 1.0).max() < 0.15
    return Drawn(
        beside(*panels), bool(near and np.allclose(parma_state_covariance(model)[:, 0, 0], theory[:, 0]))
    )


@picture(parma_transitions, parma_loading, round_the_period)
def a_deviation_in_time() -> Drawn:
    """A deviation in time.

    What becomes of one innovation at midnight: the state's first entry as the transitions of the slots carry
    it on. The moving average lifts it in the first hour, the autoregression then takes the factor phi(s) of
    each hour off it (dashed); in a day it is multiplied by their product, the entry of the whole turn.
    """
    model = example(24)
    matrices, state = parma_transitions(model), parma_loading(model)
    course = [state[0]]
    for hour in range(1, 25):
        state = matrices[hour % 24] @ state
        course.append(state[0])
    first = model.ar[1, 0] + model.ma[1, 0]
    theory = np.r_[1.0, first * np.cumprod(np.r_[1.0, model.ar[2:, 0], model.ar[0, 0]])]
    hours = np.arange(25)
    chart = panel(
        stems(hours, course, "deviation"),
        line(hours, theory, THEORY),
        x="hours since midnight",
        y="deviation",
        width=560,
    )
    turn = round_the_period(np.roll(matrices, -1, axis=0)) @ parma_loading(model)
    return Drawn(chart, bool(np.allclose(course, theory) and np.isclose(turn[0], course[-1])))


@picture(largest_multiplier, is_invertible)
def stable_round_the_period() -> Drawn:
    """Stable round the period, if not at every hour.

    Left: the largest multiplier of a PAR(1) of 24 hours whose coefficient is c in half of them and 0.8 in the
    others: |0.8 c|^12. It is below 1 up to c = 1.25, though c itself is not. Right: a moving average of 24
    hours, 0.8 in half of them, is invertible up to the same line.
    """
    c = np.linspace(0.0, 1.5, 31)
    courses = np.repeat(np.stack([np.full(31, 0.8), c], axis=1), 12, axis=1)[:, :, None]
    none, ones = np.empty((24, 0)), np.ones(24)
    found = np.array([largest_multiplier(parma_transitions(PeriodicArma(ar, none, ones))) for ar in courses])
    can_be = np.array([is_invertible(PeriodicArma(none, ma, ones)) for ma in courses])
    left = panel(
        line(c, (0.8 * c) ** 12, THEORY),
        dots(c, found, "multiplier", 30),
        level(1.0, "1"),
        x="coefficient c",
        y="multiplier",
        y_scale={"domain": [0, 3]},
    )
    right = panel(
        dots(c[can_be], np.ones(can_be.sum()), "invertible", 40),
        dots(c[~can_be], np.zeros((~can_be).sum()), "not", 40, is_hollow=True),
        x="coefficient c",
        y="invertible",
    )
    holds = np.allclose(found, (0.8 * c) ** 12) and (can_be == (c < 1.25 - 1e-9)).all()
    return Drawn(beside(left, right), bool(holds))


@picture(fit_parma, starting_models, course_basis)
def fit_of_a_parma() -> Drawn:
    """A fit of a PARMA.

    phi(s), theta(s) and sigma(s) of a PARMA(1, 1) of 6 slots, each a level and one harmonic, from 150 cycles:
    the maximum of the likelihood with 95 % bands, the regression that the search starts from, and the truth.
    """
    model = example(6)
    x = simulate_parma(model, 150, 1, stream("fit_of_a_parma"))[0]
    slot = np.arange(x.size) % 6
    start = starting_models(x, slot, course_basis(6, 1), 1, 1)[-1]
    fit = fit_parma(x, slot, 6, 1, 1, n_harmonics=1)
    panels, inside = [], []
    for name in ("ar", "ma", "std"):
        found, error, first, true = (
            np.asarray(getattr(part, name)).reshape(6) for part in (fit.model, fit.std_errors, start, model)
        )
        inside.append(np.abs(found - true) < 2.5 * error)
        marks = (
            band(np.arange(6), found - 1.96 * error, found + 1.96 * error),
            line(np.arange(6), found, "fit"),
            dots(np.arange(6), first, "start", 40),
            line(np.arange(6), true, THEORY),
        )
        title = {"ar": "phi(s)", "ma": "theta(s)", "std": "sigma(s)"}[name]
        panels.append(panel(*marks, x="slot s", y=title, width=190, has_whole_x=True))
    return Drawn(beside(*panels), fit.is_converged and bool(np.all(inside)))


@picture(course_basis)
def courses_of_a_coefficient() -> Drawn:
    """Courses that a coefficient is a sum of.

    The basis of two harmonics over 24 hours: a level, and a cosine and a sine of one and of two turns a day.
    With five numbers in place of 24 for each coefficient, a likelihood can be searched.
    """
    basis = course_basis(24, 2)
    hour = np.arange(24)
    names = ("1", "cos, k = 1", "sin, k = 1", "cos, k = 2", "sin, k = 2")
    chart = panel(
        *(line(hour, column, name) for column, name in zip(basis.T, names, strict=True)),
        x="hour s",
        y="course",
        width=560,
    )
    gram = basis.T @ basis
    return Drawn(chart, bool(np.allclose(gram, np.diag([24, 12, 12, 12, 12]))))


@picture(ParmaLikelihood, ParmaLikelihood.loglikelihood, ParmaLikelihood.errors)
def likelihood_of_a_parma() -> Drawn:
    """The likelihood of a PARMA.

    Left: log-likelihood below its maximum over a grid of mean phi and mean theta, with the other coefficients
    true, of 120 cycles of 12 slots; the truth, (0.5, 0.4), lies by the maximum, on a ridge along which the
    two make up for one another. Right: ACF of the one-step errors of the true model over their standard
    deviations: white.
    """
    model = example(12)
    x = simulate_parma(model, 120, 1, stream("likelihood_of_a_parma"))[0]
    likelihood = ParmaLikelihood(x, np.arange(x.size) % 12, 12)
    phi, theta = np.round(np.arange(0.35, 0.66, 0.05), 2), np.round(np.arange(0.2, 0.61, 0.05), 2)
    cells = np.array(
        [
            [
                likelihood.loglikelihood(PeriodicArma(model.ar + a - 0.5, model.ma + b - 0.4, model.std))
                for a in phi
            ]
            for b in theta
        ]
    )
    titles = ("mean phi", "mean theta", "below the maximum")
    left = heat(phi, theta, cells - cells.max(), titles=titles, domain=(-30, 0), text=".0f")
    error, std = likelihood.errors(model)
    found = autocorrelation(error / std, 24)
    right = panel(
        band(found.lag, -found.band_95, found.band_95), stems(found.lag, found.acf, SAMPLE), x="lag", y="ACF"
    )
    is_near = cells.max() - cells[4, 3] < 6.0
    return Drawn(beside(left, right), bool(is_near and (np.abs(found.acf) > found.band_95).sum() <= 4))
