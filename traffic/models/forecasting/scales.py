"""The scale on which days are averaged: traffic varies more where it is higher, and is never negative.

Powers of the value, forth and back, belong here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

IDENTITY: Final = "identity"
SQUARE_ROOT: Final = "square_root"
FOURTH_ROOT: Final = "fourth_root"
LOG: Final = "log"
SCALES: Final = (IDENTITY, SQUARE_ROOT, FOURTH_ROOT, LOG)

_LOG_FLOOR: Final = 1e-3
"""Part of a series' mean that is added before a logarithm, so that zeros have one."""


@dataclass(frozen=True, eq=False)
class Scale:
    """A scale for some series.

    Parameters
    ----------
    name : str
        One of ``SCALES``. The fourth root lies between the square root and the logarithm in the family of
        powers that even out variances (Box and Cox 1964), and needs no offset at zero.
    size : ndarray of shape (series,)
        Mean of the absolute values; the offset of the logarithm is a part of it.
    """

    name: str
    size: NDArray[np.float64]

    @classmethod
    def of(cls, name: str, values: NDArray[np.float64]) -> Scale:
        """Make the scale of some series.

        Parameters
        ----------
        name : str
            One of ``SCALES``; only the identity takes negative values.
        values : ndarray of shape (series, ...)
            NaN where missing.
        """
        if name not in SCALES:
            raise ValueError(f"{name!r} is no scale; there are {', '.join(SCALES)}.")
        axes = tuple(range(1, values.ndim))
        n_seen = np.count_nonzero(~np.isnan(values), axis=axes)
        size = np.nansum(np.abs(values), axis=axes) / np.maximum(n_seen, 1) if name == LOG else n_seen * 1.0
        return cls(name, size)

    def forward(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Take values of shape (series, ...) to the scale."""
        if self.name == IDENTITY:
            return values
        if self.name == LOG:
            return np.asarray(np.log(values + self._offset(values.ndim)), dtype=np.float64)
        root = np.sqrt(values)
        return root if self.name == SQUARE_ROOT else np.sqrt(root)

    def backward(self, scaled: NDArray[np.float64]) -> NDArray[np.float64]:
        """Take values of shape (..., series, rows, slots) back; all but the identity do it in place."""
        if self.name == IDENTITY:
            return scaled
        if self.name == LOG:
            np.exp(scaled, out=scaled)
            scaled -= self._offset(3)
            return np.maximum(scaled, 0.0, out=scaled)
        np.maximum(scaled, 0.0, out=scaled)
        scaled *= scaled
        if self.name == FOURTH_ROOT:
            scaled *= scaled
        return scaled

    def _offset(self, ndim: int) -> NDArray[np.float64]:
        return (_LOG_FLOOR * np.maximum(self.size, 1e-300)).reshape(-1, *[1] * (ndim - 1))


def sizes_of(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Powers of two near the largest value of each series, by which to divide it.

    Parameters
    ----------
    values : ndarray of shape (series, ...)
        NaN where missing.

    Returns
    -------
    ndarray of shape (series,)
        So that no square is too large for a number, nor too small, and that the unit of a series changes
        nothing: a division by them is exact.
    """
    largest = np.fmax.reduce(np.abs(values).reshape(values.shape[0], -1), axis=1)
    exponent = np.frexp(np.nan_to_num(largest))[1]
    return np.asarray(np.ldexp(1.0, np.clip(exponent, -1020, 1020)), dtype=np.float64)
