"""The simulated processes that the pictures draw from: each the same whenever it is drawn, each of known law.

Draws and the truth behind them belong here; estimates belong to the chapters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from traffic.models.constant_volatility import ConstantVolatilityModel, coefficient_names
from traffic.simulation.courses import random_stream

Floats = NDArray[np.float64]

SEED: Final = 1995
BURN_IN: Final = 300
HOURS: Final = 24


def stream(name: str) -> np.random.Generator:
    """Random numbers of one picture's own."""
    return random_stream(SEED, name)


def arma(
    name: str, n: int, ar: tuple[float, ...] = (), ma: tuple[float, ...] = (), n_series: int | None = None
) -> Floats:
    """ARMA of unit innovations, shape (n,) or (n_series, n)."""
    shape = (BURN_IN + n,) if n_series is None else (n_series, BURN_IN + n)
    noise = stream(name).standard_normal(shape)
    x = lfilter(np.r_[1.0, ma], np.r_[1.0, -np.array(ar)], noise, axis=-1)
    return np.asarray(x[..., BURN_IN:], dtype=np.float64)


def arima_model(
    ar: tuple[float, ...] = (), ma: tuple[float, ...] = (), d: int = 0, mean: float = 0.0, sigma2: float = 1.0
) -> ConstantVolatilityModel:
    """Model of stated coefficients."""
    order = (len(ar), d, len(ma))
    estimates = np.r_[[mean] * (d == 0), ar, ma, sigma2]
    return ConstantVolatilityModel(*order, coefficient_names(order), estimates)


def log_day(name: str, n: int = 720, n_peaks: int = 12) -> tuple[Floats, NDArray[np.int64]]:
    """Two-minute windows of a web log: an ARIMA(0, 1, 1) of MA -0.93, and where peaks were put on it."""
    rng = stream(name)
    noise = 12.0 * rng.standard_normal(n)
    x = 200.0 + np.cumsum(np.r_[noise[0], noise[1:] - 0.93 * noise[:-1]])
    at = np.sort(rng.choice(n, n_peaks, replace=False))
    x[at] += 60.0 + rng.exponential(60.0, n_peaks)
    return x, at


@dataclass(frozen=True, eq=False)
class Link:
    """Hourly traffic of a link: x(t) = m(s) + d(s) y(t), y an AR(1) of unit variance.

    Parameters
    ----------
    values : ndarray of shape (series, time)
        In Gbit/s.
    slot : ndarray of int of shape (time,)
        Hour of the day.
    mean, std : ndarray of shape (24,)
        m(s) and d(s).
    phi : float
        Of the AR(1).
    """

    values: Floats
    slot: NDArray[np.int64]
    mean: Floats
    std: Floats
    phi: float

    def covariance(self, lags: range) -> Floats:
        """b(t, u) = d(t) d(t + u) phi^u, shape (24, lags)."""
        return np.stack([self.std * np.roll(self.std, -u) * self.phi**u for u in lags], axis=1)


def link(name: str, n_days: int, n_series: int = 1, phi: float = 0.7) -> Link:
    """Draw days of a link that is busy at eight in the evening, and then also the least steady."""
    slot = np.arange(n_days * HOURS) % HOURS
    angle = 2.0 * np.pi * (np.arange(HOURS) - 20.0) / HOURS
    mean = 6.0 + 2.5 * np.cos(angle) + 1.0 * np.cos(2.0 * angle)
    std = 0.6 + 0.35 * np.cos(angle)
    noise = arma(name, slot.size, ar=(phi,), n_series=n_series) * np.sqrt(1.0 - phi**2)
    return Link(mean[slot] + std[slot] * noise, slot, mean, std, phi)


def swelling_autoregression(n_slots: int = HOURS) -> tuple[Floats, Floats]:
    """PAR(1) that remembers by day and forgets by night: phi(s), shape (slots, 1), and sigma(s)."""
    angle = 2.0 * np.pi * np.arange(n_slots) / n_slots
    return (0.5 + 0.4 * np.cos(angle))[:, None], 1.0 + 0.5 * np.sin(angle)


def garch(name: str, n: int, omega: float, alpha: float, beta: float) -> tuple[Floats, Floats]:
    """GARCH(1, 1) from its mean variance on: values and the standard deviation of each."""
    noise = stream(name).standard_normal(n)
    variance = np.full(n, omega / (1.0 - alpha - beta))
    x = np.sqrt(variance[0]) * noise
    for t in range(1, n):
        variance[t] = omega + alpha * x[t - 1] ** 2 + beta * variance[t - 1]
        x[t] = np.sqrt(variance[t]) * noise[t]
    return x, np.sqrt(variance)
