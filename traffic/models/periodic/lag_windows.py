"""Values of a slot beside those just before them, and their sums of products over complete cycles.

The regressions slot by slot rest on these: autoregression and partial correlation. Pairs of single lags
belong to ``covariance``.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

RELATIVE_ZERO: Final = 1e-10
"""Residual squares below this part of a sum of squares are rounding."""


def lag_window(
    centred: NDArray[np.float64], slot: NDArray[np.int64], at_slot: int, max_lag: int
) -> NDArray[np.float64]:
    """Take the values of one slot with the values at lags 0 to ``max_lag`` before each.

    Parameters
    ----------
    centred : ndarray of shape (series, time)
        NaN where missing.
    slot : ndarray of int of shape (time,)
        Slot of each time.
    at_slot : int
        The slot wanted.
    max_lag : int
        Longest lag in steps.

    Returns
    -------
    ndarray of shape (series, cycles, max_lag + 1)
        x(t), x(t - 1), ..., x(t - max_lag); NaN where missing or before the record.
    """
    at = np.flatnonzero(slot == at_slot)[:, None] - np.arange(max_lag + 1)
    window = centred[:, np.maximum(at, 0)]
    window[:, at < 0] = np.nan
    return np.asarray(window, dtype=np.float64)


def complete_products(window: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Sum the products of the columns of a window over its complete rows.

    Parameters
    ----------
    window : ndarray of shape (series, cycles, columns)
        NaN where missing.

    Returns
    -------
    products : ndarray of shape (series, columns, columns)
        G = X' X over the cycles that have every column.
    n_cycles : ndarray of int of shape (series,)
        Number of them.
    """
    is_complete = ~np.isnan(window).any(axis=2, keepdims=True)
    rows = np.where(is_complete, window, 0.0)
    return np.asarray(rows.swapaxes(1, 2) @ rows), is_complete.sum(axis=(1, 2))


def solved_symmetric(matrix: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.float64]:
    """Solve symmetric equations, the shortest solution where columns depend on each other.

    Parameters
    ----------
    matrix : ndarray of shape (..., p, p)
        Symmetric; covariances or sums of products.
    right : ndarray of shape (..., p, q)
        Right sides.

    Returns
    -------
    ndarray of shape (..., p, q)
        NaN where the matrix holds NaN.

    Notes
    -----
    Columns are brought to one scale ahead, so that a quiet slot beside a busy one is not taken for rounding.
    """
    is_finite = np.isfinite(matrix).all(axis=(-2, -1), keepdims=True) & np.isfinite(right).all(
        axis=(-2, -1), keepdims=True
    )
    safe = np.where(is_finite, matrix, 0.0)
    diagonal = np.einsum("...ii->...i", safe)
    scale = np.where(diagonal > 0, 1.0 / np.sqrt(np.where(diagonal > 0, diagonal, 1.0)), 0.0)
    scaled = safe * scale[..., :, None] * scale[..., None, :]
    inverse = np.linalg.pinv(scaled, rcond=RELATIVE_ZERO, hermitian=True)
    inner = inverse @ (np.where(is_finite, right, 0.0) * scale[..., :, None])
    return np.where(is_finite, inner * scale[..., :, None], np.nan)
