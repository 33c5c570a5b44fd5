"""Rows of the periodic family: of each series as if it were alone, at the lags that the tables promise."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from assets import periodic
from assets.batch_isolation import isolated
from assets.day_frames import PEAKS
from assets.density_frames import DENSITY
from assets.periodic_frames import (
    COMPONENTS,
    CONTINUOUS,
    ENSEMBLE,
    MODELS,
    MOMENTS,
    TESTS,
    periodic_frames,
)
from traffic.models.periodic import periodic_moments
from traffic.models.periodic.covariance import periodic_covariance
from traffic.models.periodic.moments import deviations
from traffic.windowing.series_batch import SeriesBatch, known_before

START = datetime(2025, 9, 1)
TABLES = {MODELS, MOMENTS, COMPONENTS, TESTS, ENSEMBLE, CONTINUOUS, DENSITY, PEAKS}
OF_MODELS = TABLES - {MODELS, TESTS, PEAKS}


def batch_of(
    values: np.ndarray, step_seconds: int = 300, zone: str = "UTC", start: datetime = START
) -> SeriesBatch:
    at_utc = [start + timedelta(seconds=step_seconds * k) for k in range(values.shape[1])]
    names = [f"net/{row}" for row in range(values.shape[0])]
    rows = pl.concat(
        pl.DataFrame({"at_utc": at_utc, "value": pl.Series(row, nan_to_null=True)}).select(
            pl.lit(name).alias("series_id"), "at_utc", "value", cause=pl.lit(None, pl.String)
        )
        for name, row in zip(names, values, strict=True)
    )
    (batch,) = known_before(rows, names, zone, step_seconds, at_utc[-1] + timedelta(days=1))
    return batch


def traffic(n_series: int, days: int, step_seconds: int = 300) -> np.ndarray:
    rng = np.random.default_rng(n_series)
    n = days * 86_400 // step_seconds
    angle = 2 * np.pi * np.arange(n) * step_seconds / 86_400
    values = 3 + np.sin(angle) + (0.5 + 0.2 * np.cos(angle)) * rng.standard_normal((n_series, n))
    values[0, rng.random(n) < 0.05] = np.nan
    return values


def test_each_series_has_the_rows_that_it_has_alone() -> None:
    batch = batch_of(np.vstack([traffic(18, 10), np.full((1, 2_880), 5.0)]))
    together = periodic_frames(batch)
    assert together.keys() == TABLES
    for row in (0, 1, 17, 18):
        alone = periodic_frames(batch.part([row]))
        for table, frame in alone.items():
            mine = together[table].filter(pl.col("series_id") == f"net/{row}").select(frame.columns)
            assert_frame_equal(mine, frame, check_dtypes=False, rel_tol=1e-9)


def test_a_series_that_is_refused_has_its_reason_and_no_other_row() -> None:
    frames = periodic_frames(batch_of(np.vstack([traffic(1, 10), np.full((1, 2_880), 5.0)])))
    refused = frames[MODELS].filter(pl.col("series_id") == "net/1").row(0, named=True)
    assert refused["status"] == "too_short"
    assert "equal 5" in refused["reason"]
    assert all(frames[table]["series_id"].unique().to_list() == ["net/0"] for table in OF_MODELS)
    tests = frames[TESTS].filter(pl.col("series_id") == "net/1")["test"].to_list()
    assert tests == ["phase_drift", "peak_drift"]


@pytest.mark.parametrize(
    ("step_seconds", "days", "lags", "stride"),
    [
        (300, 16, [*range(1, 13), 288, 576, 2_016], 2),
        (3_600, 16, [*range(1, 13), 24, 48, 168], 1),
        (60, 5, [*range(1, 13), 1_440, 2_880], 4),
    ],
)
def test_lags_are_those_that_the_tables_promise(
    step_seconds: int, days: int, lags: list[int], stride: int
) -> None:
    frames = periodic_frames(batch_of(traffic(1, days, step_seconds), step_seconds))
    day = 86_400 // step_seconds
    assert sorted(frames[ENSEMBLE]["lag"].unique()) == lags
    assert frames[ENSEMBLE].height <= day * len(lags)
    continuous = frames[CONTINUOUS].filter(pl.col("centring") == "grand")["lag"].to_list()
    assert continuous == list(range(0, min(8, days) * day + (days > 8), stride))
    assert len(continuous) <= 2_000
    assert {day, 2 * day} <= set(continuous)
    components = frames[COMPONENTS].filter(pl.col("moment") == "covariance")
    assert sorted(components["lag"].unique()) == [0, 1, 2, 3, day]


@pytest.mark.parametrize("hours", [6, 8, 12])
def test_few_values_a_day_are_fitted_as_well(hours: int) -> None:
    frames = periodic_frames(batch_of(traffic(2, 40, hours * 3_600), hours * 3_600))
    assert frames[MODELS]["status"].to_list() == ["ok", "ok"]
    assert frames[MOMENTS].height == 2 * 24 // hours
    assert frames[TESTS]["verdict"].null_count() == 0


def test_harmonics_that_were_not_tested_are_not_said_to_be_none() -> None:
    nights_missing = traffic(2, 20, 3_600)
    nights_missing[1, np.arange(nights_missing.shape[1]) % 24 < 5] = np.nan
    models = periodic_frames(batch_of(nights_missing, 3_600))[MODELS].sort("series_id")
    assert models["status"].to_list() == ["ok", "ok"]
    assert models["n_harmonics_mean"].to_list() == [1, None]


@pytest.mark.parametrize("hours", [4, 8, 12])
def test_a_day_of_few_steps_has_no_row_twice(hours: int) -> None:
    """With two or three steps a day, a lag of a day is one of the first lags as well."""
    frames = periodic_frames(batch_of(traffic(2, 40, hours * 3_600), hours * 3_600))
    keys = {
        COMPONENTS: ["moment", "method", "k", "lag"],
        ENSEMBLE: ["slot", "lag"],
        CONTINUOUS: ["centring", "lag"],
    }
    for table, key in keys.items():
        assert frames[table].height
        assert not frames[table].select("series_id", *key).is_duplicated().any(), table


def test_days_have_peaks_where_a_model_has_none() -> None:
    peaks = periodic_frames(batch_of(traffic(1, 2)))[PEAKS]
    assert peaks["peak_value"].null_count() == 0
    assert peaks["phase_minutes"].null_count() == 2
    odd_step = periodic_frames(batch_of(traffic(1, 5, 420), 420))  # seven minutes divide no day
    assert odd_step[PEAKS].height == 5
    assert odd_step[MODELS]["status"].to_list() == ["too_short"]


def test_the_numbers_are_those_of_the_estimators() -> None:
    batch = batch_of(traffic(2, 12))
    frames = periodic_frames(batch)
    moments = periodic_moments(batch.value_clean, batch.slot, 288)
    mine = frames[MOMENTS].filter(pl.col("series_id") == "net/1").sort("slot")
    np.testing.assert_array_equal(mine["mean"].to_numpy(), moments.mean[1])
    np.testing.assert_array_equal(mine["n_cycles"].to_numpy(), moments.n_cycles[1])
    centred = deviations(batch.value_clean, batch.slot, moments)
    expected = periodic_covariance(centred, batch.slot, 288, [5])
    rho = frames[ENSEMBLE].filter(pl.col("series_id") == "net/1", pl.col("lag") == 5).sort("slot")
    np.testing.assert_array_equal(rho["correlation"].to_numpy(), expected.correlation[1, :, 0])


def test_densities_are_of_all_days_and_of_the_last_whole_one() -> None:
    batch = batch_of(traffic(1, 9)[:, :-50])  # the last day breaks off
    density = periodic_frames(batch)[DENSITY]
    assert density["local_date"].unique().sort().to_list() == [None, (START + timedelta(days=7)).date()]
    counts = density.group_by("local_date", "local_hour").len()
    assert counts.height == 48
    assert set(counts["len"]) == {60}


def test_where_the_clock_changes_the_filter_leaves_its_covariance_out() -> None:
    start = datetime(2025, 10, 20)
    components = periodic_frames(batch_of(traffic(1, 12), zone="Europe/Berlin", start=start))[COMPONENTS]
    methods = components.filter(pl.col("moment") == "covariance")["method"].unique().sort().to_list()
    assert methods == ["component", "least_squares", "synphase"]


def test_the_trouble_of_one_series_is_its_own() -> None:
    def sometimes(batch: SeriesBatch) -> dict[str, pl.DataFrame]:
        if "net/2" in batch.series_ids:
            raise np.linalg.LinAlgError("no solution")
        return periodic_frames(batch)

    batch = batch_of(traffic(4, 10))
    frames, failures = isolated(sometimes, periodic._refused, batch)
    assert list(failures) == ["net/2"]
    models = frames[MODELS].sort("series_id")
    assert models["status"].to_list() == ["ok", "ok", "failed", "ok"]
    assert models["reason"][2] == "LinAlgError: no solution"
    assert frames[MOMENTS]["series_id"].n_unique() == 3
