"""Draws of a level ahead, with all that its fit leaves open.

What is made of the draws belongs to ``outlooks`` and ``month_ends``; the fit to ``level_trends``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from traffic.planning.level_trends import WANDERING_SHARES, LevelTrend, trend_design

_DRAWS_A_PATH: Final = 10
"""Drawn for each path that is kept, where a prior weighs them."""


@dataclass(frozen=True, eq=False)
class LevelPaths:
    """Draws of a level ahead.

    Parameters
    ----------
    growth : ndarray of shape (paths,)
        A unit of time.
    level : ndarray of shape (paths, times ahead)
        Without the noise of single values.
    noise : ndarray of shape (paths, times ahead)
        Of single values.
    """

    growth: NDArray[np.float64]
    level: NDArray[np.float64]
    noise: NDArray[np.float64]


def draw_levels(
    trend: LevelTrend,
    n_ahead: int,
    n_paths: int,
    rng: np.random.Generator,
    usual_growth: float | None = None,
) -> LevelPaths:
    """Draw what a level may do, with all that is not known of its trend.

    Parameters
    ----------
    trend : LevelTrend
    n_ahead : int
        Times ahead, the first one a unit behind the newest value.
    n_paths : int
    rng : numpy.random.Generator
    usual_growth : float, optional
        Half of all links grow or shrink by less in a unit of time: a Cauchy prior of the drift, by which ten
        times as many paths are weighed and drawn from. Without it every drift is as likely beforehand.

    Returns
    -------
    LevelPaths
    """
    if usual_growth is None:
        return _drawn(trend, n_ahead, n_paths, rng)
    many = _drawn(trend, n_ahead, _DRAWS_A_PATH * n_paths, rng)
    weight = 1.0 / (1.0 + np.square(many.growth / usual_growth))
    kept = rng.choice(weight.size, n_paths, p=weight / weight.sum())
    return LevelPaths(many.growth[kept], many.level[kept], many.noise[kept])


def _drawn(trend: LevelTrend, n_ahead: int, n_paths: int, rng: np.random.Generator) -> LevelPaths:
    which = np.searchsorted(np.cumsum(trend.probability)[:-1], rng.random(n_paths), side="right")
    share = WANDERING_SHARES[which]
    scale = np.sqrt(trend.sum_of_squares[which] / rng.chisquare(trend.degrees, n_paths))
    n_base = trend.coefficients.shape[1]
    deviates = rng.standard_normal((n_paths, n_base))
    roots = np.linalg.cholesky(trend.covariance + 1e-15 * np.eye(n_base))
    deviation = scale[:, None] * np.einsum("pij,pj->pi", roots[which], deviates)
    coefficients = trend.coefficients[which] + deviation
    wandered = trend.wandered[which] - np.einsum("pi,pi->p", trend.carried[which], deviation)
    wandered += scale * np.sqrt(trend.wandered_variance[which]) * rng.standard_normal(n_paths)
    ahead = trend_design(trend.last_time + 1.0 + np.arange(n_ahead, dtype=np.float64), trend.year)
    walk = np.cumsum(rng.standard_normal((n_paths, n_ahead)), axis=1) * (scale * np.sqrt(share))[:, None]
    noise = rng.standard_normal((n_paths, n_ahead)) * (scale * np.sqrt(1.0 - share))[:, None]
    return LevelPaths(coefficients[:, 1], coefficients @ ahead.T + wandered[:, None] + walk, noise)
