"""Names and patterns in ``sources.toml`` that lead to nothing, as far as the series are known.

These are hints and no faults: a series may be yet to come. What is a fault is decided in ``sources``.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator

from assets.alert_rule import Alert
from assets.sources import Sources

_OF_LINKS = ("congestion", "runout")


def dangling_names(sources: Sources, known: Collection[str]) -> list[str]:
    """Say which names of ``sources.toml`` lead to nothing.

    Parameters
    ----------
    sources : Sources
        The content of ``sources.toml``.
    known : collection of str
        The series that are known, ``<source>/<label>``; of a source without any nothing is said.

    Returns
    -------
    list of str
        One sentence for each.
    """
    names = {source.name for source in sources.all}
    series = sorted(name for name in known if name.partition("/")[0] in names)
    return [*_capacities(sources, series), *_bills(sources, series), *_rules(sources, series)]


def _capacities(sources: Sources, series: list[str]) -> Iterator[str]:
    for source in sources.all:
        labels = source.capacity if isinstance(source.capacity, dict) else {}
        for label in labels:
            if why := _why_unknown(sources, f"{source.name}/{label}", series):
                yield f'[{source.kind}] "{source.name}" capacity: {why}'


def _bills(sources: Sources, series: list[str]) -> Iterator[str]:
    for bill in sources.bill:
        for direction, series_id in bill.directions.items():
            if why := _why_unknown(sources, series_id, series):
                yield f'[bill] "{bill.name}" {direction}: {why}'


def _why_unknown(sources: Sources, series_id: str, series: list[str]) -> str | None:
    names = [source.name for source in sources.all]
    source = series_id.partition("/")[0]
    if source not in names:
        return f"there is no source {source!r}{_instead(source, names)}"
    of_source = [name for name in series if name.startswith(f"{source}/")]
    if not of_source or series_id in of_source:
        return None
    return f"there is no series {series_id!r} so far{_instead(series_id, of_source)}"


def _instead(name: str, known: list[str]) -> str:
    folded = {one.casefold(): one for one in known}
    near = difflib.get_close_matches(name.casefold(), folded, n=1)
    return f"; did you mean {folded[near[0]]!r}?" if near else ""


def _rules(sources: Sources, series: list[str]) -> Iterator[str]:
    for rule in sources.alert:
        if rule.when == "source":
            if not any(rule.matches("sources", source.name) for source in sources.all):
                yield f'rule "{rule.name}" matches no source'
        elif rule.when in (*_OF_LINKS, "unusual_day") and series:
            yield from _rule_on_series(sources, rule, series)


def _rule_on_series(sources: Sources, rule: Alert, series: list[str]) -> Iterator[str]:
    matched = [name for name in series if rule.matches("series", name)]
    if not matched:
        yield f'rule "{rule.name}" matches no series so far'
    elif rule.when in _OF_LINKS and not any(_has_capacity(sources, name) for name in matched):
        yield f'rule "{rule.name}": no series of it has a capacity, so it can never hold'


def _has_capacity(sources: Sources, series_id: str) -> bool:
    name, _, label = series_id.partition("/")
    stated = next(source.capacity for source in sources.all if source.name == name)
    return label in stated if isinstance(stated, dict) else stated is not None
