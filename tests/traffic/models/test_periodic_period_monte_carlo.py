"""Coverage, size and rate of the period's estimate, and false alarms of its verdict, over simulated records.

Each share is held to three standard errors of its own, as in ``test_constant_volatility_monte_carlo``.
"""

from __future__ import annotations

import os

import numpy as np
import pytest
from scipy.signal import lfilter

from traffic.models.periodic.period_estimate import estimate_period
from traffic.models.periodic.period_findings import AGREES, NO_DAILY_PERIOD
from traffic.models.periodic.period_verdict import period_verdicts

REPLICATIONS = int(os.environ.get("MONTE_CARLO_REPLICATIONS", "150"))


def three_errors(share: float, n: int) -> float:
    return 3 * float(np.sqrt(share * (1 - share) / n))


def autoregressive(shape: tuple[int, int], phi: float, rng: np.random.Generator) -> np.ndarray:
    innovations = rng.standard_normal((shape[0], shape[1] + 200))
    return lfilter([np.sqrt(1 - phi**2)], [1, -phi], innovations, axis=1)[:, 200:]


def records(n_days: int, period: float, phi: float, jitter: float, seed: int) -> np.ndarray:
    """Records of 48 steps a stated day whose phase moves from day to day by itself."""
    rng = np.random.default_rng([81, seed])
    at = np.arange(n_days * 48)
    day = np.minimum((at / period).astype(int), n_days - 1)
    phase = jitter * autoregressive((REPLICATIONS, n_days), 0.4, rng)[:, day]
    angle = 2 * np.pi * (at / period - phase)
    values = 3 * np.cos(angle) + np.cos(2 * angle - 1) + autoregressive(angle.shape, phi, rng)
    values[rng.random(values.shape) < 0.05] = np.nan
    return values


@pytest.mark.parametrize("phi", [0.0, 0.9])
@pytest.mark.parametrize(("n_days", "period", "jitter"), [(28, 48.0, 0.0), (56, 48.5, 0.0), (56, 48.0, 0.01)])
def test_the_interval_covers_the_period_at_95_per_cent(n_days, period, phi, jitter):
    found = estimate_period(records(n_days, period, phi, jitter, 1), 48.0)
    covered = np.mean((found.lower_95 <= period) & (period <= found.upper_95))
    # The law of the cosine sums is met in two moments: two points are allowed for the rest.
    assert abs(covered - 0.95) < three_errors(0.95, REPLICATIONS) + 0.02
    assert np.sqrt(np.mean(found.std_error**2)) == pytest.approx(
        found.period_steps.std(), rel=0.08 + 3 / np.sqrt(2 * REPLICATIONS)
    )


def test_the_error_falls_with_the_length_to_the_power_of_three_halves():
    errors = [estimate_period(records(n, 48.0, 0.5, 0.0, n), 48.0).period_steps.std() for n in (28, 112)]
    assert np.log(errors[0] / errors[1]) == pytest.approx(
        1.5 * np.log(4), abs=3 / np.sqrt(REPLICATIONS) + 0.1
    )


@pytest.mark.parametrize("phi", [0.0, 0.95])
def test_records_without_a_period_reject_at_most_5_per_cent(phi):
    n = 4 * REPLICATIONS
    found = estimate_period(autoregressive((n, 28 * 48), phi, np.random.default_rng(82)), 48.0)
    # The bound on the number of frequencies tried is cautious.
    for p_value in (found.p_value, found.p_value_stated):
        assert np.mean(p_value < 0.05) < 0.05 + three_errors(0.05, n)


def test_ordinary_records_raise_no_alarm(simulate_days):
    n = REPLICATIONS
    for size in (1.0, 3.0):
        values = np.stack([simulate_days(56, 96, seed, size=size) for seed in range(n)])
        wrong = [found.kind for found in period_verdicts(values, 900) if found.kind != AGREES]
        # One in a thousand is what a night of a thousand series can bear.
        assert len(wrong) <= 0.001 * n + 3 * np.sqrt(0.001 * n), wrong


def test_noise_of_any_colour_raises_no_alarm():
    rng = np.random.default_rng(83)
    n = REPLICATIONS // 3
    noise = [autoregressive((n, 56 * 48), phi, rng) for phi in (0.0, 0.9, 0.999)]
    wrong = [
        found.kind for found in period_verdicts(np.concatenate(noise), 1800) if found.kind != NO_DAILY_PERIOD
    ]
    # A weak period at the stated day is called one in a thousand times by chance, and then it agrees.
    assert set(wrong) <= {AGREES}
    assert len(wrong) <= 0.001 * 3 * n + 3 * np.sqrt(0.001 * 3 * n)
