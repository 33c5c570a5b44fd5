"""Medians of many short rows with missing values.

They belong here because numpy's ``nanmedian`` takes a thousand rows one by one. What they are used for
belongs to the callers.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

MAD_TO_STD: Final = 1.4826
"""The median absolute deviation times this is the standard deviation of a normal law."""


def row_medians(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Median along the last axis, as ``numpy.nanmedian`` has it.

    Parameters
    ----------
    values : ndarray of shape (..., n)
        NaN where missing.

    Returns
    -------
    ndarray of shape (...,)
        NaN where nothing is observed.
    """
    if values.shape[-1] == 0:
        return np.full(values.shape[:-1], np.nan)
    ordered = np.sort(values, axis=-1)
    n = np.count_nonzero(~np.isnan(ordered), axis=-1)[..., None]
    below = np.take_along_axis(ordered, np.maximum(n - 1, 0) // 2, axis=-1)
    above = np.take_along_axis(ordered, n // 2, axis=-1)
    return np.asarray(((below + above) * 0.5)[..., 0], dtype=np.float64)
