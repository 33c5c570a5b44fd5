"""The table ``[[weblog]]`` of ``sources.toml``: the access logs of one web server, and how they are read."""

from __future__ import annotations

from typing import Literal

from pydantic import field_validator, model_validator

from assets.source_keys import Month, Seconds, Size, TimeZone
from assets.source_table import SourceTable
from traffic.parsing.quantity import duration_seconds, size_bytes
from traffic.parsing.weblog import FORMATS, PATTERN_FORMAT, Layout, pattern_layout

AUTO_FORMAT = "auto"


class WebLog(SourceTable):
    """A table ``[[weblog]]``: the access logs of one web server."""

    kind: Literal["weblog"] = "weblog"
    max_size: Size = size_bytes("20 GiB")  # read as a stream: the limit stops bombs, not memory
    format: str = AUTO_FORMAT
    pattern: str | None = None
    time_zone: TimeZone
    month: Month | None = None
    step: Seconds = duration_seconds("2m")
    silence: Seconds = duration_seconds("1h")

    @field_validator("pattern")
    @classmethod
    def _check_pattern(cls, pattern: str | None) -> str | None:
        if pattern is not None:
            pattern_layout(pattern)
        return pattern

    @model_validator(mode="after")
    def _check(self) -> WebLog:
        known = (AUTO_FORMAT, *FORMATS)
        if self.pattern is not None and self.format not in (AUTO_FORMAT, PATTERN_FORMAT):
            raise ValueError(
                f"format {self.format!r} and a pattern contradict each other; remove one of them"
            )
        if self.pattern is None and self.format == PATTERN_FORMAT:
            raise ValueError("format 'pattern' needs the key pattern, such as '%h %l %u %t \"%r\" %>s %b'")
        if self.pattern is None and self.format not in known:
            raise ValueError(
                f"format {self.format!r} is not known; write one of {', '.join(known)}, or a pattern"
            )
        layout = self.layout
        if layout is not None and layout.needs_month and self.month is None:
            raise ValueError(f'format {layout.name!r} carries no month; add month = "yyyy-mm"')
        if isinstance(self.capacity, dict):
            raise ValueError("capacity of a web log is one quantity, such as '10 Mbit/s'")
        self._check_capacity("byte", self.step)
        return self

    @property
    def layout(self) -> Layout | None:
        """The layout of its lines as sources.toml says it, or None if each file tells its own."""
        if self.pattern is not None:
            return pattern_layout(self.pattern)
        return None if self.format == AUTO_FORMAT else FORMATS[self.format]

    def capacity_of(self, label: str, unit: str, step_seconds: int) -> float | None:
        """Return the capacity of the series of bytes; requests have none."""
        return None if unit == "request" else super().capacity_of(label, unit, step_seconds)
