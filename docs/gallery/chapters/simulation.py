"""Simulation: paths to size for, with the peaks put back."""

from __future__ import annotations

import numpy as np
from scipy.stats import genpareto

from gallery.drawing import THEORY, band, beside, dots, line, panel, spans
from gallery.picture import Drawn, picture
from gallery.processes import arima_model, arma, stream
from traffic.models.filtering import forecast_moments
from traffic.models.peaks_over_threshold import PeaksOverThreshold, fit_peaks
from traffic.simulation.constant_volatility_paths import simulate_paths, sizing_table


@picture(fit_peaks, PeaksOverThreshold.return_level)
def return_levels() -> Drawn:
    """Levels that peaks reach.

    Peaks come to a level of traffic at a rate of 1 in 50 steps, their excess over 10 a generalised Pareto of
    shape 0.2. The level that is exceeded once in so many steps: fitted to 20,000 values, true, and the
    largest peaks themselves at their plotting positions.
    """
    rng = stream("return_levels")
    x = rng.uniform(2.0, 8.0, 20_000)
    at = np.arange(25, x.size, 50)
    x[at] = 10.0 + genpareto.rvs(0.2, scale=3.0, size=at.size, random_state=rng)
    peaks = fit_peaks(x, 10.0)
    steps = np.geomspace(60, 20_000, 40)
    fitted = np.array([peaks.return_level(float(n)) for n in steps])
    theory = 10.0 + genpareto.isf(50.0 / steps, 0.2, scale=3.0)
    seen = np.sort(x[at])[::-1]
    position = x.size / (np.arange(1, seen.size + 1) - 0.5)
    shown = position <= 20_000
    chart = panel(
        dots(position[shown], seen[shown], "peaks", 12),
        line(steps, fitted, "fitted"),
        line(steps, theory, THEORY),
        x="once in so many steps",
        y="level",
        width=560,
        x_scale={"type": "log"},
    )
    return Drawn(chart, bool(np.abs(fitted / theory - 1.0).max() < 0.25))


@picture(simulate_paths, sizing_table, fit_peaks)
def paths_to_size_for() -> Drawn:
    """Paths to size for.

    Left: the middle 95 % of 400 paths of an AR(1) after its history lie on the band of theory, and one path
    with the peaks put back reaches far above. Right: mean, 95th percentile and maximum of a path of 200
    steps, median and 10 to 90 % range over the paths: peaks move the maximum, and hardly the mean.
    """
    history = 20.0 + 2.0 * arma("paths_to_size_for", 600, ar=(0.8,))
    model = arima_model((0.8,), mean=20.0, sigma2=4.0)
    rng = stream("paths_to_size_for, paths")
    measured = history.copy()
    measured[::25] = 32.0 + rng.exponential(4.0, measured[::25].size)
    peaks = fit_peaks(measured, 31.0)
    plain = simulate_paths(history, model, 200, 400, rng)
    peaked = simulate_paths(history, model, 200, 400, rng, peaks=peaks)
    mean, variance = forecast_moments(history, model, 200)
    low, high = np.quantile(plain, [0.025, 0.975], axis=0)
    step = np.arange(1, 61)
    left = panel(
        band(step, low[:60], high[:60], "95 % of the paths"),
        line(step, (mean + 1.96 * np.sqrt(variance))[:60], THEORY),
        line(step, (mean - 1.96 * np.sqrt(variance))[:60], THEORY),
        line(step, peaked[1, :60], "a path with peaks"),
        x="steps ahead",
        y="traffic",
    )
    tables = {"plain": sizing_table(plain), "with peaks": sizing_table(peaked)}
    labels = tables["plain"]["statistic"].to_list()
    marks = [
        mark
        for name, table in tables.items()
        for mark in (spans(labels, table["q10"], table["q90"], name), dots(labels, table["q50"], name, 50))
    ]
    right = panel(*marks, x="of a path", y="traffic", width=200)
    moved = tables["with peaks"]["q50"].to_numpy() - tables["plain"]["q50"].to_numpy()
    near = np.abs(high - mean - 1.96 * np.sqrt(variance)).max() < 1.5
    return Drawn(beside(left, right), bool(near and moved[2] > 5.0 and abs(moved[0]) < 1.5))
