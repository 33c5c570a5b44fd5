"""Whole nights of forecasts: holidays by source, a series that breaks a batch, and work in processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner, Result
from polars.testing import assert_frame_equal

from assets import forecast_frames, forecasts
from orchestration.cli import main
from traffic.windowing.histories import Histories
from warehouse import read_query

pytestmark = pytest.mark.pipeline

NIGHT = datetime(2025, 5, 1)  # a public holiday in Germany, and none in England
BREAKS = 4_321.0
SOURCES = """
[platform]
constant_volatility = ["*/broken"]

[[export]]
name = "bavaria"
files = "landing/*.csv"
shape = "wide"
time_column = "time"
step = "1h"
holidays = "DE-BY"

[[export]]
name = "england"
files = "landing/*.csv"
shape = "wide"
time_column = "time"
step = "1h"
holidays = "GB-ENG"

[[export]]
name = "nowhere"
files = "landing/*.csv"
shape = "wide"
time_column = "time"
step = "1h"
"""
TABLES = ("forecasts.points", "models.champions", "models.backtests")


def run_night(home: Path) -> Result:
    return CliRunner(env={"COLUMNS": "200"}).invoke(
        main, ["nightly", "--home", str(home), "--as-of", f"{NIGHT:%Y-%m-%d}"]
    )


def ask(home: Path, query: str) -> pl.DataFrame:
    return read_query(home / "warehouse" / "traffic.duckdb", query)


def tables(home: Path) -> dict[str, pl.DataFrame]:
    return {table: ask(home, f"SELECT * FROM {table} ORDER BY ALL") for table in TABLES}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Eight weeks of three sources with the same values: quiet on Sundays, Good Friday and Easter Monday."""
    home = tmp_path_factory.mktemp("home")
    (home / "sources.toml").write_text(SOURCES)
    (home / "landing").mkdir()
    times = [NIGHT - timedelta(hours=back) for back in range(24 * 56, 0, -1)]
    easter = {date(2025, 4, 18), date(2025, 4, 21)}
    quiet = np.array([at.weekday() == 6 or at.date() in easter for at in times])
    rng = np.random.default_rng(4)
    office = np.where(quiet, 20.0, 100.0) + 0.5 * rng.standard_normal(quiet.size)
    steady = 50 + 10 * np.sin(np.arange(quiet.size) * np.pi / 12) + rng.standard_normal(quiet.size)
    broken = steady[::-1].copy()
    broken[-100] = BREAKS
    pl.DataFrame({"time": times, "broken": broken, "office": office, "steady": steady}).write_csv(
        home / "landing" / "load.csv"
    )
    with pytest.MonkeyPatch.context() as patch:
        for name in ("DIURNAL_HOME", "DAGSTER_HOME"):
            patch.setenv(name, "")  # a night sets them for its process; here they must not stay
        ended = run_night(home)
        assert ended.exit_code == 0, ended.output
        yield home


@pytest.fixture(scope="module")
def sound(home: Path) -> dict[str, pl.DataFrame]:
    """What the night wrote while nothing was at fault."""
    return tables(home)


def test_the_holidays_of_each_source_are_its_own(sound: dict[str, pl.DataFrame]) -> None:
    day = sound["forecasts.points"].filter(pl.col("is_champion"), pl.col("horizon") <= 24)
    office = day.filter(pl.col("series_id").str.ends_with("/office"))
    mean = dict(office.group_by("series_id").agg(pl.col("mean").mean()).iter_rows())
    assert mean["bavaria/office"] < 40
    assert mean["england/office"] > 90
    assert mean["nowhere/office"] > 80
    assert mean["england/office"] != mean["nowhere/office"]  # Easter was one in England as well
    reason = dict(sound["models.champions"].select("series_id", "reason").iter_rows())
    told = "Holiday: Labor Day (DE-BY), forecast from Sundays and earlier holidays."
    assert reason["bavaria/office"].endswith(told)
    assert not any("Holiday" in said for name, said in reason.items() if "bavaria" not in name)


def test_a_series_that_keeps_no_holiday_is_forecast_as_if_there_were_none(
    sound: dict[str, pl.DataFrame],
) -> None:
    day = sound["forecasts.points"].filter(pl.col("is_champion"), pl.col("horizon") <= 24)
    mean = {
        source: day.filter(pl.col("series_id") == f"{source}/steady").sort("horizon")["mean"].to_numpy()
        for source in ("bavaria", "nowhere")
    }
    np.testing.assert_allclose(mean["bavaria"], mean["nowhere"], rtol=0.1)


def test_a_series_whose_values_break_a_batch_is_set_aside_alone(
    home: Path, sound: dict[str, pl.DataFrame], monkeypatch: pytest.MonkeyPatch
) -> None:
    honest: Callable[..., Any] = forecast_frames.forecast_batch

    def unstable(histories: Histories, *arguments: Any, **options: Any) -> Any:
        if (histories.values == BREAKS).any():
            raise np.linalg.LinAlgError("Singular matrix")
        return honest(histories, *arguments, **options)

    monkeypatch.setattr(forecast_frames, "forecast_batch", unstable)
    ended = run_night(home)
    assert ended.exit_code == 0, ended.output  # and published: no other series waits for this one
    found = tables(home)
    is_broken = pl.col("series_id").str.ends_with("/broken")
    for table in TABLES:
        others, before = (frames[table].filter(~is_broken) for frames in (found, sound))
        assert others.height == before.height > 0
        keys = [
            name for name in ("series_id", "model", "step_seconds", "target_utc") if name in before.columns
        ]
        assert_frame_equal(others.sort(keys), before.sort(keys), rel_tol=1e-9)
    assert found["models.backtests"].filter(is_broken).is_empty()
    champions = found["models.champions"].filter(is_broken).select("model", "reason").unique().rows()
    assert champions == [
        ("selected", "Selected: nothing else forecast it. LinAlgError: Singular matrix"),
    ]
    spoken = found["forecasts.points"].filter(is_broken, "is_champion")
    assert spoken.group_by("series_id", "model").len().sort("series_id").rows() == [
        (f"{source}/broken", "selected", 24) for source in ("bavaria", "england", "nowhere")
    ]
    published = read_query(
        home / "published" / "traffic.duckdb",
        "SELECT count(DISTINCT series_id) AS n FROM forecasts.latest_forecast",
    )
    assert published["n"].item() == 9


def test_processes_write_what_threads_write(
    home: Path, sound: dict[str, pl.DataFrame], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []
    honest = forecasts.fan_out

    def noted(*arguments: Any, in_processes: bool, **options: Any) -> Any:
        asked.append(in_processes)
        return honest(*arguments, in_processes=in_processes, **options)

    monkeypatch.setattr(forecasts, "fan_out", noted)
    monkeypatch.setattr(forecasts, "_MANY_SERIES", 9)
    ended = run_night(home)
    assert ended.exit_code == 0, ended.output
    assert asked == [True]
    for table, before in sound.items():
        assert before.equals(tables(home)[table], null_equal=True), table
