"""Outliers: which values a rule sets apart, and what that does to a model."""

from __future__ import annotations

from functools import partial

import numpy as np
from scipy.stats import norm

from gallery.drawing import SAMPLE, THEORY, bars, beside, dots, level, line, panel, spans
from gallery.picture import Drawn, picture
from gallery.processes import link, log_day, stream
from traffic.models.outlier_effects import outlier_effects
from traffic.windowing.circular_medians import circular_medians
from traffic.windowing.medians import MAD_TO_STD
from traffic.windowing.outlier_rules import (
    OutlierRule,
    hampel_limits,
    no_limits,
    outlier_rules,
    quantile_limits,
    slot_medians,
    tukey_limits,
)


@picture(outlier_rules, no_limits, tukey_limits, hampel_limits, quantile_limits)
def rules_of_a_day() -> Drawn:
    """Outlier rules of a day.

    Left: two-minute values of a log with twelve peaks put on them, and three rules' upper limits. Tukey's
    sets all twelve apart, Hampel's of 6, made for heavier tails, the higher ones, and the quantile takes its
    hundredth whatever there is. Right: share of 100,000 normal values that each rule sets apart, and what the
    normal law says.
    """
    x, at = log_day("rules_of_a_day")
    hour = np.arange(x.size) / 30.0
    limits = {
        "Tukey, 1.5": tukey_limits(x)[1],
        "Hampel, 6": hampel_limits(x)[1],
        "99 %": quantile_limits(x)[1],
    }
    left = panel(
        dots(hour, x, "value", 8),
        *(line(hour[[0, -1]], limit[[0, -1]], name) for name, limit in limits.items()),
        x="hour",
        y="kB in two minutes",
        title="A day with twelve peaks",
    )
    white = stream("rules_of_a_day, white").standard_normal(100_000)
    shares = {}
    for name, rule in outlier_rules().items():
        lower, upper = rule(white)
        shares[name] = 100.0 * float(np.mean((white < lower) | (white > upper)))
    quartile = norm.ppf(0.75)
    reach = [np.inf, 4.0 * quartile, 7.0 * quartile, 3.0 * MAD_TO_STD * quartile, 6.0 * MAD_TO_STD * quartile]
    theory = np.r_[200.0 * norm.sf(reach), 1.0]
    found = np.array(list(shares.values()))
    right = panel(
        bars(list(shares), found, SAMPLE),
        dots(list(shares), theory, THEORY, 50, is_hollow=True),
        x="rule",
        y="set apart, %",
        title="Share of normal values",
        width=330,
    )
    is_apart = (x[at] > limits["Tukey, 1.5"][0]).all() and np.isin(
        np.flatnonzero(x > limits["Hampel, 6"][0]), at
    ).all()
    return Drawn(beside(left, right), bool(is_apart and np.abs(found - theory).max() < 0.15))


@picture(slot_medians, circular_medians, hampel_limits)
def limits_of_the_hour() -> Drawn:
    """Limits that know the hour.

    Left: a week of a link; Hampel's limits about the hour's median follow the day, so that a value that would
    be usual in the evening is an outlier at six in the morning. Right: the hour's median in 56 days on the
    true course, and 1.4826 times the median deviation of the hour and its neighbours on the true spread.
    """
    truth = link("limits_of_the_hour", 56)
    x, slot = truth.values[0].copy(), truth.slot.astype(np.int32)
    x[[54, 126]] = 7.5
    lower, upper = hampel_limits(x, slot, 3_600)
    day = np.arange(x.size)[:168] / 24.0
    is_out = (x < lower) | (x > upper)
    at = np.flatnonzero(is_out[:168])
    left = panel(
        line(day, x[:168], "value"),
        line(day, upper[:168], "limits"),
        line(day, lower[:168], "limits"),
        dots(day[at], x[at], "outlier", 70, is_hollow=True),
        x="day",
        y="Gbit/s",
        title="A week",
    )
    median = slot_medians(x, slot)
    spread = MAD_TO_STD * circular_medians(np.abs(x - median[slot]), slot, 24, 1)
    hour = np.arange(24)
    right = panel(
        dots(hour, median, "median"),
        line(hour, truth.mean, "true mean", is_dashed=True),
        dots(hour, spread, "spread"),
        line(hour, truth.std, "true spread", is_dashed=True),
        x="hour of the day",
        y="Gbit/s",
        title="What the limits are made of",
    )
    holds = is_out[[54, 126]].all() and is_out.sum() <= 4 and np.abs(median - truth.mean).max() < 0.5
    return Drawn(beside(left, right), bool(holds and np.abs(spread - truth.std).max() < 0.3))


@picture(outlier_effects)
def effect_on_a_model() -> Drawn:
    """What a rule does to a model.

    The moving average of the first difference, fitted with its 95 % interval to a day on which peaks were
    put, as it is and once each rule has clipped or removed what it sets apart. The dashed line is the truth
    of the day without peaks. The rules agree with one another and with the truth within their errors.
    """
    x, _ = log_day("effect_on_a_model", 300, 8)
    rules: dict[str, OutlierRule] = {
        "none": no_limits,
        "Tukey": tukey_limits,
        "Hampel": partial(hampel_limits, threshold=4.0),
    }
    found = outlier_effects(x, rules, (0, 1, 1))
    name = [f"{rule}, {handling}" for rule, handling in found.select("rule", "handling").iter_rows()]
    estimate, error = found["ma.L1"].to_numpy(), 1.96 * found["ma.L1 se"].to_numpy()
    chart = panel(
        spans(name, estimate - error, estimate + error, "95 % interval"),
        dots(name, estimate, "estimate", 50),
        level(-0.93, THEORY),
        x="rule and handling",
        y="MA coefficient",
        width=620,
    )
    return Drawn(chart, bool((np.abs(estimate + 0.93) < 1.5 * error).all()))
