"""Names of sources.toml that lead to nothing are told, with what was probably meant."""

from __future__ import annotations

from typing import Any

import pytest

from assets.dangling_names import dangling_names
from assets.sources import Sources

KNOWN = ("edge1/In", "edge1/Out", "old/In")
EDGE = {"name": "edge1", "files": "e/*.csv", "shape": "wide", "time_column": "t", "step": "5m"}


def told(known: tuple[str, ...] = KNOWN, capacity: Any = None, **tables: Any) -> list[str]:
    edge = EDGE | {"unit": "bit/s"} | ({"capacity": capacity} if capacity else {})
    silent = EDGE | {"name": "new"}
    return dangling_names(Sources.model_validate({"export": [edge, silent], **tables}), known)


@pytest.mark.parametrize(
    ("tables", "sentence"),
    [
        (
            {"capacity": {"in": "10 Gbit/s", "Out": "10 Gbit/s"}},
            "[export] \"edge1\" capacity: there is no series 'edge1/in' so far; did you mean 'edge1/In'?",
        ),
        (
            {"bill": [{"name": "b", "in": "edge1/Inn", "out": "edge1/Out"}]},
            "[bill] \"b\" in: there is no series 'edge1/Inn' so far; did you mean 'edge1/In'?",
        ),
        (
            {"bill": [{"name": "b", "out": "edge9/Out"}]},
            "[bill] \"b\" out: there is no source 'edge9'; did you mean 'edge1'?",
        ),
        ({"bill": [{"name": "b", "out": "new/Out"}]}, None),
        (
            {"alert": [{"name": "full", "when": "congestion", "series": ["edge9/*"]}]},
            'rule "full" matches no series so far',
        ),
        ({"alert": [{"name": "full", "when": "unusual_day", "series": ["old/*"]}]}, 'rule "full" matches no'),
        ({"alert": [{"name": "odd", "when": "unusual_day", "series": ["edge1/*"]}]}, None),
        (
            {"alert": [{"name": "full", "when": "runout"}]},
            'rule "full": no series of it has a capacity, so it can never hold',
        ),
        (
            {
                "capacity": {"Out": "10 Gbit/s"},
                "alert": [{"name": "full", "when": "congestion", "series": ["edge1/In"]}],
            },
            'rule "full": no series of it has a capacity',
        ),
        ({"capacity": "10 Gbit/s", "alert": [{"name": "full", "when": "congestion"}]}, None),
        (
            {"alert": [{"name": "silent", "when": "source", "sources": ["edge9"]}]},
            'rule "silent" matches no source',
        ),
        ({"alert": [{"name": "silent", "when": "source", "sources": ["edge*"]}]}, None),
    ],
)
def test_what_leads_to_nothing_is_named(tables: dict[str, Any], sentence: str | None) -> None:
    found = told(**tables)
    assert len(found) == (sentence is not None)
    assert not sentence or found[0].startswith(sentence)


def test_before_the_first_night_nothing_is_said_of_series() -> None:
    rules = [{"name": "full", "when": "congestion"}, {"name": "odd", "when": "unusual_day"}]
    assert told((), bill=[{"name": "b", "in": "edge1/Inn"}], alert=rules) == []
