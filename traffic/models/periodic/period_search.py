"""Periods far from the stated one.

The search over all periods that a record can hold belongs here, for series that do not show the stated one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import fft
from scipy.ndimage import median_filter
from scipy.signal.windows import hann

from traffic.models.periodic.cycle_components import (
    N_HARMONICS,
    SERIES_AT_ONCE,
    averaged_points,
    compressed,
    cycle_components,
)
from traffic.models.periodic.period_estimate import (
    MIN_CYCLES,
    SIGNIFICANCE,
    estimate_period,
    harmonic_evidence,
)

MIN_POINTS: Final = 10
"""Points in the shortest period looked for: fewer leave the second harmonic at the edge."""

FINER: Final = 6
"""The search has so many times more points a stated period than the estimate: it may be far shorter."""

N_CANDIDATES: Final = 5
BACKGROUND_POINTS: Final = 101
"""Frequencies whose median is the background of a line: many times a line's own width."""

LARGEST_RATIO: Final = 100.0
"""No harmonic counts for more over its background: the next one shall have a say as well."""

LEAST_SUM: Final = 30.0
"""Of four harmonics over the median of their background. The largest of 3,000 sums of noise is about 21."""

SHORTEST_SHARE: Final = 14
"""No period is looked for that is shorter than this part of the stated one: a day of hours, labelled as five
minutes, is a twelfth of it."""

MULTIPLES: Final = (2, 3, 4, 5, 6, 12)
"""What steps of 1, 5, 10, 15, 30 and 60 minutes are of each other; 7 is the week."""

STRONGER: Final = 1.0
"""A job of every second night draws the line of two days as well, but not a stronger one than the day's."""

LEAST_LINE: Final = 20.0
"""Of the periodogram over that of white noise: a line that is to be taken for a day stands out by more."""

MAX_MISS: Final = 0.02


@dataclass(frozen=True)
class FoundPeriod:
    """A period that a search has found.

    Parameters
    ----------
    period_steps : float
        Its length in steps.
    std_error : float
        Its standard error, in steps.
    p_value : float
        Of the hypothesis that there is none, over all periods looked at.
    evidence : float
        Log likelihood ratio of its harmonics against none.
    """

    period_steps: float
    std_error: float
    p_value: float
    evidence: float


def search_period(values: NDArray[np.float64], stated_steps: float) -> FoundPeriod | None:
    """Search one series for a period of any length.

    Parameters
    ----------
    values : ndarray of shape (time,)
        NaN where missing.
    stated_steps : float
        The period that it should have, in steps, which sets the resolution.

    Returns
    -------
    FoundPeriod or None
        The one with most evidence of those that are significant, from a fourteenth of the stated one to a
        seventh of the record.

    Notes
    -----
    Candidates are the highest sums of the tapered periodogram over a frequency and its multiples, each over
    the median of its neighbourhood, so that a red spectrum gives none. Each candidate is then estimated as a
    stated period would be, and must be as significant, for the number of candidates.
    """
    sums, weights, at = averaged_points(compressed(values[None, :]), stated_steps / FINER)
    is_known = weights[0] > 0
    if np.count_nonzero(is_known) < MIN_POINTS * MIN_CYCLES:
        return None
    means = np.where(is_known, sums[0] / np.maximum(weights[0], 1.0), 0.0)
    line = np.polynomial.Polynomial.fit(at[is_known], means[is_known], 1)
    point_steps = 2.0 * at[0] * stated_steps / FINER
    least_points = max(float(MIN_POINTS), stated_steps / SHORTEST_SHARE / point_steps)
    highest = _candidates(np.where(is_known, means - line(at), 0.0), least_points)
    # The lines of a week lie about half a day's frequency, and lift twice a day above the day itself.
    candidates = np.concatenate([highest, highest[highest >= 2.0 * least_points] / 2.0]) * point_steps
    verified = [_verified(values, float(candidate), candidates.size) for candidate in candidates]
    found = [one for one in verified if one is not None]
    # Not the least p-value: that of a clear day is zero, as are those of its week and its multiples.
    return max(found, key=lambda one: one.evidence, default=None)


def _candidates(points: NDArray[np.float64], least_points: float) -> NDArray[np.float64]:
    """Periods, in points, of the highest sums over harmonics."""
    length = fft.next_fast_len(2 * points.size, real=True)
    power = np.abs(fft.rfft(points * hann(points.size, sym=False), length)) ** 2
    background = median_filter(power, BACKGROUND_POINTS, mode="nearest")
    ratio = np.minimum(power / np.maximum(background, 1e-300), LARGEST_RATIO)
    lowest, highest = -(-MIN_CYCLES * length // points.size), int(length / least_points)
    frequency = np.arange(lowest, highest + 1)
    comb = np.zeros(frequency.size)
    for k in range(1, N_HARMONICS + 1):
        inside = frequency * k < power.size
        comb[inside] += ratio[frequency[inside] * k]
    chosen: list[int] = []
    for at in np.argsort(comb)[::-1][: np.count_nonzero(comb > LEAST_SUM)]:
        # Beside a line its own flanks are as high as other lines.
        if all(abs(int(frequency[at]) - other) > 4 for other in chosen):
            chosen.append(int(frequency[at]))
        if len(chosen) == N_CANDIDATES:
            break
    return np.asarray(length / np.array(chosen, dtype=np.float64))


def _verified(values: NDArray[np.float64], period_steps: float, n_tried: int) -> FoundPeriod | None:
    estimate = estimate_period(values[None, :], period_steps)
    p_value = float(estimate.p_value[0]) * n_tried
    if not p_value < SIGNIFICANCE:
        return None
    return _found(values, float(estimate.period_steps[0]), float(estimate.std_error[0]), p_value)


def _found(values: NDArray[np.float64], period_steps: float, std_error: float, p_value: float) -> FoundPeriod:
    evidence = harmonic_evidence(cycle_components(values[None, :], period_steps))
    return FoundPeriod(period_steps, std_error, p_value, float(evidence.sum()))


def longer_period(values: NDArray[np.float64], stated_steps: float) -> NDArray[np.int64]:
    """Find series of which the stated period is a whole part of the one that they repeat by.

    A day that is labelled as half a day or a third shows at the stated length too, by its second or third
    harmonic.

    Parameters
    ----------
    values : ndarray of shape (series, time)
        NaN where missing.
    stated_steps : float
        The stated period in steps.

    Returns
    -------
    ndarray of int of shape (series,)
        How many stated periods the longer one has, of ``MULTIPLES``; 0 where there is none, or none that is
        more than ``STRONGER`` times as strong as the stated one.
    """
    found = np.zeros(values.shape[0], dtype=np.int64)
    for start in range(0, values.shape[0], SERIES_AT_ONCE):
        rows = slice(start, start + SERIES_AT_ONCE)
        sums, weights, at = averaged_points(compressed(values[rows]), stated_steps)
        means = sums.sum(axis=1) / np.maximum(weights.sum(axis=1), 1.0)
        centred = np.where(weights > 0, sums - means[:, None] * weights, 0.0)
        waves = np.exp(-2j * np.pi * np.outer(at, 1.0 / np.array([1, *MULTIPLES])))
        size = np.hypot(centred @ waves.real, centred @ waves.imag)
        best = size[:, 1:].argmax(axis=1)
        strongest = size[:, 1:].max(axis=1, initial=0.0)
        is_line = strongest**2 > LEAST_LINE * (centred**2).sum(axis=1)
        is_stronger = (strongest > STRONGER * size[:, 0]) & is_line
        for row in np.flatnonzero(is_stronger):
            multiple = MULTIPLES[best[row]]
            if estimate_multiple(values[start + row], stated_steps, multiple) is not None:
                found[start + row] = multiple
    return found


def estimate_multiple(values: NDArray[np.float64], stated_steps: float, multiple: int) -> FoundPeriod | None:
    """Estimate a period of several stated ones, by the harmonics that the stated one does not have.

    Parameters
    ----------
    values : ndarray of shape (time,)
        NaN where missing.
    stated_steps : float
        The stated period in steps.
    multiple : int
        How many of them the period has.

    Returns
    -------
    FoundPeriod or None
        None where it is not significant or more than ``MAX_MISS`` from the multiple.
    """
    estimate = estimate_period(values[None, :], multiple * stated_steps, min(multiple - 1, N_HARMONICS))
    p_value = float(estimate.p_value_stated[0]) * len(MULTIPLES)
    period = float(estimate.period_steps[0])
    if not (p_value < SIGNIFICANCE and abs(period / (multiple * stated_steps) - 1.0) < MAX_MISS):
        return None
    return _found(values, period, float(estimate.std_error[0]), p_value)
