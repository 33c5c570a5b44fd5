"""Series on the same grid come side by side, each as it would be by itself."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from traffic.windowing.flags import flag_values
from traffic.windowing.series_batch import SeriesBatch, known_before

START = datetime(2025, 10, 20)
ISSUED = START + timedelta(days=8)
STEP = 3_600


def rows(series_id: str, values: NDArray[np.float64], start: datetime = START) -> pl.DataFrame:
    at_utc = [start + timedelta(seconds=STEP * k) for k in range(values.size)]
    return pl.DataFrame({"at_utc": at_utc, "value": pl.Series(values, nan_to_null=True)}).select(
        pl.lit(series_id).alias("series_id"), "at_utc", "value", cause=pl.lit(None, pl.String)
    )


def batches(*frames: pl.DataFrame, wanted: list[str]) -> list[SeriesBatch]:
    return list(known_before(pl.concat(frames), wanted, "Europe/Berlin", STEP, ISSUED))


def course(seed: int, days: int = 8) -> NDArray[np.float64]:
    rng = np.random.default_rng(seed)
    values = 100 + 50 * np.sin(np.arange(days * 24) * np.pi / 12) + rng.standard_normal(days * 24)
    values[rng.integers(0, values.size, 5)] = np.nan
    values[rng.integers(0, values.size, 2)] = 1e6
    return values


def test_series_with_the_same_span_share_a_batch_and_keep_their_flags() -> None:
    late = START + timedelta(days=4)
    found = batches(
        rows("a", course(1)), rows("b", course(2, 4), late), rows("c", course(3)), wanted=["a", "b", "c"]
    )
    assert [batch.series_ids for batch in found] == [("a", "c"), ("b",)]
    assert [batch.value.shape for batch in found] == [(2, 192), (1, 96)]
    for batch in found:
        for series, clean in zip(batch.series(), batch.value_clean, strict=True):
            alone = flag_values(series.value, batch.slot.astype(np.int32), STEP).value_clean
            np.testing.assert_array_equal(clean, alone)
            assert series.start_utc == (late if series.series_id == "b" else START)


def test_a_series_without_a_point_comes_in_a_batch_of_none() -> None:
    found = batches(rows("a", course(1)), rows("z", course(2), ISSUED), wanted=["a", "nowhere", "z"])
    assert [batch.series_ids for batch in found] == [("a",), ("nowhere", "z")]
    assert found[1].value.shape == (2, 0)
    assert found[1].start_utc == ISSUED


def test_the_calendar_is_the_local_one_across_a_clock_change() -> None:
    (batch,) = batches(rows("a", course(1)), wanted=["a"])
    assert batch.slot[0] == 2  # midnight UTC in Berlin's summer
    # On 26 October the hour from two o'clock comes twice.
    day = batch.local_date == np.datetime64("2025-10-26")
    assert batch.slot[day].tolist() == [0, 1, 2, 2, *range(3, 24)]


def test_a_part_holds_its_series_in_the_order_wanted() -> None:
    (batch,) = batches(*(rows(name, course(seed)) for seed, name in enumerate("abc")), wanted=["a", "b", "c"])
    part = batch.part([2, 0])
    assert part.series_ids == ("c", "a")
    np.testing.assert_array_equal(part.value_clean, batch.value_clean[[2, 0]])
    assert part.slot is batch.slot
