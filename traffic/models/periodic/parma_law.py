"""Periodic ARMA and the process that it describes: its covariance in closed form, and draws from it.

The model, its state space and what follows from given coefficients belong here. The likelihood of a record
belongs to ``parma_likelihood``, fitting to ``parma``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from traffic.models.periodic.covariance import refuse_negative
from traffic.models.periodic.state_covariance import largest_multiplier, periodic_state_covariance


@dataclass(frozen=True, eq=False)
class PeriodicArma:
    """Coefficients of a PARMA(p, q) by slot.

    x(t) = sum_i phi_i(s) x(t - i) + e(t) + sum_j theta_j(s) e(t - j), e(t) = sigma(s) w(t), s the slot of t.

    Parameters
    ----------
    ar : ndarray of shape (slots, p)
        phi_i(s).
    ma : ndarray of shape (slots, q)
        theta_j(s).
    std : ndarray of shape (slots,)
        sigma(s), in the series' unit.

    Notes
    -----
    Vecchia 1985, with plus signs before theta as in statsmodels. perARMA's theta_j(s) multiply the noise w
    itself, and so are theta_j(s) sigma(s - j) here.
    """

    ar: NDArray[np.float64]
    ma: NDArray[np.float64]
    std: NDArray[np.float64]


def parma_transitions(model: PeriodicArma) -> NDArray[np.float64]:
    """Transitions of the state (x(t), ..., x(t - p + 1), e(t), ..., e(t - q + 1)).

    Parameters
    ----------
    model : PeriodicArma
        Of p and q values before; a model without autoregression has x(t) alone in its state.

    Returns
    -------
    ndarray of shape (slots, k, k)
        A(s), the step into slot s, k = max(p, 1) + q.

    Raises
    ------
    ValueError
        If the shapes do not match.
    """
    n_slots = model.std.shape[0]
    if model.std.ndim != 1 or any(part.ndim != 2 or len(part) != n_slots for part in (model.ar, model.ma)):
        raise ValueError(
            f"ar and ma must have shapes (slots, p) and (slots, q), std (slots,); got {model.ar.shape}, "
            f"{model.ma.shape} and {model.std.shape}."
        )
    p, q = model.ar.shape[1], model.ma.shape[1]
    first_noise = max(p, 1)
    shift = np.eye(first_noise + q, k=-1)
    shift[0] = 0.0
    if q:
        shift[first_noise] = 0.0
    matrices = np.tile(shift, (n_slots, 1, 1))
    matrices[:, 0, :p] = model.ar
    matrices[:, 0, first_noise:] = model.ma
    return matrices


def parma_loading(model: PeriodicArma) -> NDArray[np.float64]:
    """Where the noise enters the state.

    Parameters
    ----------
    model : PeriodicArma
        As for ``parma_transitions``.

    Returns
    -------
    ndarray of shape (k,)
        One at x(t) and, with a moving average, at e(t); else zero.
    """
    first_noise = max(model.ar.shape[1], 1)
    loading = np.zeros(first_noise + model.ma.shape[1])
    loading[[0, first_noise] if model.ma.shape[1] else [0]] = 1.0
    return loading


def parma_state_covariance(model: PeriodicArma) -> NDArray[np.float64]:
    """Periodically stationary covariance of the state.

    Parameters
    ----------
    model : PeriodicArma
        Periodically stationary.

    Returns
    -------
    ndarray of shape (slots, k, k)
        At each slot.

    Raises
    ------
    ValueError
        If the shapes do not match or the process is not periodically stationary.
    """
    loading = parma_loading(model)
    noise = model.std[:, None, None] ** 2 * np.outer(loading, loading)
    return periodic_state_covariance(parma_transitions(model), noise)


def parma_covariance(model: PeriodicArma, lags: Sequence[int]) -> NDArray[np.float64]:
    """Periodic covariance of a PARMA.

    Parameters
    ----------
    model : PeriodicArma
        Periodically stationary.
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
    b(t, u) = e' A(t + u) ... A(t + 1) P(t) e, P(t) the covariance of the state and e the first unit vector.
    """
    refuse_negative(lags)
    matrices = parma_transitions(model)
    column = parma_state_covariance(model)[:, :, 0]
    by_lag = [column[:, 0]]
    for step in range(1, max(lags, default=0) + 1):
        column = np.einsum("sij,sj->si", np.roll(matrices, -step, axis=0), column)
        by_lag.append(column[:, 0])
    return np.stack(by_lag, axis=1)[:, list(lags)]


def simulate_parma(
    model: PeriodicArma, n_cycles: int, n_series: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Draw records of a PARMA with normal innovations.

    Parameters
    ----------
    model : PeriodicArma
        Periodically stationary.
    n_cycles : int
        Length of each record in cycles.
    n_series : int
        Number of independent records.
    rng : numpy.random.Generator
        Source of the innovations.

    Returns
    -------
    ndarray of shape (n_series, n_cycles * slots)
        Of mean zero, from slot 0 on; the state before the first value is drawn from its own law.

    Raises
    ------
    ValueError
        If the shapes do not match or the process is not periodically stationary.
    """
    matrices, loading = parma_transitions(model), parma_loading(model)
    # Eigenvalues of rounding size may be negative, as x and e of one time differ by what is past.
    eigenvalues, vectors = np.linalg.eigh(parma_state_covariance(model)[-1])
    state = (vectors * np.sqrt(np.maximum(eigenvalues, 0.0))) @ rng.standard_normal((loading.size, n_series))
    n_slots = model.std.size
    x = np.empty((n_cycles * n_slots, n_series))
    for t in range(n_cycles * n_slots):
        slot = t % n_slots
        state = matrices[slot] @ state + model.std[slot] * np.outer(loading, rng.standard_normal(n_series))
        x[t] = state[0]
    return np.ascontiguousarray(x.T)


def is_invertible(model: PeriodicArma) -> bool:
    """Whether the innovations can be had from the past: the moving average's own multiplier is below 1.

    Parameters
    ----------
    model : PeriodicArma
        Of any order.

    Returns
    -------
    bool
        Always true without a moving average. A model that is not has an invertible twin of the same
        covariance and likelihood.
    """
    if model.ma.shape[1] == 0:
        return True
    backwards = PeriodicArma(-model.ma, np.empty((model.std.size, 0)), model.std)
    return largest_multiplier(parma_transitions(backwards)) < 1.0
