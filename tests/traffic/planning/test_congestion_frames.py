"""Probabilities of congestion from frames: rows, kinds of frames, refusals."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd
import polars as pl
import pytest

from traffic.planning.congestion_frames import congestion


@pytest.fixture
def hours() -> pl.DataFrame:
    at = pl.datetime_range(datetime(2025, 1, 1), datetime(2025, 2, 28, 23), "1h", eager=True)
    slot = np.arange(len(at)) % 24
    noise = np.random.default_rng(0).standard_normal(len(at))
    y = 100 * (1 + 0.5 * np.sin(2 * np.pi * slot / 24)) * np.exp(0.1 * noise)
    return pl.concat([pl.DataFrame({"unique_id": name, "ds": at, "y": y}) for name in ("a", "b")])


def test_a_series_has_slots_hours_and_a_night_for_each_threshold(hours: pl.DataFrame) -> None:
    found = congestion(hours, {"a": 200.0}, step="1h")
    assert set(found["unique_id"]) == {"a"}
    counted = dict(found.group_by("window").len().iter_rows())
    assert counted == {"slot": 72, "hour": 72, "night": 3}
    assert found["ds"].min() == datetime(2025, 3, 1)
    night = found.filter(window="night").sort("threshold")["probability_above"].to_list()
    assert night[0] > 0.9 > 0.1 > night[1] > night[2]


def test_frames_come_back_as_they_came_and_without_capacity_empty(hours: pl.DataFrame) -> None:
    assert isinstance(congestion(hours.to_pandas(), 200.0, step="1h", thresholds=[0.9]), pd.DataFrame)
    assert congestion(hours, {"c": 1.0}, step="1h").height == 0


@pytest.mark.parametrize("wrong", [0, -1.0, True, float("nan"), "10 Gbit/s"])
def test_a_capacity_that_is_no_number_above_zero_is_refused(hours: pl.DataFrame, wrong: object) -> None:
    with pytest.raises(ValueError, match="must be a number above 0"):
        congestion(hours, wrong, step="1h")  # type: ignore[arg-type]
