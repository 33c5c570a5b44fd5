"""How far the paths of a series can be believed: their law of a highest value, corrected by earlier nights.

The correction, and what stands in for it where few nights are known, belong here. The climatology that is
heard beside it belongs to ``climatology``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from traffic.planning.law_loops import kernel_sums

HALF_LIFE_NIGHTS: Final = 14.0
"""Of what an earlier night says of the paths."""

_SLOPE_HALF_LIFE: Final = 28.0
_SLOPE: Final = -0.1
_SLOPE_NIGHTS: Final = 10.0
_FURTHEST: Final = 4.0
_PRIOR_NIGHTS: Final = 2.0
_PRIOR_SCORE: Final = -0.1
_BANDWIDTH: Final = 0.5
_LEAST_SPREAD: Final = 0.25
_MAD: Final = 1.4826
_SPIKE: Final = 2.5


@dataclass(frozen=True, eq=False)
class Recalibration:
    """Laws of scores, each learned from the scores of earlier nights.

    Parameters
    ----------
    centres : ndarray of shape (rows, nights)
        Scores of the earlier nights as they would have been with a course of the usual height.
    weights : ndarray of shape (rows, nights)
        0 where nothing is known.
    bandwidth, slope : ndarray of shape (rows,)
    course : ndarray of shape (rows, nights)
        How much higher than usual the course of each night was forecast, in standard deviations of the paths.
    course_ahead : ndarray of shape (rows,)
        That of the night ahead.
    """

    centres: NDArray[np.float64]
    weights: NDArray[np.float64]
    bandwidth: NDArray[np.float64]
    slope: NDArray[np.float64]
    course: NDArray[np.float64]
    course_ahead: NDArray[np.float64]

    @classmethod
    def of(
        cls,
        scores: NDArray[np.float64],
        courses: NDArray[np.float64],
        course_ahead: NDArray[np.float64],
        size: NDArray[np.float64],
    ) -> Recalibration:
        """Learn from earlier nights.

        Parameters
        ----------
        scores : ndarray of shape (rows, nights)
            Of what came: in the law of the night ahead, had its errors been those of the earlier night. NaN
            where not known; the newest night last.
        courses : ndarray of shape (rows, nights)
            Highest value of each earlier night's forecast course, on the scale of the errors.
        course_ahead : ndarray of shape (rows,)
            That of the night ahead.
        size : ndarray of shape (rows,)
            Standard deviation of the paths' highest value.

        Notes
        -----
        With v a night's score: P(score > x) = (n sum w F4((v - x) / h) + k F6(-x + a)) / (n + k), F4 and F6
        Student's laws of four and six degrees, w the weights by age, n their effective number, k = 2 nights
        of what is believed before any was seen. A night whose course is forecast unusually high comes out
        lower than that, and one forecast low higher: v falls with the course, at -0.1 before any was seen.
        """
        is_known = ~np.isnan(scores)
        v = np.where(is_known, scores, 0.0)
        age = np.arange(scores.shape[1])[::-1]
        course, ahead, slope = _courses(v, is_known, age, courses, course_ahead, size)
        v = v - slope[:, None] * course
        weights = 0.5 ** (age / HALF_LIFE_NIGHTS) * is_known
        n = effective(weights)
        middle = _median(v, is_known)
        spread = np.maximum(_MAD * _median(np.abs(v - middle[:, None]), is_known), _LEAST_SPREAD)
        bandwidth = _BANDWIDTH * spread * np.maximum(n, 1.0) ** -0.2
        # A kernel widens what it smooths; spikes are left where they were.
        shrunk = 1 / np.sqrt(1 + (bandwidth / spread) ** 2)
        deviation = v - middle[:, None]
        is_usual = np.abs(deviation) < _SPIKE * spread[:, None]
        centres = middle[:, None] + deviation * np.where(is_usual, shrunk[:, None], 1.0)
        return cls(centres, weights, bandwidth, slope, course, ahead)

    def above(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the probability that the night ahead passes scores of shape (rows, any)."""
        x = scores - (self.slope * self.course_ahead)[:, None]
        total = self.weights.sum(axis=1)[:, None]
        of_nights = self._kernels(x, self.weights) / np.maximum(total, 1e-300)
        return _with_prior(of_nights, x, effective(self.weights)[:, None])

    def replays(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the probabilities of the earlier nights, each learned from the others.

        Parameters
        ----------
        scores : ndarray of shape (rows, nights, any)
            That each night would have had to pass.

        Returns
        -------
        ndarray of the same shape
        """
        x = scores - (self.slope[:, None] * self.course)[:, :, None]
        flat = x.reshape(x.shape[0], -1)
        own = student_4((self.centres[:, :, None] - x) / self.bandwidth[:, None, None])
        all_nights = self._kernels(flat, self.weights).reshape(x.shape)
        others = np.maximum(self.weights.sum(axis=1)[:, None] - self.weights, 1e-300)[:, :, None]
        of_others = np.clip((all_nights - own * self.weights[:, :, None]) / others, 0.0, 1.0)
        return _with_prior(of_others, x, effective(self.weights)[:, None, None])

    def _kernels(self, x: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
        return kernel_sums(x, self.centres, weights, self.bandwidth)


def student_4(t: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return Student's law of four degrees of freedom, by its closed form."""
    u = t / np.hypot(2.0, t)
    return 0.5 + u * (0.75 - 0.25 * u * u)


def student_6(t: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return Student's law of six degrees of freedom, by its closed form."""
    u = t / np.sqrt(6.0 + t * t)
    square = u * u
    return 0.5 + u * (0.9375 - square * (0.625 - 0.1875 * square))


def effective(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how many equal weights say as much as those of each row: (sum w)^2 / sum w^2."""
    total = weights.sum(axis=1)
    return np.asarray(total**2 / np.maximum((weights**2).sum(axis=1), 1e-300), dtype=np.float64)


def _with_prior(
    of_nights: NDArray[np.float64], x: NDArray[np.float64], n: NDArray[np.float64]
) -> NDArray[np.float64]:
    believed = student_6(_PRIOR_SCORE - x)
    return np.asarray((n * of_nights + _PRIOR_NIGHTS * believed) / (n + _PRIOR_NIGHTS), dtype=np.float64)


def _courses(
    v: NDArray[np.float64],
    is_known: NDArray[np.bool_],
    age: NDArray[np.int64],
    courses: NDArray[np.float64],
    course_ahead: NDArray[np.float64],
    size: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the courses and the one ahead against the usual one, and how scores fall with them."""
    weights = 0.5 ** (age / _SLOPE_HALF_LIFE) * is_known
    total = np.maximum(weights.sum(axis=1), 1e-300)
    usual = (weights * np.where(is_known, courses, 0.0)).sum(axis=1) / total
    usual = np.where(is_known.any(axis=1), usual, course_ahead)
    unit = np.maximum(size, 1e-9 * np.maximum(np.abs(usual), 1e-290))
    course = np.clip((courses - usual[:, None]) / unit[:, None], -_FURTHEST, _FURTHEST)
    course = np.where(is_known, course, 0.0)
    ahead = np.clip((course_ahead - usual) / unit, -_FURTHEST, _FURTHEST)
    mean = (weights * v).sum(axis=1) / total
    along = (weights * course * (v - mean[:, None])).sum(axis=1)
    across = (weights * course**2).sum(axis=1)
    slope = np.clip((along + _SLOPE_NIGHTS * _SLOPE) / (across + _SLOPE_NIGHTS), -1.0, 0.0)
    return course, ahead, slope


def _median(v: NDArray[np.float64], is_known: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the medians of the known of each row, 0 where none is."""
    n = is_known.sum(axis=1)
    ascending = np.sort(np.where(is_known, v, np.inf), axis=1)
    low, high = (np.maximum(n - 1, 0) // 2, np.minimum(n // 2, v.shape[1] - 1))
    rows = np.arange(v.shape[0])
    middle = np.where(n > 0, ascending[rows, low], 0.0) + np.where(n > 0, ascending[rows, high], 0.0)
    return np.asarray(middle / 2, dtype=np.float64)
