"""What becomes of a link: sums step by step in UTC, refusals, and answers that move as they must."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from traffic.planning.links import Link, MismatchedLinksError, changed_link
from traffic.planning.whatif import Figure, Question, Value, whatif

ISSUED = datetime(2025, 11, 17)
STEP = 900
DAYS = 70
START = ISSUED - timedelta(days=DAYS)


def link(name: str = "isp/a", level: float = 1.0, seed: int = 1, **changes: Any) -> Link:
    """Ten weeks of a sine of the day with noise, between 0.5 and 1.5 Gbit/s times the level."""
    n = DAYS * 96
    rng = np.random.default_rng(seed)
    course = 1.0 + 0.4 * np.sin(2 * np.pi * (np.arange(n) / 96 - 0.5)) + 0.05 * rng.standard_normal(n)
    made = Link(name, "bit/s", START, STEP, "Europe/Berlin", level * 1e9 * course, 2e9 * level)
    return replace(made, **changes)


def found(figures: list[Figure], name: str, threshold: float | None = None, window: str | None = None) -> Any:
    (figure,) = [
        figure
        for figure in figures
        if (figure.name, figure.threshold, figure.window) == (name, threshold, window)
    ]
    return figure


def test_loads_are_added_step_by_step_where_both_are_known() -> None:
    late = START + timedelta(seconds=2 * STEP)
    own = link(value=np.array([1.0, 2.0, np.nan, 4.0, 5.0]))
    other = link("isp/b", start_utc=late, value=np.array([10.0, np.nan, 30.0, 40.0]))
    both = changed_link(own, [other], scale=2.0, capacity=7.0)
    assert (both.series_id, both.start_utc, both.capacity) == ("isp/a", late, 7.0)
    np.testing.assert_array_equal(both.value, [np.nan, np.nan, 70.0])
    assert changed_link(own, [other, replace(other, series_id="isp/c")]).value[2] == 65.0
    assert changed_link(own).capacity == own.capacity


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"unit": "byte"}, "the one is in bit/s, the other in byte"),
        ({"step_seconds": 3_600}, "their steps are 900 s and 3,600 s"),
        ({"start_utc": START + timedelta(seconds=240)}, "their grids lie 240 s apart"),
        ({"start_utc": ISSUED + timedelta(days=1)}, "no time in common"),
        ({"series_id": "isp/a"}, "they are one series; say scale = 2"),
    ],
)
def test_links_that_do_not_fit_are_refused_with_the_reason(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(MismatchedLinksError, match=sentence):
        changed_link(link(), [link("isp/b", **changes)])


@pytest.mark.parametrize("wrong", [0.0, -1.0, float("nan"), float("inf")])
def test_no_link_is_scaled_to_nothing(wrong: float) -> None:
    with pytest.raises(ValueError, match="finite number above 0"):
        changed_link(link(), scale=wrong)
    with pytest.raises(ValueError, match="finite number above 0"):
        changed_link(link(), capacity=wrong)


@pytest.fixture(scope="module")
def more() -> list[Figure]:
    return whatif(link(), Question(ISSUED), scale=1.3)


def test_a_supposed_capacity_caps_the_month_so_far_as_it_caps_the_rest() -> None:
    busy = link(step_seconds=300, start_utc=ISSUED - timedelta(days=DAYS * 300 / STEP))
    figures = whatif(busy, Question(ISSUED), capacity=8e8)
    names = [f"p95_billing_{name}" for name in ("to_date", "q10", "q50", "q90")]
    assert [found(figures, name).what_if for name in names] == [8e8] * 4
    to_date = found(figures, names[0]).as_it_is
    assert to_date > 1.3e9
    # A larger one changes nothing of what was carried, and more load is as if it had always been there.
    assert found(whatif(busy, Question(ISSUED), capacity=9e9), names[0]).what_if == to_date
    more = found(whatif(busy, Question(ISSUED), scale=1.1), names[0]).what_if
    assert more == pytest.approx(1.1 * to_date)


def test_what_is_not_changed_has_the_same_answers() -> None:
    figures = whatif(link(), Question(ISSUED))
    assert [figure.what_if for figure in figures] == [figure.as_it_is for figure in figures]
    assert len(
        {(figure.name, figure.threshold, figure.window, figure.at_local) for figure in figures}
    ) == len(figures)


def test_a_scaled_link_has_the_answers_of_a_smaller_capacity(more: list[Figure]) -> None:
    smaller = whatif(link(), Question(ISSUED), capacity=2e9 / 1.3)
    pairs = 0
    for figure, other in zip(more, smaller, strict=True):
        assert figure.as_it_is == other.as_it_is
        if figure.unit == "share":
            assert figure.what_if == pytest.approx(other.what_if, abs=0.02)
            pairs += 1
        if figure.unit == "bit/s" and figure.name not in ("capacity", "expected_peak"):
            assert figure.what_if == pytest.approx(1.3 * float(str(figure.as_it_is)), rel=0.02)
    assert pairs > 300


def test_more_load_is_never_less_risk(more: list[Figure]) -> None:
    night = [found(more, "probability_above", threshold, "night") for threshold in (0.7, 0.9, 1.0)]
    assert all(figure.what_if >= figure.as_it_is for figure in night)
    # 1.4 to 1.55 Gbit/s at the peak: 70 % of 2 Gbit/s is passed every night, 90 % only with 30 % more.
    assert night[0].as_it_is > 0.9
    assert night[1].as_it_is < 0.05
    assert night[1].what_if > 0.9
    assert found(more, "headroom").what_if < found(more, "headroom").as_it_is
    peak = found(more, "expected_peak", window="night")
    assert peak.what_if == pytest.approx(1.3 * peak.as_it_is, rel=0.02)
    assert found(more, "runout_date_q50", 0.9).what_if == date(2025, 11, 17)


def test_hours_and_slots_stand_on_the_clock_of_the_link(more: list[Figure]) -> None:
    at = [f.at_local for f in more if (f.name, f.window, f.threshold) == ("probability_above", "hour", 0.9)]
    assert at == [datetime(2025, 11, 17, 1) + timedelta(hours=hour) for hour in range(24)]
    slots = [f for f in more if (f.name, f.window, f.threshold) == ("probability_above", "slot", 0.9)]
    assert len(slots) == 96


def test_a_sum_is_forecast_as_a_series_of_its_own() -> None:
    # Two links that share a load: what the one does not carry the other does, and the sum hardly varies.
    rng = np.random.default_rng(5)
    swing = 3e8 * np.repeat(rng.standard_normal(DAYS * 4), 24)
    base = link(seed=2)
    a = replace(base, value=base.value + swing)
    b = replace(link(seed=3), series_id="isp/b", value=base.value - swing)
    failover = whatif(a, Question(ISSUED), others=[b], capacity=3.4e9)
    peak = found(failover, "expected_peak", window="night")
    assert peak.what_if == pytest.approx(2 * np.quantile(base.value, 0.995), rel=0.05)
    # Beyond 1.0 of it each alone would often have gone, had the swings been added up.
    assert found(failover, "probability_above", 1.0, "night").what_if < 0.2


def test_nothing_after_the_issue_is_known() -> None:
    later = replace(link(), value=np.r_[link().value, np.full(500, 9e9)])
    assert whatif(later, Question(ISSUED)) == whatif(link(), Question(ISSUED))


def test_without_a_capacity_the_answers_that_need_one_are_missing_with_the_reason() -> None:
    figures = whatif(link(capacity=None), Question(ISSUED), capacity=2e9)
    night: Value = found(figures, "probability_above", 0.7, "night").as_it_is
    assert night is None
    assert found(figures, "probability_above", 0.7, "night").what_if > 0.9
    assert "No capacity is given" in str(found(figures, "reason").as_it_is)


def test_a_step_of_hours_has_no_bill_and_a_longer_one_no_busy_hour() -> None:
    n = DAYS * 12
    coarse = link(step_seconds=7_200, value=1e9 + 1e8 * np.sin(np.arange(n) * np.pi / 6))
    figures = whatif(coarse, Question(ISSUED), scale=2.0)
    reason = str(found(figures, "reason").what_if)
    assert "no 95th percentile of a month" in reason
    assert "longer than an hour" in reason
    assert found(figures, "probability_above", 0.9, "night").what_if is not None
