"""The page on asking the results runs as it stands, on a published copy."""

from __future__ import annotations

import re
import shlex
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

from orchestration.cli import main
from warehouse import open_warehouse, read_query

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "sql.md").read_text(encoding="utf-8")
NIGHT = datetime(2024, 5, 1)
SERIES = {"series_id": "isp/a", "source": "isp", "kind": "export", "unit": "bit/s", "step_seconds": 3_600}
POINT = {"series_id": "isp/a", "model": "combination", "is_champion": True, "issued_at_utc": NIGHT}
POINT |= {"step_seconds": 3_600, "target_utc": NIGHT, "horizon": 1, "q10": 1.0, "q50": 2.0, "q90": 3.0}
SCORE = {name: POINT[name] for name in ("series_id", "model", "issued_at_utc", "step_seconds", "target_utc")}
ROWS: dict[str, dict[str, Any]] = {
    "series.catalog": SERIES | {"time_zone": "UTC", "status": "ok"},
    "forecasts.points": POINT,
    "forecasts.scores": SCORE | {"horizon": 1},
    "models.champions": {"series_id": "isp/a", "issued_at_utc": NIGHT, "model": "combination", "reason": "r"},
}


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, flags=re.DOTALL)


@pytest.fixture
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A published copy with a forecast, in the folder that the page speaks of."""
    monkeypatch.chdir(tmp_path)
    target = tmp_path / "home" / "published" / "traffic.duckdb"
    with open_warehouse(
        tmp_path / "home" / "warehouse" / "traffic.duckdb", holder="a test", published=target
    ) as to:
        for table, row in ROWS.items():
            to.insert(table, pl.DataFrame([row]))
        to.publish()
    return target


def test_every_python_example_runs(published: Path) -> None:
    made: dict[str, Any] = {}
    assert len(blocks("python")) == 4
    for block in blocks("python"):
        exec(block, made)
    assert made["busiest"] == [("isp/a", 3.0)]
    assert made["points"].row(0) == ("isp/a", NIGHT, 1.0, 2.0, 3.0)
    assert made["champions"]["model"].tolist() == ["combination"]
    assert made["scores"]["unit"].to_list() == ["bit/s"]


def test_every_statement_has_an_answer(published: Path) -> None:
    statements = blocks("sql")
    assert len(statements) == 3
    for statement in statements:
        assert read_query(published, statement).height == 1, statement


def test_every_command_of_ours_works(published: Path, tmp_path: Path) -> None:
    lines = [line for block in blocks("sh") for line in block.splitlines() if line.startswith("diurnal")]
    assert len(lines) == 4
    for line in lines:
        asked = CliRunner().invoke(main, shlex.split(line, comments=True)[1:])
        assert asked.exit_code == 0, (line, asked.output)
    assert pl.read_parquet(tmp_path / "tomorrow.parquet").height == 1


def test_the_files_that_the_page_names_are_there(published: Path) -> None:
    folder = published.parent
    for name in ("traffic.duckdb", "datapackage.json", "parquet/forecasts/points.parquet"):
        assert (folder / name).is_file()
        assert name in PAGE
