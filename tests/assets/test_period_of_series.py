"""The night notices a step that is labelled wrongly, and takes no change of the clock for one."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest

from assets.periodic_frames import MODELS, TESTS, periodic_frames
from traffic.windowing.series_batch import SeriesBatch, known_before

STEP = 300


def day_course(index: np.ndarray, day_steps: float) -> np.ndarray:
    angle = 2 * np.pi * index / day_steps
    rng = np.random.default_rng(31)
    return (3 + np.sin(angle) + 0.4 * np.sin(2 * angle)) * np.exp(0.1 * rng.standard_normal(index.size))


def batch_of(value: np.ndarray, zone: str, start: datetime) -> SeriesBatch:
    """Values labelled every five minutes."""
    at_utc = [start + timedelta(seconds=STEP * k) for k in range(value.size)]
    rows = pl.DataFrame({"at_utc": at_utc, "value": value}).select(
        pl.lit("net/a").alias("series_id"), "at_utc", "value", cause=pl.lit(None, pl.String)
    )
    (batch,) = known_before(rows, ["net/a"], zone, STEP, at_utc[-1] + timedelta(days=1))
    return batch


def told(batch: SeriesBatch) -> tuple[dict[str, object], dict[str, object]]:
    frames = periodic_frames(batch)
    test = frames[TESTS].filter(pl.col("test") == "period")
    return frames[MODELS].row(0, named=True), test.row(0, named=True)


def test_a_wrong_label_is_told_with_the_step_that_would_be_right() -> None:
    model, test = told(batch_of(day_course(np.arange(42 * 288), 283.1), "UTC", datetime(2025, 6, 1)))
    assert model["period_verdict"] == "step_wrong"
    assert model["estimated_period_steps"] == pytest.approx(283.1, abs=0.1)
    assert model["period_lower_95"] < 283.1 < model["period_upper_95"]
    assert test["statistic"] == model["estimated_period_steps"]
    assert test["p_value"] is None
    assert "the label of 300 s is wrong" in str(test["verdict"])
    assert f"{86_400 / float(str(model['estimated_period_steps'])):.1f} s" in str(test["verdict"])


@pytest.mark.parametrize("start", [datetime(2025, 3, 10), datetime(2025, 10, 5), datetime(2025, 6, 1)])
def test_a_change_of_the_clock_is_no_fault_of_the_step(start: datetime) -> None:
    at_utc = pl.datetime_range(start, start + timedelta(days=42), "5m", closed="left", eager=True)
    clock = (
        at_utc.dt.replace_time_zone("UTC").dt.convert_time_zone("Europe/Berlin").dt.replace_time_zone(None)
    )
    index = (clock - clock[0]).dt.total_seconds().to_numpy() / STEP
    model, test = told(batch_of(day_course(index, 288), "Europe/Berlin", start))
    assert model["period_verdict"] == "agrees"
    assert model["estimated_period_steps"] == pytest.approx(288, abs=0.1)
    assert "as stated" in str(test["verdict"])


def test_dropped_samples_are_told_with_the_day() -> None:
    kept = np.delete(np.arange(42 * 288), np.arange(20 * 288, 20 * 288 + 40))
    model, test = told(batch_of(day_course(kept, 288), "UTC", datetime(2025, 6, 1)))
    assert model["period_verdict"] == "samples_dropped"
    assert "2025-06-2" in str(test["verdict"])
    assert "40 samples" in str(test["verdict"])
