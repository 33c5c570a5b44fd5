"""A home folder in the making: files are put into it, sources.toml says how to read them, nights ingest."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from assets.ingestion import ingest
from assets.landing import Landing
from assets.nights import Night
from assets.partitions import issued_at_utc
from assets.series_of_source import take_up
from assets.sources import read_sources
from warehouse import Warehouse, open_warehouse

RAW = ("raw.web_requests", "raw.provider_samples", "raw.rejected_lines", "raw.ingested_files")


@dataclass(frozen=True)
class Series:
    """A series as the tables have it."""

    entry: dict[str, Any]
    observations: pl.DataFrame | None
    days: pl.DataFrame | None


def series_of(warehouse: Any, entry: dict[str, Any]) -> Series:
    owner = {"series_id": entry["series_id"]}
    tables = ("series.observations", "series.day_ensemble")
    frames = [warehouse.read(table, (), owner, order_by="at_utc") for table in tables]
    return Series(entry, *(frame if frame.height else None for frame in frames))


class Home:
    """A home folder with its warehouse, which opens when it is needed first."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._opened = ExitStack()
        self._warehouse: Warehouse | None = None

    @property
    def warehouse(self) -> Warehouse:
        if self._warehouse is None:
            file = self.path / "warehouse" / "traffic.duckdb"
            self._warehouse = self._opened.enter_context(
                open_warehouse(file, holder="a test", wait_seconds=0)
            )
        return self._warehouse

    def close(self) -> None:
        """Leave the warehouse to others."""
        self._opened.close()
        self._warehouse = None

    def put(self, name: str, content: bytes | str, minute: int = 0) -> Path:
        """Write a file below the home, as if it had been changed in this minute."""
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        changed = datetime(2025, 1, 1, 0, minute, tzinfo=UTC).timestamp()
        os.utime(file, (changed, changed))
        return file

    def declare(self, *tables: str) -> None:
        """Write sources.toml."""
        self.put("sources.toml", "\n".join(tables))

    @property
    def landing(self) -> Landing:
        return Landing(self.path, read_sources(self.path / "sources.toml"))

    def ingest(self) -> list[str]:
        """Ingest what is new; return the sentences that were said."""
        said: list[str] = []
        ingest(self.warehouse, self.landing, said.append)
        return said

    def series(self, night: date) -> dict[str, Series]:
        """Bring the series of all sources up to a night; return them as the tables have them."""
        landing = self.landing
        at = Night(night, issued_at_utc(night, landing.sources.platform.time_zone))
        for source in landing.sources.all:
            take_up(self.warehouse, landing, source, at)
        catalog = self.warehouse.read("series.catalog", order_by="series_id")
        return {entry["series_id"]: series_of(self.warehouse, entry) for entry in catalog.to_dicts()}

    def rows(self, table: str, *columns: str, **where: Any) -> list[dict[str, Any]]:
        """Rows of a table, in order of their columns."""
        frame = self.warehouse.read(table, columns, where)
        return frame.sort(columns or frame.columns, nulls_last=True).to_dicts()

    def ledger(self) -> dict[str, dict[str, Any]]:
        """The ledger by the names of the files; each has one row."""
        rows = self.rows("raw.ingested_files")
        by_name = {Path(row["path"]).name: row for row in rows}
        assert len(by_name) == len(rows)
        return by_name

    def raw(self) -> dict[str, list[dict[str, Any]]]:
        """All raw tables but the times of loading, each in order."""
        frames = {table: self.warehouse.read(table).drop("loaded_at_utc", strict=False) for table in RAW}
        return {
            table: frame.sort(frame.columns, nulls_last=True).to_dicts() for table, frame in frames.items()
        }


@pytest.fixture(scope="session")
def empty_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new warehouse, made once."""
    file = tmp_path_factory.mktemp("template") / "traffic.duckdb"
    with open_warehouse(file, holder="a test", wait_seconds=0):
        pass
    return file


@pytest.fixture(scope="session")
def make_home(empty_warehouse: Path) -> Iterator[Callable[[Path], Home]]:
    made: list[Home] = []

    def make(path: Path) -> Home:
        (path / "warehouse").mkdir(parents=True)
        shutil.copy(empty_warehouse, path / "warehouse" / "traffic.duckdb")
        made.append(Home(path))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def home(tmp_path: Path, make_home: Callable[[Path], Home]) -> Iterator[Home]:
    made = make_home(tmp_path / "home")
    yield made
    made.close()


@pytest.fixture(scope="session")
def web_log() -> Callable[..., str]:
    """Write a table of sources.toml: ``web_log("www", month="1995-08")``."""

    def table(name: str = "www", **keys: str) -> str:
        given = {"files": f"landing/{name}/*", "format": "common", "time_zone": "UTC"} | keys
        lines = [f'{key} = "{value}"' for key, value in given.items()]
        return "\n".join(["[[weblog]]", f'name = "{name}"', *lines])

    return table


@pytest.fixture(scope="session")
def export() -> Callable[..., str]:
    """Write a table of sources.toml: ``export("isp", shape="single", value_column="bps")``."""

    def table(name: str = "isp", **keys: str) -> str:
        given = {
            "files": f"landing/{name}/*",
            "shape": "wide",
            "time_column": "time",
            "time_zone": "UTC",
            "unit": "bit/s",
            "step": "5m",
        } | keys
        lines = [f"{key} = {value if value[0] in '[{' else repr(value)}" for key, value in given.items()]
        return "\n".join(["[[export]]", f'name = "{name}"', *lines])

    return table


@pytest.fixture(scope="session")
def log_line() -> Callable[..., str]:
    """One line of a log in the format common, at a time of 13 November 2025."""

    def line(clock: str = "10:00:00", size: str = "100", path: str = "/", offset: str = " +0000") -> str:
        return f'10.0.0.1 - - [13/Nov/2025:{clock}{offset}] "GET {path} HTTP/1.0" 200 {size}\n'

    return line


@pytest.fixture(scope="session")
def adds_up() -> Callable[[dict[str, Any]], bool]:
    """Whether the sums of a row of the ledger hold."""

    def holds(row: dict[str, Any]) -> bool:
        return bool(
            row["lines_read"] == row["lines_skipped"] + row["records_read"]
            and row["records_read"]
            == row["records_loaded"] + row["records_rejected"] + row["records_duplicate"]
        )

    return holds
