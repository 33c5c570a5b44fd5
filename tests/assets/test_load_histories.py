"""What DuckDB adds up is what the arrays say, for every zone, step and midnight."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from assets.load_histories import last_whole_day, read_load_history
from assets.nights import Night
from traffic.planning.load_histories import load_history
from traffic.windowing.local_days import local_days
from warehouse import Warehouse, open_warehouse

START = datetime(2025, 10, 1, 0, 0)


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with open_warehouse(tmp_path / "w.duckdb", holder="a test") as opened:
        yield opened


def stored(warehouse: Warehouse, name: str, step: int, seed: int) -> np.ndarray:
    """Forty days with gaps, of which some values are impossible."""
    rng = np.random.default_rng(seed)
    n = 40 * 86_400 // step
    value = 5 + np.sin(np.arange(n) * step / 86_400 * 2 * np.pi) + rng.normal(0, 0.3, n)
    value[rng.random(n) < 0.1] = np.nan
    value[5_000 * 300 // step : 5_600 * 300 // step] = np.nan
    is_impossible = rng.random(n) < 0.02
    times = np.datetime64(START, "us") + np.arange(n) * np.timedelta64(step, "s")
    frame = pl.DataFrame({"at_utc": times, "value": value}, nan_to_null=True).with_columns(
        series_id=pl.lit(name),
        is_observed=pl.col("value").is_not_null(),
        is_outlier=pl.lit(value=False),
        cause=pl.when(pl.Series(is_impossible) & pl.col("value").is_not_null()).then(pl.lit("negative")),
    )
    warehouse.insert("series.observations", frame)
    return np.where(is_impossible, np.nan, value)


@pytest.mark.parametrize("step", [300, 420, 3_600])
@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "Asia/Kolkata", "America/New_York"])
def test_sql_and_arrays_agree(warehouse: Warehouse, zone: str, step: int) -> None:
    values = np.stack([stored(warehouse, f"isp/{seed}", step, seed) for seed in range(2)])
    night = Night(date(2025, 11, 8), datetime(2025, 11, 8))
    found = read_load_history(warehouse, night, ["isp/0", "isp/1", "isp/none"], zone, step)
    times = pl.Series(np.datetime64(START, "us") + np.arange(values.shape[1]) * np.timedelta64(step, "s"))
    days = local_days(times, zone, step)
    last = last_whole_day(night.issued_at_utc, zone)
    is_known = ((days["local_date"] <= last) & (times < night.issued_at_utc)).to_numpy()
    expected = load_history(
        values[:, is_known],
        days["local_date"].to_numpy()[is_known],
        days["slot"].to_numpy()[is_known].astype(np.int64),
        step,
    )
    np.testing.assert_allclose(found.hour_mean[:2], expected.hour_mean)
    np.testing.assert_allclose(found.week_p95[:2], expected.week_p95)
    assert np.isnan(found.hour_mean[2]).all()
    assert np.isnan(found.week_p95[2]).all()
    assert (~np.isnan(found.week_p95[:2])).sum() >= 6


def test_nothing_at_or_after_midnight_is_read(warehouse: Warehouse) -> None:
    stored(warehouse, "isp/0", 300, 0)
    night = Night(date(2025, 10, 29), datetime(2025, 10, 29))
    before = read_load_history(warehouse, night, ["isp/0"], "Europe/Berlin", 300)
    warehouse.update_matching(
        "series.observations",
        warehouse.query("SELECT at_utc FROM series.observations WHERE at_utc >= ?", [night.issued_at_utc]),
        {"value": 1e9},
        {"series_id": "isp/0", "is_observed": True},
    )
    after = read_load_history(warehouse, night, ["isp/0"], "Europe/Berlin", 300)
    # DuckDB adds up in any order.
    np.testing.assert_allclose(after.hour_mean, before.hour_mean, rtol=1e-12)
    np.testing.assert_array_equal(after.week_p95, before.week_p95)


def test_a_series_without_a_value_has_no_weeks(warehouse: Warehouse) -> None:
    found = read_load_history(warehouse, Night(date(2025, 1, 1), datetime(2025, 1, 1)), ["isp/0"], "UTC", 300)
    assert (found.n_series, found.n_weeks) == (1, 0)


@pytest.mark.parametrize(
    ("issued", "zone", "day"),
    [
        (datetime(2025, 11, 17), "UTC", date(2025, 11, 16)),
        (datetime(2025, 11, 17), "America/New_York", date(2025, 11, 15)),
        (datetime(2025, 11, 16, 23), "Europe/Berlin", date(2025, 11, 16)),
    ],
)
def test_the_last_whole_day(issued: datetime, zone: str, day: date) -> None:
    assert last_whole_day(issued, zone) == day
