"""With the calendar of public holidays or without it: what the days since have said in favour of which.

A calendar knows of a holiday before it comes, but not how long a country takes it for, nor whether a link
cares. So both forecasts are made, and how much each is believed belongs here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from traffic.models.forecasting.champions import COMBINATION
from traffic.models.forecasting.combination import combination_weights
from traffic.models.forecasting.earlier_holidays import HolidayEvidence

_TRUST: Final = 2.0
"""Log odds of the calendar where earlier holidays lay half-way: who names a country expects its holidays to
be kept."""

_SHARPNESS: Final = 8.0
"""Log odds that holidays just like Sundays add, and holidays just like their weekdays take off. With 6 and a
trust of 1 real holidays are forecast alike (within two per cent), a link that keeps every other worse."""

HOLIDAY: Final = "Holiday: "
"""How the sentence of a reason begins that names the holiday which is forecast."""


def believe_calendar(
    made: NDArray[np.float64],
    errors: NDArray[np.float64],
    is_judged: NDArray[np.bool_],
    is_holiday: NDArray[np.bool_],
    lead: int,
    earlier: HolidayEvidence | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Combine the forecasts without and with a calendar.

    Parameters
    ----------
    made : ndarray of shape (2, series, rows, slots)
        Without and with it; rows as in ``Candidates``.
    errors : ndarray of shape (2, series, rows - 1)
        Their daily mean absolute errors.
    is_judged : ndarray of bool of shape (series, rows - 1)
    is_holiday : ndarray of bool of shape (rows,)
        Whether a row's day is a public holiday.
    lead : int
        Days from what is known to the end of a row's day.
    earlier : HolidayEvidence, optional
        Of the holidays before the first row.

    Returns
    -------
    combined : ndarray of shape (series, rows, slots)
        A holiday is forecast with the calendar until one was seen, and then as the holidays of the history
        were; other days as the last days were.
    share : ndarray of shape (series, rows)
        Weight of the forecast with the calendar.

    Notes
    -----
    (e_without - e_with) / d, where d is the distance of the two forecasts, runs from -1, the holidays were
    just as without the calendar, to 1, just as with it (the triangle inequality); a holiday of which both say
    the same has no say. No holiday of the history is forgotten: they are too few.
    """
    ordinary = combination_weights(errors, is_judged, lead)[1]
    judged = np.flatnonzero(is_holiday[:-1])
    is_seen = is_judged[:, judged]
    apart = np.abs(made[1, :, judged] - made[0, :, judged]).mean(axis=2).T
    seen = HolidayEvidence(
        judged, np.where(is_seen, errors[:, :, judged], 0.0), np.where(is_seen, apart, 0.0)
    )
    n_judged = is_judged.shape[1]
    row = np.append(np.arange(n_judged), n_judged - 1 + lead)
    of_holidays = _share_on_holidays(seen if earlier is None else _joined(earlier, seen), row - lead)
    share = np.where(is_holiday, of_holidays, ordinary)
    combined: NDArray[np.float64] = np.einsum("csd,csdh->sdh", np.stack([1 - share, share]), made)
    return combined, share


def with_holiday(
    reasons: Sequence[str], name: str | None, models: Sequence[str], share: NDArray[np.float64]
) -> list[str]:
    """Add to the reasons of champions that the day is a holiday, and how it is forecast.

    Parameters
    ----------
    reasons : sequence of str
        One a series.
    name : str or None
        Of the holiday; None if the day is none.
    models : sequence of str
        The champions.
    share : ndarray of shape (series,)
        How much the calendar is believed.

    Returns
    -------
    list of str
        The sentence comes last, and begins with ``HOLIDAY``.
    """
    if name is None:
        return list(reasons)
    return [
        f"{reason} {HOLIDAY}{name}, {_treatment(model, float(believed))}."
        for reason, model, believed in zip(reasons, models, share, strict=True)
    ]


def _treatment(model: str, share: float) -> str:
    if model != COMBINATION:
        return "of which this model knows nothing"
    if share < 0.5:
        return "forecast as its weekday, for so were earlier holidays"
    return "forecast from Sundays and earlier holidays"


def _joined(earlier: HolidayEvidence, later: HolidayEvidence) -> HolidayEvidence:
    return HolidayEvidence(
        np.concatenate([earlier.row, later.row]),
        np.concatenate([earlier.errors, later.errors], axis=2),
        np.concatenate([earlier.apart, later.apart], axis=1),
    )


def _share_on_holidays(seen: HolidayEvidence, eve: NDArray[np.int64]) -> NDArray[np.float64]:
    """Weight of the calendar on a holiday of each row, by the holidays that its eve knows."""
    is_known = (seen.row[:, None] <= eve).astype(np.float64)
    without, with_it = seen.errors @ is_known
    apart = seen.apart @ is_known
    likeness = np.clip((without - with_it) / np.where(apart > 0, apart, np.nan), -1.0, 1.0)
    share = 1 / (1 + np.exp(-_TRUST - _SHARPNESS * likeness))
    return np.where(np.isnan(share), 1.0, share)
