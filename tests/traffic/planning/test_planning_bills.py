"""A month's bill by hand, by its properties, and what it may know."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traffic.planning.billing_months import billing_month, sample_number
from traffic.planning.bills import methods_of, month_bill
from traffic.planning.five_minutes import Samples
from traffic.planning.percentile import bill_percentile

DAY = 288
FIRST = sample_number(datetime(2025, 9, 1))


def bills(
    values: dict[str, np.ndarray], issued_day: int, *, zone: str = "UTC", seed: int = 0, **options: object
):
    """Bill of the month that the day (counted from 1 September 2025) lies in."""
    issued = FIRST + issued_day * DAY
    month = billing_month(_at(issued), zone)
    known = {name: Samples(FIRST, one[: issued_day * DAY]) for name, one in values.items()}
    found = month_bill(known, month, issued, np.random.default_rng(0), n_paths=80, **options)
    return {one.method: one for one in found}


def _at(number: int) -> datetime:
    return datetime(1970, 1, 1) + timedelta(seconds=300 * number)


def loads(n_days: int, seed: int = 0, level: float = 1.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    course = 1.5 + np.sin(2 * np.pi * np.arange(DAY) / DAY)
    return level * (course * rng.lognormal(0, 0.1, (n_days, DAY))).reshape(-1)


def test_a_month_counted_by_hand() -> None:
    # September: 30 days, 8,640 samples. In: 432 bursts of 900 and one of 800, else 100: the bursts are the
    # 36 hours that are dropped, the 800 is billed. Out: 431 bursts of 700, else 200: one burst too few.
    inward, outward = np.full(30 * DAY, 100.0), np.full(30 * DAY, 200.0)
    inward[1_000:1_432], inward[5_000] = 900.0, 800.0
    outward[2_000:2_431] = 700.0
    month = billing_month(datetime(2025, 9, 10), "UTC")
    known = {"in": Samples(FIRST, inward), "out": Samples(FIRST, outward)}
    found = {one.method: one for one in month_bill(known, month, month.end, np.random.default_rng(0))}
    assert {name: one.to_date for name, one in found.items()} == {
        "in": 800.0,
        "out": 200.0,
        "max": 800.0,
        # The sums: 432 of 1,100, 431 of 900, one of 1,000, else 300: of the 864 bursts the 433rd is 1,000.
        "aggregate": 1_000.0,
    }
    for one in found.values():
        assert (one.n_samples, one.n_missing, one.n_dropped, one.reason) == (8_640, 0, 432, None)
        assert one.q10 == one.q50 == one.q90 == one.to_date


def test_missing_samples_are_neither_zero_nor_counted() -> None:
    inward = np.arange(1.0, 30 * DAY + 1.0)
    outward = inward.copy()
    inward[:640] = np.nan
    found = bills({"in": inward, "out": outward}, 25)
    n = 25 * DAY - 640
    assert (found["in"].n_samples, found["in"].n_missing, found["in"].n_dropped) == (n, 640, n // 20)
    assert found["in"].to_date == bill_percentile(inward[: 25 * DAY])
    # The sums need both.
    assert (found["aggregate"].n_samples, found["aggregate"].n_missing) == (n, 640)


def test_one_direction_has_one_method() -> None:
    assert methods_of({"out": 1}) == ("out",)
    assert list(bills({"out": loads(40)}, 35)) == ["out"]


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.integers(12, 58))
def test_methods_keep_their_order_and_quantiles_ascend(seed: int, day: int) -> None:
    values = {"in": loads(60, seed), "out": loads(60, seed + 1, 0.7)}
    found = bills(values, day)
    for field in ("to_date", "q10", "q50", "q90"):
        at = {name: getattr(one, field) for name, one in found.items()}
        if at["in"] is None:
            assert day == 30
            continue
        assert max(at["in"], at["out"]) <= at["max"] * (1 + 1e-12)
        assert at["max"] <= at["aggregate"] * (1 + 1e-12)
    for one in found.values():
        assert one.q10 is not None
        assert one.q10 <= one.q50 <= one.q90  # type: ignore[operator]


def test_other_units_give_the_same_bill_in_other_figures() -> None:
    values = loads(60)
    small, large = bills({"in": values}, 40)["in"], bills({"in": 1e9 * values}, 40)["in"]
    for field in ("to_date", "q10", "q50", "q90"):
        assert getattr(large, field) == pytest.approx(1e9 * getattr(small, field))


def test_the_first_night_of_a_month_has_no_figure_to_date() -> None:
    found = bills({"in": loads(60)}, 30)["in"]
    assert found.to_date is None
    assert found.q50 is not None
    assert found.reason == "No sample of the month is measured yet: nothing stands so far."


def test_a_young_record_has_a_figure_to_date_alone() -> None:
    values = np.full(60 * DAY, np.nan)
    values[36 * DAY :] = loads(24)
    found = bills({"in": values}, 40)["in"]
    assert found.to_date is not None
    assert found.q50 is None
    assert "Fewer than 8 days" in (found.reason or "")


def test_nothing_beyond_the_issue_is_known() -> None:
    values = loads(61)
    changed = values.copy()
    changed[40 * DAY :] = 1e6
    issued = FIRST + 40 * DAY
    month = billing_month(_at(issued), "UTC")
    known, other = (
        month_bill({"in": Samples(FIRST, one)}, month, issued, np.random.default_rng(0), n_paths=50)
        for one in (values, changed)
    )
    assert known == other


def test_no_path_goes_beyond_the_capacity() -> None:
    values = loads(60)
    limit = float(np.quantile(values, 0.5))
    # What was measured above stands; what is drawn does not go there.
    found = bills({"in": values}, 31, capacities={"in": limit})["in"]
    assert found.q90 is not None
    assert found.q90 <= limit


def test_directions_that_go_together_have_a_wider_aggregate() -> None:
    rng = np.random.default_rng(2)
    level = np.repeat(np.exp(np.cumsum(0.06 * rng.standard_normal(50))), DAY)
    other = np.repeat(np.exp(np.cumsum(0.06 * rng.standard_normal(50))), DAY)
    noise, more = loads(50, 3), loads(50, 4)
    together = bills({"in": level * noise, "out": level * more}, 40)["aggregate"]
    apart = bills({"in": level * noise, "out": other * more}, 40)["aggregate"]
    width = [(one.q90 - one.q10) / one.q50 for one in (together, apart)]  # type: ignore[operator]
    assert width[0] > 1.15 * width[1]


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York"])
def test_months_in_which_the_clock_changes(zone: str) -> None:
    values = loads(75)
    for day in (40, 56, 60):
        found = bills({"in": values}, day, zone=zone)["in"]
        assert found.q50 == pytest.approx(bill_percentile(values), rel=0.03)
        assert found.n_missing == 0


HOSTILE = {
    "zeros": np.zeros(60 * DAY),
    "constant": np.full(60 * DAY, 5.0),
    "all missing": np.full(60 * DAY, np.nan),
    "negative": -loads(60),
    "half an outage": np.where(np.arange(60 * DAY) < 30 * DAY, loads(60), 0.0),
    "falling steeply": loads(60) * np.exp(-np.arange(60 * DAY) / DAY),
    "every second day": np.where(np.arange(60 * DAY) // DAY % 2 == 0, loads(60), np.nan),
    "nights alone": np.where(np.arange(60 * DAY) % DAY < 100, loads(60), np.nan),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_series_have_a_bill_or_a_reason(name: str) -> None:
    found = bills({"in": HOSTILE[name], "out": loads(60)}, 45)
    for one in found.values():
        figures = (one.to_date, one.q10, one.q50, one.q90)
        assert all(figure is None or np.isfinite(figure) for figure in figures)
        assert (None in figures) == (one.reason is not None)
    if name in ("zeros", "constant"):
        level = HOSTILE[name][0]
        assert (found["in"].to_date, found["in"].q10, found["in"].q90) == pytest.approx((level,) * 3)


def test_a_supposed_load_counts_no_more_than_the_capacity_and_the_rest_is_drawn_from_the_whole_of_it() -> (
    None
):
    values = {"in": loads(40)}
    measured = bills(values, 40, capacities={"in": 2.0})["in"]
    supposed = bills(values, 40, capacities={"in": 2.0}, is_past_capped=True)["in"]
    assert measured.to_date is not None
    assert measured.to_date > 2.0
    assert (supposed.to_date, supposed.q90) == (2.0, 2.0)
    # Where the capacity is never met, to suppose changes nothing: the draws are the same.
    assert bills(values, 40, capacities={"in": 99.0}, is_past_capped=True) == bills(values, 40)
