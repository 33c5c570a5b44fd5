"""Nights on real provider exports, each in a home of its own and as of its own newest record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

pytestmark = [pytest.mark.pipeline, pytest.mark.real_data]

ESNET = """
[[export]]
name = "esnet"
files = "{file}"
shape = "wide"
time_column = "Time"
time_formats = ["%m/%d/%Y %H:%M", "%m/%d/%y %H:%M"]
time_zone = "UTC"
unit = "bit/s"
step = "1h"
capacity = {{ LOND_NEWY_in = "100 Gbit/s" }}
"""
UKERNA = """
[[export]]
name = "ukerna"
files = "{file}"
shape = "single"
time_column = "time"
value_column = "value"
step = "5m"
"""
CLOUDWATCH = """
[[export]]
name = "cloudwatch"
files = "{file}"
shape = "single"
time_column = "timestamp"
value_column = "value"
unit = "byte"
step = "5m"
"""
CESNET = """
[[export]]
name = "cesnet"
files = "{file}"
shape = "wide"
time_column = "time"
step = "1h"
"""
EXPORTS = {
    "exports/esnet/trans_atl_links.csv": (ESNET, 8),
    "exports/ukerna/B5M.csv": (UKERNA, 1),
    "exports/cloudwatch/ec2_network_in_257a54.csv": (CLOUDWATCH, 1),
    "exports/cloudwatch/elb_request_count_8c0756.csv": (CLOUDWATCH.replace("byte", "request"), 1),
    "exports/cloudwatch/iio_us-east-1_i-a2eb1cd9_NetworkIn.csv": (CLOUDWATCH, 1),
    "exports/cesnet/ip103_hourly.csv": (CESNET, 3),
}


@pytest.fixture(scope="module", params=EXPORTS, ids=lambda name: Path(name).stem)
def night(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    real_data: Callable[[str], Path],
    diurnal: Any,
    installation: Any,
) -> tuple[Any, Any, str]:
    file = real_data(request.param)
    sources_toml = EXPORTS[request.param][0].format(file=file)
    home = installation(tmp_path_factory.mktemp("export"), sources_toml)
    return home, diurnal("nightly", "--home", home.path), request.param


def test_every_series_of_a_real_export_is_forecast(night: Any) -> None:
    home, ended, name = night
    assert ended.code == 0, ended
    catalog = home.ask("SELECT series_id, status, step_seconds FROM series.catalog ORDER BY series_id")
    assert catalog.height == EXPORTS[name][1]
    assert set(catalog["status"]) == {"ok"}
    champions = home.ask("SELECT series_id, model FROM models.champions ORDER BY series_id")
    assert champions["series_id"].equals(catalog["series_id"])
    assert "none" not in set(champions["model"])
    points = home.ask(
        "SELECT series_id, step_seconds, count(*) * step_seconds, bool_and(isfinite(q50)) AS finite "
        "FROM forecasts.points WHERE is_champion GROUP BY series_id, step_seconds ORDER BY ALL"
    )
    week, day = 7 * 86_400, 86_400
    expected = [
        (series_id, step, span)
        for series_id, own in catalog.select("series_id", "step_seconds").rows()
        for step, span in ([(3_600, week)] if own == 3_600 else [(own, day), (3_600, week)])
    ]
    assert points.drop("finite").rows() == expected
    assert points["finite"].all()


def test_every_record_of_a_real_export_is_accounted_for(night: Any) -> None:
    home, _, _ = night
    row = home.ask("SELECT * FROM raw.ingested_files").to_dicts()
    assert len(row) == 1
    assert (row[0]["status"], row[0]["lines_skipped"], row[0]["records_rejected"]) == ("loaded", 1, 0)
    samples = home.ask("SELECT count(*) AS n FROM raw.provider_samples")["n"].item()
    assert samples == row[0]["rows_written"] > 0
    assert row[0]["records_loaded"] == row[0]["lines_read"] - 1


def test_the_grid_follows_the_stamps_of_a_real_export(night: Any) -> None:
    home, _, name = night
    grid = home.ask(
        "SELECT series_id, count(*) AS n, min(at_utc) AS first_utc, max(at_utc) AS last_utc, "
        "count(*) FILTER (is_observed) AS n_observed, any_value(phase_seconds) AS phase, "
        "any_value(step_seconds) AS step "
        "FROM series.observations JOIN series.catalog USING (series_id) GROUP BY series_id ORDER BY series_id"
    )
    spans = (grid["last_utc"] - grid["first_utc"]).dt.total_seconds()
    assert (spans == (grid["n"] - 1) * grid["step"]).all()
    if "exports/esnet" in name:
        assert set(grid["n"]) == {8_760}
        assert set(grid["n_observed"]) == {8_760}
        assert set(grid["first_utc"]) == {datetime(2018, 1, 1, 8)}
        assert set(grid["last_utc"]) == {datetime(2019, 1, 1, 7)}
    if "257a54" in name or "8c0756" in name:
        assert set(grid["phase"]) == {240}
    if "cesnet" in name:
        assert set(grid["n"] - grid["n_observed"]) == {1}
    if "ukerna" in name:
        assert grid["n_observed"].to_list() == [19_888]


def test_a_real_export_meets_its_expectations(night: Any) -> None:
    home, _, _ = night
    found = home.ask("SELECT table_name, expectation, success, is_error FROM quality.expectations")
    assert found.filter(~pl.col("success").fill_null(value=False)).is_empty()
