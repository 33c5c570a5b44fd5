"""How the page writes numbers, times and names.

Which of them it shows belongs to the sections; quantities with a unit to ``assets.quantity_text``.
"""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from assets.printable import printable
from assets.quantity_text import NOTHING
from traffic.parsing.quantity import UNKNOWN_UNIT

NAME_CHARACTERS: Final = 60
_STEPS: Final = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
_RATES: Final = "/s"


def name_text(name: str) -> str:
    """Write a name in a table: what does not print escaped, and not too long for it."""
    return printable(name, NAME_CHARACTERS)


def number_text(value: float | None, form: str) -> str:
    """Write a number, or a dash for what is missing or not finite."""
    return NOTHING if value is None or not math.isfinite(value) else format(value, form)


def percent_text(value: float | None, digits: int = 0, signed: bool = False) -> str:
    """Write a share as a percentage."""
    if value is None or not math.isfinite(value):
        return NOTHING
    # A rounded -0 would look like a fall.
    shown = round(100 * value, digits) + 0.0
    return f"{shown:{'+' if signed and shown else ''}.{digits}f} %"


def duration_text(seconds: float) -> str:
    """Write a duration in its largest unit that divides it, else rounded to the largest that it fills."""
    exact = next((pair for pair in _STEPS if seconds and seconds % pair[0] == 0), None)
    size, unit = exact or next((pair for pair in _STEPS if seconds >= pair[0]), _STEPS[-1])
    return f"{seconds / size:.3g} {unit}"


def about_values(unit: str, step_seconds: int | None) -> str:
    """Say what the values of a series are: a rate, or an amount in each step."""
    step = f"every {duration_text(step_seconds)}" if step_seconds else "no step was found"
    if unit == UNKNOWN_UNIT:
        return f"unit unknown, {step}"
    shown = printable(unit, 40)
    return f"{shown}, {step}" if shown.endswith(_RATES) or not step_seconds else f"{shown} a step, {step}"


def day_text(day: date | None) -> str:
    """Write a day: ``Mon 17 Nov 2025``."""
    return NOTHING if day is None else f"{day:%a} {day.day} {day:%b %Y}"


def short_day(day: date) -> str:
    """Write a day of these weeks: ``Mon 17 Nov``."""
    return f"{day:%a} {day.day} {day:%b}"


def local(at_utc: datetime, time_zone: str) -> datetime:
    """Return the clock of a time zone at a time given in naive UTC."""
    return at_utc.replace(tzinfo=UTC).astimezone(ZoneInfo(time_zone)).replace(tzinfo=None)


def offset_at(at_utc: datetime, time_zone: str) -> timedelta:
    """Return how far the clock of a time zone is ahead of UTC at a time given in naive UTC."""
    return local(at_utc, time_zone) - at_utc


def clock_text(at_utc: datetime, time_zone: str) -> str:
    """Write a time by the clock of a zone: ``Sun 16 Nov 20:15``."""
    at = local(at_utc, time_zone)
    return f"{short_day(at)} {at:%H:%M}"


def zone_text(at_utc: datetime, time_zone: str) -> str:
    """Name a clock: ``Europe/Berlin, UTC+1``."""
    minutes = offset_at(at_utc, time_zone) // timedelta(minutes=1)
    if time_zone == "UTC":
        return "UTC"
    sign, (hours, rest) = "+-"[minutes < 0], divmod(abs(minutes), 60)
    return f"{printable(time_zone)}, UTC{sign}{hours}" + (f":{rest:02}" if rest else "")


def listed(names: list[str], at_most: int = 3) -> str:
    """Join names, and say how many more there are."""
    shown = ", ".join(names[:at_most])
    rest = len(names) - at_most
    return f"{shown} and {rest:,} more" if rest > 0 else shown
