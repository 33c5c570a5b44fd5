"""Forecasts and scores: the next day, with how sure it is, and how it did."""

from __future__ import annotations

import numpy as np
from scipy.stats import norm

from gallery.drawing import THEORY, band, beside, dots, heat, level, line, panel
from gallery.picture import Drawn, picture
from gallery.processes import link
from traffic.models.champion import PERIODIC, PREFERENCE, choose_champion
from traffic.models.periodic.moments import periodic_moments
from traffic.models.periodic_forecast import forecast_periodic, new_value_factors
from traffic.models.quantiles import QUANTILE_LEVELS, clipped_forecast, gaussian_forecast
from traffic.models.scores import score, seasonal_scale


@picture(forecast_periodic)
def tomorrow() -> Drawn:
    """Tomorrow, from the days before.

    The day after 42 days of a link: mean and bands of 50, 80 and 95 % by hour, on the true mean and the true
    95 % limits, and what the day then brought.
    """
    truth = link("tomorrow", 43)
    past, slot = truth.values[:, :-24], truth.slot[:-24]
    found = forecast_periodic(past, slot, np.arange(24), periodic_moments(past, slot, 24))[0]
    hour, q = np.arange(24), found.quantiles
    low, high = (truth.mean + norm.ppf(level_) * truth.std for level_ in (0.025, 0.975))
    chart = panel(
        *(band(hour, q[:, i], q[:, 6 - i], "50, 80 and 95 %") for i in range(3)),
        line(hour, found.mean, "mean"),
        line(hour, low, THEORY),
        line(hour, truth.mean, THEORY),
        line(hour, high, THEORY),
        dots(hour, truth.values[0, -24:], "what came", 40),
        x="hour of the day",
        y="Gbit/s",
        width=560,
        height=220,
    )
    return Drawn(chart, bool(np.abs(q[:, 0] - low).max() < 0.8 and np.abs(q[:, 6] - high).max() < 0.8))


@picture(new_value_factors)
def factors_of_few_days() -> Drawn:
    """What few days cost.

    Factor by which the quantiles of deviations already seen are enlarged for a value to come, by the days
    behind it, exact under the normal law. Dots: the ratio of the two 97.5 % quantiles in 200,000 simulated
    slots of n days.
    """
    factors = new_value_factors(60)
    n = np.arange(3, 61)
    shown = {"97.5 %": -1, "90 %": -2, "75 %": -3}
    rng = np.random.default_rng(1935)
    days, ratio = (4, 7, 14, 28), []
    for count in days:
        x = rng.standard_normal((200_000 // count, count + 1))
        mean, std = x[:, :-1].mean(axis=1), x[:, :-1].std(axis=1, ddof=1)
        seen = np.quantile((x[:, :-1] - mean[:, None]) / std[:, None], 0.975)
        ratio.append(float(np.quantile((x[:, -1] - mean) / std, 0.975) / seen))
    chart = panel(
        *(line(n, factors[3:, column], name) for name, column in shown.items()),
        dots(days, ratio, "simulated, 97.5 %", 50),
        x="days n",
        y="factor",
        width=420,
    )
    return Drawn(chart, bool(np.abs(np.array(ratio) / factors[list(days), -1] - 1.0).max() < 0.05))


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
        found = forecast_periodic(x[None, seen], slot[seen], np.arange(24), moments)[0]
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


@picture(choose_champion)
def who_speaks() -> Drawn:
    """Which model speaks for a series.

    The champion, by which models could be fitted: the periodic one wherever it is there, else the order
    selected, else the reference, else none.
    """
    columns, rows, cells = ["periodic", "no periodic"], [], []
    for selected, reference in ((True, True), (True, False), (False, True), (False, False)):
        rows.append(
            f"{'selected' if selected else 'no selected'}, {'reference' if reference else 'no reference'}"
        )
        found = []
        for periodic in (True, False):
            fitted = dict(zip(PREFERENCE, (periodic, selected, reference), strict=True))
            champion = choose_champion(
                {name: None if is_there else "Too short." for name, is_there in fitted.items()}
            )
            found.append(champion.model)
        cells.append(found)
    rank = [[len(PREFERENCE) - PREFERENCE.index(m) if m else 0 for m in row] for row in cells]
    chart = heat(
        columns, rows, rank, titles=("fitted", "fitted", "champion"), labels=cells, width=300, height=140
    )
    return Drawn(chart, [row[0] for row in cells] == [PERIODIC] * 4 and cells[3][1] is None)
