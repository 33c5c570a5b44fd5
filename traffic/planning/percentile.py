"""The 95th percentile as bills count it: the highest value that is left when the highest 5 % are dropped.

The rank belongs here. Which samples it is of belongs to ``five_minutes``, ``bills`` and ``load_histories``.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

ONE_IN: Final = 20
"""Of so many samples one is dropped: 5 %."""


def bill_percentile(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Take the 95th percentile of samples as carriers count it.

    Parameters
    ----------
    values : ndarray of shape (..., samples)
        NaN where missing: such a sample is neither zero nor counted.

    Returns
    -------
    ndarray of shape (...)
        In the unit of the values; NaN where no sample is known.

    Notes
    -----
    Of n samples the floor(n / 20) highest are dropped, and the highest of the others is the percentile: the
    ceil(0.95 n)-th from below. A month of 30 days has 8,640 samples of five minutes; 432 of them, 36 hours,
    are dropped and the 8,208th from below is billed. No interpolation.
    """
    values = np.asarray(values, dtype=np.float64)
    if values.shape[-1] == 0:
        return np.full(values.shape[:-1], np.nan)
    n_known = np.count_nonzero(~np.isnan(values), axis=-1)
    place = np.maximum(n_known - n_known // ONE_IN - 1, 0)
    if values.ndim > 1 and np.unique(n_known).size > 1:
        ordered = np.sort(values, axis=-1)
        return np.asarray(np.take_along_axis(ordered, place[..., None], axis=-1)[..., 0])
    # One rank for all: what lies on either side of it need not be in order.
    rank = int(place.reshape(-1)[0]) if place.size else 0
    return np.asarray(np.partition(values, rank, axis=-1)[..., rank])
