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
