"""``sources.toml`` as a whole: the platform, sources and bills, and the sentence for what is wrong in it.

What one source is told stands in ``web_log_source`` and ``export_source``, a bill in ``bill_table``;
reading the files belongs to ``landing`` and ``ingestion``, building what assets are handed
to ``orchestration``.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError, model_validator

from assets.bill_table import Bill
from assets.export_source import Export
from assets.source_faults import fault_sentence
from assets.source_keys import Seconds, SeriesPattern, Threshold, Thresholds, TimeZone, is_time_zone
from assets.source_table import Table
from assets.web_log_source import WebLog
from traffic.parsing.quantity import duration_seconds


class SourcesError(ValueError):
    """``sources.toml`` cannot be used; the message says which key, what is wrong and what would be right."""


class Platform(Table):
    """The table ``[platform]``: what holds for the whole installation."""

    time_zone: TimeZone = "UTC"
    stale_after: Seconds = duration_seconds("2d")
    keep_nights: int = Field(default=14, ge=1, strict=True)
    constant_volatility: tuple[SeriesPattern, ...] = ("*",)
    constant_volatility_at_most: int = Field(default=24, ge=1, strict=True)
    thresholds: Thresholds = (0.7, 0.9, 1.0)
    runout_threshold: Threshold = 0.9


Source = WebLog | Export


class Sources(Table):
    """All of ``sources.toml``."""

    platform: Platform = Platform()
    weblog: tuple[WebLog, ...] = ()
    export: tuple[Export, ...] = ()
    bill: tuple[Bill, ...] = ()

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
        for kind, tables in (("sources", self.all), ("bills", self.bill)):
            names = [table.name for table in tables]
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise ValueError(f"two {kind} are named {twice[0]!r}; names must differ")
        return self

    @property
    def all(self) -> tuple[Source, ...]:
        """Every source, the web logs first."""
        return (*self.weblog, *self.export)


_MODELS: dict[str, type[Table]] = {"platform": Platform, "weblog": WebLog, "export": Export, "bill": Bill}
_KEYS = {
    table: [field.alias or key for key, field in model.model_fields.items() if key != "kind"]
    for table, model in _MODELS.items()
}


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
