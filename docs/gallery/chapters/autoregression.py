"""Periodic autoregression: coefficients that depend on the hour."""

from __future__ import annotations

import numpy as np

from gallery.drawing import BAND, SAMPLE, THEORY, band, bars, beside, dots, line, panel, stems
from gallery.picture import Drawn, picture
from gallery.processes import Floats, stream, swelling_autoregression
from traffic.diagnostics.autocorrelation import autocorrelation
from traffic.models.periodic.autoregression import (
    autoregression_residuals,
    fit_least_squares,
    fit_yule_walker,
    yule_walker,
)
from traffic.models.periodic.autoregression_law import autoregression_covariance, simulate_autoregression
from traffic.models.periodic.autoregression_order import choose_order
from traffic.models.periodic.covariance import periodic_covariance
from traffic.models.periodic.lag_windows import complete_products, lag_window, solved_symmetric


def second_order(n_slots: int) -> tuple[Floats, Floats]:
    """PAR(2): phi_2 = 0.3 beside a phi_1 that swings, and sigma."""
    angle = 2.0 * np.pi * np.arange(n_slots) / n_slots
    return np.column_stack([0.3 + 0.2 * np.cos(angle), np.full(n_slots, 0.3)]), 1.0 + 0.5 * np.sin(angle)


@picture(fit_least_squares, fit_yule_walker, yule_walker, lag_window, complete_products, solved_symmetric)
def two_fits_of_an_autoregression() -> Drawn:
    """Two fits of a periodic autoregression.

    phi(s) and sigma(s) of a PAR(1) from 100 days of which a fifth is missing, by least squares over the
    complete pairs and by the periodic Yule-Walker equations over all that is there, on the truth; and the
    Yule-Walker solution of the true covariances, which is the truth itself.
    """
    phi, sigma = swelling_autoregression()
    rng = stream("two_fits_of_an_autoregression")
    x = simulate_autoregression(phi, sigma, 100, 1, rng)
    x[rng.random(x.shape) < 0.2] = np.nan
    slot = np.arange(x.shape[1]) % 24
    squares, walker = fit_least_squares(x, slot, 24, 1), fit_yule_walker(x, slot, 24, 1)
    coefficients, std = yule_walker(autoregression_covariance(phi, sigma, (0, 1)))
    hour = np.arange(24)
    panels = [
        panel(
            line(hour, solved, THEORY),
            dots(hour, by_squares, "least squares", 30),
            dots(hour, by_walker, "Yule-Walker", 40, is_hollow=True),
            x="hour s",
            y=title,
        )
        for solved, by_squares, by_walker, title in (
            (coefficients[:, 0], squares.coefficients[0, :, 0], walker.coefficients[0, :, 0], "phi(s)"),
            (std, squares.std[0], walker.std[0], "sigma(s)"),
        )
    ]
    near = all(np.abs(fit.coefficients[0] - phi).max() < 0.35 for fit in (squares, walker))
    return Drawn(beside(*panels), bool(near and np.allclose(coefficients, phi) and np.allclose(std, sigma)))


@picture(autoregression_covariance, simulate_autoregression)
def law_of_an_autoregression() -> Drawn:
    """The law of a periodic autoregression.

    Variance b(t, 0) and covariance b(t, 3) by hour over 2,000 simulated records of two days, on the closed
    form. The first day is as good as the second: records start from the process's own law.
    """
    phi, sigma = swelling_autoregression()
    x = simulate_autoregression(phi, sigma, 2, 2_000, stream("law_of_an_autoregression"))
    theory = autoregression_covariance(phi, sigma, (0, 3))
    hour, panels, near = np.arange(24), [], []
    for column, lag in enumerate((0, 3)):
        sample = (x[:, :24] * x[:, lag : 24 + lag]).mean(axis=0)
        near.append(np.abs(sample - theory[:, column]).max() < 0.3)
        marks = (line(hour, theory[:, column], THEORY), dots(hour, sample, "first day", 30))
        panels.append(panel(*marks, x="hour t", y=f"b(t, {lag})"))
    return Drawn(beside(*panels), all(near))


@picture(choose_order)
def order_of_an_autoregression() -> Drawn:
    """The order of a periodic autoregression.

    Order that BIC chooses for 100 simulated records of 60 cycles of 6 slots, of white noise, of a PAR(1) and
    of a PAR(2): nearly always the true one.
    """
    slot = np.arange(60 * 6) % 6
    phi, sigma = swelling_autoregression(6)
    processes = {"white": (0.0 * phi, sigma), "PAR(1)": (phi, sigma), "PAR(2)": second_order(6)}
    panels, right = [], []
    for true, (name, (coefficients, std)) in enumerate(processes.items()):
        x = simulate_autoregression(coefficients, std, 60, 100, stream(f"order, {name}"))
        found = periodic_covariance(x, slot, 6, range(4))
        chosen = choose_order(found.covariance, found.n_pairs[:, :, 0])
        share = np.bincount(chosen, minlength=4) / 100
        right.append(share[true] > 0.8)
        marks = [bars([str(p) for p in range(4)], share, "share of records")]
        panels.append(
            panel(*marks, x="order chosen", y="share", title=name, width=180, y_scale={"domain": [0, 1]})
        )
    return Drawn(beside(*panels), all(right))


@picture(autoregression_residuals)
def what_an_autoregression_leaves() -> Drawn:
    """What a periodic autoregression leaves.

    ACF of the deviations of a PAR(2), as if they were stationary, and of the residuals of a PAR(2) fitted to
    them, over the standard deviation of their hour: white, within the band.
    """
    coefficients, std = second_order(24)
    x = simulate_autoregression(coefficients, std, 80, 1, stream("what_an_autoregression_leaves"))
    slot = np.arange(x.shape[1]) % 24
    model = fit_least_squares(x, slot, 24, 2)
    left_over = autoregression_residuals(x, slot, model) / model.std[:, slot]
    panels, acf = [], []
    for values, title in ((x[0], "Deviations"), (left_over[0, 2:], "Residuals")):
        found = autocorrelation(values, 20)
        marks = (
            band(found.lag, -found.band_95, found.band_95, BAND),
            stems(found.lag, found.acf, SAMPLE),
        )
        panels.append(panel(*marks, x="lag, hours", y="ACF", title=title, y_scale={"domain": [-0.1, 0.8]}))
        acf.append(np.abs(found.acf) > found.band_95)
    return Drawn(beside(*panels), bool(acf[0][:5].all() and acf[1].sum() <= 3))
