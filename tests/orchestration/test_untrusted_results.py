"""A night whose results cannot be trusted is not published, and a check that cannot run accuses no data."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
import pytest
from click.testing import CliRunner, Result

from assets import forecasts, quality
from assets.expectations import points
from orchestration.cli import main
from warehouse import read_query

pytestmark = pytest.mark.pipeline

CHECK = dg.AssetCheckKey(dg.AssetKey(["forecasts", "points"]), "points_meet_their_expectations")
SOURCES = """
[[export]]
name = "cloud"
files = "landing/*.csv"
shape = "single"
time_column = "timestamp"
value_column = "value"
step = "1h"
"""


def run_night(home: Path) -> Result:
    return CliRunner(env={"COLUMNS": "200"}).invoke(
        main, ["nightly", "--home", str(home), "--as-of", "2024-03-13"]
    )


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home with a published copy of a good night."""
    home = tmp_path_factory.mktemp("home")
    (home / "sources.toml").write_text(SOURCES)
    (home / "landing").mkdir()
    times = [datetime(2024, 3, 1) + timedelta(hours=hour) for hour in range(12 * 24)]
    values = [100 + 50 * math.sin(at.hour / 4) + 9 * math.sin(78.233 * k) for k, at in enumerate(times)]
    pl.DataFrame({"timestamp": times, "value": values}).write_csv(home / "landing" / "load.csv")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("DIURNAL_HOME", "DAGSTER_HOME"):
            patch.setenv(name, "")  # a night sets them for its process; here they must not stay
        ended = run_night(home)
        assert ended.exit_code == 0, ended.output
        yield home


def newest_check(home: Path) -> tuple[Any, list[str]]:
    """Return the event of the newest look at the forecasts, and the steps that failed in its run."""
    with dg.DagsterInstance.from_config(str(home / "dagster")) as instance:
        record = instance.event_log_storage.get_latest_asset_check_execution_by_key([CHECK])[CHECK]
        steps = instance.get_run_step_stats(record.run_id)
        failed = [step.step_key for step in steps if step.status and step.status.value == "FAILURE"]
        return record.event.dagster_event, failed


def test_forecasts_that_break_their_expectations_are_not_published(
    published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = published / "published" / "traffic.duckdb"
    before = (copy.stat().st_ino, copy.read_bytes())
    honest = forecasts.forecast_frames

    def crossed(*arguments: Any, **options: Any) -> dict[str, pl.DataFrame]:
        frames = honest(*arguments, **options)
        return frames | {forecasts.POINTS: frames[forecasts.POINTS].rename({"q10": "q90", "q90": "q10"})}

    monkeypatch.setattr(forecasts, "forecast_frames", crossed)
    ended = run_night(published)
    assert ended.exit_code == 1, ended.output
    assert "not published, the former copy stays: forecasts.points breaks" in ended.output
    assert "points_meet_their_expectations" in ended.output
    assert (copy.stat().st_ino, copy.read_bytes()) == before
    event, failed_steps = newest_check(published)
    assert not event.asset_check_evaluation_data.passed
    assert failed_steps == ["published_copy"]
    failed = read_query(
        published / "warehouse" / "traffic.duckdb",
        "SELECT DISTINCT table_name, column_name FROM quality.expectations WHERE NOT success",
    )
    assert failed.rows() == [("forecasts.points", "smallest_quantile_step")]

    # What is broken is the night, not the home: once the fault is mended, the same night is published.
    monkeypatch.undo()
    ended = run_night(published)
    assert ended.exit_code == 0, ended.output
    assert copy.stat().st_ino != before[0]


def test_a_check_that_cannot_run_is_an_error_and_no_failure_of_the_data(
    published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def raising(_: Any) -> list[Any]:
        raise RuntimeError("the library has changed its mind")

    broken = dataclasses.replace(points.SUITE, claims=raising)
    suites = tuple(broken if suite is points.SUITE else suite for suite in quality.SUITES)
    monkeypatch.setattr(quality, "SUITES", suites)
    ended = run_night(published)
    assert ended.exit_code == 1, ended.output
    assert "the library has changed its mind" in ended.output
    event, failed_steps = newest_check(published)
    assert event.event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED
    assert failed_steps == ["forecasts__points_points_meet_their_expectations"]
    newest = read_query(
        published / "warehouse" / "traffic.duckdb",
        "SELECT table_name, success, is_error, observed FROM quality.expectations "
        "WHERE run_at_utc = (SELECT max(run_at_utc) FROM quality.expectations) AND is_error IS NOT FALSE",
    )
    assert newest.rows() == [("forecasts.points", None, True, "could not run")]
