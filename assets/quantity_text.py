"""Quantities as people read them: three digits and a decimal prefix.

How they are read from text belongs to ``traffic.parsing.quantity``.
"""

from __future__ import annotations

import math

from assets.printable import printable
from traffic.parsing.quantity import UNKNOWN_UNIT

NOTHING = "–"
_PREFIXES = ("", "k", "M", "G", "T", "P")


def prefix_of(value: float) -> tuple[float, str]:
    """Return the factor and the letter of the prefix that a value is written with.

    Parameters
    ----------
    value : float
        Any number; one that is not finite has no prefix.
    """
    if not math.isfinite(value):
        return 1.0, ""
    # Three digits of 999.7 are 1000, which the next prefix writes as 1.
    power = next((p for p in range(len(_PREFIXES) - 1, 0, -1) if abs(value) >= 0.9995 * 1000**p), 0)
    return float(1000**power), _PREFIXES[power]


def share_text(share: float) -> str:
    """Write a threshold as somebody stated it: 0.9 is ``90 %``, and 0.995 is not ``100 %``."""
    return f"{100 * share:g} %"


def probability_text(value: float | None) -> str:
    """Write a probability: what simulation found never or always is not called impossible or certain."""
    if value is None or not math.isfinite(value):
        return NOTHING
    if value < 0.005:
        return "< 1 %"
    return "> 99 %" if value > 0.995 else f"{100 * value:.0f} %"


def quantity_text(value: float | None, unit: str) -> str:
    """Write a quantity.

    Parameters
    ----------
    value : float or None
        In its unit; a dash stands for what is missing or not finite.
    unit : str
        As ``series.catalog`` has it; ``unknown`` is left out.

    Returns
    -------
    str
        Such as ``36.6 Gbit/s``.
    """
    if value is None or not math.isfinite(value):
        return NOTHING
    factor, prefix = prefix_of(value)
    shown = "" if unit == UNKNOWN_UNIT else printable(unit, 40)
    return f"{value / factor:.3g} {prefix}{shown}".strip()
