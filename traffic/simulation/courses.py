"""The shape of a simulated day, its noise, and the random streams that both draw from.

What both the provider and the web logs need belongs here; capacities, requests and files do not.
"""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

MINUTES_PER_DAY = 1440

# Weight of working hours and of the evening, Monday to Sunday: offices rest at the week's end, homes do not.
OFFICE_WEIGHT = np.array([0.55, 0.57, 0.58, 0.57, 0.52, 0.22, 0.18])
EVENING_WEIGHT = np.array([0.95, 0.97, 1.00, 1.00, 0.90, 0.95, 1.10])
NIGHT_LEVEL = 0.28


def random_stream(seed: int, *names: str) -> np.random.Generator:
    """Random numbers that belong to one named thing, whatever else is drawn beside it.

    Parameters
    ----------
    seed : int
        Seed of the whole landing zone, not negative.
    *names : str
        Path of the thing, such as ``"link", "FRA_AMS"``.

    Returns
    -------
    numpy.random.Generator
        Independent of the streams of other names.
    """
    # str's own hash differs from one process to the next; CRC-32 does not.
    return np.random.default_rng([seed, *(zlib.crc32(name.encode()) for name in names)])


def day_course(
    minute: NDArray[np.float64],
    office: NDArray[np.float64],
    evening: NDArray[np.float64],
    night: float = NIGHT_LEVEL,
) -> NDArray[np.float64]:
    """Relative load over the day: a night floor, working hours around 11:00, an evening around 20:30.

    Parameters
    ----------
    minute : ndarray
        Local minutes since midnight; any real number, taken modulo a day.
    office, evening : ndarray
        Weights of the two bumps, broadcast against ``minute``.
    night : float
        Floor that the quiet hours keep.

    Returns
    -------
    ndarray
        Positive, in no unit.
    """
    return night + office * _bump(minute, 11.0, 2.6) + evening * _bump(minute, 20.5, 2.6)


def _bump(minute: NDArray[np.float64], peak_hour: float, width_hours: float) -> NDArray[np.float64]:
    """Draw a bell that is one at its peak and joins smoothly over midnight (von Mises shape)."""
    turn = 2 * np.pi / MINUTES_PER_DAY
    concentration = (24 / (2 * np.pi * width_hours)) ** 2
    bell: NDArray[np.float64] = np.exp(concentration * (np.cos(turn * (minute - 60 * peak_hour)) - 1))
    return bell


def lognormal_noise(
    rng: np.random.Generator, size: int, *, slow_sd: float, carry: float, quick_sd: float
) -> NDArray[np.float64]:
    """Multiplicative noise of mean one: an AR(1) in the logarithm and a white part.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where the draws come from.
    size : int
        Number of values.
    slow_sd : float
        Standard deviation of the autocorrelated part of the logarithm.
    carry : float
        Its autocorrelation at lag 1, in [0, 1).
    quick_sd : float
        Standard deviation of the white part of the logarithm.

    Returns
    -------
    ndarray of shape (size,)
        Positive, with expectation one.
    """
    innovations = slow_sd * np.sqrt(1 - carry**2) * rng.standard_normal(size)
    # The first value has the stationary spread, so the noise needs no run-in.
    innovations[:1] /= np.sqrt(1 - carry**2)
    slow = np.asarray(lfilter([1.0], [1.0, -carry], innovations), dtype=np.float64)
    exponent = slow + quick_sd * rng.standard_normal(size) - (slow_sd**2 + quick_sd**2) / 2
    noise: NDArray[np.float64] = np.exp(exponent)
    return noise
