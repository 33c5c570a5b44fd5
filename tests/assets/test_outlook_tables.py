"""A night's outlooks and bills: every series has a row, every bill a row a method, or a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import polars as pl
import pytest

from assets.bill_frames import BILLS
from assets.night_tables import NightTables
from assets.nights import Night
from assets.outlook_frames import OUTLOOK, RUNOUTS
from assets.outlooks import made_bills, made_outlooks
from assets.sources import Sources
from traffic.planning.percentile import bill_percentile
from warehouse import Warehouse, open_warehouse

NIGHT = Night(date(2025, 11, 17), datetime(2025, 11, 17))
DAYS = 70
BASE = {"source": "isp", "kind": "export", "unit": "bit/s", "time_zone": "UTC", "status": "ok"}


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with open_warehouse(tmp_path / "w.duckdb", holder="a test") as opened:
        yield opened


def add(
    warehouse: Warehouse, name: str, *, step: int = 300, days: int = DAYS, seed: int = 0, **entry: Any
) -> np.ndarray:
    """Store a series up to a day after the night."""
    warehouse.insert(
        "series.catalog", pl.DataFrame([BASE | {"series_id": name, "step_seconds": step} | entry])
    )
    n = (days + 1) * 86_400 // step
    rng = np.random.default_rng(seed)
    at = np.arange(n) * step / 86_400
    value = (1 + 0.5 * np.sin(2 * np.pi * (at - 0.6))) * np.exp(0.02 * at / 7) * rng.lognormal(0, 0.05, n)
    start = np.datetime64(NIGHT.issued_at_utc - timedelta(days=days), "us")
    frame = pl.DataFrame({"at_utc": start + np.arange(n) * np.timedelta64(step, "s"), "value": value})
    filled = {"is_observed": pl.lit(value=True), "is_outlier": pl.lit(value=False), "value_clean": "value"}
    warehouse.insert("series.observations", frame.with_columns(series_id=pl.lit(name), **filled))
    return value[: -86_400 // step]


def landing(*bills: dict[str, Any]) -> Any:
    return SimpleNamespace(sources=Sources.model_validate({"bill": list(bills)}))


def test_every_series_has_an_outlook_or_the_reason(warehouse: Warehouse) -> None:
    values = add(warehouse, "isp/link", capacity=2.5)
    add(warehouse, "isp/free", seed=1)
    add(warehouse, "isp/young", days=3, status="short", reason="It has three days")
    add(warehouse, "isp/hourly", step=3_600, capacity=2.5)
    add(warehouse, "isp/daily", step=86_400)
    add(warehouse, "isp/stale", status="stale", reason="Its newest value is old")
    with NightTables(warehouse, NIGHT, (OUTLOOK, RUNOUTS)) as tables:
        for frames, failures in made_outlooks(warehouse, landing(), NIGHT):
            assert failures == {}
            tables.add(frames)
    rows = {row["series_id"]: row for row in warehouse.read(OUTLOOK).iter_rows(named=True)}
    assert len(rows) == 6
    link = rows["isp/link"]
    assert link["reason"] is None
    assert link["busy_hour_local"] in (20, 21)
    assert link["headroom"] == pytest.approx(1 - link["busy_hour_p95"] / 2.5)
    assert link["growth_lower_95"] <= np.expm1(0.02) <= link["growth_upper_95"]
    assert link["runout_threshold"] == 0.9
    assert link["horizon_weeks"] == 15
    month = values[-16 * 288 :]
    assert link["p95_billing_to_date"] == bill_percentile(month)
    assert link["p95_billing_q10"] <= link["p95_billing_q50"] <= link["p95_billing_q90"]
    assert rows["isp/free"]["reason"] == "No capacity is given: neither headroom nor run-out."
    assert rows["isp/free"]["growth_per_week"] is not None
    assert rows["isp/young"]["reason"].startswith("It has three days. Fewer than 7 days")
    assert "a bill counts samples of 5 minutes" in rows["isp/hourly"]["reason"]
    assert rows["isp/hourly"]["runout_probability"] is not None
    assert "hours are not told apart" in rows["isp/daily"]["reason"]
    assert rows["isp/stale"]["reason"] == "Its newest value is old."
    runouts = warehouse.read(RUNOUTS, order_by=("series_id", "threshold", "local_week_start"))
    assert set(runouts["series_id"]) == {"isp/link", "isp/hourly"}
    assert runouts["threshold"].unique().sort().to_list() == [0.7, 0.9, 1.0]
    assert runouts.filter(series_id="isp/link", threshold=0.9)["local_week_start"].to_list() == [
        date(2025, 11, 17) + timedelta(days=7 * week) for week in range(15)
    ]
    by_end = runouts.filter(series_id="isp/link", threshold=0.9)["probability_by_end"]
    assert by_end[-1] == pytest.approx(link["runout_probability"])
    # A higher threshold is passed later.
    last = runouts.filter(series_id="isp/link").group_by("threshold").agg(pl.col("probability_by_end").max())
    assert (last.sort("threshold")["probability_by_end"].diff().drop_nulls() < 1e-9).all()


def bill_rows_of(warehouse: Warehouse, *bills: dict[str, Any], night: Night = NIGHT) -> pl.DataFrame:
    made = list(made_bills(warehouse, landing(*bills), night))
    with NightTables(warehouse, night, (BILLS,)) as tables:
        for frame in made:
            tables.add({BILLS: frame})
    return warehouse.read(BILLS, order_by=("bill", "local_month", "method"))


def test_a_bill_has_a_row_a_method_and_says_which_is_paid(warehouse: Warehouse) -> None:
    inward, outward = add(warehouse, "isp/in"), add(warehouse, "isp/out", seed=5)
    asked = {"name": "transit", "in": "isp/in", "out": "isp/out", "commitment": "2 bit/s"}
    rows = bill_rows_of(warehouse, asked)
    assert rows["method"].to_list() == ["aggregate", "in", "max", "out"]
    assert rows.filter("is_billed")["method"].to_list() == ["max"]
    month = slice(-16 * 288, None)
    by_hand = {"in": bill_percentile(inward[month]), "out": bill_percentile(outward[month])}
    by_hand |= {"max": max(by_hand.values()), "aggregate": bill_percentile(inward[month] + outward[month])}
    for row in rows.iter_rows(named=True):
        assert row["p95_to_date"] == by_hand[row["method"]]
        assert (row["unit"], row["commitment"], row["reason"]) == ("bit/s", 2.0, None)
        assert (row["n_samples"], row["n_dropped"]) == (16 * 288, 230)


def test_volumes_of_two_minutes_are_billed_in_bit_per_second(warehouse: Warehouse) -> None:
    values = add(warehouse, "isp/bytes", step=60, unit="byte")
    (row,) = bill_rows_of(warehouse, {"name": "web", "out": "isp/bytes"}).iter_rows(named=True)
    assert (row["method"], row["unit"], row["is_billed"]) == ("out", "bit/s", True)
    means = values[-16 * 1_440 :].reshape(-1, 5).mean(axis=1) * 8 / 60
    assert row["p95_to_date"] == pytest.approx(bill_percentile(means))


def test_on_the_first_night_of_a_month_the_last_one_is_final(warehouse: Warehouse) -> None:
    values = add(warehouse, "isp/in")
    night = Night(date(2025, 11, 1), datetime(2025, 11, 1))
    rows = bill_rows_of(warehouse, {"name": "b", "in": "isp/in"}, night=night)
    ended, begun = rows.iter_rows(named=True)
    october = values[: -16 * 288][-31 * 288 :]
    assert (ended["local_month"], begun["local_month"]) == (date(2025, 10, 1), date(2025, 11, 1))
    assert ended["p95_to_date"] == ended["p95_q10"] == ended["p95_q90"] == bill_percentile(october)
    assert ended["n_dropped"] == 31 * 288 // 20
    assert begun["p95_to_date"] is None
    assert "No sample of the month" in begun["reason"]
    assert begun["p95_q50"] is not None


REFUSED = {
    "no such series": ({"in": "isp/in", "out": "isp/nothing"}, "There is no series 'isp/nothing'"),
    "another unit": (
        {"in": "isp/in", "out": "isp/requests"},
        "isp/in is in bit/s and isp/requests in request/s",
    ),
    "an hour": ({"in": "isp/hourly"}, "isp/hourly: Its step is 3,600 s: a bill counts samples of 5 minutes"),
    "stale": ({"in": "isp/stale"}, "isp/stale cannot be counted: Its newest value is old."),
    "commitment": (
        {"in": "isp/requests", "commitment": "1 Gbit/s"},
        "commitment: '1 Gbit/s' cannot be expressed",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_bill_that_cannot_be_counted_says_why(warehouse: Warehouse, name: str) -> None:
    add(warehouse, "isp/in")
    add(warehouse, "isp/requests", unit="request")
    add(warehouse, "isp/hourly", step=3_600)
    add(warehouse, "isp/stale", status="stale", reason="Its newest value is old")
    keys, sentence = REFUSED[name]
    rows = bill_rows_of(warehouse, {"name": "b"} | keys)
    assert rows.height in (1, 4)
    for row in rows.iter_rows(named=True):
        if row["unit"] is not None:  # the direction that can be counted alone
            assert (row["method"], row["in_series_id"]) == ("in", "isp/in")
            continue
        assert sentence in row["reason"]
        assert row["p95_to_date"] is None
        assert row["p95_q50"] is None


def test_one_direction_stands_alone_where_the_other_does_not_exist(warehouse: Warehouse) -> None:
    values = add(warehouse, "isp/in")
    for other in ("in", "out"):
        keys = {"in": "isp/in", "out": "isp/nothing"} if other == "out" else {"out": "isp/in", "in": "isp/no"}
        bill_rows_of(warehouse, {"name": other, "commitment": "2 bit/s"} | keys)
        rows = warehouse.read(BILLS, where={"bill": other}, order_by="method")
        assert rows["method"].to_list() == ["aggregate", "in", "max", "out"]
        (alone,) = rows.filter(pl.col("unit").is_not_null()).iter_rows(named=True)
        assert alone["method"] != other
        assert alone["reason"] is None
        assert alone["p95_to_date"] == bill_percentile(values[-16 * 288 :])
        assert alone["commitment"] == 2.0
        assert alone["p95_q10"] <= alone["p95_q50"] <= alone["p95_q90"]
        assert rows["reason"].drop_nulls().str.contains("There is no series 'isp/no").sum() == 3


def test_a_bill_of_which_step_and_series_are_wrong_names_both(warehouse: Warehouse) -> None:
    add(warehouse, "isp/hourly", step=3_600)
    rows = bill_rows_of(warehouse, {"name": "b", "in": "isp/hourly", "out": "isp/nothing"})
    reasons = dict(rows.select("method", "reason").iter_rows())
    for method in ("max", "aggregate"):
        assert "isp/hourly: Its step is 3,600 s" in reasons[method]
        assert "There is no series 'isp/nothing'" in reasons[method]
    assert "isp/nothing" not in reasons["in"]
    assert "isp/hourly" not in reasons["out"]


def test_the_month_of_a_bill_is_that_of_its_own_series(warehouse: Warehouse) -> None:
    add(warehouse, "isp/auckland", time_zone="Pacific/Auckland")
    add(warehouse, "isp/utc")
    night = Night(date(2025, 11, 1), datetime(2025, 10, 31, 12))
    bills = ({"name": "far", "in": "isp/auckland"}, {"name": "near", "in": "isp/utc"})
    rows = bill_rows_of(warehouse, *bills, night=night)
    months = dict(rows.select("bill", "local_month").iter_rows())
    assert months == {"far": date(2025, 11, 1), "near": date(2025, 10, 1)}
