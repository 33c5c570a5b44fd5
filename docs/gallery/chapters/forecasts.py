"""Forecasts and scores: the next day, with how sure it is, and how it did."""

from __future__ import annotations

import numpy as np

from gallery.drawing import THEORY, beside, dots, heat, level, line, panel
from gallery.picture import Drawn, picture
from gallery.processes import link
from traffic.models.champion import ScoredModel, challenger
from traffic.models.periodic.moments import periodic_moments
from traffic.models.quantiles import QUANTILE_LEVELS, clipped_forecast, gaussian_forecast
from traffic.models.scores import score, seasonal_scale


@picture(gaussian_forecast, clipped_forecast)
def nothing_below_zero() -> Drawn:
    """Nothing below zero.

    The quantiles of a quiet night whose normal law reaches below zero (left), and clipped, as traffic cannot
    be negative (right): each quantile of the clipped law is the clipped quantile.
    """
    hour = np.arange(24)
    mean = 1.5 - 1.3 * np.cos(2.0 * np.pi * (hour - 4.0) / 24.0)
    free = gaussian_forecast(mean, np.full(24, 0.6), is_non_negative=False)
    clipped = clipped_forecast(free.mean, free.quantiles, is_non_negative=True)
    panels = [
        panel(
            *(line(hour, f.quantiles[:, i], f"{QUANTILE_LEVELS[i]:.1%}") for i in (0, 1, 3, 5, 6)),
            level(0.0, "zero"),
            x="hour of the day",
            y="Gbit/s",
            title=title,
            y_scale={"domain": [-1.2, 4.2]},
        )
        for f, title in ((free, "Normal"), (clipped, "Clipped"))
    ]
    same = np.array_equal(clipped.quantiles, np.maximum(free.quantiles, 0.0))
    return Drawn(beside(*panels), bool(same and free.quantiles.min() < 0.0))


@picture(score, seasonal_scale)
def scores_of_forecasts() -> Drawn:
    """Scores of thirty nights.

    Each day of a link forecast from the 42 before it. Left: the mean absolute error over the mean difference
    between values a day apart (MASE), each night's and 1 / sqrt(2), which is that of the true mean in normal
    deviations that a day outlasts. Right: the share of values within the bands of 80 and 95 %, night by
    night, about these levels.
    """
    truth = link("scores_of_forecasts", 72)
    x, slot = truth.values[0], truth.slot
    scale = seasonal_scale(x, 24)
    nights = []
    for night in range(42, 72):
        seen, coming = slice((night - 42) * 24, night * 24), slice(night * 24, (night + 1) * 24)
        moments = periodic_moments(x[None, seen], slot[seen], 24)
        found = gaussian_forecast(moments.mean[0], moments.std[0], is_non_negative=False)
        scores = score(x[coming], found.mean, found.quantiles, scale)
        nights.append(
            [np.abs(scores.scaled_error).mean(), scores.covered_80.mean(), scores.covered_95.mean()]
        )
    mase, covered_80, covered_95 = np.array(nights).T
    at = np.arange(1, 31)
    left = panel(
        dots(at, mase, "night", 30),
        level(float(mase.mean()), "mean"),
        level(float(np.sqrt(0.5)), THEORY),
        x="night",
        y="MASE",
        y_scale={"zero": True},
    )
    right = panel(
        dots(at, covered_80, "80 %", 30),
        level(0.8, "80 %"),
        dots(at, covered_95, "95 %", 30, is_hollow=True),
        level(0.95, "95 %"),
        x="night",
        y="share covered",
        y_scale={"domain": [0, 1.02]},
    )
    near = abs(mase.mean() - np.sqrt(0.5)) < 0.1 and abs(covered_80.mean() - 0.8) < 0.06
    return Drawn(beside(left, right), bool(near and abs(covered_95.mean() - 0.95) < 0.04))


@picture(challenger)
def who_takes_over() -> Drawn:
    """When a constant-volatility model takes over.

    By how many nights both were scored and by its error over that of the others: it speaks for the series
    where it erred less in seven nights or more.
    """
    ratios, nights = (0.8, 0.95, 1.0, 1.2), (3, 6, 7, 14)
    cells = [
        [challenger({"selected": ScoredModel(ratio, 1.0, n)}) is not None for ratio in ratios] for n in nights
    ]
    chart = heat(
        [f"{ratio:g}" for ratio in ratios],
        [f"{n} nights" for n in nights],
        [[float(cell) for cell in row] for row in cells],
        titles=("error over that of the others", "scored", "takes over"),
        labels=[["takes over" if cell else "does not" for cell in row] for row in cells],
        width=300,
        height=140,
    )
    return Drawn(chart, cells == [[n >= 7 and ratio < 1 for ratio in ratios] for n in nights])
