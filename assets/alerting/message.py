"""The words of one message: the events of a night for one channel, few lines however many there are."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from assets.printable import printable

SHOWN_EVENTS = 20
_ORDER = ("night", "source", "check", "congestion", "runout", "unusual_day")


@dataclass(frozen=True)
class Message:
    """What one channel is told.

    Parameters
    ----------
    headline : str
        One printable line.
    lines : tuple of str
        One printable line for each event, at most ``SHOWN_EVENTS``.
    n_more : int
        Events that have no line.
    key : str
        Fingerprint of the events and the channel: the same message has the same one.
    """

    headline: str
    lines: tuple[str, ...]
    n_more: int
    key: str

    @property
    def text(self) -> str:
        """The whole message as plain text."""
        more = [f"and {self.n_more:,} more: `diurnal alerts` lists them"] if self.n_more else []
        return "\n".join([self.headline, *(f"• {line}" for line in self.lines), *more])


def message_of(events: Sequence[Mapping[str, Any]], night: date, channel: str) -> Message:
    """Word the events of a night for a channel.

    Parameters
    ----------
    events : sequence of mapping
        Rows of ``alerts.events``, at least one.
    night : datetime.date
        The night that tells them.
    channel : str
        Name of the channel.

    Returns
    -------
    Message
        The most urgent first: the night, sources, checks, then series by how far they meet their rule.
    """
    ordered = sorted(events, key=_urgency)
    n = len(ordered)
    identities = "".join(sorted(event["event_id"] for event in ordered))
    return Message(
        headline=f"Diurnal, night of {night}: {n:,} event{'s' if n != 1 else ''}",
        lines=tuple(_line(event, night) for event in ordered[:SHOWN_EVENTS]),
        n_more=max(n - SHOWN_EVENTS, 0),
        key=hashlib.sha256(f"{channel} {identities}".encode()).hexdigest()[:32],
    )


def message_of_test(channel: str) -> Message:
    """Word a message that only shows whether a channel works."""
    line = f"This is a test of the channel {channel}; nothing has happened."
    return Message("Diurnal: a test", (line,), 0, hashlib.sha256(line.encode()).hexdigest()[:32])


def _urgency(event: Mapping[str, Any]) -> tuple[int, float, str]:
    value = event["value"]
    return _ORDER.index(event["kind"]), -(value if value is not None else 0.0), event["sentence"]


def _line(event: Mapping[str, Any], night: date) -> str:
    began = event["first_issued_at_utc"]
    # A midnight of the platform in UTC lies within a day of the local date.
    is_older = (night - began.date()).days > 1
    since = f"since {began:%Y-%m-%d}: " if is_older else ""
    return printable(f"{since}{event['sentence']} ({event['rule']})")
