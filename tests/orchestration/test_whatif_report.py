"""What the table of a what-if shows: each side by itself, and the time of what is likeliest on it."""

from __future__ import annotations

import re
from datetime import datetime

import pytest

from orchestration.terminal.whatif_report import show_figures
from traffic.planning.whatif import SHARE, Figure, Question

MIDNIGHT = datetime(2025, 1, 2)


def test_each_side_names_its_own_likeliest_hour(capsys: pytest.CaptureFixture[str]) -> None:
    chances = {
        0.7: {19: (0.887, 0.90), 21: (0.706, 0.984)},
        0.9: {19: (0.0001, 0.30), 21: (0.0002, 0.20)},
    }
    figures = [
        Figure("probability_above", SHARE, *pair, threshold, "hour", datetime(2025, 1, 2, hour))
        for threshold, by_hour in chances.items()
        for hour, pair in by_hour.items()
    ]
    question = Question(MIDNIGHT, thresholds=(0.7, 0.9))
    show_figures(figures, question, "isp/a", "scale 1.3", "table", time_zone="America/New_York")
    out = capsys.readouterr().out
    rows = [re.split(r"\s{2,}", line.strip()) for line in out.splitlines() if "likeliest" in line]
    assert rows == [
        ["likeliest hour (America/New_York)", "19:00 88.7%", "21:00 98.4%"],
        # What rounds to nothing has no hour.
        ["likeliest hour (America/New_York)", "0.0%", "19:00 30.0%"],
    ]
    assert "as if the link had been so all along" in " ".join(out.split())
