"""Public holidays, and which days are alike because of them."""

from __future__ import annotations

from datetime import date

import holidays
import numpy as np
from numpy.typing import NDArray

from traffic.windowing.histories import DAYS_A_WEEK, MONDAY_OFFSET


def holiday_dates(country: str, first: date, last: date) -> NDArray[np.datetime64]:
    name, _, subdivision = country.partition("-")
    try:
        found = holidays.country_holidays(
            name, subdiv=subdivision or None, years=range(first.year, last.year + 1)
        )
    except NotImplementedError as error:
        raise ValueError(f"holidays = {country!r} is not known: {error}") from error
    return np.array(sorted(day for day in found if first <= day <= last), dtype="datetime64[D]")


def kinds_of_dates(dates: NDArray[np.int64], country: str | None) -> NDArray[np.int64]:
    """Kind of each date, as ``Histories`` takes it.

    Parameters
    ----------
    dates : ndarray of int
        Days since 1970-01-01, ascending.
    country : str or None
        Whose public holidays are told apart; None for no one's.

    Returns
    -------
    ndarray of int
        The weekday, 0 = Monday; 7 more for a public holiday.
    """
    weekday = (dates + MONDAY_OFFSET) % DAYS_A_WEEK
    if country is None:
        return weekday
    days = dates.astype("datetime64[D]")
    first, last = days[[0, -1]].tolist()
    return np.asarray(weekday + DAYS_A_WEEK * np.isin(days, holiday_dates(country, first, last)))
