"""How long an event lasts: from the night in which a rule begins to hold for a subject to the last one.

Which nights count, and what is written, is ``assets.alerts``'s; what holds, ``held``'s.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from assets.alerting.held import Held


@dataclass(frozen=True)
class Changes:
    """What a night does to the events.

    Parameters
    ----------
    begun : list of dict
        Rows of ``alerts.events`` to add.
    lasting : list of str
        Events whose last night is now this one.
    ended : list of str
        Events that this night held by an earlier run and no longer does: their last night is the one before.
    withdrawn : list of str
        Events that began with an earlier run of this night, no longer hold, and were told to nobody.
    open : dict of str to str
        Every event that holds in this night, to its rule.
    """

    begun: list[dict[str, Any]] = field(default_factory=list)
    lasting: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    open: dict[str, str] = field(default_factory=dict)


def event_id(rule: str, subject: str, first_issued_at_utc: datetime) -> str:
    """Return the fingerprint of an event: the same for the same rule, subject and first night."""
    parts = (rule, subject, first_issued_at_utc.isoformat())
    # A length before each part: no two triples make the same text.
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def changes_of_night(
    held: Iterable[Held],
    events: Iterable[Mapping[str, Any]],
    night_utc: datetime,
    former_night_utc: datetime | None,
    told: Collection[str],
) -> Changes:
    """Say which events begin, last and end with a night.

    Parameters
    ----------
    held : iterable of Held
        What holds in the night.
    events : iterable of mapping
        Rows of ``alerts.events`` whose last night is this one or the one judged before it.
    night_utc : datetime
        Midnight of the night, the newest that was ever judged.
    former_night_utc : datetime or None
        Midnight of the night judged before it.
    told : collection of str
        Events that somebody was told of.

    Returns
    -------
    Changes
        Nothing but ``open`` when the same night is judged again with the same outcome.
    """
    by_night: dict[datetime, dict[tuple[str, str], Mapping[str, Any]]] = {}
    for event in events:
        by_night.setdefault(event["last_issued_at_utc"], {})[event["rule"], event["subject"]] = event
    here = by_night.get(night_utc, {})
    before = by_night.get(former_night_utc, {}) if former_night_utc else {}
    changes = Changes()
    for one in held:
        key = (one.rule, one.subject)
        known = here.get(key) or before.get(key)
        if known is None:
            changes.begun.append(_begun(one, night_utc))
        elif key not in here:
            changes.lasting.append(known["event_id"])
        identity = known["event_id"] if known else changes.begun[-1]["event_id"]
        changes.open[identity] = one.rule
    for event in here.values():
        identity = event["event_id"]
        if identity in changes.open:
            continue
        if event["first_issued_at_utc"] < night_utc:
            changes.ended.append(identity)
        elif identity not in told:
            changes.withdrawn.append(identity)
    return changes


def _begun(held: Held, night_utc: datetime) -> dict[str, Any]:
    return {
        "event_id": event_id(held.rule, held.subject, night_utc),
        "rule": held.rule,
        "kind": held.kind,
        "subject": held.subject,
        "first_issued_at_utc": night_utc,
        "last_issued_at_utc": night_utc,
        "sentence": held.sentence,
        "value": held.value,
    }
