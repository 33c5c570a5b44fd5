"""How good the forecasts of a panel are: scaled errors, scaled pinball loss, coverage with its uncertainty.

Pure functions on arrays. A record is (series, origins, day_steps); what was not measured or not forecast is
NaN and counts nowhere.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from traffic.models.quantiles import QUANTILE_LEVELS
from traffic.models.scores import seasonal_scale

REPLICATIONS = 2_000
SEED = 5
FloatArray = NDArray[np.float64]


def scales_of(values: FloatArray, day_steps: int) -> FloatArray:
    """Scale of each series: the mean of |y_t - y_(t - day)| over its whole record.

    Parameters
    ----------
    values : ndarray of shape (series, time)
        NaN where missing.
    day_steps : int
        Steps in a day.

    Returns
    -------
    ndarray of shape (series,)
        NaN for a series that has none: such a series is not scored.
    """
    found = [seasonal_scale(row, day_steps) for row in values]
    return np.array([np.nan if scale is None else scale for scale in found])


def mase(actual: FloatArray, points: FloatArray, scales: FloatArray) -> FloatArray:
    """Mean absolute error of each series over its scale (Hyndman and Koehler 2006).

    Parameters
    ----------
    actual, points : ndarray of shape (series, origins, day_steps)
        What came true and what was said.
    scales : ndarray of shape (series,)
        From ``scales_of``.

    Returns
    -------
    ndarray of shape (series,)
        NaN without a scale or without a value to score.
    """
    return _mean_of_rows(np.abs(actual - points)) / scales


def scaled_pinball(actual: FloatArray, quantiles: FloatArray, scales: FloatArray) -> FloatArray:
    """Mean pinball loss of each series over its targets and the seven quantiles, over its scale.

    Parameters
    ----------
    actual : ndarray of shape (series, origins, day_steps)
        What came true.
    quantiles : ndarray of shape (series, origins, day_steps, 7)
        At ``QUANTILE_LEVELS``.
    scales : ndarray of shape (series,)
        From ``scales_of``.

    Returns
    -------
    ndarray of shape (series,)
        NaN without a scale or without a value to score.
    """
    levels = np.array(QUANTILE_LEVELS)
    error = actual[..., None] - quantiles
    return _mean_of_rows(np.maximum(levels * error, (levels - 1) * error).mean(axis=-1)) / scales


def geometric_mean(x: FloatArray) -> float:
    """Geometric mean of what is not NaN; NaN if nothing is left, 0 if anything is."""
    known = x[~np.isnan(x)]
    if known.size == 0:
        return float("nan")
    with np.errstate(divide="ignore"):
        return float(np.exp(np.log(known).mean()))


def hits_by_day(actual: FloatArray, quantiles: FloatArray, nominal: int) -> NDArray[np.int64]:
    """Count for each origin, over all series, the values that lay within the interval, and all values.

    Parameters
    ----------
    actual : ndarray of shape (series, origins, day_steps)
        What came true.
    quantiles : ndarray of shape (series, origins, day_steps, 7)
        At ``QUANTILE_LEVELS``.
    nominal : {80, 95}
        Which interval; its bounds belong to it.

    Returns
    -------
    ndarray of shape (origins, 2)
        Origins without a value are left in, as two zeros.
    """
    tail = round((1 - nominal / 100) / 2, 3)
    low = quantiles[..., QUANTILE_LEVELS.index(tail)]
    high = quantiles[..., QUANTILE_LEVELS.index(round(1 - tail, 3))]
    is_scored = ~np.isnan(actual) & ~np.isnan(low) & ~np.isnan(high)
    is_hit = is_scored & (actual >= low) & (actual <= high)
    return np.stack([is_hit.sum(axis=(0, 2)), is_scored.sum(axis=(0, 2))], axis=1)


def coverage(records: Sequence[NDArray[np.int64]]) -> float:
    """Share of hits over all records of a panel, each from ``hits_by_day``; NaN if there was no value."""
    hits, scored = np.sum([record.sum(axis=0) for record in records], axis=0)
    return float(hits / scored) if scored else float("nan")


def resampled_coverage(records: Sequence[NDArray[np.int64]], sources: Sequence[str]) -> FloatArray:
    """Coverage of a panel in a circular block bootstrap over its days.

    Parameters
    ----------
    records : sequence of ndarray of shape (origins, 2)
        From ``hits_by_day``; days without a value are left out, and each record draws days of its own.
    sources : sequence of str
        Whose each record is. Records of one source and as many days draw the same days: so a record and its
        means by the hour stay as dependent as they are where panels are pooled.

    Returns
    -------
    ndarray of shape (2000,)
        NaN if there was no value.

    Notes
    -----
    All series of a day stay together, and so do neighbouring days: blocks of n^(1/3) days, the rate at which
    the error of a block bootstrap's variance falls fastest (Hall, Horowitz and Jing 1995), round the circle,
    so that every day is drawn alike (Politis and Romano 1992).
    """
    total = np.zeros((REPLICATIONS, 2))
    for record, source in zip(records, sources, strict=True):
        days = record[record[:, 1] > 0]
        if len(days):
            total += days[_drawn_days(len(days), source)].sum(axis=1)
    with np.errstate(invalid="ignore"):
        return total[:, 0] / total[:, 1]


def block_days(n_days: int) -> int:
    """Length of the bootstrap's blocks: the cube root of the number of days, rounded."""
    return max(1, round(n_days ** (1 / 3)))


def interval_95(replicates: FloatArray) -> tuple[float, float]:
    """Return the 2.5 and the 97.5 % points of bootstrap replicates."""
    low, high = np.quantile(replicates, [0.025, 0.975])
    return float(low), float(high)


def _drawn_days(n_days: int, source: str) -> NDArray[np.int64]:
    length = block_days(n_days)
    rng = np.random.default_rng([SEED, zlib.crc32(source.encode())])
    starts = rng.integers(0, n_days, size=(REPLICATIONS, -(-n_days // length)))
    days = (starts[:, :, None] + np.arange(length)) % n_days
    return days.reshape(REPLICATIONS, -1)[:, :n_days]


def _mean_of_rows(loss: FloatArray) -> FloatArray:
    """Mean over origins and steps; NaN where a series has none, without numpy's warning."""
    is_known = ~np.isnan(loss)
    n_known = is_known.sum(axis=(1, 2))
    total = np.where(is_known, loss, 0.0).sum(axis=(1, 2))
    return np.where(n_known > 0, total / np.maximum(n_known, 1), np.nan)
