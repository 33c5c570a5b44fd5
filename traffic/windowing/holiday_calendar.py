"""Public holidays, and which days are alike because of them."""

from __future__ import annotations

from datetime import date

import holidays
import numpy as np
from numpy.typing import NDArray


def holiday_dates(country: str, first: date, last: date) -> NDArray[np.datetime64]:
    name, _, subdivision = country.partition("-")
    found = holidays.country_holidays(
        name, subdiv=subdivision or None, years=range(first.year, last.year + 1)
    )
    return np.array(sorted(day for day in found if first <= day <= last), dtype="datetime64[D]")


def day_kinds(local_dates: NDArray[np.datetime64], holiday: NDArray[np.datetime64]) -> NDArray[np.int64]:
    weekday = (local_dates.astype("datetime64[D]").astype(np.int64) + 3) % 7
    return np.where(np.isin(local_dates, holiday), 6, weekday)
