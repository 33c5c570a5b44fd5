"""Public holidays, and the kind of each day.

The calendars themselves are those of the package ``holidays``. What a forecast makes of a kind of day belongs
to ``traffic.models``.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from traffic.windowing.histories import DAYS_A_WEEK, MONDAY_OFFSET

if TYPE_CHECKING:
    from holidays import HolidayBase

_CODE: Final = re.compile(r"[A-Z]{2}(-\S+)?")


def check_country(code: str) -> str:
    """Refuse what names no country or subdivision whose holidays are known.

    Parameters
    ----------
    code : str
        ISO 3166-1 code of a country, such as ``GB``, or ISO 3166-2 code of a part of it, such as ``GB-ENG``.

    Returns
    -------
    str
        The code.

    Raises
    ------
    ValueError
        In a sentence that says what to write instead.
    """
    _calendar(code)
    return code


def holiday_dates(country: str, first: date, last: date) -> NDArray[np.datetime64]:
    """Public holidays of a country or a part of it.

    Parameters
    ----------
    country : str
        As of ``check_country``.
    first, last : datetime.date
        Both included.

    Returns
    -------
    ndarray of datetime64[D] of shape (holiday,)
        Local dates, ascending, with the days off in place of holidays on a weekend where the law gives them;
        none in years that the package does not know.

    Raises
    ------
    ValueError
        If the country is not known, or ``last`` comes before ``first``.
    """
    if last < first:
        raise ValueError(f"The last day, {last}, comes before the first, {first}; exchange them.")
    found = _calendar(country, range(first.year, last.year + 1))
    return np.array(sorted(day for day in found if first <= day <= last), dtype="datetime64[D]")


def holiday_name(day: int, country: str | None) -> str | None:
    """Name a public holiday.

    Parameters
    ----------
    day : int
        Days since 1970-01-01.
    country : str or None
        As of ``check_country``; None for no one's.

    Returns
    -------
    str or None
        Its name in English, where the package has one, with the country, such as ``Veterans Day (US)``; None
        if the day is none.

    Raises
    ------
    ValueError
        If the country is not known.
    """
    if country is None:
        return None
    date = np.datetime64(day, "D").item()
    name = _calendar(country, range(date.year, date.year + 1)).get(date)
    return None if name is None else f"{name} ({country})"


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

    Raises
    ------
    ValueError
        If the country is not known.
    """
    weekday = (dates + MONDAY_OFFSET) % DAYS_A_WEEK
    if country is None:
        return weekday
    days = dates.astype("datetime64[D]")
    first, last = days[[0, -1]].tolist()
    return np.asarray(weekday + DAYS_A_WEEK * np.isin(days, holiday_dates(country, first, last)))


def _calendar(code: str, years: range | None = None) -> HolidayBase:
    # Its import takes some tenths of a second, and most installations name no country.
    from holidays import country_holidays

    country, _, part = code.partition("-")
    try:
        if not _CODE.fullmatch(code):  # the package would take any name that it defines for a country
            raise NotImplementedError
        return country_holidays(country, subdiv=part or None, years=years, language="en_US")
    except NotImplementedError:
        raise ValueError(
            f"{code!r} is no country whose holidays are known; write its ISO 3166 code, such as 'DE', or "
            "that of a part of it, such as 'GB-ENG' or 'DE-BY'"
        ) from None
