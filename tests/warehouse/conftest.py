"""A warehouse of its own for each test, and other processes that meet it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from warehouse import Warehouse, open_warehouse

REPOSITORY = Path(__file__).resolve().parents[2]
Opening = Callable[..., AbstractContextManager[Warehouse]]
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "warehouse" / "traffic.duckdb"


@pytest.fixture
def published(tmp_path: Path) -> Path:
    return tmp_path / "published" / "traffic.duckdb"


@pytest.fixture
def opening(path: Path, published: Path) -> Opening:
    def opened(file: Path = path) -> AbstractContextManager[Warehouse]:
        return open_warehouse(file, holder="a test", published=published, wait_seconds=0)

    return opened


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new warehouse, made once."""
    file = tmp_path_factory.mktemp("template") / "traffic.duckdb"
    with open_warehouse(file, holder="a test", wait_seconds=0):
        pass
    return file


@pytest.fixture
def warehouse(template: Path, path: Path, opening: Opening) -> Iterator[Warehouse]:
    """An open warehouse without rows."""
    path.parent.mkdir()
    shutil.copy(template, path)
    with opening() as opened:
        yield opened


@pytest.fixture
def changed(template: Path, path: Path) -> Callable[..., Path]:
    """A warehouse after statements that this release would not execute."""

    def change(*statements: str) -> Path:
        path.parent.mkdir()
        shutil.copy(template, path)
        with duckdb.connect(str(path)) as connection:
            for statement in statements:
                connection.execute(statement)
        return path

    return change


@pytest.fixture(scope="session")
def observation() -> Callable[..., dict[str, Any]]:
    """One row of ``series.observations``."""

    def row(series_id: str, at_utc: datetime, value: float | None = 1.0) -> dict[str, Any]:
        return {
            "series_id": series_id,
            "at_utc": at_utc,
            "value": value,
            "is_observed": value is not None,
            "is_outlier": False,
        }

    return row


@pytest.fixture(scope="session")
def observations(observation: Callable[..., dict[str, Any]]) -> Callable[..., pl.DataFrame]:
    """Rows of ``series.observations`` of one series."""

    def frame(series_id: str, times: list[datetime]) -> pl.DataFrame:
        return pl.DataFrame([observation(series_id, at_utc, float(k)) for k, at_utc in enumerate(times)])

    return frame


@pytest.fixture
def reaching_out(tmp_path: Path) -> list[str]:
    """Statements that would read or write a file of others, or bring in code of others."""
    secret = tmp_path / "secret.csv"
    secret.write_text("word\nsesame\n", encoding="utf-8")
    return [
        f"SELECT * FROM read_csv('{secret}')",
        f"SELECT * FROM read_text('{secret}')",
        f"SELECT * FROM '{secret}'",
        "SELECT * FROM read_csv('/etc/passwd')",
        f"SELECT * FROM glob('{tmp_path}/*')",
        f"COPY (SELECT 1) TO '{tmp_path}/out.csv'",
        f"COPY raw.rejected_lines FROM '{secret}'",
        f"EXPORT DATABASE '{tmp_path}/out'",
        f"ATTACH '{tmp_path}/other.duckdb'",
        "INSTALL httpfs",
        "LOAD httpfs",
        f"LOAD '{tmp_path}/x.duckdb_extension'",
        "SELECT * FROM read_csv('https://example.org/a.csv')",
        "SET enable_external_access = true",
        "SET allowed_directories = ['/']",
        "SET autoinstall_known_extensions = true",
        "SET lock_configuration = false",
        "PRAGMA memory_limit = '100GB'",
        f"CREATE PERSISTENT SECRET word (TYPE http, BEARER_TOKEN 'x', SCOPE '{tmp_path}')",
    ]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a script in another process; it speaks line by line, and ends with its standard input."""
    started: list[subprocess.Popen[str]] = []

    def begin(script: str, *arguments: object) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", script, *map(str, arguments)],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
