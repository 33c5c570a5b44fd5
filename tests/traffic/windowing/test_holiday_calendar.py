"""Public holidays as the laws of their countries have them, and the kind of every day."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from traffic.simulation.span import FIRST_DAY, HOLIDAY, LAST_DAY
from traffic.windowing.holiday_calendar import check_country, holiday_dates, holiday_name, kinds_of_dates

NONE = np.array([], dtype="datetime64[D]")


def dates(country: str, first: str, last: str) -> list[str]:
    return holiday_dates(country, date.fromisoformat(first), date.fromisoformat(last)).astype(str).tolist()


def test_christmas_of_2004_in_england_has_two_days_in_place_of_the_weekend() -> None:
    # gov.uk, "UK bank holidays": 25 and 26 December 2004 were a Saturday and a Sunday, with substitute days.
    assert dates("GB-ENG", "2004-12-20", "2005-01-04") == [
        "2004-12-25",
        "2004-12-26",
        "2004-12-27",
        "2004-12-28",
        "2005-01-01",
        "2005-01-03",
    ]


def test_a_part_of_a_country_may_have_holidays_of_its_own() -> None:
    # Epiphany is a holiday in Bavaria, by Art. 1 of its Feiertagsgesetz, and not in Berlin.
    assert dates("DE-BY", "2025-01-01", "2025-01-31") == ["2025-01-01", "2025-01-06"]
    assert (
        dates("DE-BE", "2025-01-01", "2025-01-31")
        == dates("DE", "2025-01-01", "2025-01-31")
        == ["2025-01-01"]
    )


def test_the_simulated_holiday_is_the_only_one_of_its_span() -> None:
    assert holiday_dates("DE", FIRST_DAY, LAST_DAY).tolist() == [HOLIDAY]


def test_both_ends_are_included_and_years_without_knowledge_have_none() -> None:
    assert dates("DE", "2025-10-03", "2025-10-03") == ["2025-10-03"]
    assert dates("DE", "2025-10-04", "2025-10-05") == []
    assert dates("DE", "1850-01-01", "1850-12-31") == []


def test_days_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(ValueError, match="comes before the first"):
        dates("DE", "2025-10-05", "2025-10-04")


@pytest.mark.parametrize(
    "code",
    [
        "",
        "de",
        "XX",
        "DEU",
        "GB_ENG",
        "GB-",
        "GB-eng",
        "GB-XYZ",
        "Germany",
        "HolidayBase",
        "__doc__",
        "DE-BY\n",
    ],
)
def test_what_names_no_country_is_refused_in_a_sentence(code: str) -> None:
    with pytest.raises(ValueError, match="is no country whose holidays are known; write its ISO 3166 code"):
        check_country(code)
    with pytest.raises(ValueError, match="is no country"):
        holiday_dates(code, date(2025, 1, 1), date(2025, 1, 2))


@pytest.mark.parametrize("code", ["DE", "DE-BY", "GB", "GB-ENG", "US", "US-CA", "PL", "JP", "CH-ZH"])
def test_countries_and_their_parts_are_taken(code: str) -> None:
    assert check_country(code) == code
    assert holiday_dates(code, date(2025, 1, 1), date(2025, 12, 31)).size > 4


@given(text=st.text(max_size=8))
def test_any_text_is_a_country_or_refused(text: str) -> None:
    with suppress(ValueError):
        assert check_country(text) == text


def days_since_1970(*days: date) -> NDArray[np.int64]:
    return np.array(days, dtype="datetime64[D]").astype(np.int64)


def test_a_holiday_is_told_apart_from_its_weekday() -> None:
    week = days_since_1970(*(date(2025, 9, 29) + timedelta(days=day) for day in range(7)))  # Monday to Sunday
    assert kinds_of_dates(week, None).tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert kinds_of_dates(week, "DE").tolist() == [0, 1, 2, 3, 7 + 4, 5, 6]


@given(ordinal=st.integers(date(1950, 1, 1).toordinal(), date(2050, 1, 1).toordinal()))
def test_kinds_are_the_weekdays_of_the_calendar(ordinal: int) -> None:
    days = [date.fromordinal(ordinal + day) for day in range(60)]
    off = set(holiday_dates("GB-ENG", days[0], days[-1]).tolist())
    expected = [day.weekday() + 7 * (day in off) for day in days]
    assert kinds_of_dates(days_since_1970(*days), "GB-ENG").tolist() == expected


def test_a_holiday_has_a_name_and_other_days_have_none() -> None:
    # US Code, title 5, section 6103: 11 November is Veterans Day.
    day = (date(2025, 11, 11) - date(1970, 1, 1)).days
    assert holiday_name(day, "US") == "Veterans Day (US)"
    assert holiday_name(day + 1, "US") is None
    assert holiday_name(date(2025, 5, 1).toordinal() - date(1970, 1, 1).toordinal(), "DE") == "Labor Day (DE)"
    assert holiday_name(day, None) is None
