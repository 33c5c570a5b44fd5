from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.terminal.estimate import NEARLY, PRIOR_SECONDS, Estimate, in_words

BEFORE = {"read": 10.0, "fit": 30.0, "publish": 20.0}


def test_before_anything_is_done_the_earlier_run_is_the_estimate() -> None:
    assert Estimate(BEFORE, BEFORE, started=100.0).remaining(100.0) == 60.0


def test_a_run_at_the_earlier_pace_counts_down_by_the_clock() -> None:
    estimate, now = Estimate(BEFORE, BEFORE, started=0.0), 0.0
    for step, seconds in BEFORE.items():
        estimate.begin(step, now)
        assert estimate.remaining(now + seconds / 2) == pytest.approx(60 - now - seconds / 2)
        now += seconds
        estimate.end(step)
        assert estimate.remaining(now) == pytest.approx(60 - now)


def test_a_run_at_half_the_pace_is_noticed() -> None:
    estimate = Estimate(BEFORE, BEFORE, started=0.0)
    estimate.begin("read", 0.0)
    estimate.end("read")
    pace = (PRIOR_SECONDS + 20) / (PRIOR_SECONDS + 10)
    assert estimate.remaining(20.0) == pytest.approx(50 * pace)
    assert estimate.run_seconds(20.0) == pytest.approx(60 * pace)


def test_without_an_earlier_run_nothing_is_said_until_a_share_is_done() -> None:
    estimate = Estimate(["landing_files", "a_check"], {}, started=0.0)
    estimate.begin("landing_files", 0.0)
    estimate.tell(0.0)
    assert estimate.remaining(50.0) is None
    estimate.tell(0.5)
    left = estimate.remaining(50.0)
    assert left == pytest.approx(50.0, rel=0.1)


def test_a_step_that_takes_longer_than_it_did_is_never_said_to_be_done() -> None:
    estimate = Estimate(BEFORE, BEFORE, started=0.0)
    estimate.begin("read", 0.0)
    assert estimate.done(1e6) == pytest.approx(10 * NEARLY)


def test_a_step_that_the_earlier_run_had_not_counts_as_a_short_one() -> None:
    estimate = Estimate([*BEFORE, "new"], BEFORE, started=0.0)
    assert estimate.whole == pytest.approx(60.1)


@given(
    steps=st.dictionaries(st.text(max_size=3), st.floats(0, 1e4), max_size=6),
    seconds=st.lists(st.floats(0, 1e4), min_size=6, max_size=6),
)
def test_it_is_never_negative_and_ends_at_nothing(steps: dict[str, float], seconds: list[float]) -> None:
    estimate, now = Estimate(steps, steps, started=0.0), 0.0
    for step, took in zip(steps, seconds, strict=False):
        estimate.begin(step, now)
        now += took
        left = estimate.remaining(now)
        assert left is None or left >= 0
        estimate.end(step)
    left = estimate.remaining(now)
    assert left is None or left == pytest.approx(0.0, abs=1e-6 * (now + 1))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "5 s"),
        (12, "10 s"),
        (57, "55 s"),
        (59, "1 min"),
        (3_540, "59 min"),
        (3_600, "1 h 0 min"),
        (7_800, "2 h 10 min"),
    ],
)
def test_words_are_as_rough_as_the_estimate(seconds: float, words: str) -> None:
    assert in_words(seconds) == words
