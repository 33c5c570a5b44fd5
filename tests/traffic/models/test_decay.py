"""A forecast that became worse is named with its figures; noise, gaps and harder traffic are not."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from traffic.models.decay import decay_sentences

NAN = float("nan")


def said(mae: list[float], naive: list[float], skill: float = 0.4) -> str | None:
    (sentence,) = decay_sentences(np.array([mae]), np.array([naive]), np.array([skill]))
    return sentence


def test_worse_than_the_naive_although_the_backtest_was_better() -> None:
    assert said([1.3] * 5, [1.0] * 5) == (
        "over the last 5 days its error was 1.30 times the seasonal naive's; in the backtest it was 0.60 "
        "times"
    )


def test_only_the_last_seven_days_count() -> None:
    assert said([0.1, *[1.3] * 7], [1.0] * 8).startswith("over the last 7 days its error was 1.30 times")
    assert said([90.0, *[0.9] * 7], [1.0] * 8) is None


@pytest.mark.parametrize("skill", [0.0, -0.2, NAN])
def test_a_forecast_that_promised_nothing_breaks_no_promise(skill: float) -> None:
    assert said([1.3] * 5, [1.0] * 5, skill) is None


@pytest.mark.parametrize(
    ("mae", "naive"),
    [
        ([1.3, 1.3], [1.0, 1.0]),
        ([1.3, NAN, 1.3, NAN], [1.0] * 4),
        ([1.3] * 4, [1.0, NAN, 1.0, NAN]),
        ([NAN] * 9, [NAN] * 9),
        ([], []),
    ],
)
def test_too_few_scored_days_say_nothing(mae: list[float], naive: list[float]) -> None:
    assert said(mae, naive) is None


def test_days_without_a_score_are_passed_over() -> None:
    assert said([1.3, NAN, 1.3, 1.3, NAN], [1.0] * 5).startswith("over the last 3 days its error was 1.30")


def test_a_rise_above_the_days_before_that_the_naive_did_not_share() -> None:
    assert said([*[0.4] * 7, 0.8, 0.8, 0.8], [1.0] * 10) == (
        "over the last 3 days its error was 2.00 times the median of the 7 days before, the seasonal naive's "
        "1.00 times"
    )
    assert said([*[0.4] * 7, 0.8, 0.8, 0.8], [*[1.0] * 7, 2.5, 2.5, 2.5]) is None  # the traffic became harder
    assert said([*[0.4] * 7, 0.59, 0.6, 0.6], [1.0] * 10) is None  # not above 1.5 times
    assert said([*[0.4] * 6, 0.8, 0.8, 0.8], [1.0] * 9) is None  # six days before are too few
    assert said([*[0.4] * 6, 3.0, 0.4, 0.4, 0.4], [1.0] * 10) is None  # one bad day before


def test_a_rise_needs_no_backtest() -> None:
    assert said([*[0.4] * 7, 0.8, 0.8, 0.8], [1.0] * 10, NAN) is not None


def test_a_naive_without_error_divides_nothing() -> None:
    assert "more than 1,000 times the seasonal naive's" in said([1.0] * 3, [0.0] * 3)
    assert said([0.0] * 12, [0.0] * 12) is None
    assert said([*[0.0] * 7, 1.0, 1.0, 1.0], [*[0.0] * 7, 1.0, 1.0, 1.0]) is None
    assert "more than 1,000 times the median" in said([*[0.0] * 7, 1.0, 1.0, 1.0], [2.0] * 10)


def test_each_series_is_judged_by_itself() -> None:
    mae = np.array([[1.3] * 4, [0.5] * 4, [NAN, 2.0, 2.0, 2.0]])
    found = decay_sentences(mae, np.ones((3, 4)), np.array([0.4, 0.4, 0.9]))
    assert [sentence is not None for sentence in found] == [True, False, True]
    assert "over the last 3 days its error was 2.00 times" in (found[2] or "")


@pytest.mark.parametrize(
    ("mae", "naive", "skill", "phrase"),
    [
        (np.ones(3), np.ones(3), np.ones(1), "must have shapes"),
        (np.ones((2, 3)), np.ones((2, 4)), np.ones(2), "must have shapes"),
        (np.ones((2, 3)), np.ones((2, 3)), np.ones(3), "must have shapes"),
        (-np.ones((2, 3)), np.ones((2, 3)), np.ones(2), "is negative"),
    ],
)
def test_what_cannot_be_errors_is_refused(
    mae: np.ndarray, naive: np.ndarray, skill: np.ndarray, phrase: str
) -> None:
    with pytest.raises(ValueError, match=phrase):
        decay_sentences(mae, naive, skill)


ERRORS = st.floats(0, allow_infinity=True) | st.sampled_from([0.0, NAN, 5e-324])
DAYS = st.integers(0, 20)


@settings(max_examples=200)
@given(data=st.data(), days=DAYS, skill=st.floats(-1e300, 1) | st.just(NAN))
def test_whatever_the_errors_are_a_sentence_has_figures_or_there_is_none(
    data: st.DataObject, days: int, skill: float
) -> None:
    mae, naive = (data.draw(arrays(np.float64, (1, days), elements=ERRORS)) for _ in range(2))
    (sentence,) = decay_sentences(mae, naive, np.array([skill]))
    if sentence is not None:
        assert re.fullmatch(r"over the last \d days its error was .* times.*", sentence)
        assert not re.search("nan|inf", sentence)
        n_scored = (np.isfinite(mae) & np.isfinite(naive)).sum()
        assert n_scored >= 3


SENSIBLE = st.floats(0.01, 100)


@given(data=st.data(), days=DAYS, factor=st.sampled_from([1 / 1024, 4.0]), skill=st.floats(0.01, 0.99))
def test_the_unit_of_the_series_does_not_matter(
    data: st.DataObject, days: int, factor: float, skill: float
) -> None:
    mae, naive = (data.draw(arrays(np.float64, (1, days), elements=SENSIBLE)) for _ in range(2))
    skills = np.array([skill])
    assert decay_sentences(mae * factor, naive * factor, skills) == decay_sentences(mae, naive, skills)


@given(data=st.data(), days=DAYS, skill=st.floats(-1, 0.99))
def test_the_naive_itself_never_decays(data: st.DataObject, days: int, skill: float) -> None:
    mae = data.draw(arrays(np.float64, (1, days), elements=SENSIBLE))
    assert decay_sentences(mae, mae, np.array([skill])) == [None]
