"""What the terminal shows when the nights are done: names that files bring are shown, and never obeyed."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from rich.console import Console

from orchestration import summary
from orchestration.home import Home

MIDNIGHT = datetime(2025, 1, 2)
SOURCES = {name: [0] for name in ("loaded", "copies", "rejected", "records", "lines_rejected", "duplicates")}
NUMBERS = {key: [1.0] for key in ("expected", "high", "mase", "covered")}


def shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str) -> str:
    """Show a night with one series of this name, which cannot be used."""
    series = {"series_id": [name], "status": ["short"], "unit": ["bit/s"], "model": ["none"], **NUMBERS}
    frames = {
        summary._SOURCES: {"source": ["isp"], **SOURCES},
        summary._REMARKS: {"status": ["loaded"], "source": ["isp"], "path": [name], "reason": [name]},
        summary._SERIES: series | {"reason": [f"{name} is too short"]},
    }

    def read(_: Path, query: str, *__: Any) -> pl.DataFrame:
        return pl.DataFrame(frames[query])

    monkeypatch.setattr(summary, "read_query", read)
    stream = io.StringIO()
    console = Console(file=stream, width=200)
    summary.show_summary(console, Home.at(tmp_path), [], MIDNIGHT, wait_seconds=0)
    return stream.getvalue()


def test_control_characters_of_a_header_do_not_reach_the_terminal(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    said = shown(monkeypatch, tmp_path, "isp/\x1b[31mRed\x07")
    assert "\x1b" not in said
    assert "\x07" not in said
    assert said.count(r"isp/\x1b[31mRed\x07") == 5


@pytest.mark.parametrize("name", ["isp/rx [red]", "isp/rx [/s]", "isp/[link=https://a.example]a[/link]"])
def test_brackets_of_a_header_are_no_markup(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    assert shown(monkeypatch, tmp_path, name).count(name) == 5
