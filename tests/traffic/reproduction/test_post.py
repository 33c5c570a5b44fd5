"""The post's sections: sentences follow from the numbers, on the post's processes and on others."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from traffic.reproduction.post import reproduce_post
from traffic.reproduction.section import AGREES, DIFFERS, OPEN, Section, Sentence

N = 720
LEVEL = 5e5
# Names of models, lags and confidence levels are words; nothing else with a digit may stand in one.
WORDS_WITH_DIGITS = re.compile(
    r"(AR|MA|ARMA)\([\d,]+\)|lags? \d+( to| and \d+)?|95 %|[φθξ]_\d|i = 0|starts at 1|θ/\(1 \+ θ²\)"
    r"|\(1 \+ θ²\)|1\.5 interquartile|\(t-\d\)|i=[01]|δ = 0|σ_w² = 1"
)


def moving_average(theta: float, seed: int = 1, noise: Callable[..., Any] | None = None) -> Any:
    """A series whose first difference is an MA(1)."""
    rng = np.random.default_rng(seed)
    w = rng.standard_normal(N + 1) if noise is None else noise(rng, N + 1)
    return LEVEL + 2e4 * np.cumsum(w[1:] + theta * w[:-1])


def section(sections: tuple[Section, ...], key: str) -> Section:
    return next(section for section in sections if section.key == key)


def finding(found: Section, beginning: str) -> Sentence:
    return next(sentence for sentence in found.findings if sentence.text.startswith(beginning))


@pytest.fixture(scope="module")
def like_theirs(day_of: Any) -> tuple[Section, ...]:
    return reproduce_post(day_of(moving_average(-0.9348)))


@pytest.fixture(scope="module")
def unlike(day_of: Any) -> tuple[Section, ...]:
    # A stationary AR(1): its difference is no MA(1) of -0.93.
    rng = np.random.default_rng(2)
    x = np.zeros(N)
    for t in range(1, N):
        x[t] = 0.5 * x[t - 1] + rng.standard_normal()
    return reproduce_post(day_of(LEVEL + 2e4 * x))


def test_sections_come_in_the_order_of_the_post(like_theirs: tuple[Section, ...]) -> None:
    assert [found.key for found in like_theirs] == [
        *("log", "windows", "outliers", "autoregressive", "moving-average", "partial-ar", "partial-ma"),
        *("level", "difference", "partial", "model", "residuals", "histogram", "improvements"),
    ]


def test_the_posts_twelve_figures_are_there(like_theirs: tuple[Section, ...]) -> None:
    # Two courses, four simulated correlograms and the data's, difference, its two, fit, residuals' two.
    theirs = [
        picture.kind
        for found in like_theirs
        for picture in found.pictures
        if "not in the post" not in picture.title
    ]
    assert theirs == ["course"] * 2 + ["correlogram"] * 5 + ["course"] + ["correlogram"] * 2 + [
        "course",
        "correlogram",
        "histogram",
    ]


def test_the_posts_own_process_agrees_in_its_moving_average(like_theirs: tuple[Section, ...]) -> None:
    theta = finding(section(like_theirs, "model"), "θ_1")
    assert theta.verdict == AGREES
    assert "within" in theta.text
    assert float(theta.values["lower"]) <= -0.9348 <= float(theta.values["upper"])


def test_another_process_differs_and_the_sentence_says_so(unlike: tuple[Section, ...]) -> None:
    found = section(unlike, "model")
    assert any(sentence.verdict == DIFFERS and "outside" in sentence.text for sentence in found.findings)


def test_the_other_log_is_told_from_the_posts(like_theirs: tuple[Section, ...]) -> None:
    told = section(like_theirs, "log").findings[0]
    assert told.verdict == DIFFERS
    assert told.text.startswith("0 of the 5")


def test_a_sample_without_rise_has_no_agreeing_trend(day_of: Any) -> None:
    falling = reproduce_post(day_of(LEVEL - 300.0 * np.arange(N) + moving_average(-0.9) / 50))
    rise, fall = section(falling, "windows").findings
    assert (rise.verdict, fall.verdict) == (DIFFERS, AGREES)
    assert "does not rise" in rise.text


def test_lognormal_residuals_are_called_lognormal(day_of: Any) -> None:
    # A random walk, so that the residuals are its innovations: a shifted lognormal sample.
    skewed = moving_average(0.0, 3, lambda rng, n: rng.lognormal(0.0, 0.7, n) - np.exp(0.245))
    law = section(reproduce_post(day_of(skewed)), "histogram").findings[0]
    assert law.verdict == AGREES
    assert '"Lognormal" holds' in law.text


def test_normal_residuals_are_not_called_lognormal(like_theirs: tuple[Section, ...]) -> None:
    assert section(like_theirs, "histogram").findings[0].verdict in (DIFFERS, OPEN)


def test_varying_volatility_is_found_where_it_is(day_of: Any) -> None:
    def garch(rng: np.random.Generator, n: int) -> Any:
        w, variance = np.zeros(n), 1.0
        for t in range(n):
            w[t] = np.sqrt(variance) * rng.standard_normal()
            variance = 0.05 + 0.3 * w[t] ** 2 + 0.65 * variance
        return w

    told = section(reproduce_post(day_of(moving_average(-0.5, 4, garch))), "improvements").findings[0]
    assert told.verdict == AGREES


def test_the_posts_slips_are_named_with_both_numbers(like_theirs: tuple[Section, ...]) -> None:
    peak = finding(section(like_theirs, "moving-average"), "The post divides")
    assert peak.verdict == DIFFERS
    assert float(peak.values["right"]) == pytest.approx(0.7 / 1.49)
    without = finding(section(like_theirs, "partial-ma"), "The post writes the model without w_t")
    # Closed forms: MA(2) with 0.2 and 0.4, and 0.2 w_(t-1) + 0.4 w_(t-2) alone.
    assert float(without.values["acf_one"]) == pytest.approx(0.28 / 1.2)
    assert float(without.values["acf_two"]) == pytest.approx(0.4 / 1.2)
    assert float(without.values["acf"]) == pytest.approx(0.08 / 0.2)


def test_no_number_is_written_into_the_words(like_theirs: tuple[Section, ...]) -> None:
    for found in like_theirs:
        for sentence in (*found.findings, *(row.ours for row in found.comparisons)):
            words = " ".join(piece.text for piece in sentence.pieces() if not piece.is_computed)
            assert not re.search(r"\d", WORDS_WITH_DIGITS.sub("", words)), words


def test_a_day_too_short_is_refused_with_the_reason(day_of: Any) -> None:
    with pytest.raises(ValueError, match="at least 100"):
        reproduce_post(day_of(np.arange(50.0)))
