"""Peaks of a series, and putting them back into paths that were drawn without them.

What an outlier is belongs to ``traffic.windowing.flags``, the law of the excesses to ``traffic.models``. This
joins them: the peaks of a series are what stands above the limits of its own outlier rule, slot by slot.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import genpareto

from traffic.models.peaks_over_threshold import PeaksOverThreshold, fit_peaks
from traffic.windowing.flags import usual_limits


@dataclass(frozen=True, eq=False)
class PeaksOfDay:
    """Peaks of a series over limits that change with the time of day.

    Parameters
    ----------
    law : PeaksOverThreshold
        Of the excess over the limit: its threshold is zero.
    limit : ndarray of shape (slots,)
        In the series' own unit; infinite for a slot that has none.
    """

    law: PeaksOverThreshold
    limit: NDArray[np.float64]


def peaks_of_day(
    value: NDArray[np.float64],
    value_clean: NDArray[np.float64],
    slot: NDArray[np.int64],
    n_slots: int,
    step_seconds: int,
) -> PeaksOfDay:
    """Fit the peaks of a series over its own outlier limits.

    Parameters
    ----------
    value, value_clean : ndarray of shape (time,)
        As in ``RegularSeries``.
    slot : ndarray of int of shape (time,)
        Slot of the local day, 0 to ``n_slots - 1``.
    n_slots, step_seconds : int
        Slots of a day, and the grid's spacing.

    Returns
    -------
    PeaksOfDay

    Raises
    ------
    ValueError
        If nothing is observed.
    """
    usable = np.where(np.isnan(value_clean), np.nan, value)
    _, upper = usual_limits(usable, slot.astype(np.int32), step_seconds)
    limit = np.full(n_slots, np.inf)
    limit[slot] = np.where(np.isnan(upper), np.inf, upper)
    return PeaksOfDay(fit_peaks(usable - limit[slot], 0.0), limit)


def put_peaks_back(
    paths: NDArray[np.float64],
    law: PeaksOverThreshold,
    limit: NDArray[np.float64] | float,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Put peaks into paths.

    Parameters
    ----------
    paths : ndarray of shape (n_paths, steps)
        Drawn without peaks.
    law : PeaksOverThreshold
        How often they come, and how far above the limit they reach.
    limit : ndarray of shape (steps,) or float
        What they stand upon, in the unit of the paths. Where it is infinite no peak is put.
    rng : numpy.random.Generator
        Source of what is drawn.

    Returns
    -------
    ndarray of shape (n_paths, steps)
        Cut at the limit, with Poisson numbers of peaks in their steps: such a step takes the limit plus an
        excess; more than one peak a step leave the highest.
    """
    cut = np.minimum(paths, limit)
    if law.rate == 0:
        return cut
    counts = rng.poisson(law.rate, paths.shape)
    counts = np.where(np.isfinite(np.broadcast_to(limit, paths.shape)), counts, 0)
    hit = np.flatnonzero(counts)
    # The highest of k excesses has the distribution function of one to the power k.
    share = rng.random(hit.size) ** (1.0 / counts.flat[hit])
    excess = genpareto.ppf(share, law.shape, scale=law.scale)
    cut.flat[hit] = np.broadcast_to(limit, paths.shape).flat[hit] + excess
    return cut
