"""The page on planning runs as it stands: its Python, its entry of sources.toml, its commands, its tables."""

from __future__ import annotations

import re
import shlex
import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click
import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

from assets.sources import Sources
from orchestration.cli import main
from orchestration.terminal.ready_questions import ready_question
from warehouse import open_warehouse

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "planning.md").read_text(encoding="utf-8")
START = datetime(2025, 10, 6)
DAYS = 15


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, flags=re.DOTALL)


@pytest.fixture(scope="module")
def given() -> dict[str, Any]:
    """What the examples take for granted: two weeks of a link in both directions, and of another link."""
    at = np.arange(DAYS * 288) / 288
    noise = np.random.default_rng(0).lognormal(0, 0.05, (2, at.size))
    values, other_values = 4e9 * (1 + 0.5 * np.sin(2 * np.pi * (at - 0.6))) * noise
    times = [START + timedelta(minutes=5 * k) for k in range(at.size)]
    of_link = [
        pl.DataFrame({"unique_id": name, "ds": times, "y": y})
        for name, y in (("uplinks/core_in", values), ("uplinks/core_out", other_values))
    ]
    issued_at_utc = START + timedelta(days=DAYS)
    known = {"values": values, "other_values": other_values, "start_utc": START}
    return known | {"frame": pl.concat(of_link), "issued_at_utc": issued_at_utc}


def test_every_python_example_runs(given: dict[str, Any]) -> None:
    made = dict(given)
    assert len(blocks("python")) == 4
    for block in blocks("python"):
        exec(block, made)
    assert made["tonight"]["probability_above"].is_between(0, 1).all()
    assert made["ahead"]["unique_id"].to_list() == ["uplinks/core_in", "uplinks/core_out"]
    assert made["month"].height > 0
    assert {figure.name for figure in made["figures"]} >= {"capacity", "probability_above", "headroom"}


def test_the_entry_of_sources_toml_is_one() -> None:
    (entry,) = blocks("toml")
    (bill,) = Sources.model_validate(tomllib.loads(entry)).bill
    assert (bill.name, bill.method) == ("transit", "max")


def test_every_command_parses() -> None:
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    assert len(lines) == 3
    for line in lines:
        program, name, *words = shlex.split(line)
        assert program == "diurnal"
        # Without its parent a command would keep for good that "-h" is none of its options.
        parent = click.Context(main, info_name="diurnal", **main.context_settings)
        context = main.commands[name].make_context(name, words, parent=parent)
        assert context.params["series_id"] == "metro/FRA_PAR_in"


def test_each_question_of_the_first_table_is_answered_from_the_tables_beside_it(tmp_path: Path) -> None:
    with open_warehouse(tmp_path / "published" / "traffic.duckdb", holder="a test"):
        pass
    rows = re.findall(
        r"^\| \[.*\]\(#(.*?)\) \| (.*?) \| `diurnal sql --ask (\d+)` \|$", PAGE, flags=re.MULTILINE
    )
    assert len(rows) == 5
    for anchor, tables, number in rows:
        assert f"\n## {anchor.replace('-', ' ')}\n" in PAGE.lower().replace("run-out", "run out")
        statement = ready_question(number).statement
        assert "planning." in tables
        assert "planning." in statement
        asked = CliRunner().invoke(main, ["sql", "--home", str(tmp_path), "--ask", number])
        assert asked.exit_code == 0, asked.output
