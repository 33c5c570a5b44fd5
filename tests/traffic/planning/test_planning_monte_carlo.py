"""How often intervals of growth and dates of run-out hold what they should, on links of known law.

``make monte-carlo`` narrows the bands to those of 2,000 replications.
"""

from __future__ import annotations

import os

import numpy as np
import pytest
from scipy.signal import lfilter
from scipy.stats import binom

from traffic.planning.level_draws import draw_levels
from traffic.planning.level_trends import fit_level
from traffic.planning.load_histories import load_history
from traffic.planning.outlooks import link_outlooks, passage_week

REPLICATIONS = int(os.environ.get("MONTE_CARLO_REPLICATIONS", "120"))
GROWTH = 0.01


def level(kind: str, n_weeks: int, rng: np.random.Generator) -> np.ndarray:
    """Logarithms of weekly levels: growth of one per cent, and what stands about it."""
    noise = rng.standard_normal(n_weeks)
    about = {
        "white noise": lambda: 0.03 * noise,
        "noise that comes back": lambda: 0.03 * lfilter([np.sqrt(1 - 0.64)], [1, -0.8], noise),
        "a walk under noise": lambda: 0.03 * noise + np.cumsum(0.01 * rng.standard_normal(n_weeks)),
        "heavy tails": lambda: 0.03 * rng.standard_t(3, n_weeks) / np.sqrt(3),
        "a walk": lambda: np.cumsum(0.02 * noise),
    }
    if kind in about:
        return GROWTH * np.arange(n_weeks) + about[kind]()
    values = GROWTH * np.arange(n_weeks) + 0.03 * noise
    place = int(rng.integers(2, n_weeks - 1))
    values[place : place + 1 if kind == "a holiday" else n_weeks] -= 0.4
    return values


@pytest.mark.parametrize("n_weeks", [8, 26, 52])
@pytest.mark.parametrize(
    "kind",
    [
        "white noise",
        "noise that comes back",
        "a walk under noise",
        "heavy tails",
        "a holiday",
        "a step",
        "a walk",
    ],
)
def test_growth_lies_within_its_interval(kind: str, n_weeks: int) -> None:
    held = 0
    for replication in range(REPLICATIONS):
        rng = np.random.default_rng([replication, n_weeks])
        trend = fit_level(level(kind, n_weeks, rng), np.arange(n_weeks, dtype=np.float64))
        assert trend is not None
        low, high = np.quantile(draw_levels(trend, 1, 1_000, rng).growth, [0.025, 0.975])
        held += int(low <= GROWTH <= high)
    # A bare walk of a few weeks looks like a trend: there the interval holds 83 to 93 % of the time.
    share = 0.82 if kind == "a walk" else 0.90
    assert held >= binom.ppf(0.001, REPLICATIONS, share)


def link(n_weeks: int, rng: np.random.Generator, kind: str) -> np.ndarray:
    """Hourly loads (days, 24) that grow by one per cent a week."""
    days = np.arange(7 * n_weeks)
    log_level = GROWTH * days / 7
    if kind == "a walk":
        log_level = log_level + np.cumsum(0.007 * rng.standard_normal(days.size))
    log_level += np.array([0, 0.02, 0.03, 0.03, 0, -0.2, -0.25])[days % 7]
    course = 1 + 0.5 * np.sin(2 * np.pi * (np.arange(24) - 14) / 24)
    noise = lfilter([0.06 * 0.6], [1, -0.8], rng.standard_normal(24 * days.size)).reshape(-1, 24)
    return np.exp(log_level)[:, None] * course * np.exp(noise)


@pytest.mark.parametrize("kind", ["growth alone", "a walk"])
def test_the_run_out_lies_between_its_quantiles(kind: str) -> None:
    n_weeks, n_ahead, held = 16, 24, 0
    n_links = max(REPLICATIONS // 2, 50)
    for replication in range(n_links):
        rng = np.random.default_rng([replication, 5])
        loads = link(n_weeks + n_ahead, rng, kind)
        dates = np.repeat(np.datetime64("2024-01-01") + np.arange(loads.shape[0]), 24)
        slots = np.tile(np.arange(24), loads.shape[0])
        whole = load_history(loads.reshape(1, -1), dates, slots, 3_600)
        n_known = 7 * 24 * n_weeks
        known = load_history(loads.reshape(1, -1)[:, :n_known], dates[:n_known], slots[:n_known], 3_600)
        capacity = float(known.week_p95[0, -4:].mean() * np.exp(rng.uniform(0.03, 0.01 * n_ahead)))
        (found,) = link_outlooks(known, [capacity], [1.0], [rng], n_paths=1_000)
        is_above = whole.week_p95[0, n_weeks:] > capacity
        happened = int(np.argmax(is_above)) if is_above.any() else n_ahead
        weeks = [passage_week(found.first_passage[1.0], level) for level in (0.1, 0.9)]
        low, high = (n_ahead if week is None else week for week in weeks)
        held += int(low <= happened <= high)
    assert held >= binom.ppf(0.001, n_links, 0.78)
