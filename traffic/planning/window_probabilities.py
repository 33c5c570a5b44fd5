"""Probabilities that thresholds are passed in the windows of one night, of some series at its eve.

Putting slots, hours and the night together belongs here; what each of them is made of, to the modules that
are called.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, rfft
from scipy.special import ndtr, ndtri

from traffic.models.forecasting.paths import DENSE_LEVELS, amplitudes, normal_scores
from traffic.planning.climatology import JUDGED_SHARES, Climatology, Pool
from traffic.planning.known_nights import KnownNight
from traffic.planning.law_loops import days_above, highest_of_paths
from traffic.planning.path_scores import PathLaw, lines
from traffic.planning.recalibration import Recalibration
from traffic.planning.windows import HOURS_A_DAY, highest, slots_an_hour

N_PATHS: Final = 200
"""Paths of a night: they give the shape of a law whose place and width earlier nights correct, and 1,000
change no Brier score in the fourth digit."""

_PATHS_A_DRAW: Final = 4
"""Both halves of the circle that a path is drawn on are paths, and so are their mirror images."""

_HALF_LIFE_HOURS: Final = 3.0
_DEVIATES: Final = ndtri(DENSE_LEVELS)
_KNOTS: Final = np.concatenate([[-6.0], _DEVIATES, [6.0]])
_SEED: Final = 0
_SLOT_TAIL: Final = 2
"""Levels from which the line beyond the last one is drawn: 0.995 to 0.999."""

_SLOT_CLIMATOLOGY: Final = 0.03
"""Weight of what was measured about this time of the day on past days: the law of a slot is learned from
errors of all slots, spikes cut."""

_NEAR_HOURS: Final = 1

_PEAK_GRID: Final = np.linspace(-2.5, 2.5, 21)


@dataclass(frozen=True, eq=False)
class NightLaws:
    """The laws of the windows of one night, of some series at its eve."""

    night: KnownNight
    windows: _WindowLaws

    @classmethod
    def of(cls, night: KnownNight, step_seconds: int, n_paths: int = N_PATHS) -> NightLaws:
        """Make the laws.

        Parameters
        ----------
        night : KnownNight
            Of series whose law is known.
        step_seconds : int
            Spacing of the slots.
        n_paths : int
            Paths of each series, four or a multiple of it.
        """
        return cls(night, _WindowLaws.of(night, _highest_of_paths(night, step_seconds, n_paths)))

    def above(self, thresholds: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Say how likely the series pass thresholds in the slots, hours and whole of the night.

        Parameters
        ----------
        thresholds : ndarray of shape (series, thresholds)
            On the scale of the errors.

        Returns
        -------
        slots : ndarray of shape (series, thresholds, slots)
            A window is never less likely to pass a threshold than what lies within it.
        windows : ndarray of shape (series, thresholds, windows)
            Those of ``highest``.
        """
        windows = self.windows.above(thresholds)
        # Of a window and what lies within it, the longer one is corrected by more evidence.
        windows = np.minimum(windows, windows[..., -1:])
        correction = self.windows.correction(thresholds, windows[..., -1])
        slots = _slots(self.night, thresholds) * correction[:, :, None]
        return np.minimum(slots, _outer(windows, slots.shape[2])), windows

    def peaks(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the medians of the highest values on the scale of the errors.

        Returns
        -------
        slots : ndarray of shape (series, slots)
        windows : ndarray of shape (series, windows)
        """
        slots = self.night.law.centre + self.night.law.spread * _middle(self.night)[:, None]
        windows = np.maximum(self.windows.medians(), highest(slots, is_whole=True))
        windows[..., -1] = windows.max(axis=-1)
        return slots, windows


def _outer(windows: NDArray[np.float64], n_slots: int) -> NDArray[np.float64]:
    """Return the figure of the shortest window that each slot lies in."""
    if windows.shape[-1] == 1:
        return windows
    return np.repeat(windows[..., :-1], n_slots // (windows.shape[-1] - 1), axis=-1)


def _middle(night: KnownNight) -> NDArray[np.float64]:
    return night.law.deviates[:, int(np.argmin(np.abs(DENSE_LEVELS - 0.5)))]


def _slots(night: KnownNight, thresholds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Read the calibrated law of each slot, and listen a little to past days."""
    n_series, n_slots = night.law.centre.shape
    deviates = (thresholds[:, :, None] - night.law.centre[:, None]) / night.law.spread[:, None]
    scores = lines(deviates.reshape(n_series, -1), night.law.deviates, _DEVIATES, _SLOT_TAIL)
    of_law = ndtr(-scores).reshape(deviates.shape)
    reach = max(_NEAR_HOURS * n_slots // HOURS_A_DAY, 0)
    n_known = _near((~np.isnan(night.past)).sum(axis=1), reach)
    passed = days_above(night.past, thresholds)
    share = _near(passed, reach) / np.maximum(n_known, 1)[:, None]
    weight = np.where(n_known > 0, _SLOT_CLIMATOLOGY, 0.0)[:, None]
    return np.asarray((1 - weight) * of_law + weight * share, dtype=np.float64)


def _near(counts: NDArray[np.int64], reach: int) -> NDArray[np.int64]:
    """Add up counts of shape (..., slots) over each slot and so many on either side, around the clock."""
    n_slots = counts.shape[-1]
    around = np.arange(-reach - 1, n_slots + reach) % n_slots
    upto = np.cumsum(counts[..., around], axis=-1)
    return np.asarray(upto[..., 2 * reach + 1 :] - upto[..., :n_slots], dtype=np.int64)


@lru_cache(maxsize=4)
def _noise(n_paths: int, size: int) -> NDArray[np.complex64]:
    """Return the chance that all series share: none depends on which others stand beside it."""
    drawn = np.random.default_rng(_SEED).standard_normal((n_paths, size))
    return np.asarray(rfft(drawn, axis=1), dtype=np.complex64)


def _highest_of_paths(night: KnownNight, step_seconds: int, n_paths: int) -> NDArray[np.float64]:
    """Return the windows' highest values over paths, of shape (series, n_paths, windows)."""
    n_slots = night.law.centre.shape[1]
    scores = normal_scores(night.standardised, night.law)
    wanted = amplitudes(scores, _HALF_LIFE_HOURS * 3600 / step_seconds).astype(np.float32)
    noise = _noise(-(-n_paths // _PATHS_A_DRAW), 2 * n_slots)
    n_windows = HOURS_A_DAY if (slots_an_hour(n_slots) or 1) > 1 else 1
    made = []
    for one, spread, centre, deviates in zip(
        wanted, night.law.spread, night.law.centre, _with_tails(night.law.deviates), strict=True
    ):
        drawn = irfft(noise * one, n=2 * n_slots, axis=1).reshape(-1, n_slots)
        made.append(highest_of_paths(drawn, _KNOTS, deviates, centre, spread, n_windows))
    parts = np.stack(made)
    return np.concatenate([parts, parts.max(axis=2, keepdims=True)], axis=2) if n_windows > 1 else parts


def _with_tails(deviates: NDArray[np.float64]) -> NDArray[np.float64]:
    """Go on beyond the outermost levels as steeply as the last of them go: paths shall not pile up there."""
    inner = _SLOT_TAIL
    fall = (deviates[:, inner] - deviates[:, 0]) / (_DEVIATES[inner] - _DEVIATES[0])
    rise = (deviates[:, -1] - deviates[:, -1 - inner]) / (_DEVIATES[-1] - _DEVIATES[-1 - inner])
    low = deviates[:, 0] + fall * (_KNOTS[0] - _DEVIATES[0])
    high = deviates[:, -1] + rise * (_KNOTS[-1] - _DEVIATES[-1])
    return np.concatenate([low[:, None], deviates, high[:, None]], axis=1)


@dataclass(frozen=True, eq=False)
class _WindowLaws:
    """The laws of the windows' highest values, a row for each series and window."""

    shape: tuple[int, int]
    paths: PathLaw
    recalibration: Recalibration
    climatology: Climatology
    pool: Pool

    @classmethod
    def of(cls, night: KnownNight, of_paths: NDArray[np.float64]) -> _WindowLaws:
        n_series, n_paths, n_windows = of_paths.shape
        paths = PathLaw.of(np.moveaxis(of_paths, 1, 2).reshape(-1, n_paths))
        as_tonight = night.law.centre[:, None] + night.law.spread[:, None] * night.as_measured
        scores = paths.scores(_rows(highest(as_tonight)))
        courses, course = _rows(highest(night.courses)), highest(night.law.centre).reshape(-1)
        courses = np.where(np.isnan(scores), np.nan, courses)
        recalibration = Recalibration.of(scores, courses, course, paths.size)
        climatology = Climatology.of(_rows(highest(night.past)))
        pool = _pooled(paths, recalibration, climatology, courses, course)
        return cls((n_series, n_windows), paths, recalibration, climatology, pool)

    def above(self, thresholds: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return probabilities of shape (series, thresholds, windows)."""
        n_series, n_windows = self.shape
        rows = np.repeat(thresholds, n_windows, axis=0)
        found = self._above(rows).reshape(n_series, n_windows, -1)
        return np.moveaxis(found, 1, 2).copy()

    def correction(self, thresholds: NDArray[np.float64], nights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what part of the paths that pass thresholds is believed to: at most all of it.

        A slot that passes takes the night with it, so its own probability goes down with the night's.
        """
        n_series, n_windows = self.shape
        rows = np.repeat(thresholds, n_windows, axis=0)
        drawn = ndtr(-self.paths.scores(rows)).reshape(n_series, n_windows, -1)[:, -1]
        return np.clip(nights / np.maximum(drawn, 1e-9), 0.0, 1.0)

    def medians(self) -> NDArray[np.float64]:
        """Return the median of each window, of shape (series, windows)."""
        middle = self.paths.knots[:, self.paths.knots.shape[1] // 2, None]
        grid = middle + np.maximum(self.paths.size, 1e-300)[:, None] * _PEAK_GRID
        below = 1 - self._above(grid)
        place = np.clip((below < 0.5).sum(axis=1), 1, grid.shape[1] - 1)[:, None]
        low, high = (np.take_along_axis(below, at, axis=1) for at in (place - 1, place))
        share = np.clip((0.5 - low) / np.maximum(high - low, 1e-12), 0.0, 1.0)
        left, right = (np.take_along_axis(grid, at, axis=1) for at in (place - 1, place))
        return np.asarray((left + share * (right - left)).reshape(self.shape), dtype=np.float64)

    def _above(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        of_paths = self.recalibration.above(self.paths.scores(values))
        of_days = self.climatology.above(values)
        pooled = self.pool.mean(of_paths, of_days)
        has_days = (self.climatology.weights > 0).any(axis=1, keepdims=True)
        return np.clip(np.where(has_days, pooled, of_paths), 0.0, 1.0)


def _pooled(
    paths: PathLaw,
    recalibration: Recalibration,
    climatology: Climatology,
    courses: NDArray[np.float64],
    course: NDArray[np.float64],
) -> Pool:
    """Judge both laws on the earlier nights, each by what the others say."""
    n_nights = courses.shape[1]
    came = np.where(climatology.weights > 0, climatology.highest, np.nan)[:, -n_nights:]
    came = np.where(np.isnan(courses), np.nan, came)
    thresholds = climatology.quantiles(JUDGED_SHARES)
    # A night's law is that of the night ahead, about its own course.
    shifted = thresholds[:, None, :] - np.nan_to_num(courses)[:, :, None] + course[:, None, None]
    scores = paths.scores(shifted.reshape(shifted.shape[0], -1)).reshape(shifted.shape)
    with np.errstate(invalid="ignore"):
        has_come = came[:, :, None] > thresholds[:, None, :]
    return Pool.of(
        recalibration.replays(scores),
        climatology.replays(thresholds, came),
        has_come,
        recalibration.weights * ~np.isnan(came),
    )


def _rows(windows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Lay windows of shape (series, days, windows) out as rows of days."""
    return np.moveaxis(windows, 2, 1).reshape(-1, windows.shape[1])
