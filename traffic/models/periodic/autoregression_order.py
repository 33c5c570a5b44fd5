"""How many lags a periodic autoregression needs, from covariances that are estimated already.

The choice of the order belongs here; fitting belongs to ``autoregression``.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from traffic.models.periodic.autoregression import yule_walker

MAX_ORDER: Final = 3
"""Each order costs one coefficient a slot; three weeks of cycles carry no more."""


def choose_order(
    covariance: NDArray[np.float64], n_cycles: NDArray[np.int64], max_order: int = MAX_ORDER
) -> NDArray[np.int64]:
    """Choose the order of PAR(p) by the Bayesian information criterion.

    Parameters
    ----------
    covariance : ndarray of shape (series, slots, max_order + 1)
        b(t, u) at lags 0 to ``max_order``, t the slot of the earlier value.
    n_cycles : ndarray of int of shape (series, slots)
        Values of each slot.
    max_order : int
        Largest order tried.

    Returns
    -------
    ndarray of int of shape (series,)
        The p of least BIC(p) = sum_s n_s ln sigma_p(s)^2 + p S ln n, S slots and n values; 0 also where no
        order leaves every slot a variance.

    Notes
    -----
    Schwarz 1978, with the Gaussian likelihood of PAR(p) given its first cycle: slots have independent
    innovations, so their log-variances add up (McLeod 1994). A slot that does not vary takes no part.
    """
    n_slots = covariance.shape[1]
    varies = covariance[:, :, 0] > 0
    weight = np.where(varies, n_cycles, 0)
    n_values = np.maximum(weight.sum(axis=1), 1)
    penalty = n_slots * np.log(n_values)
    criteria = np.full((covariance.shape[0], max_order + 1), np.inf)
    for p in range(max_order + 1):
        std = np.sqrt(covariance[:, :, 0]) if p == 0 else yule_walker(covariance[:, :, : p + 1])[1]
        with np.errstate(invalid="ignore", divide="ignore"):
            terms = np.where(varies, weight * 2.0 * np.log(std), 0.0).sum(axis=1)
        criteria[:, p] = np.where(np.isfinite(terms), terms + p * penalty, np.inf)
    criteria[:, 0] = np.where(np.isfinite(criteria).any(axis=1), criteria[:, 0], 0.0)
    return np.asarray(np.argmin(criteria, axis=1), dtype=np.int64)
