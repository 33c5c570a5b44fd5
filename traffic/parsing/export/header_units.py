"""Units that the header of an export states: ``Traffic In (Mbit/s)``, ``rx [KiB]``, ``bytes/second``.

How a unit is spelled is in ``traffic.parsing.quantity``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from traffic.parsing.export.layout import HEADER_UNIT, Measures, RefusedExportError
from traffic.parsing.quantity import UNKNOWN_UNIT, common_unit, is_rate, unit_spelled

_BRACKETED = re.compile(r"(.*?)\s*[(\[]([^()\[\]]+)[)\]]\s*")
_LAST_WORD = re.compile(r"(.*?)[\s,:]+(\S+)\s*")


@dataclass(frozen=True)
class ColumnUnits:
    """What the columns of one file are called and measured in.

    Parameters
    ----------
    unit : str
        Unit of all samples once each is multiplied with its factor.
    factors : dict of str to float
        By column.
    labels : dict of str to str
        By column: its header, without the unit where that was taken from it.
    told, notes : tuple of str
        What was told from the header, and what it states that could not be used.
    """

    unit: str
    factors: dict[str, float]
    labels: dict[str, str]
    told: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def column_units(columns: Sequence[str], unit: str, measures: Measures | None = None) -> ColumnUnits:
    """Settle the unit of the value columns of a file.

    Parameters
    ----------
    columns : sequence of str
        Headers of the value columns.
    unit : str
        A unit, which stands whatever the header says; ``header``: every column must state one; or
        ``unknown``: the headers' units are taken if all columns state one of the same kind.
    measures : {"rate", "volume", "counter", None}
        What the values are said to be.

    Returns
    -------
    ColumnUnits
        Values of different prefixes are brought to the unit without one: bit/s, byte, packet and so on.
        Counters stay as they are counted, for a factor would hide where they wrap.

    Raises
    ------
    RefusedExportError
        If the header must state the unit and does not, states units of several kinds, or a rate where the
        values are said to be amounts, or the reverse.
    """
    as_they_are = ColumnUnits(unit, dict.fromkeys(columns, 1.0), dict(zip(columns, columns, strict=True)))
    stated = {column: stated_unit(column) for column in columns}
    if unit not in (HEADER_UNIT, UNKNOWN_UNIT):
        return replace(as_they_are, notes=_disagreements(stated, unit))
    found = {column: said for column, (_, said) in stated.items() if said}
    if len(found) < len(columns):
        if unit == UNKNOWN_UNIT:
            return as_they_are
        without = next(column for column in columns if column not in found)
        raise RefusedExportError(
            f'the column {without!r} states no unit that is known; write unit = "…", or name in '
            "columns those that do"
        )
    common = {
        column: (said, 1.0) if measures == "counter" else common_unit(said) for column, said in found.items()
    }
    kinds = sorted({kind for kind, _ in common.values()})
    if fault := _fault(kinds, measures):
        if unit == HEADER_UNIT:
            raise RefusedExportError(fault)
        return replace(as_they_are, notes=(f"{fault}; until then the unit is unknown",))
    labels = [label for label, _ in stated.values()]
    is_clear = all(labels) and len(set(labels)) == len(labels)
    return ColumnUnits(
        unit=kinds[0],
        factors={column: factor for column, (_, factor) in common.items()},
        labels={column: label if is_clear else column for column, (label, _) in stated.items()},
        told=(f"{', '.join(sorted(set(found.values())))} from the header",),
    )


def _fault(kinds: list[str], measures: Measures | None) -> str | None:
    if len(kinds) > 1:
        units = ", ".join(kinds)
        return f"the header states units of several kinds ({units}); name those of one kind in columns"
    if measures is not None and is_rate(kinds[0]) != (measures == "rate"):
        return f'the header states {kinds[0]}, which is no {measures}; write another measures = "…"'
    return None


def stated_unit(header: str) -> tuple[str, str | None]:
    """Split a header into the name and the unit that it states; the unit is None if it states none."""
    bracketed = _BRACKETED.fullmatch(header)
    if bracketed and (unit := unit_spelled(bracketed[2])) is not None:
        return bracketed[1].strip(" ,:"), unit
    # A lone letter outside brackets names a thing ("link B"), and is no unit.
    if len(header) > 1 and (unit := unit_spelled(header)) is not None:
        return header, unit
    last = _LAST_WORD.fullmatch(header)
    if last and len(last[2]) > 1 and (unit := unit_spelled(last[2])) is not None:
        return last[1].strip(" ,:"), unit
    return header, None


def _disagreements(stated: dict[str, tuple[str, str | None]], unit: str) -> tuple[str, ...]:
    others = [(column, said) for column, (_, said) in stated.items() if said]
    others = [(column, said) for column, said in others if common_unit(said) != common_unit(unit)]
    return tuple(
        f"the header {column!r} says {said} where sources.toml says {unit}, which stands"
        for column, said in others[:1]
    )
