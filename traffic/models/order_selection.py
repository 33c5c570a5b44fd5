"""Which ARMA order a differenced series asks for, decided cheaply over a grid.

The grid and its AICc belong here. The number of differences belongs to ``differencing``, the fits of the
grid to ``conditional_likelihood``, the exact likelihood of the winner to ``exact_likelihood``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from traffic.models.conditional_likelihood import conditional_grid, stationary_part
from traffic.models.differencing import filled_linearly
from traffic.models.requirements import fitted_window, why_not_constant_volatility
from traffic.models.roots import is_invertible, is_stationary


@dataclass(frozen=True)
class Candidate:
    """One order of the grid.

    Parameters
    ----------
    p, q : int
        Autoregressive and moving-average order.
    sigma2 : float
        Innovation variance by conditional sum of squares, in the squared unit of the series.
    aicc : float
        AICc of the conditional Gaussian likelihood; comparable within one selection only.
    is_admissible : bool
        Whether every root lies clear of the unit circle.
    """

    p: int
    q: int
    sigma2: float
    aicc: float
    is_admissible: bool


@dataclass(frozen=True)
class OrderSelection:
    """The order selected, and the grid it was selected from.

    Parameters
    ----------
    p, d, q : int
        The selected order.
    candidates : tuple of Candidate
        Every order of the grid, p from 0 to its limit and q from 0 to its, by p then q.
    """

    p: int
    d: int
    q: int
    candidates: tuple[Candidate, ...]

    @property
    def grid(self) -> str:
        """The grid in words."""
        max_p, max_q = max(c.p for c in self.candidates), max(c.q for c in self.candidates)
        return f"p = 0 to {max_p}, q = 0 to {max_q}, d = {self.d}: {len(self.candidates)} orders"

    def table(self) -> pl.DataFrame:
        """Lay the candidates out as a table.

        Returns
        -------
        polars.DataFrame
            ``p``, ``d``, ``q``, ``sigma2``, ``aicc``, ``delta_aicc`` (above the selected order's; below zero
            where an order that is not admissible would fit better), ``is_admissible``, ``is_selected``; the
            least AICc first.
        """
        chosen = next(c.aicc for c in self.candidates if (c.p, c.q) == (self.p, self.q))
        rows = [
            vars(c)
            | {
                "d": self.d,
                "delta_aicc": c.aicc - chosen,
                "is_selected": (c.p, c.q) == (self.p, self.q),
            }
            for c in self.candidates
        ]
        columns = ("p", "d", "q", "sigma2", "aicc", "delta_aicc", "is_admissible", "is_selected")
        return pl.DataFrame(rows).select(columns).sort("aicc", "p", "q")


def select_order(x: NDArray[np.float64], d: int, max_p: int = 3, max_q: int = 3) -> OrderSelection:
    """Select p and q by AICc over all orders up to a limit.

    Parameters
    ----------
    x : ndarray of shape (time,)
        Values on a regular grid, NaN where missing. The last ``MAX_FITTED_VALUES`` count. Gaps are filled
        by straight lines for the selection alone; the exact fit that follows takes them as missing.
    d : int
        Number of differences, 0 or 1. Without a difference the mean is removed, and counted.
    max_p, max_q : int
        Limits of the grid.

    Returns
    -------
    OrderSelection
        The admissible order of the smallest AICc; (0, 0) is always one.

    Raises
    ------
    ValueError
        If the history is too short or has no variation, or d is neither 0 nor 1.

    Notes
    -----
    Constant-volatility post, step "identify". AICc = n ln(s^2) + n + 2 k + 2 k (k + 1) / (n - k - 1)
    (Hurvich and Tsai 1989), s^2 the sum of squares over n and k the parameters: p + q, the variance and, for
    d = 0, the mean. Every candidate is conditioned on the same first ``max(max_p, max_q)`` values, so that
    all likelihoods are of the same data.
    """
    if (reason := why_not_constant_volatility(x)) is not None:
        raise ValueError(reason)
    w, scale = stationary_part(filled_linearly(fitted_window(x)), d)
    n_conditioned = max(max_p, max_q)
    n = w.size - n_conditioned
    candidates = []
    for (p, q), fit in conditional_grid(w, max_p, max_q, n_conditioned).items():
        variance = fit.sum_of_squares / n
        n_parameters = p + q + 1 + (d == 0)
        # A perfectly predictable series has no finite likelihood; the floor is the rounding of its values.
        aicc = n * np.log(max(variance, np.finfo(float).eps ** 2)) + n + aicc_penalty(n_parameters, n)
        is_admissible = is_stationary(fit.ar) and is_invertible(fit.ma)
        candidates.append(Candidate(p, q, variance * scale**2, float(aicc), is_admissible))
    best = min((c for c in candidates if c.is_admissible), key=lambda c: c.aicc)
    return OrderSelection(best.p, d, best.q, tuple(candidates))


def aicc_penalty(n_parameters: int, n_values: int) -> float:
    """Penalty that AICc adds to minus twice the log-likelihood.

    Parameters
    ----------
    n_parameters : int
        Number of estimated parameters, the variance among them.
    n_values : int
        Number of values in the likelihood.

    Returns
    -------
    float
        2 k + 2 k (k + 1) / (n - k - 1) (Hurvich and Tsai 1989), k parameters and n values.
    """
    k = n_parameters
    return 2.0 * k + 2.0 * k * (k + 1) / (n_values - k - 1)
