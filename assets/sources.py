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

from assets.alert_rule import Alert
from assets.bill_table import Bill
from assets.channel_table import CHANNEL_KEYS, Channel
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
    # A night scores the forecasts of the seven before it, and looks eighteen nights of scores back.
    keep_forecasts: int = Field(default=60, ge=8, strict=True)
    keep_scores: int = Field(default=400, ge=28, strict=True)
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
    channel: tuple[Channel, ...] = ()
    alert: tuple[Alert, ...] = ()
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
        named = {"sources": self.all, "bills": self.bill, "channels": self.channel, "alerts": self.alert}
        for kind, tables in named.items():
            names = [table.name for table in tables]
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise ValueError(f"two {kind} are named {twice[0]!r}; names must differ")
        for rule in self.alert:
            self._check_rule(rule)
        return self

    def _check_rule(self, rule: Alert) -> None:
        known = [channel.name for channel in self.channel]
        unknown = [name for name in rule.channels or () if name not in known]
        if unknown:
            instead = f"write one of {', '.join(known)}" if known else "add a [[channel]] of this name"
            raise ValueError(f'[alert] "{rule.name}" channels: no channel is named {unknown[0]!r}; {instead}')
        thresholds = self.platform.thresholds
        if rule.when == "congestion" and rule.of("threshold") not in thresholds:
            raise ValueError(
                f'[alert] "{rule.name}" threshold: {rule.of("threshold"):g} is not among the thresholds of '
                f"[platform]; write one of {', '.join(f'{one:g}' for one in thresholds)}, or add it there"
            )

    @property
    def all(self) -> tuple[Source, ...]:
        """Every source, the web logs first."""
        return (*self.weblog, *self.export)


_MODELS: dict[str, type[Table]] = {
    "platform": Platform,
    "weblog": WebLog,
    "export": Export,
    "bill": Bill,
    "alert": Alert,
}
_KEYS = {
    table: [field.alias or key for key, field in model.model_fields.items() if key != "kind"]
    for table, model in _MODELS.items()
} | {"channel": CHANNEL_KEYS}


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
    except OSError as error:
        raise SourcesError(
            f"{path} cannot be read ({error.strerror}); it must be a file that you may read"
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise SourcesError(f"{path} cannot be read as TOML: {error}") from None
    try:
        return Sources.model_validate(content)
    except ValidationError as error:
        raise SourcesError(f"{path}: {fault_sentence(error, content, _KEYS)}") from None
