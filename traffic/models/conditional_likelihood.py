"""ARMA coefficients by conditional least squares: cheap, for a grid of orders and to start exact fits from.

Choosing among the orders belongs to ``order_selection``, exact likelihoods to ``exact_likelihood``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares
from scipy.signal import lfilter
from statsmodels.tsa.statespace.tools import (
    constrain_stationary_univariate,
    unconstrain_stationary_univariate,
)

from traffic.models.roots import is_stationary

MAX_EVALUATIONS: Final = 200


@dataclass(frozen=True, eq=False)
class ConditionalFit:
    """ARMA coefficients by conditional least squares.

    Parameters
    ----------
    ar : ndarray of shape (p,)
        Autoregressive coefficients, stationary.
    ma : ndarray of shape (q,)
        Moving-average coefficients, invertible.
    sum_of_squares : float
        Sum of the squared innovations after the conditioning values.
    """

    ar: NDArray[np.float64]
    ma: NDArray[np.float64]
    sum_of_squares: float


def stationary_part(filled: NDArray[np.float64], d: int) -> tuple[NDArray[np.float64], float]:
    """Differenced or centred series, scaled to unit standard deviation.

    Parameters
    ----------
    filled : ndarray of shape (time,)
        Values without gaps.
    d : int
        Number of differences, 0 or 1.

    Returns
    -------
    w : ndarray of shape (time - d,)
        Differences (not centred: the model has no constant) or deviations from the mean, over ``scale``.
    scale : float
        Their standard deviation, in the series' own unit.

    Raises
    ------
    ValueError
        If d is neither 0 nor 1.
    """
    if d not in (0, 1):
        raise ValueError(f"d = {d} differences are not supported; use 0 or 1, as choose_d gives them.")
    w = np.diff(filled) if d == 1 else filled - filled.mean()
    scale = float(w.std())
    return w / scale, scale


def conditional_grid(
    w: NDArray[np.float64], max_p: int, max_q: int, n_conditioned: int
) -> dict[tuple[int, int], ConditionalFit]:
    """Fit every ARMA order up to a limit by conditional least squares, the small ones first.

    Parameters
    ----------
    w : ndarray of shape (time,)
        Stationary series of unit standard deviation, without gaps.
    max_p, max_q : int
        Limits of the grid.
    n_conditioned : int
        Number of first innovations left out of every sum of squares.

    Returns
    -------
    dict of (int, int) to ConditionalFit
        By (p, q). Each starts from the orders nested in it, so its sum of squares never exceeds theirs.
    """
    fits: dict[tuple[int, int], ConditionalFit] = {}
    for p in range(max_p + 1):
        for q in range(max_q + 1):
            nested = [fits[order] for order in ((p - 1, q), (p, q - 1)) if order in fits]
            fits[p, q] = conditional_fit(w, p, q, n_conditioned, nested)
    return fits


def conditional_fit(
    w: NDArray[np.float64], p: int, q: int, n_conditioned: int, starts: list[ConditionalFit]
) -> ConditionalFit:
    """Fit an ARMA without constant by conditional least squares.

    Parameters
    ----------
    w : ndarray of shape (time,)
        Stationary series of unit standard deviation, without gaps.
    p, q : int
        Order.
    n_conditioned : int
        Number of first innovations left out of the sum of squares.
    starts : list of ConditionalFit
        Fits of orders nested in this one, from which the search starts; it never ends worse than them.

    Returns
    -------
    ConditionalFit
        Coefficients within the stationary and invertible region.

    Notes
    -----
    Box and Jenkins 1970: the least sum of squares of w_t - sum_i phi_i w_(t-i) - sum_j theta_j e_(t-j), the
    innovations e before the first value taken for zero. The region is searched by partial autocorrelations,
    which take any value within -1 and 1 (Monahan 1984).
    """

    def innovations(unconstrained: NDArray[np.float64]) -> NDArray[np.float64]:
        ar, ma = _constrained(unconstrained, p)
        filtered = lfilter(np.r_[1.0, -ar], np.r_[1.0, ma], w)
        return np.asarray(filtered[n_conditioned:], dtype=np.float64)

    if p + q == 0:
        return ConditionalFit(np.empty(0), np.empty(0), float(np.sum(w[n_conditioned:] ** 2)))
    first = [np.zeros(p + q)] if not starts else [_unconstrained(start, p, q) for start in starts]
    found = [least_squares(innovations, start, method="lm", max_nfev=MAX_EVALUATIONS) for start in first]
    best = min(found, key=lambda result: float(result.cost))
    ar, ma = _constrained(best.x, p)
    return ConditionalFit(ar, ma, 2.0 * float(best.cost))


def inward(coefficients: NDArray[np.float64]) -> NDArray[np.float64]:
    """Coefficients drawn off the unit circle where they are near it, to start an optimiser from.

    Parameters
    ----------
    coefficients : ndarray of shape (p,)
        Autoregressive or moving-average coefficients.

    Returns
    -------
    ndarray of shape (p,)
        The same where every inverse root is clear of the circle, else with each shrunk by one per cent.
    """
    if is_stationary(coefficients) and is_stationary(-coefficients):
        return coefficients
    return np.asarray(coefficients * 0.99 ** np.arange(1, coefficients.size + 1), dtype=np.float64)


def _constrained(
    unconstrained: NDArray[np.float64], p: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    # Monahan: any real vector becomes partial autocorrelations within (-1, 1), and these coefficients.
    ar = constrain_stationary_univariate(unconstrained[:p]) if p else np.empty(0)
    ma = -constrain_stationary_univariate(unconstrained[p:]) if unconstrained.size > p else np.empty(0)
    return ar, ma


def _unconstrained(start: ConditionalFit, p: int, q: int) -> NDArray[np.float64]:
    """Pad a nested fit with zeros to order (p, q), kept off the unit circle, to start from."""
    ar, ma = inward(start.ar), inward(start.ma)
    parts = [unconstrain_stationary_univariate(np.r_[ar, np.zeros(p - ar.size)])] if p else []
    if q:
        parts.append(unconstrain_stationary_univariate(-np.r_[ma, np.zeros(q - ma.size)]))
    return np.concatenate(parts)
