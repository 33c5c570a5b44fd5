"""How likely many series are to pass thresholds in the night ahead, and in earlier nights as if they were.

Putting passes, nights and units together belongs here; the probabilities of one night belong to
``window_probabilities``, frames to ``congestion_frames``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from traffic.models.forecasting.forecaster import forecast_ahead, passes
from traffic.models.forecasting.outages import without_outages
from traffic.models.forecasting.paths import DENSE_LEVELS
from traffic.models.forecasting.scales import sizes_of
from traffic.planning.known_nights import KnownNight, off_scale, on_scale, replayed, tonight
from traffic.planning.window_probabilities import NightLaws
from traffic.planning.windows import highest
from traffic.windowing.histories import Histories

REPLAYED_NIGHTS: Final = 7
LADDER: Final = (0.5, 0.8, 0.95, 1.0, 1.1, 1.3)
"""Thresholds of a replay that need no capacity: quantiles of the highest values of the days known at the eve,
up to 1, and multiples of the largest of them above."""


@dataclass(frozen=True, eq=False)
class NightAhead:
    """What is to be expected of the 24 hours after an issue.

    Parameters
    ----------
    slots : ndarray of shape (series, thresholds, slots)
        Probabilities that each threshold is passed; NaN for a series of which nothing is known.
    windows : ndarray of shape (series, thresholds, windows)
        The same of the hours, if they have more than one slot, and last of the night.
    slot_peaks : ndarray of shape (series, slots)
        Median of the highest value, in the series' own unit.
    window_peaks : ndarray of shape (series, windows)
    """

    slots: NDArray[np.float64]
    windows: NDArray[np.float64]
    slot_peaks: NDArray[np.float64]
    window_peaks: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ReplayedNight:
    """Probabilities of an earlier night made of what its eve knew, and what came.

    Parameters
    ----------
    nights_ago : int
        1 for the last day of the history.
    slots, windows : ndarray of shape (series, thresholds, slots or windows)
        Probabilities.
    slots_came, windows_came : ndarray of the same shapes
        1 where the threshold was passed, 0 where not, NaN where too little was measured.
    """

    nights_ago: int
    slots: NDArray[np.float64]
    windows: NDArray[np.float64]
    slots_came: NDArray[np.float64]
    windows_came: NDArray[np.float64]


def congestion_batch(
    histories: Histories, step_seconds: int, thresholds: NDArray[np.float64], n_replays: int = 0
) -> tuple[NightAhead, list[ReplayedNight]]:
    """Say how likely many series are to pass thresholds in the 24 hours ahead.

    Parameters
    ----------
    histories : Histories
        Of ``N_DAYS`` days.
    step_seconds : int
        Spacing of the values.
    thresholds : ndarray of shape (series, thresholds)
        In the series' own unit; NaN gives no probability.
    n_replays : int
        Earlier nights that are forecast anew from what their eves knew, at these thresholds and ``LADDER``.

    Returns
    -------
    ahead : NightAhead
        In the order of the histories. A series' result does not depend on those beside it.
    replays : list of ReplayedNight
        Some series at a time.
    """
    n_series, n_slots = histories.n_series, histories.day_steps
    n_windows = highest(np.zeros((1, n_slots)), is_whole=True).shape[-1]
    n_thresholds = thresholds.shape[1]
    ahead = NightAhead(
        np.full((n_series, n_thresholds, n_slots), np.nan),
        np.full((n_series, n_thresholds, n_windows), np.nan),
        np.full((n_series, n_slots), np.nan),
        np.full((n_series, n_windows), np.nan),
    )
    replays: list[ReplayedNight] = []
    for rows, part in passes(histories.ahead(1)):
        kept = without_outages(part.values, step_seconds)
        size = sizes_of(kept)
        values, limits = kept / size[:, None, None], thresholds[rows] / size[:, None]
        day = next(forecast_ahead(values, part.kinds, DENSE_LEVELS))
        night = tonight(day, values)
        has_law = ~np.isnan(night.law.deviates).any(axis=1) & ~np.isnan(night.law.centre).any(axis=1)
        known = np.flatnonzero(has_law)
        if known.size == 0:
            continue
        is_root = night.law.is_root
        laws = NightLaws.of(night.part(known), step_seconds)
        at = rows[known]
        ahead.slots[at], ahead.windows[at] = laws.above(np.nan_to_num(on_scale(limits[known], is_root)))
        ahead.slot_peaks[at], ahead.window_peaks[at] = (
            off_scale(peaks, is_root) * size[known, None] for peaks in laws.peaks()
        )
        for nights_ago, some, then, actual in replayed(day, values, n_replays):
            replays.append(_replay(nights_ago, then, actual, limits[some], step_seconds))
    is_wanted = ~np.isnan(thresholds)
    ahead.slots[~is_wanted], ahead.windows[~is_wanted] = np.nan, np.nan
    return ahead, replays


def _replay(
    nights_ago: int,
    night: KnownNight,
    actual: NDArray[np.float64],
    limits: NDArray[np.float64],
    step_seconds: int,
) -> ReplayedNight:
    is_root = night.law.is_root
    scaled = np.concatenate([on_scale(limits, is_root), _ladder(night)], axis=1)
    of_slots, of_windows = NightLaws.of(night, step_seconds).above(np.nan_to_num(scaled))
    came = on_scale(actual, is_root)
    is_unwanted = np.isnan(scaled)[:, :, None]
    slots, windows = (_came(values, scaled) for values in (came, highest(came)))
    return ReplayedNight(
        nights_ago,
        np.where(is_unwanted, np.nan, of_slots),
        np.where(is_unwanted, np.nan, of_windows),
        slots,
        windows,
    )


def _came(values: NDArray[np.float64], thresholds: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(invalid="ignore"):
        came = values[:, None] > thresholds[:, :, None]
    is_known = ~np.isnan(values)[:, None] & ~np.isnan(thresholds)[:, :, None]
    return np.where(is_known, came, np.nan)


def _ladder(night: KnownNight) -> NDArray[np.float64]:
    """Return thresholds on the scale of the errors, NaN for a series without a whole day."""
    peaks = highest(night.past)[..., -1]
    known = ~np.isnan(peaks)
    made = np.full((peaks.shape[0], len(LADDER)), np.nan)
    shares = np.minimum(LADDER, 1.0)
    # A multiple of a value is another one of its root.
    multiples = np.maximum(LADDER, 1.0)
    for row in np.flatnonzero(known.any(axis=1)):
        made[row] = np.quantile(peaks[row, known[row]], shares)
    return made * (np.sqrt(multiples) if night.law.is_root else multiples)
