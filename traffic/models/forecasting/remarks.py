"""What is odd about a history, in sentences: a forecast of such a series deserves them.

Sentences on one series' history belong here; what the forecaster makes of it belongs to the modules that do
it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

_YOUNG_DAYS: Final = 14.0
_SILENT_DAYS: Final = 0.5
_MISSING_SHARE: Final = 0.2
_ZERO_SHARE: Final = 0.5
_LEVEL_DAYS: Final = 3
_DAYS_BEFORE: Final = 14
_CHANGE: Final = 2.0


def remarks(values: NDArray[np.float64], without_outages: NDArray[np.float64]) -> list[str]:
    """Say what is odd about each of some histories.

    Parameters
    ----------
    values : ndarray of shape (series, days, slots)
        As they came, NaN where missing.
    without_outages : ndarray of the same shape
        NaN where an outage was found too.

    Returns
    -------
    list of str
        Sentences, one after the other; empty for a series that is as others are.
    """
    return [" ".join(_sentences(*pair)) for pair in zip(values, without_outages, strict=True)]


def _sentences(values: NDArray[np.float64], kept: NDArray[np.float64]) -> Iterator[str]:
    n_slots = values.shape[1]
    flat = values.reshape(-1)
    seen = np.flatnonzero(~np.isnan(flat))
    if seen.size == 0:
        yield "It has no value in the last eight weeks."
        return
    observed = flat[seen]
    span = (flat.size - seen[0]) / n_slots
    if span < _YOUNG_DAYS:
        yield f"Its record is {span:.1f} days long."
    if (silent := (flat.size - 1 - seen[-1]) / n_slots) >= _SILENT_DAYS:
        yield f"Nothing was measured in the last {silent:.1f} days before the forecast."
    elif (share := 1 - seen.size / (flat.size - seen[0])) > _MISSING_SHARE:
        yield f"{share:.0%} of its values are missing."
    if observed.min() == observed.max():
        yield f"All of its {observed.size:,} values are {observed[0]:g}."
        return
    if n_outage := np.count_nonzero(np.isnan(kept) & ~np.isnan(values)):
        yield f"{n_outage:,} zeros where there is always traffic are taken for outages."
    if (off := _zeros_at_end(flat)) > n_slots:
        yield f"It has been zero for {off / n_slots:.1f} days."
    elif (share := float(np.mean(observed == 0))) > _ZERO_SHARE:
        yield f"{share:.0%} of its values are zero."
    if observed.min() < 0:
        yield "It has negative values, so that none of its forecasts is bounded at zero."
    yield from _change_of_level(kept)


def _zeros_at_end(flat: NDArray[np.float64]) -> int:
    """Count the steps since the last traffic, up to the last zero."""
    with_traffic, zeros = np.flatnonzero(flat > 0), np.flatnonzero(flat == 0)
    return int(zeros[-1] - with_traffic[-1]) if zeros.size and with_traffic.size else 0


def _change_of_level(values: NDArray[np.float64]) -> Iterator[str]:
    """Say that the last days lie outside of what the two weeks before them have shown."""
    n_seen = np.count_nonzero(~np.isnan(values), axis=1)
    daily = np.nansum(values, axis=1) / np.maximum(n_seen, 1)
    is_seen = 2 * n_seen >= values.shape[1]
    last, before = daily[-_LEVEL_DAYS:], daily[-_LEVEL_DAYS - _DAYS_BEFORE : -_LEVEL_DAYS]
    last, before = last[is_seen[-_LEVEL_DAYS:]], before[is_seen[-_LEVEL_DAYS - _DAYS_BEFORE : -_LEVEL_DAYS]]
    if last.size == 0 or before.size < _LEVEL_DAYS or before.mean() <= 0 or last.mean() <= 0:
        return
    ratio = last.mean() / before.mean()
    is_outside = last.min() > before.max() or last.max() < before.min()
    if is_outside and not 1 / _CHANGE < ratio < _CHANGE:
        yield f"Its level changed: the last {last.size} days are {ratio:.2g} times the {before.size} before."
