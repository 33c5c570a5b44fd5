"""Durations and quantities as people write them: ``2m``, ``100 Gbit/s``, ``MiB``.

Decimal (k, M, G, T) and binary (Ki, Mi, Gi, Ti) prefixes are told apart. Which unit a series has is
said in sources.toml.
"""

from __future__ import annotations

import re

_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_DURATION = re.compile(r"\s*(\d+)\s*([smhd])\s*")
_PREFIX = {"": 1.0, "k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12} | {
    f"{letter}i": 1024.0**power for power, letter in enumerate(("K", "M", "G", "T"), start=1)
}
# A unit is a number of bits or of requests, in a second or in a step.
_BASE = {
    "bit/s": ("bit", 1.0, True),
    "byte/s": ("bit", 8.0, True),
    "B/s": ("bit", 8.0, True),
    "bit": ("bit", 1.0, False),
    "byte": ("bit", 8.0, False),
    "B": ("bit", 8.0, False),
    "request/s": ("request", 1.0, True),
    "request": ("request", 1.0, False),
}
_UNIT = re.compile(rf"({'|'.join(sorted(filter(None, _PREFIX), reverse=True))})?({'|'.join(_BASE)})")
_QUANTITY = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(\S+)\s*")
UNKNOWN_UNIT = "unknown"


def duration_seconds(text: str) -> int:
    """Read a duration such as ``30s``, ``2m``, ``1h`` or ``2d``.

    Raises
    ------
    ValueError
        If the text is not a positive whole number followed by s, m, h or d.
    """
    match = _DURATION.fullmatch(text)
    if match is None or int(match[1]) == 0:
        raise ValueError(f"{text!r} is not a duration; write a number with s, m, h or d, such as '5m'")
    return int(match[1]) * _SECONDS[match[2]]


def size_bytes(text: str) -> int:
    """Read a size such as ``20 GiB`` or ``500 MB``.

    Raises
    ------
    ValueError
        If the text is not a positive number with a unit of bytes.
    """
    match = _QUANTITY.fullmatch(text)
    if match is None or float(match[1]) <= 0 or _UNIT.fullmatch(match[2]) is None or match[2][-2:] == "/s":
        raise ValueError(f"{text!r} is not a size; write a number and a unit, such as '20 GiB'")
    return int(convert(text, "B", 1))


def check_unit(text: str) -> str:
    """Return a unit as it stands if its meaning is known.

    Raises
    ------
    ValueError
        If it is neither ``unknown`` nor a prefix with bit/s, byte/s, bit, byte, request or request/s.
    """
    if text != UNKNOWN_UNIT:
        _parts(text)
    return text


def convert(quantity: str, unit: str, step_seconds: int) -> float:
    """Express a quantity such as ``10 Mbit/s`` in the unit of a series.

    Parameters
    ----------
    quantity : str
        A number and a unit.
    unit : str
        The series' unit; one without ``/s`` counts per step.
    step_seconds : int
        The series' step.

    Returns
    -------
    float
        The quantity in ``unit``.

    Raises
    ------
    ValueError
        If either cannot be read, or one counts bits and the other requests.
    """
    match = _QUANTITY.fullmatch(quantity)
    if match is None:
        raise ValueError(f"{quantity!r} is not a quantity; write a number and a unit, such as '10 Gbit/s'")
    if unit == UNKNOWN_UNIT:
        raise ValueError(f"{quantity!r} cannot be compared with a series of unknown unit; say its unit")
    from_kind, from_scale, from_rate = _parts(match[2])
    to_kind, to_scale, to_rate = _parts(unit)
    if from_kind != to_kind:
        raise ValueError(f"{quantity!r} cannot be expressed in {unit!r}")
    per_step = {(True, False): step_seconds, (False, True): 1 / step_seconds}.get((from_rate, to_rate), 1)
    return float(match[1]) * from_scale / to_scale * per_step


def _parts(unit: str) -> tuple[str, float, bool]:
    match = _UNIT.fullmatch(unit)
    if match is None:
        raise ValueError(
            f"{unit!r} is not a unit; write {UNKNOWN_UNIT!r} or a prefix (k, M, G, T, Ki, Mi, Gi, Ti) "
            f"with one of {', '.join(_BASE)}"
        )
    kind, scale, is_rate = _BASE[match[2]]
    return kind, scale * _PREFIX[match[1] or ""], is_rate
