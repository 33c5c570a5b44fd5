"""Densities: the law of the values at each hour."""

from __future__ import annotations

import numpy as np
from scipy.stats import norm

from gallery.drawing import THEORY, line, panel
from gallery.picture import Drawn, picture
from gallery.processes import link, stream
from traffic.diagnostics.density import density_by_day_and_hour, density_by_hour


@picture(density_by_hour)
def density_of_the_hour() -> Drawn:
    """The density of the hour.

    Density of the values at four hours over 56 days: Gaussian, from kernels, and the truth. That it moves and
    widens with the hour shows that the process is not stationary.
    """
    truth = link("density_of_the_hour", 56)
    found = density_by_hour(truth.values, truth.slot)
    x = found.value[0]
    marks, near = [], []
    for hour in (4, 14, 17, 20):
        theory = norm.pdf(x, truth.mean[hour], truth.std[hour])
        marks += [
            line(x, found.empirical[0, hour], "kernels"),
            line(x, found.gaussian[0, hour], "Gaussian"),
            line(x, theory, THEORY),
        ]
        near.append(np.abs(found.gaussian[0, hour] - theory).max() < 0.3 * theory.max())
    chart = panel(
        *marks, x="Gbit/s (at 4, 14, 17 and 20 o'clock, from the left)", y="density", width=560, height=220
    )
    return Drawn(chart, all(near))


@picture(density_by_day_and_hour)
def density_of_single_days() -> Drawn:
    """The density of single days.

    p_k(x, t) at eight in the evening of three days of one-minute values whose level is 8, 9 and 10: each day
    has a density of its own, about its own level, and all days together one that is wider.
    """
    hour = np.arange(3 * 1_440) // 60 % 24
    day = np.arange(3 * 1_440) // 1_440
    x = (8.0 + day + 0.4 * stream("density_of_single_days").standard_normal(day.size))[None]
    single = density_by_day_and_hour(x, hour, day, 3)
    together = density_by_hour(x, hour)
    grid = single.value[0]
    chart = panel(
        *(line(grid, single.gaussian[0, k, 20], f"day {k + 1}") for k in range(3)),
        line(grid, together.empirical[0, 20], "all days"),
        *(line(grid, norm.pdf(grid, 8.0 + k, 0.4), THEORY) for k in range(3)),
        x="value",
        y="density",
        width=560,
    )
    tops = grid[np.argmax(single.gaussian[0, :, 20], axis=1)]
    return Drawn(chart, bool(np.abs(tops - [8.0, 9.0, 10.0]).max() < 0.2))
