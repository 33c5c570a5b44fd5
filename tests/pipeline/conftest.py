"""What every night from end to end needs: the command in a process of its own, and a look into its tables."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

import dagster as dg
import polars as pl
import pytest

from warehouse import read_query

TIME_LIMIT_SECONDS = 400


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
        tables = self.ask(
            "SELECT table_schema || '.' || table_name AS name, list(column_name ORDER BY column_name) AS columns "
            "FROM information_schema.columns SEMI JOIN (SELECT schema_name AS table_schema, table_name "
            "FROM duckdb_tables()) USING (table_schema, table_name) "
            "WHERE table_schema IN (SELECT unnest(?::VARCHAR[])) GROUP BY ALL ORDER BY name",
            list(schemas),
        )
        found = {}
        for name, columns in tables.iter_rows():
            kept = ", ".join(f'"{column}"' for column in columns if column not in leaving_out)
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


@pytest.fixture(scope="session")
def start() -> Callable[..., subprocess.Popen[str]]:
    """Start ``diurnal`` without waiting; its output goes to a file or to pipes."""

    def begin(*words: object, log: IO[str] | None = None) -> subprocess.Popen[str]:
        return subprocess.Popen(
            command_line(*words),
            env=environment(),
            stdout=log or subprocess.PIPE,
            stderr=subprocess.STDOUT if log else subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    return begin


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
