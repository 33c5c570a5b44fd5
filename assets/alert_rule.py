"""The table ``[[alert]]`` of ``sources.toml``: a rule, what it watches and whom it tells.

Whether it holds in a night is judged in ``alerting``.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from assets.source_keys import Name, Seconds, SeriesPattern, Threshold
from assets.source_table import Table
from traffic.parsing.quantity import duration_seconds

Kind = Literal["congestion", "runout", "source", "unusual_day", "check", "night"]

_DEFAULTS: dict[str, dict[str, Any]] = {
    "congestion": {"probability": 0.3, "threshold": 0.9, "series": ("*",)},
    "runout": {"probability": 0.3, "weeks": 8, "series": ("*",)},
    "source": {"late_after": duration_seconds("1d"), "sources": ("*",)},
    "unusual_day": {"series": ("*",)},
    "check": {"checks": ("*",)},
    "night": {"late_after": duration_seconds("4h")},
}
"""Keys of each kind of rule, and what holds without them."""


class Alert(Table):
    """A table ``[[alert]]``: a rule that is judged every night."""

    name: Name
    when: Kind
    probability: float | None = None
    threshold: Threshold | None = None
    weeks: int | None = Field(default=None, ge=1, strict=True)
    late_after: Seconds | None = None
    series: tuple[SeriesPattern, ...] | None = None
    sources: tuple[SeriesPattern, ...] | None = None
    checks: tuple[SeriesPattern, ...] | None = None
    channels: tuple[Name, ...] | None = None

    @field_validator("probability", mode="before")
    @classmethod
    def _check_probability(cls, said: object) -> float:
        if isinstance(said, bool) or not isinstance(said, int | float) or not 0 < said <= 1:
            raise ValueError(f"{said!r} is no probability; write a number above 0 and up to 1, such as 0.3")
        return float(said)

    @model_validator(mode="after")
    def _check(self) -> Alert:
        own = _DEFAULTS[self.when]
        for key in sorted({key for keys in _DEFAULTS.values() for key in keys}):
            value = getattr(self, key)
            if value is not None and key not in own:
                raise ValueError(f'{key} does not belong to when = "{self.when}"; remove it')
            if value == ():
                raise ValueError(
                    f"{key} is empty and matches nothing; write at least one pattern, or remove it"
                )
        if self.channels == ():
            raise ValueError("channels is empty; name at least one, or remove the key to tell all of them")
        return self

    def of(self, key: str) -> Any:
        """Return what a key says, or what holds without it."""
        said = getattr(self, key)
        return _DEFAULTS[self.when][key] if said is None else said

    def matches(self, key: str, name: str) -> bool:
        """Whether one of the patterns of ``series``, ``sources`` or ``checks`` matches a name."""
        return any(name == one or fnmatchcase(name, one) for one in self.of(key))

    def tells(self, channel: str) -> bool:
        """Whether a channel is told; all of them unless ``channels`` says which."""
        return self.channels is None or channel in self.channels
