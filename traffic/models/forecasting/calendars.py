"""With the calendar of public holidays or without it: what the days since have said in favour of which.

A calendar knows of a holiday before it comes, but not how long a country takes it for, nor whether a link
cares. So both forecasts are made, and how much each is believed belongs here.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from traffic.models.forecasting.combination import combination_weights


def believe_calendar(
    made: NDArray[np.float64],
    errors: NDArray[np.float64],
    is_judged: NDArray[np.bool_],
    is_holiday: NDArray[np.bool_],
    lead: int,
) -> NDArray[np.float64]:
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

    Returns
    -------
    ndarray of shape (series, rows, slots)
        A holiday is forecast with the calendar until one was judged, and then as holidays were forecast best;
        other days as the last days were.
    """
    ordinary = combination_weights(errors, is_judged, lead)
    on_holidays = is_judged & is_holiday[:-1]
    of_holidays = combination_weights(np.where(on_holidays, errors, 0.0), on_holidays, lead)
    n_judged = is_judged.shape[1]
    row = np.append(np.arange(n_judged), n_judged - 1 + lead)
    is_known = np.arange(n_judged)[:, None] <= row - lead
    has_known = (on_holidays @ is_known) > 0
    trusting = np.array([0.0, 1.0])[:, None, None]
    for_holidays = np.where(has_known, of_holidays, trusting)
    weights = np.where(is_holiday, for_holidays, ordinary)
    combined: NDArray[np.float64] = np.einsum("csd,csdh->sdh", weights, made)
    return combined
