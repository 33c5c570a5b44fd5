"""Coverage of the phases' intervals and of their drift, and false alarms of unusual days, by simulation.

Each share is held to three standard errors of its own, as in ``test_constant_volatility_monte_carlo``.
"""

from __future__ import annotations

import os

import numpy as np
import pytest
from scipy.signal import lfilter

from traffic.diagnostics.daily_peaks import daily_peaks
from traffic.diagnostics.day_phases import day_phases
from traffic.diagnostics.phase_drift import phase_drift
from traffic.diagnostics.unusual_days import unusual_days

REPLICATIONS = int(os.environ.get("MONTE_CARLO_REPLICATIONS", "150"))
SLOTS, STEP = 96, 900


def three_errors(share: float, n: int) -> float:
    return 3 * float(np.sqrt(share * (1 - share) / n))


def days(n_series: int, n_days: int, size: float, phi: float, seed: int, weekend: bool = False) -> np.ndarray:
    rng = np.random.default_rng([84, seed])
    is_off = (np.arange(n_days) % 7 >= 5)[:, None] & weekend
    shift = np.where(is_off, 2 / 24, 0.0) + (
        10 / 1440 * rng.standard_normal((n_series, n_days, 1)) if weekend else 0
    )
    angle = 2 * np.pi * (np.arange(SLOTS) / SLOTS - shift)
    course = 10 - 3 * np.cos(angle - 0.6) - 1.2 * np.cos(2 * angle - 1.4) + 0.5 * np.cos(3 * angle - 0.3)
    level = np.where(is_off, 0.5, 1.0) * (
        1 + (0.05 * rng.standard_normal((n_series, n_days, 1)) if weekend else 0)
    )
    innovations = rng.standard_normal((n_series, n_days * SLOTS + 200))
    noise = lfilter([np.sqrt(1 - phi**2)], [1, -phi], innovations, axis=1)[:, 200:]
    return level * course + size * noise.reshape(n_series, n_days, SLOTS)


@pytest.mark.parametrize(("phi", "least"), [(0.0, 0.95), (0.7, 0.93), (0.9, 0.87)])
@pytest.mark.parametrize("size", [0.5, 1.5])
def test_the_interval_of_a_phase_covers_as_often_as_it_says_or_nearly(phi, least, size):
    values = days(REPLICATIONS, 14, size, phi, 1)
    found = day_phases(values, STEP)
    covered = (found.phase_lower_95 <= 0) & (found.phase_upper_95 >= 0)
    # Days of one series share their mean: each series counts as one.
    assert covered.mean() > least - three_errors(least, REPLICATIONS)


def test_the_interval_covers_at_least_as_often_as_the_resampled_one():
    values = days(12, 10, 1.0, 0.8, 2)
    found = day_phases(values, STEP)
    fast = (found.phase_lower_95 <= 0) & (found.phase_upper_95 >= 0)
    peaks = [daily_peaks(ensemble, STEP, seed=0) for ensemble in values]
    slow = [[peak.phase_lower_95 <= 0 <= peak.phase_upper_95 for peak in series] for series in peaks]
    assert fast.mean() >= np.mean(slow) - 0.02


@pytest.mark.parametrize("n_days", [10, 20, 56])
def test_the_interval_of_the_drift_covers_it_at_95_per_cent(n_days):
    rng = np.random.default_rng([85, n_days])
    error = np.where(rng.random((4 * REPLICATIONS, n_days)) < 0.5, 5.0, 20.0)
    minutes = 0.5 * np.arange(n_days) + error * rng.standard_normal(error.shape)
    found = phase_drift(minutes, np.arange(n_days), 1.96 * error)
    covered = np.mean((found.lower_95 <= 0.5) & (found.upper_95 >= 0.5))
    # Of few days there are few slopes, and the interval errs on the safe side.
    assert 0.95 - three_errors(0.95, error.shape[0]) - 0.01 < covered < 0.999


@pytest.mark.parametrize("a_week", [0.0, 0.035])
@pytest.mark.parametrize("n_days", [10, 13, 14, 21, 28, 56])
@pytest.mark.parametrize("size", [0.3, 1.0, 2.0])
def test_fewer_than_one_ordinary_day_in_a_hundred_is_unusual(n_days, size, a_week):
    values = days(REPLICATIONS, n_days, size, 0.9, 3, weekend=True)
    values *= (1 + a_week) ** (np.arange(n_days) / 7)[:, None]
    weekday = np.arange(n_days) % 7 + 1
    found = unusual_days(values, weekday, day_phases(values, STEP))
    assert found.is_unusual.mean() < 0.01 + three_errors(0.01, REPLICATIONS * n_days)
