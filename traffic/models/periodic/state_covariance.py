"""Covariance of a state whose transition depends on the slot: the discrete periodic Lyapunov equation.

What the laws of periodic autoregressions and of PARMA share belongs here; their states are their own.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_discrete_lyapunov


def round_the_period(matrices: NDArray[np.float64]) -> NDArray[np.float64]:
    """Product of the slots' transitions, the last one leftmost.

    Parameters
    ----------
    matrices : ndarray of shape (slots, k, k)
        A(s), the step into slot s.

    Returns
    -------
    ndarray of shape (k, k)
        A(S - 1) ... A(0): what becomes of a deviation in one period.
    """
    turn = np.eye(matrices.shape[1])
    for matrix in matrices:
        turn = matrix @ turn
    return turn


def largest_multiplier(matrices: NDArray[np.float64]) -> float:
    """Largest factor by which a deviation grows in one period.

    Parameters
    ----------
    matrices : ndarray of shape (slots, k, k)
        A(s), the step into slot s.

    Returns
    -------
    float
        Largest absolute eigenvalue of ``round_the_period``; below 1 for a periodically stationary process.
        Infinite where the product is no number.
    """
    turn = round_the_period(matrices)
    return float(np.abs(np.linalg.eigvals(turn)).max()) if np.isfinite(turn).all() else np.inf


def periodic_state_covariance(
    matrices: NDArray[np.float64], noise: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Solve P(s) = A(s) P(s - 1) A(s)' + Q(s) round the period.

    Parameters
    ----------
    matrices : ndarray of shape (slots, k, k)
        A(s), the step into slot s.
    noise : ndarray of shape (slots, k, k)
        Q(s), covariance of what is added in it.

    Returns
    -------
    ndarray of shape (slots, k, k)
        P(s), covariance of the state at slot s.

    Raises
    ------
    ValueError
        If the process is not periodically stationary.

    Notes
    -----
    One turn from the last slot to the last is an ordinary Lyapunov equation. Varga 1997.
    """
    multiplier = largest_multiplier(matrices)
    if not multiplier < 1.0:
        raise ValueError(
            f"Once round the period a deviation is multiplied by {multiplier:.4g}; a periodically stationary "
            f"process needs less than 1."
        )
    gathered = np.zeros(matrices.shape[1:])
    for matrix, added in zip(matrices, noise, strict=True):
        gathered = matrix @ gathered @ matrix.T + added
    state = solve_discrete_lyapunov(round_the_period(matrices), gathered)
    states = np.empty_like(matrices)
    for slot, (matrix, added) in enumerate(zip(matrices, noise, strict=True)):
        state = matrix @ state @ matrix.T + added
        states[slot] = state
    return states
