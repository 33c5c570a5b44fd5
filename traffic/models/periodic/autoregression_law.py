"""The process that a periodic autoregression describes: its covariance in closed form, and draws from it.

What follows from given coefficients belongs here; estimating them belongs to ``autoregression``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from traffic.models.periodic.covariance import refuse_negative
from traffic.models.periodic.state_covariance import periodic_state_covariance


def autoregression_covariance(
    coefficients: NDArray[np.float64], std: NDArray[np.float64], lags: Sequence[int]
) -> NDArray[np.float64]:
    """Periodic covariance of a PAR(p).

    Parameters
    ----------
    coefficients : ndarray of shape (slots, p)
        phi_i(s).
    std : ndarray of shape (slots,)
        sigma(s).
    lags : sequence of int
        Lags u in steps, 0 or more.

    Returns
    -------
    ndarray of shape (slots, lags)
        b(t, u), t the slot of the earlier value.

    Raises
    ------
    ValueError
        If the shapes do not match, a lag is negative or the process is not periodically stationary.

    Notes
    -----
    With the state X(t) = (x(t), ..., x(t - p + 1))' and companion matrices A(t), the covariance of the state
    satisfies P(t) = A(t) P(t - 1) A(t)' + sigma(t)^2 e e', e the first unit vector; once round the period
    that is a discrete Lyapunov equation, and b(t, u) = e' A(t + u) ... A(t + 1) P(t) e. For PAR(1):
    b(t, u) = phi(t + 1) ... phi(t + u) v(t), v(t) = sum_{i>=0} (phi(t) ... phi(t - i + 1))^2 sigma(t - i)^2.
    Jones and Brelsford 1967; Pagano 1978.
    """
    refuse_negative(lags)
    matrices = _companions(coefficients, std)
    states = _state_covariances(matrices, std)
    n_slots = std.size
    covariance = np.empty((n_slots, len(lags)))
    for slot in range(n_slots):
        column = states[slot][:, 0]
        by_lag = [column[0]]
        for step in range(1, max(lags, default=0) + 1):
            column = matrices[(slot + step) % n_slots] @ column
            by_lag.append(column[0])
        covariance[slot] = np.array(by_lag)[list(lags)]
    return covariance


def simulate_autoregression(
    coefficients: NDArray[np.float64],
    std: NDArray[np.float64],
    n_cycles: int,
    n_series: int,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Draw records of a PAR(p) with normal innovations.

    Parameters
    ----------
    coefficients : ndarray of shape (slots, p)
        phi_i(s).
    std : ndarray of shape (slots,)
        sigma(s).
    n_cycles : int
        Length of each record in cycles.
    n_series : int
        Number of independent records.
    rng : numpy.random.Generator
        Source of the innovations.

    Returns
    -------
    ndarray of shape (n_series, n_cycles * slots)
        Of mean zero, from slot 0 on. The values ahead of the first are drawn from the process's own law, so
        that every value has its periodic variance and nothing needs to die away.

    Raises
    ------
    ValueError
        If the shapes do not match or the process is not periodically stationary.
    """
    state_covariance = _state_covariances(_companions(coefficients, std), std)[-1]
    p, n_slots = coefficients.shape[1], std.size
    # Eigenvalues of rounding size may be negative where innovations are zero.
    eigenvalues, vectors = np.linalg.eigh(state_covariance)
    root = vectors * np.sqrt(np.maximum(eigenvalues, 0.0))
    x = np.empty((p + n_cycles * n_slots, n_series))
    x[:p] = (root @ rng.standard_normal((p, n_series)))[::-1]
    innovations = rng.standard_normal((n_cycles * n_slots, n_series))
    for t in range(n_cycles * n_slots):
        latest_first = x[t : t + p][::-1]
        x[t + p] = coefficients[t % n_slots] @ latest_first + std[t % n_slots] * innovations[t]
    return np.ascontiguousarray(x[p:].T)


def _companions(coefficients: NDArray[np.float64], std: NDArray[np.float64]) -> NDArray[np.float64]:
    """Companion matrix of each slot, shape (slots, p, p)."""
    if coefficients.ndim != 2 or coefficients.shape[1] < 1 or std.shape != coefficients.shape[:1]:
        raise ValueError(
            f"coefficients must have shape (slots, p) and std (slots,); got {coefficients.shape} "
            f"and {std.shape}."
        )
    n_slots, p = coefficients.shape
    matrices = np.tile(np.eye(p, k=-1), (n_slots, 1, 1))
    matrices[:, 0] = coefficients
    return matrices


def _state_covariances(matrices: NDArray[np.float64], std: NDArray[np.float64]) -> NDArray[np.float64]:
    """Covariance of the state at each slot, shape (slots, p, p)."""
    noise = np.zeros_like(matrices)
    noise[:, 0, 0] = std**2
    return periodic_state_covariance(matrices, noise)
