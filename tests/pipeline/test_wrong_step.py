"""A record whose label is wrong goes through a night: it is told, and nothing else is the worse for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.pipeline

SOURCES_TOML = """
[platform]
constant_volatility = []

[[export]]
name = "isp"
files = "landing/*.csv"
shape = "wide"
time_column = "time"
unit = "bit/s"
step = "5m"
"""
DAY_STEPS = 283.1
START = datetime(2005, 6, 7, 6, 57)


def labelled_every_five_minutes(n: int = 42 * 288) -> str:
    """Two links: the samples of one lie 305.2 seconds apart, those of the other are as labelled."""
    rng = np.random.default_rng(5)
    lines = ["time,odd,right"]
    noise = np.exp(0.1 * rng.standard_normal((n, 2)))
    for index in range(n):
        angles = 2 * np.pi * index / np.array([DAY_STEPS, 288.0])
        odd, right = 1e9 * (2 + np.sin(angles)) * noise[index]
        lines.append(f"{START + timedelta(minutes=5 * index)},{odd:.0f},{right:.0f}")
    return "\n".join(lines) + "\n"


def test_a_wrong_label_is_told_in_the_summary_the_tables_and_a_check(
    diurnal: Callable[..., Any], installation: Callable[..., Any], tmp_path: Path
) -> None:
    home = installation(tmp_path / "home", SOURCES_TOML)
    (home.path / "landing").mkdir()
    (home.path / "landing" / "isp.csv").write_text(labelled_every_five_minutes(), encoding="utf-8")
    night = diurnal("nightly", "--home", home.path)
    assert night.code == 0, night
    told = [line for line in night.out.splitlines() if line.startswith("  isp/")]
    assert len(told) == 1
    assert told[0].startswith("  isp/odd: The day is 283.")
    assert "the label of 300 s is wrong" in told[0]
    assert "check failed: stated_steps_agree_with_the_day: 1 series" in night.out
    models = home.ask_published(
        "SELECT series_id, period_verdict, estimated_period_steps FROM models.periodic ORDER BY series_id"
    )
    assert models["period_verdict"].to_list() == ["step_wrong", "agrees"]
    assert models["estimated_period_steps"].to_list() == pytest.approx([DAY_STEPS, 288], abs=0.15)
    forecast = home.ask_published("SELECT DISTINCT series_id FROM forecasts.latest_forecast")
    assert forecast.height == 2
