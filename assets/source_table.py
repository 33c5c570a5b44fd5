"""What every table of ``sources.toml`` shares, and every source among them.

What a web log or an export is told beyond that stands in ``web_log_source`` and ``export_source``.
"""

from __future__ import annotations

import hashlib
import json
from functools import cached_property

from pydantic import BaseModel, ConfigDict

from assets.source_keys import Capacity, Country, FilePattern, Name, Size
from traffic.parsing.quantity import limit_in

# Raised when grids or flags are made by other rules: every series is then made anew.
GRID_RULES = 2


class Table(BaseModel):
    """A table that refuses keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class SourceTable(Table):
    """The keys that every source has."""

    name: Name
    files: FilePattern
    capacity: Capacity = None
    holidays: Country | None = None
    max_size: Size

    @cached_property
    def reader(self) -> str:
        """Fingerprint of the settings that decide what is read from a file: a change reads it again."""
        return self._fingerprint("name", "files", "max_size", "capacity", "holidays", "step", "silence")

    @cached_property
    def grid(self) -> str:
        """Fingerprint of the settings that make the series of the rows: a change makes them anew."""
        return f"{GRID_RULES}-{self._fingerprint('name', 'files', 'max_size', 'holidays')}"

    def _fingerprint(self, *without: str) -> str:
        settings = self.model_dump(mode="json", exclude=set(without))
        return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:16]

    def capacity_of(self, label: str, unit: str, step_seconds: int) -> float | None:
        """Return the capacity of a series in its own unit, or None if none is stated.

        Raises
        ------
        ValueError
            As ``traffic.parsing.quantity.limit_in``: where only the files tell the unit, it is first seen
            beside it here.
        """
        quantity = self.capacity.get(label) if isinstance(self.capacity, dict) else self.capacity
        if quantity is None:
            return None
        return limit_in(quantity, unit, step_seconds, f"{self.name}/{label}")

    def _capacities(self) -> dict[str, str | None]:
        """By label; one that is stated for all stands under an empty one."""
        return {**self.capacity} if isinstance(self.capacity, dict) else {"": self.capacity}

    def _check_capacity(self, unit: str, step_seconds: int) -> None:
        for label, quantity in self._capacities().items():
            if quantity is not None:
                series = f"{self.name}/{label}" if label else "every series"
                try:
                    limit_in(quantity, unit, step_seconds, series)
                except ValueError as error:
                    raise ValueError(f"capacity: {error}") from None
