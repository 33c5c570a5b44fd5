"""Periodic moments: what each hour of the day is like."""

from __future__ import annotations

import numpy as np

from gallery.drawing import SAMPLE, THEORY, band, beside, dots, line, panel, steps
from gallery.picture import Drawn, picture
from gallery.processes import link, stream
from traffic.models.periodic.coarser_slots import coarser
from traffic.models.periodic.moments import (
    deviations,
    explained_share,
    filled_with_mean,
    has_spread,
    periodic_moments,
    std_interval,
)
from traffic.models.periodic.slot_sums import starts_of_runs, sum_by_slot


@picture(periodic_moments, std_interval)
def mean_and_spread() -> Drawn:
    """Mean and spread of the hour.

    Periodic mean and standard deviation of 28 days with their 95 % intervals, on the truth (dashed), which
    these hold in all but about one hour in twenty.
    """
    truth = link("mean_and_spread", 28)
    found = periodic_moments(truth.values, truth.slot, 24)
    low, high = std_interval(found)
    hour = np.arange(24)
    panels, outside = [], 0
    for estimate, lower, upper, true, title in (
        (found.mean[0], found.lower_95[0], found.upper_95[0], truth.mean, "Mean m(s)"),
        (found.std[0], low[0], high[0], truth.std, "Standard deviation s(s)"),
    ):
        marks = (
            band(hour, lower, upper, "95 % interval"),
            dots(hour, estimate, SAMPLE),
            line(hour, true, THEORY),
        )
        panels.append(panel(*marks, x="hour of the day", y="Gbit/s", title=title))
        outside += int(((true < lower) | (true > upper)).sum())
    return Drawn(beside(*panels), outside <= 7)


@picture(deviations, filled_with_mean, has_spread)
def deviations_from_the_mean() -> Drawn:
    """Deviations from the mean of the hour.

    Left: four days with a gap, which the periodic mean fills. Right: the deviations, without a daily course
    and missing where the values are; at three in the morning the link always carries 4 Gbit/s, an hour
    without spread, whose deviations are exactly zero (diamonds).
    """
    truth = link("deviations_from_the_mean", 14)
    x = truth.values.copy()
    x[:, truth.slot == 3] = 4.0
    x[:, 60:80] = np.nan
    moments = periodic_moments(x, truth.slot, 24)
    centred = deviations(x, truth.slot, moments)[0]
    filled = filled_with_mean(x, truth.slot, moments)[0]
    day = np.arange(96) / 24.0
    left = panel(
        line(day, x[0, :96], "observed"),
        line(day, np.where(np.isnan(x[0]), filled, np.nan)[:96], "filled", is_dashed=True),
        x="day",
        y="Gbit/s",
    )
    still = np.flatnonzero(~has_spread(moments)[0][truth.slot[:96]] & ~np.isnan(x[0, :96]))
    right = panel(
        line(day, centred[:96], "deviation"),
        dots(day[still], centred[still], "no spread", 60, is_hollow=True),
        x="day",
        y="Gbit/s",
    )
    holds = (centred[still] == 0.0).all() and still.size == 3 and not np.isnan(filled).any()
    return Drawn(beside(left, right), bool(holds and np.isnan(centred[60:80]).all()))


@picture(explained_share)
def share_explained() -> Drawn:
    """The share that the day explains.

    Part of the variance that the periodic mean explains, as its swing grows, in 60 days of white noise of
    variance 1 about it: a / (1 + a), a the variance of the mean over the day, and (slots - 1) / (n - 1) where
    there is none.
    """
    slot = np.arange(60 * 24) % 24
    swing = np.linspace(0.0, 3.0, 16)
    noise = stream("share_explained").standard_normal((swing.size, slot.size))
    x = swing[:, None] * np.sqrt(2.0) * np.cos(2.0 * np.pi * slot / 24) + noise
    share = explained_share(x, slot, periodic_moments(x, slot, 24))
    theory = swing**2 / (1.0 + swing**2)
    by_chance = 23 / (slot.size - 1)
    chart = panel(
        line(swing, theory + (1.0 - theory) * by_chance, THEORY),
        dots(swing, share, SAMPLE, 40),
        x="standard deviation of the mean over the day",
        y="share explained",
        width=420,
    )
    return Drawn(chart, bool(np.abs(share - theory - (1.0 - theory) * by_chance).max() < 0.04))


@picture(sum_by_slot, starts_of_runs, coarser)
def fewer_slots() -> Drawn:
    """Fewer, longer slots.

    Means by five-minute slot, sums over counts, of 14 days, and the hourly means that the resampling tests
    take in their place: the course of the day is the same.
    """
    slot = np.arange(14 * 288) % 288
    course = 6.0 + 2.5 * np.cos(2.0 * np.pi * (np.arange(288) / 288 - 20 / 24))
    x = course[slot][None] + stream("fewer_slots").standard_normal((1, slot.size))
    fine = sum_by_slot(x, slot, 288)[0] / 14
    coarse, coarse_slot, n = coarser(x, slot, 288)
    hourly = sum_by_slot(coarse, coarse_slot, n)[0] / 14
    chart = panel(
        dots(np.arange(288) / 12, fine, "five minutes", 8),
        steps(np.arange(n + 1), np.r_[hourly, hourly[-1]], "an hour"),
        line(np.arange(288) / 12, course, THEORY),
        x="hour of the day",
        y="Gbit/s",
        width=560,
    )
    return Drawn(chart, n == 24 and bool(np.allclose(hourly, fine.reshape(24, 12).mean(axis=1))))
