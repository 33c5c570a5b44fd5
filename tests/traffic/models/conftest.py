"""Simulated series for the tests of the models."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import lfilter

Simulate = Callable[..., NDArray[np.float64]]


@pytest.fixture
def simulate_arma() -> Simulate:
    """Simulator of an ARMA of unit innovations: ``simulate_arma(n, ar, ma, seed)``."""

    def simulate(
        n: int, ar: Sequence[float] = (), ma: Sequence[float] = (), seed: int = 0
    ) -> NDArray[np.float64]:
        innovations = np.random.default_rng(seed).standard_normal(n + 500)
        return np.asarray(lfilter(np.r_[1.0, ma], np.r_[1.0, -np.asarray(ar)], innovations)[500:])

    return simulate


def course(days: NDArray[np.float64]) -> NDArray[np.float64]:
    """Traffic of an office day at times counted in days."""
    angle = 2 * np.pi * days
    return 10 - 3 * np.cos(angle - 0.6) - 1.2 * np.cos(2 * angle - 1.4) + 0.5 * np.cos(3 * angle - 0.3)


@pytest.fixture
def simulate_days() -> Simulate:
    """Simulator of records of days: ``simulate_days(n_days, steps_a_day, seed, ...)``.

    Weekends, and days of a holiday, are lower and come two hours later; noise is autoregressive; a few values
    are missing.
    """

    def simulate(
        n_days: float,
        steps_a_day: float,
        seed: int,
        weekend: bool = True,
        holiday: tuple[int, int] = (0, 0),
        missing: float = 0.02,
        size: float = 1.0,
        phi: float = 0.9,
    ) -> NDArray[np.float64]:
        rng = np.random.default_rng([9, seed])
        days = np.arange(round(n_days * steps_a_day)) / steps_a_day
        is_off = ((np.floor(days) % 7 >= 5) & weekend) | ((days >= holiday[0]) & (days < holiday[1]))
        noise = lfilter([np.sqrt(1 - phi**2)], [1, -phi], rng.standard_normal(days.size + 200))[200:]
        values = np.where(is_off, 3 + 0.5 * course(days - 2 / 24), course(days)) + size * noise
        values[rng.random(values.size) < missing] = np.nan
        return np.asarray(values)

    return simulate


@pytest.fixture
def simulate_histories() -> Simulate:
    """Simulator of eight weeks of links: ``simulate_histories(n_series, n_slots, seed, missing=0.0)``.

    Days and weeks, noise that remembers hours, in Gbit/s; of shape (series, 56, slots).
    """

    def simulate(n_series: int, n_slots: int, seed: int, missing: float = 0.0) -> NDArray[np.float64]:
        rng = np.random.default_rng([31, seed])
        days = np.arange(56 * n_slots) / n_slots
        shape = (n_series, days.size + 200)
        phi = 0.8 ** (24 / n_slots)
        noise = lfilter([np.sqrt(1 - phi**2)], [1, -phi], rng.standard_normal(shape), axis=1)[:, 200:]
        weekly = np.where(np.floor(days) % 7 >= 5, 0.6, 1.0)
        values = weekly * course(days) * np.exp(0.2 * noise)
        values[rng.random(values.shape) < missing] = np.nan
        return values.reshape(n_series, 56, n_slots)

    return simulate
