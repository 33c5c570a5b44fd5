"""A fault of ``sources.toml`` as one sentence: which table, which key, what is wrong, what would be right.

What is a fault is decided in ``sources`` and ``source_keys``.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

# What pydantic says of a wrong type does not say what to write.
_INSTEAD = {
    "missing": "this key is missing; add it",
    "string_type": "this is not text; write it in quotes",
    "tuple_type": "this is not a list; write it in brackets, such as ['…']",
    "int_type": "this is not a whole number; write it without quotes",
    "greater_than_equal": "this is too small; write at least {ge}",
    "less_than_equal": "this is too large; write at most {le}",
    "literal_error": "this is not known; write {expected}",
}
_TABLES = {
    "platform": "write [platform], once and in single brackets",
    "weblog": "write [[weblog]], in double brackets, for each web log",
    "export": "write [[export]], in double brackets, for each export",
    "channel": "write [[channel]], in double brackets, for each channel",
    "alert": "write [[alert]], in double brackets, for each rule",
    "bill": "write [[bill]], in double brackets, for each bill",
}


def fault_sentence(
    error: ValidationError, content: Mapping[str, Any], keys: Mapping[str, Collection[str]]
) -> str:
    """Say what is wrong with the first fault, and how many more there are.

    Parameters
    ----------
    error : pydantic.ValidationError
        What the check of the content raised.
    content : mapping
        ``sources.toml`` as TOML reads it.
    keys : mapping of str to collection of str
        The keys of each table.

    Returns
    -------
    str
        One sentence.
    """
    # A mistyped key is missing too, under its right name: the word that stands there is what to look at.
    faults = sorted(error.errors(include_url=False), key=lambda fault: fault["type"] == "missing")
    first = faults[0]
    where = _place(first["loc"], content)
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return f"{where + ': ' if where else ''}{_what(first, keys)}{more}"


def _what(fault: ErrorDetails, keys: Mapping[str, Collection[str]]) -> str:
    location = fault["loc"]
    table = str(location[0]) if location else ""
    if fault["type"] == "extra_forbidden":
        known = _TABLES if len(location) == 1 else keys[table]
        kind = "table" if len(location) == 1 else "key"
        near = difflib.get_close_matches(str(location[-1]), known, n=1)
        nearest = f"did you mean {near[0]}? Else " if near else ""
        return f"this {kind} is not known; {nearest}write one of {', '.join(known)}"
    is_table = len(location) == 1 or (len(location) == 2 and isinstance(location[1], int))
    if is_table and fault["type"] in ("tuple_type", "model_type"):
        return f"this is not such a table; {_TABLES[table]}"
    if fault["type"] in _INSTEAD:
        return _INSTEAD[fault["type"]].format_map(fault.get("ctx", {}))
    return fault["msg"].removeprefix("Value error, ")


def _place(location: tuple[int | str, ...], content: Mapping[str, Any]) -> str:
    words: list[str] = []
    here: Any = content
    for depth, part in enumerate(location):
        try:
            here = here[part]
        except (KeyError, IndexError, TypeError):
            here = None
        if isinstance(part, int):
            name = here.get("name") if isinstance(here, dict) else None
            words.append(f'"{name}"' if isinstance(name, str) else f"number {part + 1}")
        else:
            words.append(f"[{part}]" if depth == 0 else part)
    return " ".join(words)
