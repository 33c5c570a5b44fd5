"""The panels hold what the files say: hours of twelve values, outages missing, nothing moved."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest
from forecast_panels import Record, _by_the_hour, read_panels


def test_an_hour_is_the_mean_of_its_twelve_values_or_missing():
    begin = datetime(2025, 1, 1, 9, 50)
    at_utc = pl.Series([begin + timedelta(minutes=5 * k) for k in range(2 + 36 + 3)])
    values = np.arange(len(at_utc), dtype=float)[None]
    values[0, 2 + 12 + 5] = np.nan
    hourly = _by_the_hour((Record("x", ("x",), values), at_utc))
    assert hourly.values.shape == (1, 3)
    assert hourly.values[0, 0] == np.mean(np.arange(2, 14))
    assert np.isnan(hourly.values[0, 1])
    assert hourly.values[0, 2] == np.mean(np.arange(26, 38))


def test_simulated_panels_are_the_same_traffic_by_the_hour_and_in_five_minutes(tmp_path):
    hourly, fine = read_panels(tmp_path, ["simulated hourly", "simulated five-minute"])
    (by_hour,), (record,) = hourly.records, fine.records
    assert (hourly.day_steps, fine.day_steps) == (24, 288)
    assert record.values.shape == (2, 12 * by_hour.values.shape[1])
    means = record.values.reshape(2, -1, 12).mean(axis=2)
    assert np.array_equal(by_hour.values, means, equal_nan=True)
    assert not (record.values == 0).any()
    assert 0 < np.isnan(record.values).mean() < 0.02


def test_absent_sets_are_told_with_what_is_looked_for(tmp_path):
    with pytest.raises(SystemExit, match=r"B5M\.csv does not exist(.|\n)*--data"):
        list(read_panels(tmp_path))


def test_an_unknown_panel_is_refused_by_name(tmp_path):
    with pytest.raises(SystemExit, match="no panel 'UKERNA'; there are 'UKERNA hourly'"):
        list(read_panels(tmp_path, ["UKERNA"]))


@pytest.mark.real_data
def test_public_sets_have_the_spans_and_gaps_that_are_known(real_data):
    data = real_data("exports/ukerna/B5M.csv").parents[2]
    found = {panel.name: panel for panel in read_panels(data) if not panel.name.startswith("simulated")}
    shapes = {
        name: [(record.values.shape, int(np.isnan(record.values).sum())) for record in panel.records]
        for name, panel in found.items()
    }
    # 9:30 to 10:45 on other days: hours from 10:00 to 10:00 lie whole within.
    assert shapes == {
        "UKERNA hourly": [((1, 1_656), 0)],
        "UKERNA five-minute": [((1, 19_888), 0)],
        "ESnet hourly": [((8, 8_760), 930)],
        "CESNET hourly": [((3, 6_718), 3)],
        "CloudWatch five-minute": [((1, 4_034), 2), ((1, 4_040), 8), ((1, 1_243), 0)],
    }, json.dumps(shapes)
