"""The table ``[[weblog]]`` of ``sources.toml``: the access logs of one web server, and how they are read."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from assets.source_keys import Month, Seconds, Size, TimeZone
from assets.source_table import SourceTable
from traffic.parsing.quantity import duration_seconds, size_bytes
from traffic.parsing.weblog import FORMATS

AUTO_FORMAT = "auto"


class WebLog(SourceTable):
    """A table ``[[weblog]]``: the access logs of one web server."""

    kind: Literal["weblog"] = "weblog"
    max_size: Size = size_bytes("20 GiB")  # read as a stream: the limit stops bombs, not memory
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
