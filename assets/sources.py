"""The pydantic models of ``sources.toml``: which files are read, and how.

Reading the files belongs to ``landing`` and ``raw``; building what assets are handed, to ``orchestration``.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from traffic.parsing.export import DEFAULT_TIME_FORMATS, ExportLayout
from traffic.parsing.quantity import UNKNOWN_UNIT, check_unit, convert, duration_seconds
from traffic.parsing.weblog import FORMATS

AUTO_FORMAT = "auto"


class SourcesError(ValueError):
    """``sources.toml`` cannot be used; the message says which key, what is wrong and what would be right."""


def _time_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"{name!r} is not an IANA time zone; write one such as 'Europe/Berlin' or 'UTC'")
    return name


def _duration(text: object) -> int:
    if not isinstance(text, str):
        raise ValueError("write a duration in quotes, such as '5m'")
    return duration_seconds(text)


def _source_name(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", name):
        raise ValueError(f"{name!r} may hold letters, digits, '_', '.' and '-' only")
    return name


TimeZone = Annotated[str, AfterValidator(_time_zone)]
Seconds = Annotated[int, BeforeValidator(_duration)]
Name = Annotated[str, AfterValidator(_source_name)]
Unit = Annotated[str, AfterValidator(check_unit)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class Platform(_Table):
    """The table ``[platform]``: what holds for the whole installation."""

    time_zone: TimeZone = "UTC"
    stale_after: Seconds = duration_seconds("2d")
    keep_nights: int = Field(default=14, ge=1)


class _Source(_Table):
    name: Name
    files: str = Field(min_length=1)
    capacity: str | dict[str, str] | None = None

    @cached_property
    def reader(self) -> str:
        """Fingerprint of the settings that decide what is read from a file: a change reads it again."""
        settings = self.model_dump(mode="json", exclude={"name", "files", "capacity", "step", "silence"})
        return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:16]

    def capacity_of(self, label: str, unit: str, step_seconds: int) -> float | None:
        """Return the capacity of a series in its own unit, or None if none is stated."""
        quantity = self.capacity.get(label) if isinstance(self.capacity, dict) else self.capacity
        return None if quantity is None else convert(quantity, unit, step_seconds)

    def _check_capacity(self, units: tuple[str, ...], step_seconds: int) -> None:
        quantities = self.capacity.values() if isinstance(self.capacity, dict) else [self.capacity]
        for quantity in quantities:
            if quantity is not None:
                convert(quantity, units[0], step_seconds)


class WebLog(_Source):
    """A table ``[[weblog]]``: the access logs of one web server."""

    kind: Literal["weblog"] = "weblog"
    format: str = AUTO_FORMAT
    time_zone: TimeZone
    month: str | None = Field(default=None, pattern=r"^\d{4}-(0[1-9]|1[0-2])$")
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
        self._check_capacity(("byte",), self.step)
        return self


class Export(_Source):
    """A table ``[[export]]``: the traffic exports of one provider."""

    kind: Literal["export"] = "export"
    shape: Literal["wide", "long", "single"]
    time_column: str
    time_formats: tuple[str, ...] = DEFAULT_TIME_FORMATS
    time_zone: TimeZone
    columns: tuple[str, ...] = ()
    series_column: str | None = None
    value_column: str | None = None
    series: Name | None = None
    separator: str = Field(default=",", min_length=1, max_length=1)
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
            if getattr(self, key) is None:
                raise ValueError(f'shape = "{self.shape}" needs {key} = "<a column of the file>"')
        self._check_capacity((self.unit,), self.step)
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
        platform = content.get("platform", {}) if isinstance(content, dict) else {}
        if not isinstance(platform, dict):
            return content
        zone = {"time_zone": platform.get("time_zone", "UTC")}
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


def read_sources(path: Path) -> Sources:
    """Read ``sources.toml``.

    Raises
    ------
    SourcesError
        If the file is absent, is no TOML, or a key is unknown, missing or wrong: one sentence.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SourcesError(
            f"{path} does not exist; write one, or let `diurnal demo` write an example"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise SourcesError(f"{path} cannot be read as TOML: {error}") from None
    try:
        return Sources.model_validate(content)
    except ValidationError as error:
        raise SourcesError(f"{path}: {_sentence(error, content)}") from None


def _sentence(error: ValidationError, content: dict[str, Any]) -> str:
    faults = error.errors(include_url=False)
    first = faults[0]
    where = _place(first["loc"], content)
    allowed = {
        "extra_forbidden": "this key is not known; remove it or correct its spelling",
        "missing": "this key is missing; add it",
    }
    what = allowed.get(first["type"], first["msg"].removeprefix("Value error, "))
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return f"{where}: {what}{more}" if where else f"{what}{more}"


def _place(location: tuple[int | str, ...], content: dict[str, Any]) -> str:
    words: list[str] = []
    here: Any = content
    for part in location:
        try:
            here = here[part]
        except (KeyError, IndexError, TypeError):
            here = None
        if isinstance(part, int) and isinstance(here, dict):
            words.append(f'"{here.get("name", f"number {part + 1}")}"')
        else:
            words.append(f"[{part}]" if not words and isinstance(here, dict | list) else str(part))
    return " ".join(words)
