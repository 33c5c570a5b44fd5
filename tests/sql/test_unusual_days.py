"""Days that do not look like a day: in what order, and one cause told once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

NEWEST = date(2025, 10, 5)  # a Sunday

Ask = Callable[[str], list[dict[str, Any]]]
AddDay = Callable[..., None]
BY_SOURCE = "FROM planning.unusual_days_by_source ORDER BY rank"


@pytest.fixture
def add_day(insert: Callable[..., None]) -> AddDay:
    """Enter a day of a series: ordinary, or with another level, a shift in minutes, another shape."""

    def enter(
        series_id: str,
        ago: int,
        level: float | None = None,
        shift: float | None = None,
        *,
        has_other_shape: bool = False,
        score: float = 10.0,
        **changes: Any,
    ) -> None:
        is_unusual = level is not None or shift is not None or has_other_shape
        row: dict[str, Any] = {
            "series_id": series_id,
            "local_date": NEWEST - timedelta(days=ago),
            "is_unusual": is_unusual,
            "reason": "The day is odd." if is_unusual else None,
            "phase_score": 1.0 if shift is None else score * (1 if shift > 0 else -1),
            "level_score": 1.0 if level is None else score * (1 if level > 0 else -1),
            "shape_score": score if has_other_shape else 1.0,
            "phase_difference": 3.0 if shift is None else shift,
            "level_share": 0.02 if level is None else level,
            "is_shifted": shift is not None,
            "has_other_level": level is not None,
            "has_other_shape": has_other_shape,
        }
        insert("diagnostics.daily_peaks", **(row | changes))

    return enter


@pytest.fixture
def metro(add_series: Callable[..., None], add_day: AddDay) -> list[str]:
    """Fourteen series of one source, whose newest day is ordinary."""
    names = [f"metro/{number:02}" for number in range(14)]
    for name in names:
        add_series(name)
        add_day(name, 0)
    return names


def test_the_newest_come_first_and_within_a_day_the_oddest(ask: Ask, add_day: AddDay, metro: Any) -> None:
    add_day("metro/00", 3, 0.5, score=90.0)
    add_day("metro/01", 1, -0.5, score=7.0)
    add_day("metro/02", 1, shift=-45.0, has_other_shape=True, score=8.0)
    add_day("metro/03", 1, -0.5, score=7.0)
    add_day("metro/04", 7, 0.5)
    rows = ask("FROM planning.unusual_days ORDER BY rank")
    assert [(row["rank"], row["series_id"], row["what"], row["score"]) for row in rows] == [
        (1, "metro/02", "phase, shape", 8.0),
        (2, "metro/01", "level", 7.0),
        (3, "metro/03", "level", 7.0),
        (4, "metro/00", "level", 90.0),
    ]
    assert (rows[0]["weekday"], rows[0]["phase_difference"], rows[0]["level_share"]) == (6, -45.0, None)
    assert (rows[1]["phase_difference"], rows[1]["level_share"]) == (None, -0.5)


def test_the_score_is_the_largest_of_those_that_flag_the_day(ask: Ask, add_day: AddDay, metro: Any) -> None:
    add_day("metro/00", 1, 0.5, score=7.0, phase_score=-99.0, shape_score=50.0)
    add_day("metro/01", 1, 0.5, shape_score=12.0, has_other_shape=True)
    add_day("metro/02", 2, 0.5, level_score=float("inf"))
    scores = {row["series_id"]: row["score"] for row in ask("FROM planning.unusual_days")}
    assert scores == {"metro/00": 7.0, "metro/01": 12.0, "metro/02": float("inf")}


def test_one_cause_that_hits_many_series_is_one_line(ask: Ask, add_day: AddDay, metro: list[str]) -> None:
    for number, name in enumerate(metro[:12]):
        shift = 30.0 + number if number < 5 else None
        add_day(name, 1, -0.31 - 0.01 * number, shift, has_other_shape=number == 7, score=7.0 + number % 10)
    for name in metro[12:]:
        add_day(name, 1)
    (row,) = ask(BY_SOURCE)
    assert row["reason"] == (
        "12 of 14 series of metro: 12 lower (by 31 to 42%), 5 later (by 30 to 34 minutes), "
        "1 of another shape; most of all metro/09."
    )
    assert (row["n_series"], row["n_judged"], row["score"]) == (12, 14, 16.0)
    assert (row["what"], row["days_in_a_row"], row["weekday"]) == ("lower, later, of another shape", 1, 6)


def test_a_day_of_one_series_keeps_its_own_sentence(ask: Ask, add_day: AddDay, metro: Any) -> None:
    add_day("metro/05", 0 + 1, 0.4)
    (row,) = ask(BY_SOURCE)
    assert row["reason"] == "metro/05: The day is odd."


def test_opposite_directions_are_told_apart_in_one_line(ask: Ask, add_day: AddDay, metro: Any) -> None:
    add_day("metro/00", 1, -0.9)
    add_day("metro/01", 1, 0.9)
    (row,) = ask(BY_SOURCE)
    assert row["reason"] == (
        "2 of 2 series of metro: 1 higher (by 90%), 1 lower (by 90%); most of all metro/00."
    )


def test_a_link_that_was_dead_has_no_percentage(ask: Ask, add_day: AddDay, metro: Any) -> None:
    for name in ("metro/00", "metro/01"):
        add_day(name, 1, float("inf"), level_score=float("inf"))
    (row,) = ask(BY_SOURCE)
    assert row["reason"] == "2 of 2 series of metro: 2 higher; most of all metro/00."


def test_what_goes_on_for_days_is_told_on_the_last_of_them(ask: Ask, add_day: AddDay, metro: Any) -> None:
    for name in ("metro/00", "metro/01", "metro/02"):
        for ago in (2, 3, 4, 9, 10):
            add_day(name, ago, -0.5, has_other_shape=ago == 3)
    add_day("metro/03", 1, 0.5)
    rows = ask(BY_SOURCE)
    told = [(row["local_date"].day, row["days_in_a_row"]) for row in rows if not row["is_continued"]]
    assert told == [(4, 1), (3, 3)]
    assert rows[1]["reason"].endswith(" Day 3 in a row.")
    assert [row["local_date"].day for row in rows[2:]] == [2, 1]


def test_the_opposite_on_the_next_day_is_not_the_same_going_on(ask: Ask, add_day: AddDay, metro: Any) -> None:
    add_day("metro/00", 2, -0.5)
    add_day("metro/00", 1, 0.5)
    assert [(row["is_continued"], row["days_in_a_row"]) for row in ask(BY_SOURCE)] == [(False, 1), (False, 1)]


def test_an_outage_of_many_is_not_hidden_behind_the_one_that_lasts(
    ask: Ask, add_day: AddDay, metro: Any
) -> None:
    for name in metro:
        add_day(name, 2, -0.5)
    add_day("metro/00", 1, -0.5)
    rows = ask(BY_SOURCE)
    assert [(row["n_series"], row["is_continued"]) for row in rows] == [(1, False), (14, False)]


def test_sources_with_the_same_score_come_in_a_stated_order(
    ask: Ask, add_series: Any, add_day: AddDay
) -> None:
    for name in ("b/1", "a/1", "c/1", "c/2"):
        add_series(name)
        add_day(name, 0, 0.5)
    assert [row["source"] for row in ask(BY_SOURCE)] == ["c", "a", "b"]
    assert [row["source"] for row in ask("18")] == ["c", "a", "b"]
