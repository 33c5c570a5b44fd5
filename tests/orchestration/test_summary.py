"""What the terminal shows when the nights are done: names that files bring are shown, and never obeyed."""

from __future__ import annotations

import io
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from rich.console import Console

from assets.quantity_text import quantity_text
from orchestration.home import Home
from orchestration.terminal import summary

MIDNIGHT = datetime(2025, 1, 2)
SOURCES = {name: [0] for name in ("loaded", "copies", "rejected", "records", "lines_rejected", "duplicates")}
NUMBERS = {key: [1.0] for key in ("expected", "high", "mase", "covered")}


def shown(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    name: str,
    usable: int = 1,
    chosen: int = 1,
    fitted: int = 1,
    n_decayed: int = 1,
    n_unusual: int = 1,
    width: int = 200,
    names: tuple[str, ...] = ("isp",),
) -> str:
    """Show a night with one series of this name, which cannot be used."""
    series = {"series_id": [name], "status": ["short"], "unit": ["bit/s"], "model": ["none"], **NUMBERS}
    frames = {
        summary._SOURCES: {"source": ["isp"], **SOURCES},
        summary._REMARKS: {"status": ["loaded"], "source": ["isp"], "path": [name], "reason": [name]},
        summary._SERIES: series | {"reason": [f"{name} is too short"]},
        summary._CONSTANT_VOLATILITY: {"usable": [usable], "chosen": [chosen], "fitted": [fitted]},
        summary._UNUSUAL_DAYS: {
            "local_date": [date(2025, 1, 1 + day) for day in range(n_unusual)],
            "reason": [f"{name}: The day lies 40% lower than days like it."] * n_unusual,
        },
        summary._WRONG_STEPS: {"series_id": [name], "verdict": [f"The day of {name} is shorter."]},
    }

    def read(_: Path, query: str, *__: Any) -> pl.DataFrame:
        return pl.DataFrame(frames[query])

    decayed = pl.DataFrame({"series_id": [name], "model": ["level"], "verdict": ["Its error rose."]})
    monkeypatch.setattr(summary, "read_query", read)
    monkeypatch.setattr(summary, "decayed_champions", lambda *_: pl.concat([decayed] * n_decayed))
    stream = io.StringIO()
    console = Console(file=stream, width=width)
    summary.show_summary(console, Home.at(tmp_path), [], MIDNIGHT, wait_seconds=0, names=names)
    return stream.getvalue()


def test_control_characters_of_a_header_do_not_reach_the_terminal(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    said = shown(monkeypatch, tmp_path, "isp/\x1b[31mRed\x07")
    assert "\x1b" not in said
    assert "\x07" not in said
    assert said.count(r"isp/\x1b[31mRed\x07") == 9


@pytest.mark.parametrize("name", ["isp/rx [red]", "isp/rx [/s]", "isp/[link=https://a.example]a[/link]"])
def test_brackets_of_a_header_are_no_markup(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    assert shown(monkeypatch, tmp_path, name).count(name) == 9


def test_a_source_that_was_renamed_leaves_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert "not in sources.toml" not in shown(monkeypatch, tmp_path, "isp/a")
    said = shown(monkeypatch, tmp_path, "isp/a", names=("edge1",))
    assert "  not in sources.toml any more: isp; what was read of them stays" in said
    assert "isp/a: short" not in said
    assert "loaded: isp" not in said
    assert " isp " not in said.replace("isp;", "")


def test_how_many_series_have_an_arima_is_told_with_the_keys_that_change_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    whole = shown(monkeypatch, tmp_path, "isp/a", usable=3, chosen=3, fitted=3)
    assert "ARIMA and GARCH: fitted to 3 of 3 series\n" in whole
    bounded = shown(monkeypatch, tmp_path, "isp/a", usable=1_030, chosen=24, fitted=22)
    assert "fitted to 22 of 1,030 series; 2 too short or failed" in bounded
    assert "1,006 left out by constant_volatility and constant_volatility_at_most, in [platform]" in bounded


def test_forecasts_that_became_worse_are_named_up_to_a_bound(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert "  isp/a: level: Its error rose.\n" in shown(monkeypatch, tmp_path, "isp/a")
    many = shown(monkeypatch, tmp_path, "isp/a", n_decayed=summary.SHOWN_ROWS + 3)
    assert many.count("Its error rose.") == summary.SHOWN_ROWS
    assert "and 3 forecasts more that became worse: see models.model_skill" in many


def test_the_morning_has_five_lines_of_unusual_days(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert "do not look like a day" not in shown(monkeypatch, tmp_path, "isp/a", n_unusual=0)
    many = shown(monkeypatch, tmp_path, "isp/a", n_unusual=7)
    assert "\nDays of the last week that do not look like a day\n  Wed 1 Jan: isp/a: The day lies 40%" in many
    assert many.count("The day lies 40% lower") == summary.MORNING_LINES == 5
    assert "and 2 more: see planning.unusual_days_by_source" in many


def test_a_long_name_gives_way_to_the_numbers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    said = shown(monkeypatch, tmp_path, "isp/" + "x" * 300, width=80)
    [row] = [line for line in said.splitlines() if line.startswith(" isp/xxx") and "bit/s" in line]
    assert row.split()[1:] == ["none", "1", "bit/s", "1", "bit/s", "1.00", "100%"]


@pytest.mark.parametrize(("night", "page"), [(date(2025, 1, 3), "latest"), (date(2025, 1, 2), "2025-01-02")])
def test_after_an_older_night_its_own_page_is_named(tmp_path: Path, night: date, page: str) -> None:
    home = Home.at(tmp_path)
    home.reports.mkdir()
    for name in ("2025-01-02", "2025-01-03", "latest"):
        (home.reports / f"{name}.html").touch()
    stream = io.StringIO()
    summary.show_next(Console(file=stream, width=200), home, night)
    assert f"reports/{page}.html" in stream.getvalue()


@pytest.mark.parametrize(
    ("value", "written"),
    [(999.4, "999 bit/s"), (999.7, "1 kbit/s"), (999_960.0, "1 Mbit/s"), (1e6, "1 Mbit/s"), (0.0, "0 bit/s")],
)
def test_what_rounds_up_to_a_thousand_takes_the_next_prefix(value: float, written: str) -> None:
    assert quantity_text(value, "bit/s") == written
