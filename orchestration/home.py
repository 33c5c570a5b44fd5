"""The home folder of one installation: where everything lies, and Dagster's own settings in it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

HOME_VARIABLE = "DIURNAL_HOME"
DEFAULT_HOME = "home"

DAGSTER_YAML = """\
# Written by Diurnal; changes made here stay.
telemetry:
  enabled: false
# No invitation to sign up in the UI.
nux:
  enabled: false
# DuckDB takes one writer: a second run waits in the queue.
concurrency:
  runs:
    max_concurrent_runs: 1
run_monitoring:
  enabled: true
"""


@dataclass(frozen=True)
class Home:
    """The folder of one installation.

    Parameters
    ----------
    path : Path
        Absolute.
    """

    path: Path

    @classmethod
    def at(cls, path: Path | str) -> Home:
        """Return the home at a path, absolute from now on."""
        return cls(Path(path).expanduser().absolute())

    @classmethod
    def of_environment(cls) -> Home:
        """Return the home that ``DIURNAL_HOME`` names, or ``./home``."""
        return cls.at(os.environ.get(HOME_VARIABLE) or DEFAULT_HOME)

    @property
    def sources_toml(self) -> Path:
        """What is read, and how."""
        return self.path / "sources.toml"

    @property
    def warehouse(self) -> Path:
        """The DuckDB file that nights write."""
        return self.path / "warehouse" / "traffic.duckdb"

    @property
    def warehouse_lock(self) -> Path:
        """The lock file that a writer holds, see ``warehouse.store``."""
        return self.warehouse.with_suffix(".lock")

    @property
    def published(self) -> Path:
        """The DuckDB file that people read."""
        return self.path / "published" / "traffic.duckdb"

    @property
    def reports(self) -> Path:
        """Pages for people."""
        return self.path / "reports"

    @property
    def dagster(self) -> Path:
        """Dagster's own folder, its ``DAGSTER_HOME``."""
        return self.path / "dagster"

    def run_lock(self, run_id: str) -> Path:
        """File that a run's process holds locked for as long as it lives."""
        return self.dagster / "running" / run_id

    def prepare_dagster(self) -> None:
        """Make Dagster's folder and settings, and point this process and its children at the home."""
        from warehouse.building import whole_file  # brings DuckDB along, and `--help` asks for homes

        (self.dagster / "running").mkdir(parents=True, exist_ok=True)
        settings = self.dagster / "dagster.yaml"
        if not settings.exists():
            # What stands here stays, so it must not be half a file of a process that was killed.
            with whole_file(settings) as building:
                building.write_text(DAGSTER_YAML, encoding="utf-8")
        os.environ[HOME_VARIABLE] = str(self.path)
        os.environ["DAGSTER_HOME"] = str(self.dagster)
