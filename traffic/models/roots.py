"""Where the roots of an ARMA lie: clear of the unit circle, or against it.

Only the verdict on given coefficients belongs here; estimating them belongs to the likelihoods.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

UNIT_CIRCLE_MARGIN: Final = 1e-3
"""A root closer to the unit circle cannot be told from one on it: an estimate near 1 has an error of 1/n."""


def is_stationary(ar: NDArray[np.float64]) -> bool:
    """Whether 1 - ar_1 z - ... - ar_p z^p has every root clear outside the unit circle.

    Parameters
    ----------
    ar : ndarray of shape (p,)
        Autoregressive coefficients; none at all is stationary.

    Returns
    -------
    bool
        False also for a root within ``UNIT_CIRCLE_MARGIN`` of the circle.
    """
    # The inverse roots are those of z^p - ar_1 z^(p-1) - ... - ar_p; no coefficient makes them infinite.
    return bool((np.abs(np.roots(np.r_[1.0, -ar])) < 1.0 / (1.0 + UNIT_CIRCLE_MARGIN)).all())


def is_invertible(ma: NDArray[np.float64]) -> bool:
    """Whether 1 + ma_1 z + ... + ma_q z^q has every root clear outside the unit circle.

    Parameters
    ----------
    ma : ndarray of shape (q,)
        Moving-average coefficients; none at all is invertible.

    Returns
    -------
    bool
        False also for a root within ``UNIT_CIRCLE_MARGIN`` of the circle.
    """
    return is_stationary(-ma)
