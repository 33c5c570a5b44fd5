"""Outlooks and bills of frames: what users call from Python."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import polars as pl
import pytest

from traffic.planning.frames import bill, outlook
from traffic.planning.percentile import bill_percentile

FIRST = datetime(2025, 1, 6)


def frame(
    n_days: int, growth: float = 0.02, names: tuple[str, ...] = ("a", "b"), minutes: int = 60
) -> pl.DataFrame:
    slots = 24 * 60 // minutes
    times = [FIRST + timedelta(minutes=minutes * k) for k in range(n_days * slots)]
    parts = []
    for seed, name in enumerate(names):
        rng = np.random.default_rng(seed)
        course = 1 + 0.5 * np.sin(2 * np.pi * (np.arange(n_days * slots) / slots - 0.6))
        level = np.exp(growth * np.arange(n_days * slots) / (7 * slots))
        parts.append(
            pl.DataFrame(
                {"unique_id": name, "ds": times, "y": course * level * rng.lognormal(0, 0.03, len(times))}
            )
        )
    return pl.concat(parts)


def test_a_growing_link_is_full_when_its_growth_says() -> None:
    found = outlook(frame(112), step="1h", capacity={"a": 3.0}, threshold=0.9)
    with_capacity, without = found.rows(named=True)
    # 1.5 e^(0.32) = 2.07 now, 2.7 is 0.27 of a logarithm away: 13 weeks at 2 %, sooner by the week's noise.
    assert with_capacity["growth_lower_95"] <= np.expm1(0.02) <= with_capacity["growth_upper_95"]
    assert abs((with_capacity["runout_q50"] - date(2025, 4, 28)).days / 7 - 12) <= 3
    assert with_capacity["runout_q10"] <= with_capacity["runout_q50"] <= with_capacity["runout_q90"]
    assert with_capacity["runout_probability"] == pytest.approx(1.0, abs=0.05)
    assert with_capacity["horizon_weeks"] == 24
    assert with_capacity["reason"] is None
    assert with_capacity["busy_hour_local"] in (20, 21)
    assert without["runout_q50"] is None
    assert "No capacity" in without["reason"]


def test_the_hour_is_that_of_the_zone_and_a_started_day_is_left_out() -> None:
    whole = frame(70, names=("a",))
    in_utc, elsewhere = (
        outlook(whole, step="1h", time_zone=zone)["busy_hour_local"].item() for zone in ("UTC", "Asia/Tokyo")
    )
    assert (elsewhere - in_utc) % 24 == 9
    started = pl.concat([whole, frame(71, names=("a",)).tail(24).head(5).with_columns(y=pl.lit(1e9))])
    assert outlook(started, step="1h").equals(outlook(whole, step="1h"))


def test_series_do_not_depend_on_their_neighbours_and_pandas_comes_back_as_pandas() -> None:
    both, alone = frame(84), frame(84, names=("a",))
    found = outlook(both, step="1h", capacity=2.5)
    assert found.head(1).equals(outlook(alone, step="1h", capacity=2.5))
    assert isinstance(outlook(both.to_pandas(), step="1h"), pd.DataFrame)


@pytest.mark.parametrize("growth", [0.0, -0.05])
def test_a_link_that_does_not_grow_is_not_full_within_the_horizon(growth: float) -> None:
    found = outlook(frame(112, growth, ("a",)), step="1h", capacity=20.0).row(0, named=True)
    assert found["runout_probability"] < 0.05
    assert found["runout_q50"] is None
    assert found["reason"] is None


def hostile() -> dict[str, pl.DataFrame]:
    sound = frame(84, names=("a",))
    y = pl.col("y")
    return {
        "constant": sound.with_columns(y=pl.lit(5.0)),
        "zeros": sound.with_columns(y=pl.lit(0.0)),
        "all missing": sound.with_columns(y=pl.lit(None, pl.Float64)),
        "three days": sound.head(72),
        "one value": sound.head(1),
        "gaps": sound.filter(pl.col("ds").dt.day() % 3 != 0),
        "an outage of two weeks": sound.with_columns(
            y=pl.when(pl.col("ds").dt.month() == 2).then(0.0).otherwise(y)
        ),
        "negative": sound.with_columns(y=-y),
        "from nothing to much": sound.with_columns(y=y * 10.0 ** (pl.col("ds").dt.ordinal_day() / 10)),
    }


@pytest.mark.parametrize("name", hostile())
def test_hostile_series_have_figures_or_a_reason(name: str) -> None:
    found = outlook(hostile()[name], step="1h", capacity=10.0).row(0, named=True)
    figures = [value for key, value in found.items() if isinstance(value, float)]
    assert np.isfinite(figures).all()
    needed = ("busy_hour_local", "busy_hour_p95", "growth_per_week", "runout_probability")
    assert (found["reason"] is None) == all(found[key] is not None for key in needed)
    if found["growth_per_week"] is not None:
        assert found["growth_lower_95"] <= found["growth_per_week"] <= found["growth_upper_95"]


def test_a_bill_of_two_directions() -> None:
    five = frame(40, 0.0, ("rx", "tx"), 5)
    found = bill(five, step="5m", inward="rx", outward="tx")
    assert found["method"].to_list() == ["in", "out", "max", "aggregate"]
    assert found["local_month"].unique().to_list() == [date(2025, 2, 1)]
    rx = five.filter(pl.col("unique_id") == "rx", pl.col("ds") >= datetime(2025, 2, 1))["y"].to_numpy()
    assert found["to_date"][0] == bill_percentile(rx)
    assert (found["q10"] <= found["q90"]).all()


def test_what_cannot_be_asked_is_refused() -> None:
    with pytest.raises(ValueError, match="no series 'c'"):
        bill(frame(3), step="5m", inward="c")
    with pytest.raises(ValueError, match="inward, outward or both"):
        bill(frame(3), step="5m")
    with pytest.raises(ValueError, match="samples of 5 minutes"):
        bill(frame(3), step="1h", inward="a")
    with pytest.raises(ValueError, match="threshold = 0"):
        outlook(frame(3), step="1h", threshold=0)
    with pytest.raises(ValueError, match="at most 3600"):
        outlook(frame(3), step="2h")
