"""Whether a forecast has become worse than it was, or than it promised to be.

Only the rule belongs here. Which days are looked at, and who is told, belongs to the assets.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LAST_DAYS: Final = 7
"""Days whose error is compared with the seasonal naive's: a week, so that every weekday counts once."""

LEAST_DAYS: Final = 3
"""Days of these without which nothing is said."""

RECENT_DAYS: Final = 3
DAYS_BEFORE: Final = 7
"""Days before the recent ones without which these are compared with nothing."""

RISE: Final = 1.5
"""A recent error above so many times the median of the days before is a rise."""

_TELLING: Final = 1_000


def decay_sentences(mae: Floats, naive_mae: Floats, backtest_skill: Floats) -> list[str | None]:
    """Say of each series whether its forecast decays.

    Parameters
    ----------
    mae : ndarray of shape (series, day)
        Mean absolute error of the forecasts of 24 hours, the newest day last; NaN where nothing was scored.
    naive_mae : ndarray of shape (series, day)
        That of the seasonal naive forecasts of the same times.
    backtest_skill : ndarray of shape (series,)
        1 - MAE / MAE of the seasonal naive in the backtest; NaN where there is none.

    Returns
    -------
    list of (str or None)
        A sentence with the figures, or None where the forecast does not decay or too few days are known.

    Raises
    ------
    ValueError
        If the shapes do not match, or an error is negative.

    Notes
    -----
    A forecast decays if its error over the last ``LAST_DAYS`` scored days is above the seasonal naive's
    although it had skill in the backtest; or if its error over the last ``RECENT_DAYS`` exceeds ``RISE``
    times the median of the days before, and the seasonal naive's rose by less: the traffic alone did not
    become harder.
    """
    if mae.ndim != 2 or mae.shape != naive_mae.shape or backtest_skill.shape != mae.shape[:1]:
        raise ValueError(
            f"mae {mae.shape}, naive_mae {naive_mae.shape} and backtest_skill {backtest_skill.shape} must "
            "have shapes (series, day), (series, day) and (series,)."
        )
    if (mae < 0).any() or (naive_mae < 0).any():
        raise ValueError("A mean absolute error is negative; take the mean of absolute values.")
    is_scored = np.isfinite(mae) & np.isfinite(naive_mae)
    return [
        _worse_than_naive(own[scored], naive[scored], skill) or _risen(own[scored], naive[scored])
        for own, naive, scored, skill in zip(mae, naive_mae, is_scored, backtest_skill, strict=True)
    ]


def _worse_than_naive(own: Floats, naive: Floats, skill: float) -> str | None:
    last, naive_last = own[-LAST_DAYS:], naive[-LAST_DAYS:]
    if last.size < LEAST_DAYS or not skill > 0:
        return None
    # Over the largest of them, so that no sum overflows.
    largest = float(max(last.max(), naive_last.max(), np.finfo(np.float64).tiny))
    error, naive_error = float((last / largest).mean()), float((naive_last / largest).mean())
    if error <= naive_error:
        return None
    ratio = error / naive_error if naive_error > 0 else np.inf
    return (
        f"over the last {last.size} days its error was {_times(ratio)} the seasonal naive's; in the backtest "
        f"it was {_times(1 - skill)}"
    )


def _risen(own: Floats, naive: Floats) -> str | None:
    n_before = own.size - RECENT_DAYS
    if n_before < DAYS_BEFORE:
        return None
    rise, naive_rise = _rise(own), _rise(naive)
    if not (rise > RISE and rise > naive_rise):
        return None
    return (
        f"over the last {RECENT_DAYS} days its error was {_times(rise)} the median of the {n_before} days "
        f"before, the seasonal naive's {_times(naive_rise)}"
    )


def _rise(errors: Floats) -> float:
    scaled = errors / max(float(errors.max()), np.finfo(np.float64).tiny)
    recent, before = float(scaled[-RECENT_DAYS:].mean()), float(np.median(scaled[:-RECENT_DAYS]))
    if before == 0:
        return np.inf if recent > 0 else 1.0
    return recent / before


def _times(ratio: float) -> str:
    if ratio > _TELLING:
        return f"more than {_TELLING:,} times"
    return f"{ratio:.2f} times"
