"""The paper's sections: what a week of known days shows, and what a week of noise does not."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from traffic.reproduction.paper import reproduce_paper
from traffic.reproduction.section import AGREES, DIFFERS, OPEN, Section, Sentence
from traffic.reproduction.series_week import daily_share, newest_full_week, series_week

SLOTS = 96
SHIFTS = (-40.0, -25.0, -10.0, 0.0, 10.0, 25.0, 40.0)
WORDS_WITH_DIGITS = re.compile(
    r"95 %|b\(t, 0\)|B_[01]|harmonics 1 to|of 1 to|1 - u/θ|1/θ|\(2 D\(t\)\)|2π|1 to|∫_0|Equation 2"
)


def key(sections: tuple[Section, ...], name: str) -> Section:
    return next(section for section in sections if section.key == name)


def finding(found: Section, beginning: str) -> Sentence:
    return next(sentence for sentence in found.findings if sentence.text.startswith(beginning))


def days(shifts: Any, noise: float, seed: int = 5) -> Any:
    minute = np.arange(SLOTS) * 1440.0 / SLOTS
    angle = 2 * np.pi * (minute[None, :] - np.asarray(shifts)[:, None]) / 1440.0
    course = 1e9 * (3.0 - 1.5 * np.cos(angle) + 0.5 * np.cos(2 * angle))
    return course + 1e9 * noise * np.random.default_rng(seed).standard_normal(course.shape)


@pytest.fixture(scope="module")
def shifted(week_of: Any) -> tuple[Section, ...]:
    return reproduce_paper(week_of(days(SHIFTS, 0.05)))


@pytest.fixture(scope="module")
def noise(week_of: Any) -> tuple[Section, ...]:
    return reproduce_paper(week_of(1e9 * (3 + np.random.default_rng(8).standard_normal((7, SLOTS)))))


def test_sections_come_in_the_order_of_the_paper_with_its_six_figures(shifted: tuple[Section, ...]) -> None:
    assert [found.key for found in shifted] == [
        *("week", "peaks", "phases", "densities", "ensemble", "continuous", "model", "purpose"),
    ]
    for number, found in enumerate(shifted[:6], start=1):
        assert f"figure {number}" in found.title
        assert found.pictures


def test_shifted_days_are_found_shifted_by_as_much(shifted: tuple[Section, ...]) -> None:
    found = key(shifted, "phases")
    assert finding(found, "Are all phases one?").verdict == AGREES
    minutes = found.pictures[0].frame["minutes"].to_numpy()
    # Against the mean of the other six, a day's shift is 7/6 of that against all.
    assert minutes == pytest.approx(np.asarray(SHIFTS) * 7 / 6, abs=8)


def test_equal_days_are_not_said_to_be_shifted(week_of: Any) -> None:
    found = key(reproduce_paper(week_of(days([0.0] * 7, 0.2))), "phases")
    assert finding(found, "Are all phases one?").verdict == OPEN
    pairs = finding(found, "That every phase differs")
    assert pairs.verdict == DIFFERS
    assert pairs.values["pairs"] == 21


def test_days_that_are_all_alike_leave_nothing_and_no_number_that_is_none(week_of: Any) -> None:
    sections = reproduce_paper(week_of(np.tile(np.repeat([1e6, 2e6], 12), (7, 1))))
    texts = [sentence.text for found in sections for sentence in found.findings]
    texts += [picture.alt.text for found in sections for picture in found.pictures]
    assert not [text for text in texts if re.search(r"\bnan\b|nan%", text)]
    assert finding(key(sections, "continuous"), "The paper does not say").text.endswith("come from it.")
    assert finding(key(sections, "model"), "Every day is like the others").verdict is None


def test_the_shares_of_the_covariances_harmonics_are_those_of_its_course(week_of: Any) -> None:
    ensemble = 3 + np.random.default_rng(4).standard_normal((7, 24)) * (1 + np.arange(24) % 2)
    sentence = finding(key(reproduce_paper(week_of(ensemble)), "model"), "Without the relations")
    variance = ensemble.var(axis=0)
    assert sentence.values["n"] == 12
    assert sentence.values["share"] == pytest.approx(variance.var() / np.mean(variance**2))


def test_a_daily_course_agrees_where_noise_cannot_tell(
    shifted: tuple[Section, ...], noise: tuple[Section, ...]
) -> None:
    for name, beginning in (
        ("densities", "That the mean is the same"),
        ("continuous", "Within six hours"),
        ("model", "The mean of the days"),
        ("purpose", "The mean course"),
    ):
        assert finding(key(shifted, name), beginning).verdict == AGREES, name
        assert finding(key(noise, name), beginning).verdict != AGREES, name


def test_the_four_methods_are_one_on_whole_days(shifted: tuple[Section, ...]) -> None:
    agree = finding(key(shifted, "model"), "Component, filter")
    assert agree.verdict == AGREES
    assert "one method" in agree.text


def test_missing_values_are_counted_and_nothing_breaks(week_of: Any) -> None:
    ensemble = days(SHIFTS, 0.05)
    ensemble[2, 10:16] = np.nan
    sections = reproduce_paper(week_of(ensemble))
    assert "with 6 values missing" in finding(key(sections, "model"), "Component, filter").text
    assert f"{7 * SLOTS - 6:,} of {7 * SLOTS:,} values" in key(sections, "week").comparisons[2].ours.text


@pytest.mark.parametrize("slots", [12, 24, 288])
def test_every_step_that_a_week_may_have_is_reproduced(week_of: Any, slots: int) -> None:
    rng = np.random.default_rng(7)
    course = np.sin(2 * np.pi * np.arange(slots) / slots)
    sections = reproduce_paper(week_of(10 + course + 0.1 * rng.standard_normal((7, slots))))
    assert len(sections) == 8
    for section in sections:
        for sentence in section.findings:
            assert "nan" not in sentence.text, sentence.text


def test_no_number_is_written_into_the_words(
    shifted: tuple[Section, ...], noise: tuple[Section, ...]
) -> None:
    for found in (*shifted, *noise):
        for sentence in (*found.findings, *(row.ours for row in found.comparisons)):
            words = " ".join(piece.text for piece in sentence.pieces() if not piece.is_computed)
            assert not re.search(r"\d", WORDS_WITH_DIGITS.sub("", words)), words


def test_the_newest_seven_whole_days_in_a_row_are_taken() -> None:
    dates = [date(2024, 3, 1) + timedelta(days=day) for day in range(20)]
    observed = [24] * 20
    observed[10] = 20  # below nine tenths: the days after it are nine, the newest seven of them count
    frame = pl.DataFrame({"local_date": dates, "n_observed": observed})
    assert newest_full_week(frame, 3600) == date(2024, 3, 14)
    assert newest_full_week(frame.head(16), 3600) == date(2024, 3, 4)
    assert newest_full_week(frame.head(6), 3600) is None
    # A step that does not divide the day has no slots that return.
    assert newest_full_week(frame, 7 * 60) is None


def test_a_week_that_does_not_vary_is_refused() -> None:
    dates = [date(2024, 3, 1) + timedelta(days=day) for day in range(7)]
    frame = pl.DataFrame({"local_date": dates}).join(
        pl.DataFrame({"slot": range(24)}, schema={"slot": pl.Int32}), how="cross"
    )
    with pytest.raises(ValueError, match="no variation"):
        series_week("a/b", "bit/s", "UTC", 3600, frame.with_columns(value=pl.lit(2.0)), 0)


def test_the_daily_share_is_that_between_the_slots() -> None:
    # By hand: means 1 and 3 of two values each, variances 1: between 4, within 4.
    frame = pl.DataFrame({"n": [2, 2], "mean": [1.0, 3.0], "variance": [1.0, 1.0]})
    assert daily_share(frame) == pytest.approx(0.5)
