"""The law of a window's highest value over many paths, as normal scores: smooth, and with a tail.

Reading values as scores and scores as values belongs here. How far the paths can be believed belongs to
``recalibration``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from traffic.planning.law_loops import read_lines

_N_KNOTS: Final = 41
_FURTHEST: Final = 2.0
"""Score at which the outermost knots stand: one path in forty lies beyond, enough to say where."""

_TAIL_KNOTS: Final = 6
_LARGEST_SCORE: Final = 40.0
_FAR: Final = 1e3
_SCORES: Final = np.linspace(-_FURTHEST, _FURTHEST, _N_KNOTS)


@dataclass(frozen=True, eq=False)
class PathLaw:
    """Laws of highest values, each by knots at ascending normal scores.

    Parameters
    ----------
    knots : ndarray of shape (rows, knots)
        Values, ascending.
    """

    knots: NDArray[np.float64]

    @classmethod
    def of(cls, highest: NDArray[np.float64]) -> PathLaw:
        """Make the laws of highest values of shape (rows, paths)."""
        ascending = np.sort(highest, axis=1)
        n_paths = ascending.shape[1]
        at = ndtri((np.arange(n_paths) + 0.5) / n_paths)
        place = np.clip(np.searchsorted(at, _SCORES), 1, max(n_paths - 1, 1))
        low, high = np.minimum(place - 1, n_paths - 1), np.minimum(place, n_paths - 1)
        gap = np.where(at[high] > at[low], at[high] - at[low], 1.0)
        share = np.clip((_SCORES - at[low]) / gap, 0.0, 1.0)
        return cls(ascending[:, low] + share * (ascending[:, high] - ascending[:, low]))

    @property
    def size(self) -> NDArray[np.float64]:
        """Half the range between the scores -1 and 1: a standard deviation, of shape (rows,)."""
        low, high = np.searchsorted(_SCORES, (-1.0, 1.0))
        return np.asarray((self.knots[:, high] - self.knots[:, low]) / 2, dtype=np.float64)

    def scores(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the normal scores of values of shape (rows, any), straight lines beyond the knots."""
        return lines(values, self.knots, _SCORES, _TAIL_KNOTS)


def lines(
    values: NDArray[np.float64],
    knots: NDArray[np.float64],
    scores: NDArray[np.float64],
    tail_knots: int,
) -> NDArray[np.float64]:
    """Read scores at values, by straight lines between knots, and on beyond the outermost.

    Parameters
    ----------
    values : ndarray of shape (rows, any)
        NaN where missing.
    knots : ndarray of shape (rows, knots)
        Ascending; equal knots make a jump.
    scores : ndarray of shape (knots,)
        Ascending.
    tail_knots : int
        The line beyond goes through the outermost knot, as steep as from there to this many knots inward.

    Returns
    -------
    ndarray of shape (rows, any)
        At most 40 in size; NaN where the value is.
    """
    return read_lines(values, knots, scores, tail_knots, _FAR, _LARGEST_SCORE)
