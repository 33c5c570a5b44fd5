"""A warehouse of its own for each test, and other processes that meet it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Any

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


@pytest.fixture
def warehouse(opening: Opening) -> Iterator[Warehouse]:
    with opening() as opened:
        yield opened


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
