"""Figures as people read them: three digits, with the prefix of their size."""

from __future__ import annotations

from assets.printable import printable
from traffic.parsing.quantity import UNKNOWN_UNIT

_PREFIXES = ("", "k", "M", "G", "T", "P")


def readable(value: float | None, unit: str) -> str:
    """Write a value with its unit, or a dash where there is none."""
    if value is None:
        return "–"
    # Three digits of 999.7 are 1000, which the next prefix writes as 1.
    power = next((p for p in range(len(_PREFIXES) - 1, 0, -1) if abs(value) >= 0.9995 * 1000**p), 0)
    unit = "" if unit == UNKNOWN_UNIT else printable(unit)
    return f"{value / 1000**power:.3g} {_PREFIXES[power]}{unit}".strip()
