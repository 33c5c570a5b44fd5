"""What every night from end to end needs: the command in a process of its own, and a look into its tables."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
import pytest

from warehouse import read_query

TIME_LIMIT_SECONDS = 400
POLL_SECONDS = 0.2
_COLUMNS = """
    SELECT schema_name || '.' || table_name AS name, column_name
    FROM duckdb_columns() SEMI JOIN duckdb_tables() USING (schema_name, table_name)
    WHERE schema_name IN (SELECT unnest(?::VARCHAR[])) ORDER BY ALL
"""


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    def __str__(self) -> str:
        return f"exit {self.code}\n--- stdout\n{self.out}\n--- stderr\n{self.err}"


@dataclass(frozen=True)
class Installation:
    """A home folder, with a reader of its tables."""

    path: Path

    def ask(self, query: str, *parameters: object) -> pl.DataFrame:
        """Ask the warehouse itself."""
        return read_query(self.path / "warehouse" / "traffic.duckdb", query, parameters)

    def ask_published(self, query: str, *parameters: object) -> pl.DataFrame:
        """Ask the published copy."""
        return read_query(self.path / "published" / "traffic.duckdb", query, parameters)

    def instance(self) -> dg.DagsterInstance:
        """Open Dagster's own records of this home."""
        return dg.DagsterInstance.from_config(str(self.path / "dagster"))

    def fingerprints(self, *schemas: str, leaving_out: Sequence[str] = ()) -> dict[str, tuple[int, int]]:
        """Return the number of rows and a digest of the content of each table of some schemas."""
        columns: dict[str, list[str]] = {}
        for name, column in self.ask(_COLUMNS, list(schemas)).iter_rows():
            columns.setdefault(name, []).append(column)
        found = {}
        for name, names in columns.items():
            kept = ", ".join(f'"{column}"' for column in names if column not in leaving_out)
            digest = f"SELECT count(*), coalesce(bit_xor(hash({kept})), 0)::VARCHAR FROM {name}"
            count, content = self.ask(digest).row(0)
            found[name] = (count, int(content))
        return found


Diurnal = Callable[..., Ended]


def command_line(*words: object) -> list[str]:
    return [str(Path(sys.executable).with_name("diurnal")), *map(str, words)]


def environment(**more: str) -> dict[str, str]:
    """Return the environment of a command: no home of the person who tests, and a terminal that is wide."""
    own = {name: value for name, value in os.environ.items() if name not in ("DIURNAL_HOME", "DAGSTER_HOME")}
    return own | {"COLUMNS": "200"} | more


@pytest.fixture(scope="session")
def diurnal() -> Diurnal:
    """Run ``diurnal`` and wait for its end."""

    def run(
        *words: object, cwd: Path | None = None, stdin: str = "", env: Mapping[str, str] | None = None
    ) -> Ended:
        done = subprocess.run(
            command_line(*words),
            cwd=cwd,
            input=stdin,
            env=environment(**(env or {})),
            capture_output=True,
            text=True,
            timeout=TIME_LIMIT_SECONDS,
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start ``diurnal`` without waiting for its end; what is still at work after the test is killed."""
    begun: list[subprocess.Popen[str]] = []

    def begin(*words: object) -> subprocess.Popen[str]:
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        begun.append(subprocess.Popen(command_line(*words), env=environment(), text=True, **pipes))
        return begun[-1]

    yield begin
    for process in begun:
        with process:
            process.kill()


@pytest.fixture(scope="session")
def installation() -> Callable[[Path, str], Installation]:
    """Make a home with a sources.toml."""

    def make(path: Path, sources_toml: str) -> Installation:
        path.mkdir(parents=True, exist_ok=True)
        (path / "sources.toml").write_text(sources_toml, encoding="utf-8")
        return Installation(path)

    return make


@pytest.fixture(scope="session")
def hourly_csv() -> Callable[..., str]:
    """Write a provider's hourly file: a course of the day that a small pseudo-random figure sits upon."""

    def write(first: datetime, hours: int, *, level: float = 100.0, header: str = "timestamp,value") -> str:
        lines = [header]
        for hour in range(hours):
            at = first + timedelta(hours=hour)
            course = 1 + 0.5 * math.sin(2 * math.pi * at.hour / 24)
            noise = 0.1 * math.sin(12.9898 * hour) * math.sin(78.233 * hour + 1)
            lines.append(f"{at:%Y-%m-%d %H:%M:%S},{level * (course + noise):.3f}")
        return "\n".join(lines) + "\n"

    return write


@pytest.fixture(scope="session")
def single_export() -> Callable[..., str]:
    """Write the entry of an hourly export of single files."""

    def write(name: str, files: str, **more: str) -> str:
        keys = {"shape": "single", "time_column": "timestamp", "value_column": "value", "step": "1h"} | more
        entry = [f'{key} = "{value}"' for key, value in {"name": name, "files": files, **keys}.items()]
        return "\n".join(["[[export]]", *entry]) + "\n"

    return write


@pytest.fixture(scope="session")
def without_arima() -> str:
    """Leave ARIMA and GARCH out of a sources.toml: they cost half of a small night."""
    return "[platform]\nconstant_volatility = []\n\n"


@pytest.fixture(scope="session")
def wait_for() -> Callable[..., Any]:
    """Ask again and again until there is an answer; fail with what is known if none comes in time."""

    def wait(
        ask: Callable[[], Any], what: str, *, seconds: float = 180, on_failure: Callable[[], str] = str
    ) -> Any:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if answer := ask():
                return answer
            time.sleep(POLL_SECONDS)
        pytest.fail(f"{what} did not happen within {seconds:g} s\n{on_failure()}")

    return wait
