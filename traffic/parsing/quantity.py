"""Durations and quantities as people write them: ``2m``, ``100 Gbit/s``, ``MiB``.

Decimal (k, M, G, T) and binary (Ki, Mi, Gi, Ti) prefixes are told apart. Which unit a series has is
said in sources.toml or in the header of its file; where a header says it is ``export.header_units``'s.
"""

from __future__ import annotations

import re

_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_DURATION = re.compile(r"\s*(\d+)\s*([smhd])\s*")
_PREFIX = {"": 1.0, "k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12} | {
    f"{letter}i": 1024.0**power for power, letter in enumerate(("K", "M", "G", "T"), start=1)
}
# A unit is a number of bits, of requests or of packets, in a second or in a step.
_BASE = {
    "bit/s": ("bit", 1.0, True),
    "byte/s": ("bit", 8.0, True),
    "B/s": ("bit", 8.0, True),
    "bit": ("bit", 1.0, False),
    "byte": ("bit", 8.0, False),
    "B": ("bit", 8.0, False),
    "request/s": ("request", 1.0, True),
    "request": ("request", 1.0, False),
    "packet/s": ("packet", 1.0, True),
    "packet": ("packet", 1.0, False),
}
# The unit without a prefix that samples of several prefixes share.
_COMMON = {
    ("bit", True): "bit/s",
    ("bit", False): "byte",
    ("request", True): "request/s",
    ("request", False): "request",
    ("packet", True): "packet/s",
    ("packet", False): "packet",
}
_SECOND = r"(?:/|\s+per\s+)\s*(?:s|sec|second)"
# How programs write the units above; a lone b is a bit and a lone B a byte.
_SPELLINGS = {
    "bit/s": rf"b(?:ps|{_SECOND})|(?i:bits?(?:ps|{_SECOND}))",
    "byte/s": rf"B(?:ps|{_SECOND})|(?i:(?:bytes?|octets?)(?:ps|{_SECOND}))",
    "bit": r"b|(?i:bits?)",
    "byte": r"B|(?i:bytes?|octets?)",
    "request/s": rf"(?i:(?:requests?|reqs?){_SECOND}|rps)",
    "request": r"(?i:requests?|reqs?)",
    "packet/s": rf"(?i:(?:packets?|pkts?|p){_SECOND}|pps)",
    "packet": r"(?i:packets?|pkts?)",
}
_LETTER = re.compile(rf"[bB](?:{_SECOND})?|Bps")
_PREFIX_SPELLINGS = {"kilo": "k", "mega": "M", "giga": "G", "tera": "T"} | {
    "kibi": "Ki",
    "mebi": "Mi",
    "gibi": "Gi",
    "tebi": "Ti",
}
_UNIT = re.compile(rf"({'|'.join(sorted(filter(None, _PREFIX), reverse=True))})?({'|'.join(_BASE)})")
_QUANTITY = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([^\s\d.]\S*)\s*")
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
    """Return a unit as it stands, or as this project spells it where another spelling is understood.

    Raises
    ------
    ValueError
        If it is neither ``unknown`` nor a prefix with bit/s, byte/s, bit, byte, request, packet and the like.
    """
    if text == UNKNOWN_UNIT or _UNIT.fullmatch(text):
        return text
    spelled = unit_spelled(text)
    if spelled is None:
        _parts(text)
    return spelled or text


def unit_spelled(text: str) -> str | None:
    """Read a unit as programs write it: ``Kbps``, ``MBit/s``, ``kilobytes per second``, ``GiB``, ``octets``.

    A lower-case ``m`` is mega where ``bps`` or a word follows; before a lone ``b`` or ``B`` it is not
    understood, for some write ``mb`` for megabytes.

    Returns
    -------
    str or None
        The unit as this project spells it; None if it is none, or not clear.
    """
    text = text.strip()
    if _UNIT.fullmatch(text):
        return text
    if (bare := _base_spelled(text)) is not None:
        return bare
    for spelling, prefix in _PREFIX_SPELLINGS.items():
        if text.lower().startswith(spelling) and (base := _base_spelled(text[len(spelling) :].strip())):
            return prefix + base
    for prefix in sorted(filter(None, _PREFIX), key=text.startswith, reverse=True):
        rest = text[len(prefix) :].strip()
        is_like = text.lower().startswith(prefix.lower()) and not _LETTER.fullmatch(rest)
        if (text.startswith(prefix) or is_like) and (base := _base_spelled(rest)):
            return prefix + base
    return None


def _base_spelled(text: str) -> str | None:
    return next((base for base, spelling in _SPELLINGS.items() if re.fullmatch(spelling, text)), None)


def is_rate(unit: str) -> bool:
    """Whether a unit is of an amount in a second; raises ``ValueError`` if it is no unit."""
    return _parts(unit)[2]


def common_unit(unit: str) -> tuple[str, float]:
    """Return the unit without a prefix that samples of several prefixes share, and the factor to it.

    Parameters
    ----------
    unit : str
        A unit such as Mbit/s, MiB or kpacket/s.

    Returns
    -------
    tuple of str and float
        bit/s, byte, request, request/s, packet or packet/s; what a value in ``unit`` is multiplied with.

    Raises
    ------
    ValueError
        If ``unit`` is no unit.
    """
    kind, scale, rate = _parts(unit)
    common = _COMMON[kind, rate]
    return common, scale / _parts(common)[1]


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
        If either cannot be read, or one counts bits and the other requests or packets.
    """
    amount, from_unit = _quantity(quantity)
    if unit == UNKNOWN_UNIT:
        raise ValueError(f"{quantity!r} cannot be compared with a series of unknown unit; say its unit")
    from_kind, from_scale, from_rate = _parts(from_unit)
    to_kind, to_scale, to_rate = _parts(check_unit(unit))
    if from_kind != to_kind:
        raise ValueError(f"{quantity!r} cannot be expressed in {unit!r}")
    per_step = {(True, False): step_seconds, (False, True): 1 / step_seconds}.get((from_rate, to_rate), 1)
    return amount * from_scale / to_scale * per_step


def limit_in(quantity: str, unit: str, step_seconds: int, whose: str) -> float:
    """Express a limit, such as a capacity, in the unit of what it limits; that of a rate must be a rate.

    Parameters
    ----------
    quantity : str
        A number and a unit, such as ``10 Gbit/s``; for amounts a step also an amount in a step.
    unit, step_seconds
        As ``convert`` takes them.
    whose : str
        What the sentence of a refusal calls what is limited.

    Returns
    -------
    float
        The limit in ``unit``.

    Raises
    ------
    ValueError
        As ``convert``; also if the quantity is an amount and ``unit`` a rate.
    """
    limit = convert(quantity, unit, step_seconds)
    amount, stated = _quantity(quantity)
    if is_rate(unit) and not is_rate(stated):
        what = "a volume" if _parts(stated)[0] == "bit" else "a count"
        prefix, base = _prefix_and_base(stated)[0], _prefix_and_base(unit)[1]
        raise ValueError(
            f"{quantity!r} is {what}, and {whose} is a rate in {unit}: write '{amount:g} {prefix}{base}'"
        )
    return limit


def check_quantity(text: str) -> str:
    """Return a quantity such as ``10 Mbit/s`` as it stands.

    Raises
    ------
    ValueError
        If it is no number with a unit.
    """
    _quantity(text)
    return text


def _quantity(text: str) -> tuple[float, str]:
    match = _QUANTITY.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a quantity; write a number and a unit, such as '10 Gbit/s'")
    return float(match[1]), check_unit(match[2])


def _parts(unit: str) -> tuple[str, float, bool]:
    prefix, base = _prefix_and_base(unit)
    kind, scale, is_rate = _BASE[base]
    return kind, scale * _PREFIX[prefix], is_rate


def _prefix_and_base(unit: str) -> tuple[str, str]:
    match = _UNIT.fullmatch(unit)
    if match is None:
        raise ValueError(
            f"{unit!r} is not a unit; write {UNKNOWN_UNIT!r} or a prefix (k, M, G, T, Ki, Mi, Gi, Ti) "
            f"with one of {', '.join(_BASE)}"
        )
    return match[1] or "", match[2]
