"""The pydantic models of ``sources.toml``: which files are read, and how.

Reading the files belongs to ``landing`` and ``raw``; building what assets are handed, to ``orchestration``.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from assets.source_faults import fault_sentence
from assets.source_keys import (
    Capacity,
    FilePattern,
    Month,
    Name,
    Seconds,
    Separator,
    TimeFormats,
    TimeZone,
    Unit,
    is_time_zone,
)
from traffic.parsing.export import DEFAULT_TIME_FORMATS, ExportLayout
from traffic.parsing.quantity import UNKNOWN_UNIT, convert, duration_seconds
from traffic.parsing.weblog import FORMATS

AUTO_FORMAT = "auto"


class SourcesError(ValueError):
    """``sources.toml`` cannot be used; the message says which key, what is wrong and what would be right."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class Platform(_Table):
    """The table ``[platform]``: what holds for the whole installation."""

    time_zone: TimeZone = "UTC"
    stale_after: Seconds = duration_seconds("2d")
    keep_nights: int = Field(default=14, ge=1, strict=True)


class _Source(_Table):
    name: Name
    files: FilePattern
    capacity: Capacity = None

    @cached_property
    def reader(self) -> str:
        """Fingerprint of the settings that decide what is read from a file: a change reads it again."""
        settings = self.model_dump(mode="json", exclude={"name", "files", "capacity", "step", "silence"})
        return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:16]

    def capacity_of(self, label: str, unit: str, step_seconds: int) -> float | None:
        """Return the capacity of a series in its own unit, or None if none is stated."""
        quantity = self.capacity.get(label) if isinstance(self.capacity, dict) else self.capacity
        return None if quantity is None else convert(quantity, unit, step_seconds)

    def _check_capacity(self, unit: str, step_seconds: int) -> None:
        quantities = self.capacity.values() if isinstance(self.capacity, dict) else [self.capacity]
        for quantity in quantities:
            if quantity is not None:
                try:
                    convert(quantity, unit, step_seconds)
                except ValueError as error:
                    raise ValueError(f"capacity: {error}") from None


class WebLog(_Source):
    """A table ``[[weblog]]``: the access logs of one web server."""

    kind: Literal["weblog"] = "weblog"
    format: str = AUTO_FORMAT
    time_zone: TimeZone
    month: Month | None = None
    step: Seconds = duration_seconds("2m")
    silence: Seconds = duration_seconds("1h")

    @model_validator(mode="after")
    def _check(self) -> WebLog:
        known = (AUTO_FORMAT, *FORMATS)
        if self.format not in known:
            raise ValueError(f"format {self.format!r} is not known; write one of {', '.join(known)}")
        if self.format in FORMATS and FORMATS[self.format].needs_month and self.month is None:
            raise ValueError(f'format {self.format!r} carries no month; add month = "yyyy-mm"')
        if isinstance(self.capacity, dict):
            raise ValueError("capacity of a web log is one quantity, such as '10 Mbit/s'")
        self._check_capacity("byte", self.step)
        return self

    def capacity_of(self, label: str, unit: str, step_seconds: int) -> float | None:
        """Return the capacity of the series of bytes; requests have none."""
        return None if unit == "request" else super().capacity_of(label, unit, step_seconds)


class Export(_Source):
    """A table ``[[export]]``: the traffic exports of one provider."""

    kind: Literal["export"] = "export"
    shape: Literal["wide", "long", "single"]
    time_column: str
    time_formats: TimeFormats = DEFAULT_TIME_FORMATS
    time_zone: TimeZone
    columns: tuple[str, ...] = ()
    series_column: str | None = None
    value_column: str | None = None
    series: Name | None = None
    separator: Separator = ","
    unit: Unit = UNKNOWN_UNIT
    step: Seconds

    @model_validator(mode="after")
    def _check(self) -> Export:
        allowed = {"wide": {"columns"}, "long": {"series_column", "value_column"}}
        allowed["single"] = {"value_column", "series"}
        for key in ("columns", "series_column", "value_column", "series"):
            if getattr(self, key) and key not in allowed[self.shape]:
                raise ValueError(f'{key} does not belong to shape = "{self.shape}"; remove it')
        for key in sorted(allowed[self.shape] - {"columns", "series"}):
            if not getattr(self, key):
                raise ValueError(f'shape = "{self.shape}" needs {key} = "<a column of the file>"')
        named = [self.time_column, *self.columns, self.series_column, self.value_column]
        twice = [name for name in named if name and named.count(name) > 1]
        if twice:
            raise ValueError(f"the column {twice[0]!r} is named twice; a column holds one thing")
        self._check_capacity(self.unit, self.step)
        return self

    def layout(self, stem: str) -> ExportLayout:
        """Return how a file of this export is laid out.

        Parameters
        ----------
        stem : str
            The file's name without its endings, which names the series of a single export.
        """
        return ExportLayout(
            shape=self.shape,
            time_column=self.time_column,
            time_formats=self.time_formats,
            time_zone=self.time_zone,
            value_columns=self.columns if self.value_column is None else (self.value_column,),
            series_column=self.series_column,
            label=self.series or stem,
            separator=self.separator,
        )


Source = WebLog | Export


class Sources(_Table):
    """All of ``sources.toml``."""

    platform: Platform = Platform()
    weblog: tuple[WebLog, ...] = ()
    export: tuple[Export, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _hand_down_time_zone(cls, content: Any) -> Any:
        if not isinstance(content, dict):
            return content
        platform = content.get("platform")
        said = platform.get("time_zone") if isinstance(platform, dict) else None
        # A wrong zone is a fault of the platform alone, not of each table that it is handed to.
        zone = {"time_zone": said if is_time_zone(said) else "UTC"}
        tables = {key: content[key] for key in ("weblog", "export") if isinstance(content.get(key), list)}
        handed = {key: [zone | t if isinstance(t, dict) else t for t in tables[key]] for key in tables}
        return content | handed

    @model_validator(mode="after")
    def _check(self) -> Sources:
        names = [source.name for source in self.all]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two sources are named {twice[0]!r}; names must differ")
        return self

    @property
    def all(self) -> tuple[Source, ...]:
        """Every source, the web logs first."""
        return (*self.weblog, *self.export)


_MODELS: dict[str, type[_Table]] = {"platform": Platform, "weblog": WebLog, "export": Export}
_KEYS = {table: [key for key in model.model_fields if key != "kind"] for table, model in _MODELS.items()}


def read_sources(path: Path) -> Sources:
    """Read ``sources.toml``.

    Raises
    ------
    SourcesError
        If the file is absent, is no TOML, or a key is unknown, missing or wrong: one sentence.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))  # some editors write a mark first
    except FileNotFoundError:
        raise SourcesError(
            f"{path} does not exist; write one, or let `diurnal demo` write an example"
        ) from None
    except UnicodeDecodeError as error:
        raise SourcesError(f"{path} is not UTF-8 text (byte {error.start}); save it as UTF-8") from None
    except (tomllib.TOMLDecodeError, OSError) as error:
        raise SourcesError(f"{path} cannot be read as TOML: {error}") from None
    try:
        return Sources.model_validate(content)
    except ValidationError as error:
        raise SourcesError(f"{path}: {fault_sentence(error, content, _KEYS)}") from None
